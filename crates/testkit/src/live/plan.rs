//! What the levels have in common: launching, recovering, ending.

use std::fs::File;
use std::time::{Duration, SystemTime};

use gpu_broker_engine::identity::Identity;
use gpu_broker_sandbox::{Broker, Control, Stranger};

use super::process::Ended;
use super::promise;
use super::room::{Room, word};

/// How often a command is tried until it says that all is done.
const TRIES: usize = 20;
/// How long is waited in between.
const PAUSE: Duration = Duration::from_millis(100);

/// What goes wrong on the way or at the broker, once or twice, in one run.
pub(super) const FAULTS: [&str; 30] = [
    "close-before-read:1",
    "reset-before:1",
    "close-after-effect:1",
    "reset-after:1",
    "hang-before:1",
    "hang-after:1",
    "create/slow-drip:1",
    "cut-json:1",
    "redirect-307-same-host:1",
    "redirect-307-other-host:1",
    "redirect-302:1",
    "500-before:1",
    "500-after:1",
    "4xx-after-effect:1",
    "stock:1",
    "429:1",
    "html-200:1",
    "html-200-after:1",
    "no-id:1",
    "known-id:1",
    "late-effect:1",
    "create/huge-body:1",
    "list-500:2",
    "list-short:2",
    "list-empty:2",
    "list-cut:2",
    "delete-500-no-effect:2",
    "delete-200-no-effect:2",
    "delete-404-lie:2",
    "delete-hang:1",
];

/// A fault without how often it happens: a name for a run's spec.
pub(super) fn short(fault: &str) -> &str {
    let name = fault.split(':').next().unwrap_or(fault);
    name.strip_prefix("create/").unwrap_or(name)
}

/// Whether the answer to a create does not come with this fault.
pub(super) fn is_silent(fault: &str) -> bool {
    ["hang-before:1", "hang-after:1"].contains(&fault)
}

/// `planner provision` at one broker.
pub(super) fn provision(room: &Room, broker: Broker) -> Vec<String> {
    let mut words: Vec<String> = [
        "provision",
        "H100:1",
        "--broker",
        word(broker),
        "--yes",
        "--wait",
        "4s",
        "--resolve-for",
        "2s",
    ]
    .map(str::to_owned)
    .into();
    // Prime runs nothing at first start.
    if broker == Broker::Spheron {
        words.extend(["--cloud-init".to_owned(), room.first_start()]);
    }
    words
}

/// The words as they are passed on.
pub(super) fn parts(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// Begins the data folder, long before anything happens.
fn begin(room: &Room) {
    let data = room.data();
    Identity::load_or_create(&data).expect("an identity");
    let file = File::options().write(true).open(data.join("identity"));
    let aged = file.and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH));
    aged.expect("an identity that is old");
}

/// Lets others have machines in the same account. They are younger than the
/// data folder: an older one whose name has our form might come from a folder
/// that was lost, and nobody could say that all is settled (F30).
pub(super) fn invite(room: &Room, broker: Broker) {
    begin(room);
    let strangers = ["build-7", "gp-aaaaaa-aaaaaaaa-00a1-xzzzzz-aaaa"].map(|name| Stranger {
        name: name.to_owned(),
        team: None,
        broker: Some(broker),
    });
    let control = Control {
        strangers: strangers.into(),
        ..Control::default()
    };
    let done = room.sandbox.world().control(broker, control);
    done.expect("strangers come in");
}

/// Runs a command until it says that all is done. Says whether it did.
pub(super) fn until_done(room: &mut Room, words: &[&str], enough: impl Fn(&mut Room, &Ended) -> bool) -> bool {
    for _ in 0..TRIES {
        let ended = room.run(words);
        if enough(room, &ended) {
            return true;
        }
        std::thread::sleep(PAUSE);
    }
    false
}

/// Finds out what became of everything, and checks that it did.
pub(super) fn recover(room: &mut Room) {
    if !until_done(room, &["reconcile", "--within", "4s"], |_, ended| {
        ended.status == Some(0)
    }) {
        let last = room.ended.last().map(Ended::told).unwrap_or_default();
        room.breach("I6", format!("it is not settled after {TRIES} tries; {last}"));
    }
    let books = room.books();
    promise::written_ahead(room, &books);
    promise::at_rest(room, &books, "reconcile");
    promise::whole(room, &books);
}

/// Ends everything, and checks that it is gone.
pub(super) fn end(room: &mut Room) {
    let words = ["terminate", "--all", "--yes", "--within", "5s"];
    if !until_done(room, &words, |_, ended| ended.status == Some(0)) {
        let last = room.ended.last().map(Ended::told).unwrap_or_default();
        room.breach("I6", format!("it is not gone after {TRIES} tries; {last}"));
    }
    let books = room.books();
    promise::written_ahead(room, &books);
    promise::whole(room, &books);
    nothing_lives(room);
}

pub(super) fn nothing_lives(room: &mut Room) {
    let ledger = room.ledger();
    let live = promise::ours(&ledger)
        .map(|live| format!("{} ({})", live.id, live.name))
        .next();
    if let Some(live) = live {
        room.breach("I4", format!("all was ended, and {live} lives"));
    }
}

//! Holding what planner does, notes and says against the truth.

use std::collections::BTreeMap;

use gpu_broker_core::number::Exact;
use gpu_broker_sandbox::{Created, Ledger, Live};

use super::books::Books;
use super::plan::doubts_another;
use super::process::Ended;
use super::relay::Op;
use super::room::Room;

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which, by its name in the design.
    pub promise: &'static str,
    /// What was seen.
    pub what: String,
}

/// What all levels hold planner to, in the order in which they are told.
pub(super) const PROMISES: [&str; 15] = [
    "I1", "I2", "I2c", "I3", "I4", "I5", "I6", "I7", "I8", "I11", "R1", "R14", "R15", "S10", "S11",
];

/// Our machines that can bill now.
pub(super) fn ours(ledger: &Ledger) -> impl Iterator<Item = &Live> {
    ledger.live.iter().filter(|live| !live.foreign)
}

/// What a command claims by its status.
pub(super) fn claimed(room: &mut Room, ended: &Ended) {
    let Some(status) = ended.status else { return };
    let command = ended.words.split(' ').next().unwrap_or_default();
    if !["provision", "reconcile", "terminate"].contains(&command) {
        return;
    }
    let ledger = room.ledger();
    let books = room.books();
    let mut said = Vec::new();
    match status {
        0 | 3 => {
            said.extend(ours(&ledger).filter_map(|live| unsettled(&books, live)));
            if command == "provision" && status == 0 && ours(&ledger).next().is_none() {
                said.push(("S11", "a machine is ready, and none lives".to_owned()));
            }
            if command == "terminate" && ours(&ledger).next().is_some() {
                said.push(("S11", "all is gone, and something lives".to_owned()));
            }
        }
        5 | 6 if command == "provision" => {
            let told = |live: &&Live| ended.err.contains(&live.id);
            let hidden = ours(&ledger).find(|live| !told(live) && !is_before(&books, live));
            said.extend(hidden.map(|live| ("S11", format!("{} lives, and is not told", live.id))));
        }
        7 => {
            // What stayed away is settled, and was not what was asked for.
            let doubtful = books.lines.values().any(|line| !line.rests() || line.step == "absent");
            if !doubtful && !doubts_another(&books, ended) && !doubts_journal(ended) {
                said.push(("S11", "something is in doubt, and nothing is".to_owned()));
            }
            if !ended.err.contains("`planner ") {
                said.push(("S11", "nothing is told to do".to_owned()));
            }
        }
        4..=6 | 130 => {}
        _ => said.push(("S11", "it ends in an error of its own".to_owned())),
    }
    for (promise, what) in said {
        room.breach(promise, format!("{what}; {}", ended.told()));
    }
}

/// Whether it could not go on with its journal, whatever can be read of that by now.
fn doubts_journal(ended: &Ended) -> bool {
    ended.err.contains("the journal cannot be used")
}

/// Whether a machine was ready before: it is no business of a launch that was
/// refused.
fn is_before(books: &Books, live: &Live) -> bool {
    books.of(&live.id).is_some_and(|(_, line)| line.step == "ready")
}

fn unsettled(books: &Books, live: &Live) -> Option<(&'static str, String)> {
    match books.of(&live.id) {
        None => Some(("I2", format!("settled, and {} is unknown", live.id))),
        Some((_, line)) if line.step == "ready" || line.step == "orphan" => None,
        Some((_, line)) => Some(("I2c", format!("settled, and {} lives while {}", live.id, line.step))),
    }
}

/// Every request that may have left was noted before.
pub(super) fn written_ahead(room: &mut Room, books: &Books) {
    let mut said = Vec::new();
    let sent = books.sent();
    for seen in room.relay.seen() {
        match seen.op {
            Op::Create if !sent.contains(seen.name.as_str()) => {
                said.push(format!("a request for {} left, and was not noted", seen.name));
            }
            Op::Delete if !books.of(&seen.last).is_some_and(|(_, line)| line.ending) => {
                said.push(format!("a request to end {} left, and was not noted", seen.last));
            }
            _ => {}
        }
    }
    for what in said {
        room.breach("R1", what);
    }
}

/// What must hold of the whole run. `since` is the journal of the last part of
/// it, if an earlier one was lost.
pub(super) fn whole(room: &mut Room, books: &Books) {
    let ledger = room.ledger();
    let mut said: Vec<(&'static str, String)> = Vec::new();
    for (slot, seconds) in ledger.overlap(slot) {
        said.push(("I1", format!("{slot} had two machines for up to {seconds} s")));
    }
    for (launch, wanted) in &books.launches {
        let part = format!("-{launch}-");
        let most = most_at_once(&ledger, |name| name.contains(&part));
        if most > *wanted {
            said.push((
                "I1",
                format!("{launch} wanted {wanted} machines, and had {most} at once"),
            ));
        }
    }
    let own: BTreeMap<&str, &Created> = ledger
        .created
        .iter()
        .filter(|one| !one.foreign)
        .map(|one| (one.id.as_str(), one))
        .collect();
    for delete in ledger
        .deletes
        .iter()
        .filter(|delete| !own.contains_key(delete.id.as_str()))
    {
        said.push(("I5", format!("{} was to be ended, and is not ours", delete.id)));
    }
    for live in ours(&ledger) {
        match books.of(&live.id) {
            Some((_, line)) if line.step == "gone" => {
                said.push(("I4", format!("{} is called gone, and lives", live.id)));
            }
            Some((key, line)) if line.step == "ready" => said.extend(deviates(key, line, own[live.id.as_str()])),
            _ => {}
        }
    }
    for posts in ledger.posts.iter().filter(|posts| posts.count > 1) {
        said.push(("I7", format!("{} was asked for {} times", posts.name, posts.count)));
    }
    let mut counted: BTreeMap<String, u32> = BTreeMap::new();
    for seen in room.relay.seen().into_iter().filter(|seen| seen.op == Op::Create) {
        *counted.entry(seen.name).or_default() += 1;
    }
    for (name, count) in counted.into_iter().filter(|(_, count)| *count > 1) {
        said.push((
            "I7",
            format!("{name} was asked for {count} times, as the relay counted"),
        ));
    }
    if ledger.strays > 0 {
        said.push(("I11", format!("{} requests went elsewhere", ledger.strays)));
    }
    said.extend(books.above.iter().map(|what| ("I3", what.clone())));
    for (promise, what) in said {
        room.breach(promise, what);
    }
}

/// The most machines of ours with such a name that could bill at once.
pub(super) fn most_at_once(ledger: &Ledger, is: impl Fn(&str) -> bool) -> u64 {
    let mut edges: BTreeMap<(u64, bool), u64> = BTreeMap::new();
    for made in ledger.created.iter().filter(|one| !one.foreign && is(&one.name)) {
        *edges.entry((made.made_ms, true)).or_default() += 1;
        *edges.entry((made.ended_ms.unwrap_or(u64::MAX), false)).or_default() += 1;
    }
    let (mut now, mut most) = (0_u64, 0);
    // At the same instant, ends come first.
    for ((_, begins), count) in edges {
        now = if begins { now + count } else { now.saturating_sub(count) };
        most = most.max(now);
    }
    most
}

/// Whether all that was ever attempted has come to rest.
pub(super) fn at_rest(room: &mut Room, books: &Books, after: &str) {
    let restless = books.lines.iter().find(|(_, line)| !line.rests());
    if let Some((key, line)) = restless {
        room.breach("I6", format!("{key} is {} after {after}", line.step));
    }
}

fn deviates(key: &str, line: &super::books::Line, made: &Created) -> Option<(&'static str, String)> {
    let rate: Exact = made.rate.parse().ok()?;
    let dearer = line.ceiling.is_some_and(|ceiling| rate > ceiling);
    let other = line.gpus.is_some_and(|gpus| gpus != u64::from(made.gpus));
    (dearer || other).then(|| {
        let is = format!("{} × {} at {}", made.gpus, made.gpu, made.rate);
        ("I8", format!("{key} is ready with {is}"))
    })
}

/// The slot of a name of ours: its installation, intent and slot.
pub(super) fn slot(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('-').collect();
    let ["gp", installation, intent, slot, _, _] = parts.as_slice() else {
        return None;
    };
    Some(format!("{installation}-{intent}-{}", slot.get(..2)?))
}

#[cfg(test)]
mod tests {
    use super::slot;

    #[test]
    fn attempts_at_one_slot_share_it() {
        let check = |name: &str, expected: Option<&str>| assert_eq!(slot(name).as_deref(), expected, "{name}");
        check("gp-dqobyb-vpg66ajd-0ka1-xhtc7u-eqmn", Some("dqobyb-vpg66ajd-0k"));
        check("gp-dqobyb-vpg66ajd-0ka2-xhtc7u-abcd", Some("dqobyb-vpg66ajd-0k"));
        check("somebody-elses", None);
    }
}

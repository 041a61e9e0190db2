//! Telling what happens while it happens: one line that changes on a terminal,
//! and a line for each thing that matters.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Broker;
use gpu_broker_engine::launch::event::Event;
use gpu_broker_engine::launch::state::{Attempt, Stage, State};
use gpu_broker_engine::launch::{Kind, Watcher};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::lookout::Lookout;
use crate::printer::Printer;
use crate::view::instances::called;
use crate::view::ordered::goods;
use crate::view::text::{seller, shown};

/// Tells a person what happens.
pub(crate) struct Narrator {
    printer: Printer,
    /// The line that changes, from the first wait on: until then a person may
    /// be asked something.
    line: OnceLock<ProgressBar>,
    /// Until then, who is asked.
    lookout: Lookout,
}

impl fmt::Debug for Narrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Narrator").finish_non_exhaustive()
    }
}

impl Narrator {
    /// For whoever watches standard error.
    pub(crate) fn new(printer: Printer) -> Self {
        Self {
            printer,
            line: OnceLock::new(),
            lookout: Lookout::new(printer),
        }
    }

    fn say(&self, line: &str) {
        match self.line.get() {
            Some(bar) => bar.suspend(|| self.printer.note(line)),
            None => self.lookout.beside(|| self.printer.note(line)),
        }
    }
}

fn line() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("  {spinner} {elapsed:>4}  {wide_msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

impl Drop for Narrator {
    fn drop(&mut self) {
        // Whatever is printed next must not share a line with it.
        if let Some(bar) = self.line.get() {
            bar.finish_and_clear();
        }
    }
}

impl Watcher for Narrator {
    fn happened(&self, event: &Event, state: &State) {
        if let Some(line) = told(event, state) {
            self.say(&format!("{line}\n"));
        }
        if let Some(bar) = self.line.get() {
            bar.set_message(status(state));
        }
    }

    fn remarked(&self, line: &str) {
        self.say(&format!("{}\n", shown(line)));
    }

    fn looking(&self, broker: &Broker, done: u32, of: u32) {
        if self.line.get().is_none() {
            self.lookout.looking(broker, done, of);
        }
    }

    fn looked(&self, broker: &Broker) {
        self.lookout.looked(broker);
    }

    fn waiting(&self, state: &State, _: Duration) {
        if self.printer.shows_progress() {
            self.line.get_or_init(line).set_message(status(state));
        }
    }
}

/// What is to be told of an event; nothing where it is no news for a person.
fn told(event: &Event, state: &State) -> Option<String> {
    ordered(event, state).or_else(|| lived(event, state))
}

/// Of requests to launch.
fn ordered(event: &Event, state: &State) -> Option<String> {
    Some(match event {
        Event::Planned(planned) => format!("launch {}", planned.launch),
        Event::Reserved(reserved) => {
            let ordered = &reserved.ordered;
            let offer = match ordered.kind {
                Kind::Machine => format!(", {}", shown(ordered.offer.as_str())),
                // Its offer is its size, which is said already.
                Kind::Disk => String::new(),
            };
            let a = if ordered.kind == Kind::Disk { "a " } else { "" };
            format!(
                "ordering {a}{} from {}{offer}, as {}",
                goods(ordered),
                seller(&ordered.broker, &ordered.provider),
                shown(&reserved.key)
            )
        }
        Event::NotSent(noted) => format!("no connection, so nothing was sent: {}", shown(&noted.note)),
        Event::Accepted(accepted) => {
            let how = if accepted.seen { "found" } else { "made" };
            let id = shown(accepted.id.as_str());
            let currency = currency(state.attempts.get(&accepted.key));
            let rate = accepted.rate.map(|rate| format!(", {rate}{currency} per hour"));
            format!("{how}: {id}{}", rate.unwrap_or_default())
        }
        Event::Rejected(rejected) => format!("refused: {}", shown(&rejected.note)),
        Event::Unknown(noted) => format!(
            "nobody knows what came of it: {}; looking for a machine called {}",
            shown(&noted.note),
            shown(&noted.key)
        ),
        Event::Absent(named) => {
            let name = shown(&named.key);
            format!("{name} did not appear in the time in which it might have")
        }
        _ => return None,
    })
}

/// Of machines that exist.
fn lived(event: &Event, state: &State) -> Option<String> {
    let id = |key: &str| {
        let attempt = state.attempts.get(key);
        attempt.map_or_else(|| shown(key).into_owned(), |one| called(one).into_owned())
    };
    Some(match event {
        Event::Ready(ready) => {
            let ssh = ready.ssh.first().map(|ssh| format!(": {ssh}"));
            format!("ready: {}{}", id(&ready.key), ssh.unwrap_or_default())
        }
        Event::Disowned(noted) => format!(
            "{}, so it is left alone; looking for a machine called {}",
            shown(&noted.note),
            shown(&noted.key)
        ),
        Event::Doomed(doomed) => {
            let note = Some(&doomed.note).filter(|note| !note.is_empty());
            let note = note.map(|note| format!(" ({})", shown(note))).unwrap_or_default();
            format!("{} must end: {}{note}", id(&doomed.key), doomed.doom.as_str())
        }
        Event::Ending(named) => format!("asking to end {}", id(&named.key)),
        Event::EndRefused(refused) => format!("{} does not end yet: {}", id(&refused.key), shown(&refused.note)),
        Event::Gone(gone) => {
            let currency = currency(state.attempts.get(&gone.key));
            format!("gone: {}, it cost {}{currency}", id(&gone.key), gone.cost.to_fixed(4))
        }
        Event::Unseen(named) => {
            let machine = state.attempts.get(&named.key).and_then(|one| one.machine.as_ref());
            let listed = machine.is_some_and(|machine| machine.listed);
            let when = if listed { "any more" } else { "yet" };
            format!("{} is not in its broker's list {when}", id(&named.key))
        }
        Event::Orphan(orphan) => format!(
            "found {} ({}), of which the journal knew nothing",
            shown(orphan.id.as_str()),
            shown(&orphan.key)
        ),
        Event::Extra(extra) => {
            let id = shown(extra.id.as_str());
            format!("a second machine came of one request: {id}")
        }
        _ => return None,
    })
}

fn currency(attempt: Option<&Attempt>) -> String {
    attempt.map_or_else(String::new, |one| format!(" {}", one.ordered.currency))
}

/// What goes on, in one line.
fn status(state: &State) -> String {
    let count = |stages: &[Stage]| {
        state
            .attempts
            .values()
            .filter(|one| stages.contains(&one.stage))
            .count()
    };
    let parts = [
        (count(&[Stage::Reserved, Stage::Sending]), "being ordered"),
        (count(&[Stage::Rejected]), "refused, to be confirmed"),
        (count(&[Stage::Unknown]), "looked for"),
        (count(&[Stage::Accepted]), "deploying"),
        (count(&[Stage::Doomed, Stage::Ending, Stage::Blocked]), "ending"),
        (count(&[Stage::Ready]), "ready"),
    ];
    let mut text: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let alive = state.attempts.values().filter(|one| one.stage.is_alive());
    let rates = alive.filter_map(|one| one.machine.as_ref()?.rate);
    let rate = rates.into_iter().try_fold(Exact::ZERO, Exact::plus);
    if let Some(rate) = rate.filter(|rate| !rate.is_zero()) {
        text.push(format!("{rate} per hour"));
    }
    text.join(" · ")
}

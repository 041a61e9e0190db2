//! What came of a launch, told and as an exit status.

use std::fmt::Write as _;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::offer::Broker;
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::launch::state::{Attempt, Stage};
use gpu_broker_engine::launch::{Cap, Doom, End, Engine, EngineError, Forbidden, Kind, Report};

use super::super::Context;
use super::ALLOW_MORE;
use crate::cli::{Output, here};
use crate::exit::Exit;
use crate::launch::forbidden;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::instances::{Row, called, rates, sheet, state, table};
use crate::view::text::shown;
use crate::view::{columns, format, launch};

/// What was launched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The first plan's id.
    pub(super) plan: &'a str,
    pub(super) demand: &'a Demand,
    /// What was approved, in words.
    pub(super) approved: &'a [String],
    /// What was begun before, and is told in the document too.
    pub(super) earlier: &'a [String],
    /// Whether somebody waited until it can be reached.
    pub(super) waited: bool,
}

/// What came of a launch that failed in the middle, where something of it runs or may: whatever stopped it, that must be
/// heard, with what it costs.
pub(super) fn broken(context: &Context<'_>, engine: &Engine, error: &EngineError) -> Option<Report> {
    let launch = engine.begun()?;
    let attempts: Vec<Attempt> = engine.state().of_launch(launch).cloned().collect();
    let runs = attempts.iter().any(|one| one.stage.is_alive() || may_exist(one));
    runs.then(|| Report {
        launch: launch.to_owned(),
        end: if context.stop.is_asked() {
            End::Interrupted
        } else {
            End::Unknown
        },
        attempts,
        notes: vec![format!("the launch stopped in the middle: {error}")],
        unasked: Vec::new(),
    })
}

/// Whether a request for it left, and nobody knows what came of it.
fn may_exist(attempt: &Attempt) -> bool {
    matches!(attempt.stage, Stage::Sending | Stage::Unknown)
}

/// Prints it: the way in to each machine as data, the rest beside. What runs is told even where the data cannot be
/// written.
pub(super) fn told(context: &Context<'_>, report: &Report, asked: Asked<'_>, now: &Stamp) -> Exit {
    let printer = context.printer;
    let living: Vec<&Attempt> = report.attempts.iter().filter(|one| one.stage.is_alive()).collect();
    let rows: Vec<Row<'_>> = living.iter().map(|attempt| Row { attempt, listed: None }).collect();
    let document = || {
        let mut report = report.clone();
        report.notes.splice(0..0, asked.earlier.iter().cloned());
        let Asked {
            plan, demand, approved, ..
        } = asked;
        launch::report(&report, plan, demand, approved, now)
    };
    let print = || -> Result<(), Trouble> {
        match context.output {
            Output::Table => printer.data(&ways_in(&living))?,
            Output::Json | Output::Jsonl => bytes(&format::json(&document())?)?,
            Output::Yaml => bytes(&format::yaml(&document())?)?,
            Output::Csv => bytes(&sheet(&rows, now).into_bytes())?,
            Output::Markdown => bytes(format::markdown_table(&table(&rows, now)).as_bytes())?,
        }
        Ok(())
    };
    let printed = print();
    let mut text = String::new();
    for note in &report.notes {
        let _ = writeln!(text, "{}", shown(note));
    }
    if !rows.is_empty() && !rows.iter().all(|row| row.attempt.stage == Stage::Ready) {
        text += &(columns::lines(table(&rows, now), printer.columns).join("\n") + "\n");
    }
    text += &here(&verdict(report, &living), context.global);
    let exit = exit(report, asked.waited);
    match printed {
        Ok(()) if exit == Exit::Done => printer.note(&text),
        // Why a launch did not end well must be heard.
        Ok(()) => printer.warn(&text),
        Err(why) => {
            printer.warn(&format!(
                "{text}warning: this could not be printed: {}\n",
                why.message()
            ));
            return if exit == Exit::Done { Exit::Unknown } else { exit };
        }
    }
    exit
}

/// A line to paste for each machine that can be reached.
fn ways_in(living: &[&Attempt]) -> String {
    let ready = living.iter().filter(|one| one.stage == Stage::Ready);
    let ssh = ready
        .filter_map(|one| one.machine.as_ref())
        .flat_map(|machine| &machine.ssh);
    let mut text = String::new();
    for ssh in ssh {
        let _ = writeln!(text, "{ssh}");
    }
    text
}

fn verdict(report: &Report, living: &[&Attempt]) -> String {
    let name = &report.launch;
    let costs = format!("{} per hour", rates(living.iter().copied()));
    let end = format!("`planner terminate --launch {name}` ends it");
    match &report.end {
        End::Ready => format!("launch {name} is ready: {costs} until it is ended; {end}\n"),
        End::Deploying => {
            format!("launch {name} is still deploying, and billed: {costs}; `planner ls` shows how far it is, {end}\n")
        }
        End::Partial { got, wanted } => format!(
            "warning: launch {name} has {got} of {wanted} machines, the others could not be had: {costs}; {end}\n"
        ),
        End::Nothing if report.unasked.is_empty() => match launch::too_poor(report) {
            Some(one) => unpaid(&one.ordered.broker, &left(report)),
            None => format!("nothing could be had; {}\n", left(report)),
        },
        End::Nothing => {
            let brokers: Vec<&str> = report.unasked.iter().map(Broker::as_str).collect();
            format!(
                "nothing was had, and {} could not be asked, so that it may be for sale all the same: try again later; {}\n",
                brokers.join(" and "),
                left(report)
            )
        }
        End::Guarded(_) if report.attempts.iter().any(|one| one.doom == Some(Doom::User)) => {
            format!(
                "launch {name} was ended by `planner terminate` meanwhile; {}\n",
                left(report)
            )
        }
        End::Guarded(why) => guarded(why, &left(report)),
        End::Key(why) => format!("the key was refused: {}; {}\n", shown(why), left(report)),
        End::Unknown => {
            let some: Vec<&Attempt> = at_stake(report).collect();
            let cost = if some.is_empty() {
                String::new()
            } else {
                format!(": up to {} per hour", rates(some.into_iter()))
            };
            format!(
                "it is not known what came of launch {name}; {}{cost}; `planner reconcile` finds out, {end}\n",
                doubts(report)
            )
        }
        End::Interrupted => format!("interrupted; {}\n", left(report)),
    }
}

/// That a broker wants more money than the account has, and what to do about it.
fn unpaid(broker: &Broker, left: &str) -> String {
    let why = format!("the money at {broker} does not suffice, so nothing was had; {left}");
    let hint = format!(
        "top up the account at {broker}, or launch a plan that asks for less in advance, or one of another broker: \
         `planner quote` ranks them"
    );
    Trouble::new(Exit::Refused, why).hint(hint).lines()
}

/// What a guard refused once it was begun: what else runs may have changed since it was looked at.
fn guarded(why: &Forbidden, left: &str) -> String {
    let counts_all = matches!(
        why,
        Forbidden::Above {
            cap: Cap::Budget | Cap::Burn,
            ..
        }
    );
    let hint = if counts_all {
        format!("hint: {ALLOW_MORE}\n")
    } else {
        String::new()
    };
    format!("refused by a guard: {}; {left}\n{hint}", shown(&forbidden(why)))
}

/// What runs of it, and what may.
fn at_stake(report: &Report) -> impl Iterator<Item = &Attempt> {
    let attempts = report.attempts.iter();
    attempts.filter(|one| one.stage.is_alive() || may_exist(one))
}

fn left(report: &Report) -> String {
    let some: Vec<&Attempt> = at_stake(report).collect();
    if some.is_empty() {
        return "nothing of this launch runs".to_owned();
    }
    let names: Vec<String> = some
        .iter()
        .map(|one| {
            if may_exist(one) {
                format!("{} (may exist)", called(one))
            } else {
                format!("{} ({})", called(one), state(one))
            }
        })
        .collect();
    let up_to = if some.iter().any(|one| may_exist(one)) {
        "up to "
    } else {
        ""
    };
    format!(
        "{} still costs {up_to}{} per hour; `planner terminate --launch {}` ends it",
        names.join(", "),
        rates(some.into_iter()),
        report.launch
    )
}

fn doubts(report: &Report) -> String {
    let open = report.attempts.iter().filter(|one| one.stage.is_open());
    let mut names: Vec<String> = open.map(|one| format!("{} may exist", shown(&one.name))).collect();
    let ending = report.attempts.iter().filter(|one| {
        matches!(
            one.stage,
            Stage::Doomed | Stage::Ending | Stage::Blocked | Stage::Orphan
        )
    });
    names.extend(ending.map(|one| {
        let what = if one.ordered.kind == Kind::Disk {
            "disk"
        } else {
            "machine"
        };
        let id = one
            .machine
            .as_ref()
            .map_or(one.name.as_str(), |machine| machine.id.as_str());
        format!("{what} {} is to end and has not yet", shown(id))
    }));
    let kept = report
        .attempts
        .iter()
        .filter(|one| matches!(one.stage, Stage::Accepted | Stage::Ready));
    names.extend(kept.map(|one| format!("{} is {}", called(one), state(one))));
    if names.is_empty() {
        "look with `planner ls`".to_owned()
    } else {
        names.join(", ")
    }
}

/// The status. Whatever the end, what is alive and should not be is not
/// settled.
fn exit(report: &Report, waited: bool) -> Exit {
    let open = report.attempts.iter().any(|one| {
        matches!(
            one.stage,
            Stage::Doomed | Stage::Ending | Stage::Blocked | Stage::Unknown | Stage::Sending
        )
    });
    match &report.end {
        End::Interrupted => Exit::Interrupted,
        _ if open => Exit::Unknown,
        End::Ready | End::Partial { .. } => Exit::Done,
        // Nobody wanted to wait for it.
        End::Deploying if !waited => Exit::Done,
        End::Deploying | End::Unknown => Exit::Unknown,
        // It matches, and is not paid for.
        End::Nothing if report.unasked.is_empty() && launch::too_poor(report).is_some() => Exit::Refused,
        End::Nothing if report.unasked.is_empty() => Exit::NothingMatches,
        End::Nothing => Exit::PartialMarket,
        End::Guarded(_) => Exit::Refused,
        End::Key(_) => Exit::Credentials,
    }
}

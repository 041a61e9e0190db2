//! What came of a launch, told and as an exit status.

use std::fmt::Write as _;

use gpu_broker_core::demand::Demand;
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::launch::state::{Attempt, Stage};
use gpu_broker_engine::launch::{End, Kind, Report};

use super::super::Context;
use crate::cli::Output;
use crate::exit::Exit;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::instances::{Row, rates, sheet, state, table};
use crate::view::text::shown;
use crate::view::{columns, format, launch};

/// Prints it: the way in to each machine as data, the rest beside.
pub(super) fn told(
    context: &Context<'_>,
    report: &Report,
    (plan, demand, approved): (&str, &Demand, &[String]),
    waited: bool,
    now: &Stamp,
) -> Result<Exit, Trouble> {
    let printer = context.printer;
    let living: Vec<&Attempt> = report.attempts.iter().filter(|one| one.stage.is_alive()).collect();
    let rows: Vec<Row<'_>> = living.iter().map(|attempt| Row { attempt, listed: None }).collect();
    let document = || launch::report(report, plan, demand, approved, now);
    match context.output {
        Output::Table => printer.data(&ways_in(&living))?,
        Output::Json | Output::Jsonl => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Csv => bytes(&sheet(&rows, now).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&table(&rows, now)).as_bytes())?,
    }
    let mut text = String::new();
    for note in &report.notes {
        let _ = writeln!(text, "{}", shown(note));
    }
    if !rows.is_empty() && !rows.iter().all(|row| row.attempt.stage == Stage::Ready) {
        text += &(columns::lines(table(&rows, now), printer.columns).join("\n") + "\n");
    }
    text += &verdict(report, &living);
    let exit = exit(report, waited);
    if exit == Exit::Done {
        printer.note(&text);
    } else {
        // Why a launch did not end well must be heard.
        printer.warn(&text);
    }
    Ok(exit)
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
    let launch = &report.launch;
    let costs = format!("{} per hour", rates(living.iter().copied()));
    let end = format!("`planner terminate --launch {launch}` ends it");
    match &report.end {
        End::Ready => format!("launch {launch} is ready: {costs} until it is ended; {end}\n"),
        End::Deploying => format!(
            "launch {launch} is still deploying, and billed: {costs}; `planner ls` shows how far it is, {end}\n"
        ),
        End::Partial { got, wanted } => format!(
            "warning: launch {launch} has {got} of {wanted} machines, the others could not be had: {costs}; {end}\n"
        ),
        End::Nothing => "nothing could be had, and nothing runs\n".to_owned(),
        End::Guarded(why) => format!("refused by a guard: {}; {}\n", shown(why), left(living)),
        End::Key(why) => format!("the key was refused: {}; {}\n", shown(why), left(living)),
        End::Unknown => format!(
            "it is not known what came of launch {launch}; {}; `planner reconcile` finds out\n",
            doubts(report)
        ),
        End::Interrupted => format!("interrupted; {}\n", left(living)),
    }
}

fn left(living: &[&Attempt]) -> String {
    if living.is_empty() {
        return "nothing runs".to_owned();
    }
    let names: Vec<String> = living
        .iter()
        .map(|one| {
            let id = one
                .machine
                .as_ref()
                .map_or(one.name.as_str(), |machine| machine.id.as_str());
            format!("{} ({})", shown(id), state(one))
        })
        .collect();
    format!(
        "{} still costs {} per hour",
        names.join(", "),
        rates(living.iter().copied())
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
        End::Nothing => Exit::NothingMatches,
        End::Guarded(_) => Exit::Refused,
        End::Key(_) => Exit::Credentials,
    }
}

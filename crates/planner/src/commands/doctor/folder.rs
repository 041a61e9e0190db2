//! The data folder and the journal in it.

use std::path::Path;

use gpu_broker_core::offer::Broker;
use gpu_broker_engine::journal::SqliteJournal;
use gpu_broker_engine::launch::state::State;

use super::Finding;
use crate::data::Data;
use crate::exit::Exit;
use crate::files::absent::is_absent;
use crate::launch::offline;
use crate::report::Trouble;
use crate::settings::BROKERS;
use crate::view::instances::rates;
use crate::view::text::{counted, shown};

pub(super) fn look(data: &Data) -> Vec<Finding> {
    let folder = data.folder();
    let place = folder.display().to_string();
    let is_begun = match data.is_begun() {
        Ok(is_begun) => is_begun,
        Err(trouble) => return vec![unseen("data folder", &trouble)],
    };
    if is_absent(folder) {
        return vec![Finding::ok(
            "data folder",
            format!("{place} is made with the first launch or quote"),
        )];
    }
    let mut findings = vec![modes(folder, &place)];
    if SqliteJournal::exists(folder) == Ok(false) {
        findings.push(if is_begun {
            Finding::note(
                "journal",
                "there is none, though something was launched from here",
                "`planner reconcile` begins a new one, and finds machines by their names",
            )
        } else {
            Finding::ok("journal", "nothing was launched from here yet")
        });
        return findings;
    }
    match offline(data) {
        Ok(state) => findings.extend(known(&state)),
        Err(trouble) => findings.push(unseen("journal", &trouble)),
    }
    findings
}

/// What cannot be looked at. Only of a journal that was read and does not hold it is said to begin anew.
fn unseen(what: &'static str, trouble: &Trouble) -> Finding {
    let advice = trouble
        .advice()
        .unwrap_or("put that right; nothing is launched meanwhile");
    Finding::bad(what, trouble.message().to_owned(), advice.to_owned(), trouble.exit)
}

#[cfg(unix)]
fn modes(folder: &Path, place: &str) -> Finding {
    use std::os::unix::fs::PermissionsExt as _;
    let open = |path: &Path, bits: u32| {
        let mode = std::fs::symlink_metadata(path).map(|about| about.permissions().mode());
        mode.is_ok_and(|mode| mode & bits != 0)
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let loose = entries
        .map(|entry| entry.path())
        .find(|path| path.is_file() && open(path, 0o077));
    if open(folder, 0o022) {
        let hint = format!("chmod 700 {place}");
        return Finding::bad(
            "data folder",
            format!("{place} may be written by others"),
            hint,
            Exit::Usage,
        );
    }
    if let Some(path) = loose {
        let path = path.display();
        return Finding::note(
            "data folder",
            format!("{path} may be read by others"),
            format!("chmod 600 {path}"),
        );
    }
    if open(folder, 0o077) {
        return Finding::note(
            "data folder",
            format!("{place} may be looked at by others"),
            format!("chmod 700 {place}"),
        );
    }
    Finding::ok("data folder", format!("{place}, for its owner alone"))
}

#[cfg(not(unix))]
fn modes(_: &Path, place: &str) -> Finding {
    Finding::ok("data folder", place.to_owned())
}

/// What the journal tells, once every row of it was checked.
fn known(state: &State) -> Vec<Finding> {
    let rows = state.rows();
    let mut findings = vec![Finding::ok(
        "journal",
        format!("{}, each follows from the one before it", counted(rows, "row")),
    )];
    let alive = state.attempts.values().filter(|one| one.stage.is_alive());
    let (count, costs) = (alive.clone().count(), rates(alive));
    findings.push(Finding::ok("machines", format!("{count} alive, {costs} per hour")));
    let open = state.attempts.values().filter(|one| !one.is_settled());
    let names: Vec<_> = open.map(|one| shown(&one.name).into_owned()).collect();
    if !names.is_empty() {
        findings.push(Finding::bad(
            "unsettled",
            names.join(", "),
            "`planner reconcile` finds out what became of them",
            Exit::Unknown,
        ));
    }
    for broker in BROKERS {
        if let Some(lag) = state.lag_of(&Broker::new(broker)) {
            findings.push(Finding::ok(
                format!("{broker} lists"),
                format!(
                    "what it makes within {} ms, as {} from here showed",
                    lag.longest.as_millis(),
                    if lag.count == 1 {
                        "1 launch".to_owned()
                    } else {
                        format!("{} launches", lag.count)
                    }
                ),
            ));
        }
    }
    findings
}

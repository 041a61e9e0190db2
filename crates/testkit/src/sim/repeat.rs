//! S8: every step done twice leads to where doing it once leads.

use std::time::Duration;

use gpu_broker_engine::launch::Engine;

use super::book::Promise;
use super::cell::{CellSpec, launched};
use super::journal::Kill;
use super::rig::{Closed, Rig};
use super::time::HOUR;

/// Where everything came to rest: each attempt with its stage and its doom.
type Rest = Vec<String>;

/// Runs a cell once with every command given once, and once with every command
/// given twice, by two processes, and every request to end delivered twice.
pub(crate) fn run(spec: &CellSpec, kill: Option<Kill>, trace: bool) -> Closed {
    let (rest, _) = go(spec, kill, 1, false);
    let (again, rig) = go(spec, kill, 2, trace);
    if rest != again {
        let what = format!("once {rest:?}, twice {again:?}");
        rig.world.lock().breach(Promise::S8, what);
    }
    rig.close()
}

fn go(spec: &CellSpec, kill: Option<Kill>, times: u32, trace: bool) -> (Rest, Rig) {
    let mut rig = launched(spec, kill, trace, times > 1);
    let minute = Duration::from_secs(60);
    // As often as it takes for all that happens by itself to have happened.
    for _ in 0..30 {
        for _ in 0..times {
            rig.reconcile(minute);
            rig.restart();
        }
        rig.pass(HOUR / 20);
    }
    for _ in 0..3 {
        for _ in 0..times {
            let keys: Vec<String> = rig.engine().state().attempts.keys().cloned().collect();
            rig.terminate(&keys, 3 * minute);
            rig.restart();
        }
        for _ in 0..times {
            rig.reconcile(minute);
            rig.restart();
        }
        rig.pass(HOUR / 4);
    }
    for _ in 0..times {
        rig.look_around();
    }
    rig.world.lock().nothing_lives();
    (rest(rig.engine()), rig)
}

fn rest(engine: &Engine) -> Rest {
    let attempts = engine.state().attempts.values();
    attempts
        .map(|one| format!("{}: {} {:?}", one.key, one.stage.as_str(), one.doom))
        .collect()
}

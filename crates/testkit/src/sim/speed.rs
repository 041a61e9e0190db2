//! S12: things happen in time, while somebody watches and nothing but the launch
//! itself goes wrong.

use std::time::Duration;

use gpu_broker_engine::journal::MemoryStore;
use gpu_broker_engine::launch::Settings;

use super::book::Promise;
use super::cell::{CellSpec, LAGS_MS, end_all};
use super::journal::Kill;
use super::machine::Machine;
use super::rig::{Closed, Rig, Store};
use super::script::Script;
use super::time::SECOND;
use super::world::World;

/// How long after it can be seen a machine is taken for what it is.
const SEEN_MS: u64 = 60 * SECOND;
/// How long after that was decided a machine that must end is gone.
const GONE_MS: u64 = 120 * SECOND;
/// Listings of one broker in a quarter of an hour.
const LISTS: usize = 90;
/// How long somebody watches.
const WATCH: Duration = Duration::from_secs(80 * 60);

/// Runs a cell with the settings of a real planner, under a watchdog.
pub(crate) fn run(spec: &CellSpec, kill: Option<Kill>, trace: bool) -> Closed {
    let mut settings = Settings::default();
    settings.lags_min = 0;
    let mut world = spec.world(Script::Calm);
    world.kills.extend(kill);
    world.trace = trace.then(Vec::new);
    let mut rig = Rig::new(world, &[spec.flavour], settings, Store::Memory(MemoryStore::default()));
    rig.look_around();
    rig.world.lock().script = Script::cell(spec.create, spec.list, spec.delete);
    let (wish, cap) = spec.wish();
    rig.provision(&wish, cap);
    if !rig.watch(WATCH) {
        rig.watch(WATCH);
    }
    in_time(&mut rig.world.lock(), LAGS_MS[spec.lag], kill.is_some());
    end_all(&mut rig);
    // Whoever ends everything looks at once, right behind the watchdog.
    few_lists(&mut rig.world.lock());
    rig.close()
}

fn few_lists(world: &mut World) {
    if world.book.lists_max > LISTS {
        let what = format!("{} listings in a quarter of an hour", world.book.lists_max);
        world.breach(Promise::S12, what);
    }
}

fn in_time(world: &mut World, lag: u64, killed: bool) {
    let ours: Vec<Machine> = world.ours().cloned().collect();
    // Whoever was killed is started again, and looks.
    let slack = if killed { 15 * SECOND } else { 0 };
    for one in ours {
        let id = one.id.as_str();
        let answered = world.book.answered.get(&one.name).copied().unwrap_or_default();
        let visible = answered.max(one.from + lag);
        let until = one.until.unwrap_or(world.now);
        let Some(seen) = world.book.adopted.get(id).copied() else {
            if until > visible + SEEN_MS + slack {
                world.breach(
                    Promise::S12,
                    format!("{id} was visible for {} s unseen", (until - visible) / SECOND),
                );
            }
            continue;
        };
        if seen > visible + SEEN_MS + slack {
            let late = (seen - visible) / SECOND;
            world.breach(
                Promise::S12,
                format!("{id} was taken for what it is {late} s after it was visible"),
            );
        }
        if let Some(doomed) = world.book.doomed.get(id).copied()
            && until > doomed + GONE_MS + slack
        {
            let late = (until - doomed) / SECOND;
            world.breach(Promise::S12, format!("{id} lived for {late} s after it was to end"));
        }
    }
}

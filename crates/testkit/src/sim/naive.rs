//! Three protocols that others have used, over the same brokers and faults: a
//! control, to show that the harness can see what it looks for.

use std::time::Duration;

use futures::FutureExt as _;
use gpu_broker_core::instance::{Instance, InstanceId, Phase};
use gpu_broker_core::source::{Ask, Fleet, Hint, Outcome, Quiet, RefusalKind};
use gpu_broker_engine::launch::Names as _;

use super::book::{Cap, Promise};
use super::broker::SimBroker;
use super::cell::CellSpec;
use super::journal::Kill;
use super::names::{CountedNames, ours};
use super::rig::Closed;
use super::script::Script;
use super::shop::GOODS;
use super::time::{HOUR, MINUTE, SECOND, stamp_of};
use super::world::Shared;

/// Which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naive {
    /// Repeats a request that failed, as client libraries do, and writes down
    /// what was made.
    Retry,
    /// Never repeats one, and writes down what was made.
    Once,
    /// Writes down the name first; in doubt it looks once, and orders again
    /// what it does not see.
    LookOnce,
}

impl Naive {
    pub(crate) const ALL: [Self; 3] = [Self::Retry, Self::Once, Self::LookOnce];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Retry => "a",
            Self::Once => "b",
            Self::LookOnce => "c",
        }
    }

    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::Retry => "retry, journal after",
            Self::Once => "no retry, journal after",
            Self::LookOnce => "journal first, look once",
        }
    }
}

/// How often a request is repeated, or ordered anew.
const TRIES: u32 = 3;
const WITHIN: Duration = Duration::from_secs(180);

/// The process was killed.
struct Killed;

/// What is written down: it outlives the process.
#[derive(Debug, Default)]
struct Notes {
    /// Names that were about to be ordered.
    names: Vec<String>,
    /// What was made, and whether it is believed to be gone.
    made: Vec<(InstanceId, bool)>,
}

struct Planner<'a> {
    naive: Naive,
    spec: &'a CellSpec,
    world: Shared,
    fleet: SimBroker,
    names: CountedNames,
    launch: u64,
    kill: Option<Kill>,
    notes: Notes,
}

/// Runs one cell.
pub(crate) fn run(naive: Naive, spec: &CellSpec, kill: Option<Kill>, trace: bool) -> Closed {
    let mut world = spec.world(Script::cell(spec.create, spec.list, spec.delete));
    world.trace = trace.then(Vec::new);
    world.book.lenient = true;
    world.launches = 1;
    world.book.caps.insert(
        1,
        Cap {
            machines: 1,
            rate: spec.wish().1.rate,
        },
    );
    let world = Shared::new(world);
    let mut planner = Planner {
        naive,
        spec,
        world: world.clone(),
        fleet: SimBroker {
            world: world.clone(),
            flavour: spec.flavour,
        },
        names: CountedNames {
            tags: ours(),
            world: world.clone(),
        },
        launch: 1,
        kill,
        notes: Notes::default(),
    };
    // A run that was killed is started again, by somebody who wants a machine.
    for _ in 0..2 {
        let up = planner.up().now_or_never().expect("nothing to wait for");
        if up.is_ok() {
            break;
        }
        world.lock().pass(10 * SECOND);
    }
    planner.claims();
    world.lock().pass(30 * MINUTE);
    for _ in 0..2 {
        let down = planner.down().now_or_never().expect("nothing to wait for");
        if down.is_ok() {
            break;
        }
        world.lock().pass(10 * SECOND);
    }
    let mut world = world.lock();
    world.pass(HOUR);
    let now = world.now;
    for (id, gone) in &planner.notes.made {
        if *gone && world.machine(id.as_str()).is_some_and(|one| one.lives(now)) {
            world.breach(Promise::I4, format!("{id} is called gone, and lives"));
        }
    }
    world.nothing_lives();
    let excused = world.walk();
    Closed {
        excused,
        trace: world.trace.take().unwrap_or_default(),
        book: std::mem::take(&mut world.book),
    }
}

impl Planner<'_> {
    /// Writes something down, unless the process is killed before or after.
    fn note(&mut self, write: impl FnOnce(&mut Notes)) -> Result<(), Killed> {
        let mut world = self.world.lock();
        world.book.commits += 1;
        let commit = world.book.commits;
        drop(world);
        let kill = self.kill.filter(|kill| kill.commit == commit);
        if kill.is_none_or(|kill| kill.after) {
            write(&mut self.notes);
        }
        if kill.is_some() { Err(Killed) } else { Ok(()) }
    }

    fn made(&mut self, made: &Instance) -> Result<(), Killed> {
        let id = made.id.clone();
        self.world.lock().book.known.insert(id.to_string());
        self.note(|notes| notes.made.push((id, false)))
    }

    async fn up(&mut self) -> Result<(), Killed> {
        if !self.notes.made.is_empty() {
            return Ok(());
        }
        // What was under way when the process was killed is looked for once.
        if let Some(name) = self.notes.names.last().cloned()
            && let Some(found) = self.look(&name).await
        {
            return self.made(&found);
        }
        for good in 0..2 {
            if self.order(good).await? {
                return self.wait().await;
            }
        }
        Ok(())
    }

    /// Orders one thing; false when it is sold out.
    async fn order(&mut self, good: usize) -> Result<bool, Killed> {
        let mut order = GOODS[self.spec.flavour.site()][good].unit().order;
        for _ in 0..TRIES {
            if order.name.is_empty() || self.naive == Naive::LookOnce {
                order.name = self.fresh();
            }
            if self.naive == Naive::LookOnce {
                let name = order.name.clone();
                self.note(|notes| notes.names.push(name))?;
            }
            match self.fleet.create(&order, WITHIN).await {
                Outcome::Accepted(made) => return self.made(&made).map(|()| true),
                Outcome::Rejected(refusal) => return Ok(refusal.kind != RefusalKind::OutOfStock),
                Outcome::NotSent(_) => {}
                Outcome::Unknown(_) => match self.naive {
                    Naive::Retry => {}
                    Naive::Once => return Ok(true),
                    Naive::LookOnce => {
                        if let Some(found) = self.look(&order.name).await {
                            return self.made(&found).map(|()| true);
                        }
                    }
                },
            }
            self.world.lock().pass(2 * SECOND);
        }
        Ok(true)
    }

    /// A name that was not used before; a process that begins anew has others.
    fn fresh(&mut self) -> String {
        let number = self.world.lock().book.named.len();
        let number = u8::try_from(number).unwrap_or(35) + 1;
        self.names.name(self.launch, 0, number, None).expect("a small number")
    }

    async fn look(&self, name: &str) -> Option<Instance> {
        let ask = Ask {
            within: WITHIN,
            hint: &Hint::default(),
            progress: &Quiet,
        };
        let listing = self.fleet.list(&ask, stamp_of(0)).await;
        listing
            .items
            .into_iter()
            .find(|one| one.name == name && one.phase.is_billable())
    }

    /// Waits until it can be used.
    async fn wait(&mut self) -> Result<(), Killed> {
        for _ in 0..20 {
            let Some((id, _)) = self.notes.made.last() else {
                return Ok(());
            };
            let found = self.fleet.get(id, WITHIN).await;
            if matches!(found, Ok(Some(one)) if one.phase == Phase::Running) {
                return Ok(());
            }
            self.world.lock().pass(30 * SECOND);
        }
        Ok(())
    }

    /// All is well, it says.
    fn claims(&self) {
        let mut world = self.world.lock();
        let now = world.now;
        let living: Vec<_> = world.ours().filter(|one| one.lives(now)).cloned().collect();
        for machine in living {
            let id = &machine.id;
            if !self.notes.made.iter().any(|(known, _)| known == id) {
                world.breach(Promise::I2, format!("all settled, and {id} is unknown"));
            } else if !machine.as_ordered || machine.rate > machine.approved {
                world.breach(Promise::I8, format!("{id} is kept, and is not what was approved"));
            }
        }
    }

    /// Ends what is written down, and believes the answer.
    async fn down(&mut self) -> Result<(), Killed> {
        for number in 0..self.notes.made.len() {
            let (id, gone) = self.notes.made[number].clone();
            let tries = if self.naive == Naive::Retry { TRIES } else { 1 };
            for _ in 0..if gone { 0 } else { tries } {
                if self.fleet.delete(&id, WITHIN).await.is_ok() {
                    self.note(|notes| notes.made[number].1 = true)?;
                    break;
                }
                self.world.lock().pass(2 * SECOND);
            }
        }
        Ok(())
    }
}

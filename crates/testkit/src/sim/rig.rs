//! One engine after another over one journal and one world.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use gpu_broker_core::source::Source;
use gpu_broker_engine::journal::{Journal, MemoryStore, Mode, SqliteJournal};
use gpu_broker_engine::launch::{Alone, Engine, EngineError, Interrupt, Parts, Report, Settings, Wish};

use super::audit::Audit;
use super::book::{Cap, Promise};
use super::broker::SimBroker;
use super::journal::Killable;
use super::names::{CountedNames, ours};
use super::time::{MINUTE, SECOND, SimClock};
use super::verdict::Excused;
use super::world::{Flavour, Shared, World};

/// How long after a process was killed somebody starts another.
const RESTART_MS: u64 = 10 * SECOND;

/// Where the rows are kept.
#[derive(Debug)]
pub(crate) enum Store {
    Memory(MemoryStore),
    Folder(std::path::PathBuf),
}

/// The bench on which a run takes place.
#[derive(Debug)]
pub(crate) struct Rig {
    pub(crate) world: Shared,
    parts: Parts,
    store: Store,
    engine: Engine,
}

impl Rig {
    pub(crate) fn new(world: World, flavours: &[Flavour], settings: Settings, store: Store) -> Self {
        let world = Shared::new(world);
        let source = |flavour: &Flavour| -> Arc<dyn Source> {
            Arc::new(SimBroker {
                world: world.clone(),
                flavour: *flavour,
            })
        };
        let parts = Parts {
            sources: flavours.iter().map(source).collect(),
            clock: Arc::new(SimClock(world.clone())),
            names: Arc::new(CountedNames {
                tags: ours(),
                world: world.clone(),
            }),
            turns: Arc::new(Alone),
            watcher: Arc::new(Audit(world.clone())),
            interrupt: Interrupt::default(),
            settings,
        };
        let engine = open(&store, &world, &parts);
        Self {
            world,
            parts,
            store,
            engine,
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn now(&self) -> u64 {
        self.world.lock().now
    }

    pub(crate) fn pass(&self, ms: u64) {
        self.world.lock().pass(ms);
    }

    /// Asks to stop at a moment; whoever is started later knows nothing of it.
    pub(crate) fn interrupt_at(&mut self, at: u64) {
        self.parts.interrupt = Interrupt::default();
        self.world.lock().interrupt = Some((at, self.parts.interrupt.clone()));
        self.engine = open(&self.store, &self.world, &self.parts);
    }

    /// Nobody asks to stop any more.
    pub(crate) fn calm(&mut self) {
        self.parts.interrupt = Interrupt::default();
        self.world.lock().interrupt = None;
        self.restart();
    }

    /// Another process, which knows what the journal says.
    pub(crate) fn restart(&mut self) {
        self.world.lock().dead = false;
        self.engine = open(&self.store, &self.world, &self.parts);
        self.world.lock().reopened(self.engine.state());
    }

    /// Runs a command. `None` when the process was killed in it, and another
    /// was started.
    fn command<T>(&mut self, what: &str, run: impl AsyncFnOnce(&mut Engine) -> Result<T, EngineError>) -> Option<T> {
        self.world.lock().say(|| format!("== {what}"));
        // Time is simulated, so that nothing is ever waited for.
        let ran = run(&mut self.engine).now_or_never().expect("nothing to wait for");
        match ran {
            Ok(value) => Some(value),
            Err(error) => {
                let mut world = self.world.lock();
                if !world.dead {
                    world.breach(Promise::I6, format!("{what} failed: {error}"));
                }
                world.pass(RESTART_MS);
                drop(world);
                self.restart();
                None
            }
        }
    }

    /// Launches, and holds what is said of it against the truth.
    pub(crate) fn provision(&mut self, wish: &Wish, cap: Cap) -> Option<Report> {
        {
            let mut world = self.world.lock();
            let launch = world.launches + 1;
            world.book.caps.insert(launch, cap);
        }
        let report = self.command("provision", async |engine| engine.provision(wish).await)?;
        let mut world = self.world.lock();
        world.say(|| format!("== {:?}", report.end));
        world.claims_end(self.engine.state(), &report);
        Some(report)
    }

    /// Reconciles, and holds what is said of it against the truth.
    pub(crate) fn reconcile(&mut self, within: Duration) {
        let Some(shown) = self.command("reconcile", async |engine| engine.reconcile(within).await) else {
            return;
        };
        let whole = shown.iter().all(|one| one.whole);
        if whole && self.engine.state().is_settled() {
            self.world.lock().claims_settled(self.engine.state());
        }
    }

    pub(crate) fn look_around(&mut self) {
        self.command("look", async |engine| engine.look_around().await);
    }

    /// Watches; false when the process was killed before the time was over.
    pub(crate) fn watch(&mut self, within: Duration) -> bool {
        self.command("watch", async |engine| engine.watch(within).await)
            .is_some()
    }

    pub(crate) fn terminate(&mut self, keys: &[String], within: Duration) {
        self.command("terminate", async |engine| engine.terminate(keys, within).await);
    }

    /// Reconciles now and then until faults have ceased and everything that
    /// happens by itself has happened, and then until all is at rest, ten times
    /// in half an hour at most.
    pub(crate) fn passes(&mut self, done: impl Fn(&Engine) -> bool) {
        let within = Duration::from_secs(60);
        let mut left = 10;
        loop {
            self.reconcile(within);
            let (now, ceases, last) = {
                let world = self.world.lock();
                (world.now, world.script.ceases(), world.last_event())
            };
            if now > ceases && now > last {
                if done(&self.engine) || left == 0 {
                    return;
                }
                left -= 1;
            }
            self.pass(3 * MINUTE);
        }
    }

    /// What the whole run comes to.
    pub(crate) fn close(self) -> Closed {
        let mut world = self.world.lock();
        world.is_as_written(self.engine.state());
        let excused = world.walk();
        Closed {
            excused,
            trace: world.trace.take().unwrap_or_default(),
            book: std::mem::take(&mut world.book),
        }
    }
}

/// A run that is over.
#[derive(Debug)]
pub(crate) struct Closed {
    pub(crate) excused: Excused,
    pub(crate) trace: Vec<String>,
    pub(crate) book: super::book::Book,
}

fn open(store: &Store, world: &Shared, parts: &Parts) -> Engine {
    let inner: Box<dyn Journal> = match store {
        Store::Memory(rows) => Box::new(rows.open()),
        Store::Folder(folder) => Box::new(SqliteJournal::open(folder, Mode::Write).expect("a folder of our own")),
    };
    let journal = Killable {
        inner,
        world: world.clone(),
    };
    Engine::open(Box::new(journal), parts.clone()).expect("what it wrote it can read")
}

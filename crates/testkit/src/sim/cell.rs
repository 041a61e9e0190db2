//! One run of the exhaustive level: a launch that meets one fault of each kind,
//! is looked after, and is ended.

use std::time::Duration;

use gpu_broker_core::money::Currency;
use gpu_broker_engine::journal::MemoryStore;
use gpu_broker_engine::launch::SpendCaps;
use gpu_broker_engine::launch::{Engine, OnUnknown, Settings, Wish};

use super::book::Cap;
use super::fault::{Create, Delete, List};
use super::journal::Kill;
use super::rig::{Closed, Rig, Store};
use super::script::Script;
use super::shop::{GOODS, MICRO, exact};
use super::time::{HOUR, SECOND};
use super::world::{Flavour, World};

/// How late listings are.
pub(crate) const LAGS_MS: [u64; 4] = [0, 20 * SECOND, 110 * SECOND, 300 * SECOND];

/// What is done about an outcome that nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    Hold,
    Recreate,
}

impl Policy {
    pub(crate) const ALL: [Self; 2] = [Self::Hold, Self::Recreate];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Recreate => "recreate",
        }
    }
}

/// Which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellSpec {
    pub(crate) flavour: Flavour,
    pub(crate) policy: Policy,
    pub(crate) create: Create,
    pub(crate) list: List,
    pub(crate) delete: Delete,
    pub(crate) lag: usize,
}

impl CellSpec {
    /// All of them.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for flavour in Flavour::ALL {
            for policy in Policy::ALL {
                for create in Create::ALL {
                    for list in List::ALL {
                        for delete in Delete::ALL {
                            for lag in 0..LAGS_MS.len() {
                                all.push(Self {
                                    flavour,
                                    policy,
                                    create: *create,
                                    list: *list,
                                    delete: *delete,
                                    lag,
                                });
                            }
                        }
                    }
                }
            }
        }
        all
    }

    /// `spheron/hold/ok/ok/ok/0`.
    pub(crate) fn word(&self) -> String {
        format!(
            "{}/{}/{}/{}/{}/{}",
            self.flavour.word(),
            self.policy.word(),
            self.create.word(),
            self.list.word(),
            self.delete.word(),
            self.lag
        )
    }

    pub(crate) fn read(word: &str) -> Option<Self> {
        let parts: Vec<&str> = word.split('/').collect();
        let [flavour, policy, create, list, delete, lag] = parts[..] else {
            return None;
        };
        Some(Self {
            flavour: Flavour::ALL.into_iter().find(|one| one.word() == flavour)?,
            policy: Policy::ALL.into_iter().find(|one| one.word() == policy)?,
            create: Create::read(create)?,
            list: List::read(list)?,
            delete: Delete::read(delete)?,
            lag: lag.parse().ok().filter(|lag| *lag < LAGS_MS.len())?,
        })
    }

    /// The world in which it takes place.
    pub(crate) fn world(&self, script: Script) -> World {
        World::new(script, LAGS_MS[self.lag], 2)
    }

    /// What is wanted: the first good or else the second.
    pub(crate) fn wish(&self) -> (Wish, Cap) {
        let goods = &GOODS[self.flavour.site()];
        let (first, second) = (&goods[0], &goods[1]);
        // Another machine in its stead must find room beside the first.
        let beside = match self.policy {
            Policy::Hold => 0,
            Policy::Recreate => first.rate,
        };
        let rate = second.rate + beside;
        let total = rate * super::shop::HORIZON_H + 10 * MICRO;
        let wish = Wish {
            plans: vec![vec![first.unit()].into(), vec![second.unit()].into()],
            all_or_nothing: false,
            caps: SpendCaps {
                rate: Some(exact(rate)),
                total: Some(exact(total)),
                upfront: None,
                budget: None,
                burn: None,
            },
            currency: Currency::USD,
            quote: None,
            ends_at: None,
            on_unknown: match self.policy {
                Policy::Hold => OnUnknown::Hold,
                Policy::Recreate => OnUnknown::Recreate,
            },
            resolve_for: match self.policy {
                Policy::Hold => Duration::from_secs(60),
                Policy::Recreate => Duration::from_secs(20 * 60),
            },
            wait: Some(Duration::from_secs(20 * 60)),
        };
        let cap = Cap {
            rate: Some(rate),
            machines: 1,
        };
        (wish, cap)
    }
}

/// Looking at each listing costs time of ours, so there are fewer.
pub(crate) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.list_every = Duration::from_secs(30);
    settings.lags_min = 0;
    settings
}

/// A cell whose launch was asked for, until nobody works on it; `twice` where every command and every request to end
/// is given twice.
pub(crate) fn launched(spec: &CellSpec, kill: Option<Kill>, trace: bool, twice: bool) -> Rig {
    let mut world = spec.world(Script::Calm);
    world.kills.extend(kill);
    world.trace = trace.then(Vec::new);
    world.twice = twice;
    let mut rig = Rig::new(
        world,
        &[spec.flavour],
        settings(),
        Store::Memory(MemoryStore::default()),
    );
    // What was there before is known.
    rig.look_around();
    rig.world.lock().script = Script::cell(spec.create, spec.list, spec.delete);
    let (wish, cap) = spec.wish();
    rig.provision(&wish, cap);
    rig.restart();
    rig
}

/// Runs one cell.
pub(crate) fn run(spec: &CellSpec, kill: Option<Kill>, trace: bool) -> Closed {
    let mut rig = launched(spec, kill, trace, false);
    rig.passes(|engine| engine.state().is_settled());
    end_all(&mut rig);
    rig.close()
}

/// Ends everything, and looks once more an hour later.
pub(crate) fn end_all(rig: &mut Rig) {
    rig.world.lock().at_rest(rig.engine().state());
    let all = |engine: &Engine| -> Vec<String> { engine.state().attempts.keys().cloned().collect() };
    let over = |engine: &Engine| {
        let mut attempts = engine.state().attempts.values();
        attempts.all(|one| !one.stage.is_alive()) && engine.state().is_settled()
    };
    // What could not be ended yet, somebody asks for again.
    for _ in 0..3 {
        let keys = all(rig.engine());
        rig.terminate(&keys, Duration::from_secs(180));
        rig.restart();
        rig.passes(over);
        rig.world.lock().kills.clear();
        if over(rig.engine()) {
            break;
        }
    }
    rig.pass(HOUR);
    rig.look_around();
    let mut world = rig.world.lock();
    world.at_rest(rig.engine().state());
    world.nothing_lives();
}

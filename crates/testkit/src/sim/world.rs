//! The truth: brokers, machines and time, behind one lock.

use std::sync::{Arc, Mutex, MutexGuard};

use gpu_broker_core::instance::{Instance, InstanceId};
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::launch::Interrupt;

use super::book::{Book, Call, Promise};
use super::journal::Kill;
use super::machine::{Machine, Owner};
use super::script::Script;
use super::shop::GOODS;
use super::time::{HOUR, MINUTE, stamp_of};

/// Which API a broker's account is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// The list goes on to show what ended, no ceiling, 10 launches in a
    /// quarter of an hour.
    Spheron,
    /// What ended is in a history, a ceiling is taken, no published limits.
    Prime,
}

impl Flavour {
    pub(crate) const ALL: [Self; 2] = [Self::Spheron, Self::Prime];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Spheron => "spheron",
            Self::Prime => "prime",
        }
    }

    /// Its place among the sites.
    pub(crate) fn site(self) -> usize {
        match self {
            Self::Spheron => 0,
            Self::Prime => 1,
        }
    }
}

/// One broker's account.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) flavour: Flavour,
    pub(crate) machines: Vec<Machine>,
    /// How late its listing is.
    pub(crate) lag: u64,
}

/// Everything.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: u64,
    boot: Arc<str>,
    booted: u64,
    /// What somebody set the time of day to be off by.
    skew: u64,
    /// When the clock was last set, and when the machine was last started anew.
    set: Option<u64>,
    anew: Option<u64>,
    pub(crate) sites: [Site; 2],
    pub(crate) script: Script,
    pub(crate) book: Book,
    /// Whether the process was killed: then nobody may call.
    pub(crate) dead: bool,
    /// When the process is killed.
    pub(crate) kills: Vec<Kill>,
    pub(crate) launches: u64,
    machines: u32,
    /// Asks to stop at that moment.
    pub(crate) interrupt: Option<(u64, Interrupt)>,
    pub(crate) trace: Option<Vec<String>>,
    /// Whether each request to end is delivered twice.
    pub(crate) twice: bool,
}

/// The world, as everybody holds it.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }
}

impl World {
    /// A world in which so many strangers' machines run in each account.
    pub(crate) fn new(script: Script, lag: u64, strangers: u32) -> Self {
        let site = |flavour| Site {
            flavour,
            machines: Vec::new(),
            lag,
        };
        let mut world = Self {
            now: HOUR,
            boot: "boot-1".into(),
            booted: 0,
            skew: 0,
            set: None,
            anew: None,
            sites: Flavour::ALL.map(site),
            script,
            book: Book::default(),
            dead: false,
            kills: Vec::new(),
            launches: 0,
            machines: 0,
            interrupt: None,
            trace: None,
            twice: false,
        };
        for site in 0..world.sites.len() {
            for number in 0..strangers {
                world.stranger(site, &format!("train-{number}"), Owner::Stranger, 0);
            }
            for number in 0..2 {
                world.stranger(site, &format!("other-{number}"), Owner::OtherTeam, 0);
            }
        }
        world
    }

    /// Somebody else's machine.
    pub(crate) fn stranger(&mut self, site: usize, name: &str, owner: Owner, from: u64) {
        let machine = Machine::new(self.fresh_id(site), name, owner, &GOODS[site][0], from);
        self.sites[site].machines.push(machine);
    }

    pub(crate) fn fresh_id(&mut self, site: usize) -> InstanceId {
        self.machines += 1;
        InstanceId::new(&format!("{}{}", ["s-", "p-"][site], self.machines))
    }

    pub(crate) fn stamp(&self) -> Stamp {
        Stamp {
            wall: stamp_of(self.now + self.skew),
            up_ms: self.now - self.booted,
            boot: self.boot.clone(),
        }
    }

    pub(crate) fn pass(&mut self, ms: u64) {
        self.now += ms;
        if let Some((at, interrupt)) = &self.interrupt
            && self.now >= *at
        {
            interrupt.set();
        }
    }

    /// Starts the machine that we run on anew.
    pub(crate) fn reboot(&mut self) {
        self.booted = self.now;
        self.boot = format!("boot-{}", self.now).into();
        self.anew = Some(self.now);
        self.lose_count();
    }

    /// Sets the clock of the machine that we run on ahead.
    pub(crate) fn set_ahead(&mut self, by: u64) {
        self.skew += by;
        self.set = Some(self.now);
        self.lose_count();
    }

    /// On a machine that was started anew, only the clock tells how long ago something was: where that was set, too,
    /// nobody can know that launches were a moment ago.
    fn lose_count(&mut self) {
        let lately = |at: Option<u64>| at.is_some_and(|at| at + 15 * MINUTE > self.now);
        if lately(self.set) && lately(self.anew) {
            self.book.forget_launches();
        }
    }

    pub(crate) fn say(&mut self, what: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>8}.{:03}  {}", now / 1_000, now % 1_000, what()));
        }
    }

    pub(crate) fn breach(&mut self, promise: Promise, what: impl Into<String>) {
        let what = what.into();
        self.say(|| format!("!! {} {what}", promise.word()));
        let now = self.now;
        self.book.breach(promise, now, what);
    }

    /// A call arrives at a broker.
    pub(crate) fn called(&mut self, site: usize, call: Call) {
        if self.dead {
            self.breach(Promise::R1, format!("{call:?} after the journal failed"));
        }
        let now = self.now;
        self.book.call(site, now, call);
    }

    /// All machines that are ours in truth.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &Machine> {
        let all = self.sites.iter().flat_map(|site| &site.machines);
        all.filter(|one| matches!(one.owner, Owner::Ours(_)))
    }

    /// When the last thing happens that happens by itself and can be seen.
    pub(crate) fn last_event(&self) -> u64 {
        let of = |site: &Site| {
            let ours = site.machines.iter().filter(|one| one.slot().is_some());
            ours.map(|one| one.last_event() + site.lag).max().unwrap_or_default()
        };
        self.sites.iter().map(of).max().unwrap_or_default()
    }

    /// The rows of one account, as of a moment, and which they are of.
    pub(crate) fn rows(&mut self, site: usize, at: u64, whose: impl Fn(&Machine) -> bool) -> Vec<Instance> {
        let (now, flavour) = (self.now, site);
        let broker = &super::shop::BROKERS[flavour];
        let machines = self.sites[site].machines.iter_mut().filter(|one| whose(one));
        machines
            .filter_map(|one| {
                let row = one.row(broker, at)?;
                if row.phase.is_billable() {
                    one.shown.get_or_insert(now);
                    one.end_shown = None;
                } else if !one.lives(at) {
                    one.end_shown.get_or_insert(now);
                }
                Some(row)
            })
            .collect()
    }
}

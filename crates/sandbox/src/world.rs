//! The world behind both faces: one catalogue, one account, one clock.
//!
//! The faces read from here and keep nothing of their own, so that what happens through one is seen by the other.

mod entry;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::backstage;
use crate::broker::Broker;
use crate::catalogue::Catalogue;
use crate::clock::{Clock, Moment};
use crate::face::{self, Desk, Traffic};
use crate::fault::{Op, Plan, Set};
use crate::limiter::{Admission, Limiter};
use crate::options::Options;
use crate::reply::Reply;
use crate::request::{Request, decoded};
use crate::state::State;
use crate::store::{Kept, Store};

/// Both brokers as functions from a request to an answer, without sockets.
///
/// What the listeners of a [`Sandbox`](crate::Sandbox) serve, and what a test may call a hundred thousand times with time
/// that it drives itself. Two worlds with the same options give the same answers to the same requests, ids included. Making
/// one costs microseconds, for the offers are shared.
///
/// ```
/// # use std::time::{Duration, SystemTime};
/// # use gpu_broker_sandbox::{Broker, Catalogue, Options, Request, Time, World};
/// let options = Options { time: Time::Driven, ..Options::new(SystemTime::UNIX_EPOCH) };
/// let world = World::new(&Catalogue::embedded()?, &options)?;
/// let pods = world.ask(Broker::Prime, &Request::get("/api/v1/pods/"));
/// assert_eq!((pods.status, &pods.value()["total_count"]), (200, &0.into()));
/// world.advance(Duration::from_secs(3_600))?;
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
pub struct World {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) options: Options,
    clock: Clock,
    store: Store,
    limiter: Mutex<Limiter>,
    pub(crate) plan: Mutex<Plan>,
    /// Where the two faces listen, Prime's first.
    pub(crate) addresses: OnceLock<[String; 2]>,
}

impl World {
    /// A world over a catalogue. [`Options`] that concern listeners mean nothing here, and its seed does not shuffle rows.
    ///
    /// # Errors
    /// When [`Options::state`] names a file that cannot be read or written, with a hint.
    pub fn new(catalogue: &Arc<Catalogue>, options: &Options) -> Result<Self, String> {
        let clock = Clock::starting(options.now, options.time);
        let fresh = || State::new(&catalogue.account, options.seed, Moment::from_system(options.now));
        let store = match &options.state {
            None => Store::Memory(Mutex::new(Box::new(fresh()))),
            Some(path) => Store::Kept(Kept::open(path, fresh)?),
        };
        Ok(Self {
            catalogue: Arc::clone(catalogue),
            clock,
            store,
            limiter: Mutex::new(Limiter::new(options.limits)),
            plan: Mutex::new(Plan::new(options.faults.clone(), options.seed)),
            options: options.clone(),
            addresses: OnceLock::new(),
        })
    }

    /// As [`World::new`], over the embedded catalogue in the order of the seed.
    pub(crate) fn load(options: &Options) -> Result<Self, String> {
        let catalogue = Catalogue::embedded()?;
        if options.seed == 0 {
            return Self::new(&catalogue, options);
        }
        Self::new(&Arc::new(catalogue.shuffled(options.seed)), options)
    }

    /// Answers one request as the broker would, or as its faults have it.
    ///
    /// A kept world that can no longer be read or written answers 500 and says why.
    pub fn ask(&self, broker: Broker, request: &Request) -> Reply {
        let path: Vec<String> = request.path().split('/').skip(1).map(decoded).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        if let ["sandbox", rest @ ..] = path.as_slice() {
            return backstage::serve(self, broker, request, rest);
        }
        let op = face::op(broker, request.method, &path);
        let faults = match self.faults(broker, op, request) {
            Ok(faults) => faults,
            Err(reply) => return reply,
        };
        let keep = request.method != "GET" || faults.change_the_world();
        let answered = self.with(keep, |state, now| {
            let traffic = Traffic {
                broker,
                op,
                path: &path,
                admission: self.admit(broker, op, request, now),
                elsewhere: self.elsewhere(broker),
            };
            let mut desk = Desk::new((&self.catalogue, &self.options), state, request, &faults, now);
            face::serve(&mut desk, traffic)
        });
        answered.unwrap_or_else(|trouble| backstage::trouble(&trouble))
    }

    /// Works with the state as it is now.
    pub(crate) fn with<R>(&self, keep: bool, work: impl FnOnce(&mut State, Moment) -> R) -> Result<R, String> {
        self.store.with(keep, |state| {
            let now = self.time(state);
            state.settle(now);
            work(state, now)
        })
    }

    /// The clock, and what was added to it.
    pub(crate) fn time(&self, state: &State) -> Moment {
        let read = self.clock.read();
        Moment(read.0.saturating_add(state.ahead))
    }

    fn faults(&self, broker: Broker, op: Op, request: &Request) -> Result<Set, Reply> {
        let mut faults = Set::default();
        if let Some(names) = &request.fault {
            for name in names.split('+') {
                let fault = name.trim().parse();
                faults.extend([fault.map_err(|error| backstage::refuse(&format!("x-sandbox-fault: {error}")))?]);
            }
        }
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.draw(broker, op, &mut faults);
        Ok(faults)
    }

    /// Spheron counts every request, and creates once more.
    fn admit(&self, broker: Broker, op: Op, request: &Request, now: Moment) -> Admission {
        let mut limiter = self.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        if broker == Broker::Prime {
            return Admission::FREE;
        }
        let admission = limiter.admit(request.peer, now);
        if op != Op::Create || !admission.allowed {
            return admission;
        }
        let create = limiter.admit_create(request.key.as_deref().unwrap_or_default(), now);
        if create.allowed { admission } else { create }
    }

    /// The other face, as another host.
    fn elsewhere(&self, broker: Broker) -> &str {
        let other = usize::from(broker == Broker::Prime);
        let known = self.addresses.get().and_then(|addresses| addresses.get(other));
        known.map_or("http://elsewhere.invalid/sandbox/elsewhere", String::as_str)
    }
}

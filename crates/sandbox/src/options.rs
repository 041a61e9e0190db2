//! How a sandbox is set up.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::fault::Rule;

/// The port on which `planner sandbox` answers as Prime Intellect.
pub const PRIME_PORT: u16 = 4141;

/// The port on which `planner sandbox` answers as Spheron.
pub const SPHERON_PORT: u16 = 4142;

/// What a sandbox is started with.
///
/// ```
/// # use std::time::{Duration, SystemTime};
/// # use gpu_broker_sandbox::{Limits, Options};
/// let options = Options {
///     latency: Duration::from_millis(80),
///     limits: Limits::Off,
///     ..Options::new(SystemTime::UNIX_EPOCH)
/// };
/// assert_eq!(options.seed, 0);
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// Loopback port for the Prime face; `None` takes any free one.
    pub prime_port: Option<u16>,
    /// Loopback port for the Spheron face; `None` takes any free one.
    pub spheron_port: Option<u16>,
    /// How long each answer is held back.
    pub latency: Duration,
    /// The order of the rows: 0 lists them as the catalogue does, any other number shuffles them, always alike. Ids and
    /// random faults come from it as well, and from the time at which the world starts.
    pub seed: u64,
    /// Whether the brokers' request limits apply.
    pub limits: Limits,
    /// The time at which the world starts.
    pub now: SystemTime,
    /// Whether time runs on from there by itself.
    pub time: Time,
    /// Seconds by which Prime's clock is fast (or slow, when negative).
    pub prime_skew: i64,
    /// Seconds by which Spheron's clock is fast (or slow, when negative).
    pub spheron_skew: i64,
    /// The file in which the world is kept from one sandbox to the next, such as `sandbox/world.json` in a data folder;
    /// `None` forgets it. Two sandboxes may share one file. Deleting it starts the world anew.
    pub state: Option<PathBuf>,
    /// How long a machine takes from its create until one can log in.
    pub deploy_time: Duration,
    /// How long after its create a machine first shows up in lists.
    pub listing_lag: Duration,
    /// What comes of Spheron's minimum runtime.
    pub minimum_runtime: MinimumRuntime,
    /// What goes wrong, and how often.
    pub faults: Vec<Rule>,
    /// How late the late faults are: when a delayed machine appears, and how long after it is up a machine fails, is
    /// reclaimed, stopped or deleted.
    pub late: Duration,
    /// How long an answer that hangs does so before its connection is closed.
    pub hang: Duration,
    /// The pause between the bytes of an answer that drips.
    pub drip: Duration,
    /// The port in the `ssh` lines of machines, which point to 127.0.0.1. Nothing listens there.
    pub ssh_port: u16,
}

impl Options {
    /// Free ports, no latency, catalogue order, documented limits, right clocks, nothing kept, no faults; machines are up
    /// after two seconds, listed at once, and can be ended at any time.
    pub fn new(now: SystemTime) -> Self {
        Self {
            prime_port: None,
            spheron_port: None,
            latency: Duration::ZERO,
            seed: 0,
            limits: Limits::Documented,
            now,
            time: Time::Running,
            prime_skew: 0,
            spheron_skew: 0,
            state: None,
            deploy_time: Duration::from_secs(2),
            listing_lag: Duration::ZERO,
            minimum_runtime: MinimumRuntime::Billed,
            faults: Vec::new(),
            late: Duration::from_secs(150),
            hang: Duration::from_secs(600),
            drip: Duration::from_secs(1),
            ssh_port: 2222,
        }
    }

    /// As [`Options::new`], on the fixed ports [`PRIME_PORT`] and [`SPHERON_PORT`].
    pub fn on_fixed_ports(now: SystemTime) -> Self {
        Self {
            prime_port: Some(PRIME_PORT),
            spheron_port: Some(SPHERON_PORT),
            ..Self::new(now)
        }
    }
}

/// Whether the sandbox refuses a client that asks too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// As the brokers document them: Spheron takes 250 requests in 15 minutes from one address, of which a user may have
    /// 10 creates.
    Documented,
    /// No request is ever refused, for load tests.
    Off,
}

/// What the sandbox makes of Spheron's minimum runtime: 20 minutes, or what the offer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinimumRuntime {
    /// A machine may be ended at any time, and the minimum is billed. A new user can end what they just launched.
    Billed,
    /// As the broker does it: a DELETE before the minimum is refused with 400 and `timeRemaining`.
    Enforced,
    /// There is no minimum.
    Off,
}

/// Whether the world's time runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// With real time, and ahead of it by what was added.
    Running,
    /// Only as it is driven, through [`World::advance`](crate::World::advance) or `POST /sandbox/control`.
    Driven,
}

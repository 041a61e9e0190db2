//! How a sandbox is set up.

use std::time::{Duration, SystemTime};

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
    /// The order of the rows: 0 lists them as the catalogue does, any other number shuffles them, always alike.
    pub seed: u64,
    /// Whether the brokers' request limits apply.
    pub limits: Limits,
    /// The time at which the world starts; it runs on from there.
    pub now: SystemTime,
    /// Seconds by which Prime's clock is fast (or slow, when negative).
    pub prime_skew: i64,
    /// Seconds by which Spheron's clock is fast (or slow, when negative).
    pub spheron_skew: i64,
}

impl Options {
    /// Free ports, no latency, catalogue order, documented limits, right clocks.
    pub fn new(now: SystemTime) -> Self {
        Self {
            prime_port: None,
            spheron_port: None,
            latency: Duration::ZERO,
            seed: 0,
            limits: Limits::Documented,
            now,
            prime_skew: 0,
            spheron_skew: 0,
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
    /// As the brokers document them: Spheron takes 250 requests in 15 minutes from one address.
    Documented,
    /// No request is ever refused, for load tests.
    Off,
}

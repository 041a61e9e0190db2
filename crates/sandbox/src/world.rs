//! The world behind both faces: one catalogue, one account, one clock.
//!
//! The faces read from here and keep nothing of their own, so that what happens through one is seen by the other.

mod account;
mod catalogue;
mod clock;
mod limiter;
mod prime;
mod shuffle;
mod spheron;

pub(crate) use account::{Account, PrimeDisk, Volume};
pub use catalogue::{Broker, Origin, origins};
pub(crate) use clock::Clock;
pub(crate) use limiter::{Admission, Limiter};
pub(crate) use prime::{DiskOffer, GpuOffer, Spec};
pub(crate) use spheron::Offer;

use std::time::Duration;

use crate::options::Options;
use catalogue::Catalogue;

/// The one key that both brokers refuse, to see what a client does with a 401.
pub const REFUSED_KEY: &str = "refused";

/// What both brokers know.
#[derive(Debug)]
pub(crate) struct World {
    /// Prime's GPU offers, single-node and multi-node together.
    pub(crate) gpus: Vec<GpuOffer>,
    /// Prime's disk offers.
    pub(crate) disks: Vec<DiskOffer>,
    /// Spheron's offers, in no group yet.
    pub(crate) offers: Vec<Offer>,
    /// The account that every key belongs to.
    pub(crate) account: Account,
    /// Prime's time.
    pub(crate) prime_clock: Clock,
    /// Spheron's time.
    pub(crate) spheron_clock: Clock,
    /// Spheron's request limit.
    pub(crate) limiter: Limiter,
    /// How long each answer is held back.
    pub(crate) latency: Duration,
}

impl World {
    /// Builds the world from the embedded catalogue.
    pub(crate) fn load(options: &Options) -> Result<Self, String> {
        let mut catalogue = Catalogue::load()?;
        shuffle::rows(&mut catalogue.gpus, options.seed);
        shuffle::rows(&mut catalogue.disks, options.seed);
        shuffle::rows(&mut catalogue.offers, options.seed);
        Ok(Self {
            gpus: catalogue.gpus,
            disks: catalogue.disks,
            offers: catalogue.offers,
            account: Account::load()?,
            prime_clock: Clock::starting(options.now, options.prime_skew),
            spheron_clock: Clock::starting(options.now, options.spheron_skew),
            limiter: Limiter::new(options.limits),
            latency: options.latency,
        })
    }
}

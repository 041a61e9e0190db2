//! Launching machines without ever renting twice or forgetting one.
//!
//! No broker's API can repeat a launch safely, so no client can promise
//! "exactly once". What is promised here: at most one request for each name,
//! every request written down before it is sent, nothing forgotten, and the
//! worst case set aside before a cap is checked.
//!
//! | module | the one thing that it owns |
//! |---|---|
//! | [`event`] | what the journal's rows say |
//! | [`state`] | what is known, folded from them |
//! | [`SpendCaps`] | what may be spent, checked as it is set aside |
//! | [`Package::of`] | a plan, taken apart into what is ordered one by one |
//! | [`Standing`] | what has become of an approved plan in the market since |
//! | `judge` | whether a machine is the one that was approved |
//! | `survey` | what a listing says of each attempt |
//! | `chores` | what is to be done next |
//! | [`Engine`] | doing it: intent on disk, request, outcome on disk |
//!
//! From a market to what an engine launches; nothing is asked or sent on the
//! way:
//!
//! ```
//! use std::time::Duration;
//!
//! use gpu_broker_core::demand::Demand;
//! use gpu_broker_core::market::Market;
//! use gpu_broker_core::offer::Broker;
//! use gpu_broker_core::quote::quote;
//! use gpu_broker_core::source::LoginKey;
//! use gpu_broker_core::verify::Claim;
//! use gpu_broker_engine::launch::{OnUnknown, OrderTerms, Package, SpendCaps, Wish};
//!
//! fn wish(market: &Market, demand: &Demand) -> Result<Wish, Box<dyn std::error::Error>> {
//!     // The three best plans, and what each says: that is what is approved.
//!     let ranked = quote(market, demand, 3)?;
//!     let approved = Claim::of(&ranked, demand).plans;
//!     let brokers = ["prime", "spheron"].map(Broker::new);
//!     let terms = OrderTerms::new(demand, &LoginKey::Account, brokers);
//!     let plans = ranked.plans.iter().zip(&approved);
//!     let plans = plans.map(|(plan, approved)| Package::of(plan, approved, &terms));
//!     Ok(Wish {
//!         plans: plans.collect::<Result<_, _>>()?,
//!         all_or_nothing: true,
//!         caps: SpendCaps::default(),
//!         currency: demand.exchange.quote(),
//!         ends_at: None,
//!         on_unknown: OnUnknown::Hold,
//!         resolve_for: Duration::from_secs(60),
//!         wait: Some(Duration::from_secs(20 * 60)),
//!         quote: None,
//!     })
//! }
//!
//! # use gpu_broker_core::gpu::{Gpu, GpuModel};
//! # use gpu_broker_core::money::{Currency, Rate};
//! # use gpu_broker_core::offer::{Offer, OfferId, Provider};
//! # let gpu = Gpu { model: GpuModel::new("H100"), memory: None, socket: None, count: 8 };
//! # let mut offer = Offer::new(Broker::new("prime"), Provider::new("p"), OfferId::new("o"), gpu);
//! # offer.price = Some(Rate::new("15.2".parse()?, Currency::USD));
//! # let market = Market::of(vec![offer]);
//! # let day = gpu_broker_core::quantity::Hours::whole(24);
//! # let demand = Demand::new(gpu_broker_core::gpu::GpuRequest::parse("H100:8")?, day);
//! # let wish = wish(&market, &demand)?;
//! # assert_eq!(wish.plans[0].machines[0].worst.to_string(), "364.8");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod boot;
mod caps;
mod care;
mod chores;
mod cooldown;
mod doom;
mod engine;
pub mod event;
mod insight;
mod interrupt;
mod judge;
mod names;
mod package;
mod provision;
mod settings;
mod spend;
mod standing;
pub mod state;
mod survey;
mod tagged;
mod tend;
mod tolerance;
mod unit;
mod unlaunchable;
mod watch;

pub use account::{Account, Kind};
pub use boot::Boot;
pub use caps::Commitment;
pub use care::{CareError, Shown};
pub use doom::Doom;
pub use engine::{Alone, Engine, EngineError, Parts, Turns};
pub use insight::{Held, Lag};
pub use interrupt::Interrupt;
pub use names::{Names, Said};
pub use package::OrderTerms;
pub use provision::{End, OnUnknown, Report, Wish};
pub use settings::Settings;
pub use spend::{Cap, Forbidden, SpendCaps};
pub use standing::Standing;
pub use tagged::{FolderTurns, TaggedNames};
pub use tolerance::Tolerance;
pub use unit::{DiskUnit, Package, Unit};
pub use unlaunchable::Unlaunchable;
pub use watch::{Unwatched, Watcher};

#[cfg(test)]
mod tests;

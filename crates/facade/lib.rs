//! Exact prices, optimal plans and safe launches across GPU brokers.
//!
//! GPUs are sold by brokers who resell dozens of clouds. Each list shows a
//! sticker price; what you pay differs: disk and vCPUs priced apart, prepaid
//! blocks, minimum runtimes, spot, currency. This library reads the lists,
//! reckons what every way of getting the GPUs would really cost for the hours
//! you need them, exactly, and ranks them.
//!
//! The story runs in one direction: bytes → wire → [`offer`](core::offer) →
//! [`bill`](core::bill) → [`plan`](core::plan) → [`quote`](core::quote).
//!
//! # Pricing a market in memory
//!
//! ```
//! use gpu_broker::core::demand::Demand;
//! use gpu_broker::core::gpu::{Gpu, GpuModel, GpuRequest};
//! use gpu_broker::core::market::Market;
//! use gpu_broker::core::money::Currency;
//! use gpu_broker::core::offer::{Broker, Offer, OfferId, Provider, price};
//! use gpu_broker::core::quantity::{Gb, Hours};
//! use gpu_broker::core::quote::quote;
//!
//! let gpu = Gpu { model: GpuModel::new("H100"), memory: Some(Gb(80)), socket: None, count: 8 };
//! let mut offer = Offer::new(Broker::new("ours"), Provider::new("rack 4"), OfferId::new("h100x8"), gpu);
//! offer.price = Some(price("15.2", Currency::USD)?);
//!
//! let market = Market::of(vec![offer]);
//! let demand = Demand::new(GpuRequest::parse("H100:8")?, Hours::whole(24));
//! let quote = quote(&market, &demand, 1)?;
//! assert_eq!(quote.plans[0].total.amount().to_string(), "364.8");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Asking brokers
//!
//! Each broker is a [`Source`](core::source::Source); [`engine::gather`] asks
//! all of them at once and returns a [`Market`](core::market::Market) that
//! says what did not come. Reading offers costs nothing. Here the broker is
//! simulated in this process: no key, no money, no network.
//!
//! ```
//! # #[cfg(all(feature = "spheron", feature = "sandbox"))] mod example {
//! use std::sync::Arc;
//! use std::time::{Duration, SystemTime};
//!
//! use gpu_broker::core::demand::Demand;
//! use gpu_broker::core::gpu::GpuRequest;
//! use gpu_broker::core::market::Completeness;
//! use gpu_broker::core::quantity::Hours;
//! use gpu_broker::core::quote::quote;
//! use gpu_broker::core::source::{Ask, Hint, Quiet, Source};
//! use gpu_broker::engine::gather;
//! use gpu_broker::http::BaseUrl;
//! use gpu_broker::sandbox::{Options, Sandbox};
//! use gpu_broker::spheron::{Spheron, SpheronOptions};
//!
//! #[tokio::main(flavor = "current_thread")]
//! # pub
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let broker = Sandbox::start(&Options::new(SystemTime::now()))?;
//!     let spheron = Spheron::new(SpheronOptions {
//!         base_url: BaseUrl::parse(broker.spheron_url())?, // or Spheron::BASE_URL
//!         key: None, // offers are public
//!         team: None,
//!         user_agent: "procurement/1.0".into(),
//!     });
//!     let sources: Vec<Arc<dyn Source>> = vec![Arc::new(spheron)];
//!     let ask = Ask { within: Duration::from_secs(30), hint: &Hint::default(), progress: &Quiet };
//!     let market = gather(&sources, &[], &ask, jiff::Timestamp::now()).await;
//!     // A page that failed is never a short list.
//!     assert_eq!(market.completeness(), Completeness::Whole);
//!
//!     let demand = Demand::new(GpuRequest::parse("H100,H200:8")?, Hours::whole(72));
//!     let quote = quote(&market, &demand, 3)?;
//!     for plan in &quote.plans {
//!         println!("{} {} for {} GPUs", plan.total.amount(), plan.total.currency(), plan.gpus);
//!     }
//!     // Every offer is ranked, or rejected for a reason that is counted.
//!     assert_eq!(quote.read, quote.ranked + quote.rejected.values().sum::<u64>());
//! #   assert!(quote.optimal && quote.plans.len() == 3);
//!     Ok(())
//! }
//! # }
//! # #[cfg(all(feature = "spheron", feature = "sandbox"))] example::main().unwrap();
//! ```
//!
//! The `examples` show more: a report over many requests, a source of one's
//! own, and the prices of a market that was kept.
//!
//! # Launching
//!
//! [`engine::launch`] orders the machines of a plan, finds them again and ends
//! them. It costs money, so it begins with a journal: each machine's name and
//! the most that it may cost are on disk before its one request leaves, and
//! what came of the request is concluded from the broker's own listing. An
//! [`Engine`](engine::launch::Engine) is opened over a
//! [journal](engine::journal), sources, a clock and the names of an
//! [installation](engine::identity); [`provision`](engine::launch::Engine::provision)
//! launches, [`reconcile`](engine::launch::Engine::reconcile) settles what a
//! crash left open, and [`terminate`](engine::launch::Engine::terminate) ends.
//!
//! # Features
//!
//! | feature | what |
//! |---|---|
//! | `prime` | the adapter for Prime Intellect's v1 API |
//! | `spheron` | the adapter for the Spheron AI API |
//! | `sandbox` | both brokers simulated, for trying and testing |
//! | `cli` (default) | all three, and the `planner` command |
//!
//! A library wants `default-features = false` and the adapters it asks.

pub use gpu_broker_core as core;
pub use gpu_broker_engine as engine;
#[cfg(any(feature = "prime", feature = "spheron"))]
pub use gpu_broker_http as http;
#[cfg(feature = "prime")]
pub use gpu_broker_prime as prime;
#[cfg(feature = "sandbox")]
pub use gpu_broker_sandbox as sandbox;
#[cfg(feature = "spheron")]
pub use gpu_broker_spheron as spheron;

//! Both brokers, simulated on loopback over one world.
//!
//! A new user can quote, launch and terminate with no key and no money, and every test runs against the world that
//! users see. [`Sandbox::start`] opens two listeners on 127.0.0.1, one that answers like Prime Intellect's v1 API and
//! one like Spheron's, from a catalogue of offers that were really seen. [`origins`] says where each figure
//! comes from, and which were made up for the sake of a case.
//!
//! Machines deploy, run, bill by the second, are reclaimed and run out of money; stock goes and comes back. With
//! [`Options::state`], all of it outlives the process, so that separate commands see one world. [`Fault`] lists what can
//! go wrong, by flag, by the header `X-Sandbox-Fault`, or by the seed; [`Rule`] says how it is written.
//!
//! Behind the scenes, both faces answer what no broker does, to this machine alone: `POST /sandbox/control` turns the
//! knobs of [`Control`], `GET /sandbox/ledger` tells the [`Ledger`], which is the truth, and `GET /sandbox/faults` lists
//! every fault. [`World`] is all of this without sockets, for tests that drive the time themselves.
//!
//! The crate shares no code with the adapters: it must not repeat a mistake of what it tests.
//!
//! ```
//! # use std::time::SystemTime;
//! # use gpu_broker_sandbox::{Options, Sandbox};
//! let running = Sandbox::start(&Options::new(SystemTime::UNIX_EPOCH))?;
//! assert!(running.prime_url().starts_with("http://127.0.0.1:"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod backstage;
mod broker;
mod catalogue;
mod clock;
mod exact;
mod face;
mod fault;
mod limiter;
mod number;
mod offers;
mod options;
mod reply;
mod request;
mod seed;
mod server;
mod state;
mod store;
mod world;

pub use crate::backstage::{Control, Created, Deletion, Done, Ledger, Live, Posted, Stranger};
pub use crate::broker::{Broker, REFUSED_KEY};
pub use crate::catalogue::{Catalogue, Origin, origins};
pub use crate::fault::{Fault, Op, ParseRuleError, Rule, Times};
pub use crate::options::{Limits, MinimumRuntime, Options, PRIME_PORT, SPHERON_PORT, Time};
pub use crate::reply::{Reply, Wire};
pub use crate::request::Request;
pub use crate::server::{Running, Sandbox};
pub use crate::world::World;

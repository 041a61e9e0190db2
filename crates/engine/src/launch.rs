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
//! | [`caps`] | what may be spent |
//! | `judge` | whether a machine is the one that was approved |
//! | `survey` | what a listing says of each attempt |
//! | `chores` | what is to be done next |
//! | [`Engine`] | doing it: intent on disk, request, outcome on disk |

mod account;
pub mod caps;
mod care;
mod chores;
mod cooldown;
mod engine;
pub mod event;
mod insight;
mod interrupt;
mod judge;
mod names;
mod provision;
mod settings;
pub mod state;
mod survey;
mod tagged;
mod tend;
mod unit;
mod watch;

pub use account::{Account, Kind};
pub use care::{CareError, Shown};
pub use engine::{Alone, Engine, EngineError, Parts, Turns};
pub use insight::{Held, Lag};
pub use interrupt::Interrupt;
pub use judge::Doom;
pub use names::{Names, Said};
pub use provision::{End, OnUnknown, Report, Wish};
pub use settings::Settings;
pub use tagged::{FolderTurns, TaggedNames};
pub use unit::{DiskUnit, Package, Unit};
pub use watch::{Unwatched, Watcher};

#[cfg(test)]
mod tests;

//! The fault matrix: the engine against simulated brokers that do everything
//! wrong that a broker was ever seen to do.
//!
//! | module | the one thing that it owns |
//! |---|---|
//! | `fault` | what goes wrong, by name |
//! | `script` | which call meets which fault |
//! | `world` | the truth: accounts, machines, time |
//! | `broker` | how the truth is told |
//! | `journal` | being killed before or after a commit |
//! | `audit`, `verdict` | holding the engine to its promises |
//! | `cell`, … | what happens in a run of each level |

mod audit;
mod book;
mod broker;
mod cell;
mod chance;
mod command;
mod fault;
mod journal;
mod levels;
mod machine;
mod naive;
mod names;
mod repeat;
mod rig;
mod script;
mod shop;
mod speed;
mod table;
mod tally;
mod time;
mod verdict;
mod world;

pub use command::command;

/// Runs what some bytes decide: launches, care and endings in any order, with faults and crashes. Returns each promise
/// that was broken, and how.
pub fn decided(bytes: &[u8]) -> Vec<String> {
    let mut dice = crate::dice::Dice::of(bytes);
    let closed = chance::decided(&mut dice, chance::Account::Used, None, false);
    let told = |one: &book::Breach| format!("{:?} at {} s: {}", one.promise, one.at / 1_000, one.what);
    closed.book.breaches.iter().map(told).collect()
}

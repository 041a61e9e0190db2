//! The fault matrix with real processes: the planner binary, sockets and a
//! disk, killed at every place where it may be killed.
//!
//! Each run has brokers of its own (the sandbox, whose ledger is the truth), a
//! `relay` before each that writes down what it saw and can hold a request
//! at any point, and a data folder. A run's spec is a line; the same line runs
//! it again.
//!
//! | module | the one thing that it owns |
//! |---|---|
//! | `canary`, `scan` | secrets that must turn up nowhere, and looking for them |
//! | `relay` | the way between planner and broker |
//! | `process` | a planner that can be held, killed and interrupted |
//! | `room` | all that one run has to itself |
//! | `books` | what the journal says |
//! | `promise` | holding both against the ledger |
//! | `point` | where a process is killed |
//! | `crash`, `chance`, `broken` with `damage`, `race`, `signal` | levels S3 to S7 |
//! | `plan` | what they have in common |
//! | `spec` | which runs there are |
//! | `matrix`, `command` | running them, and telling what came of them |

mod books;
mod broken;
mod canary;
mod chance;
mod command;
mod crash;
mod damage;
mod matrix;
mod plan;
mod point;
mod process;
mod promise;
mod race;
mod relay;
mod room;
mod scan;
mod signal;
mod spec;

pub use command::command;
pub use matrix::{Bench, Tally};
pub use promise::Breach;
pub use spec::Level;

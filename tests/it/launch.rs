//! Launching, looking and ending, as separate commands over one simulated world.

mod brokers;
mod data_disk;
#[cfg(unix)]
mod dialogue;
mod disk;
mod examples;
mod forgotten;
mod machines;
mod midway;
mod provision;
mod quotes;
mod refused;
#[cfg(unix)]
mod unseen;
pub(crate) mod world;

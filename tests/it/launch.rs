//! Launching, looking and ending, as separate commands over one simulated world.

mod brokers;
mod disk;
mod examples;
mod forgotten;
mod machines;
mod provision;
mod quotes;
pub(crate) mod world;

#![doc = include_str!("../docs.md")]

mod api;
mod normalise;
mod source;
mod wire;

pub use source::{Prime, PrimeOptions};

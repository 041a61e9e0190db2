#![doc = include_str!("../docs.md")]

mod api;
mod normalise;
mod place;
mod source;
mod wire;

pub use normalise::TeamBalance;
pub use source::{Spheron, SpheronOptions};

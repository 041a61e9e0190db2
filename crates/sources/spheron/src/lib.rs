#![doc = include_str!("../docs.md")]

mod api;
mod normalise;
mod place;
mod request;
#[cfg(test)]
mod sample;
mod source;
mod wire;

pub use normalise::{ClusterHealth, PartHealth};
pub use source::{Spheron, SpheronOptions};

#![doc = include_str!("../docs.md")]

mod api;
mod normalise;
mod place;
mod request;
mod source;
mod wire;

pub use normalise::{ClusterHealth, PartHealth};
pub use source::{Spheron, SpheronOptions};

#![doc = include_str!("../docs.md")]

mod api;
mod normalise;
mod request;
mod source;
mod state;
mod wire;

pub use source::{Prime, PrimeOptions};
pub use state::{Permission, PodState, Team, User};

//! The two HTTP APIs over one world.

mod answer;
pub(crate) mod prime;
mod query;
pub(crate) mod spheron;

//! The two HTTP APIs over one world, as functions from a request to an answer.

mod births;
mod bodies;
mod canned;
mod desk;
pub(crate) mod prime;
mod public_key;
mod query;
mod serve;
pub(crate) mod spheron;
mod strangers;
mod traffic;

pub(crate) use desk::Desk;
pub(crate) use serve::{op, serve};
pub(crate) use strangers::add as add_stranger;
pub(crate) use traffic::Traffic;

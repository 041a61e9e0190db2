//! What the API may send: everything optional, nothing decided (see [`crate::normalise`]).

mod account;
mod offer;
mod scalar;
mod volume;

pub(crate) use account::{Balance, Providers, Team};
pub(crate) use offer::{Extras, Group, GroupPage, Offer};
pub(crate) use scalar::Loose;
pub(crate) use volume::{Pricing, Region, Regions, Volume, VolumePage};

//! What the API may send: everything optional, nothing decided (see [`crate::normalise`]).

mod account;
mod deployment;
mod kubernetes;
mod listed;
mod offer;
mod scalar;
mod volume;

pub(crate) use account::{Balance, Done, Providers, SshKey, Team};
pub(crate) use deployment::{Deployment, MayEnd};
pub(crate) use kubernetes::{HealthReport, Part, Versions};
pub(crate) use listed::Listed;
pub(crate) use offer::{Extras, Group, GroupPage, Offer};
pub(crate) use scalar::Loose;
pub(crate) use volume::{Pricing, Region, Regions, Volume, VolumePage};

//! What is for sale, in the rows of each broker.

mod prime;
mod spheron;

pub(crate) use prime::{DiskOffer, GpuOffer, Place, Row, Spec};
pub(crate) use spheron::{Extras, Kubernetes, Offer, Technical};

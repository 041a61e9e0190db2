//! What planner keeps in files: markets, requests, offers of one's own.

pub(crate) mod absent;
pub(crate) mod market;
pub(crate) mod offers;
pub(crate) mod quote;
pub(crate) mod quotes;
pub(crate) mod request;
pub(crate) mod whole;

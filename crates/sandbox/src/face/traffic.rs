//! What one request is.

use crate::broker::Broker;
use crate::fault::Op;
use crate::limiter::Admission;

/// What one request is, in short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traffic<'a> {
    pub(crate) broker: Broker,
    pub(crate) op: Op,
    /// The parts of its path.
    pub(crate) path: &'a [&'a str],
    /// What Spheron's limit says of it.
    pub(crate) admission: Admission,
    /// Where a redirect to another host leads.
    pub(crate) elsewhere: &'a str,
}

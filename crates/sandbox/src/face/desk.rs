//! What a handler works with.

use crate::catalogue::Catalogue;
use crate::clock::Moment;
use crate::face::query::Query;
use crate::fault::Set;
use crate::options::Options;
use crate::request::Request;
use crate::state::State;

/// One request, and the world that it meets.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) options: &'a Options,
    pub(crate) state: &'a mut State,
    pub(crate) request: &'a Request,
    pub(super) query: Query,
    pub(crate) faults: &'a Set,
    /// The world's time, without a broker's skew.
    pub(crate) now: Moment,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(
        (catalogue, options): (&'a Catalogue, &'a Options),
        state: &'a mut State,
        request: &'a Request,
        faults: &'a Set,
        now: Moment,
    ) -> Self {
        Self {
            catalogue,
            options,
            state,
            request,
            query: Query::of(&request.target),
            faults,
            now,
        }
    }
}

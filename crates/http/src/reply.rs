//! A complete answer with a status in 2xx.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use crate::call::Call;
use crate::failure::{Failure, Kind, Stage};
use crate::wire::{Malformed, decode};

/// A complete 2xx answer. `Debug` does not show the body: it may hold passwords.
#[non_exhaustive]
pub struct Reply {
    pub(crate) call: Call,
    /// The status, 200 to 299.
    pub status: u16,
    /// The body, at most as long as the call allows. It is as it came, but for copies of our own key: those are `*`.
    pub body: Vec<u8>,
    /// What the broker's clock said when it answered: its `Date` header, in whole seconds.
    pub date: Option<Timestamp>,
    /// The broker's own name for the request, for its support.
    pub request_id: Option<Box<str>>,
    /// Of a large body: as long as it is held, no other large one is read.
    #[expect(dead_code, reason = "it is there to be dropped")]
    pub(crate) large: Option<OwnedSemaphorePermit>,
}

/// An answer by its bytes, whatever they mean.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Imprint {
    /// How many there are.
    pub bytes: usize,
    /// Tells its list from others: all from the first `[` to the last `]`, so that a page number or a moment beside it
    /// makes no other list of it.
    pub list: u64,
}

impl Reply {
    /// What the answer is, by its bytes.
    pub fn imprint(&self) -> Imprint {
        let start = self.body.iter().position(|byte| *byte == b'[').unwrap_or_default();
        let end = self
            .body
            .iter()
            .rposition(|byte| *byte == b']')
            .unwrap_or(self.body.len());
        let mut hasher = DefaultHasher::new();
        self.body.get(start..end).unwrap_or(&self.body).hash(&mut hasher);
        Imprint {
            bytes: self.body.len(),
            list: hasher.finish(),
        }
    }

    /// Reads the body as JSON; what it borrows, it borrows from this reply.
    ///
    /// # Errors
    /// A failure of kind [`Kind::Decode`] that names the path inside the document.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        decode(&self.body).map_err(|malformed| self.malformed(&malformed))
    }

    /// The failure that a body makes which was read with [`decode`], or by other means, and found wanting.
    pub fn malformed(&self, malformed: &Malformed) -> Failure {
        let mut failure = Failure::silent(&self.call, Stage::Answered, Kind::Decode, &malformed.to_string());
        failure.status = Some(self.status);
        failure.request_id.clone_from(&self.request_id);
        failure
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reply")
            .field("call", &self.call)
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

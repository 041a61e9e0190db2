//! Names by which machines are found again.

use std::fmt::Debug;

use jiff::Timestamp;

/// Gives names that only we can have given, and knows them when they come
/// back. No broker knows an idempotency key; the name is all there is.
pub trait Names: Debug + Send + Sync {
    /// A number that was never used before: the identity of a launch.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    fn fresh(&self) -> Result<u64, String>;
    /// The id of a launch, for people and for the journal.
    fn launch(&self, fresh: u64) -> String;
    /// The name of one attempt at one machine of a launch.
    ///
    /// # Errors
    /// When one of the numbers has no place in a name.
    fn name(&self, fresh: u64, slot: u16, number: u8, ends_at: Option<Timestamp>) -> Result<String, String>;
    /// What a name of ours says; `None` for the name of anybody else.
    fn ours(&self, name: &str) -> Option<Said>;
}

/// What a name of ours says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// When the machine ends by itself, to the minute; `None` for never.
    pub ends_at: Option<Timestamp>,
}

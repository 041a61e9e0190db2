//! Somebody who is told what happens, while it happens.

use std::fmt::Debug;
use std::time::Duration;

use super::event::Event;
use super::state::State;

/// Is told what happens.
pub trait Watcher: Debug + Send + Sync {
    /// The journal has this on disk now.
    fn happened(&self, event: &Event, state: &State);
    /// Something that a person should know while it lasts: one line.
    fn remarked(&self, _line: &str) {}
    /// Nothing is to be done for a while.
    fn waiting(&self, state: &State, time: Duration);
}

/// Looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watcher for Unwatched {
    fn happened(&self, _: &Event, _: &State) {}
    fn waiting(&self, _: &State, _: Duration) {}
}

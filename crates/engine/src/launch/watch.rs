//! Somebody who is told what happens, while it happens.

use std::fmt::Debug;
use std::time::Duration;

use gpu_broker_core::offer::Broker;

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
    /// A broker is asked what runs, and so many pages of so many have come: of none, until it said how many there are.
    fn looking(&self, _broker: &Broker, _done: u32, _of: u32) {}
    /// It answered, or nobody waits for it any longer.
    fn looked(&self, _broker: &Broker) {}
}

/// Looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watcher for Unwatched {
    fn happened(&self, _: &Event, _: &State) {}
    fn waiting(&self, _: &State, _: Duration) {}
}

//! Who is asked what runs, for whoever waits at a terminal.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::Progress as _;
use gpu_broker_engine::launch::Watcher;
use gpu_broker_engine::launch::event::Event;
use gpu_broker_engine::launch::state::State;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::printer::Printer;
use crate::progress::{Bars, PATIENCE};

/// A line for the broker that is asked, from when somebody begins to wait until it answered.
#[derive(Debug)]
pub(crate) struct Lookout {
    bars: Arc<Bars>,
    /// Shows the line once it is time.
    waits: Mutex<Option<JoinHandle<()>>>,
}

impl Lookout {
    /// For whoever watches standard error.
    pub(crate) fn new(printer: Printer) -> Self {
        Self {
            bars: Arc::new(Bars::new(printer, [])),
            waits: Mutex::default(),
        }
    }

    /// Does without the line what would be printed into it.
    pub(crate) fn beside<T>(&self, work: impl FnOnce() -> T) -> T {
        self.bars.suspend(work)
    }

    fn wait(&self, waits: Option<JoinHandle<()>>) {
        let mut before = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = std::mem::replace(&mut *before, waits) {
            before.abort();
        }
    }
}

impl Watcher for Lookout {
    fn happened(&self, _: &Event, _: &State) {}

    fn waiting(&self, _: &State, _: Duration) {}

    fn looking(&self, broker: &Broker, done: u32, of: u32) {
        self.bars.pages(broker, done, of);
        let (0, 0, Ok(runtime)) = (done, of, Handle::try_current()) else {
            return;
        };
        let bars = Arc::clone(&self.bars);
        self.wait(Some(runtime.spawn(async move {
            tokio::time::sleep(PATIENCE).await;
            bars.show();
        })));
    }

    fn looked(&self, _: &Broker) {
        self.wait(None);
        self.bars.clear();
    }
}

impl Drop for Lookout {
    fn drop(&mut self) {
        self.wait(None);
        self.bars.clear();
    }
}

//! Being asked to stop: at once while nothing is at stake, and between two
//! steps once something is (R14).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gpu_broker_engine::failpoint::reach;
use gpu_broker_engine::launch::Interrupt;

use crate::printer::Printer;
use crate::signals::Signals;

/// Whether somebody asked. Clones share the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    interrupt: Interrupt,
    engaged: Arc<AtomicBool>,
}

impl Stop {
    /// What tells an engine to stop between two steps.
    pub(crate) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// From here on something is at stake: the first request to stop is heard
    /// between two steps.
    pub(crate) fn engage(&self) {
        self.engaged.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked while something was at stake.
    pub(crate) fn is_asked(&self) -> bool {
        self.interrupt.is_set()
    }

    /// Listens from this call on. What it returns is done when the process
    /// should end at once: after the first signal while nothing is at stake,
    /// and after the second otherwise.
    pub(crate) fn at_once(&self, printer: Printer) -> impl Future<Output = ()> {
        let mut signals = Signals::listen();
        async move {
            loop {
                signals.next().await;
                reach("in-signal");
                if !self.engaged.load(Ordering::SeqCst) || self.interrupt.is_set() {
                    return;
                }
                printer.warn(
                    "stopping: nothing more is begun, and a request under way is let end; interrupt again to leave at \
                     once\n",
                );
                self.interrupt.set();
            }
        }
    }
}

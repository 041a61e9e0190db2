//! A request to stop, which is heard between two steps and never in one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Whether to stop. Clones share the answer.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    set: AtomicBool,
    told: Notify,
}

impl Interrupt {
    /// Asks to stop: nothing new is started, and what is under way is let end
    /// (R14).
    pub fn set(&self) {
        self.0.set.store(true, Ordering::SeqCst);
        self.0.told.notify_waiters();
    }

    /// Whether somebody asked.
    pub fn is_set(&self) -> bool {
        self.0.set.load(Ordering::SeqCst)
    }

    /// Returns once somebody asks.
    pub async fn asked(&self) {
        let told = self.0.told.notified();
        if !self.is_set() {
            told.await;
        }
    }
}

//! How far a long fetch has come, for whoever watches a terminal.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::printer::Printer;

/// One bar for each broker; invisible when nobody watches.
#[derive(Debug)]
pub(crate) struct Bars {
    all: MultiProgress,
    each: Mutex<BTreeMap<Broker, ProgressBar>>,
}

impl Bars {
    /// Bars on standard error, if it is a terminal.
    pub(crate) fn new(printer: Printer) -> Self {
        let target = if printer.shows_progress() {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            all: MultiProgress::with_draw_target(target),
            each: Mutex::default(),
        }
    }
}

impl Progress for Bars {
    fn pages(&self, broker: &Broker, done: u32, of: u32) {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = each.entry(broker.clone()).or_insert_with(|| {
            let style = ProgressStyle::with_template("  {prefix:10} {bar:20} {pos}/{len} pages  {elapsed}");
            let bar = ProgressBar::new(1).with_prefix(broker.to_string());
            bar.enable_steady_tick(Duration::from_millis(100));
            self.all
                .add(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
        });
        bar.set_length(of.into());
        bar.set_position(done.into());
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        // Whatever is printed next must not share a line with a bar.
        let _ = self.all.clear();
    }
}

//! How far a long fetch has come, for whoever watches a terminal.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::printer::Printer;

/// What comes sooner than this is not waited for by anybody, and a line that flickers tells nobody anything.
pub(crate) const PATIENCE: Duration = Duration::from_millis(400);

/// A terminal that is narrower has no room for a bar.
const BAR_COLUMNS: usize = 60;

/// So many pages are to come where nothing is known of them yet.
const UNKNOWN: u64 = u64::MAX;

/// One line for each broker that is asked; invisible when nobody watches.
#[derive(Debug)]
pub(crate) struct Bars {
    all: MultiProgress,
    each: Mutex<BTreeMap<Broker, ProgressBar>>,
    printer: Printer,
}

impl Bars {
    /// Lines on standard error for these brokers, if it is a terminal.
    pub(crate) fn new(printer: Printer, brokers: impl IntoIterator<Item = Broker>) -> Self {
        let bars = Self {
            all: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
            each: Mutex::default(),
            printer,
        };
        for broker in brokers {
            bars.pages(&broker, 0, 0);
        }
        bars
    }

    /// Does the work, and shows the lines where it takes long.
    pub(crate) async fn beside<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(PATIENCE) => self.show(),
        }
        work.await
    }

    /// Shows the lines, if they would be seen.
    pub(crate) fn show(&self) {
        if !self.printer.shows_progress() {
            return;
        }
        self.all.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        let each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        for bar in each.values() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
    }

    /// Takes all lines away; the next are shown anew.
    pub(crate) fn clear(&self) {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        for bar in std::mem::take(&mut *each).into_values() {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        self.all.set_draw_target(ProgressDrawTarget::hidden());
    }

    /// Does without the lines what would be printed into them.
    pub(crate) fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.all.suspend(work)
    }

    fn bar(&self, broker: &Broker) -> ProgressBar {
        let template = if self.printer.columns < BAR_COLUMNS {
            "  {prefix:10} {far}"
        } else {
            "  {prefix:10} {bar:20} {far}"
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let style = style.with_key("far", |state: &ProgressState, out: &mut dyn fmt::Write| {
            // Where a line cannot be written, it is not seen either.
            let _ = out.write_str(&far(state.pos(), state.len().unwrap_or(UNKNOWN), state.elapsed()));
        });
        let bar = ProgressBar::new(UNKNOWN)
            .with_prefix(broker.to_string())
            .with_style(style);
        self.all.add(bar)
    }
}

/// How far it is, in words.
fn far(done: u64, of: u64, after: Duration) -> String {
    if of == UNKNOWN {
        return format!("asked, {} s", after.as_secs());
    }
    let mut text = format!("{done} of {of} page{}", if of == 1 { "" } else { "s" });
    if done >= of {
        return text;
    }
    // As long for each page to come as for those that came.
    let left = after.as_millis().checked_mul(u128::from(of - done));
    if let Some(left) = left.and_then(|left| left.checked_div(u128::from(done))) {
        let _ = write!(text, ", ~{} s left", left.div_ceil(1000));
    }
    text
}

impl Progress for Bars {
    fn pages(&self, broker: &Broker, done: u32, of: u32) {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = each.entry(broker.clone()).or_insert_with(|| self.bar(broker));
        // Of none, a bar would be full before anybody answered.
        bar.set_length(if of == 0 { UNKNOWN } else { of.into() });
        bar.set_position(done.into());
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        // Whatever is printed next must not share a line with a bar.
        let _ = self.all.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_follows_from_what_came() {
        let check = |done: u64, of: u64, ms: u64, expected: &str| {
            assert_eq!(far(done, of, Duration::from_millis(ms)), expected, "{done} of {of}");
        };
        check(0, UNKNOWN, 2_900, "asked, 2 s");
        check(0, 4, 2_000, "0 of 4 pages");
        check(1, 4, 2_000, "1 of 4 pages, ~6 s left");
        check(3, 4, 3_300, "3 of 4 pages, ~2 s left");
        check(4, 4, 3_300, "4 of 4 pages");
        check(5, 4, 3_300, "5 of 4 pages");
        check(1, 1, 0, "1 of 1 page");
    }
}

//! What something has cost so far.

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::exact::Exact;

/// A bill that grows by the second, at a rate that may change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Meter {
    /// Per hour, now.
    rate: Exact,
    /// When this rate began.
    since: Moment,
    /// What came before it.
    before: Exact,
    /// What is owed in any case: hours that were paid in advance.
    floor: Exact,
    /// When it stopped for good.
    stopped: Option<Moment>,
}

impl Meter {
    /// A meter that begins to run.
    pub(crate) fn starting(at: Moment, rate: Exact, floor: Exact) -> Self {
        Self {
            rate,
            since: at,
            before: Exact::ZERO,
            floor,
            stopped: None,
        }
    }

    /// From now on at another rate.
    pub(crate) fn turn(&mut self, at: Moment, rate: Exact) {
        if self.stopped.is_none() {
            self.before = self.run(at);
            self.since = at;
            self.rate = rate;
        }
    }

    /// Ends it, with at least so much owed, and tells what is owed in all.
    pub(crate) fn stop(&mut self, at: Moment, least: Exact) -> Exact {
        self.turn(at, Exact::ZERO);
        self.floor = self.floor.max(least);
        self.stopped = Some(at);
        self.total(at)
    }

    /// What is owed at a time.
    pub(crate) fn total(&self, at: Moment) -> Exact {
        self.run(at).max(self.floor)
    }

    /// What a purse loses an hour by it, at a time.
    pub(crate) fn drain(&self, at: Moment) -> Exact {
        if at < self.since || self.run(at) < self.floor {
            Exact::ZERO
        } else {
            self.rate
        }
    }

    /// When the next drain begins, if none does yet.
    pub(crate) fn drains_from(&self, at: Moment) -> Option<Moment> {
        if at < self.since {
            return Some(self.since);
        }
        let short = self.floor.less(self.run(at));
        let ahead = (short > Exact::ZERO).then(|| short.lasts(self.rate)).flatten()?;
        Some(at.after_seconds(ahead))
    }

    /// What has run up, the floor left out.
    fn run(&self, at: Moment) -> Exact {
        self.before.add(self.rate.for_seconds(at.seconds_since(self.since)))
    }
}

#[cfg(test)]
mod tests {
    use super::Meter;
    use crate::clock::Moment;
    use crate::exact::Exact;

    fn exact(text: &str) -> Exact {
        Exact::parse(text).unwrap()
    }

    #[test]
    fn rates_follow_each_other() {
        let start = Moment(5_000);
        let mut meter = Meter::starting(start, exact("3600"), Exact::ZERO);
        assert_eq!(meter.total(start.after_seconds(10)), exact("10"));
        meter.turn(start.after_seconds(10), exact("7200"));
        assert_eq!(meter.total(start.after_seconds(15)), exact("20"));
        assert_eq!(meter.stop(start.after_seconds(15), exact("25")), exact("25"));
        assert_eq!(meter.total(start.after_seconds(900)), exact("25"));
    }

    #[test]
    fn hours_paid_in_advance_drain_nothing_while_they_last() {
        let start = Moment(0);
        let meter = Meter::starting(start, exact("3600"), exact("100"));
        assert_eq!(meter.total(start), exact("100"));
        assert_eq!(meter.drain(start), Exact::ZERO);
        let later = meter.drains_from(start).unwrap();
        assert_eq!(later, Moment(101_000));
        assert_eq!((meter.drain(later), meter.total(later)), (exact("3600"), exact("101")));
    }
}

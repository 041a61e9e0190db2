//! The world's time: it starts when it is told, and runs by itself or as it is driven.

use std::fmt::Write as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::options::Time;

const DAY: i64 = 86_400;

/// A point in time: milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Moment(pub(crate) u64);

impl Moment {
    /// A time of the system's.
    pub(crate) fn from_system(time: SystemTime) -> Self {
        Self(millis(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
    }

    /// So much later.
    pub(crate) fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(millis(by)))
    }

    /// So many seconds later.
    pub(crate) fn after_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000)))
    }

    /// The milliseconds since an earlier time; none when it is not earlier.
    pub(crate) fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The whole seconds since an earlier time.
    pub(crate) fn seconds_since(self, earlier: Self) -> u64 {
        self.since(earlier) / 1_000
    }

    /// This time on a clock that is so many seconds fast.
    pub(crate) fn skewed(self, seconds: i64) -> Self {
        Self(self.0.saturating_add_signed(seconds.saturating_mul(1_000)))
    }

    /// As `2025-12-29T14:00:00.000Z`.
    pub(crate) fn iso(self) -> String {
        let (seconds, rest) = self.parts();
        let at = Civil::from_unix(seconds);
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{rest:03}Z",
            at.year, at.month, at.day, at.hour, at.minute, at.second
        )
    }

    /// As an HTTP `Date`, such as `Mon, 29 Dec 2025 14:00:00 GMT`.
    pub(crate) fn http_date(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let (seconds, _) = self.parts();
        let at = Civil::from_unix(seconds);
        let weekday = usize::try_from(seconds.div_euclid(DAY).rem_euclid(7)).ok();
        let month = usize::try_from(at.month - 1).ok();
        let mut text = String::new();
        let _ = write!(
            text,
            "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
            weekday.and_then(|day| DAYS.get(day)).copied().unwrap_or_default(),
            at.day,
            month.and_then(|month| MONTHS.get(month)).copied().unwrap_or_default(),
            at.year,
            at.hour,
            at.minute,
            at.second
        );
        text
    }

    /// Seconds since 1970 and the milliseconds that remain.
    fn parts(self) -> (i64, u64) {
        (i64::try_from(self.0 / 1_000).unwrap_or(i64::MAX), self.0 % 1_000)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Where the time comes from, before what was added to it.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Moment,
    /// When it began to run; `None` when it stands still.
    began: Option<Instant>,
}

impl Clock {
    /// A clock that shows `now` at this moment.
    pub(crate) fn starting(now: SystemTime, time: Time) -> Self {
        Self {
            started: Moment::from_system(now),
            began: (time == Time::Running).then(Instant::now),
        }
    }

    /// The time now.
    pub(crate) fn read(&self) -> Moment {
        self.started
            .after(self.began.map_or(Duration::ZERO, |began| began.elapsed()))
    }
}

/// A point in time, taken apart for people.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Civil {
    /// Days are counted from 1 March 0000, which puts the leap day at the end of the year.
    fn from_unix(seconds: i64) -> Self {
        let days = seconds.div_euclid(DAY) + 719_468;
        let rest = seconds.rem_euclid(DAY);
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn known_moments() {
        for (seconds, iso, date) in [
            (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_827_696, "2000-02-29T12:34:56.000Z", "Tue, 29 Feb 2000 12:34:56 GMT"),
            (
                1_767_016_800,
                "2025-12-29T14:00:00.000Z",
                "Mon, 29 Dec 2025 14:00:00 GMT",
            ),
        ] {
            let moment = Moment(seconds * 1_000);
            assert_eq!((moment.iso().as_str(), moment.http_date().as_str()), (iso, date));
        }
    }

    #[test]
    fn skew_and_difference() {
        let moment = Moment(3_600_000);
        assert_eq!(moment.skewed(-60).iso(), "1970-01-01T00:59:00.000Z");
        assert_eq!(moment.after_seconds(2).seconds_since(moment), 2);
        assert_eq!(moment.since(moment.after_seconds(2)), 0);
    }
}

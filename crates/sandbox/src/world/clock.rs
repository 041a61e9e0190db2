//! A broker's clock: it starts when it is told, runs with real time, and may be wrong.

use std::fmt::Write as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;

/// One broker's time of day.
#[derive(Debug)]
pub(crate) struct Clock {
    started: SystemTime,
    began: Instant,
    skew: i64,
}

impl Clock {
    /// A clock that shows `now` plus `skew` seconds at this moment.
    pub(crate) fn starting(now: SystemTime, skew: i64) -> Self {
        Self {
            started: now,
            began: Instant::now(),
            skew,
        }
    }

    /// The time `ahead` from now as `2025-12-29T14:00:00.000Z`.
    pub(crate) fn iso(&self, ahead: Duration) -> String {
        let (seconds, millis) = self.read(ahead);
        let at = Civil::from_unix(seconds);
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{millis:03}Z",
            at.year, at.month, at.day, at.hour, at.minute, at.second
        )
    }

    /// The time now as an HTTP `Date`, such as `Mon, 29 Dec 2025 14:00:00 GMT`.
    pub(crate) fn http_date(&self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let (seconds, _) = self.read(Duration::ZERO);
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

    /// Seconds since 1970 and the milliseconds that remain, at `ahead` from now.
    fn read(&self, ahead: Duration) -> (i64, u32) {
        let at = self.started + self.began.elapsed() + ahead;
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        (seconds.saturating_add(self.skew), since.subsec_millis())
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
    use std::time::{Duration, UNIX_EPOCH};

    use super::Clock;

    #[test]
    fn known_moments() {
        for (seconds, iso, date) in [
            (0, "1970-01-01T00:00:00", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_827_696, "2000-02-29T12:34:56", "Tue, 29 Feb 2000 12:34:56 GMT"),
            (1_767_016_800, "2025-12-29T14:00:00", "Mon, 29 Dec 2025 14:00:00 GMT"),
        ] {
            let clock = Clock::starting(UNIX_EPOCH + Duration::from_secs(seconds), 0);
            assert!(
                clock.iso(Duration::ZERO).starts_with(iso),
                "{}",
                clock.iso(Duration::ZERO)
            );
            assert_eq!(clock.http_date(), date);
        }
    }

    #[test]
    fn skew_and_look_ahead() {
        let clock = Clock::starting(UNIX_EPOCH + Duration::from_secs(3_600), -60);
        assert!(clock.iso(Duration::from_secs(900)).starts_with("1970-01-01T01:14:00"));
    }
}

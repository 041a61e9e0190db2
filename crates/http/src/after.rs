//! How long a broker asks to wait, in all the ways in which it may say so.

use std::time::Duration;

use jiff::Timestamp;

/// The longest wait that is waited for. The brokers' windows are 15 minutes; a minute is added for rounding.
pub(crate) const WAIT_MAX: Duration = Duration::from_secs(960);

/// The end of a window from this number on is a moment in Unix seconds; smaller ones are seconds from now.
const UNIX_SECONDS_MIN: u64 = 1_000_000_000;

/// From this year on a moment is far away, whatever a clock says that is right within decades.
const FAR_YEAR: u64 = 2090;

/// What the headers of an answer say about limits. Nothing in it depends on our own clock.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Told {
    /// `Date`: what the broker's clock says.
    pub(crate) date: Option<Timestamp>,
    /// `X-RateLimit-Limit`: calls per window.
    pub(crate) limit: Option<u32>,
    /// `X-RateLimit-Remaining`: calls left in this window.
    pub(crate) remaining: Option<u32>,
    /// `X-RateLimit-Reset`: time until the window ends, from the moment of the answer, however long.
    pub(crate) reset: Option<Duration>,
    /// `Retry-After`: time to wait, from the moment of the answer, however long.
    pub(crate) retry_after: Option<Duration>,
}

impl Told {
    /// Reads the headers of an answer through `header`, which is given lower-case names.
    pub(crate) fn read<'h>(header: impl Fn(&str) -> Option<&'h str>) -> Self {
        let date = header("date").and_then(http_date);
        let count = |name| header(name).and_then(|text| text.trim().parse().ok());
        Self {
            date,
            limit: count("x-ratelimit-limit"),
            remaining: count("x-ratelimit-remaining"),
            reset: header("x-ratelimit-reset").and_then(|text| until_reset(text, date)),
            retry_after: header("retry-after")
                .and_then(|text| seconds(text).or_else(|| until(text, date)).or_else(|| beyond(text))),
        }
    }
}

/// Seconds in decimal notation, rounded up, at least 0; `None` if it is no number.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    whole_seconds(text).or_else(|| powers(text)).map(Duration::from_secs)
}

/// Seconds with a power of ten, such as `1e9`; one that is not whole and small is longer than anybody waits.
fn powers(text: &str) -> Option<u64> {
    let (mantissa, exponent) = text.trim().split_once(['e', 'E'])?;
    let mantissa = whole_seconds(mantissa)?;
    let bare = exponent.strip_prefix('+').unwrap_or(exponent);
    let (small, digits) = match bare.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, bare),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let power = digits.parse().ok().and_then(|power| 10_u64.checked_pow(power));
    Some(match (small, power) {
        (false, power) => mantissa.saturating_mul(power.unwrap_or(u64::MAX)),
        (true, Some(power)) => mantissa.div_ceil(power),
        (true, None) => 1,
    })
}

/// A moment in HTTP notation that lies after all that can be reckoned with, or so far ahead that it needs no broker's
/// clock to say that nobody waits for it.
fn beyond(text: &str) -> Option<Duration> {
    let year: u64 = text
        .split_ascii_whitespace()
        .nth(3)
        .filter(|word| word.len() == 4)?
        .parse()
        .ok()?;
    (text.trim_end().ends_with("GMT") && year >= FAR_YEAR).then_some(Duration::MAX)
}

/// Seconds rounded up; 0 for negative numbers, `u64::MAX` for those beyond it.
fn whole_seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    if negative {
        return Some(0);
    }
    let up = u64::from(fraction.bytes().any(|byte| byte != b'0'));
    Some(whole.parse::<u64>().unwrap_or(u64::MAX).saturating_add(up))
}

/// The time until a moment in ISO or HTTP notation, measured from `date`, the broker's own clock: without it a moment
/// says nothing.
fn until(text: &str, date: Option<Timestamp>) -> Option<Duration> {
    let moment = text.trim().parse::<Timestamp>().ok().or_else(|| http_date(text))?;
    let wait = moment.duration_since(date?);
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
}

/// The time until a window ends: as [`until`], or seconds, or Unix seconds.
fn until_reset(text: &str, date: Option<Timestamp>) -> Option<Duration> {
    match whole_seconds(text) {
        None => until(text, date),
        Some(count) if count < UNIX_SECONDS_MIN => Some(Duration::from_secs(count)),
        Some(count) => {
            let now = u64::try_from(date?.as_second()).ok()?;
            Some(Duration::from_secs(count.saturating_sub(now)))
        }
    }
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text.trim())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Sun, 29 Nov 2026 13:59:30 GMT";

    fn read(headers: &[(&str, &'static str)]) -> Told {
        Told::read(|name| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| *value))
    }

    #[test]
    fn retry_after_is_read_in_every_form() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1", Some(1)),
            (" 900 ", Some(900)),
            ("1.2", Some(2)),
            ("2.0", Some(2)),
            ("-1", Some(0)),
            ("961", Some(961)),
            ("999999999", Some(999_999_999)),
            ("99999999999999999999999999", Some(u64::MAX)),
            ("Sun, 29 Nov 2026 14:00:00 GMT", Some(30)),
            ("Sun, 29 Nov 2026 13:00:00 GMT", Some(0)),
            ("Mon, 30 Nov 2026 13:59:30 GMT", Some(86_400)),
            ("2026-11-29T14:00:00.000Z", Some(30)),
            ("1795960800", Some(1_795_960_800)),
            ("soon", None),
            ("", None),
            ("1e3", Some(1000)),
            ("1E+9", Some(1_000_000_000)),
            ("1.5e2", Some(200)),
            ("1e-3", Some(1)),
            ("1e999999999999", Some(u64::MAX)),
            ("1e", None),
            ("e9", None),
            ("NaN", None),
            ("0x10", None),
            ("1.", None),
        ] {
            let told = read(&[("retry-after", text), ("date", DATE)]);
            assert_eq!(told.retry_after, expected.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn moments_mean_nothing_without_the_brokers_clock() {
        for text in ["2026-11-29T14:00:00Z", "Sun, 29 Nov 2026 14:00:00 GMT", "1795960800"] {
            assert_eq!(read(&[("x-ratelimit-reset", text)]).reset, None);
            assert_eq!(read(&[("x-ratelimit-reset", text), ("date", "yesterday")]).reset, None);
        }
        assert_eq!(read(&[("retry-after", "7")]).retry_after, Some(Duration::from_secs(7)));
        // But for one at which nobody waits any more.
        for (text, expected) in [
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(Duration::MAX)),
            ("Sun, 29 Nov 2099 13:00:00 GMT", Some(Duration::MAX)),
            ("Sun, 29 Nov 2026 14:00:00 GMT", None),
            ("it is not later than 9999", None),
        ] {
            assert_eq!(read(&[("retry-after", text)]).retry_after, expected, "{text}");
        }
    }

    #[test]
    fn the_end_of_a_window_is_read_in_every_form() {
        for (text, expected) in [
            ("2026-11-29T14:00:00.000Z", Some(30)),
            ("2026-11-29T15:00:00+01:00", Some(30)),
            ("Sun, 29 Nov 2026 14:00:00 GMT", Some(30)),
            ("1795960800", Some(30)),
            ("17960472000", Some(16_164_511_230)),
            ("99999999999999999999999", Some(u64::MAX - 1_795_960_770)),
            ("2026-11-28T14:00:00Z", Some(0)),
            ("30", Some(30)),
            ("-5", Some(0)),
            ("tomorrow", None),
        ] {
            let told = read(&[("x-ratelimit-reset", text), ("date", DATE)]);
            assert_eq!(told.reset, expected.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn limits_are_read() {
        let told = read(&[
            ("date", DATE),
            ("x-ratelimit-limit", "250"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "2026-11-29T14:00:00.000Z"),
        ]);
        let expected = Told {
            date: http_date(DATE),
            limit: Some(250),
            remaining: Some(0),
            reset: Some(Duration::from_secs(30)),
            retry_after: None,
        };
        assert_eq!(told, expected);
        assert_eq!(
            read(&[("x-ratelimit-remaining", "-3"), ("x-ratelimit-limit", "many")]),
            Told::default()
        );
    }
}

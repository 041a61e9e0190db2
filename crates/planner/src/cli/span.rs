//! Times as people write them: `90s`, `20m`, `8h`, `3d`.

use std::time::Duration;

use gpu_broker_core::number::Exact;
use jiff::Timestamp;

/// Reads a time. It has a unit, because nobody agrees on what a bare number
/// of something that costs money per hour is.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let error = || format!("`{text}` is not a time; write `90s`, `20m`, `8h` or `3d`");
    let trimmed = text.trim();
    let digits = trimmed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match trimmed.get(digits.len()..) {
        Some("s") => 1,
        Some("m" | "min") => 60,
        Some("h") => 3_600,
        Some("d") => 86_400,
        _ => return Err(error()),
    };
    let number: Exact = digits.parse().map_err(|_| error())?;
    let ms = number.times_count(seconds * 1_000).map(|ms| ms.rounded(0));
    let ms = ms.filter(|ms| !ms.is_negative()).and_then(Exact::to_whole);
    ms.filter(|ms| *ms <= YEARS_MS)
        .map(Duration::from_millis)
        .ok_or_else(error)
}

/// Reads a time, or a number of seconds: for what costs nothing.
pub(crate) fn span_or_seconds(text: &str) -> Result<Duration, String> {
    text.trim().parse().map(Duration::from_secs).or_else(|_| span(text))
}

/// Reads a moment.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    text.trim().parse().map_err(|_| {
        format!("`{text}` is not a moment before the year 9999; write it as `2027-01-31T18:00:00Z`, with its offset from UTC or `Z`")
    })
}

/// Ten years: nothing that is waited for takes longer.
const YEARS_MS: u64 = 10 * 366 * 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(span(text).ok(), expected.map(Duration::from_millis), "{text}");
        };
        check("90s", Some(90_000));
        check("0s", Some(0));
        check("1.5h", Some(5_400_000));
        check("20m", Some(1_200_000));
        check(" 3d ", Some(259_200_000));
        check("20", None);
        check("-1s", None);
        check("h", None);
        check("1w", None);
        check("1e9d", None);
        check("99999999999d", None);
    }

    #[test]
    fn moments_have_an_offset() {
        let check = |text: &str, expected: Result<&str, ()>| {
            let read = moment(text);
            assert_eq!(
                read.as_ref().map(ToString::to_string).map_err(|_| ()),
                expected.map(str::to_owned),
                "{text}"
            );
            assert!(read.is_ok() || read.unwrap_err().contains("write it as"), "{text}");
        };
        check("2027-01-31T18:00:00Z", Ok("2027-01-31T18:00:00Z"));
        check(" 2027-01-31T18:00:00+02:00 ", Ok("2027-01-31T16:00:00Z"));
        check("2027-01-31T18:00:00", Err(()));
        check("2027-01-31", Err(()));
        check("9999-12-31T23:59:59Z", Err(()));
        check("tomorrow", Err(()));
    }
}

//! Numbers and units.

use gpu_broker_core::gpu::GpuRequest;
use gpu_broker_core::money::{Currency, Money, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::quantity::{Gb, Hours, Range};
use gpu_broker_http::{RawNumber, WireInt, decode};

use crate::inert::assert_inert;

/// The bytes are two words, divided by a line break.
pub(super) fn money_and_units(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (first, second) = text.split_once('\n').unwrap_or((text, "1"));
    words(first);
    let numbers = [first, second].map(|word| word.parse::<Exact>().ok());
    if let [Some(left), Some(right)] = numbers {
        sums(left, right);
    }
    let numbers = [first, second].map(|word| Exact::from_broker(word).ok());
    if let [Some(left), Some(right)] = numbers {
        sums(left, right);
    }
}

fn words(word: &str) {
    if let Ok(number) = word.parse::<Exact>() {
        reads_back(number);
    }
    match Exact::from_broker(word) {
        Ok(number) => reads_back(number),
        Err(error) => short(&error.to_string()),
    }
    if let Ok(hours) = word.parse::<Hours>() {
        assert!(hours.in_minutes() > Exact::ZERO, "{word}");
    }
    if let Ok(size) = word.parse::<Gb>() {
        assert_eq!(size.0.to_string().parse(), Ok(size), "{word}");
    }
    if let Ok(currency) = word.parse::<Currency>() {
        assert_eq!(currency.as_str().len(), 3, "{word}");
    }
    if let Ok(range) = Range::parse(word, str::parse::<u64>) {
        assert!(range.contains(range.least), "{word}");
        assert_eq!(Range::parse(&range.to_string(), str::parse::<u64>), Ok(range), "{word}");
    }
    if let Ok(wanted) = GpuRequest::parse(word) {
        let again = GpuRequest::parse(&wanted.to_string());
        assert_eq!(again.as_ref(), Ok(&wanted), "{word}");
    }
    // A number of a document is one that can be reckoned with or is refused; it is never another one.
    if let Ok(number) = decode::<RawNumber<'_>>(word.as_bytes()) {
        let _ = Exact::from_broker(number.as_str()).map(reads_back);
    }
    if let Ok(count) = decode::<WireInt>(word.as_bytes()) {
        let digits = word.trim().trim_matches('"').trim();
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            assert_eq!(digits.parse(), Ok(count.get()), "{word}");
        }
    }
}

/// Error texts quote a part of what was given.
fn short(text: &str) {
    assert!(text.chars().count() <= 400, "{text}");
    let _ = text;
}

fn reads_back(number: Exact) {
    let text = number.to_string();
    assert_eq!(text.parse(), Ok(number), "{text}");
    assert_inert(&text);
    let whole = number.rounded(0);
    assert_eq!(whole.decimals(), 0, "{text}");
    if let Some(whole) = number.to_whole() {
        assert_eq!(Exact::whole(whole), number);
    }
    let _ = number.to_fixed(4);
}

fn sums(left: Exact, right: Exact) {
    if let Some(sum) = left.plus(right) {
        assert_eq!(sum.minus(right), Some(left), "{left} + {right}");
        assert_eq!(right.plus(left), Some(sum));
    }
    if let Some(product) = left.times(right) {
        assert_eq!(right.times(left), Some(product));
        assert_eq!(
            product.is_negative(),
            !product.is_zero() && left.is_negative() != right.is_negative(),
            "{left} x {right}"
        );
    }
    assert_eq!(left.over(Exact::ZERO), None);
    let _ = left.over(right);
    // Whoever is larger is larger from both sides, and by their difference.
    assert_eq!(left.cmp(&right), right.cmp(&left).reverse());
    if let Some(rest) = left.minus(right) {
        assert_eq!(rest.is_negative(), left < right, "{left} - {right}");
    }
    if left.is_negative() || right.is_negative() {
        return;
    }
    let rate = Rate::new(left, Currency::USD);
    if let (Ok(one), Some(minutes)) = (rate.over_minutes(right), right.times_count(2)) {
        // Twice the time is twice the money.
        if let Ok(two) = rate.over_minutes(minutes) {
            assert_eq!(one.plus(one), Ok(two), "{left} for {right} minutes");
        }
    }
    let _ = Money::new(left, Currency::USD).map(|money| money.times(u64::MAX));
}

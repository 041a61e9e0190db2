//! Set B: numbers that no machine has, where a price, a count and a size stand.

use std::sync::Arc;

use gpu_broker_core::offer::Offer;
use gpu_broker_core::source::{Catalog as _, Coverage, Hint, Listing};

use super::grid::Grid;
use super::limits::within_limits;
use crate::fuzz::records::{asked, offers_hold};
use crate::stand::{Stand, answer};

const GRID: &str = include_str!("grids/numbers.txt");

/// The literals, as they stand in a document.
const LITERALS: [&str; 120] = [
    // What brokers send.
    "0",
    "1",
    "8",
    "15.84",
    "31.68",
    "0.000137",
    "1.6567999999999998",
    "9.7e-05",
    "0.30000000000000004",
    "2.0135",
    "22.80",
    "16",
    "640",
    "1e0",
    "1E+2",
    "12e-1",
    "0.50",
    "100",
    "144000",
    "0.0",
    // The edges of what can be counted.
    "127",
    "128",
    "255",
    "256",
    "32767",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999",
    "170141183460469231731687303715884105727",
    "170141183460469231731687303715884105728",
    "1e15",
    "1e16",
    "1e17",
    "1e18",
    "1e19",
    "1e20",
    "1e38",
    "1e39",
    "999999999999999999",
    // Beyond what a double holds.
    "1e308",
    "1e309",
    "1e400",
    "1e-308",
    "1e-324",
    "1e-400",
    "1e999999",
    "1e-999999",
    "1e99999999999999999999",
    "0e99999999999999999999",
    "123456789012345678901234567890.5",
    "0.1e-27",
    "0.1e-28",
    "0.1e-30",
    "3.14159265358979323846264338327950288419716939937510",
    "1.0000000000000000000000000000000000001",
    "0.00000000000000000000000000000000000001",
    "0.999999999999999999",
    "0.9999999999999995",
    "1.9999999999999999999",
    // Below zero, and zero in disguise.
    "-0",
    "-0.0",
    "-1",
    "-0.5",
    "-1e-400",
    "-1e400",
    "-8",
    "-9223372036854775808",
    "-9223372036854775809",
    "0e0",
    // Fractions of whole things.
    "0.5",
    "1.5",
    "7.999",
    "8.0",
    "8.5",
    "8e-1",
    "80e-1",
    "0.08e2",
    "1.0e1",
    "127.999999",
    // Texts.
    "\"8\"",
    "\"15.84\"",
    "\" 8 \"",
    "\"0x10\"",
    "\"1_000\"",
    "\"1,000\"",
    "\"1.000,5\"",
    "\"$2\"",
    "\"2 USD\"",
    "\"NaN\"",
    "\"Infinity\"",
    "\"-8\"",
    "\"+8\"",
    "\"1e2\"",
    "\"\"",
    "\" \"",
    "\"٣\"",
    "\"8.\"",
    "\".5\"",
    "\"08\"",
    // No JSON.
    "NaN",
    "Infinity",
    "-Infinity",
    "+8",
    "08",
    "8.",
    ".5",
    "0x10",
    "1_000",
    "--1",
];

const PRICED: &str = r#"{"items":[{"cloudId":"x","gpuType":"H100_80GB","provider":"p","gpuCount":1,"security":"secure_cloud","prices":{"onDemand":@,"currency":"USD"}}],"totalCount":1}"#;
const COUNTED: &str = r#"{"items":[{"cloudId":"x","gpuType":"H100_80GB","provider":"p","gpuCount":@,"security":"secure_cloud","prices":{"onDemand":2,"currency":"USD"}}],"totalCount":1}"#;
const SIZED: &str = r#"{"data":[{"gpuType":"H100_SXM5","offers":[{"provider":"p","offerId":"x","gpuCount":1,"price":2,"available":true,"clusters":["a"],"storage":@}]}],"total":1,"totalPages":1}"#;

/// Runs the set; returns how many cases it has.
pub fn run() -> usize {
    let stand = Stand::new();
    let mut found = Vec::new();
    for literal in LITERALS {
        let hint = Hint::default();
        let prime = |document: &str| {
            let body = document.replace('@', literal);
            stand.answers(move |call| (call.path() == "/api/v1/availability/gpus").then(|| answer(200, body.clone())));
            stand.ask(stand.prime.offers(&asked(&hint)))
        };
        let price = within_limits(literal, || prime(PRICED));
        let count = within_limits(literal, || prime(COUNTED));
        let body = SIZED.replace('@', literal);
        stand.answers(move |_| Some(answer(200, body.clone())));
        let size = within_limits(literal, || stand.ask(stand.spheron.offers(&asked(&hint))));
        let letters = [
            letter("prime", literal, &price, |offer| {
                Some(offer.price?.per_hour().to_string())
            }),
            letter("prime", literal, &count, |offer| Some(offer.gpu.count.to_string())),
            letter("spheron", literal, &size, |offer| {
                Some(offer.resources.disk.default?.to_string())
            }),
        ];
        found.push((literal.replace(' ', "_"), letters.iter().collect()));
    }
    Grid::read(GRID).check(&found)
}

fn letter(broker: &str, literal: &str, listing: &Listing<Arc<Offer>>, read: impl Fn(&Offer) -> Option<String>) -> char {
    offers_hold(broker, listing.clone());
    let offer = match (&listing.coverage, listing.items.as_slice()) {
        (Coverage::Failed(_), []) => return '!',
        (_, []) => return '-',
        (_, [offer]) => offer,
        (_, offers) => panic!("{literal}: {offers:?}"),
    };
    let Some(found) = read(offer) else { return '0' };
    let Some(said) = Decimal::read(literal.trim_matches('"').trim()) else {
        panic!("{literal} was read as {found}");
    };
    let found = Decimal::read(&found).expect("our own number");
    match () {
        () if found == said => '=',
        () if found == said.to_fifteen() => '~',
        () if found == said.whole(false) => '<',
        () if found == said.whole(true) => '>',
        () => '?',
    }
}

/// A decimal number as its digits and where the point is, reckoned with letters alone: what the number is compared with
/// shares nothing with what read it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    /// Without zeros at either end.
    digits: Vec<u8>,
    /// How many of the digits stand before the point; more than there are when zeros follow.
    point: i128,
}

impl Decimal {
    fn read(text: &str) -> Option<Self> {
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let lower = rest.to_ascii_lowercase();
        let (number, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
        let exponent: i128 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if whole.is_empty() || !all.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let point = i128::try_from(whole.len()).ok()? + exponent;
        Some(Self::of(negative, &all, point))
    }

    fn of(negative: bool, digits: &[u8], point: i128) -> Self {
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let mut digits = digits[zeros..].to_vec();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Self {
                negative: false,
                digits,
                point: 0,
            };
        }
        Self {
            negative,
            digits,
            point: point - i128::try_from(zeros).unwrap(),
        }
    }

    /// Rounded to fifteen digits, a half to the even one.
    fn to_fifteen(&self) -> Self {
        let Some((kept, rest)) = self.digits.split_at_checked(15) else {
            return self.clone();
        };
        let odd = kept.last().is_some_and(|digit| digit % 2 == 1);
        let up = match rest.split_first() {
            Some((b'5', [])) => odd,
            Some((first, _)) => *first >= b'5',
            None => false,
        };
        Self::of(self.negative, kept, self.point).stepped(up, 15)
    }

    /// Without its fraction: down, or up to the next.
    fn whole(&self, up: bool) -> Self {
        let before = usize::try_from(self.point).unwrap_or_default().min(self.digits.len());
        let fraction = before < self.digits.len();
        if before == 0 {
            let one = Self::of(self.negative, b"1", 1);
            return if up && fraction { one } else { Self::of(false, b"", 0) };
        }
        let kept = Self::of(self.negative, &self.digits[..before], self.point);
        kept.stepped(up && fraction, before)
    }

    /// One more in the last of so many digits.
    fn stepped(self, up: bool, places: usize) -> Self {
        if !up {
            return self;
        }
        let mut digits = self.digits;
        digits.resize(places, b'0');
        digits.insert(0, b'0');
        for digit in digits.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                break;
            }
            *digit = b'0';
        }
        Self::of(self.negative, &digits, self.point + 1)
    }
}

//! Words of a request, as flags take them.

use std::str::FromStr as _;

use gpu_broker_core::demand::{Nodes, StockWord};
use gpu_broker_core::money::Currency;
use gpu_broker_core::near;
use gpu_broker_core::number::{Exact, NumberError};
use gpu_broker_core::place::Country;
use gpu_broker_core::quantity::{Gb, QuantityError, Range};

use super::request::AttachedRange;
use crate::report::Trouble;

/// A word of a vocabulary, or what is near it.
pub(super) fn known<T: PartialEq + ToString>(
    word: &str,
    what: &str,
    known: &[T],
    read: impl Fn(&str) -> T,
) -> Result<T, Trouble> {
    let value = read(word);
    if known.contains(&value) {
        return Ok(value);
    }
    let names: Vec<String> = known.iter().map(ToString::to_string).collect();
    let near = near(word, names.iter().map(String::as_str));
    let hint = match near.as_slice() {
        [] => format!("one of {}", names.join(", ")),
        near => format!("did you mean {}?", near.join(" or ")),
    };
    Err(Trouble::usage(format!("no {what} is called `{word}`")).hint(hint))
}

/// A country by its code, and not by its name or by a code that is another's.
pub(super) fn country(word: &str) -> Result<(), Trouble> {
    if let Some(meant) = Country::meant(word) {
        return Err(Trouble::usage(format!("no country has the code `{word}`")).hint(format!("did you mean {meant}?")));
    }
    let read = word.parse::<Country>().map(|_| ());
    read.map_err(|error| Trouble::usage(format!("`{word}`: {error}")))
}

/// A word of stock and what it promises: a number of instances, or `any`.
pub(super) fn stock(text: &str) -> Result<(StockWord, Option<u32>), String> {
    let how = "write a word and a number or `any`, such as `low=2`; the words are high, medium, available, low, other";
    let (word, most) = text.split_once('=').ok_or(how)?;
    let is_meant = |known: &StockWord| known.as_str().eq_ignore_ascii_case(word.trim());
    let word = StockWord::ALL.into_iter().find(is_meant).ok_or_else(|| {
        let near = near(word, StockWord::ALL.map(StockWord::as_str));
        let near = near
            .first()
            .map_or(how.to_owned(), |near| format!("did you mean `{near}`?"));
        format!("`{word}` is no word of stock; {near}")
    })?;
    match most.trim() {
        any if any.eq_ignore_ascii_case("any") => Ok((word, None)),
        most => most.parse().map(|most| (word, Some(most))).map_err(|_| how.to_owned()),
    }
}

pub(super) fn count_range(text: &str) -> Result<AttachedRange, QuantityError> {
    Range::parse(text, str::parse::<u64>).map(AttachedRange)
}

pub(super) fn size_range(text: &str) -> Result<AttachedRange, QuantityError> {
    if !text.contains("..") {
        let size = text.strip_suffix('+').unwrap_or(text);
        return Gb::from_str(size).map(|Gb(size)| AttachedRange(Range::at_least(size)));
    }
    Range::parse(text, Gb::from_str).map(AttachedRange)
}

pub(super) fn nodes(text: &str) -> Result<Nodes, &'static str> {
    match text.parse::<u64>() {
        Ok(nodes @ 1..) => Ok(Nodes::AtMost(nodes)),
        _ if text.eq_ignore_ascii_case("any") => Ok(Nodes::Any),
        _ => Err("write a number of instances from 1, or `any`"),
    }
}

/// A name to filter by, or after a `!` one to leave out. None at all would let in everything, which nobody means who
/// writes the flag: it is what becomes of a variable that is not set.
pub(super) fn choice(text: &str) -> Result<String, &'static str> {
    match name(text)?.strip_prefix('!') {
        Some(refused) if refused.trim().is_empty() => Err("`!` is followed by no name"),
        _ => Ok(text.to_owned()),
    }
}

/// A name that says something.
pub(super) fn name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    if name.is_empty() {
        Err("it names nothing; write a name, or leave it out")
    } else {
        Ok(name.to_owned())
    }
}

pub(super) fn amount(text: &str) -> Result<Exact, String> {
    let digits = text.trim().trim_start_matches('$');
    let number: Exact = digits.parse().map_err(|error: NumberError| error.to_string())?;
    if number.is_negative() {
        Err(format!("`{text}` is below zero"))
    } else {
        Ok(number)
    }
}

pub(super) fn exchange_rate(text: &str) -> Result<(Currency, Exact), String> {
    let (code, rate) = text
        .split_once('=')
        .ok_or("write CODE=RATE, such as `EUR=1.08`: one EUR is 1.08 USD")?;
    let currency: Currency = code.trim().parse().map_err(str::to_owned)?;
    let rate = amount(rate)?;
    if rate.is_zero() {
        Err("an exchange rate is above zero".to_owned())
    } else {
        Ok((currency, rate))
    }
}

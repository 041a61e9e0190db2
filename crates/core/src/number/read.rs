//! Decimal numbers as JSON writes them.

use super::{NumberError, shortened};

/// A number as it is written: `mantissa × 10^exponent`, before any rounding.
pub(super) struct Parts {
    pub(super) mantissa: i128,
    pub(super) exponent: i64,
}

impl Parts {
    /// Digits kept while reading; later ones only move the exponent. Far more
    /// than any rounding to [`BROKER_DIGITS`] can look at, but for a tie that
    /// a digit beyond decides: a dropped non-zero digit leaves a mark.
    pub(super) const DIGITS_KEPT: u32 = 36;

    pub(super) fn read(text: &str) -> Result<Self, NumberError> {
        let not_a_number = || NumberError::NotANumber(shortened(text));
        let bytes = text.as_bytes();
        let (negative, mut at) = match bytes.first() {
            Some(b'-') => (true, 1),
            _ => (false, 0),
        };
        let (mut mantissa, mut exponent, mut kept, mut seen) = (0_i128, 0_i64, 0_u32, false);
        let (mut after_point, mut dropped) = (false, false);
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'0'..=b'9' => {
                    seen = true;
                    if kept < Self::DIGITS_KEPT {
                        mantissa = mantissa * 10 + i128::from(byte - b'0');
                        kept += u32::from(mantissa != 0);
                        exponent -= i64::from(after_point);
                    } else {
                        dropped |= byte != b'0';
                        exponent += i64::from(!after_point);
                    }
                }
                b'.' if seen && !after_point => after_point = true,
                _ => break,
            }
            at += 1;
        }
        if !seen || bytes.get(at.wrapping_sub(1)) == Some(&b'.') {
            return Err(not_a_number());
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            exponent = exponent.saturating_add(read_exponent(&text[at + 1..]).ok_or_else(not_a_number)?);
        } else if at != bytes.len() {
            return Err(not_a_number());
        }
        mantissa += i128::from(dropped && mantissa % 10 == 0);
        Ok(Self {
            mantissa: if negative { -mantissa } else { mantissa },
            exponent,
        })
    }
}

/// The exponent after an `e`; one with absurdly many digits saturates, so that
/// `0e999999` is still zero and `1e999999` is out of range rather than garbage.
fn read_exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(sign * digits.parse::<i64>().unwrap_or(1_000_000).min(1_000_000))
}

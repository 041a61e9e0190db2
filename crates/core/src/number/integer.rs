//! Long integers that are short nearly always, and reckoned with as such.

pub(super) fn digits(mantissa: i128) -> u32 {
    mantissa.unsigned_abs().checked_ilog10().map_or(0, |log| log + 1)
}

pub(super) fn power_of_ten(zeros: u32) -> Option<i128> {
    match 10_i64.checked_pow(zeros) {
        Some(short) => Some(short.into()),
        None => 10_i128.checked_pow(zeros),
    }
}

/// The product, or `None` when it does not fit. Nearly all numbers are short,
/// and for those this is one instruction.
pub(super) fn product(left: i128, right: i128) -> Option<i128> {
    match (i64::try_from(left), i64::try_from(right)) {
        (Ok(left), Ok(right)) => Some(i128::from(left) * i128::from(right)),
        _ => left.checked_mul(right),
    }
}

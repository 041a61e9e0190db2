//! Integer division, rounded half-even, and what it takes to see whether a
//! quotient is finite.

use std::cmp::Ordering;

pub(super) fn strip(mut number: i128, factor: i128) -> (u32, i128) {
    let mut times = 0;
    while number % factor == 0 && number != 0 {
        number /= factor;
        times += 1;
    }
    (times, number)
}

pub(super) fn gcd(left: i128, right: i128) -> i128 {
    let (mut left, mut right) = (left.unsigned_abs(), right.unsigned_abs());
    while right != 0 {
        (left, right) = (right, left % right);
    }
    i128::try_from(left).unwrap_or(1).max(1)
}

/// `top / bottom`, rounded half-even; `bottom` is positive.
pub(super) fn divide_half_even(top: i128, bottom: i128) -> i128 {
    let (quotient, rest) = (top.div_euclid(bottom), top.rem_euclid(bottom));
    match rest.cmp(&(bottom - rest)) {
        Ordering::Less => quotient,
        Ordering::Equal => quotient + quotient.rem_euclid(2),
        Ordering::Greater => quotient + 1,
    }
}

/// `top × 10^zeros / bottom`, rounded half-even, digit by digit so that the
/// shifted dividend need not fit.
pub(super) fn long_division(top: i128, bottom: i128, zeros: u32) -> Option<i128> {
    let (mut quotient, mut rest) = (top.div_euclid(bottom), top.rem_euclid(bottom));
    for _ in 0..zeros {
        let shifted = rest.checked_mul(10)?;
        quotient = quotient.checked_mul(10)?.checked_add(shifted / bottom)?;
        rest = shifted % bottom;
    }
    let up = match rest.cmp(&(bottom - rest)) {
        Ordering::Less => 0,
        Ordering::Equal => quotient.rem_euclid(2),
        Ordering::Greater => 1,
    };
    quotient.checked_add(up)
}

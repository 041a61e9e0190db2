//! Numbers in few letters, each in one spelling only.

/// Letters and digits that are not taken for each other.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The last `width` digits of a number in base 32, the most significant first.
pub(crate) fn base32(number: u64, width: usize) -> String {
    written(BASE32, number, width)
}

/// The last `width` digits of a number in base 36, the most significant first.
pub(crate) fn base36(number: u64, width: usize) -> String {
    written(BASE36, number, width)
}

pub(crate) fn from_base32(text: &str) -> Option<u64> {
    read(BASE32, text)
}

pub(crate) fn from_base36(text: &str) -> Option<u64> {
    read(BASE36, text)
}

fn written(alphabet: &[u8], mut number: u64, width: usize) -> String {
    let base = u64::try_from(alphabet.len()).unwrap_or(1);
    let mut digits: Vec<char> = Vec::with_capacity(width);
    for _ in 0..width {
        let digit = usize::try_from(number % base).ok().and_then(|at| alphabet.get(at));
        digits.push(char::from(*digit.unwrap_or(&b'-')));
        number /= base;
    }
    digits.iter().rev().collect()
}

fn read(alphabet: &[u8], text: &str) -> Option<u64> {
    let base = u64::try_from(alphabet.len()).ok()?;
    text.bytes().try_fold(0_u64, |number, byte| {
        let digit = alphabet.iter().position(|known| *known == byte)?;
        number.checked_mul(base)?.checked_add(u64::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        let check = |number: u64, as_32: &str, as_36: &str| {
            assert_eq!(base32(number, 8), as_32, "{number}");
            assert_eq!(base36(number, 5), as_36, "{number}");
            assert_eq!(from_base32(as_32), Some(number));
            assert_eq!(from_base36(as_36), Some(number));
        };
        check(0, "aaaaaaaa", "00000");
        check(1, "aaaaaaab", "00001");
        check(31, "aaaaaaa7", "0000v");
        check(32, "aaaaaaba", "0000w");
        check(35, "aaaaaabd", "0000z");
        check(36, "aaaaaabe", "00010");
        check(60_466_175, "aabzvi77", "zzzzz");
        assert_eq!(base32((1 << 40) - 1, 8), "77777777");
        assert_eq!(from_base32("77777777"), Some((1 << 40) - 1));
        for text in ["a1", "a8", "A", "-", " a", "\u{e4}"] {
            assert_eq!(from_base32(text), None, "{text}");
        }
        for text in ["A", "-", "1 ", "\u{661}", "zzzzzzzzzzzzzzzzzzzz"] {
            assert_eq!(from_base36(text), None, "{text}");
        }
    }
}

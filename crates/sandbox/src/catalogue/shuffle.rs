//! The seed's work: the same rows in another order.

use crate::seed::next;

/// Shuffles the rows by the seed; 0 leaves them as they are.
///
/// Fisher–Yates over `SplitMix64`, so that a seed gives the same order on every platform and in every release.
pub(super) fn rows<T>(rows: &mut [T], seed: u64) {
    if seed == 0 {
        return;
    }
    let mut state = seed;
    for last in (1..rows.len()).rev() {
        let bound = u64::try_from(last).unwrap_or(u64::MAX).saturating_add(1);
        let pick = usize::try_from(next(&mut state) % bound).unwrap_or(0);
        rows.swap(last, pick);
    }
}

#[cfg(test)]
mod tests {
    fn shuffled(seed: u64) -> Vec<u32> {
        let mut rows: Vec<u32> = (0..20).collect();
        super::rows(&mut rows, seed);
        rows
    }

    #[test]
    fn a_seed_is_an_order() {
        assert_eq!(shuffled(0), (0..20).collect::<Vec<_>>());
        assert_eq!(shuffled(7), shuffled(7));
        assert_ne!(shuffled(7), shuffled(8));
        let mut sorted = shuffled(7);
        sorted.sort_unstable();
        assert_eq!(sorted, shuffled(0));
    }
}

//! The least sums along one line of a table.
//!
//! Taking `m` units of a class leads from a position of a line to the position
//! `m` before it. As the cheapest units come first, what `m` of them cost is
//! convex in `m`, and so the best `m` grows with the position: each half of a
//! line has its best sources on its own side of the middle's.

use super::cell::Cell;

/// Fills `best` with, for the positions from `offset` on, the least of
/// `sums[m] + later[position − m]`, and of finishing there with one unit more,
/// which adds `finish` and is not allowed without.
///
/// From where `later` ends on, no source leads to a plan.
pub(super) fn along<C: Cell>(sums: &[C], later: &[C], best: &mut [C], offset: usize, finish: Option<C>) {
    best.fill(C::INFINITE);
    if let Some(last) = later.len().checked_sub(1) {
        solve(sums, later, best, offset, 0, last);
    }
    if let Some(finish) = finish {
        for (cell, sum) in best.iter_mut().zip(sums.iter().skip(offset + 1)) {
            *cell = (*cell).min(sum.plus(finish));
        }
    }
}

/// Fills `best`, whose first cell is position `offset` and whose best sources
/// lie within `low..=high`.
fn solve<C: Cell>(sums: &[C], later: &[C], best: &mut [C], offset: usize, low: usize, high: usize) {
    let half = best.len() / 2;
    let Some((before, [middle, after @ ..])) = best.split_at_mut_checked(half) else {
        return;
    };
    let position = offset + half;
    // No more units than there are.
    let low_here = low.max((position + 1).saturating_sub(sums.len()));
    let mut found = low_here;
    if let Some(sources) = later.get(low_here..=high.min(position)) {
        let taken = sums.get(..=position - low_here).unwrap_or_default();
        let mut least = C::INFINITE;
        for (at, (rest, sum)) in sources.iter().zip(taken.iter().rev()).enumerate() {
            let weight = sum.plus(*rest);
            if weight < least {
                least = weight;
                found = low_here + at;
            }
        }
        *middle = least;
    }
    solve(sums, later, before, offset, low, found.min(high));
    solve(sums, later, after, position + 1, found, high);
}

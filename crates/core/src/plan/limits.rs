//! What bounds every plan besides the count: instances, and money (R2, R7).

use super::price::Price;
use crate::demand::Caps;
use crate::fit::Reason;
use crate::money::PARTS;
use crate::number::Exact;

/// The most that a plan may have of everything that is bounded. Money is
/// counted in whole numbers, each cap in a unit of its own that is common to
/// all prices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Instances at the most.
    pub(super) nodes: u64,
    /// Per hour, when ordering, over the horizon.
    caps: [Option<i128>; 3],
}

/// What one instance, or the disks of a plan, takes of each cap.
pub(super) type Spent = [i128; 3];

/// The reasons of the caps, in the order in which they are looked at.
const REASONS: [Reason; 3] = [Reason::MaxPrice, Reason::MaxUpfront, Reason::MaxTotal];

/// Decimals from which on a price is refused rather than all others made
/// too large to count.
const DECIMALS_MAX: u8 = 24;

impl Limits {
    /// The limits in numbers, and what each price takes of them; `None` for one
    /// that cannot be counted.
    pub(super) fn count(nodes: u64, caps: &Caps, prices: &[Price]) -> (Self, Vec<Option<Spent>>) {
        let parts = |cap: Option<Exact>| cap.and_then(|cap| cap.times_count(PARTS));
        let exact = [caps.rate, parts(caps.upfront), parts(caps.total)];
        let spent = |price: &Price| [price.rate.per_hour(), price.upfront.parts(), price.total.parts()];
        let mut limits = Self { nodes, caps: [None; 3] };
        let mut all = vec![Some([0; 3]); prices.len()];
        for (at, cap) in exact.into_iter().enumerate() {
            let Some(cap) = cap else { continue };
            let of = |price: &Price| spent(price).get(at).copied().unwrap_or_default();
            let finest = prices
                .iter()
                .map(|price| of(price).decimals())
                .filter(|fine| *fine <= DECIMALS_MAX);
            let decimals = finest.max().unwrap_or(0).max(cap.decimals());
            if let (Some(slot), Some(cap)) = (limits.caps.get_mut(at), cap.mantissa_at(decimals)) {
                *slot = Some(cap);
                for (price, taken) in prices.iter().zip(&mut all) {
                    // Sums stay countable: a plan that takes more than the cap
                    // is never gone on with.
                    let counted = of(price).mantissa_at(decimals).filter(|taken| *taken <= i128::MAX / 4);
                    *taken = taken.and_then(|mut taken| {
                        *taken.get_mut(at)? = counted?;
                        Some(taken)
                    });
                }
            }
        }
        (limits, all)
    }

    /// The same limits without the caps after the one of that number, of those
    /// that there are.
    pub(super) fn up_to(self, number: usize) -> Self {
        let mut limits = self;
        for (at, _, _) in self.caps().skip(number + 1) {
            if let Some(cap) = limits.caps.get_mut(at) {
                *cap = None;
            }
        }
        limits
    }

    /// The same limits on nothing but instances.
    pub(super) fn without_caps(self) -> Self {
        Self {
            caps: [None; 3],
            ..self
        }
    }

    /// The same limits with any number of instances.
    pub(super) fn without_nodes(self) -> Self {
        Self {
            nodes: u64::MAX,
            ..self
        }
    }

    /// The caps that there are: number, reason and most.
    pub(super) fn caps(self) -> impl Iterator<Item = (usize, Reason, i128)> {
        let numbered = self.caps.into_iter().zip(REASONS).enumerate();
        numbered.filter_map(|(at, (most, reason))| Some((at, reason, most?)))
    }
}

/// What `count` more instances take beside what is taken already; beyond
/// counting is beyond every cap.
pub(super) fn spend(taken: Spent, each: Spent, count: usize) -> Spent {
    let count = i128::try_from(count).unwrap_or(i128::MAX);
    let mut sum = taken;
    for (sum, each) in sum.iter_mut().zip(each) {
        *sum = each.saturating_mul(count).saturating_add(*sum);
    }
    sum
}

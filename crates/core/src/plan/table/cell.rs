//! Weights in as few bits as the sums of a table need.

use crate::plan::pool::{Pool, Unit, Weight};

/// What a table adds and compares.
pub(super) trait Cell: Copy + Ord {
    /// More than any plan weighs, and still so when a plan's weight is added.
    const INFINITE: Self;

    /// Both together. At most one of them is ever infinite.
    fn plus(self, other: Self) -> Self;

    fn pack(weight: Weight, packing: Packing) -> Self;

    fn unpack(self, packing: Packing) -> Weight;
}

/// Bits of the weights in a `u64` and in a `u128`; beyond them there is room for
/// a sum.
const SHORT_BITS: u32 = u64::BITS - 2;
const LONG_BITS: u32 = u128::BITS - 2;

impl Cell for u64 {
    const INFINITE: Self = 1 << SHORT_BITS;

    fn plus(self, other: Self) -> Self {
        self + other
    }

    fn pack(weight: Weight, packing: Packing) -> Self {
        Self::try_from(packing.packed(weight)).unwrap_or(Self::INFINITE)
    }

    fn unpack(self, packing: Packing) -> Weight {
        if self >= Self::INFINITE {
            Weight::INFINITE
        } else {
            packing.unpacked(self.into())
        }
    }
}

impl Cell for u128 {
    const INFINITE: Self = 1 << LONG_BITS;

    fn plus(self, other: Self) -> Self {
        self + other
    }

    fn pack(weight: Weight, packing: Packing) -> Self {
        packing.packed(weight)
    }

    fn unpack(self, packing: Packing) -> Weight {
        if self >= Self::INFINITE {
            Weight::INFINITE
        } else {
            packing.unpacked(self)
        }
    }
}

impl Cell for Weight {
    const INFINITE: Self = Self::INFINITE;

    fn plus(self, other: Self) -> Self {
        Self::plus(self, other)
    }

    fn pack(weight: Weight, _: Packing) -> Self {
        weight
    }

    fn unpack(self, _: Packing) -> Weight {
        self
    }
}

/// How the parts of a weight stand beside each other in one number, each with
/// room for all that a plan may have of it: such numbers add and compare as
/// weights do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Packing {
    first: u32,
    second: u32,
    nodes: u32,
    surplus: u32,
}

impl Packing {
    /// The packing for the plans of a pool; `None` where no number has room for
    /// it.
    pub(super) fn of(pool: &Pool) -> Option<Self> {
        // No plan has more GPUs, unless it is one instance.
        let gpus = pool.least.checked_mul(2)?;
        let (mut first, mut second) = (0, 0);
        for class in &pool.classes {
            let most = i128::try_from(gpus.div_ceil(class.gpus)).ok()?;
            for Unit { weight, .. } in &class.units {
                if weight.first < 0 || weight.second < 0 {
                    return None;
                }
                first = most.checked_mul(weight.first)?.max(first);
                second = most.checked_mul(weight.second)?.max(second);
            }
        }
        let bits = |most: i128| i128::BITS - most.leading_zeros();
        let count = |most: usize| usize::BITS - most.leading_zeros();
        let packing = Self {
            first: bits(first),
            second: bits(second),
            nodes: count(pool.least),
            surplus: count(pool.classes.first().map_or(0, |class| class.gpus)),
        };
        (packing.bits() <= LONG_BITS).then_some(packing)
    }

    /// Whether a `u64` has room for it.
    pub(super) fn is_short(self) -> bool {
        self.bits() <= SHORT_BITS
    }

    fn bits(self) -> u32 {
        self.first + self.second + self.nodes + self.surplus
    }

    fn packed(self, weight: Weight) -> u128 {
        let costs = weight.first.unsigned_abs() << self.second | weight.second.unsigned_abs();
        (costs << self.nodes | u128::from(weight.nodes)) << self.surplus | u128::from(weight.surplus)
    }

    fn unpacked(self, number: u128) -> Weight {
        let low = |number: u128, bits: u32| number & ((1 << bits) - 1);
        let short = |number| u64::try_from(number).unwrap_or(u64::MAX);
        let long = |number| i128::try_from(number).unwrap_or(i128::MAX);
        let nodes = number >> self.surplus;
        let second = nodes >> self.nodes;
        Weight {
            first: long(second >> self.second),
            second: long(low(second, self.second)),
            nodes: short(low(nodes, self.nodes)),
            surplus: short(low(number, self.surplus)),
        }
    }
}

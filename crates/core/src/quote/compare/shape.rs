//! What a plan costs as a function of the hours: a sum of metered rates.

use std::cmp::Ordering;

use crate::bill::Meter;
use crate::demand::Demand;
use crate::fit::Candidate;
use crate::money::PARTS;
use crate::number::{Exact, Ratio};
use crate::plan::Plan;

/// A plan's rates, each with the meter of its offer.
#[derive(Debug, Clone)]
pub(super) struct Shape(Vec<Metered>);

/// A rate per hour and the time for which it is charged.
#[derive(Debug, Clone, Copy)]
struct Metered {
    rate: Exact,
    meter: Meter,
}

/// What a plan costs between two kinks: parts of a currency unit, and parts
/// per hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    fixed: Exact,
    slope: Exact,
}

/// An offer's meter under a request; `None` when it cannot be kept exactly.
pub(super) fn meter(candidate: &Candidate, demand: &Demand) -> Option<Meter> {
    let offer = &candidate.offer;
    Meter::of(&offer.terms, demand.interruptions_of(offer))
}

/// The hours from which on a meter charges by time.
pub(super) fn kink(meter: &Meter) -> Option<Ratio> {
    Ratio::of(meter.floor, meter.pace)
}

impl Shape {
    /// The shape of a plan; `None` when it cannot be kept exactly.
    pub(super) fn of(plan: &Plan, demand: &Demand) -> Option<Self> {
        let metered = plan.groups.iter().map(|group| {
            Some(Metered {
                rate: group.candidate.bill.rate.per_hour().times_count(group.count)?,
                meter: meter(&group.candidate, demand)?,
            })
        });
        metered.collect::<Option<_>>().map(Self)
    }

    /// Where the cost bends.
    pub(super) fn kinks(&self) -> impl Iterator<Item = Ratio> {
        self.0.iter().filter_map(|metered| kink(&metered.meter))
    }

    /// The line along which the cost runs from `from` to the next kink.
    pub(super) fn line_from(&self, from: Ratio) -> Option<Line> {
        let (mut fixed, mut slope) = (Exact::ZERO, Exact::ZERO);
        for Metered { rate, meter } in &self.0 {
            if kink(meter)? <= from {
                slope = slope.plus(rate.times(meter.pace)?)?;
            } else {
                fixed = fixed.plus(rate.times(meter.floor)?)?;
            }
        }
        Some(Line { fixed, slope })
    }

    /// The shape of one instance.
    pub(super) fn of_one(candidate: &Candidate, meter: Meter) -> Self {
        let rate = candidate.bill.rate.per_hour();
        Self(vec![Metered { rate, meter }])
    }
}

/// The ticks that a meter charges at a point, times the point's lower number.
pub(super) fn ticks_scaled(meter: &Meter, at: Ratio) -> Option<Exact> {
    let (by_time, least) = (meter.pace.times(at.top())?, meter.floor.times(at.bottom())?);
    Some(by_time.max(least))
}

impl Line {
    /// The cost at a point, in currency units: exact, or rounded half-even to
    /// 12 decimals.
    pub(super) fn total_at(self, at: Ratio) -> Option<Exact> {
        at.along(self.fixed, self.slope, PARTS)
    }

    /// Which of two lines is the cheaper one at a point. Told by where they
    /// meet, which needs fewer digits than what they cost.
    pub(super) fn compare_at(self, other: Self, at: Ratio) -> Option<Ordering> {
        match self.slope.cmp(&other.slope) {
            Ordering::Equal => Some(self.fixed.cmp(&other.fixed)),
            // The flatter one is dearer before they meet, and cheaper after.
            Ordering::Less => Some(self.meets(other)?.cmp(&at)),
            Ordering::Greater => Some(at.cmp(&self.meets(other)?)),
        }
    }

    /// Where two lines meet; `None` for parallel ones, or when the point does
    /// not fit.
    pub(super) fn meets(self, other: Self) -> Option<Ratio> {
        Ratio::of(other.fixed.minus(self.fixed)?, self.slope.minus(other.slope)?)
    }
}

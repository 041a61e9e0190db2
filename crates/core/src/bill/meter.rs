//! The time that is charged for a horizon.

use crate::money::PARTS;
use crate::number::Exact;
use crate::offer::Terms;
use crate::quantity::Hours;

/// How the time charged follows from the hours wanted: in proportion, and
/// never less than what was prepaid or the minimum runtime (P9, P11).
///
/// In ticks, [`PARTS`] of which are an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Meter {
    /// Ticks charged for an hour of work.
    pub(crate) pace: Exact,
    /// Ticks charged at the least.
    pub(crate) floor: Exact,
    /// Ticks charged when ordering, part of the above.
    pub(crate) prepaid: Exact,
}

/// How often a seller takes a machine back, and how much is lost then.
///
/// With R interruptions a day and a checkpoint every M minutes, an
/// interruption loses M/2 minutes of work on average, which are paid for again:
/// h hours of work take h × (1 + R × M / 2880) hours. Work lost while catching
/// up, and the time until another machine runs, are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruptions {
    per_day: Exact,
    checkpoint_minutes: Exact,
    /// R × M.
    product: Exact,
}

/// Minutes of a day, twice: half a checkpoint is lost.
const DOUBLE_DAY: u64 = 2 * 24 * 60;

impl Interruptions {
    /// So many interruptions a day, and minutes between checkpoints. `None`
    /// below zero, or when their product cannot be kept exactly.
    pub fn new(per_day: Exact, checkpoint_minutes: Exact) -> Option<Self> {
        let product = per_day.times(checkpoint_minutes)?;
        let negative = per_day.is_negative() || checkpoint_minutes.is_negative();
        let this = Self {
            per_day,
            checkpoint_minutes,
            product,
        };
        (!negative && this.pace().is_some()).then_some(this)
    }

    /// Interruptions a day.
    pub fn per_day(&self) -> Exact {
        self.per_day
    }

    /// Minutes between checkpoints.
    pub fn checkpoint_minutes(&self) -> Exact {
        self.checkpoint_minutes
    }

    /// Hours that an hour of work takes: exact when it has a finite decimal
    /// form, else rounded half-even to 12 decimals. To be shown; totals are
    /// reckoned without rounding.
    pub fn factor(&self) -> Exact {
        let whole = Exact::whole(DOUBLE_DAY);
        let stretched = self.product.plus(whole);
        stretched
            .and_then(|stretched| stretched.over(whole))
            .unwrap_or(Exact::ONE)
    }

    /// Ticks that an hour of work takes. Always a finite decimal: 180 of 2880
    /// leave a 16.
    fn pace(&self) -> Option<Exact> {
        self.product
            .plus(Exact::whole(DOUBLE_DAY))?
            .over(Exact::whole(DOUBLE_DAY / PARTS))
    }
}

impl Meter {
    /// The meter of an offer's terms. `None` when it cannot be kept exactly.
    pub(crate) fn of(terms: &Terms, interruptions: Option<&Interruptions>) -> Option<Self> {
        let prepaid = terms
            .prepaid
            .unwrap_or(Hours::ZERO)
            .in_minutes()
            .times_count(PARTS / 60)?;
        let minimum = Exact::whole(terms.minimum_runtime.0).times_count(PARTS / 60)?;
        Some(Self {
            pace: interruptions.map_or(Some(Exact::whole(PARTS)), Interruptions::pace)?,
            floor: prepaid.max(minimum),
            prepaid,
        })
    }

    /// Ticks charged for `hours` of work, to 12 decimals where interruptions
    /// stretch a time that is no finite number of hours. `None` when they
    /// cannot be kept exactly.
    pub(crate) fn charged(&self, hours: Hours) -> Option<Exact> {
        let minutes = hours.in_minutes();
        let worked = if self.pace == Exact::whole(PARTS) && minutes.is_short() {
            // What nearly every offer charges, without a division.
            minutes.times_count(PARTS / 60)?
        } else {
            self.pace.times(minutes)?.over(Exact::whole(60))?
        };
        Some(worked.max(self.floor))
    }
}

//! Whether to stay beside the disks or to move their data to cheaper machines.
//!
//! Both sides are reckoned over the whole horizon, with everything that differs
//! between them. To stay costs the plan, and the old disks all along. To move
//! costs the other plan, new disks of the same sizes included, the old disks
//! for as long as both are kept, and so much per GB moved. Machines that wait
//! for the data are in neither.

use crate::demand::{Demand, DisksWanted, Moving, Objective};
use crate::disk::Disk;
use crate::market::{DiskMarket, Market};
use crate::money::{Money, MoneyError, PARTS, Rate};
use crate::number::Exact;
use crate::plan::Plan;
use crate::quantity::{Gb, Hours};

use crate::colocation::{is_readable, listed};

/// What it costs to stay beside the attached disks, and to move their data, in
/// the quote's currency.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StayOrMove {
    /// The disks whose data would move. Where any of several disks will do it
    /// is the smallest.
    pub disks: Vec<Disk>,
    /// Their sizes together.
    pub size: Gb,
    /// What they cost per hour, in the quote's currency; `None` when one's rate
    /// is unknown, and then they are left out of both sides.
    pub old_rate: Option<Rate>,
    /// The cheapest plan beside the disks; `None` when there is none.
    pub stay: Option<Stay>,
    /// The cheapest plan wherever new disks of the same sizes can be had.
    pub go: Go,
    /// What moving one GB may cost at the most to be worth it: where both sides
    /// cost the same. Below zero when moving never is. `None` when nobody can
    /// stay.
    pub break_even: Option<Exact>,
    /// What was said of the move.
    pub moving: Moving,
    /// Whether both plans are proved to be the cheapest.
    pub optimal: bool,
}

/// What it costs to stay.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Stay {
    /// The plan.
    pub plan: Plan,
    /// The old disks over the horizon.
    pub old_disks: Money,
    /// Both.
    pub total: Money,
}

/// What it costs to move.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Go {
    /// The plan, new disks included.
    pub plan: Plan,
    /// The old disks for as long as both are kept.
    pub old_disks: Money,
    /// The data's transfer.
    pub transfer: Money,
    /// All three.
    pub total: Money,
}

impl StayOrMove {
    /// Whether to move: only when it costs less, and only when something was
    /// said of what moving costs. Who cannot stay has to.
    pub fn verdict(&self) -> Option<bool> {
        match &self.stay {
            None => Some(true),
            Some(stay) => {
                let cheaper = self.go.total.parts() < stay.total.parts();
                self.moving.is_known().then_some(cheaper)
            }
        }
    }
}

/// Compares staying with moving; `None` when no disks are attached, when there
/// is nowhere to move to, or when moving would not be worth it even for
/// nothing and nobody asked.
pub(super) fn stay_or_move(market: &Market, demand: &Demand) -> Option<StayOrMove> {
    let disks = moved(market.disks.as_ref()?, &demand.disks)?;
    let sizes: Vec<Gb> = disks.iter().map(|disk| disk.size).collect::<Option<_>>()?;
    let size = Gb(sizes.iter().try_fold(0_u64, |sum, size| sum.checked_add(size.0))?);
    // The sides differ by constants, so the cheapest plan of each is the best.
    let beside = Demand {
        objective: Objective::Total,
        ..demand.clone()
    };
    let mut elsewhere = beside.clone();
    elsewhere.disks.attach.clear();
    elsewhere.disks.attach_any = false;
    elsewhere.disks.create.extend(sizes);
    let stay = super::search(market, &beside, 1);
    let go = super::search(market, &elsewhere, 1);
    let optimal = stay.optimal && go.optimal;
    let (stay, go) = (stay.plans.into_iter().next(), go.plans.into_iter().next()?);
    let compared = Compared {
        disks,
        size,
        demand,
        optimal,
    };
    let compared = compared.reckon(stay, go).ok()?;
    let worth_saying = compared.break_even.is_none_or(|price| price > Exact::ZERO) || demand.disks.moving.is_known();
    worth_saying.then_some(compared)
}

/// The disks whose data would move.
fn moved(market: &DiskMarket, wanted: &DisksWanted) -> Option<Vec<Disk>> {
    let first = |id: &String| listed(market, id).into_iter().find(|disk| is_readable(disk)).cloned();
    let found = wanted.attach.iter().map(first);
    if wanted.attach_any {
        let sized = found.flatten().filter(|disk| disk.size.is_some());
        return sized
            .min_by(|left, right| (left.size, &left.id).cmp(&(right.size, &right.id)))
            .map(|disk| vec![disk]);
    }
    found.collect::<Option<Vec<_>>>().filter(|disks| !disks.is_empty())
}

struct Compared<'a> {
    disks: Vec<Disk>,
    size: Gb,
    demand: &'a Demand,
    optimal: bool,
}

impl Compared<'_> {
    fn reckon(self, stay: Option<Plan>, go: Plan) -> Result<StayOrMove, MoneyError> {
        let (demand, moving) = (self.demand, self.demand.disks.moving);
        let currency = demand.exchange.quote();
        let old_rate = self.disks.iter().try_fold(Rate::zero(currency), |sum, disk| {
            disk.rate
                .and_then(|rate| sum.plus(demand.exchange.convert(rate).ok()?).ok())
        });
        let kept = |hours: Option<Hours>| match (old_rate, hours) {
            (Some(rate), Some(hours)) => rate.over_minutes(hours.in_minutes()),
            _ => Ok(Money::zero(currency)),
        };
        let price = moving.price_per_gb.unwrap_or_default();
        let transfer = Money::new(
            price.times_count(self.size.0).ok_or(MoneyError::TooManyDigits)?,
            currency,
        )?;
        let old_disks = kept(moving.hours)?;
        let without_transfer = go.total.plus(old_disks)?;
        let go = Go {
            total: without_transfer.plus(transfer)?,
            plan: go,
            old_disks,
            transfer,
        };
        let old_disks = kept(Some(demand.hours))?;
        let stay = stay.map(|plan| {
            Ok::<_, MoneyError>(Stay {
                total: plan.total.plus(old_disks)?,
                plan,
                old_disks,
            })
        });
        let stay = stay.transpose()?;
        let break_even = stay.as_ref().and_then(|stay| {
            let saved = stay.total.parts().minus(without_transfer.parts())?;
            saved.over(Exact::whole(self.size.0).times_count(PARTS)?)
        });
        Ok(StayOrMove {
            disks: self.disks,
            size: self.size,
            old_rate,
            stay,
            go,
            break_even,
            moving,
            optimal: self.optimal,
        })
    }
}

#[cfg(test)]
mod tests;

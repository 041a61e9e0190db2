//! A plan as machines that can be ordered, each with the most that it may
//! cost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gpu_broker_core::bill::Meter;
use gpu_broker_core::colocation::{NewDisk, PlanDisk};
use gpu_broker_core::demand::Demand;
use gpu_broker_core::disk::DiskId;
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, Offer, Provider};
use gpu_broker_core::plan::{Group, Plan};
use gpu_broker_core::quantity::Hours;
use gpu_broker_core::source::{CloudInit, DiskOrder, Order};
use gpu_broker_core::verify::{ClaimedGroup, ClaimedPlan};
use gpu_broker_engine::launch::caps::{Caps, Commitment};
use gpu_broker_engine::launch::state::State;
use gpu_broker_engine::launch::{DiskUnit, Package, Unit};

use super::login::Named;
use super::{Boot, Tolerance};
use crate::view::text::shown;

/// Everything that a launch says beside the plan.
#[derive(Debug)]
pub(crate) struct Ordering<'a> {
    /// What was asked.
    pub(crate) demand: &'a Demand,
    /// By how much a price may have risen.
    pub(crate) tolerance: Tolerance,
    /// What is booted.
    pub(crate) boot: Boot,
    /// Who may log in, by broker.
    pub(crate) logins: BTreeMap<Broker, Result<Named, String>>,
    /// What is run at first start.
    pub(crate) first_start: Option<CloudInit>,
    /// The version of the Kubernetes add-on, by who runs it.
    pub(crate) kubernetes: BTreeMap<(Broker, Provider), Result<String, String>>,
    /// After how long the machines end by themselves.
    pub(crate) ends_in: Option<Duration>,
}

/// Brokers that run nothing at first start. Prime's API has no field for it.
const RUN_NOTHING: [&str; 1] = ["prime"];

/// Machines of one launch at most: the engine numbers its disks from 1,000 on.
const MACHINES_MAX: u64 = 999;

/// The machines of a plan, each by itself, and the disks that it creates.
///
/// # Errors
/// Why the plan cannot be launched as it was asked.
pub(crate) fn package(plan: &Plan, approved: &ClaimedPlan, ordering: &Ordering<'_>) -> Result<Package, String> {
    let (mut attached, mut disks) = (Vec::new(), Vec::new());
    for disk in plan.disks() {
        match disk {
            PlanDisk::Attached(known) => attached.push(known.disk.id.clone()),
            PlanDisk::New(new) => disks.push(disk_unit(new, ordering)?),
        }
    }
    if plan.nodes > MACHINES_MAX {
        return Err(format!(
            "it has {} machines, which is more machines than one launch may have ({MACHINES_MAX})",
            plan.nodes
        ));
    }
    let mut machines = Vec::new();
    for group in &plan.groups {
        let count = usize::try_from(group.count).map_err(|_| "it has too many machines".to_owned())?;
        let unit = unit(group, approved, &attached, ordering)
            .map_err(|why| format!("{}: {why}", shown(group.candidate.offer.id.as_str())))?;
        machines.extend(std::iter::repeat_n(unit, count));
    }
    Ok(Package { machines, disks })
}

/// A disk to create. It is charged from its creation on, for the horizon or
/// until the machines end, whichever is longer.
fn disk_unit(new: &NewDisk, ordering: &Ordering<'_>) -> Result<DiskUnit, String> {
    let quoted = ordering.demand.exchange.quote();
    if new
        .offer
        .size
        .unit_price
        .is_some_and(|price| price.currency() != quoted)
    {
        return Err(foreign("its disk", new.offer.size.unit_price, quoted));
    }
    let digits = || "the price of its disk has too many digits".to_owned();
    let ceiling = ordering.tolerance.ceiling(new.rate.per_hour()).ok_or_else(digits)?;
    let minutes = ordering.longest().in_minutes();
    let worst = Rate::new(ceiling, quoted).over_minutes(minutes).map_err(|_| digits())?;
    Ok(DiskUnit {
        order: DiskOrder {
            name: String::new(),
            offer: (*new.offer).clone(),
            size: new.size,
        },
        ceiling,
        worst: worst.amount(),
    })
}

/// Which cap a plan would break at its ceilings, in words.
pub(crate) fn over(package: &Package, caps: &Caps) -> Option<String> {
    let machines = || package.machines.iter();
    let rates = machines().map(|unit| unit.order.ceiling.per_hour());
    let rate = sum(rates.chain(package.disks.iter().map(|disk| disk.ceiling)));
    let totals = machines().map(|unit| unit.worst);
    let total = sum(totals.chain(package.disks.iter().map(|disk| disk.worst)));
    let upfront = sum(machines().map(|unit| unit.upfront));
    let over = |what: &str, flag: &str, amount: Option<Exact>, cap: Option<Exact>| {
        let cap = cap?;
        match amount {
            Some(amount) if amount <= cap => None,
            Some(amount) => Some(format!(
                "it costs up to {amount} {what}, above the cap of {cap} (`{flag}`)"
            )),
            None => Some("what it costs has too many digits".to_owned()),
        }
    };
    over("per hour", "--max-price", rate, caps.rate)
        .or_else(|| over("in all", "--max-total", total, caps.total))
        .or_else(|| over("when ordering", "--max-upfront", upfront, caps.upfront))
}

/// Why a plan breaks the budget on top of what `state` knows, in words.
pub(crate) fn beyond(budget: Exact, package: &Package, state: &State) -> Option<String> {
    let worst = package.machines.iter().map(|unit| unit.worst);
    let worst = sum(worst.chain(package.disks.iter().map(|disk| disk.worst)));
    let all = Commitment::of(state.attempts.values()).and_then(|known| known.total.plus(worst?));
    match all {
        Some(all) if all <= budget => None,
        Some(all) => Some(format!(
            "everything launched from here would come to {all}, above the cap of {budget} (`--budget`)"
        )),
        None => Some("what it costs has too many digits".to_owned()),
    }
}

fn sum(amounts: impl IntoIterator<Item = Exact>) -> Option<Exact> {
    amounts.into_iter().try_fold(Exact::ZERO, Exact::plus)
}

fn foreign(what: &str, price: Option<Rate>, quoted: Currency) -> String {
    let currency = price.map_or(quoted, Rate::currency);
    format!(
        "{what} is priced in {currency}, and a launch is held to prices in {quoted}: it can be quoted and not launched"
    )
}

fn unit(group: &Group, approved: &ClaimedPlan, disks: &[DiskId], ordering: &Ordering<'_>) -> Result<Unit, String> {
    let candidate = &group.candidate;
    let (offer, bill) = (&candidate.offer, &candidate.bill);
    let quoted = ordering.demand.exchange.quote();
    if offer.currency != quoted {
        return Err(foreign("it", offer.price, quoted));
    }
    let (key, _) = ordering.login(offer)?;
    if ordering.first_start.is_some()
        && (RUN_NOTHING.contains(&offer.broker.as_str()) || offer.launch.cloud_init == Some(false))
    {
        return Err(format!("{} runs nothing at first start", offer.broker));
    }
    let ceiling = ceiling(group, approved, ordering.tolerance).ok_or("its price has too many digits")?;
    let ceiling = Rate::new(ceiling, bill.rate.currency());
    let worst = worst(offer, ceiling, ordering).ok_or("what it may cost has too many digits")?;
    let upfront = charged_upfront(offer, ceiling, ordering.demand).ok_or("what it costs has too many digits")?;
    Ok(Unit {
        order: Order {
            name: String::new(),
            offer: Arc::clone(offer),
            place: group.place().clone(),
            configuration: candidate.configuration.clone(),
            ceiling,
            image: ordering.boot.image(offer)?,
            key,
            cloud_init: ordering.first_start.clone(),
            disks: disks.to_vec(),
            kubernetes: ordering.kubernetes(offer)?,
        },
        worst,
        upfront,
    })
}

impl Ordering<'_> {
    /// Who may log in.
    pub(crate) fn login(&self, offer: &Offer) -> Result<Named, String> {
        let login = self.logins.get(&offer.broker).cloned();
        login.unwrap_or_else(|| Err(format!("{} was not asked for its ssh keys", offer.broker)))
    }

    /// The horizon, or the time until the machines end by themselves where that
    /// is longer.
    fn longest(&self) -> Hours {
        let ends_in = self.ends_in.and_then(hours);
        ends_in.map_or(self.demand.hours, |hours| hours.max(self.demand.hours))
    }

    fn kubernetes(&self, offer: &Offer) -> Result<Option<String>, String> {
        if !self.demand.instance.kubernetes {
            return Ok(None);
        }
        let version = self.kubernetes.get(&(offer.broker.clone(), offer.provider.clone()));
        match version {
            Some(version) => version.clone().map(Some),
            None => Err(format!("{} was not asked for its kubernetes versions", offer.broker)),
        }
    }
}

/// The most that one machine may cost per hour: neither more than was approved
/// nor more than it is sold for now, but for the tolerance.
fn ceiling(group: &Group, approved: &ClaimedPlan, tolerance: Tolerance) -> Option<Exact> {
    let offer = &group.candidate.offer;
    let is = |claimed: &&ClaimedGroup| {
        claimed.broker == offer.broker
            && claimed.offer_id == offer.id
            && claimed.place.data_center == group.place().data_center
            && claimed.market == offer.market
            && claimed.security == offer.security
            && claimed.prepaid_hours == offer.terms.prepaid.map(Hours::number)
    };
    let was = approved.groups.iter().find(is)?.rate;
    let now = group.candidate.bill.rate.per_hour();
    tolerance.ceiling(was.min(now))
}

/// The most that it may cost: over the horizon or until it ends by itself,
/// whichever is longer, and no less than what is charged at least.
fn worst(offer: &Offer, ceiling: Rate, ordering: &Ordering<'_>) -> Option<Exact> {
    charged(offer, ceiling, ordering.demand, ordering.longest())
}

/// What a rate comes to on this offer's terms.
pub(crate) fn charged(offer: &Offer, rate: Rate, demand: &Demand, hours: Hours) -> Option<Exact> {
    let meter = Meter::of(&offer.terms, demand.interruptions_of(offer))?;
    Some(rate.over_ticks(meter.charged(hours)?).ok()?.amount())
}

fn charged_upfront(offer: &Offer, rate: Rate, demand: &Demand) -> Option<Exact> {
    let meter = Meter::of(&offer.terms, demand.interruptions_of(offer))?;
    Some(rate.over_ticks(meter.prepaid).ok()?.amount())
}

fn hours(time: Duration) -> Option<Hours> {
    let seconds = Exact::whole(time.as_secs());
    Hours::of_minutes(seconds.over(Exact::whole(60))?)
}

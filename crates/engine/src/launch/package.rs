//! A plan as machines that can be ordered, each with the most that it may
//! cost: the way from a quote to a [`Wish`](super::Wish).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gpu_broker_core::bill;
use gpu_broker_core::colocation::{NewDisk, PlanDisk};
use gpu_broker_core::demand::Demand;
use gpu_broker_core::disk::DiskId;
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, Offer, Provider};
use gpu_broker_core::plan::{Group, Plan};
use gpu_broker_core::quantity::Hours;
use gpu_broker_core::source::{CloudInit, DiskOrder, LoginKey, Order};
use gpu_broker_core::verify::{ClaimedGroup, ClaimedPlan};

use super::boot::Boot;
use super::tolerance::Tolerance;
use super::unit::{DiskUnit, Package, Unit};
use super::unlaunchable::Unlaunchable;

/// Everything that a launch says beside the plan.
#[derive(Debug, Clone)]
pub struct OrderTerms<'a> {
    /// What was asked.
    pub demand: &'a Demand,
    /// By how much a price may have risen.
    pub tolerance: Tolerance,
    /// What is booted.
    pub boot: Boot,
    /// Who may log in, by broker, or why that is not known. A broker that is
    /// missing here cannot be launched at.
    pub logins: BTreeMap<Broker, Result<LoginKey, String>>,
    /// What is run at first start.
    pub first_start: Option<CloudInit>,
    /// The version of the Kubernetes add-on, by who runs it, or why there is
    /// none. Looked at only where the demand asks for the add-on.
    pub kubernetes: BTreeMap<(Broker, Provider), Result<String, String>>,
    /// After how long the machines end by themselves; `None` for never.
    pub ends_in: Option<Duration>,
}

impl<'a> OrderTerms<'a> {
    /// No tolerance, the usual image, nothing run at first start, no end; and
    /// the same key for every broker of `brokers`.
    pub fn new(demand: &'a Demand, key: &LoginKey, brokers: impl IntoIterator<Item = Broker>) -> Self {
        Self {
            demand,
            tolerance: Tolerance::PerHour(Exact::ZERO),
            boot: Boot::default(),
            logins: brokers.into_iter().map(|broker| (broker, Ok(key.clone()))).collect(),
            first_start: None,
            kubernetes: BTreeMap::new(),
            ends_in: None,
        }
    }
}

/// Brokers that run nothing at first start. Prime's API has no field for it.
const RUN_NOTHING: [&str; 1] = ["prime"];

/// Machines of one launch at most: the engine numbers its disks from 1,000 on.
const MACHINES_MAX: u64 = 999;

/// The most that one machine or disk may cost per hour, in any currency: what
/// is dearer is a mistake of whoever lists it, and nobody means to order it
/// (R11). It can be quoted, as what brokers list is shown as they list it.
const RATE_MAX: u64 = 10_000;

impl Package {
    /// The machines of a plan, each by itself, and the disks that it creates.
    /// `approved` is what somebody was shown of the plan: no machine may cost
    /// more per hour than it says, but for the tolerance. Asks nobody.
    ///
    /// # Errors
    /// Why the plan cannot be launched as it was asked.
    pub fn of(plan: &Plan, approved: &ClaimedPlan, terms: &OrderTerms<'_>) -> Result<Self, Unlaunchable> {
        let (mut attached, mut disks) = (Vec::new(), Vec::new());
        for disk in plan.disks() {
            match disk {
                PlanDisk::Attached(known) => attached.push(known.disk.id.clone()),
                PlanDisk::New(new) => disks.push(disk_unit(new, terms)?),
            }
        }
        if plan.nodes > MACHINES_MAX {
            return Err(Unlaunchable(format!(
                "it has {} machines, which is more machines than one launch may have ({MACHINES_MAX})",
                plan.nodes
            )));
        }
        let mut machines = Vec::new();
        for group in &plan.groups {
            let count = usize::try_from(group.count).map_err(|_| "it has too many machines")?;
            let unit = unit(group, approved, &attached, terms)
                .map_err(|Unlaunchable(why)| format!("{}: {why}", group.candidate.offer.id))?;
            machines.extend(std::iter::repeat_n(unit, count));
        }
        Ok(Self { machines, disks })
    }
}

/// A disk to create. It is charged from its creation on, for the horizon or
/// until the machines end, whichever is longer.
fn disk_unit(new: &NewDisk, terms: &OrderTerms<'_>) -> Result<DiskUnit, Unlaunchable> {
    let quoted = terms.demand.exchange.quote();
    if new
        .offer
        .size
        .unit_price
        .is_some_and(|price| price.currency() != quoted)
    {
        return Err(foreign("its disk", new.offer.size.unit_price, quoted).into());
    }
    sane("its disk", new.rate)?;
    let digits = || "the price of its disk has too many digits".to_owned();
    let ceiling = terms.tolerance.ceiling(new.rate.per_hour()).ok_or_else(digits)?;
    let minutes = terms.longest().in_minutes();
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

fn foreign(what: &str, price: Option<Rate>, quoted: Currency) -> String {
    let currency = price.map_or(quoted, Rate::currency);
    format!(
        "{what} is priced in {currency}, and a launch is held to prices in {quoted}: it can be quoted and not launched"
    )
}

/// Refuses a price that nobody means.
fn sane(what: &str, rate: Rate) -> Result<(), String> {
    if rate.per_hour() <= Exact::whole(RATE_MAX) {
        return Ok(());
    }
    Err(format!(
        "{what} is listed at {} {} per hour, and above {RATE_MAX} per hour nothing is ordered: that is a mistake of \
         whoever lists it; choose another offer",
        rate.per_hour(),
        rate.currency()
    ))
}

fn unit(group: &Group, approved: &ClaimedPlan, disks: &[DiskId], terms: &OrderTerms<'_>) -> Result<Unit, Unlaunchable> {
    let candidate = &group.candidate;
    let (offer, bill) = (&candidate.offer, &candidate.bill);
    let quoted = terms.demand.exchange.quote();
    if offer.currency != quoted {
        return Err(foreign("it", offer.price, quoted).into());
    }
    sane("it", bill.rate)?;
    let key = terms.login(offer)?;
    if terms.first_start.is_some()
        && (RUN_NOTHING.contains(&offer.broker.as_str()) || offer.launch.cloud_init == Some(false))
    {
        return Err(format!("{} runs nothing at first start", offer.broker).into());
    }
    let ceiling = ceiling(group, approved, terms.tolerance).ok_or("its price has too many digits")?;
    let ceiling = Rate::new(ceiling, bill.rate.currency());
    // The most that it may cost: over the horizon or until it ends by itself, whichever is longer.
    let lost = terms.demand.interruptions_of(offer);
    let worst = bill::charged(ceiling, &offer.terms, terms.longest(), lost)
        .map_err(|_| "what it may cost has too many digits")?;
    Ok(Unit {
        order: Order {
            name: String::new(),
            offer: Arc::clone(offer),
            place: group.place().clone(),
            configuration: candidate.configuration.clone(),
            ceiling,
            image: terms.boot.image(offer)?,
            key,
            cloud_init: terms.first_start.clone(),
            disks: disks.to_vec(),
            kubernetes: terms.kubernetes(offer)?,
        },
        worst: worst.total.amount(),
        upfront: worst.upfront.amount(),
    })
}

impl OrderTerms<'_> {
    fn login(&self, offer: &Offer) -> Result<LoginKey, String> {
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

fn hours(time: Duration) -> Option<Hours> {
    let seconds = Exact::whole(time.as_secs());
    Hours::of_minutes(seconds.over(Exact::whole(60))?)
}

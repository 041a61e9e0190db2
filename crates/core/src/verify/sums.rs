//! Whether a quote's figures add up, from the quote alone (P9–P12, P15, P16), and whether its groups may be combined
//! (R8–R10).

use super::claim::{Claim, ClaimedDisk, ClaimedGroup, ClaimedPlan};
use super::policy;
use crate::bill::Meter;
use crate::demand::{Demand, DisksWanted, Objective};
use crate::money::{Money, PARTS, Rate};
use crate::number::Exact;
use crate::offer::{MarketType, Stock, Terms};
use crate::quantity::{Gb, Hours, Range};

/// Adds what does not add up to `findings`.
pub(super) fn check(claim: &Claim, demand: &Demand, findings: &mut Vec<String>) {
    if claim.hours != demand.hours.number() {
        findings.push(format!("hours: {} are not the {} asked for", claim.hours, demand.hours));
    }
    if claim.currency != demand.exchange.quote() {
        findings.push(format!("currency: {} is not the one asked for", claim.currency));
    }
    if claim.optimal && claim.plans.is_empty() {
        findings.push("optimal: there is no plan that could be".to_owned());
    }
    for (at, plan) in claim.plans.iter().enumerate() {
        let mut say = |what: String| findings.push(format!("plans[{at}].{what}"));
        if u64::try_from(at + 1) != Ok(plan.rank) {
            say(format!("rank: {} is not {}", plan.rank, at + 1));
        }
        lines(plan, &mut say);
        disks(plan, demand.hours, &mut say);
        asked(plan, &demand.disks, &mut say);
        match Sums::of(plan, demand) {
            Some(sums) => sums.check(plan, demand.hours, &mut say),
            None => say("total: the sums have too many digits to be checked".to_owned()),
        }
        counts(plan, demand, &mut say);
        within(plan, demand, &mut say);
        together(plan, demand, &mut say);
    }
    if let (Some(certificate), Some(first)) = (&claim.certificate, claim.plans.first()) {
        let met = match certificate.objective {
            Objective::Rate => first.rate,
            Objective::Upfront => first.upfront,
            Objective::Total | Objective::PerGpu | Objective::Provisioning => first.total,
        };
        let once = certificate.met.amount.over(Exact::whole(certificate.times));
        if certificate.objective != demand.objective || (once, certificate.met.gpus) != (Some(met), first.gpus) {
            findings.push("certificate.met: it is not what the first plan comes to".to_owned());
        }
        if claim.optimal && !certificate.is_conclusive() {
            findings.push("certificate: it does not prove that the first plan is the best".to_owned());
        }
    }
}

/// Whether the policy of the request denies a plan, whatever else it claims.
pub(super) fn check_policy(claim: &Claim, demand: &Demand, findings: &mut Vec<String>) {
    for (at, plan) in claim.plans.iter().enumerate() {
        let mut say = |finding: String| findings.push(format!("plans[{at}].{finding}"));
        within(plan, demand, &mut say);
    }
}

fn within(plan: &ClaimedPlan, demand: &Demand, say: &mut impl FnMut(String)) {
    match totals(plan, demand) {
        Some(totals) => policy::check(plan, &totals, demand, say),
        None => say("groups: their totals have too many digits to be checked".to_owned()),
    }
}

/// Every line is its quantity times its price, and every group the sum of its lines.
fn lines(plan: &ClaimedPlan, say: &mut impl FnMut(String)) {
    for (at, group) in plan.groups.iter().enumerate() {
        let mut sum = Some(Exact::ZERO);
        for (line_at, line) in group.lines.iter().enumerate() {
            let product = line.quantity.times(line.unit_price);
            if product != Some(line.rate) {
                say(format!(
                    "groups[{at}].lines[{line_at}].rate: {} × {} is not {}",
                    line.quantity, line.unit_price, line.rate
                ));
            }
            sum = sum.and_then(|sum| sum.plus(line.rate));
        }
        if sum != Some(group.rate) || group.lines.is_empty() {
            say(format!("groups[{at}].rate: its lines do not add up to {}", group.rate));
        }
    }
}

/// The time that an instance is charged for, in ticks of which an hour has [`PARTS`].
fn charged(demand: &Demand, group: &ClaimedGroup) -> Option<Exact> {
    let prepaid = group.prepaid_hours.unwrap_or(Exact::ZERO).times_count(PARTS)?;
    let minimum = Exact::whole(group.minimum_runtime_minutes).times_count(PARTS / 60)?;
    Some(worked(demand, group)?.max(prepaid).max(minimum))
}

/// What one instance of each group comes to.
fn totals(plan: &ClaimedPlan, demand: &Demand) -> Option<Vec<Money>> {
    let total = |group: &ClaimedGroup| {
        let rate = Rate::new(group.rate, demand.exchange.quote());
        rate.over_ticks(charged(demand, group)?).ok()
    };
    plan.groups.iter().map(total).collect()
}

/// What a plan comes to by its groups; amounts in parts.
struct Sums {
    rate: Exact,
    upfront: Exact,
    total: Exact,
    low: Exact,
    open: bool,
}

impl Sums {
    fn of(plan: &ClaimedPlan, demand: &Demand) -> Option<Self> {
        let mut sums = Self {
            rate: Exact::ZERO,
            upfront: Exact::ZERO,
            total: Exact::ZERO,
            low: Exact::ZERO,
            open: false,
        };
        for group in &plan.groups {
            let prepaid = group.prepaid_hours.unwrap_or(Exact::ZERO).times_count(PARTS)?;
            let charged = charged(demand, group)?;
            let low = group
                .lines
                .iter()
                .try_fold(Exact::ZERO, |sum, line| sum.plus(line.rate_low.unwrap_or(line.rate)))?;
            let add = |sum: Exact, rate: Exact, ticks: Exact| sum.plus(rate.times(ticks)?.times_count(group.count)?);
            sums.rate = add(sums.rate, group.rate, Exact::ONE)?;
            sums.upfront = add(sums.upfront, group.rate, prepaid)?;
            sums.total = add(sums.total, group.rate, charged)?;
            sums.low = add(sums.low, low, charged)?;
            sums.open |= group.lines.iter().any(|line| line.rate_low.is_some());
        }
        // Disks that are attached are paid already (P14).
        let rates = plan.disks.iter().filter_map(|disk| disk.rate);
        for rate in rates {
            let total = rate.times(demand.hours.in_minutes())?.times_count(PARTS / 60)?;
            sums.rate = sums.rate.plus(rate)?;
            sums.total = sums.total.plus(total)?;
            sums.low = sums.low.plus(total)?;
        }
        Some(sums)
    }

    fn check(&self, plan: &ClaimedPlan, hours: Hours, say: &mut impl FnMut(String)) {
        let parts = Exact::whole(PARTS);
        let time = hours.in_minutes().times_count(PARTS / 60);
        let per_gpu = time.and_then(|time| self.total.over(time.times_count(plan.gpus)?));
        let low = if self.open { self.low.over(parts) } else { None };
        let mut same = |what: &str, claimed: Option<Exact>, sum: Option<Exact>| {
            if claimed != sum {
                let spelled = |number: Option<Exact>| number.map_or_else(|| "nothing".to_owned(), |it| it.to_string());
                say(format!("{what}: {} is not {}", spelled(claimed), spelled(sum)));
            }
        };
        same("rate", Some(plan.rate), Some(self.rate));
        same("upfront", Some(plan.upfront), self.upfront.over(parts));
        same("total", Some(plan.total), self.total.over(parts));
        same("total_low", plan.total_low, low);
        same("per_gpu_hour", plan.per_gpu_hour, per_gpu);
        let certainty = if self.open { "upper_bound" } else { "exact" };
        if plan.certainty != certainty {
            say(format!("certainty: it is not {certainty}"));
        }
    }
}

/// The ticks that the horizon takes, work that spot interruptions lose included; [`PARTS`] of them are an hour.
fn worked(demand: &Demand, group: &ClaimedGroup) -> Option<Exact> {
    let expected = demand
        .interruptions
        .as_ref()
        .filter(|_| group.market == MarketType::Spot);
    // Minimum runtime and prepaid hours do not stretch.
    Meter::of(&Terms::default(), expected)?.charged(demand.hours)
}

/// Every new disk is its size times its price, over the horizon, and stands where the machines are (P13, R12).
fn disks(plan: &ClaimedPlan, hours: Hours, say: &mut impl FnMut(String)) {
    for (at, disk) in plan.disks.iter().enumerate() {
        let product = disk.unit_price.zip(disk.size_gb);
        let rate = product.and_then(|(price, size)| price.times_count(size.0));
        let total = rate.and_then(|rate| rate.times(hours.in_minutes())?.over(Exact::whole(60)));
        let holds = match disk.kind.as_str() {
            "new" => rate.is_some() && (disk.rate, disk.total) == (rate, total),
            _ => (disk.unit_price, disk.rate, disk.total) == (None, None, None),
        };
        if !holds {
            say(format!("disks[{at}]: its size times its price is not what it costs"));
        }
        if !plan.groups.iter().all(|group| stands_beside(disk, group)) {
            say(format!("disks[{at}]: it is not where the machines are (R11, R12)"));
        }
    }
}

fn stands_beside(disk: &ClaimedDisk, group: &ClaimedGroup) -> bool {
    let centers = disk.place.data_center.as_ref().zip(group.place.data_center.as_ref());
    group.broker == disk.broker
        && group.provider.answers(disk.provider.as_str())
        && centers.is_some_and(|(left, right)| left.as_str().eq_ignore_ascii_case(right.as_str()))
}

/// The disks are those asked for: every one that is to be created, and all that are to be attached, or one of them.
fn asked(plan: &ClaimedPlan, wanted: &DisksWanted, say: &mut impl FnMut(String)) {
    let (new, attached): (Vec<&ClaimedDisk>, Vec<&ClaimedDisk>) =
        plan.disks.iter().partition(|disk| disk.kind == "new");
    let large_enough = |(disk, size): (&&ClaimedDisk, &Gb)| disk.size_gb.is_some_and(|own| own >= *size);
    if new.len() != wanted.create.len() || !new.iter().zip(&wanted.create).all(large_enough) {
        say("disks: they are not the new ones asked for (R12)".to_owned());
    }
    let ids: Vec<&str> = attached.iter().filter_map(|disk| disk.id.as_deref()).collect();
    let enough = if wanted.attach_any {
        wanted.attach.is_empty() || !ids.is_empty()
    } else {
        ids.len() == wanted.attach.len()
    };
    let mut left = wanted.attach.iter();
    // In the order asked for, and each once.
    if attached.len() != ids.len() || !enough || !ids.iter().all(|id| left.any(|wanted| wanted == id)) {
        say("disks: they are not those to be attached (R11)".to_owned());
    }
}

/// What was asked of a plan as a whole: GPUs, instances, caps.
fn counts(plan: &ClaimedPlan, demand: &Demand, say: &mut impl FnMut(String)) {
    let gpus = plan.groups.iter().try_fold(0_u64, |sum, group| {
        sum.checked_add(u64::from(group.gpu.count).checked_mul(group.count)?)
    });
    let nodes = plan
        .groups
        .iter()
        .try_fold(0_u64, |sum, group| sum.checked_add(group.count));
    if gpus != Some(plan.gpus) {
        say(format!("gpus: its groups do not supply {}", plan.gpus));
    }
    if nodes != Some(plan.nodes) {
        say(format!("nodes: its groups are not {} instances", plan.nodes));
    }
    if plan.groups.iter().any(|group| group.count == 0) || plan.groups.is_empty() {
        say("groups: there is one without instances, or none at all".to_owned());
    }
    let wanted = demand.held_counts();
    let answers = |range: &Range| range.contains(plan.gpus) && plan.gpus - range.least == plan.surplus_gpus;
    if !wanted.iter().any(answers) {
        say(format!(
            "surplus_gpus: {} GPUs with {} more than asked for answer no part of {}",
            plan.gpus, plan.surplus_gpus, demand.gpus
        ));
    }
    let caps = demand.held_caps();
    for (name, cap, amount) in [
        ("rate", caps.rate, plan.rate),
        ("total", caps.total, plan.total),
        ("upfront", caps.upfront, plan.upfront),
    ] {
        if cap.is_some_and(|cap| amount > cap) {
            say(format!("{name}: {amount} is more than was allowed"));
        }
    }
}

/// Instances that share a plan share their machine and their place, and none is launched more often than it is there.
fn together(plan: &ClaimedPlan, demand: &Demand, say: &mut impl FnMut(String)) {
    let machine = |group: &ClaimedGroup| (group.gpu.model.clone(), group.gpu.memory_gb, group.gpu.socket.clone());
    let place = |group: &ClaimedGroup| {
        (
            group.broker.clone(),
            group.provider.clone(),
            group.place.data_center.clone(),
        )
    };
    for pair in plan.groups.windows(2) {
        let [left, right] = pair else { continue };
        if !demand.mixed && machine(left) != machine(right) {
            say("groups: they are not the same machines (R8)".to_owned());
        }
        if !demand.spread && (place(left) != place(right) || left.place.data_center.is_none()) {
            say("groups: they are not in the same place (R9)".to_owned());
        }
    }
    for (at, group) in plan.groups.iter().enumerate() {
        let stock = Stock {
            level: group.stock.clone(),
            units: group.stock_units,
        };
        if demand.stock.bound(&stock).is_some_and(|bound| group.count > bound) {
            say(format!(
                "groups[{at}].count: there are not {} in stock (R10)",
                group.count
            ));
        }
    }
}

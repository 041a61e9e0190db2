//! What a launch costs, before it is approved: at the most, and to every digit.

use gpu_broker_core::bill::charged;
use gpu_broker_core::number::Exact;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quantity::Hours;
use gpu_broker_engine::launch::Package;

use super::Summary;

/// What a plan is sold for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sold {
    pub(super) rate: Exact,
    pub(super) upfront: Exact,
}

impl Sold {
    /// What this plan is sold for.
    pub(crate) fn of(plan: &Plan) -> Self {
        Self {
            rate: plan.rate.per_hour(),
            upfront: plan.upfront.amount(),
        }
    }
}

/// What a plan may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums {
    pub(super) rate: Exact,
    pub(super) upfront: Exact,
    pub(super) worst: Exact,
    pub(super) day: Exact,
    pub(super) month: Exact,
}

const MONTH: u64 = 30 * 24;

/// What one plan costs at its ceilings; `None` with too many digits.
pub(super) fn sums(summary: &Summary<'_>, package: &Package) -> Option<Sums> {
    let mut sums = Sums {
        rate: Exact::ZERO,
        upfront: Exact::ZERO,
        worst: Exact::ZERO,
        day: Exact::ZERO,
        month: Exact::ZERO,
    };
    for unit in &package.machines {
        let (offer, rate) = (&unit.order.offer, unit.order.ceiling);
        let lost = summary.demand.interruptions_of(offer);
        let after = |hours: u64| {
            let charged = charged(rate, &offer.terms, Hours::whole(hours), lost).ok()?;
            Some(charged.total.amount())
        };
        sums.rate = sums.rate.plus(rate.per_hour())?;
        sums.upfront = sums.upfront.plus(unit.upfront)?;
        sums.worst = sums.worst.plus(unit.worst)?;
        sums.day = sums.day.plus(after(24)?)?;
        sums.month = sums.month.plus(after(MONTH)?)?;
    }
    for disk in &package.disks {
        sums.rate = sums.rate.plus(disk.ceiling)?;
        sums.worst = sums.worst.plus(disk.worst)?;
        sums.day = sums.day.plus(disk.ceiling.times_count(24)?)?;
        sums.month = sums.month.plus(disk.ceiling.times_count(MONTH)?)?;
    }
    Some(sums)
}

/// The lines that tell it, each with its name. Amounts stand one below the other, at their points.
pub(super) fn lines(summary: &Summary<'_>, first: &Package) -> Vec<(&'static str, String)> {
    let Some(sums) = sums(summary, first) else {
        return vec![("price", "has too many digits to be added up".to_owned())];
    };
    let currency = summary.wish.currency;
    let sold = summary.sold.first();
    // The tolerance is said where it matters: a ceiling is no price.
    let at_most = |sold: Option<Exact>, most: Exact| match sold {
        Some(sold) if sold != most => (sold, format!("{currency}, at most {most}")),
        _ => (most, currency.to_string()),
    };
    let is_firm = sold.is_none_or(|sold| sold.rate == sums.rate);
    let most = if is_firm { "" } else { " at most" };
    let (rate, rate_told) = at_most(sold.map(|sold| sold.rate), sums.rate);
    let mut amounts = vec![("per hour", Some(rate), rate_told)];
    amounts.push(if sums.upfront.is_zero() {
        ("now", None, "nothing is paid when ordering".to_owned())
    } else {
        let (upfront, told) = at_most(sold.map(|sold| sold.upfront), sums.upfront);
        (
            "now",
            Some(upfront),
            format!("{told}, paid when ordering and not given back"),
        )
    });
    amounts.push((
        "in all",
        Some(sums.worst),
        format!("{currency}{most} for {}", span(summary)),
    ));
    amounts.push(("forgotten", Some(sums.day), format!("{currency}{most} in 24 hours")));
    amounts.push(("", Some(sums.month), format!("{currency}{most} in 30 days")));
    aligned(amounts)
}

/// Amounts with what is said of each, at their points; what has no amount is said alone.
fn aligned(amounts: Vec<(&'static str, Option<Exact>, String)>) -> Vec<(&'static str, String)> {
    let digits = |amount: &Exact| {
        let text = amount.to_string();
        let whole = text.find('.').unwrap_or(text.len());
        (whole, text.len() - whole)
    };
    let all = amounts.iter().filter_map(|(_, amount, _)| amount.as_ref()).map(digits);
    let (before, after) = all.fold((0, 0), |(before, after), (whole, rest)| {
        (before.max(whole), after.max(rest))
    });
    let told = amounts.into_iter().map(|(name, amount, told)| {
        let Some(amount) = amount else { return (name, told) };
        let (whole, rest) = digits(&amount);
        let (left, right) = (" ".repeat(before - whole), " ".repeat(after - rest));
        (name, format!("{left}{amount}{right} {told}"))
    });
    told.collect()
}

/// The time that is reckoned with: the hours, or until it ends by itself where that is longer.
fn span(summary: &Summary<'_>) -> String {
    let ends_in = summary.wish.ends_at.map(|at| at.duration_since(summary.now));
    let minutes = ends_in.and_then(|time| u64::try_from(time.as_mins()).ok());
    match minutes.filter(|minutes| Exact::whole(*minutes) > summary.demand.hours.in_minutes()) {
        Some(minutes) if minutes % 60 == 0 => format!("{} h", minutes / 60),
        Some(minutes) => format!("{}h{:02}m", minutes / 60, minutes % 60),
        None => format!("{} h", summary.demand.hours),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_stand_at_their_points() {
        let check = |amounts: &[&str], expected: &[&str]| {
            let amounts = amounts.iter().map(|amount| ("", amount.parse().ok(), "USD".to_owned()));
            let lines: Vec<String> = aligned(amounts.collect()).into_iter().map(|(_, line)| line).collect();
            assert_eq!(lines, expected);
        };
        check(
            &["15.2", "364.8", "10944"],
            &["   15.2 USD", "  364.8 USD", "10944   USD"],
        );
        check(&["0.125", "none", "3"], &["0.125 USD", "USD", "3     USD"]);
        check(&["1", "22"], &[" 1 USD", "22 USD"]);
        check(&[], &[]);
    }
}

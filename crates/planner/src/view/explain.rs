//! Each plan unfolded: every line, every digit.

use std::fmt::Write as _;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::number::Exact;
use gpu_broker_core::plan::{Group, Plan, Seller};

use super::colocation;
use super::document::warnings;
use super::text::{self as words, are, counted, percent_with, shown};

/// A tree for each plan, whose leaves add up to its total.
pub(crate) fn trees(plans: &[Plan], demand: &Demand) -> String {
    let mut text = String::new();
    for (at, plan) in plans.iter().enumerate() {
        tree(&mut text, at + 1, plan, demand);
    }
    text
}

fn tree(text: &mut String, rank: usize, plan: &Plan, demand: &Demand) {
    let currency = plan.total.currency();
    let _ = writeln!(
        text,
        "\n{rank}  {}, {} {currency} for {} h",
        counted(plan.gpus, "GPU"),
        plan.total.amount(),
        demand.hours
    );
    for group in &plan.groups {
        branch(text, group);
    }
    for (disk, leaf) in colocation::branches(plan) {
        let _ = writeln!(text, "   ├─ {disk}");
        twigs(text, "   │  ", &[leaf]);
    }
    let mut leaves = vec![format!("{} {currency}/h in all", plan.rate.per_hour())];
    if !plan.upfront.amount().is_zero() {
        leaves.push(format!("{} {currency} when ordering", plan.upfront.amount()));
    }
    if let Some(low) = plan.total_low {
        leaves.push(format!("at least {} {currency}", low.amount()));
    }
    if let Some(price) = plan.per_gpu_hour(demand.hours) {
        leaves.push(format!("{price} {currency} per GPU and hour"));
    }
    leaves.extend(plan.also_sold_by.iter().map(also));
    // A warning may quote a word of the broker's.
    leaves.extend(warnings(plan, demand).iter().map(|warning| shown(warning).into_owned()));
    twigs(text, "   ", &leaves);
}

/// Below a table: who else sells the machines of each row.
pub(crate) fn other_sellers(plans: &[Plan]) -> String {
    let mut text = String::new();
    for (at, plan) in plans.iter().enumerate() {
        for seller in &plan.also_sold_by {
            let _ = writeln!(text, "{} {}", at + 1, also(seller));
        }
    }
    text
}

fn also(seller: &Seller) -> String {
    let dearer = seller.dearer.and_then(|share| percent_with(share, 1));
    let dearer = dearer.map(|percent| format!(" +{percent}")).unwrap_or_default();
    format!(
        "also {}{dearer}: {}",
        words::seller(&seller.broker, &seller.provider),
        shown(seller.id.as_str())
    )
}

fn branch(text: &mut String, group: &Group) {
    let (offer, bill) = (&group.candidate.offer, &group.candidate.bill);
    let place = group.place();
    let center = place
        .data_center
        .as_ref()
        .map_or("an unnamed place", |center| center.as_str());
    let _ = writeln!(
        text,
        "   ├─ {} × {} from {}/{} in {} ({}): {}/h each",
        group.count,
        shown(offer.id.as_str()),
        offer.broker,
        shown(offer.provider.as_str()),
        shown(center),
        shown(place.region_word()),
        bill.rate.per_hour(),
    );
    let lines = &group.candidate.configuration.lines;
    let prices = lined_up(lines.iter().map(|line| line.unit_price.per_hour()));
    let rates = lined_up(lines.iter().map(|line| line.rate.per_hour()));
    let mut leaves: Vec<String> = lines
        .iter()
        .zip(prices.iter().zip(&rates))
        .map(|(line, (price, rate))| {
            let low = line
                .rate_low
                .map(|low| format!(", upper bound (at least {})", low.per_hour()))
                .unwrap_or_default();
            let rate = rate.trim_end();
            format!("{:11} {:>5} × {price} = {rate}{low}", line.item, line.quantity)
        })
        .collect();
    if let Some(prepaid) = offer.terms.prepaid {
        leaves.push(format!(
            "prepaid     {prepaid} h charged when ordering, whatever is used"
        ));
    }
    if offer.terms.minimum_runtime.0 > 0 {
        leaves.push(format!(
            "minimum     at least {} charged",
            are(offer.terms.minimum_runtime.0, "minute")
        ));
    }
    twigs(text, "   │  ", &leaves);
}

/// Numbers with every digit, below each other at the decimal point.
fn lined_up(numbers: impl Iterator<Item = Exact>) -> Vec<String> {
    let texts: Vec<String> = numbers.map(|number| number.to_string()).collect();
    let parts = |text: &str| {
        let whole = text.find('.').unwrap_or(text.len());
        (whole, text.len() - whole)
    };
    let widest = texts.iter().map(|text| parts(text));
    let (whole, rest) = widest.fold((0, 0), |most, one| (most.0.max(one.0), most.1.max(one.1)));
    let padded = |text: &String| {
        let (before, after) = parts(text);
        format!("{}{text}{}", " ".repeat(whole - before), " ".repeat(rest - after))
    };
    texts.iter().map(padded).collect()
}

fn twigs(text: &mut String, indent: &str, leaves: &[String]) {
    for (at, leaf) in leaves.iter().enumerate() {
        let bend = if at + 1 == leaves.len() { '└' } else { '├' };
        let _ = writeln!(text, "{indent}{bend}─ {leaf}");
    }
}

//! Whether to stay beside the disks or to move their data, for people and for
//! programs.

use std::fmt::Write as _;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::money::{Money, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::quote::StayOrMove;
use serde_json::{Value, json};

use super::colocation::center;
use super::document;
use super::text::seller;

/// Staying against moving, as a document.
pub(crate) fn document(compared: &StayOrMove, demand: &Demand) -> Value {
    let stay = compared.stay.as_ref().map(|stay| {
        json!({
            "plan": document::plan(1, &stay.plan, demand),
            "plan_total": stay.plan.total.amount(),
            "old_disks": known(compared, stay.old_disks),
            "total": stay.total.amount(),
        })
    });
    let go = &compared.go;
    json!({
        "disks": compared.disks.iter().map(|disk| &disk.id).collect::<Vec<_>>(),
        "size_gb": compared.size,
        "old_disks_rate": compared.old_rate.map(Rate::per_hour),
        "move_price_per_gb": compared.moving.price_per_gb,
        "move_hours": compared.moving.hours,
        "break_even_per_gb": compared.break_even,
        "stay": stay,
        "move": {
            "plan": document::plan(1, &go.plan, demand),
            "plan_total": go.plan.total.amount(),
            "old_disks": known(compared, go.old_disks),
            "transfer": go.transfer.amount(),
            "total": go.total.amount(),
        },
        "verdict": compared.verdict().map(|go| if go { "move" } else { "stay" }),
        "optimal": compared.optimal,
        "included": included(compared),
        "not_included": NOT_INCLUDED,
    })
}

const NOT_INCLUDED: [&str; 1] = ["machines that run or wait while the data is copied"];

/// An amount that is part of the reckoning only when the disks' rate is known.
fn known(compared: &StayOrMove, amount: Money) -> Option<Exact> {
    compared.old_rate.map(|_| amount.amount())
}

/// What the two totals are made of.
fn included(compared: &StayOrMove) -> Vec<&'static str> {
    let mut parts = vec![
        "stay: the cheapest plan beside the disks",
        "move: the cheapest plan anywhere with new disks of the same sizes",
    ];
    if compared.old_rate.is_some() {
        parts.push("stay: the old disks over the whole horizon");
        if compared.moving.hours.is_some() {
            parts.push("move: the old disks for the move hours");
        }
    }
    if compared.moving.price_per_gb.is_some() {
        parts.push("move: the size of the old disks times the price of moving a GB");
    }
    parts
}

/// What stands below a quote.
pub(super) fn footer(compared: &StayOrMove, demand: &Demand) -> String {
    let (go, size) = (&compared.go, compared.size);
    let currency = demand.exchange.quote();
    let there = go.plan.groups.first().map_or_else(String::new, |group| {
        let offer = &group.candidate.offer;
        format!(
            "{} in {}",
            seller(&offer.broker, &offer.provider),
            center(group.place())
        )
    });
    let mut text = String::from("stay or move: ");
    let _ = match (compared.break_even, &compared.stay) {
        (_, None) => writeln!(text, "nothing fits beside the disks; moving {size} to {there} would do"),
        (Some(price), _) if price > Exact::ZERO => {
            writeln!(
                text,
                "moving {size} to {there} is worth it below {} {currency} per GB",
                price.rounded(6)
            )
        }
        _ => writeln!(text, "moving {size} to {there} is not worth it, even for nothing"),
    };
    sides(&mut text, compared, demand);
    if compared.old_rate.is_none() {
        text.push_str("  what the old disks cost is not known and in neither\n");
    }
    let _ = writeln!(text, "  in neither: {}", NOT_INCLUDED.join(", "));
    match (compared.verdict(), &compared.stay) {
        (Some(true), Some(_)) => text.push_str("  verdict: move\n"),
        (Some(false), Some(_)) => text.push_str("  verdict: stay\n"),
        (None, Some(_)) => text.push_str("  `--move-price` and `--move-hours` add what the move costs\n"),
        (_, None) => {}
    }
    if !compared.optimal {
        text.push_str("  the search was cut short: there may be cheaper plans on either side\n");
    }
    text
}

/// What each side is the sum of.
fn sides(text: &mut String, compared: &StayOrMove, demand: &Demand) {
    let go = &compared.go;
    let shown = |amount: Money| amount.amount().to_fixed(4);
    let old = |amount: Money, hours| match compared.old_rate {
        Some(_) => format!(" + {} for the old disks over {hours} h", shown(amount)),
        None => String::new(),
    };
    let parts = |text: &mut String, side: &str, total: Money, plan: &str, alone: Money, rest: String| {
        let (total, alone) = (shown(total), shown(alone));
        let _ = match rest.as_str() {
            "" => writeln!(text, "  to {side}: {total} for {plan}"),
            rest => writeln!(text, "  to {side}: {total} = {alone} for {plan}{rest}"),
        };
    };
    if let Some(stay) = &compared.stay {
        let old = old(stay.old_disks, demand.hours);
        parts(text, "stay", stay.total, "the plan beside them", stay.plan.total, old);
    }
    let kept = compared.moving.hours.map(|hours| old(go.old_disks, hours));
    let transfer = compared.moving.price_per_gb.map(|price| {
        let amount = shown(go.transfer);
        format!(" + {amount} for moving {} at {price} per GB", compared.size)
    });
    let rest = kept.unwrap_or_default() + &transfer.unwrap_or_default();
    parts(
        text,
        "move",
        go.total,
        "the plan there with new disks",
        go.plan.total,
        rest,
    );
}

//! What moved between two markets.

use std::cmp::Ordering;
use std::fmt::Write as _;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::{Difference, Market, Moved};
use gpu_broker_core::money::Rate;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Offer;
use gpu_broker_core::plan::Plan;
use serde_json::{Value, json};

use super::columns::{Column, push};
use super::document;
use super::format::Sheet;
use super::text::{counted, gpu_name, seller, shown};

/// Two markets, what moved between them, and the best plan in each.
#[derive(Debug)]
pub(crate) struct Moves<'a> {
    pub(crate) before: &'a Market,
    pub(crate) after: &'a Market,
    pub(crate) moved: Vec<Moved>,
    /// `None` when nothing is asked.
    pub(crate) plans: Option<Plans>,
    pub(crate) demand: Option<&'a Demand>,
    /// By how much the best plan may become dearer, as a fraction.
    pub(crate) max_increase: Option<Exact>,
}

/// The best plan in each market.
#[derive(Debug)]
pub(crate) struct Plans {
    pub(crate) before: Option<Plan>,
    pub(crate) after: Option<Plan>,
    /// By which share it became dearer, rounded to twelve decimals where it has more.
    pub(crate) increase: Option<Exact>,
}

impl Moves<'_> {
    /// Whether the best plan became dearer than was allowed, or is gone.
    pub(crate) fn refused(&self) -> bool {
        let (Some(most), Some(plans)) = (self.max_increase, &self.plans) else {
            return false;
        };
        match (&plans.before, &plans.after) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(before), Some(after)) => {
                // Multiplied out, so that nothing is rounded.
                let allowed = most.plus(Exact::ONE).and_then(|share| before.total.scaled(share).ok());
                let order = allowed.and_then(|allowed| after.total.compare(allowed).ok());
                order.is_none_or(Ordering::is_gt)
            }
        }
    }

    fn count(&self, change: &str) -> usize {
        self.moved.iter().filter(|moved| kind(moved) == change).count()
    }
}

fn kind(moved: &Moved) -> &'static str {
    match (&moved.before, &moved.after) {
        (None, _) => "appeared",
        (Some(_), None) => "disappeared",
        (Some(_), Some(_)) => "changed",
    }
}

/// What is different about an offer that changed.
fn what(moved: &Moved) -> Vec<&'static str> {
    let (Some(before), Some(after)) = (&moved.before, &moved.after) else {
        return Vec::new();
    };
    let Difference { price, stock, terms } = Difference::between(before, after);
    let named = [(price, "price"), (stock, "stock"), (terms, "terms")];
    named
        .into_iter()
        .filter(|(differs, _)| *differs)
        .map(|(_, name)| name)
        .collect()
}

/// The offer as it is, or was.
fn offer(moved: &Moved) -> Option<&Offer> {
    moved.after.as_deref().or(moved.before.as_deref())
}

/// By which share the base price moved.
fn increase(moved: &Moved) -> Option<Exact> {
    let price = |offer: &Offer| offer.price;
    let (before, after) = (price(moved.before.as_deref()?)?, price(moved.after.as_deref()?)?);
    if before.currency() != after.currency() {
        return None;
    }
    after.per_hour().minus(before.per_hour())?.over(before.per_hour())
}

/// `+3.1 %`.
fn percent(share: Exact) -> String {
    let percent = share.times_count(100).unwrap_or(share);
    let sign = if percent.is_negative() { "−" } else { "+" };
    format!("{sign}{} %", percent.to_fixed(1).trim_start_matches('-'))
}

/// For a terminal.
pub(crate) fn table(moves: &Moves<'_>) -> Vec<Column> {
    let mut columns = [
        Column::words("CHANGE", 8, 0),
        Column::words("OFFER", 10, 0),
        Column::words("BROKER/PROVIDER", 12, 1),
        Column::words("PLACE", 8, 3),
        Column::words("GPU", 8, 2),
        Column::numbers("N", 0),
        Column::words("MARKET", 4, 4),
        Column::numbers("WAS $/h", 0),
        Column::numbers("IS $/h", 0),
        Column::numbers("BY", 0),
        Column::words("STOCK", 4, 1),
    ];
    for moved in &moves.moved {
        let Some(offer) = offer(moved) else { continue };
        let center = |place: &gpu_broker_core::place::Place| {
            place
                .data_center
                .as_ref()
                .map_or_else(|| "?".to_owned(), |center| shown(center.as_str()).into_owned())
        };
        let more = if moved.places.len() > 1 {
            format!(" +{}", moved.places.len() - 1)
        } else {
            String::new()
        };
        let price = |offer: Option<&Offer>| match offer {
            None => "-".to_owned(),
            Some(offer) => offer
                .price
                .map_or_else(|| "unpriced".to_owned(), |price| price.per_hour().to_fixed(4)),
        };
        let stock = |offer: &Offer| {
            let units = offer.stock.units.map(|units| format!(" {units}"));
            format!("{}{}", shown(offer.stock.level.as_str()), units.unwrap_or_default())
        };
        let stocks = match (moved.before.as_deref(), moved.after.as_deref()) {
            (Some(before), Some(after)) if before.stock != after.stock => {
                format!("{} → {}", stock(before), stock(after))
            }
            _ => stock(offer),
        };
        let change = what(moved);
        let cells = [
            if change.is_empty() {
                kind(moved).to_owned()
            } else {
                change.join(", ")
            },
            shown(offer.id.as_str()).into_owned(),
            seller(&offer.broker, &offer.provider),
            format!("{}{more}", moved.places.first().map(center).unwrap_or_default()),
            gpu_name(&offer.gpu),
            offer.gpu.count.to_string(),
            shown(offer.market.as_str()).into_owned(),
            price(moved.before.as_deref()),
            price(moved.after.as_deref()),
            increase(moved)
                .filter(|share| !share.is_zero())
                .map(percent)
                .unwrap_or_default(),
            stocks,
        ];
        push(&mut columns, cells);
    }
    columns.into()
}

/// What it did to the best plan.
pub(crate) fn footer(moves: &Moves<'_>) -> String {
    let mut text = format!(
        "\n{} appeared, {} disappeared, {} changed; {} before, {} after\n",
        counted(moves.count("appeared"), "offer"),
        moves.count("disappeared"),
        moves.count("changed"),
        moves.before.offers.len(),
        moves.after.offers.len(),
    );
    let (Some(plans), Some(demand)) = (&moves.plans, moves.demand) else {
        text.push_str("nothing is asked: name a GPU to see what became of the best plan\n");
        return text;
    };
    let spelled = |plan: Option<&Plan>| {
        plan.map_or_else(
            || "none".to_owned(),
            |plan| {
                let groups = plan.groups.iter().map(|group| {
                    let offer = &group.candidate.offer;
                    format!(
                        "{} × {} of {}",
                        group.count,
                        shown(offer.id.as_str()),
                        shown(offer.broker.as_str())
                    )
                });
                let groups: Vec<String> = groups.collect();
                format!(
                    "{} {} for {}",
                    plan.total.amount().to_fixed(2),
                    plan.total.currency(),
                    groups.join(" and ")
                )
            },
        )
    };
    let _ = writeln!(
        text,
        "best plan for {} over {}",
        demand.gpus,
        counted(demand.hours, "hour")
    );
    let _ = writeln!(text, "  was {}", spelled(plans.before.as_ref()));
    let _ = writeln!(text, "  is  {}", spelled(plans.after.as_ref()));
    if let Some(increase) = plans.increase {
        let _ = writeln!(text, "  {}", percent(increase));
    }
    if let Some(most) = moves.max_increase.filter(|_| moves.refused()) {
        let most = most.times_count(100).unwrap_or(most);
        let _ = writeln!(text, "refused: it may become dearer by {most} % at the most");
    }
    text
}

/// `planner.diff/1`.
pub(crate) fn document(moves: &Moves<'_>) -> Value {
    let offer_document = |moved: &Moved| {
        let offer = offer(moved);
        json!({
            "change": kind(moved),
            "what": what(moved),
            "broker": offer.map(|offer| &offer.broker),
            "provider": offer.map(|offer| &offer.provider),
            "offer_id": offer.map(|offer| &offer.id),
            "gpu": offer.map(|offer| document::gpu(&offer.gpu)),
            "places": moved.places.iter().map(document::place).collect::<Vec<_>>(),
            "market": offer.map(|offer| &offer.market),
            "security": offer.map(|offer| &offer.security),
            "multi_node": offer.map(|offer| offer.multi_node),
            "before": moved.before.as_deref().map(terms),
            "after": moved.after.as_deref().map(terms),
            "increase": increase(moved),
        })
    };
    let plan_document = |plan: &Plan| {
        let currency = plan.total.currency();
        json!({
            "rate": plan.rate.per_hour(),
            "upfront": plan.upfront.amount(),
            "total": plan.total.amount(),
            "currency": currency,
            "gpus": plan.gpus,
            "nodes": plan.nodes,
            "groups": plan.groups.iter().map(|group| json!({
                "broker": group.candidate.offer.broker,
                "provider": group.candidate.offer.provider,
                "offer_id": group.candidate.offer.id,
                "place": document::place(group.place()),
                "count": group.count,
                "rate": group.candidate.bill.rate.per_hour(),
            })).collect::<Vec<_>>(),
        })
    };
    let side = |market: &Market| json!({ "taken_at": market.taken_at, "offers": market.offers.len() });
    json!({
        "schema": "planner.diff/1",
        "before": side(moves.before),
        "after": side(moves.after),
        "appeared": moves.count("appeared"),
        "disappeared": moves.count("disappeared"),
        "changed": moves.count("changed"),
        "offers": moves.moved.iter().map(offer_document).collect::<Vec<_>>(),
        "request": moves.demand.map(|demand| json!({ "gpu": demand.gpus, "hours": demand.hours })),
        "best_plan": moves.plans.as_ref().map(|plans| json!({
            "before": plans.before.as_ref().map(plan_document),
            "after": plans.after.as_ref().map(plan_document),
            "increase": plans.increase,
        })),
        "max_increase": moves.max_increase,
        "refused": moves.refused(),
    })
}

/// What may change about an offer.
fn terms(offer: &Offer) -> Value {
    let resources = &offer.resources;
    json!({
        "price": offer.price.map(Rate::per_hour),
        "currency": offer.currency,
        "kubernetes_price": offer.kubernetes.map(Rate::per_hour),
        "stock": offer.stock.level,
        "stock_units": offer.stock.units,
        "prepaid_hours": offer.terms.prepaid,
        "minimum_runtime_minutes": offer.terms.minimum_runtime,
        "vcpu": super::offers::dial(&resources.vcpu),
        "memory_gb": super::offers::dial(&resources.memory),
        "disk_gb": super::offers::dial(&resources.disk),
        "shared_disk_gb": super::offers::dial(&resources.shared_disk),
        "interconnect": document::interconnect(&offer.interconnect),
    })
}

/// Every digit, one row for each offer and place.
pub(crate) fn sheet(moves: &Moves<'_>) -> Sheet {
    let mut sheet = Sheet::new(&[
        "change",
        "what",
        "broker",
        "provider",
        "offer_id",
        "gpu",
        "gpus",
        "region",
        "country",
        "data_center",
        "market",
        "security",
        "price_before",
        "price_after",
        "increase",
        "stock_before",
        "stock_after",
    ]);
    for moved in &moves.moved {
        let Some(offer) = offer(moved) else { continue };
        let price = |offer: &Option<std::sync::Arc<Offer>>| offer.as_ref()?.price.map(Rate::per_hour);
        let stock = |offer: &Option<std::sync::Arc<Offer>>| {
            offer
                .as_ref()
                .map_or_else(String::new, |offer| offer.stock.level.to_string())
        };
        for place in &moved.places {
            sheet.word(kind(moved));
            sheet.word(&what(moved).join("|"));
            sheet.word(offer.broker.as_str());
            sheet.word(offer.provider.as_str());
            sheet.word(offer.id.as_str());
            sheet.word(offer.gpu.model.as_str());
            sheet.number(offer.gpu.count);
            sheet.word(place.region_word());
            sheet.word(place.country.as_ref().map_or("", |country| country.as_str()));
            sheet.word(place.data_center.as_ref().map_or("", |center| center.as_str()));
            sheet.word(offer.market.as_str());
            sheet.word(offer.security.as_str());
            sheet.maybe(price(&moved.before));
            sheet.maybe(price(&moved.after));
            sheet.maybe(increase(moved));
            sheet.word(&stock(&moved.before));
            sheet.word(&stock(&moved.after));
            sheet.end_row();
        }
    }
    sheet
}

//! The plans of a report: in a table, and each with all that its rate is the
//! sum of.

use std::fmt::Write as _;

use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{MarketType, Security, StockLevel};
use gpu_broker_core::verify::{Claim, ClaimedGroup, ClaimedPlan};

use super::Block;
use super::content::{bound, word, word_in};
use super::told::Told;
use crate::view::columns::{Column, push};
use crate::view::text::{are, count, counted, seller};

/// What is launched: `2× a + b`.
pub(super) fn machines(plan: &ClaimedPlan) -> String {
    let groups: Vec<String> = plan.groups.iter().map(machine).collect();
    groups.join(" + ")
}

fn machine(group: &ClaimedGroup) -> String {
    let id = word(group.offer_id.as_str());
    if group.count > 1 {
        format!("{}× {id}", group.count)
    } else {
        id
    }
}

fn from(group: &ClaimedGroup) -> String {
    word(&seller(&group.broker, &group.provider))
}

/// One row for each group; what belongs to the plan stands in its first row.
pub(super) fn summary(claim: &Claim) -> Vec<Column> {
    let mut columns = [
        Column::numbers("#", 0),
        Column::words("MACHINES", 0, 0),
        Column::words("FROM", 0, 0),
        Column::words("REGION", 0, 0),
        Column::words("GPU", 0, 0),
        Column::numbers("GPUS", 0),
        Column::words("TIER", 0, 0),
        Column::words("STOCK", 0, 0),
        Column::numbers("$/h", 0),
        Column::numbers("$/GPU·h", 0),
        Column::numbers("UPFRONT", 0),
        Column::numbers(format!("TOTAL({}h)", claim.hours), 0),
    ];
    for plan in &claim.plans {
        for (at, group) in plan.groups.iter().enumerate() {
            push(&mut columns, row(plan, group, at == 0));
        }
    }
    columns.into()
}

fn row(plan: &ClaimedPlan, group: &ClaimedGroup, first: bool) -> [String; 12] {
    let own = |text: String| if first { text } else { String::new() };
    let socket = group.gpu.socket.as_ref().map(|socket| format!(" {}", socket.as_str()));
    let gpu = format!("{}{}", group.gpu.model.as_str(), socket.unwrap_or_default());
    [
        own(plan.rank.to_string()),
        machine(group),
        from(group),
        word(&group.place.region),
        word(&gpu),
        u64::from(group.gpu.count).saturating_mul(group.count).to_string(),
        word(&tier(group)),
        word(&stock(group)),
        own(format!("{}{}", bound(plan), plan.rate.to_fixed(4))),
        own(plan.per_gpu_hour.map_or_else(String::new, |price| price.to_fixed(4))),
        own(if plan.upfront.is_zero() {
            "-".to_owned()
        } else {
            plan.upfront.to_fixed(2)
        }),
        own(format!("{}{}", bound(plan), plan.total.to_fixed(2))),
    ]
}

fn tier(group: &ClaimedGroup) -> String {
    let market = match &group.market {
        MarketType::OnDemand if group.prepaid_hours.is_some() => "prepaid",
        MarketType::OnDemand => "on demand",
        MarketType::Spot => "spot",
        MarketType::Other(word) => word,
    };
    match &group.security {
        Security::Secure => market.to_owned(),
        other => format!("{market}, {}", other.as_str()),
    }
}

fn stock(group: &ClaimedGroup) -> String {
    match (&group.stock, group.stock_units) {
        (_, Some(units)) => units.to_string(),
        (StockLevel::Available, None) => "yes".to_owned(),
        (level, None) => level.as_str().to_owned(),
    }
}

/// Each plan unfolded: every line, every digit.
pub(super) fn blocks(claim: &Claim, told: &Told) -> Vec<Block> {
    let plans = claim.plans.iter().enumerate();
    plans
        .map(|(at, plan)| unfolded(claim, plan, told.warnings(at)))
        .collect()
}

fn unfolded(claim: &Claim, plan: &ClaimedPlan, warnings: &[String]) -> Block {
    let (currency, hours) = (&claim.currency, claim.hours);
    let mut list = Vec::new();
    list.extend(plan.groups.iter().map(described));
    list.push(format!("{} {currency} for {hours} h, to the last digit", plan.total));
    list.extend(plan.total_low.map(|low| format!("at least {low} {currency}")));
    if !plan.upfront.is_zero() {
        list.push(format!("{} {currency} of it when ordering", plan.upfront));
    }
    list.extend(
        plan.per_gpu_hour
            .map(|price| format!("{price} {currency} per GPU and hour")),
    );
    if plan.surplus_gpus > 0 {
        list.push(format!("{} more than asked for", counted(plan.surplus_gpus, "GPU")));
    }
    list.extend(warnings.iter().map(|warning| word_in(warning)));
    let title = format!(
        "{} · {} · {}{} {currency}",
        plan.rank,
        machines(plan),
        bound(plan),
        plan.total.to_fixed(2)
    );
    Block::Part(title, vec![Block::Table(charges(plan)), Block::List(list)])
}

/// What a machine is, where it stands and on what terms.
fn described(group: &ClaimedGroup) -> String {
    let memory = group
        .gpu
        .memory_gb
        .map(|memory| format!(" of {memory}"))
        .unwrap_or_default();
    let center = group
        .place
        .data_center
        .as_ref()
        .map_or("a place without a name", |center| center.as_str());
    let country = group
        .place
        .country
        .as_ref()
        .map(|country| format!(", {}", country.as_str()))
        .unwrap_or_default();
    let mut text = format!(
        "{}: {} × {}{memory}, {} vCPUs, {} GB memory, {} GB disk, from {} in {} ({}{country})",
        word(group.offer_id.as_str()),
        group.gpu.count,
        word(group.gpu.model.as_str()),
        count(group.vcpus),
        count(group.memory_gb),
        count(group.disk_gb),
        from(group),
        word(center),
        word(&group.place.region),
    );
    if let Some(prepaid) = group.prepaid_hours {
        let _ = write!(text, "; {prepaid} h are charged when ordering, whatever is used");
    }
    if group.minimum_runtime_minutes > 0 {
        let minutes = are(group.minimum_runtime_minutes, "minute");
        let _ = write!(text, "; at least {minutes} charged");
    }
    for other in &group.also_sold_by {
        let _ = write!(
            text,
            "; also {} for {} in all",
            word(&seller(&other.broker, &other.provider)),
            other.total
        );
    }
    text
}

/// The charges that a plan's rate is the sum of.
fn charges(plan: &ClaimedPlan) -> Vec<Column> {
    let mut columns = [
        Column::words("MACHINE", 0, 0),
        Column::words("ITEM", 0, 0),
        Column::numbers("QUANTITY", 0),
        Column::numbers("$/h EACH", 0),
        Column::numbers("$/h", 0),
        Column::numbers("AT LEAST", 0),
    ];
    let places = Places::of(plan);
    let mut add = |cells: [String; 6]| push(&mut columns, cells);
    let alone = plan.nodes == 1 && plan.disks.is_empty();
    for group in &plan.groups {
        for (at, line) in group.lines.iter().enumerate() {
            let name = if at == 0 {
                word(group.offer_id.as_str())
            } else {
                String::new()
            };
            add([
                name,
                line.item.as_str().replace('_', " "),
                line.quantity.to_string(),
                line.unit_price.to_fixed(places.each),
                line.rate.to_fixed(places.rate),
                line.rate_low.map_or_else(String::new, |low| low.to_fixed(places.rate)),
            ]);
        }
        let together = group.rate.times_count(group.count).unwrap_or(group.rate);
        // A single machine is all there is.
        if !alone {
            add([
                String::new(),
                if group.count == 1 { "one machine" } else { "machines" }.to_owned(),
                group.count.to_string(),
                group.rate.to_fixed(places.each),
                together.to_fixed(places.rate),
                String::new(),
            ]);
        }
    }
    for disk in &plan.disks {
        add([
            disk.id.as_deref().map_or_else(String::new, word),
            format!("{} disk", word(&disk.kind)),
            disk.size_gb.map_or_else(|| "?".to_owned(), |size| size.0.to_string()),
            disk.unit_price
                .map_or_else(|| "-".to_owned(), |price| price.to_fixed(places.each)),
            disk.rate.unwrap_or(Exact::ZERO).to_fixed(places.rate),
            String::new(),
        ]);
    }
    add([
        "in all".to_owned(),
        String::new(),
        String::new(),
        String::new(),
        plan.rate.to_fixed(places.rate),
        String::new(),
    ]);
    let mut columns: Vec<Column> = columns.into();
    // Few prices are a range.
    columns.retain(|column| column.cells.iter().any(|cell| !cell.is_empty()));
    columns
}

/// Decimals that every digit of a column fits into, so that points stand below
/// each other and nothing is rounded.
struct Places {
    each: u8,
    rate: u8,
}

impl Places {
    fn of(plan: &ClaimedPlan) -> Self {
        let lines = || plan.groups.iter().flat_map(|group| &group.lines);
        let rates = plan.groups.iter().map(|group| group.rate);
        let each = lines().map(|line| line.unit_price).chain(rates.clone());
        let each = each.chain(plan.disks.iter().filter_map(|disk| disk.unit_price));
        let rate = lines().flat_map(|line| [Some(line.rate), line.rate_low]).flatten();
        let rate = rate.chain(rates).chain(plan.disks.iter().filter_map(|disk| disk.rate));
        let most = |amounts: &mut dyn Iterator<Item = Exact>| amounts.map(decimals).max().unwrap_or(0);
        Self {
            each: most(&mut each.into_iter()),
            rate: most(&mut rate.chain([plan.rate])),
        }
    }
}

/// Digits behind the point.
fn decimals(amount: Exact) -> u8 {
    let text = amount.to_string();
    let behind = text.split_once('.').map_or(0, |(_, behind)| behind.len());
    u8::try_from(behind).unwrap_or(u8::MAX)
}

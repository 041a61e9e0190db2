//! Plans as rows: the table, CSV and Markdown.

use std::collections::{BTreeMap, BTreeSet};

use gpu_broker_core::demand::Demand;
use gpu_broker_core::offer::{Broker, MarketType, OfferId, Security};
use gpu_broker_core::plan::{Group, Plan};
use gpu_broker_core::policy::Rule;

use super::colocation;
use super::columns::{Column, push};
use super::format::Sheet;
use super::paint;
use super::policy;
use super::text::{count, gpu_name, seller, shown, stock};

/// One row for each launch group; what belongs to the plan stands in its first
/// row.
pub(crate) fn table(plans: &[Plan], demand: &Demand) -> Vec<Column> {
    let total = format!("TOTAL({}h)", demand.hours);
    let alike = alike(plans);
    let groups = || plans.iter().flat_map(|plan| &plan.groups);
    // What is not on demand and secure is told at any width.
    let tier_leaves = if groups().all(|group| tier(group) == USUAL) {
        7
    } else {
        0
    };
    let mut columns = [
        Column::numbers("#", 0),
        Column::words("OFFER", 10, 3),
        Column::words("BROKER/PROVIDER", 16, 0),
        Column::words(if alike.is_empty() { "REGION" } else { "PLACE" }, 9, 5),
        Column::words("GPU", 9, 6),
        Column::numbers("N", 0),
        Column::numbers("vCPU", 10),
        Column::numbers("RAM", 9),
        Column::numbers("DISK", 8),
        Column::words("TIER", 7, tier_leaves).toned(paint::terms),
        Column::words("STOCK", 6, 11).toned(paint::stock),
        Column::numbers("$/h", 1),
        Column::numbers("$/GPU·h", 4),
        Column::numbers("UPFRONT", 2),
        Column::numbers(total, 0),
    ];
    for (at, plan) in plans.iter().enumerate() {
        for (group_at, group) in plan.groups.iter().enumerate() {
            let mut cells = row(at + 1, plan, group, group_at == 0, demand);
            if alike.contains(&machine(group)) {
                let [_, _, _, place, ..] = &mut cells;
                *place = colocation::center(group.place()).into_owned();
            }
            push(&mut columns, cells);
        }
        for [name, seller, region, size] in colocation::rows(plan) {
            let before = [String::new(), name, seller, region];
            let between = std::iter::repeat_n(String::new(), 4);
            push(
                &mut columns,
                before
                    .into_iter()
                    .chain(between)
                    .chain([size])
                    .chain(std::iter::repeat_n(String::new(), 6)),
            );
        }
    }
    columns.into()
}

/// What a row says of whose machine it is.
fn machine(group: &Group) -> (&Broker, &OfferId, &str) {
    let offer = &group.candidate.offer;
    (&offer.broker, &offer.id, group.place().region_word())
}

/// Machines that stand in several data centres of one region: these tell their rows apart.
fn alike(plans: &[Plan]) -> BTreeSet<(&Broker, &OfferId, &str)> {
    let mut centers: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for group in plans.iter().flat_map(|plan| &plan.groups) {
        let of_machine = centers.entry(machine(group)).or_default();
        of_machine.insert(group.place().data_center.as_ref());
    }
    centers.retain(|_, centers| centers.len() > 1);
    centers.into_keys().collect()
}

/// The same with the rules that want each plan approved, where any do.
pub(crate) fn whole(plans: &[Plan], demand: &Demand) -> Vec<Column> {
    let mut columns = table(plans, demand);
    let mut needs = Column::words("NEEDS", 0, 0);
    for plan in plans {
        let flags = policy::flag(demand.policy.approvals(&plan.purchase(demand.hours)));
        needs.cells.push(shown(&flags).into_owned());
        let more = (plan.groups.len() + colocation::rows(plan).count()).saturating_sub(1);
        needs.cells.extend(std::iter::repeat_n(String::new(), more));
    }
    if needs.cells.iter().any(|cell| !cell.is_empty()) {
        columns.push(needs);
    }
    columns
}

fn row(rank: usize, plan: &Plan, group: &Group, first: bool, demand: &Demand) -> [String; 15] {
    let (offer, configuration) = (&group.candidate.offer, &group.candidate.configuration);
    let own = |text: String| if first { text } else { String::new() };
    let times = if group.count > 1 {
        format!("{}× ", group.count)
    } else {
        String::new()
    };
    let bound = if plan.is_exact() { "" } else { "≤" };
    let upfront = plan.upfront.amount();
    [
        own(rank.to_string()),
        format!("{times}{}", shown(offer.id.as_str())),
        seller(&offer.broker, &offer.provider),
        shown(group.place().region_word()).into_owned(),
        gpu_name(&offer.gpu),
        (u64::from(offer.gpu.count) * group.count).to_string(),
        count(configuration.vcpus),
        count(configuration.memory_gb),
        count(configuration.disk_gb),
        tier(group),
        stock(&offer.stock),
        own(format!("{bound}{}", plan.rate.per_hour().to_fixed(4))),
        own(plan
            .per_gpu_hour(demand.hours)
            .map_or_else(String::new, |price| price.to_fixed(4))),
        own(if upfront.is_zero() {
            "-".to_owned()
        } else {
            upfront.to_fixed(2)
        }),
        own(format!("{bound}{}", plan.total.amount().to_fixed(2))),
    ]
}

/// What a request asks for unless it says otherwise.
const USUAL: &str = "secure";

/// How safe the machine is to keep: its market, tier and terms in one word or
/// two.
fn tier(group: &Group) -> String {
    let offer = &group.candidate.offer;
    let security = match &offer.security {
        Security::Secure => USUAL,
        Security::Community => "commun.",
        Security::Other(word) => word,
    };
    let market = match &offer.market {
        MarketType::OnDemand if offer.terms.prepaid.is_some() => "prepaid",
        MarketType::OnDemand => "",
        MarketType::Spot => "spot",
        MarketType::Other(word) => word,
    };
    match (market, &offer.security) {
        ("", _) => shown(security).into_owned(),
        (market, Security::Secure) => shown(market).into_owned(),
        (market, _) => format!("{}/{}", shown(market), shown(security)),
    }
}

/// Every digit, one row for each launch group.
pub(crate) fn sheet(plans: &[Plan], demand: &Demand) -> Sheet {
    let mut sheet = Sheet::new(&[
        "rank",
        "broker",
        "provider",
        "offer_id",
        "count",
        "gpu",
        "gpu_memory_gb",
        "socket",
        "gpus_per_instance",
        "region",
        "country",
        "data_center",
        "market",
        "security",
        "stock",
        "vcpus",
        "memory_gb",
        "disk_gb",
        "prepaid_hours",
        "group_rate",
        "plan_gpus",
        "plan_rate",
        "plan_per_gpu_hour",
        "plan_upfront",
        "plan_total",
        "currency",
        "hours",
        "certainty",
        "new_disks_gb",
        "new_disks_rate",
        "new_disks_total",
        "attached_disks",
        "approvals",
    ]);
    for (at, plan) in plans.iter().enumerate() {
        for group in &plan.groups {
            let (offer, configuration, place) = (&group.candidate.offer, &group.candidate.configuration, group.place());
            sheet.number(at + 1);
            sheet.word(offer.broker.as_str());
            sheet.word(offer.provider.as_str());
            sheet.word(offer.id.as_str());
            sheet.number(group.count);
            sheet.word(offer.gpu.model.as_str());
            sheet.maybe(offer.gpu.memory.map(|memory| memory.0));
            sheet.word(offer.gpu.socket.as_ref().map_or("", |socket| socket.as_str()));
            sheet.number(offer.gpu.count);
            sheet.word(place.region_word());
            sheet.word(place.country.as_ref().map_or("", |country| country.as_str()));
            sheet.word(place.data_center.as_ref().map_or("", |center| center.as_str()));
            sheet.word(offer.market.as_str());
            sheet.word(offer.security.as_str());
            sheet.word(offer.stock.level.as_str());
            sheet.maybe(configuration.vcpus);
            sheet.maybe(configuration.memory_gb);
            sheet.maybe(configuration.disk_gb);
            sheet.maybe(offer.terms.prepaid);
            sheet.number(group.candidate.bill.rate.per_hour());
            of_plan(&mut sheet, plan, demand);
            sheet.end_row();
        }
    }
    sheet
}

/// What belongs to the plan, in each of its rows.
fn of_plan(sheet: &mut Sheet, plan: &Plan, demand: &Demand) {
    sheet.number(plan.gpus);
    sheet.number(plan.rate.per_hour());
    sheet.maybe(plan.per_gpu_hour(demand.hours));
    sheet.number(plan.upfront.amount());
    sheet.number(plan.total.amount());
    sheet.word(plan.total.currency().as_str());
    sheet.number(demand.hours);
    sheet.word(if plan.is_exact() { "exact" } else { "upper_bound" });
    colocation::cells(sheet, plan);
    let asking = demand.policy.approvals(&plan.purchase(demand.hours));
    let names: Vec<&str> = asking.into_iter().map(Rule::name).collect();
    sheet.word(&names.join("; "));
}

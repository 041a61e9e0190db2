//! A quote as a document: `planner.quote/1`, the contract with programs.
//!
//! Money is a decimal string, unrounded; what is absent is `null`.

mod digest;
mod parts;
mod warnings;

pub(crate) use digest::digest;
pub(crate) use parts::{GpuDocument, InterconnectDocument, PlaceDocument, SourceDocument};
pub(crate) use parts::{gpu, interconnect, number, place, source};
pub(crate) use warnings::warnings;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::{Completeness, Market, completeness};
use gpu_broker_core::money::{Money, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::plan::{Group, Plan, Seller};
use gpu_broker_core::quote::{Quote, decisions};
use gpu_broker_core::verify::{Certificate, certify};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::assumptions::{Assumption, of_plan};
use super::colocation::{self, DiskDocument};
use super::moving;
use super::policy::{self, ApprovalDocument, DecisionDocument};
use super::why::{ChangeDocument, RejectionDocument};
use crate::cli::wider;
use crate::files::request::RequestDocument;

/// How long the prices of a quote are taken to hold.
pub(crate) const VALID: SignedDuration = SignedDuration::from_mins(5);

/// `planner.quote/1`.
#[derive(Debug, Serialize)]
pub(crate) struct QuoteDocument {
    schema: &'static str,
    id: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    request: Value,
    hours: Exact,
    currency: String,
    optimal: bool,
    certificate: Option<Certificate>,
    plans: Vec<PlanDocument>,
    market: MarketDocument,
    policy: Vec<DecisionDocument>,
    cheaper_elsewhere: Vec<CheaperDocument>,
    why: Option<Vec<RejectionDocument>>,
    relaxations: Vec<ChangeDocument>,
    disk_market: Option<Value>,
    stay_or_move: Option<Value>,
    sources: Vec<SourceDocument>,
}

#[derive(Debug, Serialize)]
pub(crate) struct PlanDocument {
    rank: usize,
    id: String,
    gpus: u64,
    surplus_gpus: u64,
    nodes: u64,
    rate: Exact,
    upfront: Exact,
    total: Exact,
    per_gpu_hour: Option<Exact>,
    certainty: &'static str,
    total_low: Option<Exact>,
    groups: Vec<GroupDocument>,
    disks: Vec<DiskDocument>,
    assumptions: Vec<Assumption>,
    approvals: Vec<ApprovalDocument>,
    warnings: Vec<String>,
}

/// One offer of a plan.
#[derive(Debug, Serialize)]
pub(crate) struct GroupDocument {
    broker: String,
    provider: String,
    offer_id: String,
    count: u64,
    gpu: Value,
    place: Value,
    market: String,
    security: String,
    prepaid_hours: Option<Exact>,
    stock: String,
    stock_units: Option<u32>,
    vcpus: Option<u64>,
    memory_gb: Option<u64>,
    disk_gb: Option<u64>,
    shared_disk_gb: Option<u64>,
    multi_node: bool,
    interconnect: Option<Value>,
    provisioning_minutes: Option<Value>,
    minimum_runtime_minutes: u64,
    rate: Exact,
    lines: Vec<LineDocument>,
    also_sold_by: Vec<Value>,
}

#[derive(Debug, Serialize)]
struct LineDocument {
    item: &'static str,
    quantity: String,
    unit_price: Exact,
    rate: Exact,
    rate_low: Option<Exact>,
}

#[derive(Debug, Serialize)]
struct MarketDocument {
    read: u64,
    ranked: u64,
    rejected: Vec<Value>,
}

#[derive(Debug, Serialize)]
struct CheaperDocument {
    flag: &'static str,
    rate: Exact,
    saves: Option<Exact>,
}

/// The document of a quote.
pub(crate) fn quote(quote: &Quote, market: &Market, demand: &Demand, max_offers: usize) -> QuoteDocument {
    let certificate = certify(market, demand, quote.plans.first());
    let mut document = QuoteDocument {
        schema: "planner.quote/1",
        id: String::new(),
        created_at: market.taken_at,
        expires_at: market.taken_at.saturating_add(VALID).unwrap_or(market.taken_at),
        // As a value, whose limits on instances are a map in YAML as well.
        request: json!(RequestDocument::of(demand, max_offers)),
        hours: demand.hours.number(),
        currency: demand.exchange.quote().to_string(),
        // Two ways to the same answer: a plan that one of them calls the best and the other does not is not proved.
        optimal: quote.optimal
            && !quote.plans.is_empty()
            && completeness(&market.sources) == Completeness::Whole
            && certificate.as_ref().is_none_or(|it| it.holds),
        certificate,
        plans: quote
            .plans
            .iter()
            .enumerate()
            .map(|(at, found)| plan(at + 1, found, demand))
            .collect(),
        market: MarketDocument {
            read: quote.read,
            ranked: quote.ranked,
            rejected: quote
                .rejected
                .iter()
                .map(|(reason, offers)| json!({ "reason": reason, "offers": offers }))
                .collect(),
        },
        policy: policy::documents(&decisions(market, demand, quote)),
        cheaper_elsewhere: quote
            .cheaper
            .iter()
            .map(|cheaper| CheaperDocument {
                flag: wider(cheaper.wider, demand),
                rate: cheaper.rate.per_hour(),
                saves: cheaper.saves,
            })
            .collect(),
        why: None,
        relaxations: Vec::new(),
        disk_market: colocation::answer(&quote.disks, market, demand),
        stay_or_move: quote
            .disks
            .stay_or_move
            .as_ref()
            .map(|compared| moving::document(compared, demand)),
        sources: market.sources.iter().map(source).collect(),
    };
    document.id = digest("q", &document);
    document
}

impl QuoteDocument {
    /// Its name.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// With why offers were rejected, and what would admit some. A quote is
    /// named by what it offers, so its name stays.
    pub(crate) fn explained(self, why: Option<Vec<RejectionDocument>>, relaxations: Vec<ChangeDocument>) -> Self {
        Self {
            why,
            relaxations,
            ..self
        }
    }
}

/// The id of a plan.
pub(crate) fn plan_id(found: &Plan) -> String {
    let groups: Vec<GroupDocument> = found.groups.iter().map(|one| group(one, &found.also_sold_by)).collect();
    id_of(&groups, &colocation::documents(found))
}

fn id_of(groups: &[GroupDocument], disks: &[DiskDocument]) -> String {
    if disks.is_empty() {
        digest("p", &groups)
    } else {
        digest("p", &(groups, disks))
    }
}

/// A plan of a document.
pub(crate) fn plan(rank: usize, plan: &Plan, demand: &Demand) -> PlanDocument {
    let groups: Vec<GroupDocument> = plan
        .groups
        .iter()
        .map(|found| group(found, &plan.also_sold_by))
        .collect();
    let disks = colocation::documents(plan);
    PlanDocument {
        rank,
        id: id_of(&groups, &disks),
        gpus: plan.gpus,
        surplus_gpus: plan.surplus,
        nodes: plan.nodes,
        rate: plan.rate.per_hour(),
        upfront: plan.upfront.amount(),
        total: plan.total.amount(),
        per_gpu_hour: plan.per_gpu_hour(demand.hours),
        certainty: if plan.is_exact() { "exact" } else { "upper_bound" },
        total_low: plan.total_low.map(Money::amount),
        groups,
        disks,
        assumptions: of_plan(plan, demand),
        approvals: policy::approvals(plan, demand),
        warnings: warnings(plan, demand),
    }
}

/// One offer of a plan, with the lines that its rate is the sum of, and who else
/// sells it.
pub(crate) fn group(group: &Group, also: &[Seller]) -> GroupDocument {
    let candidate = &group.candidate;
    let (offer, configuration) = (&candidate.offer, &candidate.configuration);
    let lines = configuration.lines.iter().map(|line| LineDocument {
        item: line.item.as_str(),
        quantity: line.quantity.to_string(),
        unit_price: line.unit_price.per_hour(),
        rate: line.rate.per_hour(),
        rate_low: line.rate_low.map(Rate::per_hour),
    });
    GroupDocument {
        broker: offer.broker.to_string(),
        provider: offer.provider.to_string(),
        offer_id: offer.id.to_string(),
        count: group.count,
        gpu: gpu(&offer.gpu),
        place: place(group.place()),
        market: offer.market.to_string(),
        security: offer.security.to_string(),
        prepaid_hours: offer.terms.prepaid.map(gpu_broker_core::quantity::Hours::number),
        stock: offer.stock.level.to_string(),
        stock_units: offer.stock.units,
        vcpus: configuration.vcpus,
        memory_gb: configuration.memory_gb,
        disk_gb: configuration.disk_gb,
        shared_disk_gb: configuration.shared_disk_gb,
        multi_node: offer.multi_node,
        interconnect: interconnect(&offer.interconnect),
        provisioning_minutes: offer.provisioning_minutes.map(number),
        minimum_runtime_minutes: offer.terms.minimum_runtime.0,
        rate: candidate.bill.rate.per_hour(),
        lines: lines.collect(),
        also_sold_by: also.iter().map(seller).collect(),
    }
}

fn seller(seller: &Seller) -> Value {
    json!({
        "broker": seller.broker,
        "provider": seller.provider,
        "offer_id": seller.id,
        "total": seller.total,
        "dearer": seller.dearer,
    })
}

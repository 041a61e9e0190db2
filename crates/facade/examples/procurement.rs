//! What a quarter's worth of requests would cost, as CSV whose columns have the
//! names of FOCUS, the Open Cost and Usage Specification (1.2), so that
//! an estimate can stand beside the bill that follows it.
//!
//! FOCUS calls whoever sells a *provider* and whoever makes a *publisher*: here
//! the broker, and the cloud that owns the machine. Columns of one's own begin
//! with `x_`, as it asks.
//!
//! `cargo run --example procurement`

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example shows what it found"
)]

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gpu_broker::core::demand::{Demand, MarketWanted, Nodes};
use gpu_broker::core::gpu::GpuRequest;
use gpu_broker::core::market::{Completeness, Market};
use gpu_broker::core::number::Exact;
use gpu_broker::core::offer::MarketType;
use gpu_broker::core::plan::Group;
use gpu_broker::core::quantity::Hours;
use gpu_broker::core::quote::quote;
use gpu_broker::core::source::{Ask, Hint, Quiet, Source};
use gpu_broker::engine::gather;
use gpu_broker::http::{ApiKey, BaseUrl, inert};
use gpu_broker::prime::{Prime, PrimeOptions};
use gpu_broker::sandbox::{Options, Running, Sandbox};
use gpu_broker::spheron::{Spheron, SpheronOptions};
use jiff::Timestamp;

/// Who needs what: a name, GPUs, hours, and whether it may be interrupted.
const WANTED: [(&str, &str, u64, bool); 5] = [
    ("pretraining", "H100:64", 720, false),
    ("finetuning", "H100,H200:8", 72, true),
    ("evaluation", "any:48GB+:2", 24, true),
    ("serving", "L40S:4", 2160, false),
    ("notebooks", "A100-80GB:1", 168, false),
];

const COLUMNS: [&str; 18] = [
    "ProviderName",
    "PublisherName",
    "RegionId",
    "AvailabilityZone",
    "ServiceCategory",
    "SkuId",
    "ChargeCategory",
    "ChargeFrequency",
    "ChargeDescription",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ListUnitPrice",
    "BilledCost",
    "BillingCurrency",
    "x_Request",
    "x_Gpus",
    "x_Certainty",
];

pub(crate) async fn report() -> Result<String, Box<dyn Error>> {
    let brokers = Sandbox::start(&Options::new(SystemTime::UNIX_EPOCH))?;
    let market = market(&brokers).await?;
    if market.completeness() != Completeness::Whole {
        // A short list can make anything look dear: say so instead of reporting it.
        return Err(format!("not every broker answered in full: {:?}", market.sources).into());
    }
    let mut sheet = csv::Writer::from_writer(Vec::new());
    sheet.write_record(COLUMNS)?;
    for (name, gpus, hours, interruptible) in WANTED {
        // One market answers all requests: they are compared at the same moment.
        let mut demand = Demand::new(GpuRequest::parse(gpus)?, Hours::whole(hours));
        demand.nodes = Nodes::Any;
        if interruptible {
            demand.market = MarketWanted::Both;
        }
        let quote = quote(&market, &demand, 1)?;
        let Some(plan) = quote.plans.first() else {
            eprintln!("{name}: nothing matches {gpus}: {:?}", quote.rejected);
            continue;
        };
        for group in &plan.groups {
            sheet.write_record(row(name, group, demand.hours)?)?;
        }
    }
    Ok(String::from_utf8(sheet.into_inner()?)?)
}

async fn market(brokers: &Running) -> Result<Market, Box<dyn Error>> {
    let prime = PrimeOptions::new(
        BaseUrl::parse(brokers.prime_url())?,
        ApiKey::new("any".into())?,
        "procurement/1.0",
    );
    let spheron = SpheronOptions {
        base_url: BaseUrl::parse(brokers.spheron_url())?,
        key: None, // offers are public
        team: None,
        user_agent: "procurement/1.0".into(),
    };
    let sources: Vec<Arc<dyn Source>> = vec![Arc::new(Prime::new(prime)), Arc::new(Spheron::new(spheron))];
    let (within, hint) = (Duration::from_secs(30), Hint::default());
    let ask = Ask {
        within,
        hint: &hint,
        progress: &Quiet,
    };
    Ok(gather(&sources, &[], &ask, Timestamp::UNIX_EPOCH).await)
}

/// What the machines of one group will be charged.
fn row(name: &str, group: &Group, hours: Hours) -> Result<[String; 18], Box<dyn Error>> {
    let (offer, bill) = (&group.candidate.offer, &group.candidate.bill);
    let place = group.place();
    let total = bill.total.times(group.count)?;
    let prepaid = offer.terms.prepaid;
    let pricing = match offer.market {
        MarketType::Spot => "Dynamic",
        _ if prepaid.is_some() => "Committed",
        _ => "Standard",
    };
    let (category, frequency) = match prepaid {
        Some(_) => ("Purchase", "One-Time"),
        None => ("Usage", "Usage-Based"),
    };
    let charged = prepaid.map_or(hours, |block| block.max(hours));
    let quantity = charged.number().times_count(group.count).ok_or("too many hours")?;
    Ok([
        word(offer.broker.as_str()),
        word(offer.provider.as_str()),
        word(place.region_word()),
        word(place.data_center.as_ref().map_or("", |center| center.as_str())),
        "Compute".into(),
        word(offer.id.as_str()),
        category.into(),
        frequency.into(),
        format!(
            "{} × {} {}",
            group.count,
            offer.gpu.count,
            word(offer.gpu.model.as_str())
        ),
        pricing.into(),
        quantity.to_string(),
        "Hours".into(),
        bill.rate.per_hour().to_string(),
        total.amount().to_string(),
        total.currency().to_string(),
        name.into(),
        Exact::whole(u64::from(offer.gpu.count))
            .times_count(group.count)
            .ok_or("too many GPUs")?
            .to_string(),
        if bill.is_exact() { "exact" } else { "upper_bound" }.into(),
    ])
}

/// A stranger's word in a spreadsheet: nothing hidden in it, and no formula.
fn word(word: &str) -> String {
    let safe = inert(word);
    if safe.trim_start().starts_with(['=', '+', '-', '@']) {
        format!("'{safe}")
    } else {
        safe.into_owned()
    }
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", report().await?);
    Ok(())
}

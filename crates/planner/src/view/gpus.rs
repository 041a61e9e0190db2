//! GPU models for sale, and the least that one of each costs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gpu_broker_core::gpu::GpuModel;
use gpu_broker_core::market::Market;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Market as Tenure, Offer};
use serde_json::{Value, json};

use super::columns::{Column, push};
use super::format::Sheet;
use super::text::shown;

/// What is for sale of one model with one size of memory.
#[derive(Debug)]
pub(crate) struct Model {
    name: GpuModel,
    memory: Option<u64>,
    offers: usize,
    largest: u32,
    brokers: BTreeSet<String>,
    on_demand: Option<Exact>,
    spot: Option<Exact>,
}

/// The models in stock, by name and memory. Prices are the brokers' base
/// prices in USD per GPU and hour, before disks and vCPUs priced apart.
pub(crate) fn models(market: &Market) -> Vec<Model> {
    let mut models: BTreeMap<(GpuModel, Option<u64>), Model> = BTreeMap::new();
    let in_stock = |offer: &&Arc<Offer>| offer.stock.bound() != Some(0) && offer.gpu.count > 0;
    for offer in market.offers.iter().filter(in_stock) {
        let memory = offer.gpu.memory.map(|memory| memory.0);
        let model = models
            .entry((offer.gpu.model.clone(), memory))
            .or_insert_with(|| Model {
                name: offer.gpu.model.clone(),
                memory,
                offers: 0,
                largest: 0,
                brokers: BTreeSet::new(),
                on_demand: None,
                spot: None,
            });
        model.offers += 1;
        model.largest = model.largest.max(offer.gpu.count);
        model.brokers.insert(offer.broker.to_string());
        let dollars = offer.price.filter(|price| price.currency().as_str() == "USD");
        if let Some(each) = dollars.and_then(|price| price.per_hour().over(Exact::whole(offer.gpu.count.into()))) {
            let least = match offer.market {
                Tenure::OnDemand => &mut model.on_demand,
                Tenure::Spot => &mut model.spot,
                Tenure::Other(_) => continue,
            };
            *least = Some(least.map_or(each, |least| least.min(each)));
        }
    }
    models.into_values().collect()
}

/// For a terminal.
pub(crate) fn table(models: &[Model]) -> Vec<Column> {
    let mut columns = [
        Column::words("GPU", 8, 0),
        Column::numbers("MEMORY", 1),
        Column::numbers("OFFERS", 3),
        Column::numbers("LARGEST", 4),
        Column::words("BROKERS", 6, 2),
        Column::numbers("ON DEMAND $/GPU·h", 0),
        Column::numbers("SPOT $/GPU·h", 0),
    ];
    let price = |price: Option<Exact>| price.map_or_else(|| "-".to_owned(), |price| price.to_fixed(4));
    for model in models {
        let cells = [
            shown(model.name.as_str()).into_owned(),
            model
                .memory
                .map_or_else(|| "?".to_owned(), |memory| format!("{memory} GB")),
            model.offers.to_string(),
            model.largest.to_string(),
            model.brokers.iter().cloned().collect::<Vec<_>>().join(", "),
            price(model.on_demand),
            price(model.spot),
        ];
        push(&mut columns, cells);
    }
    columns.into()
}

/// Every digit, one row for each model.
pub(crate) fn sheet(models: &[Model]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "gpu",
        "memory_gb",
        "offers",
        "largest",
        "on_demand_per_gpu_hour",
        "spot_per_gpu_hour",
    ]);
    for model in models {
        sheet.word(model.name.as_str());
        sheet.maybe(model.memory);
        sheet.number(model.offers);
        sheet.number(model.largest);
        sheet.maybe(model.on_demand);
        sheet.maybe(model.spot);
        sheet.end_row();
    }
    sheet
}

/// One model of `planner.gpus/1`.
pub(crate) fn document(model: &Model) -> Value {
    json!({
        "model": model.name,
        "memory_gb": model.memory,
        "offers": model.offers,
        "largest_instance": model.largest,
        "brokers": model.brokers,
        "on_demand_per_gpu_hour": model.on_demand,
        "spot_per_gpu_hour": model.spot,
    })
}

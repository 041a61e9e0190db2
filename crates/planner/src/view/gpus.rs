//! GPU models for sale, and the least that one of each costs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gpu_broker_core::demand::StockAssumed;
use gpu_broker_core::gpu::GpuModel;
use gpu_broker_core::market::Market;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{MarketType, Offer, Security};
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

impl Model {
    fn sellers(&self, between: &str) -> String {
        self.brokers.iter().cloned().collect::<Vec<_>>().join(between)
    }
}

/// The models in stock, by name and memory. Prices are the brokers' base
/// prices in USD per GPU and hour, before disks and vCPUs priced apart, of what
/// is paid by the hour and on secure machines: what a quote takes unless it is
/// asked for less.
pub(crate) fn models(market: &Market) -> Vec<Model> {
    let mut models: BTreeMap<(GpuModel, Option<u64>), Model> = BTreeMap::new();
    let in_stock = |offer: &&Arc<Offer>| StockAssumed::default().bound(&offer.stock) != Some(0) && offer.gpu.count > 0;
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
        let is_usual = offer.security == Security::Secure && offer.terms.prepaid.is_none();
        let dollars = offer
            .price
            .filter(|price| is_usual && price.currency().as_str() == "USD");
        if let Some(each) = dollars.and_then(|price| price.per_hour().over(Exact::whole(offer.gpu.count.into()))) {
            let least = match offer.market {
                MarketType::OnDemand => &mut model.on_demand,
                MarketType::Spot => &mut model.spot,
                MarketType::Other(_) => continue,
            };
            *least = Some(least.map_or(each, |least| least.min(each)));
        }
    }
    models.into_values().collect()
}

/// Where fewer columns are, the units of the prices stand below the table instead, so that the memory stays.
const NARROW: usize = 50;

/// For a terminal with so many columns.
pub(crate) fn table(models: &[Model], room: usize) -> Vec<Column> {
    let unit = if room < NARROW { "" } else { " $/GPU·h" };
    let mut columns = [
        Column::words("GPU", 8, 0),
        Column::numbers("MEMORY", 0),
        Column::numbers("OFFERS", 3),
        Column::numbers("LARGEST", 4),
        Column::words("BROKERS", 6, 2),
        Column::numbers(format!("ON DEMAND{unit}"), 0),
        Column::numbers(format!("SPOT{unit}"), 0),
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
            model.sellers(", "),
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
        "brokers",
        "on_demand_per_gpu_hour",
        "spot_per_gpu_hour",
    ]);
    for model in models {
        sheet.word(model.name.as_str());
        sheet.maybe(model.memory);
        sheet.number(model.offers);
        sheet.number(model.largest);
        sheet.word(&model.sellers(" "));
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

#[cfg(test)]
mod tests {
    use gpu_broker_core::gpu::Gpu;
    use gpu_broker_core::money::Currency;
    use gpu_broker_core::offer::{Broker, OfferId, Provider, StockLevel, price};
    use gpu_broker_core::quantity::Hours;

    use super::*;

    #[test]
    fn the_least_is_of_what_a_quote_would_take() {
        let check = |change: fn(&mut Offer), offers: usize, on_demand: &str, spot: &str| {
            let offer = |per_hour: &str| {
                let gpu = Gpu {
                    model: GpuModel::new("T4"),
                    memory: None,
                    socket: None,
                    count: 2,
                };
                let mut offer = Offer::new(Broker::new("b"), Provider::new("p"), OfferId::new("o"), gpu);
                offer.price = Some(price(per_hour, Currency::USD).unwrap());
                offer
            };
            let mut cheap = offer("1");
            change(&mut cheap);
            let models = models(&Market::of(vec![offer("3"), cheap]));
            let document = document(&models[0]);
            assert_eq!(document["offers"], offers);
            assert_eq!(document["on_demand_per_gpu_hour"], on_demand);
            assert_eq!(document["spot_per_gpu_hour"].as_str().unwrap_or("-"), spot);
            let sheet = String::from_utf8(sheet(&models).into_bytes()).unwrap();
            assert!(
                sheet.starts_with("gpu,memory_gb,offers,largest,brokers,on_demand"),
                "{sheet}"
            );
        };
        check(|_| (), 2, "0.5", "-");
        check(|offer| offer.market = MarketType::Spot, 2, "1.5", "0.5");
        check(|offer| offer.terms.prepaid = Some(Hours::whole(720)), 2, "1.5", "-");
        check(|offer| offer.security = Security::Community, 2, "1.5", "-");
        check(|offer| offer.stock.level = StockLevel::Unavailable, 1, "1.5", "-");
        check(|offer| offer.stock.units = Some(0), 1, "1.5", "-");
        // A word that nobody knows does not say that there is none (R10).
        check(
            |offer| offer.stock.level = StockLevel::Other("ComingSoon".into()),
            2,
            "0.5",
            "-",
        );
    }
}

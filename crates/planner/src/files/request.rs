//! A request as a document, there and back: what quotes repeat and saved markets keep.

use std::collections::BTreeMap;

use gpu_broker_core::bill::Interruptions;
use gpu_broker_core::configuration::{Exchange, Selection};
use gpu_broker_core::demand::{
    Caps, Demand, DisksWanted, MarketWanted, Moving, Network, Nodes, Objective, SecurityWanted, StockAssumed,
    StockWord, Where, Words,
};
use gpu_broker_core::gpu::{GpuRequest, Socket};
use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::InterconnectKind;
use gpu_broker_core::policy::Policy;
use gpu_broker_core::quantity::{Gb, Hours, Range};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `request` of `planner.quote/1` and `planner.market/1`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestDocument {
    gpu: GpuRequest,
    /// The horizon in hours, rounded where it is no finite number of them.
    hours: Exact,
    /// The same, exactly.
    #[serde(with = "exactly")]
    minutes: Hours,
    vcpus: Option<Range>,
    memory_gb: Option<Range>,
    disk_gb: Option<Range>,
    kubernetes: bool,
    gpus_per_node: Option<Range>,
    nodes: Nodes,
    #[serde(default)]
    brokers: Vec<String>,
    regions: Vec<String>,
    countries: Vec<String>,
    data_centers: Vec<String>,
    providers: Vec<String>,
    market: MarketWanted,
    security: SecurityWanted,
    prepaid: bool,
    interconnect: Vec<InterconnectKind>,
    min_interconnect_gbps: Option<Exact>,
    socket: Option<Socket>,
    max_price: Option<Exact>,
    max_total: Option<Exact>,
    max_upfront: Option<Exact>,
    mixed: bool,
    spread: bool,
    disks: DisksDocument,
    fx: BTreeMap<Currency, Exact>,
    #[serde(default = "usd")]
    currency: Currency,
    sort_by: Objective,
    interruptions_per_day: Option<Exact>,
    checkpoint_minutes: Option<Exact>,
    #[serde(default)]
    stock: StockDocument,
    /// The rules that hold.
    #[serde(default)]
    policy: Policy,
    /// Plans shown at most: without it nobody could tell that some are missing.
    pub(crate) max_offers: u64,
}

fn usd() -> Currency {
    Currency::USD
}

/// How many instances each word of stock is taken to promise; `None` for any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StockDocument {
    high: Option<u32>,
    medium: Option<u32>,
    available: Option<u32>,
    low: Option<u32>,
    other: Option<u32>,
}

impl StockDocument {
    fn of(assumed: &StockAssumed) -> Self {
        Self {
            high: assumed.most(StockWord::High),
            medium: assumed.most(StockWord::Medium),
            available: assumed.most(StockWord::Available),
            low: assumed.most(StockWord::Low),
            other: assumed.most(StockWord::Other),
        }
    }

    fn assumed(self) -> StockAssumed {
        let said = [
            (StockWord::High, self.high),
            (StockWord::Medium, self.medium),
            (StockWord::Available, self.available),
            (StockWord::Low, self.low),
            (StockWord::Other, self.other),
        ];
        said.into_iter().fold(StockAssumed::default(), |assumed, (word, most)| {
            assumed.with(word, most)
        })
    }
}

impl Default for StockDocument {
    fn default() -> Self {
        Self::of(&StockAssumed::default())
    }
}

/// The disks that are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DisksDocument {
    attach: Vec<String>,
    attach_any: bool,
    new_disks_gb: Vec<Gb>,
    move_price_per_gb: Option<Exact>,
    move_hours: Option<Exact>,
    /// The same, exactly.
    move_minutes: Option<Exact>,
}

impl DisksDocument {
    fn of(wanted: &DisksWanted) -> Self {
        let DisksWanted {
            attach,
            attach_any,
            create,
            moving: Moving { price_per_gb, hours },
        } = wanted;
        Self {
            attach: attach.clone(),
            attach_any: *attach_any,
            new_disks_gb: create.clone(),
            move_price_per_gb: *price_per_gb,
            move_hours: hours.map(Hours::number),
            move_minutes: hours.map(Hours::in_minutes),
        }
    }

    fn wanted(&self) -> DisksWanted {
        DisksWanted {
            attach: self.attach.clone(),
            attach_any: self.attach_any,
            create: self.new_disks_gb.clone(),
            moving: Moving {
                price_per_gb: self.move_price_per_gb,
                hours: self.move_minutes.and_then(Hours::of_minutes),
            },
        }
    }
}

/// Hours as minutes, which twenty minutes are a whole number of.
mod exactly {
    use gpu_broker_core::number::Exact;
    use gpu_broker_core::quantity::Hours;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(super) fn serialize<S: Serializer>(hours: &Hours, serializer: S) -> Result<S::Ok, S::Error> {
        hours.in_minutes().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hours, D::Error> {
        let minutes = Exact::deserialize(deserializer)?;
        Hours::of_minutes(minutes).ok_or_else(|| serde::de::Error::custom("minutes are not below zero"))
    }
}

impl RequestDocument {
    /// The document of a request for at most so many plans.
    pub(crate) fn of(demand: &Demand, max_offers: usize) -> Self {
        // Every field by name: one that is added must find its place here.
        let Demand {
            gpus,
            hours,
            instance:
                Selection {
                    vcpus,
                    memory,
                    disk,
                    kubernetes,
                },
            gpus_per_node,
            nodes,
            wanted_where:
                Where {
                    brokers,
                    providers,
                    regions,
                    countries,
                    data_centers,
                },
            market,
            security,
            prepaid,
            network: Network { kinds, gbps, socket },
            caps: Caps { rate, total, upfront },
            mixed,
            spread,
            disks,
            exchange,
            objective,
            interruptions,
            stock,
            policy,
        } = demand;
        Self {
            gpu: gpus.clone(),
            hours: hours.number(),
            minutes: *hours,
            vcpus: *vcpus,
            memory_gb: *memory,
            disk_gb: *disk,
            kubernetes: *kubernetes,
            gpus_per_node: *gpus_per_node,
            nodes: *nodes,
            brokers: spelled(brokers),
            regions: spelled(regions),
            countries: spelled(countries),
            data_centers: spelled(data_centers),
            providers: spelled(providers),
            market: *market,
            security: *security,
            prepaid: *prepaid,
            interconnect: kinds.clone(),
            min_interconnect_gbps: *gbps,
            socket: socket.clone(),
            max_price: *rate,
            max_total: *total,
            max_upfront: *upfront,
            mixed: *mixed,
            spread: *spread,
            disks: DisksDocument::of(disks),
            fx: exchange.worth().clone(),
            currency: exchange.quote(),
            sort_by: *objective,
            interruptions_per_day: interruptions.map(|expected| expected.per_day()),
            checkpoint_minutes: interruptions.map(|expected| expected.checkpoint_minutes()),
            stock: StockDocument::of(stock),
            policy: policy.clone(),
            max_offers: u64::try_from(max_offers).unwrap_or(u64::MAX),
        }
    }

    /// The document of a request whose plans nobody counts.
    pub(crate) fn uncounted(demand: &Demand) -> Value {
        let mut document = json!(Self::of(demand, 1));
        if let Some(fields) = document.as_object_mut() {
            fields.remove("max_offers");
        }
        document
    }

    /// Whether it could have been asked; the reason why not.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.interruptions().map(drop)
    }

    fn interruptions(&self) -> Result<Option<Interruptions>, String> {
        match (self.interruptions_per_day, self.checkpoint_minutes) {
            (None, None) => Ok(None),
            (Some(per_day), Some(minutes)) => Interruptions::new(per_day, minutes)
                .map(Some)
                .ok_or_else(|| format!("request: {per_day} interruptions a day cannot be reckoned with")),
            _ => Err("request: interruptions_per_day and checkpoint_minutes come together".to_owned()),
        }
    }

    /// The request. It has been checked.
    pub(crate) fn demand(&self) -> Demand {
        Demand {
            gpus: self.gpu.clone(),
            hours: self.minutes,
            instance: Selection {
                vcpus: self.vcpus,
                memory: self.memory_gb,
                disk: self.disk_gb,
                kubernetes: self.kubernetes,
            },
            gpus_per_node: self.gpus_per_node,
            nodes: self.nodes,
            wanted_where: Where {
                brokers: words(&self.brokers),
                providers: words(&self.providers),
                regions: words(&self.regions),
                countries: words(&self.countries),
                data_centers: words(&self.data_centers),
            },
            market: self.market,
            security: self.security,
            prepaid: self.prepaid,
            network: Network {
                kinds: self.interconnect.clone(),
                gbps: self.min_interconnect_gbps,
                socket: self.socket.clone(),
            },
            caps: Caps {
                rate: self.max_price,
                total: self.max_total,
                upfront: self.max_upfront,
            },
            mixed: self.mixed,
            spread: self.spread,
            disks: self.disks.wanted(),
            exchange: self
                .fx
                .iter()
                .fold(Exchange::new(self.currency), |exchange, (code, worth)| {
                    exchange.with(*code, *worth)
                }),
            objective: self.sort_by,
            interruptions: self.interruptions().unwrap_or_default(),
            stock: self.stock.assumed(),
            policy: self.policy.clone(),
        }
    }
}

fn spelled(words: &Words) -> Vec<String> {
    let refused = words.refused.iter().map(|word| format!("!{word}"));
    words.wanted.iter().cloned().chain(refused).collect()
}

fn words(spelled: &[String]) -> Words {
    let mut words = Words::default();
    for word in spelled {
        match word.strip_prefix('!') {
            Some(refused) => words.refused.push(refused.to_owned()),
            None => words.wanted.push(word.clone()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    #[test]
    fn every_flag_reads_back() {
        let check = |line: &str| {
            let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
            let Command::Quote(args) = cli.command else {
                panic!("{line}");
            };
            let demand = args.request.demand(args.gpu.as_deref()).unwrap();
            let text = serde_json::to_string(&RequestDocument::of(&demand, 7)).unwrap();
            let read: RequestDocument = serde_json::from_str(&text).unwrap();
            assert_eq!(read.demand(), demand, "{text}");
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        };
        check("planner quote H100:8");
        check("planner quote H100-SXM:80GB:8..9,A100:24GB..80GB:16+,any:48GB+ --hours 37.5 --vcpus 4..8 --memory 1TB");
        check("planner quote H100 --disk ..500GB --gpus-per-node 8 --max-nodes any --kubernetes --spot");
        check("planner quote H100 --spot-auto --security any --no-prepaid --region eu_north,!canada,unknown");
        check("planner quote H100 --country NO,!CA --data-center a-b --provider !x,y --interconnect nvlink,infiniband");
        check("planner quote H100 --min-interconnect 0.5 --socket SXM5 --max-price 1.5 --max-total 9 --max-upfront 0");
        check("planner quote H100 --min-interconnect 400 --fx EUR=1.08,GBP=1.3 --sort-by per-gpu --mixed --spread");
        check("planner quote H100 --hours 20m --spot --interruptions-per-day 2.5 --checkpoint-minutes 30");
        check("planner quote H100 --attach a,b --attach-any --new-disk 2TB,500 --move-price 0.02 --move-hours 100m");
        check("planner quote H100 --hours 1.1234567891m");
        check("planner quote H100 --hours 0.333333333333");
        check("planner quote H100 --stock low=3,medium=any,high=8,other=0");
        check("planner quote H100 --max-nodes 3 --security community --sort-by provisioning");
    }
}

//! A request as a document, there and back: what quotes repeat and saved markets keep.

use std::collections::BTreeMap;

use gpu_broker_core::configuration::{Exchange, Selection};
use gpu_broker_core::demand::{Caps, Demand, MarketWanted, Network, Nodes, Objective, SecurityWanted, Where, Words};
use gpu_broker_core::gpu::{GpuRequest, Socket};
use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::InterconnectKind;
use gpu_broker_core::quantity::{Hours, Range};
use gpu_broker_http::RawNumber;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::view::document::number;

/// `request` of `planner.quote/1` and `planner.market/1`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestDocument {
    gpu: GpuRequest,
    hours: Hours,
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
    min_interconnect_gbps: Option<Measure>,
    socket: Option<Socket>,
    max_price: Option<Exact>,
    max_total: Option<Exact>,
    max_upfront: Option<Exact>,
    mixed: bool,
    spread: bool,
    fx: BTreeMap<Currency, Exact>,
    #[serde(default = "usd")]
    currency: Currency,
    sort_by: Objective,
    /// Plans shown at most: without it nobody could tell that some are missing.
    pub(crate) max_offers: u64,
}

fn usd() -> Currency {
    Currency::USD
}

/// A number of something other than money: a JSON number where it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Measure(Exact);

impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        number(self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Measure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = RawNumber::deserialize(deserializer)?;
        text.as_str().parse().map(Self).map_err(serde::de::Error::custom)
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
            exchange,
            objective,
        } = demand;
        Self {
            gpu: gpus.clone(),
            hours: *hours,
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
            min_interconnect_gbps: gbps.map(Measure),
            socket: socket.clone(),
            max_price: *rate,
            max_total: *total,
            max_upfront: *upfront,
            mixed: *mixed,
            spread: *spread,
            fx: exchange.worth().clone(),
            currency: exchange.quote(),
            sort_by: *objective,
            max_offers: u64::try_from(max_offers).unwrap_or(u64::MAX),
        }
    }

    /// The request.
    pub(crate) fn demand(&self) -> Demand {
        Demand {
            gpus: self.gpu.clone(),
            hours: self.hours,
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
                gbps: self.min_interconnect_gbps.map(|measure| measure.0),
                socket: self.socket.clone(),
            },
            caps: Caps {
                rate: self.max_price,
                total: self.max_total,
                upfront: self.max_upfront,
            },
            mixed: self.mixed,
            spread: self.spread,
            exchange: self
                .fx
                .iter()
                .fold(Exchange::new(self.currency), |exchange, (code, worth)| {
                    exchange.with(*code, *worth)
                }),
            objective: self.sort_by,
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
        check("planner quote H100 --max-nodes 3 --security community --sort-by provisioning");
    }
}

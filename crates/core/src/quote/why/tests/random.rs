//! Random markets and requests, the same for one seed on every machine.

use crate::bill::Interruptions;
use crate::configuration::Exchange;
use crate::demand::{Demand, MarketWanted, Nodes, Objective, SecurityWanted, StockWord, Words};
use crate::gpu::{Gpu, GpuModel, GpuRequest, Socket};
use crate::market;
use crate::money::{Currency, Rate};
use crate::number::Exact;
use crate::offer::*;
use crate::place::{DataCenter, Place, Region};
use crate::policy::{Condition, Effect, Policy, Rule};
use crate::quantity::{Gb, Hours, Minutes, Range};
use crate::quote::why::limit::have_one_count;

/// Numbers that look random.
pub(in crate::quote) struct Dice(u64);

impl Dice {
    pub(in crate::quote) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `sides`.
    pub(in crate::quote) fn below(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// One of some things.
    fn one<T: Clone>(&mut self, all: &[T]) -> T {
        let sides = u64::try_from(all.len()).unwrap();
        all[usize::try_from(self.below(sides)).unwrap()].clone()
    }

    /// True once in `times`.
    pub(in crate::quote) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// Some of a few numbers, or a range of them.
    fn range(&mut self, numbers: &[u64]) -> Range {
        let least = self.one(numbers);
        let most = self.once_in(3).then(|| self.one(numbers).max(least));
        Range { least, most }
    }
}

const REGIONS: [&str; 4] = ["canada", "eu_north", "united_states", "atlantis"];
const CENTERS: [&str; 5] = ["dc-1", "dc 2", "a,b", "!x", "-y"];
const PROVIDERS: [&str; 5] = ["hyperstack", "verda", "Foo, Inc.", "-dash", "***"];
const MODELS: [&str; 4] = ["H100", "H200", "A100", "L40S"];

fn rate(cents: u64) -> Rate {
    Rate::new(Exact::new(i128::from(cents), 2).unwrap(), Currency::USD)
}

fn dial(dice: &mut Dice, counts: &[u64]) -> Dial {
    let count = dice.range(counts).least;
    match dice.below(4) {
        0 => Dial::default(),
        1 => Dial::fixed(Some(count)),
        _ => Dial {
            min: Some(count / 2),
            default: dice.once_in(2).then_some(count),
            max: dice.once_in(2).then_some(count * 2),
            step: dice.once_in(2).then_some(7),
            unit_price: dice
                .once_in(2)
                .then(|| Rate::new("0.0013".parse().unwrap(), Currency::USD)),
            included: dice.once_in(2),
        },
    }
}

fn offer(dice: &mut Dice, number: usize) -> Offer {
    let model = GpuModel::new(dice.one(&MODELS));
    let memory = model.memory_sizes().last().copied().map(Gb);
    let gpu = Gpu {
        memory: if dice.once_in(8) { None } else { memory },
        socket: dice.one(&[None, Some(Socket::Pcie), Some(Socket::Sxm5)]),
        count: dice.one(&[0, 1, 2, 4, 8, 8, 8, 16]),
        model,
    };
    let broker = Broker::new(dice.one(&["prime", "spheron"]));
    let mut offer = Offer::new(
        broker,
        Provider::new(dice.one(&PROVIDERS)),
        OfferId::new(&format!("o{number}")),
        gpu,
    );
    let place = |dice: &mut Dice| {
        let region = (!dice.once_in(5)).then(|| Region::new(dice.one(&REGIONS)));
        let country = (!dice.once_in(4)).then(|| dice.one(&["CA", "NO", "US"]).parse().unwrap());
        let center = (!dice.once_in(4)).then(|| DataCenter::new(dice.one(&CENTERS)));
        Place {
            region,
            country,
            data_center: center,
        }
    };
    offer.places = (0..=dice.below(2)).map(|_| place(dice)).collect();
    offer.market = MarketType::new(dice.one(&["on_demand", "on_demand", "on_demand", "spot", "auction"]));
    offer.security = Security::new(dice.one(&["secure", "secure", "community", "odd"]));
    offer.stock.level = StockLevel::new(dice.one(&["available", "available", "low", "unavailable", "high"]));
    offer.stock.units = dice.once_in(3).then(|| u32::try_from(dice.below(4)).unwrap());
    offer.price = (!dice.once_in(15)).then(|| rate(50 + dice.below(2_000)));
    if dice.once_in(10) {
        offer.currency = "EUR".parse().unwrap();
        offer.price = offer.price.map(|rate| Rate::new(rate.per_hour(), offer.currency));
    }
    offer.resources.vcpu = dial(dice, &[8, 32, 64, 100]);
    offer.resources.memory = dial(dice, &[100, 200, 1_000]);
    offer.resources.disk = dial(dice, &[50, 500, 2_000]);
    offer.terms.prepaid = dice.once_in(6).then(|| Hours::whole(720));
    offer.terms.minimum_runtime = Minutes(20 * dice.below(2));
    offer.kubernetes = dice.once_in(2).then(|| rate(30));
    offer.interconnect = Interconnect {
        kinds: match dice.below(4) {
            0 => Vec::new(),
            1 => vec![InterconnectKind::InfiniBand],
            2 => vec![InterconnectKind::new("pigeon")],
            _ => vec![InterconnectKind::Ethernet, InterconnectKind::NvLink],
        },
        gbps: (!dice.once_in(3)).then(|| Exact::whole(100 * dice.below(9))),
    };
    offer.provisioning_minutes = dice.once_in(2).then(|| Exact::whole(dice.below(20)));
    offer.multi_node = dice.once_in(9);
    offer
}

/// A small market.
pub(in crate::quote) fn market(dice: &mut Dice) -> market::Market {
    let size = 1 + dice.below(40);
    market::Market::of((0..size).map(|at| offer(dice, usize::try_from(at).unwrap())).collect())
}

const GPUS: [&str; 13] = [
    "H100:8",
    "H100:4",
    "H100:1",
    "H100:8..8",
    "H100:16",
    "H100:32",
    "H100:2..4",
    "any:48GB+:8",
    "A100-40GB:8",
    "H100-SXM5:8",
    "H100,A100:8",
    "H100:8,L40S:4",
    "any:8",
];

/// Every way in which a request may be narrower than usual, or just other.
const TURNS: [fn(&mut Dice, &mut Demand); 23] = [
    |dice, demand| demand.instance.vcpus = Some(dice.range(&[8, 60, 96, 300])),
    |dice, demand| demand.instance.memory = Some(dice.range(&[64, 500, 4_000])),
    |dice, demand| demand.instance.disk = Some(dice.range(&[100, 1_000, 9_000])),
    |_, demand| demand.instance.kubernetes = true,
    |dice, demand| demand.gpus_per_node = Some(dice.range(&[2, 4, 8])),
    |dice, demand| demand.nodes = dice.one(&[Nodes::AtMost(1), Nodes::AtMost(2), Nodes::Any]),
    |dice, demand| {
        demand.wanted_where.regions = words(
            dice,
            &[
                "canada",
                "eu_north,africa",
                "!canada",
                "unknown",
                "africa",
                "!unknown",
                "canada,!eu_north",
            ],
        );
    },
    |dice, demand| demand.wanted_where.countries = words(dice, &["CA", "NO", "!US", "BR", "unknown"]),
    |dice, demand| demand.wanted_where.data_centers = words(dice, &["dc-1", "!dc-1", "nowhere"]),
    |dice, demand| demand.wanted_where.providers = words(dice, &["datacrunch", "!verda", "nobody"]),
    |dice, demand| demand.wanted_where.brokers = words(dice, &["prime", "!prime"]),
    |dice, demand| demand.market = dice.one(&[MarketWanted::Spot, MarketWanted::Both]),
    |dice, demand| demand.security = dice.one(&[SecurityWanted::Community, SecurityWanted::Any]),
    |_, demand| demand.prepaid = false,
    |_, demand| demand.interruptions = Interruptions::new(Exact::whole(3), Exact::whole(50)),
    |_, demand| demand.network.kinds = vec![InterconnectKind::InfiniBand],
    |_, demand| demand.network.gbps = Some(Exact::whole(400)),
    |_, demand| demand.network.socket = Some(Socket::Sxm),
    |dice, demand| demand.caps.rate = Some(Exact::whole(1 + dice.below(40))),
    |dice, demand| demand.caps.total = Some(Exact::whole(20 + 20 * dice.below(40))),
    |_, demand| demand.caps.upfront = Some(Exact::ZERO),
    |_, demand| demand.spread = true,
    |dice, demand| {
        demand.objective = dice.one(&[
            Objective::Rate,
            Objective::PerGpu,
            Objective::Upfront,
            Objective::Provisioning,
        ]);
    },
];

fn words(dice: &mut Dice, all: &[&str]) -> Words {
    Words::parse([dice.one(all)])
}

/// A request that takes each turn once in so many times.
pub(in crate::quote) fn demand(dice: &mut Dice, times: u64) -> Demand {
    let gpus = GpuRequest::parse(dice.one(&GPUS)).unwrap();
    let hours = ["24", "0.1", "100", "37.5", "20m"].map(|hours| hours.parse().unwrap());
    let mut demand = Demand::new(gpus, dice.one(&hours));
    for turn in TURNS {
        if dice.once_in(times) {
            turn(dice, &mut demand);
        }
    }
    demand.mixed = dice.once_in(times) && have_one_count(&demand);
    if dice.once_in(3) {
        demand.exchange = Exchange::new(Currency::USD).with("EUR".parse().unwrap(), "1.08".parse().unwrap());
    }
    if dice.once_in(times) {
        demand.policy = policy(dice);
    }
    if dice.once_in(times) {
        let word = dice.one(&StockWord::ALL);
        demand.stock = demand.stock.with(word, dice.one(&[None, Some(0), Some(1), Some(3)]));
    }
    demand
}

/// One or two rules that deny.
pub(in crate::quote) fn policy(dice: &mut Dice) -> Policy {
    let all = [
        ("region_not_in", "canada"),
        ("region_in", "eu_north"),
        ("country_in", "CA"),
        ("provider_in", "hyperstack"),
        ("security_in", "community"),
        ("market_in", "spot"),
        ("per_gpu_hour_over", "2.5"),
        ("rate_over", "12"),
        ("total_over", "300"),
        ("upfront_over", "100"),
        ("gpus_over", "8"),
        ("hours_over", "30"),
    ];
    let rule = |dice: &mut Dice| {
        let (key, word) = dice.one(&all);
        let condition = Condition::read(key, &[word.to_owned()]).unwrap();
        Rule::new(key, Effect::Deny, [condition], "so it is").unwrap()
    };
    let first = rule(dice);
    let second = dice.once_in(2).then(|| rule(dice));
    Policy::new(std::iter::once(first).chain(second))
}

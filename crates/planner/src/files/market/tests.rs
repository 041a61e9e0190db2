//! Markets that were kept are the markets that were seen.

use gpu_broker_core::disk::{Disk, DiskId, DiskOffer};
use gpu_broker_core::gpu::{Gpu, GpuModel, Socket};
use gpu_broker_core::market::Market;
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{
    Broker, Dial, Interconnect, InterconnectKind, LaunchWords, OfferId, Provider, Resources, Security, Stock,
    StockLevel, Terms, price,
};
use gpu_broker_core::place::{DataCenter, Place, Region};
use gpu_broker_core::quantity::{Gb, Hours, Minutes};
use gpu_broker_core::source::{Coverage, ErrorKind, SourceError};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Words that brokers might use: known, unknown, empty, hostile.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["secure", "spot", "low", "canada", "H100", "PCIe", "nvlink", ""]).prop_map(str::to_owned),
        "\\PC{0,12}",
        "[\"\\\\\n\u{0}\u{202e}é{}\\[\\],:]{1,6}",
    ]
}

fn exact() -> impl Strategy<Value = Exact> {
    (0_i128..1_000_000_000_000_000, 0_u8..28).prop_map(|(mantissa, decimals)| Exact::new(mantissa, decimals).unwrap())
}

fn rate(currency: Currency) -> impl Strategy<Value = Option<Rate>> {
    of(exact().prop_map(move |number| Rate::new(number, currency)))
}

fn dial(currency: Currency) -> impl Strategy<Value = Dial> {
    let count = || of(any::<u64>());
    let fields = (count(), count(), count(), count(), rate(currency), any::<bool>());
    fields.prop_map(|(min, default, max, step, unit_price, included)| Dial {
        min,
        default,
        max,
        step,
        unit_price,
        included,
    })
}

fn place() -> impl Strategy<Value = Place> {
    (of(word()), of(select(vec!["NO", "zz"])), of(word())).prop_map(|(region, country, center)| Place {
        region: region.map(|word| Region::new(&word)),
        country: country.and_then(|code| code.parse().ok()),
        data_center: center.map(|word| DataCenter::new(&word)),
    })
}

fn gpu() -> impl Strategy<Value = Gpu> {
    (word(), of(any::<u64>()), of(word()), any::<u32>()).prop_map(|(model, memory, socket, count)| Gpu {
        model: GpuModel::new(&model),
        memory: memory.map(Gb),
        socket: socket.map(|word| Socket::new(&word)),
        count,
    })
}

fn stock() -> impl Strategy<Value = Stock> {
    (word(), of(any::<u32>())).prop_map(|(level, units)| Stock {
        level: StockLevel::new(&level),
        units,
    })
}

fn offer() -> impl Strategy<Value = Arc<Offer>> {
    let currency = select(vec![Currency::USD, "EUR".parse().unwrap()]);
    currency.prop_flat_map(|currency| {
        let names = (word(), word(), word(), word(), word(), stock());
        let prices = (rate(currency), rate(currency), of(exact()), any::<u64>());
        let dials = (dial(currency), dial(currency), dial(currency), dial(currency));
        let places = prop::collection::vec(place(), 1..4);
        let rest = (
            prop::collection::vec(word(), 0..3),
            of(exact()),
            of(exact()),
            any::<bool>(),
            any::<bool>(),
            prop::collection::vec(word(), 0..3),
        );
        (names, gpu(), places, prices, dials, rest).prop_map(move |(names, gpu, places, prices, dials, rest)| {
            Arc::new(Offer {
                broker: Broker::new(&names.0),
                provider: Provider::new(&names.1),
                id: OfferId::new(&names.2),
                gpu,
                places,
                market: gpu_broker_core::offer::MarketType::new(&names.3),
                security: Security::new(&names.4),
                stock: names.5,
                price: prices.0,
                currency,
                resources: Resources {
                    vcpu: dials.0,
                    memory: dials.1,
                    disk: dials.2,
                    shared_disk: dials.3,
                },
                terms: Terms {
                    prepaid: prices.2.and_then(Hours::new),
                    minimum_runtime: Minutes(prices.3),
                },
                kubernetes: prices.1,
                interconnect: Interconnect {
                    kinds: rest.0.iter().map(|word| InterconnectKind::new(word)).collect(),
                    gbps: rest.1,
                },
                provisioning_minutes: rest.2,
                variable_price: rest.3,
                multi_node: rest.4,
                launch: LaunchWords {
                    gpu_type: names.0.as_str().into(),
                    images: rest.5.iter().map(|word| word.as_str().into()).collect(),
                    echo: rest
                        .5
                        .iter()
                        .map(|word| ("word".into(), word.as_str().into()))
                        .collect(),
                    ..LaunchWords::default()
                },
            })
        })
    })
}

fn report() -> impl Strategy<Value = SourceReport> {
    let error = || SourceError::new(ErrorKind::Incomplete, "page 3 \"never\" came");
    let coverages = vec![
        Coverage::Complete,
        Coverage::Partial(error()),
        Coverage::Failed(error()),
        Coverage::NoCredentials,
    ];
    let fields = (word(), any::<u64>(), of(any::<u64>()), any::<u32>(), select(coverages));
    fields.prop_map(|(broker, read, announced, pages, coverage)| SourceReport {
        broker: Broker::new(&broker),
        read,
        announced,
        pages,
        coverage,
    })
}

fn reject() -> impl Strategy<Value = Reject> {
    (word(), word(), word()).prop_map(|(broker, path, reason)| Reject {
        broker: Broker::new(&broker),
        path,
        reason,
    })
}

fn disks() -> impl Strategy<Value = DiskMarket> {
    let for_sale = (word(), place(), dial(Currency::USD), of(any::<bool>()), word(), stock()).prop_map(
        |(word, place, size, multi_node, security, stock)| DiskOffer {
            broker: Broker::new(&word),
            provider: Provider::new(&word),
            place,
            size,
            multi_node,
            security: Security::new(&security),
            stock,
            id: None,
        },
    );
    let owned = (
        word(),
        word(),
        place(),
        of(any::<u64>()),
        rate(Currency::USD),
        of(any::<bool>()),
    )
        .prop_map(|(id, name, place, size, rate, multi_node)| Disk {
            broker: Broker::new(&name),
            id: DiskId::new(&id),
            provider: Provider::new(&id),
            status: name.clone(),
            attached_to: vec![name.clone()],
            name,
            place,
            size: size.map(Gb),
            rate,
            multi_node,
        });
    let lists = (
        prop::collection::vec(for_sale, 0..3),
        prop::collection::vec(owned, 0..3),
        prop::collection::vec(reject(), 0..2),
        prop::collection::vec(report(), 0..2),
    );
    lists.prop_map(|(offers, owned, rejects, sources)| DiskMarket {
        offers,
        owned,
        rejects,
        sources,
    })
}

fn saved() -> impl Strategy<Value = Saved> {
    let lists = (
        prop::collection::vec(offer(), 0..6),
        prop::collection::vec(reject(), 0..3),
        prop::collection::vec(report(), 0..3),
    );
    let request = select(vec![None, Some("H100:8"), Some("A100-80GB:4..8,any:48GB+")]);
    (lists, of(disks()), request, 0_i64..4_000_000_000).prop_map(|((offers, rejects, sources), disks, gpu, second)| {
        let demand = |gpu: &str| {
            let gpus = gpu_broker_core::gpu::GpuRequest::parse(gpu).unwrap();
            gpu_broker_core::demand::Demand::new(gpus, Hours::whole(24))
        };
        Saved {
            market: Market {
                taken_at: Timestamp::from_second(second).unwrap(),
                offers,
                rejects,
                sources,
                disks: None,
            },
            disks,
            request: gpu.map(|gpu| RequestDocument::of(&demand(gpu), 10)),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_market_reads_back_to_the_byte(saved in saved()) {
        let bytes = saved.bytes().unwrap();
        let read = Saved::parse(&bytes).unwrap();
        prop_assert_eq!(&read, &saved);
        prop_assert_eq!(read.bytes().unwrap(), bytes);
    }

    /// A file that was cut short anywhere is no market, and nothing panics.
    #[test]
    fn half_a_market_is_none(saved in saved(), share in 0_usize..1000) {
        let bytes = saved.bytes().unwrap();
        let cut = (bytes.len() - 2) * share / 1000;
        prop_assert!(Saved::parse(&bytes[..cut]).is_err());
    }
}

#[test]
fn damage_is_refused_and_located() {
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: Some(Gb(80)),
        socket: None,
        count: 8,
    };
    let mut offer = Offer::new(Broker::new("b"), Provider::new("p"), OfferId::new("o"), gpu);
    offer.price = Some(price("15.2", Currency::USD).unwrap());
    let saved = Saved {
        market: Market::of(vec![offer.clone(), offer]),
        disks: Some(DiskMarket::default()),
        request: None,
    };
    let text = String::from_utf8(saved.bytes().unwrap()).unwrap();
    let last = |from: &str, to: &str| {
        let (before, after) = text.rsplit_once(from).unwrap();
        format!("{before}{to}{after}")
    };
    let check = |damaged: String, expected: &str| {
        assert_ne!(damaged, text);
        let error = Saved::parse(damaged.as_bytes()).unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    // Another version, another document, no document.
    check(
        text.replace("planner.market/1", "planner.market/2"),
        "`planner.market/2` is of another version of planner, this one reads `planner.market/1`",
    );
    check(
        text.replace("planner.market/1", "planner.quote/1"),
        "it is a `planner.quote/1`, not a `planner.market/1`",
    );
    check(String::new(), "an empty body in place of json");
    check("<html>".to_owned(), "in place of json");
    check("{}".to_owned(), "missing field `schema`");
    // Values that cannot be: the line is that of the second offer.
    check(
        last("\"15.2\"", "\"-15.2\""),
        "line 9: offers[1].price: the price -15.2 is below zero",
    );
    check(
        last("\"15.2\"", "15.2"),
        "line 9: offers[1].price.per_hour: invalid type",
    );
    check(
        last("\"15.2\"", "\"15,2\""),
        "line 9: offers[1].price.per_hour: `15,2` is not a decimal number",
    );
    check(
        last("\"count\":8", "\"count\":-8"),
        "line 9: offers[1].gpu.count: invalid value",
    );
    check(
        last("\"gpu\":", "\"gpus\":"),
        "line 9: offers[1].gpus: unknown field `gpus`",
    );
    check(
        last(
            "\"currency\":\"USD\",\"resources\"",
            "\"currency\":\"EUR\",\"resources\"",
        ),
        "the price is in USD",
    );
    check(last("\"places\":[", "\"places\":[],\"x\":["), "unknown field `x`");
    // Text that is no JSON any more.
    check(last("\"15.2\"", "\"15.2"), "line 9");
    check(last("}\n", "} }\n"), "trailing characters");
    check(last("\"disks\"", "\"disc\""), "unknown field `disc`");
}

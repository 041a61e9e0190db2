//! Requests with disks: what is refused, and that order does not matter.

use super::*;

use proptest::prelude::*;

use crate::demand::Nodes;
use crate::disk::{DiskId, DiskOffer};
use crate::gpu::{Gpu, GpuModel, GpuRequest};
use crate::market::{DiskMarket, SourceReport};
use crate::money::{Currency, Rate};
use crate::number::Exact;
use crate::offer::{Broker, Dial, Offer, OfferId, Provider, Security, Stock, StockLevel};
use crate::place::{DataCenter, Place};
use crate::quantity::{Gb, Hours};
use crate::quote::quote;
use crate::source::{ErrorKind, Listing, SourceError};

fn cents(cents: u64) -> Rate {
    Rate::new(Exact::new(cents.into(), 2).unwrap(), Currency::USD)
}

fn place(center: u8) -> Place {
    Place::new(None, None, Some(DataCenter::new(&format!("dc{center}"))))
}

fn machine(number: usize, (gpus, price, centers): (u32, u64, u8)) -> Offer {
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: Some(Gb(80)),
        socket: None,
        count: gpus,
    };
    let mut offer = Offer::new(
        Broker::new("b"),
        Provider::new("p"),
        OfferId::new(&format!("o{number}")),
        gpu,
    );
    offer.price = Some(cents(price * u64::from(gpus)));
    offer.places = (0..=centers).map(place).collect();
    offer
}

fn for_sale((price, center, multi_node): (u64, u8, Option<bool>)) -> DiskOffer {
    DiskOffer {
        broker: Broker::new("b"),
        provider: Provider::new("p"),
        place: place(center),
        size: Dial {
            min: Some(0),
            unit_price: Some(cents(price)),
            ..Dial::default()
        },
        multi_node,
        security: Security::Secure,
        stock: Stock {
            level: StockLevel::Available,
            units: None,
        },
        id: None,
    }
}

fn owned(id: &str, name: &str, center: u8) -> Disk {
    Disk {
        broker: Broker::new("b"),
        id: DiskId::new(id),
        name: name.to_owned(),
        provider: Provider::new("p"),
        place: place(center),
        size: Some(Gb(10)),
        rate: Some(cents(1)),
        multi_node: Some(true),
        status: "ACTIVE".to_owned(),
        attached_to: Vec::new(),
    }
}

fn request(gpus: &str, attach: &[&str], create: &[u64]) -> Demand {
    let mut demand = Demand::new(GpuRequest::parse(gpus).unwrap(), Hours::whole(1));
    demand.disks.attach = attach.iter().map(|id| (*id).to_owned()).collect();
    demand.disks.create = create.iter().map(|size| Gb(*size)).collect();
    demand
}

#[test]
fn a_disk_that_nobody_owns_is_refused_unless_somebody_did_not_answer() {
    let market = |coverage: Listing<Disk>| {
        let mut disks = DiskMarket {
            owned: vec![owned("disk-a", "data", 0), owned("disk-b", "", 0)],
            ..DiskMarket::default()
        };
        disks.sources = vec![SourceReport::of(Broker::new("b"), &coverage)];
        Market {
            disks: Some(disks),
            ..Market::of(vec![machine(1, (1, 100, 0))])
        }
    };
    let late = Listing::failed(SourceError::new(ErrorKind::Timeout, "late"));
    let check = |market: &Market, id: &str, expected: &str| {
        let got = quote(market, &request("H100:1", &[id], &[]), 1).map(|quote| quote.plans.len());
        assert_eq!(got.map_err(|error| error.to_string()), Err(expected.to_owned()), "{id}");
    };
    let whole = market(Listing::complete(Vec::new()));
    let tail = "you own disk-a, disk-b";
    check(
        &whole,
        "disk_c",
        &format!("no disk of yours is called `disk_c`; did you mean disk-a, disk-b?; {tail}"),
    );
    check(
        &whole,
        "date",
        &format!("no disk of yours is called `date`; did you mean disk-a?; {tail}"),
    );
    check(&whole, "xyz", &format!("no disk of yours is called `xyz`; {tail}"));
    let partial = quote(&market(late), &request("H100:1", &["disk-c"], &[]), 1).unwrap();
    assert!(partial.plans.is_empty());
    assert_eq!(partial.disks.unattachable.len(), 1);

    let spread = Demand {
        spread: true,
        ..request("H100:1", &["disk-a"], &[])
    };
    assert_eq!(quote(&whole, &spread, 1).err(), Some(RequestError::SpreadDisks));
}

proptest! {
    #[test]
    fn order_of_offers_and_disks_does_not_matter(
        machines in prop::collection::vec((1_u32..4, 100_u64..103, 0_u8..3), 1..6),
        disks in prop::collection::vec((1_u64..4, 0_u8..3, prop::option::of(any::<bool>())), 1..6),
        create in prop::collection::vec(1_u64..20, 0..3),
        attach in any::<bool>(),
        gpus in 1_u64..5,
        seed in any::<prop::sample::Index>(),
    ) {
        let offers: Vec<Offer> = machines.iter().enumerate().map(|(number, machine)| self::machine(number, *machine)).collect();
        let mut market = Market::of(offers);
        let disks = DiskMarket {
            offers: disks.iter().copied().map(for_sale).collect(),
            owned: vec![owned("one", "", 0), owned("two", "", 1)],
            ..DiskMarket::default()
        };
        market.disks = Some(disks);
        let mut demand = request(&format!("H100:{gpus}"), if attach { &["one", "two"] } else { &[] }, &create);
        demand.disks.attach_any = true;
        demand.nodes = Nodes::Any;
        let shown = |market: &Market| {
            let quote = quote(market, &demand, 20).unwrap();
            assert_eq!(quote.read, quote.ranked + quote.rejected.values().sum::<u64>());
            format!("{quote:?}")
        };
        let before = shown(&market);
        let turned = seed.index(market.offers.len());
        market.offers.rotate_left(turned);
        let disks = market.disks.as_mut().unwrap();
        disks.offers.reverse();
        disks.owned.reverse();
        prop_assert_eq!(before, shown(&market));
    }
}

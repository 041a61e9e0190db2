//! Staying beside a disk against moving its data, in figures small enough to
//! check by hand.

use super::*;

use crate::disk::{DiskId, DiskOffer};
use crate::gpu::{Gpu, GpuModel, GpuRequest};
use crate::money::Currency;
use crate::offer::{Broker, Dial, Offer, OfferId, Provider, Security, Stock, StockLevel};
use crate::place::{DataCenter, Place};

fn dollars(number: &str) -> Rate {
    Rate::new(number.parse().unwrap(), Currency::USD)
}

fn place(center: &str) -> Place {
    Place::new(None, None, Some(DataCenter::new(center)))
}

fn machine(center: &str, price: &str) -> Offer {
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: Some(Gb(80)),
        socket: None,
        count: 1,
    };
    let mut offer = Offer::new(Broker::new("b"), Provider::new("p"), OfferId::new(center), gpu);
    offer.places = vec![place(center)];
    offer.price = Some(dollars(price));
    offer
}

fn for_sale(center: &str, price: &str, multi_node: bool) -> DiskOffer {
    DiskOffer {
        broker: Broker::new("b"),
        provider: Provider::new("p"),
        place: place(center),
        size: Dial {
            min: Some(0),
            unit_price: Some(dollars(price)),
            ..Dial::default()
        },
        multi_node: Some(multi_node),
        security: Security::Secure,
        stock: Stock {
            level: StockLevel::Available,
            units: None,
        },
        id: None,
    }
}

fn owned(id: &str, center: &str, size: u64, rate: &str) -> Disk {
    Disk {
        broker: Broker::new("b"),
        id: DiskId::new(id),
        name: String::new(),
        provider: Provider::new("p"),
        place: place(center),
        size: (size > 0).then_some(Gb(size)),
        rate: (!rate.is_empty()).then(|| dollars(rate)),
        multi_node: Some(true),
        status: "ACTIVE".to_owned(),
        attached_to: Vec::new(),
    }
}

/// Machines at 2 an hour where the data is and at 1 elsewhere; the data is
/// 1000 GB at 0.1 an hour, and would be so elsewhere.
fn market() -> Market {
    let disks = DiskMarket {
        offers: vec![for_sale("away", "0.0001", false), for_sale("far", "0.0001", true)],
        owned: vec![
            owned("data", "here", 1000, "0.1"),
            owned("small", "away", 500, "0.05"),
            owned("third", "here", 3, ""),
            owned("unsized", "here", 0, "0.1"),
        ],
        ..DiskMarket::default()
    };
    Market {
        disks: Some(disks),
        ..Market::of(vec![machine("here", "2"), machine("away", "1"), machine("far", "1.5")])
    }
}

/// For ten hours.
fn request(gpus: &str, attach: &[&str], any: bool, price: &str, hours: u64) -> Demand {
    let mut demand = Demand::new(GpuRequest::parse(gpus).unwrap(), Hours::whole(10));
    demand.disks.attach = attach.iter().map(|id| (*id).to_owned()).collect();
    demand.disks.attach_any = any;
    demand.disks.moving = Moving {
        price_per_gb: price.parse().ok(),
        hours: (hours > 0).then(|| Hours::whole(hours)),
    };
    demand
}

/// Totals of both sides, the price at which they meet, and what is advised.
fn summary(market: &Market, demand: &Demand) -> String {
    let Some(compared) = stay_or_move(market, demand) else {
        return "nothing to say".to_owned();
    };
    let center = |plan: &Plan| plan.groups[0].place().data_center.as_ref().unwrap().to_string();
    let stay = compared.stay.as_ref();
    let stay = stay.map(|stay| format!("{} {}", center(&stay.plan), stay.total.amount()));
    let advice = compared.verdict().map_or("", |go| if go { ": move" } else { ": stay" });
    format!(
        "{}, {} {}, {:?}{advice}",
        stay.as_deref().unwrap_or("nowhere"),
        center(&compared.go.plan),
        compared.go.total.amount(),
        compared.break_even
    )
}

#[test]
fn both_sides_are_reckoned_over_the_whole_horizon() {
    let check = |gpus: &str, attach: &[&str], any: bool, price: &str, hours: u64, expected: &str| {
        let demand = request(gpus, attach, any, price, hours);
        assert_eq!(summary(&market(), &demand), expected, "{demand:?}");
    };
    // 20 and the disk's 1, against 10 and the new disk's 1: 10 for 1000 GB.
    check("H100:1", &["data"], false, "", 0, "here 21, away 11, Some(0.01)");
    // Two hours of both disks cost 0.2 more, and so much less may moving cost.
    check(
        "H100:1",
        &["data"],
        false,
        "",
        2,
        "here 21, away 11.2, Some(0.0098): move",
    );
    check(
        "H100:1",
        &["data"],
        false,
        "0.0098",
        2,
        "here 21, away 21, Some(0.0098): stay",
    );
    check(
        "H100:1",
        &["data"],
        false,
        "0.00979",
        2,
        "here 21, away 20.99, Some(0.0098): move",
    );
    check(
        "H100:1",
        &["data"],
        false,
        "0.02",
        0,
        "here 21, away 31, Some(0.01): stay",
    );
    // Two machines share one disk, which only `far` sells.
    check("H100:2", &["data"], false, "", 0, "here 41, far 31, Some(0.01)");
    // A third of a cent is rounded once; what `third` costs is not known.
    check(
        "H100:1",
        &["third"],
        false,
        "",
        0,
        "here 20, away 10.003, Some(3.332333333333)",
    );
    // Of several of which one will do the smallest moves.
    check("H100:1", &["data", "small"], true, "", 0, "nothing to say");
    check(
        "H100:1",
        &["data", "small"],
        true,
        "0",
        0,
        "away 10.5, away 10.5, Some(0): stay",
    );
    // Nothing is where both are.
    check(
        "H100:1",
        &["data", "small"],
        false,
        "",
        0,
        "nowhere, away 11.5, None: move",
    );
    check("H100:1", &["unsized"], false, "1", 1, "nothing to say");
    check("H100:1", &[], false, "", 0, "nothing to say");
}

#[test]
fn the_cheapest_totals_are_compared_whatever_plans_are_sorted_by() {
    let mut market = market();
    let mut fast = machine("here", "3");
    fast.provisioning_minutes = Some(Exact::ONE);
    market.offers.push(std::sync::Arc::new(fast));
    let mut demand = request("H100:1", &["data"], false, "", 0);
    demand.objective = Objective::Provisioning;
    assert_eq!(summary(&market, &demand), "here 21, away 11, Some(0.01)");
}

#[test]
fn data_that_cannot_be_read_does_not_move() {
    let mut market = market();
    let disks = market.disks.as_mut().unwrap();
    disks.owned[0].status = "DELETING".to_owned();
    let demand = request("H100:1", &["data"], false, "", 0);
    assert_eq!(summary(&market, &demand), "nothing to say");
    // Where it is does not matter to moving it.
    let disks = market.disks.as_mut().unwrap();
    disks.owned[0].status = "ACTIVE".to_owned();
    disks.owned[0].place = Place::default();
    assert_eq!(summary(&market, &demand), "nowhere, away 11, None: move");
}

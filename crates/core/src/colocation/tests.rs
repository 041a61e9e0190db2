//! Which disks are found beside an offer, and what they cost.

use super::*;

use crate::demand::DisksWanted;
use crate::disk::DiskId;
use crate::gpu::{Gpu, GpuModel, GpuRequest};
use crate::money::Currency;
use crate::number::Exact;
use crate::offer::{Dial, OfferId, Security, Stock, StockLevel};
use crate::place::DataCenter;
use crate::quantity::Hours;

fn place(center: &str) -> Place {
    Place::new(None, None, (!center.is_empty()).then(|| DataCenter::new(center)))
}

/// `broker/provider@centre`.
fn seller(text: &str) -> (Broker, Provider, Place) {
    let (broker, rest) = text.split_once('/').unwrap();
    let (provider, center) = rest.split_once('@').unwrap();
    (Broker::new(broker), Provider::new(provider), place(center))
}

fn owned(id: &str, at: &str, multi_node: Option<bool>) -> Disk {
    let (broker, provider, place) = seller(at);
    Disk {
        broker,
        id: DiskId::new(id),
        name: String::new(),
        provider,
        place,
        size: Some(Gb(1000)),
        rate: Some(Rate::new("0.1".parse().unwrap(), Currency::USD)),
        multi_node,
        status: "ACTIVE".to_owned(),
        attached_to: Vec::new(),
    }
}

fn sold(at: &str, price: &str, multi_node: Option<bool>) -> DiskOffer {
    let (broker, provider, place) = seller(at);
    DiskOffer {
        broker,
        provider,
        place,
        size: Dial {
            min: Some(0),
            unit_price: (!price.is_empty()).then(|| Rate::new(price.parse().unwrap(), Currency::USD)),
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

fn demand(wanted: DisksWanted) -> Demand {
    Demand {
        disks: wanted,
        ..Demand::new(GpuRequest::parse("H100:1").unwrap(), Hours::whole(10))
    }
}

/// The disks beside an offer, of a plan of one machine and of several.
fn found(market: &DiskMarket, demand: &Demand, at: &str) -> [String; 2] {
    let (broker, provider, place) = seller(at);
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: None,
        socket: None,
        count: 1,
    };
    let offer = Offer::new(broker, provider, OfferId::new("o"), gpu);
    let mut colocation = Colocation::new(Some(market), demand).unwrap();
    let beside = colocation.beside(&offer, &place);
    assert_eq!(beside, colocation.beside(&offer, &place), "asked again");
    let name = |disk: &PlanDisk| match disk {
        PlanDisk::Attached(attached) => attached.disk.id.to_string(),
        PlanDisk::New(new) => format!("{} GB {}", new.size.0, new.total.amount()),
    };
    let names = |several| match beside
        .as_ref()
        .map_err(|apart| *apart)
        .and_then(|beside| beside.taken(several))
    {
        Ok(set) => set.disks.iter().map(name).collect::<Vec<_>>().join(" + "),
        Err(apart) => format!("{apart:?}"),
    };
    [names(false), names(true)]
}

#[test]
fn disks_are_attached_where_they_are() {
    let mut pending = owned("pending", "prime/runpod@A", Some(true));
    pending.status = "Provisioning".to_owned();
    let mut busy = owned("busy", "prime/runpod@A", Some(false));
    busy.attached_to = vec!["pod".to_owned()];
    let mut both = owned("both", "prime/runpod@A", Some(true));
    both.attached_to = vec!["pod".to_owned()];
    let market = DiskMarket {
        owned: vec![
            owned("one", "prime/runpod@A", Some(false)),
            owned("silent", "prime/runpod@A", None),
            owned("many", "prime/runpod@A", Some(true)),
            owned("away", "prime/runpod@B", Some(true)),
            owned("nowhere", "prime/runpod@", Some(true)),
            owned("verda", "prime/verda@FIN-01", Some(true)),
            pending,
            busy,
            both,
        ],
        ..DiskMarket::default()
    };
    let check = |attach: &str, any: bool, at: &str, expected: [&str; 2]| {
        let wanted = DisksWanted {
            attach: attach.split(',').map(str::to_owned).collect(),
            attach_any: any,
            ..DisksWanted::default()
        };
        assert_eq!(found(&market, &demand(wanted), at), expected, "{attach} {any} {at}");
    };
    check("many", false, "prime/runpod@A", ["many", "many"]);
    check("many", false, "prime/RunPod@a", ["many", "many"]);
    check("many", false, "prime/runpod@B", ["Attach", "Attach"]);
    check("many", false, "prime/nebius@A", ["Attach", "Attach"]);
    check("many", false, "spheron/runpod@A", ["Attach", "Attach"]);
    check("nowhere", false, "prime/runpod@", ["Attach", "Attach"]);
    check("verda", false, "prime/datacrunch@FIN-01", ["verda", "verda"]);
    // A disk that serves one machine, or does not say, serves one (R13).
    check("one", false, "prime/runpod@A", ["one", "Sharing"]);
    check("silent", false, "prime/runpod@A", ["silent", "Sharing"]);
    check("many,one", false, "prime/runpod@A", ["many + one", "Sharing"]);
    check("many,one", true, "prime/runpod@A", ["many + one", "many"]);
    check("away,one", false, "prime/runpod@A", ["Attach", "Attach"]);
    check("away,one", true, "prime/runpod@A", ["one", "Sharing"]);
    check("away,one", true, "prime/runpod@B", ["away", "away"]);
    // What cannot be attached is beside nothing.
    check("pending", false, "prime/runpod@A", ["Attach", "Attach"]);
    check("busy", false, "prime/runpod@A", ["Attach", "Attach"]);
    check("both", false, "prime/runpod@A", ["both", "both"]);
    check("unheard-of", false, "prime/runpod@A", ["Attach", "Attach"]);
}

#[test]
fn what_cannot_be_attached_is_named_with_why() {
    let mut pending = owned("pending", "prime/runpod@A", None);
    pending.status = "PENDING".to_owned();
    let mut busy = owned("busy", "prime/runpod@A", None);
    busy.attached_to = vec!["pod".to_owned()];
    let market = DiskMarket {
        owned: vec![
            pending,
            busy,
            owned("nowhere", "spheron/x@", None),
            owned("fine", "prime/runpod@A", None),
        ],
        ..DiskMarket::default()
    };
    let wanted = DisksWanted {
        attach: ["pending", "busy", "nowhere", "fine", "gone"].map(str::to_owned).into(),
        ..DisksWanted::default()
    };
    let told = unattachable(Some(&market), &wanted);
    let why: Vec<_> = told.iter().map(|disk| (disk.id.as_str(), disk.why.clone())).collect();
    assert_eq!(
        why,
        [
            ("pending", Hindrance::Status("PENDING".to_owned())),
            ("busy", Hindrance::InUse("pod".to_owned())),
            ("nowhere", Hindrance::Place),
            ("gone", Hindrance::NotListed),
        ]
    );
}

/// Disks of some sizes beside a machine in one place, whatever the order of
/// the offers.
fn check_created(offers: Vec<DiskOffer>, sizes: &[u64], expected: [&str; 2]) {
    let wanted = DisksWanted {
        create: sizes.iter().map(|size| Gb(*size)).collect(),
        ..DisksWanted::default()
    };
    let mut market = DiskMarket {
        offers,
        ..DiskMarket::default()
    };
    for _ in 0..2 {
        let got = found(&market, &demand(wanted.clone()), "prime/nebius@A");
        assert_eq!(got, expected, "{market:?}");
        market.offers.reverse();
    }
}

fn here(price: &str, multi_node: Option<bool>) -> DiskOffer {
    sold("prime/nebius@A", price, multi_node)
}

/// Ten hours of 100 GB, unless it says otherwise.
#[test]
fn the_cheapest_disk_that_will_do_is_created() {
    let check = check_created;
    check(vec![here("0.001", Some(true))], &[100], ["100 GB 1", "100 GB 1"]);
    check(vec![here("0.001", None)], &[100], ["100 GB 1", "Sharing"]);
    let (cheap, shared) = (here("0.001", Some(false)), here("0.002", Some(true)));
    let dear = here("0.003", Some(true));
    check(vec![cheap.clone(), shared, dear], &[100], ["100 GB 1", "100 GB 2"]);
    check(vec![here("0.001", Some(true)), cheap], &[100], ["100 GB 1", "100 GB 1"]);
    let two = "100 GB 1 + 50 GB 0.5";
    check(vec![here("0.001", Some(true))], &[100, 50], [two, two]);
}

#[test]
fn what_cannot_be_bought_is_not_created() {
    let mut foreign = here("0.001", None);
    foreign.size.unit_price = Some(Rate::new(Exact::ONE, "EUR".parse().unwrap()));
    let mut gone = here("0.001", None);
    gone.stock.level = StockLevel::Unavailable;
    let mut somebodys = here("0.001", None);
    somebodys.security = Security::Community;
    let elsewhere = sold("prime/nebius@B", "0.001", None);
    for none in [elsewhere, here("", None), foreign, gone, somebodys] {
        check_created(vec![none], &[100], ["NewDisk", "NewDisk"]);
    }
}

#[test]
fn the_smallest_valid_size_is_paid() {
    let check = |min, default, step, max, price: &str, expected: &str| {
        let mut offer = here(price, Some(true));
        let unit_price = offer.size.unit_price;
        offer.size = Dial {
            min,
            default,
            max,
            step,
            unit_price,
            included: false,
        };
        check_created(vec![offer.clone()], &[100], [expected; 2]);
        offer
    };
    check(Some(0), None, None, Some(99), "0.001", "NewDisk");
    check(None, None, None, None, "0.001", "NewDisk");
    check(Some(10), None, Some(64), None, "0.001", "138 GB 1.38");
    check(Some(10), Some(120), Some(64), None, "0.001", "120 GB 1.2");
    check(None, Some(500), None, None, "0.001", "500 GB 5");
    // A smaller disk is not always the cheaper one.
    let small = check(Some(0), None, Some(1), None, "0.002", "100 GB 2");
    let large = check(Some(150), None, None, None, "0.001", "150 GB 1.5");
    check_created(vec![small, large], &[100], ["150 GB 1.5"; 2]);
}

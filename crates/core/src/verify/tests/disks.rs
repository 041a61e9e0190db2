//! Quotes with disks beside the machines (R11–R13): what the search finds holds, and what was tampered with does not.

use super::*;

use std::sync::Arc;

use crate::demand::DisksWanted;
use crate::disk::{Disk, DiskId, DiskOffer};
use crate::market::DiskMarket;
use crate::offer::Security;

fn place(center: u8) -> Place {
    Place::new(None, None, Some(DataCenter::new(&format!("dc{center}"))))
}

/// A kind of disk: broker, data centre, mills per GB and hour, whether several machines can attach it.
fn for_sale() -> impl Strategy<Value = DiskOffer> {
    let sold = (select(vec!["b", "c"]), 1_u8..4, 1_u64..9);
    (sold, of(any::<bool>()), of(select(vec![100_u64, 250]))).prop_map(|((broker, center, mills), multi_node, min)| {
        DiskOffer {
            id: None,
            broker: Broker::new(broker),
            provider: Provider::new("p"),
            place: place(center),
            size: Dial {
                min: min.or(Some(1)),
                unit_price: Some(Rate::new(Exact::new(i128::from(mills), 3).unwrap(), Currency::USD)),
                ..Dial::default()
            },
            multi_node,
            security: Security::Secure,
            stock: crate::offer::Stock {
                level: StockLevel::Available,
                units: None,
            },
        }
    })
}

fn owned() -> impl Strategy<Value = Disk> {
    (select(vec!["b", "c"]), 1_u8..4, of(any::<bool>())).prop_map(|(broker, center, multi_node)| Disk {
        broker: Broker::new(broker),
        id: DiskId::new(""),
        name: String::new(),
        provider: Provider::new("p"),
        place: place(center),
        size: Some(Gb(50)),
        rate: None,
        multi_node,
        status: "ACTIVE".to_owned(),
        attached_to: Vec::new(),
    })
}

/// A market with disks, and a request for some of them.
fn both() -> impl Strategy<Value = (Market, Demand)> {
    let disks = (
        prop::collection::vec(for_sale(), 0..8),
        prop::collection::vec(owned(), 0..4),
    );
    let wanted = (
        prop::collection::vec(select(vec![40_u64, 100, 260]), 0..3),
        0_usize..3,
        any::<bool>(),
    );
    (market(), demand(), disks, wanted).prop_map(|(mut market, mut demand, disks, (create, attach, attach_any))| {
        let (offers, mut owned) = disks;
        for (at, disk) in owned.iter_mut().enumerate() {
            disk.id = DiskId::new(&format!("d{at}"));
        }
        demand.spread = false;
        demand.disks = DisksWanted {
            attach: owned.iter().take(attach).map(|disk| disk.id.to_string()).collect(),
            attach_any,
            create: create.into_iter().map(Gb).collect(),
            ..DisksWanted::default()
        };
        for offer in &mut market.offers {
            Arc::make_mut(offer).multi_node = offer.gpu.count == 8;
        }
        market.disks = Some(DiskMarket {
            offers,
            owned,
            rejects: Vec::new(),
            sources: Vec::new(),
        });
        (market, demand)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn what_the_search_finds_beside_disks_holds((market, demand) in both(), plans in 1_usize..14) {
        let quote = quote(&market, &demand, plans).unwrap();
        prop_assert!(quote.optimal);
        let claim = Claim::of(&quote, &demand);
        prop_assert_eq!(verify(&claim, &market, &demand, plans), Vec::<String>::new());
        let certificate = certify(&market, &demand, quote.plans.first());
        prop_assert_eq!(certificate.is_some(), !quote.plans.is_empty());
        if let Some(certificate) = certificate {
            prop_assert!(certificate.is_conclusive(), "{:?}", certificate);
            let no_caps = demand.caps == Caps::default();
            for pool in &certificate.pools {
                prop_assert!(pool.by != By::Open || !no_caps || demand.objective == Objective::Provisioning);
                prop_assert_eq!(pool.sharing.is_some(), !demand.disks.is_empty());
            }
        }
    }

    #[test]
    fn a_plan_beside_disks_that_is_left_out_is_missed(
        (market, demand) in both(), plans in 1_usize..9, at in any::<prop::sample::Index>()
    ) {
        let mut quote = quote(&market, &demand, plans).unwrap();
        if quote.plans.is_empty() {
            return Ok(());
        }
        let left_out = quote.plans.remove(at.index(quote.plans.len()));
        let mut claim = Claim::of(&quote, &demand);
        claim.optimal = true;
        prop_assert!(!verify(&claim, &market, &demand, plans).is_empty());
        // A certificate for a plan that is not the best does not hold.
        let dearer = |second: &&crate::plan::Plan| second.total.amount() > left_out.total.amount();
        if let (Objective::Total, Some(second)) = (demand.objective, quote.plans.first().filter(dearer)) {
            prop_assert!(!certify(&market, &demand, Some(second)).unwrap().holds);
        }
    }
}

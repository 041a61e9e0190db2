//! Going through offers, and reading ahead.
//!
//! A long market does not fit a processor's caches, and what is read of one
//! offer decides whether more of it is: so it would wait for memory several
//! times for each offer in turn. Here the same few words of many offers are
//! read, none of which depends on another, and it waits for all of them at
//! once. What is read to no other end than that is read by `black_box`.

use std::hint::black_box;
use std::sync::Arc;

use super::{Reason, against_gpus};
use crate::demand::Demand;
use crate::offer::{Dial, Offer};

/// Offers read at once: more than a processor waits for together, and few
/// enough to be in its nearest cache still when they are fitted.
const BATCH: usize = 128;

/// Every offer in turn, or the reason against its GPUs. Those offers are to be
/// fitted to `demand` one by one.
pub(crate) fn ahead<'a>(
    offers: &'a [Arc<Offer>],
    demand: &'a Demand,
) -> impl Iterator<Item = Result<&'a Arc<Offer>, Reason>> {
    offers.chunks(BATCH).flat_map(|batch| {
        black_box(batch.iter().fold(0, |read, offer| read ^ gpus(offer)));
        let verdict = |offer: &'a Arc<Offer>| against_gpus(offer, demand).map_or(Ok(offer), Err);
        let admitted: Vec<_> = batch.iter().map(verdict).collect();
        black_box(admitted.iter().flatten().fold(0, |read, offer| read ^ terms(offer)));
        admitted
    })
}

/// Reads both ends of an offer's GPUs.
fn gpus(offer: &Offer) -> u32 {
    offer.gpu.count ^ u32::from(offer.gpu.memory.is_some())
}

/// Reads a word of each part that decides how an offer is sold and priced.
fn terms(offer: &Offer) -> u64 {
    let resources = &offer.resources;
    let flags = [
        offer.stock.units.is_some(),
        offer.market.is_known(),
        offer.security.is_known(),
        offer.price.is_some(),
        offer.terms.prepaid.is_some(),
        offer.places.is_empty(),
    ];
    let dials = [
        &resources.vcpu,
        &resources.memory,
        &resources.disk,
        &resources.shared_disk,
    ];
    let flags = flags.into_iter().fold(0, |read, flag| read ^ u64::from(flag));
    dials.into_iter().fold(flags, |read, dial| read ^ ends(dial))
}

/// Reads both ends of a dial.
fn ends(dial: &Dial) -> u64 {
    dial.min.unwrap_or_default() ^ u64::from(dial.unit_price.is_some()) ^ u64::from(dial.included)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::demand::Nodes;
    use crate::gpu::{Gpu, GpuModel, GpuRequest};
    use crate::offer::{Broker, OfferId, Provider};
    use crate::quantity::{Gb, Hours};

    #[test]
    fn every_offer_comes_in_turn_or_the_reason_against_its_gpus() {
        let offer = |number: usize| {
            let gpu = Gpu {
                model: GpuModel::new(["H100", "A100"][number % 2]),
                memory: [None, Some(Gb(80)), Some(Gb(40))][number % 3],
                socket: None,
                count: [1, 8, 0][number % 5 % 3],
            };
            let id = OfferId::new(&number.to_string());
            Arc::new(Offer::new(Broker::new("prime"), Provider::new("runpod"), id, gpu))
        };
        let check = |gpus: &str, nodes: Nodes, count: usize| {
            let offers: Vec<_> = (0..count).map(offer).collect();
            let demand = Demand {
                nodes,
                ..Demand::new(GpuRequest::parse(gpus).unwrap(), Hours::whole(24))
            };
            let told: Vec<_> = ahead(&offers, &demand)
                .map(|told| told.map(|offer| offer.id.as_str()))
                .collect();
            let mut answered = Vec::new();
            let expected: Vec<_> = offers
                .iter()
                .map(|offer| super::super::alternatives(offer, &demand, &mut answered).map(|()| offer.id.as_str()))
                .collect();
            assert_eq!(told, expected, "{gpus} {nodes:?} {count}");
            told.into_iter().filter_map(Result::err).collect::<Vec<_>>()
        };
        assert_eq!(check("H100:8", Nodes::AtMost(1), 0), []);
        assert_eq!(
            check("H100:8", Nodes::AtMost(1), 3),
            [Reason::GpuCount, Reason::Gpu, Reason::Gpu]
        );
        for count in [BATCH - 1, BATCH, 3 * BATCH + 1] {
            for gpus in ["H100:8", "H100:80GB:1..4,A100:40GB:8", "any:80GB", "B200"] {
                for nodes in [Nodes::AtMost(1), Nodes::Any] {
                    assert!(!check(gpus, nodes, count).is_empty(), "{gpus} {nodes:?}");
                }
            }
        }
    }
}

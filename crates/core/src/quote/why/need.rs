//! Which limits would have to be widened for an offer to fit.

use std::sync::Arc;

use super::lift::without;
use super::limit::{Limit, Limits, least_memory};
use crate::colocation::Colocation;
use crate::demand::{Demand, Nodes};
use crate::fit::{Mismatch, Reason, fit};
use crate::gpu::{GpuWanted, Socket};
use crate::market::Market;
use crate::offer::Offer;

/// Every set of limits without which the offer fits: one for each alternative
/// of the request and place of the offer with the disks asked for. None when
/// no request admits it.
pub(super) fn needs(offer: &Offer, demand: &Demand, market: &Market) -> Vec<Limits> {
    let mut colocation = Colocation::new(market.disks.as_ref(), demand);
    let mismatch = Mismatch::of(offer, demand);
    let common = mismatch.seller.iter().chain(&mismatch.terms);
    let Some(common) = all_of(common.copied(), offer, demand) else {
        return Vec::new();
    };
    let alternatives = demand.gpus.alternatives.iter().zip(&mismatch.gpu);
    let gpus: Vec<Limits> = alternatives
        .filter_map(|(wanted, against)| match against {
            [Some(Reason::Gpu), ..] => another_model(offer, demand, wanted, market),
            against => all_of(against.iter().flatten().copied(), offer, demand),
        })
        .collect();
    let places = offer.places.iter().zip(&mismatch.places).zip(&mismatch.denied);
    // No request does away with a rule of the house.
    let places = places.filter(|(_, denied)| !**denied).map(|(place, _)| place);
    let places = places.filter(|(place, _)| {
        let apart = colocation
            .as_mut()
            .is_some_and(|colocation| colocation.beside(offer, place).is_err());
        !apart
    });
    let places: Vec<Limits> = places
        .filter_map(|(_, against)| all_of(against.iter().flatten().copied(), offer, demand))
        .collect();
    let mut needs: Vec<Limits> = places
        .into_iter()
        .flat_map(|place| gpus.iter().map(move |gpu| place.and(*gpu).and(common)))
        .collect();
    needs.sort_unstable();
    needs.dedup();
    if demand.policy.asks_prices() {
        // What is asked decides what it costs, and that whether a rule denies it.
        let offer = Arc::new(offer.clone());
        needs.retain(|limits| {
            // Whether its GPUs are enough is for a plan to say.
            let nodes = Nodes::Any;
            let lifted = without(demand, *limits, market);
            fit(&offer, &Demand { nodes, ..lifted }).is_ok()
        });
    }
    needs
}

/// The limits behind some reasons; `None` when one of them has none.
fn all_of(reasons: impl Iterator<Item = Reason>, offer: &Offer, demand: &Demand) -> Option<Limits> {
    let mut all = Limits::default();
    for reason in reasons {
        let limits = match reason {
            // No request means a market that nobody knows.
            Reason::Market if !offer.market.is_known() => Limits::default(),
            Reason::Interconnect => Limits::of(&networks(offer, demand)),
            reason => Limits::of(Limit::named_by(reason)),
        };
        if limits == Limits::default() {
            return None;
        }
        all = all.and(limits);
    }
    Some(all)
}

/// Which of the limits on the network the offer fails.
fn networks(offer: &Offer, demand: &Demand) -> Vec<Limit> {
    let mut only_kinds = demand.network.clone();
    only_kinds.gbps = None;
    let mut only_speed = demand.network.clone();
    only_speed.kinds = Vec::new();
    let fails = [(Limit::Kinds, only_kinds), (Limit::Gbps, only_speed)].into_iter();
    fails
        .filter(|(_, network)| !network.admits(offer))
        .map(|(limit, _)| limit)
        .collect()
}

/// Another model than was asked for will do if its GPUs have no less memory.
fn another_model(offer: &Offer, demand: &Demand, wanted: &GpuWanted, market: &Market) -> Option<Limits> {
    let gpu = &offer.gpu;
    let least = least_memory(wanted, market);
    let enough = least == 0 || gpu.memory.is_some_and(|memory| memory.0 >= least);
    let socket = |asked: &Socket| gpu.socket.as_ref().is_some_and(|socket| socket.answers(asked));
    let right_socket = demand.network.socket.as_ref().is_none_or(socket);
    let limits: &[Limit] = if right_socket {
        &[Limit::Gpu]
    } else {
        &[Limit::Gpu, Limit::Socket]
    };
    (gpu.count > 0 && enough).then(|| Limits::of(limits))
}

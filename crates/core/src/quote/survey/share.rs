//! A long market on every core.

use std::sync::Arc;
use std::thread::{available_parallelism, scope};

use crate::offer::Offer;

/// Offers that are worth a thread: fewer are looked at before it has begun.
const SHARE_LEAST: usize = 20_000;

/// Looks at all offers in shares, several at a time, and returns what came of
/// each share in the order of the offers. What comes out must not depend on
/// how they are shared.
pub(super) fn in_shares<T: Send>(offers: &[Arc<Offer>], look: impl Fn(&[Arc<Offer>]) -> T + Sync) -> Vec<T> {
    let shares = shares(offers);
    let Some((first, rest)) = shares.split_first() else {
        return Vec::new();
    };
    scope(|scope| {
        let look = &look;
        let others: Vec<_> = rest.iter().map(|share| scope.spawn(move || look(share))).collect();
        let mut looked = vec![look(first)];
        looked.extend(
            others
                .into_iter()
                .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
        );
        looked
    })
}

fn shares(offers: &[Arc<Offer>]) -> Vec<&[Arc<Offer>]> {
    let cores = || available_parallelism().map_or(1, std::num::NonZero::get);
    let most = offers.len() / SHARE_LEAST;
    let shares = if most > 1 { most.min(cores()) } else { 1 };
    offers.chunks(offers.len().div_ceil(shares).max(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::gpu::{Gpu, GpuModel};
    use crate::offer::{Broker, OfferId, Provider};

    #[test]
    fn every_offer_is_looked_at_once_and_in_order() {
        let gpu = Gpu {
            model: GpuModel::new("H100"),
            memory: None,
            socket: None,
            count: 1,
        };
        let offer = |number: usize| {
            let id = OfferId::new(&number.to_string());
            Arc::new(Offer::new(
                Broker::new("prime"),
                Provider::new("runpod"),
                id,
                gpu.clone(),
            ))
        };
        let offers: Vec<_> = (0..=5 * SHARE_LEAST).map(offer).collect();
        for count in [0, 1, SHARE_LEAST, 2 * SHARE_LEAST, 5 * SHARE_LEAST + 1] {
            let looked = in_shares(&offers[..count], <[_]>::to_vec);
            assert!(looked.len() <= (count / SHARE_LEAST).max(1), "{count}");
            let looked: Vec<_> = looked.into_iter().flatten().collect();
            assert!(looked == offers[..count], "{count}");
        }
    }
}

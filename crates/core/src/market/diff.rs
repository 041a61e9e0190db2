//! What moved between two markets.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::gpu::Gpu;
use crate::market::Market;
use crate::offer::{Dial, LaunchWords, Offer, Resources};
use crate::place::Place;

/// An offer that one market has and the other has not, or has on other terms.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moved {
    /// As it was; `None` for one that appeared.
    pub before: Option<Arc<Offer>>,
    /// As it is; `None` for one that disappeared.
    pub after: Option<Arc<Offer>>,
    /// The places in which that is so, in order.
    pub places: Vec<Place>,
}

/// What is different about an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Difference {
    /// A price: of the instance, of a resource, of the Kubernetes add-on.
    pub price: bool,
    /// The claim about stock.
    pub stock: bool,
    /// What an instance has, or when it is paid for.
    pub terms: bool,
}

/// What makes an offer the same one on two days. Brokers repeat an id across places, sizes, markets and tiers.
type Identity = (
    crate::offer::Broker,
    crate::offer::Provider,
    crate::offer::OfferId,
    Gpu,
    crate::offer::MarketType,
    crate::offer::Security,
    bool,
    Place,
);

/// Offers of one name between which the places of one of them are still found to be its own.
const NAMESAKES_MAX: usize = 64;

/// What moved between two markets, in the order of brokers, providers and ids. The order of the offers does not matter.
pub fn diff(before: &Market, after: &Market) -> Vec<Moved> {
    let (old, new) = (by_identity(before), by_identity(after));
    let mut identities: Vec<&Identity> = old.keys().chain(new.keys()).collect();
    identities.sort_unstable();
    identities.dedup();
    let mut moved: Vec<Moved> = Vec::new();
    for identity in identities {
        let none = Vec::new();
        let (old, new) = (old.get(identity).unwrap_or(&none), new.get(identity).unwrap_or(&none));
        for at in 0..old.len().max(new.len()) {
            let (before, after) = (old.get(at), new.get(at));
            if let (Some(before), Some(after)) = (before, after)
                && Difference::between(before, after) == Difference::default()
            {
                continue;
            }
            add(&mut moved, before, after, &identity.7);
        }
    }
    moved
}

/// Adds a place to the offer that moved in others alike, which came just before it.
fn add(moved: &mut Vec<Moved>, before: Option<&Arc<Offer>>, after: Option<&Arc<Offer>>, place: &Place) {
    let same = |known: &Option<Arc<Offer>>, other: Option<&Arc<Offer>>| match (known, other) {
        (Some(known), Some(other)) => Arc::ptr_eq(known, other),
        (None, None) => true,
        _ => false,
    };
    let alike = |known: &&mut Moved| same(&known.before, before) && same(&known.after, after);
    // Places of one offer follow each other, but for others of the same name.
    match moved.iter_mut().rev().take(NAMESAKES_MAX).find(alike) {
        Some(known) => known.places.push(place.clone()),
        None => moved.push(Moved {
            before: before.cloned(),
            after: after.cloned(),
            places: vec![place.clone()],
        }),
    }
}

/// Offers by what names them; several of one name in the order of their terms and prices.
fn by_identity(market: &Market) -> BTreeMap<Identity, Vec<Arc<Offer>>> {
    let mut by_identity: BTreeMap<Identity, Vec<Arc<Offer>>> = BTreeMap::new();
    for offer in &market.offers {
        for place in &offer.places {
            let identity = (
                offer.broker.clone(),
                offer.provider.clone(),
                offer.id.clone(),
                offer.gpu.clone(),
                offer.market.clone(),
                offer.security.clone(),
                offer.multi_node,
                place.clone(),
            );
            by_identity.entry(identity).or_default().push(Arc::clone(offer));
        }
    }
    for offers in by_identity.values_mut() {
        let price = |offer: &Offer| offer.price.map(|price| (price.currency(), price.per_hour()));
        offers.sort_by(|left, right| {
            (left.terms.prepaid.cmp(&right.terms.prepaid))
                .then_with(|| price(left).cmp(&price(right)))
                .then_with(|| left.stock.cmp(&right.stock))
        });
    }
    by_identity
}

impl Difference {
    /// What is different about two offers of one name. What a launch repeats, and guesses at how long it takes, count
    /// for nothing.
    pub fn between(before: &Offer, after: &Offer) -> Self {
        let prices = |offer: &Offer| {
            let Resources {
                vcpu,
                memory,
                disk,
                shared_disk,
            } = offer.resources;
            let unit = |dial: Dial| (dial.unit_price, dial.included);
            let units = [vcpu, memory, disk, shared_disk].map(unit);
            (
                offer.price,
                offer.currency,
                offer.kubernetes,
                offer.variable_price,
                units,
            )
        };
        // All that is left once prices, stock and what counts for nothing are taken away.
        let rest = |offer: &Offer| {
            let bare = |dial: Dial| Dial {
                unit_price: None,
                included: false,
                ..dial
            };
            let resources = offer.resources;
            Offer {
                price: None,
                currency: before.currency,
                kubernetes: None,
                variable_price: false,
                resources: Resources {
                    vcpu: bare(resources.vcpu),
                    memory: bare(resources.memory),
                    disk: bare(resources.disk),
                    shared_disk: bare(resources.shared_disk),
                },
                stock: before.stock.clone(),
                places: Vec::new(),
                provisioning_minutes: None,
                launch: LaunchWords::default(),
                ..offer.clone()
            }
        };
        Self {
            price: prices(before) != prices(after),
            stock: before.stock != after.stock,
            terms: rest(before) != rest(after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::gpu::GpuModel;
    use crate::money::{Currency, Rate};
    use crate::offer::{Broker, OfferId, Provider};
    use crate::place::DataCenter;
    use crate::quantity::Hours;

    fn offer(id: &str, price: &str, centers: &[&str]) -> Offer {
        let gpu = Gpu {
            model: GpuModel::new("H100"),
            memory: None,
            socket: None,
            count: 8,
        };
        let mut offer = Offer::new(Broker::new("b"), Provider::new("p"), OfferId::new(id), gpu);
        offer.price = Some(Rate::new(price.parse().unwrap(), Currency::USD));
        let place = |center: &&str| Place::new(None, None, Some(DataCenter::new(center)));
        offer.places = centers.iter().map(place).collect();
        offer
    }

    /// What moved, in short.
    fn said(before: &[Offer], after: &[Offer]) -> Vec<String> {
        let id = |offer: &Option<Arc<Offer>>| {
            let price = |offer: &Arc<Offer>| offer.price.unwrap().per_hour();
            offer
                .as_ref()
                .map_or("-".to_owned(), |offer| format!("{}@{}", offer.id, price(offer)))
        };
        let short = |moved: &Moved| {
            let places = moved
                .places
                .iter()
                .map(|place| place.data_center.as_ref().unwrap().as_str());
            let places = places.collect::<Vec<_>>().join("+");
            format!("{} > {} in {places}", id(&moved.before), id(&moved.after))
        };
        let moved = diff(&Market::of(before.to_vec()), &Market::of(after.to_vec()));
        let (mut before, mut after) = (before.to_vec(), after.to_vec());
        before.reverse();
        after.reverse();
        assert_eq!(diff(&Market::of(before), &Market::of(after)), moved);
        moved.iter().map(short).collect()
    }

    #[test]
    fn offers_are_followed_by_name_and_place() {
        let a = [offer("a", "1", &["x", "y"])];
        let check = |before: &[Offer], after: &[Offer], expected: &[&str]| assert_eq!(said(before, after), expected);
        check(&a, &a, &[]);
        check(&a, &[], &["a@1 > - in x+y"]);
        check(&[], &a, &["- > a@1 in x+y"]);
        check(&a, &[offer("a", "2", &["x", "y"])], &["a@1 > a@2 in x+y"]);
        // One of its places is gone.
        check(&a, &[offer("a", "1", &["x"])], &["a@1 > - in y"]);
        // The same id in two places, listed apart and together.
        check(&a, &[offer("a", "1", &["x"]), offer("a", "1", &["y"])], &[]);
        check(
            &a,
            &[
                offer("a", "3", &["x"]),
                offer("a", "1", &["y"]),
                offer("b", "1", &["y"]),
            ],
            &["a@1 > a@3 in x", "- > b@1 in y"],
        );
        // Two of one name: each is followed by its rank in price.
        let twice = [offer("a", "1", &["x"]), offer("a", "5", &["x"])];
        check(
            &twice,
            &[offer("a", "1", &["x"]), offer("a", "6", &["x"])],
            &["a@5 > a@6 in x"],
        );
        check(&twice, &[offer("a", "1", &["x"])], &["a@5 > - in x"]);
    }

    #[test]
    fn what_is_different_is_named() {
        let check = |change: fn(&mut Offer), expected: (bool, bool, bool)| {
            let before = offer("a", "1", &["x"]);
            let mut after = before.clone();
            change(&mut after);
            let Difference { price, stock, terms } = Difference::between(&before, &after);
            assert_eq!((price, stock, terms), expected);
        };
        check(|_| (), (false, false, false));
        check(|offer| offer.price = None, (true, false, false));
        check(|offer| offer.kubernetes = offer.price, (true, false, false));
        check(
            |offer| offer.resources.disk.unit_price = offer.price,
            (true, false, false),
        );
        check(|offer| offer.resources.disk.included = true, (true, false, false));
        check(|offer| offer.stock.units = Some(1), (false, true, false));
        check(|offer| offer.resources.disk.max = Some(1), (false, false, true));
        check(
            |offer| offer.terms.prepaid = Some(Hours::whole(1)),
            (false, false, true),
        );
        check(
            |offer| offer.interconnect.gbps = Some(crate::number::Exact::ONE),
            (false, false, true),
        );
        check(|offer| offer.launch.gpu_type = "H100".into(), (false, false, false));
        check(
            |offer| offer.provisioning_minutes = Some(crate::number::Exact::ONE),
            (false, false, false),
        );
    }
}

//! Two brokers, one machine: one row with the cheapest seller, the others
//! named (R17). Never on doubt: what a broker does not say is equal to
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::fit::Candidate;
use crate::gpu::{GpuModel, Socket};
use crate::offer::{Broker, MarketType, Offer, OfferId, Provider, Security};
use crate::place::{Country, Place, Region};
use crate::plan::{Group, Plan, Seller};
use crate::quantity::{Gb, Hours};
use crate::words::squeezed;

/// What makes two offers one machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Metal {
    company: String,
    center: String,
    model: GpuModel,
    memory: Gb,
    socket: Socket,
    gpus: u32,
    vcpus: u64,
    memory_gb: u64,
    market: MarketType,
    security: Security,
    prepaid: Option<Hours>,
    multi_node: bool,
}

/// The first `most` rows of `plans`, which come best first: a plan whose
/// machines another broker sells for less is no row of its own but is named on
/// that one.
pub(super) fn rows(plans: Vec<Plan>, most: usize) -> Vec<Plan> {
    let mut ids: BTreeMap<(Metal, u64), BTreeSet<(Broker, OfferId)>> = BTreeMap::new();
    for (plan, key) in plans.iter().filter_map(|plan| Some((plan, key(plan)?))) {
        ids.entry(key).or_default().extend(name(plan));
    }
    let mut rows: Vec<Plan> = Vec::new();
    let mut shown: BTreeMap<(Metal, u64), Vec<usize>> = BTreeMap::new();
    for plan in plans {
        let known = key(&plan).and_then(|key| Some((ids.get(&key)?, key)));
        let same = known.as_ref().and_then(|(ids, key)| {
            let cheaper = shown.get(key)?.iter().copied();
            cheaper
                .into_iter()
                .find(|at| rows.get(*at).is_some_and(|row| is_same(row, &plan, ids)))
        });
        if let Some(row) = same.and_then(|at| rows.get_mut(at)) {
            let seller = seller(row, &plan);
            row.also_sold_by.extend(seller);
        } else if rows.len() < most {
            if let Some((_, key)) = known {
                shown.entry(key).or_default().push(rows.len());
            }
            rows.push(plan);
        }
    }
    rows
}

/// Whether two plans of one metal are one machine at two brokers. Where the
/// cheaper broker has several offers of that metal (with and without NVLink,
/// say), the ids must tell which one it is.
fn is_same(row: &Plan, other: &Plan, ids: &BTreeSet<(Broker, OfferId)>) -> bool {
    let (Some((broker, id)), Some((other_broker, other_id))) = (name(row), name(other)) else {
        return false;
    };
    if broker == other_broker {
        return false;
    }
    let own: Vec<&OfferId> = ids
        .iter()
        .filter(|(seller, _)| *seller == broker)
        .map(|(_, id)| id)
        .collect();
    let stems = own.iter().filter(|id| is_stem(id.as_str(), other_id.as_str()));
    own.len() == 1
        || stems
            .max_by_key(|id| id.as_str().len())
            .is_some_and(|stem| **stem == id)
}

/// Whether two plans launch what is one machine for all that is known of it,
/// from different brokers. Which of several such offers is meant, ids tell.
pub(crate) fn is_one_machine(left: &Plan, right: &Plan) -> bool {
    let differ = |(left, _): &(Broker, OfferId), (right, _): &(Broker, OfferId)| left != right;
    let brokers = name(left).zip(name(right));
    brokers.is_some_and(|(left, right)| differ(&left, &right)) && key(left).is_some() && key(left) == key(right)
}

/// Whether an id goes on where another ends: `n3-H100x8__CANADA-1` after
/// `n3-H100x8`, but not after `n3-H100x`.
fn is_stem(stem: &str, id: &str) -> bool {
    id.strip_prefix(stem)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

fn name(plan: &Plan) -> Option<(Broker, OfferId)> {
    plan.groups
        .first()
        .map(|group| (group.candidate.offer.broker.clone(), group.candidate.offer.id.clone()))
}

/// What is launched, for a plan of one group of which everything is known and
/// no disk beside, which two brokers never share.
fn key(plan: &Plan) -> Option<(Metal, u64)> {
    match plan.groups.as_slice() {
        [group] if plan.disks.is_none() => Some((metal(&group.candidate, group.place())?, group.count)),
        _ => None,
    }
}

fn seller(row: &Plan, other: &Plan) -> Option<Seller> {
    let Group { candidate, .. } = other.groups.first()?;
    let (least, total) = (row.total.parts(), other.total.parts());
    Some(Seller {
        broker: candidate.offer.broker.clone(),
        provider: candidate.offer.provider.clone(),
        id: candidate.offer.id.clone(),
        total: other.total.amount(),
        dearer: total.minus(least)?.over(least),
    })
}

fn metal(candidate: &Candidate, place: &Place) -> Option<Metal> {
    let Offer {
        provider,
        gpu,
        market,
        security,
        terms,
        multi_node,
        ..
    } = &*candidate.offer;
    Some(Metal {
        company: company(provider),
        center: site(place.data_center.as_ref()?.as_str())?,
        model: gpu.model.clone(),
        memory: gpu.memory?,
        socket: gpu.socket.clone()?,
        gpus: gpu.count,
        // A count of 0 says nothing either.
        vcpus: candidate.configuration.vcpus.filter(|count| *count > 0)?,
        memory_gb: candidate.configuration.memory_gb.filter(|count| *count > 0)?,
        market: market.clone(),
        security: security.clone(),
        prepaid: terms.prepaid,
        multi_node: *multi_node,
    })
}

/// The company behind a provider's name. `spheron-ai` resells Hyperstack: its
/// plans carry Hyperstack's ids and stand in Hyperstack's data centres.
/// `spheron-es` looks like Nebius, but looking like is a doubt.
fn company(provider: &Provider) -> String {
    match provider.company().as_str() {
        "SPHERONAI" => "HYPERSTACK".to_owned(),
        company => company.to_owned(),
    }
}

/// One spelling for a data centre: `Finland 3` is `FIN-03`, and `CANADA-11` is
/// not `CANADA-1-1`. The name of a country is none: a company may have several
/// sites there.
fn site(center: &str) -> Option<String> {
    let word = squeezed(center).to_ascii_lowercase();
    let country = Country::from_name(&word).or_else(|| word.parse().ok());
    if country.is_some_and(|country| country.region().is_some()) || Region::new(center).is_known() {
        return None;
    }
    let mut site = String::new();
    let mut in_number = false;
    for symbol in center.chars() {
        if symbol.is_ascii_digit() {
            if !in_number {
                site.push('-');
            }
            // Leading zeros do not count.
            if symbol != '0' || !site.ends_with('-') {
                site.push(symbol);
            }
        } else if symbol.is_alphanumeric() {
            site.extend(symbol.to_uppercase());
        }
        in_number = symbol.is_ascii_digit();
    }
    for (name, code) in [("FINLAND-", "FIN-"), ("ICELAND-", "ICE-")] {
        if let Some(number) = site.strip_prefix(name) {
            return Some(format!("{code}{number}"));
        }
    }
    Some(site).filter(|site| !site.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::Arc;

    use crate::bill::Bill;
    use crate::configuration::Exchange;
    use crate::gpu::Gpu;
    use crate::money::{Currency, Rate};
    use crate::offer::Dial;
    use crate::place::DataCenter;
    use crate::quantity::Range;

    /// One launch of eight H100 at Hyperstack, unless `change` makes it
    /// something else.
    fn plan(broker: &str, provider: &str, price: &str, change: impl Fn(&mut Offer)) -> Plan {
        let gpu = Gpu {
            model: GpuModel::new("H100"),
            memory: Some(Gb(80)),
            socket: Some(Socket::Pcie),
            count: 8,
        };
        let mut offer = Offer::new(
            Broker::new(broker),
            Provider::new(provider),
            OfferId::new("n3-H100x8"),
            gpu,
        );
        offer.places = vec![Place::new(None, None, Some(DataCenter::new("CANADA-1")))];
        offer.price = Some(Rate::new(price.parse().unwrap(), Currency::USD));
        offer.resources.vcpu = Dial::fixed(Some(252));
        offer.resources.memory = Dial::fixed(Some(1440));
        change(&mut offer);
        let configuration = offer
            .configure(
                &crate::configuration::Selection::default(),
                &Exchange::new(Currency::USD),
            )
            .unwrap();
        let bill = Bill::of(&configuration, &offer.terms, Hours::whole(1)).unwrap();
        let candidate = Candidate {
            offer: Arc::new(offer),
            alternatives: vec![0],
            places: vec![0],
            beside: Vec::new(),
            configuration,
            bill,
            most: None,
        };
        Plan::of(
            vec![Group {
                candidate: Arc::new(candidate),
                place: 0,
                count: 1,
            }],
            Range::at_least(8),
        )
        .unwrap()
    }

    #[test]
    fn one_machine_is_one_row_and_a_doubt_is_two() {
        let check = |what: &str, other: Plan, merged: bool| {
            let rows = rows(vec![plan("prime", "hyperstack", "15.2", |_| ()), other], 10);
            assert_eq!(rows.len() == 1, merged, "{what}");
            assert_eq!(rows[0].also_sold_by.len(), usize::from(merged), "{what}");
        };
        let spheron = |change: &dyn Fn(&mut Offer)| plan("spheron", "spheron-ai", "16.0583", change);
        check("the same", spheron(&|_| ()), true);
        check(
            "another disk",
            spheron(&|offer| offer.resources.disk = Dial::fixed(Some(100))),
            true,
        );
        check("the same broker", plan("prime", "hyperstack", "15.6", |_| ()), false);
        check("another company", plan("spheron", "sesterce", "15.6", |_| ()), false);
        check(
            "perhaps another company",
            plan("spheron", "spheron-es", "15.6", |_| ()),
            false,
        );
        check(
            "another place",
            spheron(&|offer| offer.places = vec![Place::new(None, None, Some(DataCenter::new("CANADA-2")))]),
            false,
        );
        check(
            "no place",
            spheron(&|offer| offer.places = vec![Place::default()]),
            false,
        );
        check(
            "another socket",
            spheron(&|offer| offer.gpu.socket = Some(Socket::Nvl)),
            false,
        );
        check("no socket", spheron(&|offer| offer.gpu.socket = None), false);
        check("other memory", spheron(&|offer| offer.gpu.memory = Some(Gb(94))), false);
        check(
            "other vCPUs",
            spheron(&|offer| offer.resources.vcpu = Dial::fixed(Some(248))),
            false,
        );
        check(
            "unknown RAM",
            spheron(&|offer| offer.resources.memory = Dial::fixed(None)),
            false,
        );
        check("spot", spheron(&|offer| offer.market = MarketType::Spot), false);
        check(
            "community",
            spheron(&|offer| offer.security = Security::Community),
            false,
        );
    }

    #[test]
    fn of_several_offers_of_one_metal_the_ids_tell_which() {
        let check = |id: &str, row: Option<usize>| {
            let plain = plan("prime", "hyperstack", "15.2", |_| ());
            let bridged = plan("prime", "hyperstack", "15.6", |offer| {
                offer.id = OfferId::new("n3-H100x8-NVLink");
            });
            let other = plan("spheron", "spheron-ai", "16.1", |offer| offer.id = OfferId::new(id));
            let rows = rows(vec![plain, bridged, other], 10);
            assert_eq!(rows.iter().position(|row| !row.also_sold_by.is_empty()), row, "{id}");
        };
        check("n3-H100x8__CANADA-1", Some(0));
        check("n3-H100x8-bigroot__CANADA-1", Some(0));
        check("n3-H100x8-NVLink__CANADA-1", Some(1));
        check("H100x8", None);
    }

    #[test]
    fn the_difference_is_named_and_rows_beyond_the_last_are_read_for_sellers() {
        let other = || plan("prime", "latitude", "15.9", |_| ());
        let plans = vec![
            plan("prime", "hyperstack", "15.2", |_| ()),
            other(),
            plan("spheron", "spheron-ai", "16.0583", |_| ()),
        ];
        let rows = rows(plans, 1);
        assert_eq!(rows.len(), 1);
        let named: Vec<String> = rows[0]
            .also_sold_by
            .iter()
            .map(|seller| format!("{} {:?}", seller.broker, seller.dearer))
            .collect();
        assert_eq!(named, ["spheron Some(0.056467105263)"]);
    }

    #[test]
    fn one_site_has_one_name_and_others_have_others() {
        let check = |left: &str, right: &str, same: bool| {
            let one = site(left).is_some_and(|left| site(right) == Some(left));
            assert_eq!(one, same, "{left} {right}");
        };
        check("FIN-03", "Finland 3", true);
        check("CANADA-1", "canada-1", true);
        check("us-central-2", "us-central-2", true);
        check("FIN-03", "FIN-01", false);
        check("Finland 3", "Iceland 3", false);
        check("CANADA-1", "CANADA-2", false);
        check("CANADA-1", "montreal-canada-2", false);
        check("us-central-2", "us-central1", false);
        check("us-central-1", "us-central1", true);
        check("us-east1-a", "US East1 A", true);
        check("CANADA-11", "CANADA-1-1", false);
        check("FIN-03", "Finland 03", true);
        check("fin", "finland", false);
        check("finlandia-1", "fin-1", false);
        check("US", "us", false);
        check("Norway", "Norway", false);
        check("eu_north", "eu_north", false);
        check("-", "", false);
        check("atl", "ATL", true);
    }
}

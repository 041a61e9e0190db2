//! Words and alternatives: one more, that of the best plan.

use crate::demand::{Demand, Where, Words};
use crate::gpu::{GpuWanted, MemoryWanted};
use crate::offer::InterconnectKind;
use crate::offer::Offer;
use crate::place::{Country, DataCenter, Place};
use crate::plan::{Group, Plan, compare};
use crate::quantity::Range;
use crate::quote::why::limit::{Limit, least_memory};
use crate::quote::why::smallest::Question;

/// Words tried at most where that of the best plan will not do.
const WORDS_MAX: usize = 64;

impl Question<'_> {
    /// With the one model more that the best plan is made of.
    pub(super) fn one_model(&self, demand: &Demand) -> Option<Demand> {
        let original = self.case.demand.gpus.alternatives.len();
        let market = self.case.market;
        let with = |group: &Group| {
            let gpu = &group.candidate.offer.gpu;
            let mut demand = demand.clone();
            let added = demand.gpus.alternatives.split_off(original);
            let mut answered = group.candidate.alternatives.iter();
            let of = answered.find_map(|at| at.checked_sub(original))?;
            let least = self
                .case
                .demand
                .gpus
                .alternatives
                .get(of)
                .map(|wanted| least_memory(wanted, market))?;
            let mut offers = market.offers.iter().filter(|offer| offer.gpu.model == gpu.model);
            let all_do = offers.all(|offer| offer.gpu.memory.is_some_and(|memory| memory.0 >= least));
            demand.gpus.alternatives.push(GpuWanted {
                model: Some(gpu.model.clone()),
                memory: (least > 0 && !all_do).then(|| MemoryWanted::Between(Range::at_least(least))),
                ..added.get(of)?.clone()
            });
            Some(demand)
        };
        let plan = self.best(demand)?;
        let mut changes = plan.groups.iter().filter_map(with);
        changes.find(|demand| self.admits(demand))
    }

    /// With the memory, or the socket, of only that alternative left open
    /// which the best plan answers.
    pub(super) fn one_alternative(&self, limit: Limit, demand: &Demand) -> Option<Demand> {
        let plan = self.best(demand)?;
        let original = &self.case.demand;
        let only = |at: usize, flag: bool| {
            let mut demand = demand.clone();
            let both = demand.gpus.alternatives.iter_mut().zip(&original.gpus.alternatives);
            for (_, (wanted, before)) in both.enumerate().filter(|(other, _)| *other != at) {
                match limit {
                    Limit::GpuMemory => wanted.memory = before.memory,
                    _ => wanted.socket.clone_from(&before.socket),
                }
            }
            if flag {
                demand.network.socket.clone_from(&original.network.socket);
            }
            demand
        };
        let nowhere = original.gpus.alternatives.len();
        let alternatives = plan
            .groups
            .iter()
            .flat_map(|group| group.candidate.alternatives.clone());
        let mut changes = alternatives.flat_map(|at| match limit {
            Limit::GpuMemory => vec![only(at, false)],
            _ => vec![only(at, true), only(nowhere, false), only(at, false)],
        });
        changes.find(|demand| self.admits(demand))
    }

    /// With the one word more that admits the best plan.
    pub(super) fn one_word(&self, limit: Limit, demand: &Demand) -> Option<Demand> {
        let with = |offer: &Offer, place: &Place| {
            let words = admitting(&self.case.demand.wanted_where, limit, offer, place)?;
            let mut demand = demand.clone();
            *list(&mut demand.wanted_where, limit)? = words;
            Some(demand)
        };
        let plan = self.best(demand)?;
        let mut of_plan = plan
            .groups
            .iter()
            .filter_map(|group| with(&group.candidate.offer, group.place()));
        if let Some(found) = of_plan.find(|demand| self.admits(demand)) {
            return Some(found);
        }
        let offers = self.offers.iter().filter_map(|at| self.case.market.offers.get(*at));
        let mut changes: Vec<Demand> = Vec::new();
        let mut pairs: Vec<_> = offers
            .flat_map(|offer| offer.places.iter().map(move |place| (offer, place)))
            .collect();
        pairs.sort_by_key(|(offer, place)| (offer.broker.clone(), offer.provider.clone(), (*place).clone()));
        for (offer, place) in pairs {
            if let Some(change) = with(offer, place).filter(|change| !changes.contains(change)) {
                changes.push(change);
                if changes.len() == WORDS_MAX {
                    break;
                }
            }
        }
        self.cheapest(changes)
    }

    /// With the one network more that admits the best plan.
    pub(super) fn one_kind(&self, demand: &Demand) -> Option<Demand> {
        let with = |kind: &InterconnectKind| {
            let mut demand = demand.clone();
            demand.network.kinds.clone_from(&self.case.demand.network.kinds);
            demand.network.kinds.push(kind.clone());
            demand
        };
        let asked = &self.case.demand.network.kinds;
        let others = InterconnectKind::KNOWN.iter().filter(|kind| !asked.contains(kind));
        self.cheapest(others.map(with).collect())
    }

    /// The change with the best plan.
    fn cheapest(&self, changes: Vec<Demand>) -> Option<Demand> {
        let objective = self.case.demand.objective;
        let planned = changes
            .into_iter()
            .filter_map(|change| Some((self.best(&change)?, change)));
        let best = planned.min_by(|(left, _): &(Plan, Demand), (right, _)| compare(left, right, objective));
        best.map(|(_, change)| change)
    }
}

/// The words of a limit, changed to admit an offer in a place.
fn admitting(wanted: &Where, limit: Limit, offer: &Offer, place: &Place) -> Option<Words> {
    let unknown = "unknown";
    match limit {
        Limit::Broker => {
            let broker = offer.broker.as_str();
            wanted
                .brokers
                .admitting(true, broker, |word| broker.eq_ignore_ascii_case(word))
        }
        Limit::Provider => {
            let provider = &offer.provider;
            let squeezed = crate::words::squeezed(provider.as_str());
            let says = |name: &str| wanted.providers.admitting(true, name, |word| provider.answers(word));
            says(provider.as_str()).or_else(|| says(&squeezed))
        }
        Limit::Region => {
            // A region outside the vocabulary is no word to be typed.
            let known = place.is_region_known();
            let word = if known { place.region_word() } else { unknown };
            wanted.regions.admitting(known, word, |word| place.answers_region(word))
        }
        Limit::Country => {
            let country = place.country.as_ref().map(Country::as_str);
            let answers = |word: &str| place.answers_country(word);
            wanted
                .countries
                .admitting(country.is_some(), country.unwrap_or(unknown), answers)
        }
        _ => {
            let center = place.data_center.as_ref().map(DataCenter::as_str);
            let answers = |word: &str| place.answers_data_center(word);
            wanted
                .data_centers
                .admitting(center.is_some(), center.unwrap_or(unknown), answers)
        }
    }
}

fn list(wanted: &mut Where, limit: Limit) -> Option<&mut Words> {
    match limit {
        Limit::Broker => Some(&mut wanted.brokers),
        Limit::Provider => Some(&mut wanted.providers),
        Limit::Region => Some(&mut wanted.regions),
        Limit::Country => Some(&mut wanted.countries),
        Limit::DataCenter => Some(&mut wanted.data_centers),
        _ => None,
    }
}

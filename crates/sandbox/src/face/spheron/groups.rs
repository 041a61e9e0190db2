//! Groups of `/api/gpu-offers`: the offers of one GPU type, and figures that mix their sizes and kinds.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::exact::Exact;
use crate::number::Number;
use crate::offers::Offer;

/// All offers of one GPU type.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group<'a> {
    pub(super) gpu_type: &'a str,
    pub(super) gpu_model: String,
    base_gpu_type: &'a str,
    interconnect_variants: Vec<&'a str>,
    has_multiple_variants: bool,
    display_name: String,
    pub(super) popularity: usize,
    total_available: usize,
    lowest_price: Option<Number>,
    highest_price: Option<Number>,
    average_price: Option<Number>,
    providers: Vec<&'a str>,
    offers: Vec<&'a Offer>,
    #[serde(skip)]
    pub(super) prices: Prices,
}

/// The group's prices, to sort by.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Prices {
    pub(super) lowest: Option<Exact>,
    pub(super) highest: Option<Exact>,
    pub(super) average: Option<Exact>,
}

/// Gathers offers into groups, in the order in which their types first occur.
pub(super) fn gather<'a>(offers: impl Iterator<Item = &'a Offer>) -> Vec<Group<'a>> {
    let mut order: Vec<&str> = Vec::new();
    let mut by_type: BTreeMap<&str, Vec<&Offer>> = BTreeMap::new();
    for offer in offers {
        let group = by_type.entry(&offer.gpu_type).or_default();
        if group.is_empty() {
            order.push(&offer.gpu_type);
        }
        group.push(offer);
    }
    let groups = order.into_iter();
    groups
        .filter_map(|gpu| by_type.remove(gpu).map(|offers| Group::of(gpu, offers)))
        .collect()
}

impl<'a> Group<'a> {
    fn of(gpu_type: &'a str, offers: Vec<&'a Offer>) -> Self {
        let name = gpu_type.replace('_', " ");
        let interconnect_variants = distinct(offers.iter().map(|offer| offer.interconnect.as_str()));
        let prices = Prices::of(&offers);
        Self {
            gpu_type,
            gpu_model: name.clone(),
            base_gpu_type: gpu_type.split('_').next().unwrap_or(gpu_type),
            has_multiple_variants: interconnect_variants.len() > 1,
            interconnect_variants,
            display_name: name,
            popularity: offers.len(),
            total_available: offers.iter().filter(|offer| offer.available).count(),
            lowest_price: shown(prices.lowest),
            highest_price: shown(prices.highest),
            average_price: shown(prices.average),
            providers: distinct(offers.iter().map(|offer| offer.provider.as_str())),
            offers,
            prices,
        }
    }
}

impl Prices {
    fn of(offers: &[&Offer]) -> Self {
        let prices: Vec<_> = offers
            .iter()
            .filter_map(|offer| Exact::parse(offer.price.text()))
            .collect();
        let sum = prices.iter().try_fold(Exact::ZERO, |sum, price| sum.plus(*price));
        Self {
            lowest: prices.iter().min().copied(),
            highest: prices.iter().max().copied(),
            average: sum.and_then(|sum| sum.over(prices.len())),
        }
    }
}

fn shown(price: Option<Exact>) -> Option<Number> {
    Number::parse(&price?.to_string()).ok()
}

fn distinct<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for word in words {
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    seen
}

//! Words, places and counts that several kinds of rows share.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gpu_broker_core::gpu::GpuName;
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Dial, Provider, Security, Stock, StockLevel, price};
use gpu_broker_core::place::{DataCenter, Place, Region};
use gpu_broker_http::{Few, RawNumber, WireInt, decode};
use gpu_broker_source_kit::{Fault, Text, said};
use serde_json::value::RawValue;

use crate::wire::{Outline, Spec};

/// The words of one page that repeat from row to row, each kept once.
#[derive(Debug, Default)]
pub(crate) struct Words {
    kept: HashSet<Arc<str>>,
    names: HashMap<Arc<str>, GpuName>,
    /// Lists of images, as they are written and as they are meant.
    images: Vec<(Box<str>, Images)>,
}

/// A list of images, shared by the offers that name it.
type Images = Arc<[Arc<str>]>;

/// How many lists are kept. A page holds one or two for each of a handful of providers; where it holds more, looking
/// for one costs more than it saves.
const LISTS_MAX: usize = 16;

impl Words {
    pub(super) fn keep(&mut self, word: &str) -> Arc<str> {
        if let Some(known) = self.kept.get(word) {
            return Arc::clone(known);
        }
        let word: Arc<str> = word.into();
        self.kept.insert(Arc::clone(&word));
        word
    }

    /// The images that an offer boots. The offers of a provider all name the same ones, to the letter.
    pub(super) fn images(&mut self, list: Option<&RawValue>) -> Result<Images, Fault> {
        let Some(text) = list.map(RawValue::get) else {
            return Ok(Arc::default());
        };
        if let Some((_, known)) = self.images.iter().find(|(known, _)| **known == *text) {
            return Ok(Arc::clone(known));
        }
        let words: Few<Option<Text<'_>>> =
            decode(text.as_bytes()).map_err(|malformed| Fault::from(malformed).within("images"))?;
        let said = words.iter().filter_map(|word| said(word.as_ref()));
        let images: Images = said.map(|word| self.keep(word)).collect();
        if self.images.len() < LISTS_MAX {
            self.images.push((text.into(), Arc::clone(&images)));
        }
        Ok(images)
    }

    /// A GPU type, as it is spelled and taken apart.
    pub(super) fn gpu(&mut self, word: &str) -> (Arc<str>, GpuName) {
        let kept = self.keep(word);
        let name = self
            .names
            .entry(Arc::clone(&kept))
            .or_insert_with(|| GpuName::read(word));
        (kept, name.clone())
    }
}

/// The currency where Prime has no field for one, as of disks, machines and wallets: that of the account, US dollars.
pub(super) const CURRENCY: Currency = Currency::USD;

/// The word for a state that the API does not state.
pub(super) const STATUS_UNSTATED: &str = "UNKNOWN";

/// The longest id that is believed. Prime's are UUIDs of 36 characters.
const ID_LEN_MAX: usize = 128;

/// An id of something that costs money. It goes into paths and is remembered, so anything but letters, digits, `-` and
/// `_` is none.
pub(super) fn id<'t>(word: Option<&'t Text<'_>>, path: &'static str) -> Result<&'t str, Fault> {
    let id = said(word).ok_or_else(|| Fault::missing(path))?;
    let fits = id.len() <= ID_LEN_MAX
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    fits.then_some(id)
        .ok_or_else(|| Fault::new(path, "it is not of the form of an id"))
}

/// The id of a row that cannot be read otherwise.
pub(crate) fn identity<'r>(row: &'r Outline<'_>) -> Option<&'r str> {
    id(row.id.as_ref(), "id").ok()
}

/// An answer about a thing of another name than the one that was asked for.
pub(crate) fn other_name(name: &str) -> Fault {
    Fault::new("name", format_args!("it is not `{name}`"))
}

pub(super) fn provider(word: Option<&Text<'_>>, path: &'static str) -> Result<Provider, Fault> {
    said(word).map(Provider::new).ok_or_else(|| Fault::missing(path))
}

/// The tier decides which price counts, so a row must state it; a word that this version does not know is kept.
pub(super) fn security(word: Option<&Text<'_>>) -> Result<Security, Fault> {
    said(word)
        .map(|word| Security::new(word.trim()))
        .ok_or_else(|| Fault::missing("security"))
}

/// `Available` is the schema's default. Prime states no numbers.
pub(super) fn stock(word: Option<&Text<'_>>) -> Stock {
    Stock {
        level: said(word).map_or(StockLevel::Available, |word| StockLevel::new(word.trim())),
        units: None,
    }
}

/// A country that is not two letters is not known; a region that this version does not know is kept.
pub(super) fn place(region: Option<&Text<'_>>, country: Option<&Text<'_>>, data_center: Option<&Text<'_>>) -> Place {
    Place::new(
        said(region).map(|word| Region::new(word.trim())),
        said(country).and_then(|word| word.trim().parse().ok()),
        said(data_center).map(DataCenter::new),
    )
}

/// A price per hour (P1); absent and null are no price.
pub(super) fn rate(
    number: Option<RawNumber<'_>>,
    currency: Currency,
    path: &'static str,
) -> Result<Option<Rate>, Fault> {
    number
        .map(|number| price(number.as_str(), currency).map_err(|error| Fault::new(path, error)))
        .transpose()
}

/// A number that cannot be below zero.
pub(super) fn measure(number: Option<RawNumber<'_>>, path: &'static str) -> Result<Option<Exact>, Fault> {
    let Some(number) = number else { return Ok(None) };
    let exact = Exact::from_broker(number.as_str()).map_err(|error| Fault::new(path, error))?;
    if exact.is_negative() {
        return Err(Fault::new(path, format_args!("{exact} is below zero")));
    }
    Ok(Some(exact))
}

/// A spec that is null, missing, `{}` or all null says the same: a count that is fixed and unknown, at no known extra
/// price. An unstated `defaultIncludedInPrice` is false (P5).
pub(super) fn dial(spec: Option<&Spec<'_>>, currency: Currency, path: &'static str) -> Result<Dial, Fault> {
    let Some(spec) = spec else { return Ok(Dial::default()) };
    let unit_price = rate(spec.price_per_unit, currency, "pricePerUnit").map_err(|fault| fault.within(path))?;
    Ok(Dial {
        min: spec.min_count.map(WireInt::get),
        default: spec.default_count.map(WireInt::get),
        max: spec.max_count.map(WireInt::get),
        step: spec.step.map(WireInt::get),
        unit_price,
        included: spec.default_included_in_price == Some(true),
    })
}

//! `/api/v1/availability/*`: schemas `AvailabilityResponse`, `GpuAvailability`, `DiskAvailability`.

use gpu_broker_http::{Failure, Few, RawNumber, Reply, Rows, WireInt, decode};
use gpu_broker_source_kit::Text;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// One page of rows.
#[derive(Debug, Deserialize)]
#[serde(
    rename_all = "camelCase",
    expecting = "a page of rows",
    bound(deserialize = "Row: Deserialize<'a>")
)]
pub(crate) struct Page<'a, Row> {
    #[serde(borrow)]
    pub(crate) items: Rows<'a, Row>,
    pub(crate) total_count: Option<WireInt>,
}

/// A page of which every row can be read, and that has no more of them than pages have. To find the rows that can, a
/// list is gone through twice; once is enough for this one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "Row: Deserialize<'de>"))]
struct SoundPage<Row> {
    items: Few<Row>,
    total_count: Option<WireInt>,
}

impl<'a, Row: Deserialize<'a>> Page<'a, Row> {
    /// Reads an answer.
    pub(crate) fn read(reply: &'a Reply) -> Result<Self, Failure> {
        match decode::<SoundPage<Row>>(&reply.body) {
            Ok(page) => Ok(Self {
                items: page.items.0.into(),
                total_count: page.total_count,
            }),
            Err(_) => reply.json(),
        }
    }
}

/// A kind of instance for sale. `internetSpeed` and the specs' `additionalInfo` are left unread.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an offer")]
pub(crate) struct GpuRow<'a> {
    #[serde(borrow)]
    pub(crate) cloud_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) gpu_type: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) socket: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) provider: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) region: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data_center: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) country: Option<Text<'a>>,
    pub(crate) gpu_count: Option<WireInt>,
    pub(crate) gpu_memory: Option<WireInt>,
    #[serde(borrow)]
    pub(crate) disk: Option<Spec<'a>>,
    #[serde(borrow)]
    pub(crate) shared_disk: Option<Spec<'a>>,
    #[serde(borrow)]
    pub(crate) vcpu: Option<Spec<'a>>,
    #[serde(borrow)]
    pub(crate) memory: Option<Spec<'a>>,
    #[serde(borrow)]
    pub(crate) interconnect: Option<RawNumber<'a>>,
    #[serde(borrow)]
    pub(crate) interconnect_type: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) provisioning_time: Option<RawNumber<'a>>,
    #[serde(borrow)]
    pub(crate) stock_status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) security: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) prices: Option<Prices<'a>>,
    /// Offers of a provider name the same images: the list is read when it is another than before.
    #[serde(borrow)]
    pub(crate) images: Option<&'a RawValue>,
    pub(crate) is_spot: Option<bool>,
    #[serde(borrow)]
    pub(crate) prepaid_time: Option<RawNumber<'a>>,
}

/// How a resource is sized and priced: schema `CustomSpecValue`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object of counts and a price")]
pub(crate) struct Spec<'a> {
    pub(crate) min_count: Option<WireInt>,
    pub(crate) default_count: Option<WireInt>,
    pub(crate) max_count: Option<WireInt>,
    #[serde(borrow)]
    pub(crate) price_per_unit: Option<RawNumber<'a>>,
    pub(crate) step: Option<WireInt>,
    pub(crate) default_included_in_price: Option<bool>,
}

/// Prices of the whole instance per hour.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object of prices")]
pub(crate) struct Prices<'a> {
    #[serde(borrow)]
    pub(crate) on_demand: Option<RawNumber<'a>>,
    #[serde(borrow)]
    pub(crate) community_price: Option<RawNumber<'a>>,
    pub(crate) is_variable: Option<bool>,
    #[serde(borrow, default)]
    pub(crate) currency: CurrencyWord<'a>,
}

/// The currency. A missing one has a default in the schema; null has not.
#[derive(Debug, Default)]
pub(crate) enum CurrencyWord<'a> {
    #[default]
    Missing,
    Null,
    Word(Text<'a>),
}

impl<'de: 'a, 'a> Deserialize<'de> for CurrencyWord<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<Text<'a>>::deserialize(deserializer).map(|word| word.map_or(Self::Null, Self::Word))
    }
}

/// A kind of disk for sale.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a disk for sale")]
pub(crate) struct DiskRow<'a> {
    #[serde(borrow)]
    pub(crate) cloud_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) provider: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) region: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data_center: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) country: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) spec: Option<Spec<'a>>,
    #[serde(borrow)]
    pub(crate) stock_status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) security: Option<Text<'a>>,
    pub(crate) is_multinode: Option<bool>,
}

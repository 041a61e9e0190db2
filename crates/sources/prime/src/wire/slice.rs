//! Listings that are asked for by offset: schema `GenericPaginationResponse`.

use gpu_broker_http::{Rows, WireInt};
use gpu_broker_source_kit::Text;
use serde::Deserialize;

/// One slice of a listing. These lists are written `total_count` where `/availability` says `totalCount`.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a slice of rows", bound(deserialize = "Row: Deserialize<'a>"))]
pub(crate) struct Slice<'a, Row> {
    #[serde(borrow)]
    pub(crate) data: Rows<'a, Row>,
    pub(crate) total_count: Option<WireInt>,
}

/// What may be read of a row that is otherwise odd.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(crate) struct Outline<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) terminated_at: Option<Text<'a>>,
}

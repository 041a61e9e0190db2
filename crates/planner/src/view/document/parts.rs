//! What documents of offers and of quotes have in common: GPUs, places, networks, and who answered.

use gpu_broker_core::gpu::{Gpu, GpuModel, Socket};
use gpu_broker_core::market::SourceReport;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Interconnect, InterconnectKind};
use gpu_broker_core::place::{Country, DataCenter, Place};
use gpu_broker_core::quantity::Gb;
use gpu_broker_core::source::Coverage;
use serde::Serialize;
use serde_json::{Value, json};

/// The GPUs of one instance.
#[derive(Debug, Serialize)]
pub(crate) struct GpuDocument<'g> {
    model: &'g GpuModel,
    memory_gb: Option<Gb>,
    socket: Option<&'g Socket>,
    count: u32,
}

impl<'g> GpuDocument<'g> {
    pub(crate) fn of(gpu: &'g Gpu) -> Self {
        Self {
            model: &gpu.model,
            memory_gb: gpu.memory,
            socket: gpu.socket.as_ref(),
            count: gpu.count,
        }
    }
}

/// The GPUs of one instance, as a value.
pub(crate) fn gpu(gpu: &Gpu) -> Value {
    json!(GpuDocument::of(gpu))
}

/// A place.
#[derive(Debug, Serialize)]
pub(crate) struct PlaceDocument<'p> {
    region: &'p str,
    country: Option<&'p Country>,
    data_center: Option<&'p DataCenter>,
}

impl<'p> PlaceDocument<'p> {
    pub(crate) fn of(place: &'p Place) -> Self {
        Self {
            region: place.region_word(),
            country: place.country.as_ref(),
            data_center: place.data_center.as_ref(),
        }
    }
}

/// A place, as a value.
pub(crate) fn place(place: &Place) -> Value {
    json!(PlaceDocument::of(place))
}

/// A network.
#[derive(Debug, Serialize)]
pub(crate) struct InterconnectDocument<'i> {
    kinds: &'i [InterconnectKind],
    gbps: Option<Exact>,
}

impl<'i> InterconnectDocument<'i> {
    /// Nothing when the broker says nothing.
    pub(crate) fn of(network: &'i Interconnect) -> Option<Self> {
        let silent = network.kinds.is_empty() && network.gbps.is_none();
        (!silent).then_some(Self {
            kinds: &network.kinds,
            gbps: network.gbps,
        })
    }
}

/// A network, as a value.
pub(crate) fn interconnect(network: &Interconnect) -> Option<Value> {
    InterconnectDocument::of(network).map(|document| json!(document))
}

/// A measure other than money that need not be whole: a decimal string, as
/// money is.
pub(crate) fn number(number: Exact) -> Value {
    json!(number)
}

/// How one broker answered.
#[derive(Debug, Serialize)]
pub(crate) struct SourceDocument {
    broker: String,
    status: &'static str,
    offers: u64,
    announced: Option<u64>,
    pages: u32,
    error: Option<String>,
}

/// How a source answered.
pub(crate) fn source(report: &SourceReport) -> SourceDocument {
    let (status, error) = match &report.coverage {
        Coverage::Complete => ("ok", None),
        Coverage::Partial(error) => ("partial", Some(error.to_string())),
        Coverage::Failed(error) => ("failed", Some(error.to_string())),
        Coverage::NoCredentials => ("no_credentials", None),
    };
    SourceDocument {
        broker: report.broker.to_string(),
        status,
        offers: report.read,
        announced: report.announced,
        pages: report.pages,
        error,
    }
}

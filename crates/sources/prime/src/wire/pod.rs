//! `/api/v1/pods/`: schemas `APIPodConfig`, `APIPodStatusResponse`, `HistoryObj`.
//!
//! `jupyterPassword`, `envVars` and all else that may be secret is not read at all.

use gpu_broker_http::{Few, RawNumber, WireInt, parse};
use gpu_broker_source_kit::Text;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;

/// A machine. `ip` is left unread: `sshConnection` says the same and more.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a pod")]
pub(crate) struct Pod<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) provider_type: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) gpu_name: Option<Text<'a>>,
    pub(crate) gpu_count: Option<WireInt>,
    #[serde(borrow)]
    pub(crate) socket: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) price_hr: Option<RawNumber<'a>>,
    pub(crate) is_spot: Option<bool>,
    #[serde(borrow)]
    pub(crate) created_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) terminated_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) installation_status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) installation_failure: Option<Text<'a>>,
    pub(crate) installation_progress: Option<WireInt>,
    #[serde(borrow)]
    pub(crate) ssh_connection: Option<PerNode<'a>>,
}

/// What becomes of a machine, in short.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "the state of a pod")]
pub(crate) struct PodState<'a> {
    #[serde(borrow)]
    pub(crate) pod_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) installation_status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) installation_failure: Option<Text<'a>>,
    pub(crate) installation_progress: Option<WireInt>,
    #[serde(borrow)]
    pub(crate) ssh_connection: Option<PerNode<'a>>,
}

/// What was rented once, machines or not.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a row of the history")]
pub(crate) struct Past<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) provider_type: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) gpu_name: Option<Text<'a>>,
    pub(crate) gpu_count: Option<WireInt>,
    #[serde(borrow)]
    pub(crate) socket: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) price_hr: Option<RawNumber<'a>>,
    #[serde(borrow)]
    pub(crate) created_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) terminated_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) total_billed_price: Option<RawNumber<'a>>,
    /// Not in the schema of the history; a row that is a whole pod has it.
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
}

/// A text, or a list with a text or null for each node.
#[derive(Debug)]
pub(crate) struct PerNode<'a>(pub(crate) Vec<Option<Text<'a>>>);

impl<'de: 'a, 'a> Deserialize<'de> for PerNode<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: &'de str = <&RawValue>::deserialize(deserializer)?.get();
        let read = if raw.starts_with('[') {
            parse(raw).map(|Few(texts): Few<_>| texts)
        } else {
            parse(raw).map(|text| vec![text])
        };
        read.map(Self)
            .map_err(|_| D::Error::custom("expected a text or a short list of texts"))
    }
}

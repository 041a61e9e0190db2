//! What several themes need.

use gpu_broker_testkit::planner::Planner;
use gpu_broker_testkit::reckon::{Said, SaidGroup};
use serde_json::Value;

/// The binary of this build, with an empty home.
pub(crate) fn planner() -> Planner {
    Planner::new(env!("CARGO_BIN_EXE_planner"), env!("CARGO_TARGET_TMPDIR"))
}

/// The text of a field, which must be one.
#[track_caller]
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} is no text in {value}"))
}

/// The count in a field, which must be one.
#[track_caller]
pub(crate) fn count(value: &Value, name: &str) -> u64 {
    value[name]
        .as_u64()
        .unwrap_or_else(|| panic!("{name} is no count in {value}"))
}

/// The items of a field, which must be a list.
#[track_caller]
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name]
        .as_array()
        .unwrap_or_else(|| panic!("{name} is no list in {value}"))
}

/// A document without what every run has anew: its times, and the name that follows from them.
pub(crate) fn timeless(mut document: Value) -> Value {
    let fields = document.as_object_mut().expect("a document");
    for name in ["created_at", "expires_at", "id"] {
        fields.remove(name);
    }
    document
}

/// A plan of a document in plain words.
pub(crate) fn said(plan: &Value) -> Said {
    let maybe = |value: &Value, name: &str| match &value[name] {
        Value::Null => None,
        _ => Some(text(value, name).to_owned()),
    };
    let group = |group: &Value| SaidGroup {
        broker: text(group, "broker").to_owned(),
        id: text(group, "offer_id").to_owned(),
        center: maybe(&group["place"], "data_center"),
        count: count(group, "count"),
        rate: text(group, "rate").to_owned(),
        lines: list(group, "lines")
            .iter()
            .map(|line| {
                (
                    text(line, "item").to_owned(),
                    text(line, "quantity").parse().expect("a whole quantity"),
                    text(line, "unit_price").to_owned(),
                    text(line, "rate").to_owned(),
                    maybe(line, "rate_low"),
                )
            })
            .collect(),
    };
    Said {
        gpus: count(plan, "gpus"),
        surplus: count(plan, "surplus_gpus"),
        nodes: count(plan, "nodes"),
        rate: text(plan, "rate").to_owned(),
        upfront: text(plan, "upfront").to_owned(),
        total: text(plan, "total").to_owned(),
        total_low: maybe(plan, "total_low"),
        per_gpu_hour: maybe(plan, "per_gpu_hour"),
        groups: list(plan, "groups").iter().map(group).collect(),
    }
}

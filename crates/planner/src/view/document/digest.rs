//! Names that follow from what they name.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// A short name for a content: the same content has the same name, in whatever order its fields stand.
pub(crate) fn digest(prefix: &str, content: &impl Serialize) -> String {
    let mut text = String::new();
    canonical(&serde_json::to_value(content).unwrap_or_default(), &mut text);
    let hash = blake3::hash(text.as_bytes()).to_hex();
    format!("{prefix}_{}", hash.get(..16).unwrap_or_default())
}

/// JSON without white space whose fields are sorted.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                text.push(if at == 0 { '[' } else { ',' });
                canonical(item, text);
            }
            text.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            for (at, (name, value)) in sorted.iter().enumerate() {
                text.push(if at == 0 { '{' } else { ',' });
                canonical(&Value::from(name.as_str()), text);
                text.push(':');
                canonical(value, text);
            }
            text.push_str(if sorted.is_empty() { "{}" } else { "}" });
        }
        plain => text.push_str(&plain.to_string()),
    }
}

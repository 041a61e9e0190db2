//! Reading a body, up to the first thing that is wrong with it.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// The whole body.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(_) => Err(Refusal::invalid("Invalid request body: expected an object")),
            Err(_) if body.is_empty() => Ok(Self(Map::new())),
            Err(error) => Err(Refusal::invalid(format!("Invalid JSON in request body: {error}"))),
        }
    }

    /// A text that must be there.
    pub(super) fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name)?
            .filter(|text| !text.is_empty())
            .ok_or_else(|| Refusal::invalid(format!("Missing required field: {name}")))
    }

    /// A text that may be missing or null.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.given(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::invalid(format!("Invalid {name}: expected a string"))),
        }
    }

    /// A whole number that must be there.
    pub(super) fn needed_count(&self, name: &str) -> Result<u32, Refusal> {
        self.count(name)?
            .ok_or_else(|| Refusal::invalid(format!("Missing required field: {name}")))
    }

    /// A whole number that may be missing or null.
    pub(super) fn count(&self, name: &str) -> Result<Option<u32>, Refusal> {
        let Some(value) = self.given(name) else {
            return Ok(None);
        };
        let text = value.is_number().then(|| value.to_string());
        // A client may well write 8.0.
        let count = text.and_then(|text| text.strip_suffix(".0").unwrap_or(&text).parse().ok());
        count
            .map(Some)
            .ok_or_else(|| Refusal::invalid(format!("Invalid {name}: expected a whole number")))
    }

    /// A yes or no that may be missing or null.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.given(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(Refusal::invalid(format!("Invalid {name}: expected true or false"))),
        }
    }

    /// An object that may be missing or null.
    pub(super) fn object(&self, name: &str) -> Result<Option<&Map<String, Value>>, Refusal> {
        match self.given(name) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(_) => Err(Refusal::invalid(format!("Invalid {name}: expected an object"))),
        }
    }

    /// Texts in an array that may be missing or null.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&str>, Refusal> {
        let Some(value) = self.given(name) else {
            return Ok(Vec::new());
        };
        let texts = value
            .as_array()
            .and_then(|items| items.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        texts.ok_or_else(|| Refusal::invalid(format!("Invalid {name}: expected a list of strings")))
    }

    fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}

//! Reading a body, and noting everything that is wrong with it.

use serde_json::{Map, Value};

use super::invalid::{Invalid, Refusal};
use crate::exact::Exact;

/// One object of a body, and the faults found in it so far.
pub(super) struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

/// The whole body as an object.
pub(super) fn parse(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        let mut invalid = Invalid::default();
        invalid.note("body".to_owned(), "Field required");
        return Err(invalid.into());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => {
            let mut invalid = Invalid::default();
            invalid.note("body".to_owned(), "Input should be a valid dictionary or object");
            Err(invalid.into())
        }
        Err(error) => {
            let mut invalid = Invalid::default();
            invalid.note("body".to_owned(), format!("JSON decode error: {error}"));
            Err(invalid.into())
        }
    }
}

impl<'a> Fields<'a> {
    pub(super) fn new(path: &str, map: &'a Map<String, Value>) -> Self {
        Self {
            path: path.to_owned(),
            map,
        }
    }

    /// An object that must be there.
    pub(super) fn object(&self, name: &str, invalid: &mut Invalid) -> Option<Fields<'a>> {
        match self.map.get(name) {
            Some(Value::Object(map)) => Some(Fields::new(&format!("{}.{name}", self.path), map)),
            Some(_) => self.fault(name, "Input should be a valid dictionary or object", invalid),
            None => self.fault(name, "Field required", invalid),
        }
    }

    /// An object that may be missing or null.
    pub(super) fn maybe_object(&self, name: &str, invalid: &mut Invalid) -> Option<Fields<'a>> {
        self.given(name)?;
        self.object(name, invalid)
    }

    /// A text that must be there.
    pub(super) fn needed_text(&self, name: &str, invalid: &mut Invalid) -> Option<&'a str> {
        if self.map.get(name).is_none_or(Value::is_null) {
            return self.fault(name, "Field required", invalid);
        }
        self.text(name, invalid)
    }

    /// A text that may be missing or null.
    pub(super) fn text(&self, name: &str, invalid: &mut Invalid) -> Option<&'a str> {
        match self.given(name)?.as_str() {
            Some(text) => Some(text),
            None => self.fault(name, "Input should be a valid string", invalid),
        }
    }

    /// A whole number above zero that must be there.
    pub(super) fn needed_count(&self, name: &str, invalid: &mut Invalid) -> Option<u32> {
        if self.map.get(name).is_none_or(Value::is_null) {
            return self.fault(name, "Field required", invalid);
        }
        self.count(name, invalid)
    }

    /// A whole number above zero that may be missing or null.
    pub(super) fn count(&self, name: &str, invalid: &mut Invalid) -> Option<u32> {
        let value = self.given(name)?;
        let text = value.is_number().then(|| value.to_string());
        // A client may well write 8.0.
        let number = text.and_then(|text| text.strip_suffix(".0").unwrap_or(&text).parse::<i64>().ok());
        match number {
            None => self.fault(name, "Input should be a valid integer", invalid),
            Some(number) => match u32::try_from(number) {
                Ok(number) if number > 0 => Some(number),
                _ => self.fault(name, "Input should be greater than 0", invalid),
            },
        }
    }

    /// A number above zero that may be missing or null.
    pub(super) fn amount(&self, name: &str, invalid: &mut Invalid) -> Option<Exact> {
        let value = self.given(name)?;
        let number = value.is_number().then(|| Exact::parse(&value.to_string())).flatten();
        match number {
            None => self.fault(name, "Input should be a valid number", invalid),
            Some(number) if number <= Exact::ZERO => self.fault(name, "Input should be greater than 0", invalid),
            Some(number) => Some(number),
        }
    }

    /// A yes or no that may be missing or null.
    pub(super) fn flag(&self, name: &str, invalid: &mut Invalid) -> Option<bool> {
        match self.given(name)?.as_bool() {
            Some(flag) => Some(flag),
            None => self.fault(name, "Input should be a valid boolean", invalid),
        }
    }

    /// Texts in an array that may be missing or null.
    pub(super) fn texts(&self, name: &str, invalid: &mut Invalid) -> Vec<&'a str> {
        let Some(value) = self.given(name) else {
            return Vec::new();
        };
        let texts = value
            .as_array()
            .and_then(|items| items.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        texts.unwrap_or_else(|| {
            invalid.note(
                format!("{}.{name}", self.path),
                "Input should be a valid list of strings",
            );
            Vec::new()
        })
    }

    /// Notes every name that is not among the known ones.
    pub(super) fn forbid_others(&self, known: &[&str], invalid: &mut Invalid) {
        for name in self.map.keys().filter(|name| !known.contains(&name.as_str())) {
            invalid.note(format!("{}.{name}", self.path), "Extra inputs are not permitted");
        }
    }

    /// Notes one fault.
    pub(super) fn fault<T>(&self, name: &str, details: &str, invalid: &mut Invalid) -> Option<T> {
        invalid.note(format!("{}.{name}", self.path), details);
        None
    }

    fn given(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }
}

//! Lists in which one odd row does not spoil the others.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use crate::text::{EXCERPT_CHARS_MAX, excerpt};
use crate::wire::explain;

/// A JSON list whose rows are read one by one if they cannot all be read at once: those that make sense, and for each
/// other one the reason. It stands where a `Vec` would stand in a wire struct, also inside another row.
///
/// It can be read only from a JSON document that is held as text, and not inside `flatten` or untagged types. What is
/// no list at all is an error.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rows<'a, Row> {
    /// The rows that could be read, in their order.
    pub rows: Vec<Row>,
    /// The others, in their order.
    pub errors: Vec<RowError>,
    borrowed: PhantomData<&'a str>,
}

/// A row that could not be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RowError {
    /// Its place in the list, from 0.
    pub index: usize,
    /// The place of the trouble inside the row, such as `prices.onDemand`; `.` if it is the row itself.
    pub path: String,
    /// What was expected and what was found; one line.
    pub reason: String,
    /// How the row begins, as text that is safe to print.
    pub excerpt: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "." => write!(formatter, "row {}: {}", self.index, self.reason),
            path => write!(formatter, "row {}: {path}: {}", self.index, self.reason),
        }
    }
}

impl std::error::Error for RowError {}

impl<Row> From<Vec<Row>> for Rows<'_, Row> {
    /// A list of which every row could be read.
    fn from(rows: Vec<Row>) -> Self {
        Self {
            rows,
            errors: Vec::new(),
            borrowed: PhantomData,
        }
    }
}

impl<Row> Rows<'_, Row> {
    /// How many rows the list had, readable or not.
    pub fn len(&self) -> usize {
        self.rows.len() + self.errors.len()
    }

    /// Whether the list had no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'de: 'a, 'a, Row: Deserialize<'a>> Deserialize<'de> for Rows<'a, Row> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: &'a str = <&RawValue>::deserialize(deserializer)?.get();
        if let Ok(rows) = serde_json::from_str::<Vec<Row>>(raw) {
            return Ok(rows.into());
        }
        let parts: Vec<&'a RawValue> = serde_json::from_str(raw)
            .map_err(|_| D::Error::custom(format_args!("expected a list, got {}", excerpt(raw, 40))))?;
        let mut rows = Vec::with_capacity(parts.len());
        let mut errors = Vec::new();
        for (index, part) in parts.into_iter().enumerate() {
            match serde_json::from_str(part.get()) {
                Ok(row) => rows.push(row),
                Err(error) => {
                    let malformed = explain::<Row>(part.get(), &error);
                    let excerpt = excerpt(part.get(), EXCERPT_CHARS_MAX);
                    errors.push(RowError {
                        index,
                        path: malformed.path,
                        reason: malformed.reason,
                        excerpt,
                    });
                }
            }
        }
        Ok(Self {
            rows,
            errors,
            borrowed: PhantomData,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::{RawNumber, WireInt, decode};

    #[derive(Debug, Deserialize)]
    struct Offer<'a> {
        id: &'a str,
        #[serde(borrow)]
        price: Option<RawNumber<'a>>,
        count: Option<WireInt>,
    }

    #[derive(Debug, Deserialize)]
    struct Group<'a> {
        name: &'a str,
        #[serde(borrow)]
        offers: Rows<'a, Offer<'a>>,
    }

    #[derive(Debug, Deserialize)]
    struct Page<'a> {
        #[serde(borrow)]
        data: Rows<'a, Group<'a>>,
        total: Option<WireInt>,
    }

    #[test]
    fn one_odd_row_does_not_spoil_the_list() {
        let text =
            r#"[{"id":"a","price":1.10},{"id":"b","price":true},7,{"id":"c","count":0.5},{"price":1},{"id":"d"}]"#;
        let list: Rows<'_, Offer<'_>> = decode(text.as_bytes()).unwrap();
        assert_eq!(list.rows.iter().map(|offer| offer.id).collect::<Vec<_>>(), ["a", "d"]);
        assert_eq!(list.rows[0].price.unwrap().as_str(), "1.10");
        assert_eq!((list.rows[0].count, list.len()), (None, 6));
        let errors: Vec<String> = list.errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors[0], "row 1: price: expected a number, got true");
        assert!(
            errors[1].starts_with("row 2: invalid type: integer `7`"),
            "{}",
            errors[1]
        );
        assert!(
            errors[2].starts_with("row 3: count: expected a whole number"),
            "{}",
            errors[2]
        );
        assert_eq!(errors[3], "row 4: missing field `id`");
        assert_eq!(list.errors[0].excerpt, r#"{"id":"b","price":true}"#);
    }

    #[test]
    fn lists_inside_rows_keep_their_good_rows_too() {
        let text = r#"{"data":[{"name":"x","offers":[{"id":"a"},{"id":1}]},{"name":"y","offers":[]}],"total":2.0}"#;
        let page: Page<'_> = decode(text.as_bytes()).unwrap();
        assert_eq!(page.total, Some(WireInt(2)));
        assert!(page.data.errors.is_empty());
        let group = &page.data.rows[0];
        assert_eq!(
            (group.name, group.offers.rows.len(), group.offers.errors.len()),
            ("x", 1, 1)
        );
        assert!(page.data.rows[1].offers.is_empty());
    }

    #[test]
    fn no_list_is_an_error_that_names_its_place() {
        for (text, expected) in [
            (r#"{"data":null}"#, "data: expected a list, got null"),
            (r#"{"data":{"a":1}}"#, r#"data: expected a list, got {"a":1}"#),
            ("{}", "missing field `data`"),
        ] {
            assert_eq!(
                decode::<Page<'_>>(text.as_bytes()).unwrap_err().to_string(),
                expected,
                "{text}"
            );
        }
    }
}

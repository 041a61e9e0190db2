//! Lists in which one odd row does not spoil the others.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::strict::{Strict, parse};
use crate::text::excerpt;
use crate::wire::explain;

/// A JSON list whose rows are read one by one, when they are asked for: those that make sense, and for each other one
/// the reason. It stands where a `Vec` would stand in a wire struct, also inside another row, and takes no memory for
/// rows that nobody has asked for yet.
///
/// It can be read only from a JSON document that is held as text, and not inside `flatten` or untagged types. What is
/// no list at all is an error.
#[derive(Clone, Eq, PartialEq)]
pub struct Rows<'a, Row>(Held<'a, Row>);

#[derive(Clone, Eq, PartialEq)]
enum Held<'a, Row> {
    /// The list as it came.
    Text(&'a str),
    /// Rows that were read already.
    Read(Vec<Row>),
}

/// Not what it holds: rows that nobody has read may have secrets in them.
impl<Row> fmt::Debug for Rows<'_, Row> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Held::Text(text) => write!(formatter, "Rows({} bytes)", text.len()),
            Held::Read(rows) => write!(formatter, "Rows({})", rows.len()),
        }
    }
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
        Self(Held::Read(rows))
    }
}

impl<'a, Row: Deserialize<'a>> Rows<'a, Row> {
    /// Hands over every row with its place in the list, from 0, until one is not taken. Returns how many there are.
    ///
    /// # Errors
    /// The one with which `take` stopped.
    pub fn each<E>(self, mut take: impl FnMut(usize, Result<Row, RowError>) -> Result<(), E>) -> Result<usize, E> {
        let text = match self.0 {
            Held::Text(text) => text,
            Held::Read(rows) => {
                let count = rows.len();
                for (index, row) in rows.into_iter().enumerate() {
                    take(index, Ok(row))?;
                }
                return Ok(count);
            }
        };
        let mut given = 0;
        if let Some(end) = pass(text, |row| {
            given += 1;
            take(given - 1, Ok(row))
        }) {
            return end.map(|()| given);
        }
        // An odd row: from there on, each is cut out before it is read.
        let mut index = 0;
        let end = pass(text, |part: &'a RawValue| {
            index += 1;
            if index <= given {
                return Ok(());
            }
            take(index - 1, read(index - 1, part.get()))
        });
        end.unwrap_or(Ok(())).map(|()| index)
    }

    /// All rows, and the reasons for those that cannot be read; `None` if there are more than `max`.
    pub fn all(self, max: usize) -> Option<(Vec<Row>, Vec<RowError>)> {
        let (mut rows, mut errors) = (Vec::new(), Vec::new());
        let whole = self.each(|index, row| {
            match row {
                _ if index == max => return Err(()),
                Ok(row) => rows.push(row),
                Err(error) => errors.push(error),
            }
            Ok(())
        });
        whole.is_ok().then_some((rows, errors))
    }
}

fn read<'a, Row: Deserialize<'a>>(index: usize, text: &'a str) -> Result<Row, RowError> {
    parse(text).map_err(|error| {
        let malformed = explain::<Row>(text, &error);
        RowError {
            index,
            path: malformed.path,
            reason: malformed.reason,
        }
    })
}

/// Goes through a list once; `None` when a row is not what was expected.
fn pass<'a, Row: Deserialize<'a>, E>(text: &'a str, take: impl FnMut(Row) -> Result<(), E>) -> Option<Result<(), E>> {
    let mut stopped = None;
    let each = Each {
        take,
        stopped: &mut stopped,
        row: PhantomData,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let passed = Strict(&mut json).deserialize_seq(each);
    match (stopped, passed) {
        (Some(error), _) => Some(Err(error)),
        (None, Ok(())) => Some(Ok(())),
        (None, Err(_)) => None,
    }
}

struct Each<'s, Row, Take, E> {
    take: Take,
    stopped: &'s mut Option<E>,
    row: PhantomData<Row>,
}

impl<'de, Row: Deserialize<'de>, Take: FnMut(Row) -> Result<(), E>, E> Visitor<'de> for Each<'_, Row, Take, E> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element()? {
            if let Err(error) = (self.take)(row) {
                *self.stopped = Some(error);
                return Err(A::Error::custom("not taken"));
            }
        }
        Ok(())
    }
}

impl<'de: 'a, 'a, Row> Deserialize<'de> for Rows<'a, Row> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: &'a str = <&RawValue>::deserialize(deserializer)?.get();
        if text.starts_with('[') {
            return Ok(Self(Held::Text(text)));
        }
        Err(D::Error::custom(format_args!(
            "expected a list, got {}",
            excerpt(text, 40)
        )))
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
        let (rows, errors) = list.all(9).unwrap();
        assert_eq!(rows.iter().map(|offer| offer.id).collect::<Vec<_>>(), ["a", "d"]);
        assert_eq!(rows[0].price.unwrap().as_str(), "1.10");
        assert_eq!((rows[0].count, errors.len()), (None, 4));
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
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
    }

    #[test]
    fn lists_inside_rows_keep_their_good_rows_too() {
        let text = r#"{"data":[{"name":"x","offers":[{"id":"a"},{"id":1}]},{"name":"y","offers":[]}],"total":2.0}"#;
        let page: Page<'_> = decode(text.as_bytes()).unwrap();
        assert_eq!(page.total, Some(WireInt(2)));
        let (mut groups, errors) = page.data.all(9).unwrap();
        assert!(errors.is_empty());
        let (last, first) = (groups.pop().unwrap(), groups.pop().unwrap());
        let (offers, errors) = first.offers.all(9).unwrap();
        assert_eq!((first.name, offers.len(), errors.len()), ("x", 1, 1));
        let (offers, errors) = last.offers.all(9).unwrap();
        assert_eq!((last.name, offers.len(), errors.len()), ("y", 0, 0));
    }

    #[test]
    fn rows_come_in_their_order_each_once_until_one_is_not_taken() {
        let check = |text: &str, stop: usize, expected: &str| {
            let list: Rows<'_, u32> = decode(text.as_bytes()).unwrap();
            let mut seen = Vec::new();
            let end = list.each(|index, row| {
                if index == stop {
                    return Err("stopped");
                }
                seen.push(row.map_or_else(|error| format!("!{}", error.index), |row| row.to_string()));
                Ok(())
            });
            assert_eq!(format!("{} {end:?}", seen.join(",")), expected, "{text} until {stop}");
        };
        check("[1,2,3]", 9, "1,2,3 Ok(3)");
        check("[1,2,3]", 1, r#"1 Err("stopped")"#);
        check(r#"[1,"x",3,null,5]"#, 9, "1,!1,3,!3,5 Ok(5)");
        check(r#"[1,"x",3,null,5]"#, 1, r#"1 Err("stopped")"#);
        check(r#"[1,"x",3,null,5]"#, 4, r#"1,!1,3,!3 Err("stopped")"#);
        check(r#"[1,"x"]"#, 0, r#" Err("stopped")"#);
        check("[]", 0, " Ok(0)");
        check(" [ ] ", 0, " Ok(0)");
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

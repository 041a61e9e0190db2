//! Rows become records one by one; a bad one is reported and spoils no other.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::Reject;
use gpu_broker_http::{Malformed, Page, Reply, Rows, inert};
use serde::Deserialize;

/// The most rows that are read of one answer, those inside its rows too. Pages of a hundred are asked for, and what
/// comes without pages has about a thousand bytes for each row: so many do not fit into what is read of an answer.
const ROWS_MAX: usize = 10_000;

/// The longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 300;

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    path: Cow<'static, str>,
    reason: String,
}

impl Fault {
    /// Something is wrong at `path` inside the row, such as `prices.onDemand`; an empty path is the row itself.
    pub fn new(path: impl Into<Cow<'static, str>>, reason: impl Display) -> Self {
        Self {
            path: path.into(),
            reason: reason.to_string(),
        }
    }

    /// The row lacks what it cannot do without.
    pub fn missing(path: impl Into<Cow<'static, str>>) -> Self {
        Self::new(path, "it is missing")
    }

    /// The same fault, seen from what the row is in: `min` at `disk` is `disk.min`.
    #[must_use]
    pub fn within(self, outer: &str) -> Self {
        let mut path = outer.to_owned();
        join(&mut path, &self.path);
        Self {
            path: path.into(),
            ..self
        }
    }
}

/// So that a single answer which cannot be understood is reported like one that cannot be read.
impl From<Fault> for Malformed {
    fn from(fault: Fault) -> Self {
        let path = match &*fault.path {
            "" => ".",
            path => path,
        };
        Self {
            path: inert(path).into_owned(),
            reason: inert(&fault.reason).into_owned(),
        }
    }
}

impl From<Malformed> for Fault {
    fn from(malformed: Malformed) -> Self {
        let path = if malformed.path == "." {
            String::new()
        } else {
            malformed.path
        };
        Self::new(path, malformed.reason)
    }
}

/// The records of one page.
#[derive(Clone, Debug)]
pub struct Batch<T> {
    broker: Broker,
    /// What stands before each path: which of several listings or pages it is in.
    place: String,
    /// Rows read so far, those inside of rows too.
    read: usize,
    /// The records that could be understood.
    pub items: Vec<T>,
    /// The rows that could not.
    pub rejects: Vec<Reject>,
}

impl<T> Batch<T> {
    /// Nothing yet of `broker`. `place` goes before the path of each reject, to tell apart what would otherwise look
    /// the same: `page 3: `.
    pub fn new(broker: &Broker, place: impl Into<String>) -> Self {
        Self {
            broker: broker.clone(),
            place: place.into(),
            read: 0,
            items: Vec::new(),
            rejects: Vec::new(),
        }
    }

    /// How many records there are, readable or not.
    fn records(&self) -> usize {
        self.items.len() + self.rejects.len()
    }

    /// The batch as the page that came in this answer, with so many rows.
    pub fn page(self, reply: &Reply, rows: usize) -> Page<Self> {
        Page {
            rows,
            records: self.records(),
            imprint: reply.imprint(),
            value: self,
            announced: None,
            pages: None,
        }
    }

    /// Takes a list of which every row is a record: what `read` makes of it, or a reject. Returns how many rows it has.
    ///
    /// # Errors
    /// If the answer has more rows than are read of one: where a hundred were asked for, that is no answer, and a part
    /// of it would pass for all.
    pub fn rows<'r, R: Deserialize<'r>>(
        &mut self,
        list: &str,
        rows: Rows<'r, R>,
        mut read: impl FnMut(R) -> Result<T, Fault>,
    ) -> Result<usize, Fault> {
        self.each(list, rows, |batch, index, row| {
            match read(row) {
                Ok(item) => batch.items.push(item),
                Err(fault) => batch.reject(&format!("{list}[{index}]"), fault),
            }
            Ok(())
        })
    }

    /// Takes a list of which every row holds records: `read` is given the row with its path, such as `data[3]`, and
    /// adds to the batch what it finds there. Returns how many rows it has.
    ///
    /// # Errors
    /// As [`Batch::rows`], and those of `read`.
    pub fn groups<'r, R: Deserialize<'r>>(
        &mut self,
        list: &str,
        rows: Rows<'r, R>,
        mut read: impl FnMut(&mut Self, &str, R) -> Result<(), Fault>,
    ) -> Result<usize, Fault> {
        self.each(list, rows, |batch, index, row| {
            read(batch, &format!("{list}[{index}]"), row)
        })
    }

    /// Reports the row at `path`.
    pub fn reject(&mut self, path: &str, fault: Fault) {
        let mut whole = format!("{}{path}", self.place);
        join(&mut whole, &inert(&fault.path));
        let mut reason = fault.reason;
        // A word of the row may be as long as the answer.
        if let Some((cut, _)) = reason.char_indices().nth(REASON_CHARS_MAX) {
            reason.truncate(cut);
            reason.push('…');
        }
        let reason = match inert(&reason) {
            Cow::Borrowed(_) => reason,
            Cow::Owned(safe) => safe,
        };
        self.rejects.push(Reject {
            broker: self.broker.clone(),
            path: whole,
            reason,
        });
    }

    /// Both kinds of rows in their order in the list, so that each has its true place.
    fn each<'r, R: Deserialize<'r>>(
        &mut self,
        list: &str,
        rows: Rows<'r, R>,
        mut read: impl FnMut(&mut Self, usize, R) -> Result<(), Fault>,
    ) -> Result<usize, Fault> {
        rows.each(|index, row| {
            if self.read == ROWS_MAX {
                return Err(Fault::new(
                    list.to_owned(),
                    format_args!("it is one of more than {ROWS_MAX} rows, and no answer of more is read"),
                ));
            }
            self.read += 1;
            match row {
                Ok(row) => read(self, index, row),
                Err(error) => {
                    let path = if error.path == "." { String::new() } else { error.path };
                    self.reject(&format!("{list}[{index}]"), Fault::new(path, error.reason));
                    Ok(())
                }
            }
        })
    }
}

/// `outer` and `inner` as one path.
fn join(outer: &mut String, inner: &str) {
    let dot = if outer.is_empty() || inner.is_empty() || inner.starts_with('[') {
        ""
    } else {
        "."
    };
    // Writing to a String cannot fail.
    let _ = write!(outer, "{dot}{inner}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Group<'a> {
        name: &'a str,
        #[serde(borrow)]
        numbers: Rows<'a, i32>,
    }

    fn positive(number: i32) -> Result<i32, Fault> {
        (number > 0)
            .then_some(number)
            .ok_or_else(|| Fault::new("", format!("\u{1b}{number} is below one")))
    }

    fn paths(batch: &Batch<i32>) -> Vec<String> {
        let reject = |reject: &Reject| format!("{} | {}", reject.path, reject.reason);
        batch.rejects.iter().map(reject).collect()
    }

    #[test]
    fn every_row_is_counted_at_its_own_place() {
        let mut batch = Batch::new(&Broker::new("one"), "page 2: ");
        let rows = serde_json::from_str(r#"[1, "x", -5, 2, null]"#).unwrap();
        assert_eq!(batch.rows("items", rows, positive), Ok(5));
        assert_eq!(batch.items, [1, 2]);
        let paths = paths(&batch);
        assert!(
            paths[0].starts_with("page 2: items[1] | invalid type: string"),
            "{paths:?}"
        );
        assert_eq!(paths[1], r"page 2: items[2] | \u{1b}-5 is below one");
        assert!(
            paths[2].starts_with("page 2: items[4] | invalid type: null"),
            "{paths:?}"
        );
    }

    #[test]
    fn lists_inside_lists_have_longer_paths() {
        let mut batch = Batch::new(&Broker::new("one"), "");
        let text = r#"[{"name":"a","numbers":[7,0]},{"numbers":[]},{"name":"b","numbers":[true]}]"#;
        let rows: Rows<'_, Group<'_>> = serde_json::from_str(text).unwrap();
        let read = batch.groups("data", rows, |batch, path, group| {
            assert!(!group.name.is_empty());
            batch.rows(&format!("{path}.numbers"), group.numbers, positive)?;
            Ok(())
        });
        assert_eq!(read, Ok(3));
        assert_eq!(batch.items, [7]);
        let paths = paths(&batch);
        assert!(paths[0].starts_with("data[0].numbers[1] | "), "{paths:?}");
        assert_eq!(paths[1], "data[1] | missing field `name`");
        assert!(paths[2].starts_with("data[2].numbers[0] | "), "{paths:?}");
    }

    #[test]
    fn a_reason_is_short_whatever_it_quotes() {
        for (reason, expected) in [
            ("short".to_owned(), "short".to_owned()),
            ("é".repeat(300), "é".repeat(300)),
            ("é".repeat(301), "é".repeat(300) + "…"),
            ("\u{1b}".repeat(1 << 20), r"\u{1b}".repeat(300) + "…"),
        ] {
            let mut batch = Batch::<()>::new(&Broker::new("one"), "");
            batch.reject("a", Fault::new("", reason));
            assert_eq!(batch.rejects[0].reason, expected);
        }
    }

    #[test]
    fn an_answer_of_too_many_rows_is_none() {
        let many = |row: &str, count: usize| format!("[{}]", vec![row; count].join(","));
        let check = |text: &str, expected: Result<usize, &str>| {
            let mut batch = Batch::new(&Broker::new("one"), "");
            let rows = serde_json::from_str(text).unwrap();
            let read = batch.rows("items", rows, positive).map_err(|fault| fault.path);
            assert_eq!(read, expected.map_err(Into::into));
            assert!(batch.records() <= ROWS_MAX);
        };
        for row in ["1", "0", "null", "{}"] {
            check(&many(row, ROWS_MAX), Ok(ROWS_MAX));
            check(&many(row, ROWS_MAX + 1), Err("items"));
        }
        // Those inside of rows count too.
        let group = format!(r#"{{"name":"a","numbers":{}}}"#, many("1", 100));
        for (groups, expected) in [(99, Ok(99)), (100, Err("data[99].numbers"))] {
            let mut batch = Batch::new(&Broker::new("one"), "");
            let text = many(&group, groups);
            let rows: Rows<'_, Group<'_>> = serde_json::from_str(&text).unwrap();
            let read = batch.groups("data", rows, |batch, path, group| {
                batch
                    .rows(&format!("{path}.numbers"), group.numbers, positive)
                    .map(drop)
            });
            assert_eq!(
                read.map_err(|fault| fault.path.into_owned()),
                expected.map_err(str::to_owned)
            );
        }
    }

    #[test]
    fn a_fault_knows_where_it_is() {
        let fault = Fault::missing("min").within("disk").within("");
        assert_eq!(fault, Fault::new("disk.min", "it is missing"));
    }
}

//! Rows of named values, from JSON Lines or CSV.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;

use gpu_broker_core::near;
use gpu_broker_core::number::Exact;
use gpu_broker_http::inert;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A row of a file, and the line that it begins on.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) fields: Result<Fields, Fault>,
}

/// What is wrong with a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The field; empty for the row itself.
    pub(super) field: String,
    pub(super) reason: String,
}

/// The values of a row that nobody has asked for yet.
#[derive(Debug, Default)]
pub(super) struct Fields(BTreeMap<String, Cell>);

/// A value. Numbers are kept as they are written.
#[derive(Debug)]
enum Cell {
    Text(String),
    List(Vec<Cell>),
    Object(Fields),
}

impl Fault {
    pub(super) fn new(field: &str, reason: impl fmt::Display) -> Self {
        Self {
            field: field.to_owned(),
            reason: inert(&reason.to_string()).into_owned(),
        }
    }

    pub(super) fn missing(field: &str) -> Self {
        Self::new(field, "it is missing")
    }

    pub(super) fn within(self, outer: &str) -> Self {
        Self {
            field: format!("{outer}.{}", self.field),
            ..self
        }
    }
}

/// Hands over the rows of a file until `take` has heard enough; lines without anything are none.
pub(super) fn rows(path: &Path, bytes: &[u8], take: impl FnMut(Row) -> ControlFlow<()>) -> ControlFlow<()> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    let is_csv = match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("csv") => true,
        Some("jsonl" | "ndjson" | "json") => false,
        _ => bytes.trim_ascii_start().first().is_some_and(|first| *first != b'{'),
    };
    if is_csv {
        csv_rows(bytes, take)
    } else {
        json_rows(bytes, take)
    }
}

fn json_rows(bytes: &[u8], take: impl FnMut(Row) -> ControlFlow<()>) -> ControlFlow<()> {
    let lines = bytes.split(|byte| *byte == b'\n').zip(1_u64..);
    let filled = lines.filter(|(line, _)| !line.trim_ascii().is_empty());
    let row = |(bytes, line)| Row {
        line,
        fields: json_row(bytes),
    };
    filled.map(row).try_for_each(take)
}

fn json_row(bytes: &[u8]) -> Result<Fields, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::new("", "it is not utf-8 text"))?;
    match cell(text.trim())? {
        Some(Cell::Object(fields)) => Ok(fields),
        _ => Err(Fault::new("", "it is not a json object on one line")),
    }
}

/// A JSON value; `None` for null and for a text that says nothing.
fn cell(raw: &str) -> Result<Option<Cell>, Fault> {
    let malformed = |error: serde_json::Error| {
        let text = error.to_string();
        // Every row is a document of one line: only the column tells anything.
        Fault::new(
            "",
            format!("it is not json: {}", text.replace(" at line 1 column ", " at column ")),
        )
    };
    Ok(match raw.as_bytes().first() {
        Some(b'{') => {
            let Pairs(pairs) = serde_json::from_str(raw).map_err(malformed)?;
            let mut fields = BTreeMap::new();
            for (name, value) in pairs {
                let value = cell(value.get()).map_err(|fault| Fault::new(&name, fault.reason))?;
                fields.extend(value.map(|value| (name, value)));
            }
            Some(Cell::Object(Fields(fields)))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw).map_err(malformed)?;
            let items: Result<Vec<_>, _> = items
                .into_iter()
                .filter_map(|item| cell(item.get()).transpose())
                .collect();
            Some(Cell::List(items?))
        }
        Some(b'"') => said(serde_json::from_str(raw).map_err(malformed)?),
        _ => {
            // A number keeps its digits, and true and false their letters.
            let plain: &RawValue = serde_json::from_str(raw).map_err(malformed)?;
            (plain.get() != "null").then(|| Cell::Text(plain.get().to_owned()))
        }
    })
}

fn said(text: String) -> Option<Cell> {
    (!text.trim().is_empty()).then_some(Cell::Text(text))
}

/// The fields of an object, none of which may stand there twice.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs: Self::Value = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    if pairs.iter().any(|(known, _)| *known == name) {
                        return Err(A::Error::custom(format_args!("`{name}` stands there twice")));
                    }
                    pairs.push((name, value));
                }
                Ok(pairs)
            }
        }

        deserializer.deserialize_map(Reader).map(Self)
    }
}

fn csv_rows(bytes: &[u8], mut take: impl FnMut(Row) -> ControlFlow<()>) -> ControlFlow<()> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let heading: Vec<String> = match reader.byte_headers() {
        Ok(heading) => heading
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase())
            .collect(),
        Err(error) => {
            let fields = Err(Fault::new("", format!("its heading cannot be read: {error}")));
            return take(Row { line: 1, fields });
        }
    };
    if !heading.is_empty() && !heading.iter().any(|name| name == "provider") {
        // Some other table, or no text at all.
        let fields = Err(Fault::new("", "its heading has no `provider`"));
        return take(Row { line: 1, fields });
    }
    let row = |record: csv::Result<csv::ByteRecord>| match record {
        Ok(record) => Row {
            line: record.position().map_or(0, csv::Position::line),
            fields: csv_row(&heading, &record),
        },
        Err(error) => Row {
            line: error.position().map_or(0, csv::Position::line),
            fields: Err(Fault::new("", error)),
        },
    };
    reader.byte_records().map(row).try_for_each(take)
}

fn csv_row(heading: &[String], record: &csv::ByteRecord) -> Result<Fields, Fault> {
    let mut fields = BTreeMap::new();
    for (at, cell) in record.iter().enumerate() {
        let name = heading.get(at).map_or("", String::as_str);
        let text = std::str::from_utf8(cell).map_err(|_| Fault::new(name, "it is not utf-8 text"))?;
        let Some(cell) = said(text.trim().to_owned()) else {
            continue;
        };
        if name.is_empty() {
            return Err(Fault::new("", format!("`{text}` stands under no heading")));
        }
        if fields.insert(name.to_owned(), cell).is_some() {
            return Err(Fault::new(name, "it stands there twice"));
        }
    }
    Ok(Fields(fields))
}

impl Fields {
    /// A text.
    pub(super) fn text(&mut self, field: &str) -> Result<Option<String>, Fault> {
        match self.0.remove(field) {
            None => Ok(None),
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(Cell::List(_)) => Err(Fault::new(field, "it is a list, and one value is wanted")),
            Some(Cell::Object(_)) => Err(Fault::new(field, "it is an object, and one value is wanted")),
        }
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, field: &str) -> Result<String, Fault> {
        self.text(field)?.ok_or_else(|| Fault::missing(field))
    }

    /// A text that `read` understands.
    pub(super) fn read<T, E: fmt::Display>(
        &mut self,
        field: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Fault> {
        let text = self.text(field)?;
        text.map(|text| read(text.trim()).map_err(|error| Fault::new(field, error)))
            .transpose()
    }

    /// A number from 0, to the last digit.
    pub(super) fn amount(&mut self, field: &str) -> Result<Option<Exact>, Fault> {
        match self.read(field, str::parse::<Exact>)? {
            Some(number) if number.is_negative() => Err(Fault::new(field, format!("{number} is below zero"))),
            number => Ok(number),
        }
    }

    /// A whole number from 0.
    pub(super) fn whole(&mut self, field: &str) -> Result<Option<u64>, Fault> {
        let Some(number) = self.amount(field)? else {
            return Ok(None);
        };
        let whole = number.to_whole();
        whole
            .map(Some)
            .ok_or_else(|| Fault::new(field, format!("{number} is not a whole number")))
    }

    /// A whole number of things that one can imagine.
    pub(super) fn small(&mut self, field: &str) -> Result<Option<u32>, Fault> {
        let Some(number) = self.whole(field)? else {
            return Ok(None);
        };
        let small = u32::try_from(number);
        small
            .map(Some)
            .map_err(|_| Fault::new(field, format!("{number} is too many")))
    }

    /// True or false.
    pub(super) fn flag(&mut self, field: &str) -> Result<Option<bool>, Fault> {
        self.read(field, |text| match text.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(format!("`{text}` is neither `true` nor `false`")),
        })
    }

    /// A list of texts, or one text with commas.
    pub(super) fn words(&mut self, field: &str) -> Result<Vec<String>, Fault> {
        let items = match self.0.remove(field) {
            None => return Ok(Vec::new()),
            Some(Cell::Text(text)) => {
                let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
                return Ok(words.map(str::to_owned).collect());
            }
            Some(Cell::Object(_)) => return Err(Fault::new(field, "it is an object, and a list is wanted")),
            Some(Cell::List(items)) => items,
        };
        let word = |cell| match cell {
            Cell::Text(text) => Ok(text),
            Cell::List(_) | Cell::Object(_) => Err(Fault::new(field, "it is not a list of words")),
        };
        items.into_iter().map(word).collect()
    }

    /// A list of objects.
    pub(super) fn rows(&mut self, field: &str) -> Result<Vec<Self>, Fault> {
        let fault = || Fault::new(field, "it is not a list of objects");
        let items = match self.0.remove(field) {
            None => return Ok(Vec::new()),
            Some(Cell::List(items)) => items,
            Some(Cell::Text(_) | Cell::Object(_)) => return Err(fault()),
        };
        let row = |cell| match cell {
            Cell::Object(fields) => Ok(fields),
            Cell::Text(_) | Cell::List(_) => Err(fault()),
        };
        items.into_iter().map(row).collect()
    }

    /// Refuses a field that nobody asked for: it may be a price with a typing error.
    pub(super) fn nothing_else(self, known: &[&str]) -> Result<(), Fault> {
        let Some(field) = self.0.into_keys().next() else {
            return Ok(());
        };
        let near = near(&field, known.iter().copied());
        let hint = match near.as_slice() {
            [] => "`planner help offers-file` lists the fields".to_owned(),
            near => format!("did you mean `{}`?", near.join("` or `")),
        };
        Err(Fault::new(&inert(&field), format!("there is no such field; {hint}")))
    }
}

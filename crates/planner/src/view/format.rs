//! The formats that programs read: CSV, Markdown, JSON, YAML.

use std::fmt::{Display, Write as _};
use std::io::{self, Write as _};

use gpu_broker_http::is_active;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::columns::Column;
use super::text::{cell, markdown, markdown_code, shown};
use crate::exit::Exit;
use crate::printer::stream;
use crate::report::Trouble;

/// Rows with a heading, for CSV.
#[derive(Debug)]
pub(crate) struct Sheet {
    writer: csv::Writer<Vec<u8>>,
    row: Vec<String>,
}

impl Sheet {
    /// An empty sheet with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let mut sheet = Self {
            writer: csv::Writer::from_writer(Vec::new()),
            row: Vec::new(),
        };
        sheet.row = columns.iter().map(|name| (*name).to_owned()).collect();
        sheet.end_row();
        sheet
    }

    /// A word of somebody else's, made safe for a spreadsheet.
    pub(crate) fn word(&mut self, word: &str) {
        self.row.push(cell(word));
    }

    /// A number of ours.
    pub(crate) fn number(&mut self, number: impl Display) {
        self.row.push(number.to_string());
    }

    /// A number of ours, if there is one.
    pub(crate) fn maybe(&mut self, number: Option<impl Display>) {
        self.row
            .push(number.map(|number| number.to_string()).unwrap_or_default());
    }

    /// Ends the row.
    pub(crate) fn end_row(&mut self) {
        // Writing to memory does not fail, and every row has as many cells.
        let _ = self.writer.write_record(&self.row);
        self.row.clear();
    }

    /// The sheet as CSV.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.writer.into_inner().unwrap_or_default()
    }
}

/// Columns as a Markdown table.
pub(crate) fn markdown_table(columns: &[Column]) -> String {
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut line = |cells: Vec<String>| {
        text.push_str("| ");
        text.push_str(&cells.join(" | "));
        text.push_str(" |\n");
    };
    line(columns.iter().map(|column| markdown(&column.name)).collect());
    line(
        columns
            .iter()
            .map(|column| {
                if column.right {
                    "---:".to_owned()
                } else {
                    "---".to_owned()
                }
            })
            .collect(),
    );
    for row in 0..rows {
        line(
            columns
                .iter()
                .map(|column| {
                    column
                        .cells
                        .get(row)
                        .map(|cell| written(column, cell))
                        .unwrap_or_default()
                })
                .collect(),
        );
    }
    text
}

/// Lines as a block of Markdown that keeps them as they are, in a language if one is named. Behind a list, an indented
/// block would be part of its last item.
pub(crate) fn fenced(language: &str, lines: &str) -> String {
    let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    // No run of back-ticks within is as long as the fence.
    let fence = "`".repeat(3.max(longest + 1));
    let mut text = format!("{fence}{language}\n");
    for line in lines.lines() {
        text.extend([shown(line).as_ref(), "\n"]);
    }
    text + &fence + "\n"
}

fn written(column: &Column, cell: &str) -> String {
    match column.commands {
        Some(between) => markdown_code(cell, between),
        None => markdown(cell),
    }
}

/// A document as JSON, ending in a newline. Strangers' words are kept to the letter, and do nothing to a terminal.
pub(crate) fn json(document: &impl Serialize) -> Result<Vec<u8>, Trouble> {
    let mut text = serde_json::to_string_pretty(document).map_err(|error| internal(&error))?;
    text.push('\n');
    Ok(inert_json(text, Wide::Pair).into_bytes())
}

/// Prints a document as JSON while it is made, for those too long to be held twice.
pub(crate) fn print_json(document: &impl Serialize) -> Result<(), Trouble> {
    stream(|out| {
        // The serializer writes single brackets and words: they are looked at by the thousand.
        let mut out = io::BufWriter::with_capacity(LOOKED_AT_BYTES, Inert(out));
        serde_json::to_writer_pretty(&mut out, document)?;
        out.write_all(b"\n")?;
        out.flush()
    })
    .map_err(Trouble::from)
}

/// Bytes that are made inert together.
const LOOKED_AT_BYTES: usize = 128 << 10;

/// Makes JSON inert on its way. JSON is written in pieces that each are whole characters.
struct Inert<W>(W);

impl<W: io::Write> io::Write for Inert<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.write_all(piece).map(|()| piece.len())
    }

    fn write_all(&mut self, piece: &[u8]) -> io::Result<()> {
        if is_plain(piece) {
            return self.0.write_all(piece);
        }
        let text = str::from_utf8(piece).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.0.write_all(inert_json(text.to_owned(), Wide::Pair).as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Whether there is nothing but printable ASCII and line breaks. Looks at many bytes at once, not at one after the other.
fn is_plain(bytes: &[u8]) -> bool {
    let odd = |byte: &u8| !matches!(byte, b' '..=b'~' | b'\n');
    bytes
        .chunks(256)
        .all(|chunk| !chunk.iter().fold(false, |found, byte| found | odd(byte)))
}

/// A document as JSON on one line.
pub(crate) fn json_line(document: &impl Serialize) -> Result<Vec<u8>, Trouble> {
    let mut text = serde_json::to_string(document).map_err(|error| internal(&error))?;
    text.push('\n');
    Ok(inert_json(text, Wide::Pair).into_bytes())
}

/// A document as YAML. Where a stranger's word holds what could move a cursor or hide text, the document is written in
/// the notation that YAML shares with JSON: only there can any character be written as an escape.
pub(crate) fn yaml(document: &impl Serialize) -> Result<Vec<u8>, Trouble> {
    let text = unmistakable(document).map_err(|error| internal(&error))?;
    if !text.chars().any(acts) {
        return Ok(text.into_bytes());
    }
    let mut text = serde_json::to_string_pretty(document).map_err(|error| internal(&error))?;
    text.push('\n');
    Ok(inert_json(text, Wide::Eight).into_bytes())
}

/// YAML whose words are quoted where readers of YAML 1.1, which many are, would not take them for text: times, `NO` for
/// Norway, `1_000`, `012` and `1:30`.
fn unmistakable(document: &impl Serialize) -> Result<String, serde_yaml_ng::Error> {
    let mut value = serde_yaml_ng::to_value(document)?;
    let text = serde_yaml_ng::to_string(&value)?;
    if text.contains(MARK) || !mark(&mut value) {
        return Ok(text);
    }
    let text = serde_yaml_ng::to_string(&value)?;
    let mut pieces = text.split(MARK);
    let mut quoted = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let line = piece.split('\n').next().unwrap_or_default();
        // A name of a field ends in a colon, and none of these words does.
        let word = line.split(": ").next().unwrap_or_default().trim_end_matches(':');
        quoted.extend(["'", word, "'", &piece[word.len()..]]);
    }
    Ok(quoted)
}

/// Stands before a word for as long as it is not quoted: a letter that no document has, and that asks for no quotes.
const MARK: char = '\u{e000}';

/// Marks what a reader of YAML 1.1 takes for something else than text; whether there is any.
fn mark(value: &mut serde_yaml_ng::Value) -> bool {
    use serde_yaml_ng::Value;
    match value {
        Value::String(text) if misleads(text) => {
            text.insert(0, MARK);
            true
        }
        Value::Sequence(items) => items.iter_mut().fold(false, |any, item| mark(item) | any),
        Value::Mapping(fields) => {
            let mut any = false;
            *fields = std::mem::take(fields)
                .into_iter()
                .map(|(mut name, mut field)| {
                    any |= mark(&mut name) | mark(&mut field);
                    (name, field)
                })
                .collect();
            any
        }
        _ => false,
    }
}

/// Words that YAML 1.1 takes for something else (<https://yaml.org/type/>), in any mixture of cases.
const WORDS: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "=", "<<"];

/// Whether YAML 1.1 may read it as something else than text: rather one too many than one too few.
fn misleads(text: &str) -> bool {
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || is_time(text) || is_numeric(text)
}

fn is_time(text: &str) -> bool {
    let begins = text.as_bytes().get(4) == Some(&b'-') && text.bytes().take(4).all(|byte| byte.is_ascii_digit());
    begins && (text.parse::<Timestamp>().is_ok() || text.parse::<Date>().is_ok())
}

/// Numbers with underscores, to the base of 2, 8, 16 and 60, with an exponent.
fn is_numeric(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(rest) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0b")) {
        return rest.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'_');
    }
    let may = |byte: u8| byte.is_ascii_digit() || b"_.:eE+-".contains(&byte);
    let begins = digits
        .trim_start_matches('.')
        .starts_with(|first: char| first.is_ascii_digit());
    // What ends in a colon is no number.
    begins && digits.bytes().all(may) && !digits.ends_with(':')
}

/// How a character beyond 16 bits is escaped.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wide {
    /// As JSON does, as a pair of surrogates.
    Pair,
    /// As YAML does, with eight digits.
    Eight,
}

/// JSON with escapes in place of characters that a terminal would act upon. They stand inside strings and nowhere else.
pub(crate) fn inert_json(text: String, wide: Wide) -> String {
    if !text.chars().any(acts) {
        return text;
    }
    let mut safe = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        let code = u32::from(c);
        // Writing to a String cannot fail.
        let _ = match (acts(c), wide) {
            // YAML knows no such characters, however they are written but so.
            (_, Wide::Eight) if matches!(c, '\u{fffe}' | '\u{ffff}') => write!(safe, "\\u{code:04x}"),
            (false, _) => {
                safe.push(c);
                Ok(())
            }
            (true, Wide::Eight) if code > 0xffff => write!(safe, "\\U{code:08x}"),
            (true, _) => c
                .encode_utf16(&mut [0; 2])
                .iter()
                .try_for_each(|unit| write!(safe, "\\u{unit:04x}")),
        };
    }
    safe
}

/// Between lines, a line break is ours.
fn acts(c: char) -> bool {
    c != '\n' && is_active(c)
}

fn internal(error: &dyn Display) -> Trouble {
    Trouble::new(Exit::Internal, format!("the answer cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_do_nothing_to_a_terminal_and_keep_every_word() {
        let check = |word: &str, in_json: &str, in_yaml: &str| {
            let (json, yaml) = (json(&word).unwrap(), yaml(&word).unwrap());
            assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), word);
            assert_eq!(serde_yaml_ng::from_slice::<String>(&yaml).unwrap(), word);
            let text = |bytes| String::from_utf8(bytes).unwrap();
            assert_eq!((text(json).trim_end(), text(yaml).trim_end()), (in_json, in_yaml));
        };
        check("US-KS-2 東京", "\"US-KS-2 東京\"", "US-KS-2 東京");
        check("\u{9b}2J", r#""\u009b2J""#, r#""\x9B2J""#);
        check("\u{7f}", r#""\u007f""#, r#""\x7F""#);
        check("a\u{202e}b", r#""a\u202eb""#, r#""a\u202eb""#);
        check("a\u{e0041}b", r#""a\udb40\udc41b""#, r#""a\U000e0041b""#);
        check(
            "zero\u{200b}width \\ \"",
            r#""zero\u200bwidth \\ \"""#,
            r#""zero\u200bwidth \\ \"""#,
        );
    }

    #[test]
    fn nothing_within_ends_a_block() {
        let check = |lines: &str, expected: &str| assert_eq!(fenced("sh", lines), expected);
        check("planner quote H100:8", "```sh\nplanner quote H100:8\n```\n");
        check("a\n  b\n", "```sh\na\n  b\n```\n");
        check("a ``` b", "````sh\na ``` b\n````\n");
        check("`````", "``````sh\n`````\n``````\n");
        check("a\u{1b}[2J", &format!("```sh\n{}\n```\n", shown("a\u{1b}[2J")));
    }

    #[test]
    fn yaml_readers_take_words_for_words() {
        let check = |text: &str, expected: &str| {
            let document = serde_json::json!({ "a": [text], "b": "z\n2026-11-26\n" });
            let written = String::from_utf8(yaml(&document).unwrap()).unwrap();
            assert_eq!(written, format!("a:\n- {expected}\nb: |\n  z\n  2026-11-26\n"));
            let read: serde_json::Value = serde_yaml_ng::from_str(&written).unwrap();
            assert_eq!(read, document);
        };
        check("2026-11-26T11:05:08Z", "'2026-11-26T11:05:08Z'");
        check("2026-11-26T11:05:08.123456789Z", "'2026-11-26T11:05:08.123456789Z'");
        check("2026-11-26", "'2026-11-26'");
        check("2026-11-26 and later", "2026-11-26 and later");
        check("b200", "b200");
        for word in [
            "NO", "no", "No", "y", "N", "Yes", "on", "OFF", "true", "False", "NULL", "=", "<<",
        ] {
            check(word, &format!("'{word}'"));
        }
        for number in [
            "1_000",
            "-1_0",
            "1:30",
            "190:20:30.15",
            "012",
            "0x1_f",
            "0b1_0",
            ".5_0",
            "1.5e+3",
            "+1_0",
        ] {
            check(number, &format!("'{number}'"));
        }
        check("NORWAY-1", "NORWAY-1");
        check("1:30h", "1:30h");
        check("0xyz", "0xyz");
        check("noon", "noon");
        // The name of a field, too.
        let written =
            String::from_utf8(yaml(&serde_json::json!({ "NO": { "1:30": "no", "on": [] } })).unwrap()).unwrap();
        assert_eq!(written, "'NO':\n  '1:30': 'no'\n  'on': []\n");
    }
}

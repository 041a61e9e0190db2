//! Forty ways to spoil an answer.

use serde_json::{Map, Value, json};

use super::shapes::Shape;

/// How deep what is nested too deeply is.
const DEEP: usize = 100_000;

/// How many rows are too many.
const MANY: usize = 50_000;

/// Stands in a document for text that no JSON writer writes.
pub(super) const RAW: &str = "@raw@";

/// A way to spoil an answer.
pub(super) type Mutation = (&'static str, fn(&Shape) -> Vec<u8>);

/// All of them, in the order of the columns of the grid.
pub(super) const ALL: [Mutation; 40] = [
    ("empty", |_| Vec::new()),
    ("blank", |_| b" \r\n\t ".to_vec()),
    ("half", |shape| shape.text.as_bytes()[..shape.text.len() / 2].to_vec()),
    ("without its last byte", |shape| {
        shape.text.as_bytes()[..shape.text.len() - 1].to_vec()
    }),
    ("text after it", |shape| around("", shape, " x")),
    ("twice", |shape| around(&format!("{}\n", shape.text), shape, "\n")),
    ("with a byte-order mark", |shape| around("\u{feff}", shape, "")),
    ("in UTF-16", |shape| {
        shape.text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }),
    ("with a byte that is no UTF-8", |shape| broken(shape.text)),
    ("NUL after it", |shape| around("", shape, "\0")),
    ("a page of a proxy", |_| {
        b"<!doctype html><html><title>Bad gateway</title></html>".to_vec()
    }),
    ("null", |_| b"null".to_vec()),
    ("an empty list", |_| b"[]".to_vec()),
    ("an empty object", |_| b"{}".to_vec()),
    ("a text", |_| b"\"ok\"".to_vec()),
    ("a number", |_| b"7".to_vec()),
    ("in a list", |shape| around("[", shape, "]")),
    ("in an object", |shape| around("{\"result\":", shape, "}")),
    ("an error in 200", |_| {
        br#"{"error":"Internal error","code":"E1","message":"no"}"#.to_vec()
    }),
    ("nested without end", |_| vec![b'['; DEEP]),
    ("a field that is nested too deeply", |shape| {
        beside(shape, &format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP)))
    }),
    ("a field that is a huge list", |shape| {
        beside(shape, &format!("[{}0]", "0,".repeat(MANY)))
    }),
    ("a field that is a huge text", |shape| {
        beside(shape, &format!("\"{}\"", "x".repeat(1 << 20)))
    }),
    ("a comma too many", |shape| {
        let end = shape.text.len() - 1;
        [&shape.text.as_bytes()[..end], b",", &shape.text.as_bytes()[end..]].concat()
    }),
    ("other quotes", |shape| shape.text.replace('"', "'").into_bytes()),
    ("a row is null", |shape| row(shape, |_| Value::Null)),
    ("a row is a number", |shape| row(shape, |_| json!(8))),
    ("a row is a text", |shape| row(shape, |_| json!("\u{1b}[2J"))),
    ("a row is empty", |shape| row(shape, |_| json!({}))),
    ("a row is a list", |shape| row(shape, |one| json!([one]))),
    ("a row of nulls", |shape| row(shape, |one| fields(one, |_| Value::Null))),
    ("a row of other kinds", |shape| {
        row(shape, |one| fields(one, other_kind))
    }),
    ("a field twice", |shape| {
        raw(shape, |one| {
            let (text, name) = (one.to_string(), first_name(one));
            match text.strip_prefix('{') {
                Some(rest) => format!("{{\"{name}\":null,{rest}"),
                None => text,
            }
        })
    }),
    ("a row without its first field", |shape| row(shape, without_first)),
    ("a row twice", twice),
    ("rows in the other order", reversed),
    ("fields that nobody knows", |shape| row(shape, with_more)),
    ("numbers as texts", |shape| row(shape, |one| fields(one, as_text))),
    ("numbers beyond all bounds", |shape| {
        replaced(shape, Value::is_number, "1e400")
    }),
    ("half a character", |shape| {
        replaced(shape, Value::is_string, r#""\ud800""#)
    }),
];

fn around(before: &str, shape: &Shape, after: &str) -> Vec<u8> {
    format!("{before}{}{after}", shape.text).into_bytes()
}

/// A byte inside the first text is exchanged.
fn broken(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let at = text.find('"').unwrap_or_default() + 1;
    bytes[at] = 0xff;
    bytes
}

/// One more field in the first object.
fn beside(shape: &Shape, value: &str) -> Vec<u8> {
    match shape.text.find('{') {
        Some(at) => format!("{}\"zz_new\":{value},{}", &shape.text[..=at], &shape.text[at + 1..]).into_bytes(),
        None => format!("[{value},{}", &shape.text[1..]).into_bytes(),
    }
}

pub(super) fn document(shape: &Shape) -> Value {
    serde_json::from_str(shape.text).unwrap()
}

/// The list of a document, if it is about one.
pub(super) fn rows<'a>(shape: &Shape, document: &'a mut Value) -> Option<&'a mut Vec<Value>> {
    document.pointer_mut(shape.rows?)?.as_array_mut()
}

/// The first row changed, or the one thing that the answer is about.
fn changed(shape: &Shape, change: impl Fn(&Value) -> Value) -> Value {
    let mut document = document(shape);
    match rows(shape, &mut document) {
        Some(rows) => rows[0] = change(&rows[0]),
        None => document = change(&document),
    }
    document
}

fn row(shape: &Shape, change: impl Fn(&Value) -> Value) -> Vec<u8> {
    changed(shape, change).to_string().into_bytes()
}

/// The first row as a text that need not be JSON.
fn raw(shape: &Shape, text: impl Fn(&Value) -> String) -> Vec<u8> {
    let mut said = String::new();
    let mut document = document(shape);
    if let Some(rows) = rows(shape, &mut document) {
        said.push_str(&text(&rows[0]));
        rows[0] = json!(RAW);
    } else {
        said.push_str(&text(&document));
        document = json!(RAW);
    }
    document.to_string().replace(&format!("\"{RAW}\""), &said).into_bytes()
}

/// The first row with a text in place of every value of a kind.
fn replaced(shape: &Shape, is_meant: fn(&Value) -> bool, text: &str) -> Vec<u8> {
    let mark = |value: &Value| if is_meant(value) { json!(RAW) } else { value.clone() };
    let document = changed(shape, |one| fields(one, mark)).to_string();
    document.replace(&format!("\"{RAW}\""), text).into_bytes()
}

/// Every field changed, those of inner objects and lists too.
fn fields(value: &Value, change: impl Fn(&Value) -> Value + Copy) -> Value {
    match value {
        Value::Object(known) => known
            .iter()
            .map(|(name, value)| (name.clone(), fields(value, change)))
            .collect(),
        Value::Array(items) => items.iter().map(|item| fields(item, change)).collect(),
        value => change(value),
    }
}

fn other_kind(value: &Value) -> Value {
    match value {
        Value::Number(_) => json!("many"),
        Value::String(_) => json!(7),
        Value::Bool(_) => json!("perhaps"),
        _ => json!({}),
    }
}

fn as_text(value: &Value) -> Value {
    if value.is_number() {
        json!(value.to_string())
    } else {
        value.clone()
    }
}

fn first_name(value: &Value) -> String {
    let names = value.as_object().and_then(|known| known.keys().next());
    names.cloned().unwrap_or_default()
}

fn without_first(value: &Value) -> Value {
    let name = first_name(value);
    let known = value.as_object().cloned().unwrap_or_default();
    known
        .into_iter()
        .filter(|(known, _)| *known != name)
        .collect::<Map<_, _>>()
        .into()
}

fn with_more(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(known) = value.as_object_mut() {
        known.insert("zz_new".to_owned(), json!({"deep": [1, null, "é"], "": {}}));
        known.insert("__proto__".to_owned(), json!(null));
    }
    value
}

fn twice(shape: &Shape) -> Vec<u8> {
    let mut document = document(shape);
    match rows(shape, &mut document) {
        Some(rows) => rows.push(rows[0].clone()),
        None => document = json!([document, document]),
    }
    document.to_string().into_bytes()
}

fn reversed(shape: &Shape) -> Vec<u8> {
    let mut document = document(shape);
    if let Some(rows) = rows(shape, &mut document) {
        rows.reverse();
    }
    serde_json::to_vec_pretty(&document).unwrap()
}

//! What a broker says in an error body, in whichever of its shapes.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::after;
use crate::secret::ApiKey;
use crate::text::{EXCERPT_CHARS_MAX, excerpt};

/// How many single values of an error body are kept.
const FIELDS_MAX: usize = 16;

/// How many entries of a list of errors are quoted.
const ENTRIES_MAX: usize = 4;

/// An error body, read.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Words {
    /// The broker's words or a note about what came instead; scrubbed and capped.
    pub(crate) message: String,
    /// Single values at the top of the body; scrubbed and capped.
    pub(crate) fields: Vec<(Box<str>, Box<str>)>,
    /// Whether the message comes from a field of the body.
    pub(crate) spoken: bool,
    /// `retryAfter` in the body.
    pub(crate) retry_after: Option<Duration>,
}

/// Reads an error body. Copies of `key` are removed before anything is cut short.
pub(crate) fn read(body: &[u8], key: Option<&ApiKey>) -> Words {
    let clean = |text: &str| match key {
        Some(key) => excerpt(&key.scrub(text), EXCERPT_CHARS_MAX),
        None => excerpt(text, EXCERPT_CHARS_MAX),
    };
    let note = |message: String| Words {
        message,
        ..Words::default()
    };
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(map)) => {
            let said = sentence(&map);
            let fields = map
                .iter()
                .filter_map(|(name, value)| Some((clean(name).into(), clean(&scalar(value)?).into())));
            Words {
                spoken: said.is_some(),
                message: clean(said.as_deref().unwrap_or("a json body without a message")),
                fields: fields.take(FIELDS_MAX).collect(),
                retry_after: ["retryAfter", "retry_after"]
                    .iter()
                    .find_map(|name| after::seconds(&scalar(map.get(*name)?)?)),
            }
        }
        Ok(Value::String(text)) if !text.trim().is_empty() => Words {
            spoken: true,
            ..note(clean(&text))
        },
        Ok(_) => note("a json body without a message".to_owned()),
        Err(_) => note(describe(body, clean)),
    }
}

/// Names what stands in the place of JSON.
pub(crate) fn describe(body: &[u8], clean: impl Fn(&str) -> String) -> String {
    let text = String::from_utf8_lossy(body);
    let start = text.trim_start();
    if start.is_empty() {
        return "an empty body".to_owned();
    }
    if start.starts_with('<') {
        return match title(start) {
            Some(title) => clean(&format!("an html page: {title}")),
            None => "an html page".to_owned(),
        };
    }
    clean(start)
}

fn title(html: &str) -> Option<&str> {
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    Some(html[start..end].trim()).filter(|title| !title.is_empty())
}

/// `error: message [code]`, from whatever of the three there is.
fn sentence(map: &Map<String, Value>) -> Option<String> {
    let long = ["message", "detail", "errors", "error_message", "msg", "details"]
        .iter()
        .find_map(|name| phrase(map.get(*name)?));
    let short = map.get("error").and_then(phrase);
    let code = map.get("code").and_then(scalar);
    let mut said = match (short, long) {
        (Some(short), Some(long)) if long.contains(&short) => long,
        (Some(short), Some(long)) => format!("{short}: {long}"),
        (short, long) => short.or(long).or_else(|| code.clone())?,
    };
    if let Some(code) = code.filter(|code| !said.contains(code.as_str())) {
        said.push_str(" [");
        said.push_str(&code);
        said.push(']');
    }
    Some(said)
}

/// A text; a list of texts or of `{loc, msg}` or `{param, details}`; or an object with a message inside.
fn phrase(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(entries) => {
            let parts: Vec<String> = entries.iter().filter_map(entry).take(ENTRIES_MAX).collect();
            Some(parts.join("; ")).filter(|text| !text.is_empty())
        }
        Value::Object(map) => ["message", "detail", "msg", "details", "error"]
            .iter()
            .find_map(|name| map.get(*name)?.as_str())
            .map(str::to_owned),
        _ => None,
    }
}

fn entry(value: &Value) -> Option<String> {
    let Value::Object(map) = value else {
        return scalar(value);
    };
    let what = ["msg", "details", "message", "detail", "error"]
        .iter()
        .find_map(|name| scalar(map.get(*name)?));
    let place = ["loc", "param", "field", "path"]
        .iter()
        .find_map(|name| place(map.get(*name)?));
    match (place, what) {
        (Some(place), Some(what)) => Some(format!("{place}: {what}")),
        (place, what) => what.or(place),
    }
}

fn place(value: &Value) -> Option<String> {
    match value {
        Value::Array(steps) => Some(steps.iter().filter_map(scalar).collect::<Vec<_>>().join(".")),
        other => scalar(other),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_error_is_read() {
        for (body, message, spoken) in [
            (r#"{"detail":"Invalid token"}"#, "Invalid token", true),
            (
                r#"{"detail":[{"loc":["body","pod","cloudId"],"msg":"field required","type":"value_error"}]}"#,
                "body.pod.cloudId: field required",
                true,
            ),
            (
                r#"{"detail":[{"loc":["query",0],"msg":"bad"},{"msg":"worse"}]}"#,
                "query.0: bad; worse",
                true,
            ),
            (
                r#"{"errors":[{"param":"page_size","details":"must be <= 100"}]}"#,
                "page_size: must be <= 100",
                true,
            ),
            (
                r#"{"error":"Internal server error","code":"INTERNAL_ERROR"}"#,
                "Internal server error [INTERNAL_ERROR]",
                true,
            ),
            (
                r#"{"error":"Too many requests","message":"Slow down."}"#,
                "Too many requests: Slow down.",
                true,
            ),
            (r#"{"error":"Slow","message":"Slow down."}"#, "Slow down.", true),
            (r#"{"error_message":"no"}"#, "no", true),
            (r#"{"error":{"message":"inner","code":3}}"#, "inner", true),
            (
                r#"{"error":"Bad","details":"offerId is unknown"}"#,
                "Bad: offerId is unknown",
                true,
            ),
            (r#"{"code":"NOPE"}"#, "NOPE", true),
            (r#""just text""#, "just text", true),
            (r#"{"message":"","detail":null,"error":"x"}"#, "x", true),
            (r#"{"ok":true}"#, "a json body without a message", false),
            ("[]", "a json body without a message", false),
            ("", "an empty body", false),
            (" \n", "an empty body", false),
            (
                "<html><head><title>502 Bad Gateway</title></head>",
                "an html page: 502 Bad Gateway",
                false,
            ),
            ("<!doctype html><p>hi", "an html page", false),
            ("upstream timed out\n", "upstream timed out", false),
            ("\u{1b}[2Jboo", r"\u{1b}[2Jboo", false),
        ] {
            let words = read(body.as_bytes(), None);
            assert_eq!((words.message.as_str(), words.spoken), (message, spoken), "{body}");
        }
    }

    #[test]
    fn single_values_are_kept_and_long_ones_cut() {
        let words = read(
            br#"{"error":"Cannot","currentStatus":"terminated","canTerminate":false,"timeRemaining":7,"x":{}}"#,
            None,
        );
        let field = |name: &str| {
            words
                .fields
                .iter()
                .find(|(key, _)| **key == *name)
                .map(|(_, value)| &**value)
        };
        assert_eq!(field("currentStatus"), Some("terminated"));
        assert_eq!(field("canTerminate"), Some("false"));
        assert_eq!(field("timeRemaining"), Some("7"));
        assert_eq!(field("x"), None);
        let long = read(format!(r#"{{"error":"{}"}}"#, "y".repeat(9000)).as_bytes(), None);
        assert_eq!(long.message.chars().count(), EXCERPT_CHARS_MAX + 1);
        let many: Vec<String> = (0..99).map(|index| format!(r#""k{index}":1,"#)).collect();
        let many = many.concat();
        assert_eq!(
            read(format!(r#"{{{many}"error":"x"}}"#).as_bytes(), None).fields.len(),
            FIELDS_MAX
        );
    }

    #[test]
    fn a_key_that_is_quoted_back_is_removed_before_cutting() {
        let key = ApiKey::new("sk-canary-0123456789".to_owned()).unwrap();
        let padding = "p".repeat(EXCERPT_CHARS_MAX - 10);
        let body = format!(r#"{{"error":"{padding} sk-canary-0123456789","got":"sk-canary-0123456789"}}"#);
        let words = read(body.as_bytes(), Some(&key));
        assert!(!format!("{words:?}").contains("canary"), "{words:?}");
        assert!(
            !read(b"<title>sk-canary-0123456789</title>", Some(&key))
                .message
                .contains("canary")
        );
    }

    #[test]
    fn the_wait_in_the_body_is_read() {
        for (body, seconds) in [
            (r#"{"retryAfter":900}"#, Some(900)),
            (r#"{"retryAfter":"30"}"#, Some(30)),
            (r#"{"retry_after":1.5}"#, Some(2)),
            (r#"{"retryAfter":-1}"#, Some(0)),
            (r#"{"retryAfter":1000000000}"#, Some(1_000_000_000)),
            (r#"{"retryAfter":"soon"}"#, None),
            (r#"{"retryAfter":null}"#, None),
            ("{}", None),
        ] {
            assert_eq!(
                read(body.as_bytes(), None).retry_after,
                seconds.map(Duration::from_secs),
                "{body}"
            );
        }
    }
}

//! Answers that are no success, as they came.

use std::time::Duration;

use gpu_broker_http::{Call, Failure, Repeat, Scripted};
use tokio::time::Instant;

use super::records::with_stand;
use crate::inert::{SECRET, assert_inert};
use crate::stand::WITHIN;

/// The longest wait that a broker may impose.
const WAIT_MAX: Duration = Duration::from_secs(960);

/// The longest line that an error becomes, in characters.
const LINE_MAX: usize = 800;

/// The first line is the status, lines up to an empty one are headers, and the rest is the body.
pub(super) fn error_body_and_headers(bytes: &[u8]) {
    let scripted = read(bytes);
    with_stand(|stand| {
        let told = scripted.clone();
        stand.answers(move |_| Some(told.clone()));
        let once = Call::post("/api/create", b"{}".to_vec()).repeat(Repeat::Once);
        for call in [once, Call::get("/api/list").query("note", "query-canary")] {
            let before = stand.calls();
            let sent = stand.ask(async { stand.client.send(&call, Instant::now() + WITHIN).await });
            let calls = stand.calls() - before;
            match sent {
                Ok(reply) => {
                    assert!((200..300).contains(&reply.status), "{reply:?}");
                    assert!(!String::from_utf8_lossy(&reply.body).contains(SECRET));
                    if let Err(failure) = reply.json::<serde_json::Value>() {
                        holds(&failure);
                    }
                }
                Err(failure) => holds(&failure),
            }
            let most = if call.method().as_str() == "POST" { 1 } else { 4 };
            assert!((1..=most).contains(&calls), "{calls} requests of {call:?}");
        }
    });
}

fn holds(failure: &Failure) {
    let line = failure.to_string();
    assert_inert(&line);
    assert!(line.chars().count() <= LINE_MAX, "{line}");
    let shown = format!("{failure:?}");
    assert!(!shown.contains(SECRET) && !shown.contains("query-canary"), "{shown}");
    assert!(failure.retry_after.is_none_or(|wait| wait <= WAIT_MAX), "{failure:?}");
    for name in ["code", "message", "currentStatus", "timeRemaining"] {
        assert_inert(failure.field(name).unwrap_or_default());
    }
    assert_inert(failure.request_id.as_deref().unwrap_or_default());
    let _ = (failure.is_credentials(), failure.is_transient());
}

fn read(bytes: &[u8]) -> Scripted {
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let status = lines.next().unwrap_or_default();
    let status = std::str::from_utf8(status)
        .ok()
        .and_then(|text| text.trim().parse().ok());
    let mut rest = lines.next().unwrap_or_default();
    let mut headers = Vec::new();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end);
        rest = after.get(1..).unwrap_or_default();
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            break;
        };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        headers.push((String::from_utf8_lossy(name).into_owned(), value.to_vec()));
    }
    Scripted {
        status: status.unwrap_or(500),
        headers,
        body: rest.to_vec(),
    }
}

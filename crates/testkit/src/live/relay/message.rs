//! Just as much of HTTP/1.1 as a relay must understand.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::live) enum Op {
    /// Rents a machine.
    Create,
    /// Lists machines that live; at Spheron, also those that ended.
    List,
    /// Ends a machine.
    Delete,
    /// Anything else.
    Other,
}

/// The largest head and body of a request.
const MAX: usize = 1 << 20;

/// A request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) bytes: Vec<u8>,
    pub(super) op: Op,
    pub(super) target: String,
    /// Where its body begins.
    body: usize,
}

impl Request {
    /// Reads one; `None` when the other side left before its end.
    pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut chunk = [0; 8192];
        let (mut body, mut length) = (None, 0);
        while body.is_none_or(|body: usize| bytes.len() < body + length) {
            let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
            bytes.extend_from_slice(&chunk[..count]);
            if body.is_none() {
                body = end_of_head(&bytes);
                length = body.map_or(0, |body| content_length(&bytes[..body]).unwrap_or(0));
            }
            if bytes.len() > MAX {
                return None;
            }
        }
        let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line).into_owned();
        let mut words = line.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        Some(Self {
            op: op(method, target),
            target: target.to_owned(),
            body: body.unwrap_or_default(),
            bytes,
        })
    }

    /// The name in its body: both brokers' creates have exactly one that is
    /// ours.
    pub(super) fn name(&self) -> String {
        let body: serde_json::Value = serde_json::from_slice(&self.bytes[self.body..]).unwrap_or_default();
        let name = body.get("name").or_else(|| body.get("pod")?.get("name"));
        name.and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    }

    /// The last part of its path.
    pub(super) fn last(&self) -> String {
        let path = self.target.split('?').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// Whether the answer describes machines.
    pub(super) fn is_of_machines(&self) -> bool {
        self.target.contains("/pods") || self.target.contains("/deployments")
    }

    /// The same, asking to close the connection after the answer.
    pub(super) fn closing(&self) -> Vec<u8> {
        let line = self.bytes.windows(2).position(|two| two == b"\r\n").unwrap_or(0) + 2;
        let (line, rest) = self.bytes.split_at(line);
        [line, b"connection: close\r\n", rest].concat()
    }
}

fn op(method: &str, target: &str) -> Op {
    let path = target.split('?').next().unwrap_or_default().trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match (method, parts.as_slice()) {
        ("POST", ["api", "v1", "pods"] | ["api", "deployments"]) => Op::Create,
        ("GET", ["api", "v1", "pods"] | ["api", "deployments"]) => Op::List,
        ("DELETE", ["api", "v1", "pods", _] | ["api", "deployments", _]) => Op::Delete,
        _ => Op::Other,
    }
}

/// Where the head ends.
pub(super) fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

pub(super) fn content_length(head: &[u8]) -> Option<usize> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let line = head.lines().find_map(|line| line.strip_prefix("content-length:"))?;
    line.trim().parse().ok()
}

/// An answer with something more in each of its objects that has a name. One
/// that was cut stays as short of its length as it was.
pub(super) fn with_planted(bytes: &[u8], planted: &str) -> Vec<u8> {
    let same = || bytes.to_vec();
    let Some(end) = end_of_head(bytes) else { return same() };
    let (head, body) = bytes.split_at(end);
    let is_json = String::from_utf8_lossy(head)
        .to_ascii_lowercase()
        .contains("application/json");
    let (Some(length), Ok(text), true) = (content_length(head), std::str::from_utf8(body), is_json) else {
        return same();
    };
    let body = text.replace("\"name\":", &format!("{planted},\"name\":"));
    let length = length + body.len() - text.len();
    let head = String::from_utf8_lossy(head);
    let is_length = |line: &&str| line.to_ascii_lowercase().starts_with("content-length:");
    let lines = head.trim_end().lines().filter(|line| !is_length(line));
    let answer: String = lines.flat_map(|line| [line, "\r\n"]).collect();
    format!("{answer}content-length: {length}\r\n\r\n{body}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart() {
        for (method, target, expected) in [
            ("POST", "/api/v1/pods/", Op::Create),
            ("POST", "/api/deployments?teamId=x", Op::Create),
            ("GET", "/api/v1/pods/?offset=0&limit=100", Op::List),
            ("GET", "/api/v1/pods/history", Op::Other),
            ("GET", "/api/deployments", Op::List),
            ("GET", "/api/deployments/abc", Op::Other),
            ("DELETE", "/api/v1/pods/abc", Op::Delete),
            ("DELETE", "/api/deployments/abc", Op::Delete),
            ("POST", "/api/v1/ssh_keys/", Op::Other),
        ] {
            assert_eq!(op(method, target), expected, "{method} {target}");
        }
    }

    #[test]
    fn what_is_planted_leaves_the_answer_whole() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 22\r\ncontent-type: application/json\r\n\r\n{\"id\":\"a\",\"name\":\"gp\"}";
        let planted = String::from_utf8(with_planted(answer, "\"x\":1")).unwrap();
        assert!(
            planted.ends_with("\r\n\r\n{\"id\":\"a\",\"x\":1,\"name\":\"gp\"}"),
            "{planted}"
        );
        assert_eq!(content_length(planted.as_bytes()), Some(28));
        // What was cut on its way stays cut.
        let cut = String::from_utf8(with_planted(&answer[..answer.len() - 2], "\"x\":1")).unwrap();
        assert!(cut.ends_with("\"x\":1,\"name\":\"gp"), "{cut}");
        assert_eq!(content_length(cut.as_bytes()), Some(28));
        assert_eq!(with_planted(&answer[..20], "\"x\":1"), answer[..20]);
    }
}

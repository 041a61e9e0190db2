//! Files that are not what they should be, or open to whom they should not be.

use super::Case;

/// Modes with which others may read or change a file.
const OPEN: [u32; 8] = [0o644, 0o640, 0o604, 0o660, 0o666, 0o620, 0o601, 0o777];

const PRIME: &str = ".prime/config.json";
const SPHERON: &str = ".spheron/credentials";

/// Keys in files: readable by others, or no keys.
pub(super) fn keys() -> Vec<Case> {
    let asking = |unset: &'static str| Case::of(&["quote", "H100:8"]).with(unset, "");
    let (prime, spheron) = (|| asking("PRIME_API_KEY"), || asking("SPHERON_API_KEY"));
    let mut cases = Vec::new();
    for mode in OPEN {
        cases.push(prime().file(PRIME, r#"{"api_key":"pk-1234567890"}"#, mode));
        cases.push(spheron().file(SPHERON, "sk-1234567890\n", mode));
    }
    for text in [
        "",
        "{",
        "[]",
        r#"{"api_key":7}"#,
        r#"{"api_key":"a b"}"#,
        "\u{feff}{}",
        "\0",
    ] {
        cases.push(prime().file(PRIME, text, 0o600));
    }
    cases.push(prime().file(PRIME, b"{\"api_key\":\"\xff\"}".to_vec(), 0o600));
    cases.push(prime().file(PRIME, vec![b' '; 200_000], 0o600));
    for text in [
        "sk 1234567890",
        "SPHERON_API_KEY=\"sk\u{7}1234567890\"",
        "“sk-1234567890”",
    ] {
        cases.push(spheron().file(SPHERON, text, 0o600));
    }
    cases.push(spheron().file(SPHERON, b"\xff\xfe".to_vec(), 0o600));
    cases
}

/// Quotes and markets that are none.
pub(super) fn quotes_and_markets() -> Vec<Case> {
    let mut cases = Vec::new();
    let spoilt: [&[u8]; 9] = [
        b"",
        b"{}",
        b"null",
        br#"{"schema":"planner.quote/1"}"#,
        br#"{"schema":"planner.market/1"}"#,
        br#"{"schema":"planner.quote/99"}"#,
        br#"{"schema":"\u001b[2J"}"#,
        b"\xff\xfe{",
        b"<html></html>",
    ];
    for text in spoilt {
        cases.push(Case::of(&["verify", "x.json"]).file("x.json", text, 0o600));
        cases.push(Case::of(&["quote", "H100:8", "--market", "x.json"]).file("x.json", text, 0o600));
    }
    let deep = "[".repeat(100_000);
    let many = format!(
        r#"{{"schema":"planner.market/1","offers":[{}0]}}"#,
        "0,".repeat(1_000_000)
    );
    for text in [deep.into_bytes(), many.into_bytes()] {
        cases.push(Case::of(&["verify", "x.json"]).file("x.json", text.clone(), 0o600));
        cases.push(Case::of(&["quote", "H100:8", "--market", "x.json"]).file("x.json", text, 0o600));
    }
    for text in [&b""[..], b"{}", b"[]"] {
        cases.push(Case::of(&["provision", "--quote", "x.json", "--yes"]).file("x.json", text, 0o600));
    }
    // What was written as a quote and is none is refused, not mistaken.
    for text in [
        r#"{"schema":"planner.quote/1"}"#,
        r#"{"schema":"planner.quote/1","request":{"gpu":"H100:1000000"},"plans":[]}"#,
        r#"{"schema":"planner.quote/1","plans":[{"groups":[{"count":18446744073709551615}]}]}"#,
        r#"{"schema":"planner.quote/1","created_at":"9999-99-99T00:00:00Z"}"#,
    ] {
        cases.push(
            Case::of(&["provision", "--quote", "x.json", "--yes"])
                .file("x.json", text, 0o600)
                .status(5),
        );
    }
    for path in ["none.json", ".", "/dev/full/x"] {
        cases.push(Case::of(&["verify", path]));
        cases.push(Case::of(&["quote", "H100:8", "--offers", path]));
    }
    cases.push(Case::of(&["verify", "none.json", "--market", "none.json"]));
    cases.push(Case::of(&["quote", "H100:8", "--market", "/proc"]));
    cases
}

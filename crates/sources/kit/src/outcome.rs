//! What became of a request that is sent once.

use gpu_broker_core::source::{ErrorKind, Outcome, Refusal, RefusalKind, SourceError};
use gpu_broker_http::{Failure, Kind, Stage};

use crate::source_error;

/// How brokers say that there is none left, whatever the status: Spheron passes on its own brokers' words with a 500
/// ("Deployment failed: … 400 Bad Request - Not Enough Stock of RTX-A4000. Unable to launch virtual-machines.", seen on
/// 2026-05-15); the others stand in public clients of both APIs.
const SOLD_OUT: [&str; 5] = [
    "not enough stock",
    "unable to launch",
    "sold out",
    "out of stock",
    "insufficient capacity",
];

/// How brokers speak of the account's money.
const FUNDS: [&str; 4] = ["balance", "credit", "funds", "payment"];

/// How brokers speak of a price above the ceiling.
const PRICE: [&str; 3] = ["max price", "maxprice", "max_price"];

/// What is known after a request to create something did not succeed.
///
/// A refusal is believed in two forms only: the broker's own error body on a status that its documents give for
/// refusals, or words that mean sold out. A broken connection, a proxy's page, a 5xx: the broker may have acted.
pub fn outcome<T>(failure: &Failure) -> Outcome<T> {
    if failure.stage == Stage::NotSent {
        return Outcome::NotSent(source_error(failure));
    }
    match refusal_kind(failure) {
        Some(kind) => Outcome::Rejected(Refusal {
            kind,
            message: failure.to_string(),
            retry_after: failure.retry_after,
        }),
        None => Outcome::Unknown(source_error(failure)),
    }
}

/// Why something could not be changed: as [`source_error`], but a broker's no is told from an answer that cannot be
/// read.
pub fn change_error(failure: &Failure) -> SourceError {
    match (failure.kind, failure.status) {
        (Kind::Status, Some(400 | 402 | 404 | 409 | 422)) if failure.is_spoken() => {
            SourceError::new(ErrorKind::Refused, failure.to_string())
        }
        _ => source_error(failure),
    }
}

fn refusal_kind(failure: &Failure) -> Option<RefusalKind> {
    if !matches!(failure.kind, Kind::Status | Kind::RateLimited) || !failure.is_spoken() {
        return None;
    }
    let said = format!("{} {}", failure.message, failure.field("code").unwrap_or_default()).to_ascii_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| said.contains(phrase));
    if says(&SOLD_OUT) {
        return Some(RefusalKind::OutOfStock);
    }
    match failure.status? {
        401 | 403 => Some(RefusalKind::Key),
        402 => Some(RefusalKind::Funds),
        404 => Some(RefusalKind::OfferGone),
        429 => Some(RefusalKind::Busy),
        400 | 422 if says(&PRICE) => Some(RefusalKind::Price),
        400 | 422 if says(&FUNDS) => Some(RefusalKind::Funds),
        400 | 422 => Some(RefusalKind::Invalid),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gpu_broker_http::Call;

    #[test]
    fn only_a_brokers_own_no_is_a_no() {
        let check = |status: u16, body: &str, expected: Option<RefusalKind>| {
            let failure = Failure::answered(&Call::post("/x", Vec::new()), status, body.as_bytes());
            let found = match outcome::<()>(&failure) {
                Outcome::Rejected(refusal) => Some(refusal.kind),
                Outcome::Unknown(_) => None,
                other => panic!("{status} {body}: {other:?}"),
            };
            assert_eq!(found, expected, "{status} {body}");
        };
        let stock = r#"{"error":"Deployment failed: Spheron AI API error: 400 Bad Request - Not Enough Stock of RTX-A4000. Unable to launch virtual-machines."}"#;
        check(500, stock, Some(RefusalKind::OutOfStock));
        check(400, r#"{"detail":"Not enough stock"}"#, Some(RefusalKind::OutOfStock));
        check(
            503,
            r#"{"detail":"insufficient capacity"}"#,
            Some(RefusalKind::OutOfStock),
        );
        check(503, "<html>sold out</html>", None);
        check(500, r#"{"error":"Internal server error"}"#, None);
        check(502, "", None);
        check(401, r#"{"detail":"Invalid token"}"#, Some(RefusalKind::Key));
        check(401, "", None);
        check(403, r#"{"error":"Forbidden"}"#, Some(RefusalKind::Key));
        check(403, "<html>blocked</html>", None);
        check(402, r#"{"detail":"Payment required"}"#, Some(RefusalKind::Funds));
        check(400, r#"{"error":"Insufficient balance"}"#, Some(RefusalKind::Funds));
        check(404, r#"{"detail":"Offer not found"}"#, Some(RefusalKind::OfferGone));
        check(400, r#"{"detail":"price exceeds max price"}"#, Some(RefusalKind::Price));
        check(
            422,
            r#"{"errors":[{"param":"pod.cloudId","details":"unknown"}]}"#,
            Some(RefusalKind::Invalid),
        );
        check(
            429,
            r#"{"error":"Too many requests","retryAfter":900}"#,
            Some(RefusalKind::Busy),
        );
        check(408, r#"{"detail":"timeout"}"#, None);
        check(409, r#"{"detail":"conflict"}"#, None);
        check(307, r#"{"detail":"elsewhere"}"#, None);
    }
}

//! Files that somebody hands over: quotes, markets, offers, keys.

use gpu_broker_planner::probe;

/// What divides a quote from its market.
const DIVIDER: &[u8] = b"\n====\n";

/// The bytes are a quote, with a market after a line of `====`, and each of the other files as a whole.
pub(super) fn plan_file(bytes: &[u8]) {
    let at = bytes.windows(DIVIDER.len()).position(|window| window == DIVIDER);
    let (quote, market) = match at {
        Some(at) => (&bytes[..at], Some(&bytes[at + DIVIDER.len()..])),
        None => (bytes, None),
    };
    let told = probe::verify(quote, market);
    let _ = told.map_err(|why| assert!(!why.is_empty()));
    let _ = probe::market(market.unwrap_or(bytes)).map_err(|why| assert!(!why.is_empty()));
    for name in ["offers.jsonl", "offers.csv", "offers"] {
        let (_, rejects) = probe::offers(name, bytes);
        assert!(rejects.len() <= bytes.len() + 1);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = probe::credentials(text);
    }
}

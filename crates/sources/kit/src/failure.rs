//! The transport's outcomes in the words of the rest of the project.

use gpu_broker_core::source::{Coverage, ErrorKind, Listing, SourceError};
use gpu_broker_http as http;
use http::{Failure, Kind, Partial, Walk};

use crate::Batch;

/// Why a source could not answer.
pub fn source_error(failure: &Failure) -> SourceError {
    SourceError::new(kind(failure), failure.to_string())
}

fn kind(failure: &Failure) -> ErrorKind {
    match failure.kind {
        Kind::RateLimited => ErrorKind::RateLimited,
        Kind::Timeout => ErrorKind::Timeout,
        // Without root certificates nothing can be reached either.
        Kind::Setup | Kind::Connect | Kind::Transport => ErrorKind::Transport,
        Kind::Redirected | Kind::TooLarge | Kind::Decode => ErrorKind::Protocol,
        Kind::Status if failure.is_credentials() => ErrorKind::Unauthorised,
        Kind::Status => match failure.status {
            // The broker itself refuses. A page of markup is some firewall's, and not about the key.
            Some(403) if failure.is_spoken() => ErrorKind::Unauthorised,
            Some(408) => ErrorKind::Timeout,
            Some(500..=599) => ErrorKind::Unavailable,
            _ => ErrorKind::Protocol,
        },
    }
}

/// What came of a listing, as the records that its pages held. When the pages count something else than records, the
/// caller takes [`Listing::announced`] away.
///
/// A broker, or a cache before it, that answers every page number with the same records would fill the listing with
/// copies up to the announced total, even where the answers differ in something that is not read. Then one page is
/// kept, and the listing is partial.
pub fn listing<T: PartialEq>(mut walk: Walk<Batch<T>>) -> Listing<T> {
    let pages = walk.pages.len();
    let mut coverage = match walk.coverage {
        http::Coverage::Complete => Coverage::Complete,
        http::Coverage::Partial(partial) => Coverage::Partial(missing(&partial)),
        http::Coverage::Failed(failure) => Coverage::Failed(source_error(&failure)),
    };
    if is_one_page_again_and_again(&walk.pages) {
        walk.pages.truncate(1);
        let message = format!("the same page came {pages} times, whatever page was asked for");
        coverage = Coverage::Partial(SourceError::new(ErrorKind::Incomplete, message));
    }
    let mut listing = Listing {
        items: Vec::with_capacity(walk.pages.iter().map(|page| page.items.len()).sum()),
        rejects: Vec::new(),
        announced: walk.announced,
        pages: u32::try_from(pages).unwrap_or(u32::MAX),
        coverage,
    };
    for page in walk.pages {
        listing.items.extend(page.items);
        listing.rejects.extend(page.rejects);
    }
    listing
}

fn is_one_page_again_and_again<T: PartialEq>(pages: &[Batch<T>]) -> bool {
    match pages {
        [first, others @ ..] if !others.is_empty() && !first.items.is_empty() => {
            others.iter().all(|other| other.items == first.items)
        }
        _ => false,
    }
}

fn missing(partial: &Partial) -> SourceError {
    let kind = match partial {
        Partial::Failed { failure, .. } => kind(failure),
        Partial::Short { .. }
        | Partial::Moved
        | Partial::TooMany
        | Partial::TooMuch { .. }
        | Partial::Repeated { .. } => ErrorKind::Incomplete,
    };
    SourceError::new(kind, partial.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gpu_broker_core::offer::Broker;
    use gpu_broker_http::Call;

    fn answered(status: u16, body: &str) -> Failure {
        Failure::answered(&Call::get("/x"), status, body.as_bytes())
    }

    #[test]
    fn each_failure_has_the_kind_that_callers_act_on() {
        let check = |status: u16, body: &str, expected: ErrorKind| {
            assert_eq!(
                source_error(&answered(status, body)).kind(),
                expected,
                "{status} {body}"
            );
        };
        check(401, r#"{"detail":"Invalid token"}"#, ErrorKind::Unauthorised);
        check(401, "", ErrorKind::Unauthorised);
        check(403, r#"{"detail":"Not authenticated"}"#, ErrorKind::Unauthorised);
        check(403, r#"{"error":"Forbidden"}"#, ErrorKind::Unauthorised);
        check(
            403,
            "<html><title>Attention required</title></html>",
            ErrorKind::Protocol,
        );
        check(429, "", ErrorKind::RateLimited);
        check(408, "", ErrorKind::Timeout);
        check(500, r#"{"detail":"boom"}"#, ErrorKind::Unavailable);
        check(503, "", ErrorKind::Unavailable);
        check(302, "", ErrorKind::Protocol);
        check(404, r#"{"detail":"Not Found"}"#, ErrorKind::Protocol);
        check(
            422,
            r#"{"errors":[{"param":"page","details":"too small"}]}"#,
            ErrorKind::Protocol,
        );
        let with = |kind: Kind| {
            let mut failure = answered(200, "");
            failure.kind = kind;
            source_error(&failure).kind()
        };
        assert_eq!(with(Kind::Timeout), ErrorKind::Timeout);
        assert_eq!(with(Kind::Connect), ErrorKind::Transport);
        assert_eq!(with(Kind::Transport), ErrorKind::Transport);
        assert_eq!(with(Kind::Setup), ErrorKind::Transport);
        assert_eq!(with(Kind::TooLarge), ErrorKind::Protocol);
        assert_eq!(with(Kind::Decode), ErrorKind::Protocol);
        assert_eq!(
            source_error(&answered(500, r#"{"detail":"boom"}"#)).to_string(),
            "GET /x: status 500 (boom)"
        );
    }

    #[test]
    fn a_listing_keeps_what_came_and_says_what_did_not() {
        let page = |items: &[u32]| {
            let mut batch = Batch::new(&Broker::new("one"), "");
            batch.items.extend(items);
            batch
        };
        let walk = |coverage| Walk {
            pages: vec![page(&[1, 2]), page(&[3])],
            rows: 3,
            records: 3,
            announced: Some(5),
            coverage,
        };
        let short = http::Coverage::Partial(Partial::Short { got: 3, announced: 5 });
        let short = listing(walk(short));
        assert_eq!(
            (short.items.as_slice(), short.announced, short.pages),
            (&[1, 2, 3][..], Some(5), 2)
        );
        let error = SourceError::new(ErrorKind::Incomplete, "3 of 5 announced rows came");
        assert_eq!(short.coverage, Coverage::Partial(error));

        let failed = http::Coverage::Partial(Partial::Failed {
            failure: Box::new(answered(500, "")),
            pages_missing: vec![2],
        });
        let Coverage::Partial(error) = listing(walk(failed)).coverage else {
            panic!("it is partial")
        };
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(
            error.to_string().starts_with("page 2 is missing: GET /x: status 500"),
            "{error}"
        );
        assert_eq!(listing(walk(http::Coverage::Complete)).coverage, Coverage::Complete);

        let mut copies = walk(http::Coverage::Complete);
        copies.pages = vec![page(&[1, 2]), page(&[1, 2]), page(&[1, 2])];
        let once = listing(copies);
        assert_eq!((once.items.as_slice(), once.pages), (&[1, 2][..], 3));
        let message = "the same page came 3 times, whatever page was asked for";
        assert_eq!(
            once.coverage,
            Coverage::Partial(SourceError::new(ErrorKind::Incomplete, message))
        );
    }
}

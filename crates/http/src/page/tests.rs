//! Walks over made-up listings.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::Call;

/// A listing of `total` rows in pages of `size`, with what may be odd about it.
#[derive(Clone, Copy)]
struct Listing {
    total: usize,
    size: usize,
    announced: Option<u64>,
    pages: Option<u32>,
    failing: &'static [u32],
    /// The page from which on every page is that one.
    again: Option<u32>,
    /// Bytes of a page.
    bytes: usize,
}

impl Listing {
    fn of(total: usize, size: usize) -> Self {
        let announced = Some(u64::try_from(total).unwrap());
        Self {
            total,
            size,
            announced,
            pages: None,
            failing: &[],
            again: None,
            bytes: 0,
        }
    }

    fn page(&self, number: u32) -> Result<Page<Vec<usize>>, Failure> {
        if self.failing.contains(&number) {
            return Err(Failure::answered(&Call::get("/list"), 500, br#"{"detail":"boom"}"#));
        }
        let shown = self.again.map_or(number, |again| again.min(number));
        let start = (usize::try_from(shown).unwrap() - 1) * self.size;
        let value: Vec<usize> = (start..self.total.min(start + self.size)).collect();
        Ok(Page {
            rows: value.len(),
            records: value.len(),
            imprint: Imprint {
                bytes: self.bytes,
                list: u64::from(shown),
            },
            value,
            announced: self.announced,
            pages: self.pages,
        })
    }
}

async fn read(listing: Listing, options: PageOptions) -> (Walk<Vec<usize>>, u32) {
    let calls = AtomicU32::new(0);
    let fetch = |number: u32| {
        calls.fetch_add(1, Ordering::Relaxed);
        // Later pages come first.
        let wait = Duration::from_millis(u64::from(100 - number.min(99)));
        async move {
            tokio::time::sleep(wait).await;
            listing.page(number)
        }
    };
    let walk = walk(options, fetch, &|_| {}).await;
    (walk, calls.load(Ordering::Relaxed))
}

fn summary(coverage: &Coverage) -> String {
    match coverage {
        Coverage::Complete => "complete".to_owned(),
        Coverage::Partial(partial) => partial.to_string(),
        Coverage::Failed(failure) => format!("failed: {failure}"),
    }
}

async fn check(name: &str, listing: Listing, rows: u64, calls: u32, coverage: &str) {
    let (walk, called) = read(listing, PageOptions::default()).await;
    assert_eq!(
        (walk.rows, called, summary(&walk.coverage).as_str()),
        (rows, calls, coverage),
        "{name}"
    );
    let flat: Vec<usize> = walk.pages.concat();
    assert!(
        flat.is_sorted() && u64::try_from(flat.len()).unwrap() == rows,
        "{name}: {flat:?}"
    );
}

const COMPLETE: &str = "complete";
const MOVED: &str = "the listing changed while it was read";

#[tokio::test(start_paused = true)]
async fn a_listing_is_complete_only_if_every_announced_row_came() {
    let of = Listing::of;
    let announced = |count, listing| Listing {
        announced: Some(count),
        ..listing
    };
    check("one page", of(7, 10), 7, 1, COMPLETE).await;
    check("exactly one page", of(10, 10), 10, 1, COMPLETE).await;
    check("three pages", of(25, 10), 25, 3, COMPLETE).await;
    check("empty", of(0, 10), 0, 1, COMPLETE).await;
    check(
        "empty, announced",
        announced(5, of(0, 10)),
        0,
        1,
        "0 of 5 announced rows came",
    )
    .await;
    check(
        "cut short",
        announced(30, of(18, 10)),
        18,
        3,
        "18 of 30 announced rows came",
    )
    .await;
    check("more than announced", announced(11, of(20, 10)), 20, 4, MOVED).await;
    check(
        "pages misstated",
        Listing {
            pages: Some(1),
            ..of(25, 10)
        },
        25,
        3,
        COMPLETE,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_listing_without_a_total_is_read_as_far_as_it_goes() {
    let of = |total, pages| Listing {
        announced: None,
        pages,
        ..Listing::of(total, 10)
    };
    check("pages stated", of(25, Some(3)), 25, 3, COMPLETE).await;
    check("last page empty", of(20, Some(3)), 20, 3, COMPLETE).await;
    check("fewer pages than stated", of(25, Some(5)), 25, 10, MOVED).await;
    check("nothing stated", of(25, None), 25, 3, COMPLETE).await;
    check("nothing stated, even", of(20, None), 20, 3, COMPLETE).await;
    let failing = Listing {
        failing: &[2],
        ..of(25, None)
    };
    check(
        "page 2 fails",
        failing,
        10,
        2,
        "page 2 is missing: GET /list: status 500 (boom)",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_leaves_the_others_alone() {
    let failing = |failing, total| Listing {
        failing,
        ..Listing::of(total, 10)
    };
    check("first", failing(&[1], 25), 0, 1, "failed: GET /list: status 500 (boom)").await;
    check(
        "second",
        failing(&[2], 25),
        15,
        3,
        "page 2 is missing: GET /list: status 500 (boom)",
    )
    .await;
    check(
        "two",
        failing(&[4, 3], 40),
        20,
        4,
        "2 pages are missing: GET /list: status 500 (boom)",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_missing_pages_are_named() {
    let listing = Listing {
        failing: &[5, 2],
        ..Listing::of(60, 10)
    };
    let (walk, _) = read(listing, PageOptions::default()).await;
    let Coverage::Partial(Partial::Failed { pages_missing, .. }) = walk.coverage else {
        panic!("{walk:?}")
    };
    assert_eq!(pages_missing, [2, 5]);
    assert_eq!(walk.pages.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_absurd_total_is_bounded() {
    let options = PageOptions {
        page_max: 5,
        ..PageOptions::default()
    };
    let endless = Listing::of(1_000_000, 10);
    let (walk, calls) = read(endless, options).await;
    assert_eq!(
        (walk.rows, calls, summary(&walk.coverage)),
        (50, 5, "there are more pages than are read".into())
    );
    let (walk, calls) = read(
        Listing {
            announced: None,
            ..endless
        },
        options,
    )
    .await;
    assert_eq!(
        (walk.rows, calls, summary(&walk.coverage)),
        (50, 5, "there are more pages than are read".into())
    );
    // Announced a million, delivered eight: the first empty page ends it.
    let boastful = Listing {
        announced: Some(1_000_000),
        ..Listing::of(8, 8)
    };
    let (walk, calls) = read(
        boastful,
        PageOptions {
            concurrency: 4,
            ..PageOptions::default()
        },
    )
    .await;
    assert!(calls <= 8, "{calls}");
    assert_eq!(summary(&walk.coverage), "8 of 1000000 announced rows came");
}

#[tokio::test(start_paused = true)]
async fn a_listing_without_end_is_left_early() {
    let of = |announced| Listing {
        announced,
        ..Listing::of(1_000_000, 10)
    };
    let dark = "there are more pages than are read";
    check("nobody says how many", of(None), 500, 50, dark).await;
    check("more than is read", of(Some(1 << 63)), 500, 50, dark).await;
    let contradicted = Listing {
        pages: Some(3),
        ..Listing::of(1000, 10)
    };
    check("fewer pages than rows need", contradicted, 500, 50, dark).await;
    let again = |again, announced| Listing {
        again: Some(again),
        ..of(announced)
    };
    let copy = |page, of| format!("page {page} brings the rows of page {of} again, so that others may be missing");
    // Each is read once more: rows that were added at the front look the same.
    check("one page", again(1, None), 10, 4, &copy(2, 1)).await;
    check("one page, announced", again(1, Some(1000)), 10, 34, &copy(17, 1)).await;
    check("the third page", again(3, None), 30, 8, &copy(4, 3)).await;
}

#[tokio::test(start_paused = true)]
async fn a_listing_is_no_larger_than_it_may_be() {
    let of = |announced, bytes| Listing {
        announced,
        bytes,
        ..Listing::of(1_000_000, 1000)
    };
    let end = |rows: u32| format!("it goes on beyond the {rows} rows that were read, without end");
    check("records", of(None, 0), 40_000, 41, &end(40_000)).await;
    check("bytes", of(None, 16 << 20), 4000, 5, &end(4000)).await;
    check("one large page", of(Some(1000), 65 << 20), 0, 1, &end(0)).await;
    let (walk, calls) = read(of(Some(100_000), 0), PageOptions::default()).await;
    assert!((41..=60).contains(&calls) && walk.rows == 40_000, "{calls}");
    assert_eq!(summary(&walk.coverage), end(40_000));
}

#[tokio::test(start_paused = true)]
async fn pages_are_fetched_together_within_the_limit() {
    let under_way = AtomicUsize::new(0);
    let peak = AtomicUsize::new(0);
    let listing = Listing::of(310, 10);
    let (under_way, peak_of) = (&under_way, &peak);
    let fetch = |number| async move {
        peak_of.fetch_max(under_way.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(80)).await;
        under_way.fetch_sub(1, Ordering::Relaxed);
        listing.page(number)
    };
    let start = tokio::time::Instant::now();
    let steps = Mutex::new(Vec::new());
    let walk = walk(PageOptions::default(), fetch, &|progress| {
        steps.lock().unwrap().push(progress);
    })
    .await;
    assert_eq!((walk.rows, start.elapsed().as_millis()), (310, 240));
    assert_eq!(peak.load(Ordering::Relaxed), 16);
    let steps = steps.into_inner().unwrap();
    assert_eq!(
        steps.first(),
        Some(&Progress {
            pages_done: 1,
            pages_total: 31
        })
    );
    assert_eq!(
        steps.last(),
        Some(&Progress {
            pages_done: 31,
            pages_total: 31
        })
    );
}

/// Walks a listing of three pages whose third page announces what `third` says for the first and second reading.
async fn moving(third: [u64; 2], failing_on_second_reading: &'static [u32]) -> Walk<Vec<usize>> {
    let reading = AtomicUsize::new(0);
    let fetch = |number: u32| {
        if number == 1 {
            reading.fetch_add(1, Ordering::Relaxed);
        }
        let reading = reading.load(Ordering::Relaxed) - 1;
        let mut listing = Listing::of(25, 10);
        if number == 3 {
            listing.announced = Some(third[reading]);
        }
        if reading == 1 {
            listing.failing = failing_on_second_reading;
        }
        async move { listing.page(number) }
    };
    walk(PageOptions::default(), fetch, &|_| {}).await
}

#[tokio::test]
async fn a_listing_that_moves_is_read_once_more() {
    for (third, failing, expected, rows) in [
        ([26, 25], &[][..], COMPLETE, 25),
        ([26, 27], &[], MOVED, 25),
        ([26, 25], &[2], MOVED, 25),
        ([26, 25], &[1], MOVED, 25),
        ([25, 99], &[], COMPLETE, 25),
    ] {
        let walk = moving(third, failing).await;
        assert_eq!(
            (summary(&walk.coverage).as_str(), walk.rows),
            (expected, rows),
            "{third:?} {failing:?}"
        );
    }
}

#[test]
fn a_walk_can_be_sent_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let listing = Listing::of(1, 1);
    let client = String::from("borrowed");
    let client = &client;
    let fetch = |number| async move {
        tokio::task::yield_now().await;
        let _ = client.len();
        listing.page(number)
    };
    let boxed: std::pin::Pin<Box<dyn Future<Output = Walk<Vec<usize>>> + Send + '_>> =
        Box::pin(walk(PageOptions::default(), fetch, &|_| {}));
    is_send(&boxed);
}

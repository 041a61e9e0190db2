//! Listings that come in pages, and whether all of them came.

use std::fmt;

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::failure::Failure;

/// How far a walk goes, and how many pages it asks for at once.
#[derive(Clone, Copy, Debug)]
pub struct PageOptions {
    /// How many pages are asked for at once, at least 1.
    pub concurrency: usize,
    /// The number of the last page that is asked for, whatever the broker announces.
    pub page_max: u32,
}

impl Default for PageOptions {
    /// Sixteen pages at once; 1000 pages, thirty times the longest listing known.
    fn default() -> Self {
        Self {
            concurrency: 16,
            page_max: 1000,
        }
    }
}

/// One page, as the closure that fetched it understood it.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What the caller makes of the page.
    pub value: T,
    /// How many rows it held, readable or not.
    pub rows: usize,
    /// How many rows the broker says there are on all pages together.
    pub announced: Option<u64>,
    /// How many pages the broker says there are.
    pub pages: Option<u32>,
}

/// How far a walk has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// Pages that were answered or failed.
    pub pages_done: u32,
    /// Pages that will be asked for, as far as known.
    pub pages_total: u32,
}

/// What a walk brought home. Nothing that arrived is ever thrown away.
#[derive(Debug)]
pub struct Walk<T> {
    /// The pages that came, in their order.
    pub pages: Vec<T>,
    /// How many rows they held together.
    pub rows: u64,
    /// How many rows the first page announced.
    pub announced: Option<u64>,
    /// Whether that is all.
    pub coverage: Coverage,
}

/// Whether a listing came completely.
#[derive(Debug)]
pub enum Coverage {
    /// Every page came, with as many rows as were announced.
    Complete,
    /// Something is missing, or may be.
    Partial(Partial),
    /// Not even the first page came.
    Failed(Failure),
}

/// What keeps a listing from being complete.
#[derive(Debug)]
pub enum Partial {
    /// The pages hold fewer rows than announced.
    Short {
        /// Rows that came.
        got: u64,
        /// Rows that were announced.
        announced: u64,
    },
    /// Some pages failed.
    Failed {
        /// The failure of the first of them.
        failure: Box<Failure>,
        /// The pages that are missing, from 1.
        pages_missing: Vec<u32>,
    },
    /// The listing changed while it was read, twice: rows may be missing, or present twice.
    Moved,
    /// There are more pages than the limit of the walk.
    TooMany,
}

impl fmt::Display for Partial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { got, announced } => write!(formatter, "{got} of {announced} announced rows came"),
            Self::Failed { failure, pages_missing } => match pages_missing.as_slice() {
                [page] => write!(formatter, "page {page} is missing: {failure}"),
                pages => write!(formatter, "{} pages are missing: {failure}", pages.len()),
            },
            Self::Moved => formatter.write_str("the listing changed while it was read"),
            Self::TooMany => formatter.write_str("there are more pages than are read"),
        }
    }
}

/// Fetches a listing: the first page alone, then, knowing how many there are, the others at once.
///
/// `fetch` is given page numbers from 1. The number of pages comes from the announced rows and the rows that the first
/// page really held (brokers may send smaller pages than asked for), else from the announced pages, else pages are
/// asked for one by one until one is smaller than the first. A page that fails leaves the others alone. Pages beyond
/// an empty one are not asked for. If the announced total changes between pages, the whole listing is read once more.
///
/// The walk has no clock: deadlines reach it as failures of `fetch`.
pub async fn walk<T, F, Fut>(options: PageOptions, fetch: F, progress: &(dyn Fn(Progress) + Send + Sync)) -> Walk<T>
where
    F: Fn(u32) -> Fut,
    Fut: Future<Output = Result<Page<T>, Failure>>,
{
    let first = round(options, &fetch, progress).await;
    if !matches!(first.coverage, Coverage::Partial(Partial::Moved)) {
        return first;
    }
    tracing::debug!("the listing changed while it was read; reading it again");
    let second = round(options, &fetch, progress).await;
    match second.coverage {
        // Losing pages is worse than a listing that moved.
        Coverage::Failed(_) | Coverage::Partial(Partial::Failed { .. }) => first,
        Coverage::Complete | Coverage::Partial(_) => second,
    }
}

/// What is known while pages come in.
struct Round<T> {
    pages: Vec<(u32, Page<T>)>,
    failures: Vec<(u32, Failure)>,
    /// The lowest page that was empty.
    empty: Option<u32>,
}

impl<T> Round<T> {
    fn take(&mut self, number: u32, outcome: Result<Page<T>, Failure>) {
        match outcome {
            Ok(page) => {
                if page.rows == 0 {
                    self.empty = Some(self.empty.map_or(number, |known| known.min(number)));
                }
                self.pages.push((number, page));
            }
            Err(failure) => self.failures.push((number, failure)),
        }
    }

    fn done(&self) -> u32 {
        u32::try_from(self.pages.len() + self.failures.len()).unwrap_or(u32::MAX)
    }
}

async fn round<T, F, Fut>(options: PageOptions, fetch: &F, progress: &(dyn Fn(Progress) + Send + Sync)) -> Walk<T>
where
    F: Fn(u32) -> Fut,
    Fut: Future<Output = Result<Page<T>, Failure>>,
{
    let first = match fetch(1).await {
        Ok(page) => page,
        Err(failure) => {
            return Walk {
                pages: Vec::new(),
                rows: 0,
                announced: None,
                coverage: Coverage::Failed(failure),
            };
        }
    };
    let count = page_count(&first);
    let (announced, size) = (first.announced, first.rows);
    let page_max = options.page_max.max(1);
    let mut round = Round {
        pages: Vec::new(),
        failures: Vec::new(),
        empty: None,
    };
    round.take(1, Ok(first));
    let Some(count) = count else {
        let cut = one_by_one(page_max, size, fetch, progress, &mut round).await;
        let last = round.done();
        return conclude(round, announced, last, cut);
    };

    let last = u32::try_from(count.min(u64::from(page_max))).unwrap_or(page_max);
    progress(Progress {
        pages_done: 1,
        pages_total: last,
    });
    let mut numbers = 2..=last;
    let numbered = |number| {
        let page = fetch(number);
        async move { (number, page.await) }
    };
    let mut under_way = FuturesUnordered::new();
    loop {
        while under_way.len() < options.concurrency.max(1) && round.empty.is_none() {
            let Some(number) = numbers.next() else { break };
            under_way.push(numbered(number));
        }
        let Some((number, outcome)) = under_way.next().await else {
            break;
        };
        round.take(number, outcome);
        progress(Progress {
            pages_done: round.done(),
            pages_total: last,
        });
    }
    conclude(round, announced, last, count > u64::from(last))
}

/// How many pages there are, if the first one says so in any way.
fn page_count<T>(first: &Page<T>) -> Option<u64> {
    let size = u64::try_from(first.rows).unwrap_or(u64::MAX);
    if size == 0 {
        return Some(1);
    }
    match (first.announced, first.pages) {
        (Some(announced), _) => Some(announced.div_ceil(size).max(1)),
        (None, Some(pages)) => Some(u64::from(pages.max(1))),
        (None, None) => None,
    }
}

/// Asks for pages until one is smaller than the first; returns whether the limit came before that.
async fn one_by_one<T, F, Fut>(
    page_max: u32,
    size: usize,
    fetch: &F,
    progress: &(dyn Fn(Progress) + Send + Sync),
    round: &mut Round<T>,
) -> bool
where
    F: Fn(u32) -> Fut,
    Fut: Future<Output = Result<Page<T>, Failure>>,
{
    for number in 2..=page_max {
        progress(Progress {
            pages_done: round.done(),
            pages_total: number,
        });
        let outcome = fetch(number).await;
        let more = outcome.as_ref().is_ok_and(|page| page.rows >= size);
        round.take(number, outcome);
        if !more {
            progress(Progress {
                pages_done: number,
                pages_total: number,
            });
            return false;
        }
    }
    true
}

fn conclude<T>(mut round: Round<T>, announced: Option<u64>, last: u32, cut: bool) -> Walk<T> {
    round.pages.sort_by_key(|(number, _)| *number);
    round.failures.sort_by_key(|(number, _)| *number);
    let rows = round.pages.iter().fold(0_u64, |sum, (_, page)| {
        sum.saturating_add(u64::try_from(page.rows).unwrap_or(u64::MAX))
    });
    let changed = round
        .pages
        .iter()
        .any(|(_, page)| page.announced.is_some_and(|other| Some(other) != announced));
    // Without announced rows, an empty page in the middle is the only sign that something shrank.
    let moved = changed || (announced.is_none() && round.empty.is_some_and(|empty| empty < last));
    let pages_missing: Vec<u32> = round.failures.iter().map(|(number, _)| *number).collect();
    let coverage = match (round.failures.into_iter().next(), announced) {
        (Some((_, failure)), _) => Coverage::Partial(Partial::Failed {
            failure: Box::new(failure),
            pages_missing,
        }),
        _ if moved => Coverage::Partial(Partial::Moved),
        _ if cut && round.empty.is_none() => Coverage::Partial(Partial::TooMany),
        (_, Some(announced)) if rows < announced => Coverage::Partial(Partial::Short { got: rows, announced }),
        (_, Some(announced)) if rows > announced => Coverage::Partial(Partial::Moved),
        _ => Coverage::Complete,
    };
    Walk {
        pages: round.pages.into_iter().map(|(_, page)| page.value).collect(),
        rows,
        announced,
        coverage,
    }
}

#[cfg(test)]
mod tests;

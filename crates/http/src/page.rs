//! Listings that come in pages, and whether all of them came.

use std::collections::HashMap;
use std::fmt;

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::failure::Failure;
use crate::reply::Imprint;

/// How many pages are asked for when no end of them is in sight: because nobody says how many there are, or because
/// there are said to be more than are read. Half again of the longest listing known, which is announced.
const PAGES_IN_THE_DARK: u32 = 50;

/// How far a walk goes, and how many pages it asks for at once.
#[derive(Clone, Copy, Debug)]
pub struct PageOptions {
    /// How many pages are asked for at once, at least 1.
    pub concurrency: usize,
    /// The number of the last page that is asked for, whatever the broker announces.
    pub page_max: u32,
    /// How many records are kept of all pages together.
    pub records_max: usize,
    /// How many bytes all pages together may have.
    pub bytes_max: usize,
}

impl Default for PageOptions {
    /// Sixteen pages at once; 1000 pages, 40 000 records and 64 MiB: ten times the longest listing known, and about a
    /// hundred MiB of memory.
    fn default() -> Self {
        Self {
            concurrency: 16,
            page_max: 1000,
            records_max: 40_000,
            bytes_max: 64 << 20,
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
    /// How many records are kept of it: those that could be read and those that could not, inside its rows too.
    pub records: usize,
    /// The answer that it came in, by its bytes.
    pub imprint: Imprint,
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

/// What a walk brought home. Nothing that arrived is thrown away but pages that came before, and those with which it
/// would be too much.
#[derive(Debug)]
pub struct Walk<T> {
    /// The pages that came, in their order.
    pub pages: Vec<T>,
    /// How many rows they held together.
    pub rows: u64,
    /// How many records are kept of them.
    pub records: usize,
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
    /// It goes on, beyond the records or bytes that are read at most.
    TooMuch {
        /// Rows that were kept.
        rows: u64,
    },
    /// A page brought the rows of another one, to the letter: further pages would be copies too.
    Repeated {
        /// The page that brought nothing new.
        page: u32,
        /// The page that it is a copy of.
        of: u32,
    },
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
            Self::TooMuch { rows } => write!(
                formatter,
                "it goes on beyond the {rows} rows that were read, without end"
            ),
            Self::Repeated { page, of } => write!(
                formatter,
                "page {page} brings the rows of page {of} again, so that others may be missing"
            ),
        }
    }
}

/// Fetches a listing: the first page alone, then, knowing how many there are, the others at once.
///
/// `fetch` is given page numbers from 1. The number of pages comes from the announced rows and the rows that the first
/// page really held (brokers may send smaller pages than asked for), else from the announced pages, else pages are
/// asked for one by one until one is smaller than the first. A page that fails leaves the others alone. Pages beyond
/// an empty one are not asked for, nor any after one that brings another's rows again, or with which the listing is
/// larger than it may be. If the announced total changes between pages, or a page brings another's rows again (that
/// is also what a listing does in which rows are added at the front), the whole listing is read once more.
///
/// The walk has no clock: deadlines reach it as failures of `fetch`.
pub async fn walk<T, F, Fut>(options: PageOptions, fetch: F, progress: &(dyn Fn(Progress) + Send + Sync)) -> Walk<T>
where
    F: Fn(u32) -> Fut,
    Fut: Future<Output = Result<Page<T>, Failure>>,
{
    let first = round(options, &fetch, progress).await;
    let moved = matches!(
        first.coverage,
        Coverage::Partial(Partial::Moved | Partial::Repeated { .. })
    );
    // Two of them are held for a moment.
    if !moved || first.records > options.records_max / 2 {
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
    options: PageOptions,
    pages: Vec<(u32, Page<T>)>,
    failures: Vec<(u32, Failure)>,
    /// The lowest page that was empty.
    empty: Option<u32>,
    /// The pages by their lists.
    lists: HashMap<u64, u32>,
    /// The first page that brought nothing new, and what it repeats.
    repeated: Option<(u32, u32)>,
    records: usize,
    bytes: usize,
    /// Pages that came and were not kept.
    dropped: usize,
}

impl<T> Round<T> {
    fn new(options: PageOptions) -> Self {
        Self {
            options,
            pages: Vec::new(),
            failures: Vec::new(),
            empty: None,
            lists: HashMap::new(),
            repeated: None,
            records: 0,
            bytes: 0,
            dropped: 0,
        }
    }

    fn take(&mut self, number: u32, outcome: Result<Page<T>, Failure>) {
        let page = match outcome {
            Ok(page) => page,
            Err(failure) => return self.failures.push((number, failure)),
        };
        if page.rows == 0 {
            self.empty = Some(self.empty.map_or(number, |known| known.min(number)));
        } else if let Some(of) = self.lists.insert(page.imprint.list, number) {
            self.lists.insert(page.imprint.list, of);
            self.repeated = self.repeated.or(Some((number, of)));
            self.dropped += 1;
            return;
        }
        self.records = self.records.saturating_add(page.records);
        self.bytes = self.bytes.saturating_add(page.imprint.bytes);
        if self.is_too_much() {
            self.dropped += 1;
        } else {
            self.pages.push((number, page));
        }
    }

    fn is_too_much(&self) -> bool {
        self.records > self.options.records_max || self.bytes > self.options.bytes_max
    }

    /// Whether further pages would bring nothing.
    fn is_over(&self) -> bool {
        self.empty.is_some() || self.repeated.is_some() || self.is_too_much()
    }

    fn done(&self) -> u32 {
        u32::try_from(self.pages.len() + self.failures.len() + self.dropped).unwrap_or(u32::MAX)
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
                records: 0,
                announced: None,
                coverage: Coverage::Failed(failure),
            };
        }
    };
    let count = page_count(&first);
    let (announced, size) = (first.announced, first.rows);
    let page_max = options.page_max.max(1);
    let mut round = Round::new(options);
    round.take(1, Ok(first));
    let Some(count) = count else {
        let cut = one_by_one(page_max, size, fetch, progress, &mut round).await;
        let last = round.done();
        return conclude(round, announced, last, cut);
    };

    let last = match u32::try_from(count) {
        Ok(count) if count <= page_max => count,
        _ => page_max.min(PAGES_IN_THE_DARK),
    };
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
        while under_way.len() < options.concurrency.max(1) && !round.is_over() {
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
        (Some(announced), pages) => {
            let count = announced.div_ceil(size).max(1);
            let fewer = pages.is_some_and(|pages| u64::from(pages) < count);
            // Rows and pages that contradict each other promise no end.
            let is_dark = fewer && count > u64::from(PAGES_IN_THE_DARK);
            Some(if is_dark { u64::MAX } else { count })
        }
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
    for number in 2..=page_max.min(PAGES_IN_THE_DARK) {
        progress(Progress {
            pages_done: round.done(),
            pages_total: number,
        });
        let outcome = fetch(number).await;
        let more = outcome.as_ref().is_ok_and(|page| page.rows >= size);
        round.take(number, outcome);
        if !more || round.is_over() {
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
    let too_much = round.is_too_much();
    let pages_missing: Vec<u32> = round.failures.iter().map(|(number, _)| *number).collect();
    let coverage = match (round.failures.into_iter().next(), round.repeated, announced) {
        (Some((_, failure)), ..) => Coverage::Partial(Partial::Failed {
            failure: Box::new(failure),
            pages_missing,
        }),
        _ if too_much => Coverage::Partial(Partial::TooMuch { rows }),
        (_, Some((page, of)), _) => Coverage::Partial(Partial::Repeated { page, of }),
        _ if moved => Coverage::Partial(Partial::Moved),
        _ if cut && round.empty.is_none() => Coverage::Partial(Partial::TooMany),
        (.., Some(announced)) if rows < announced => Coverage::Partial(Partial::Short { got: rows, announced }),
        (.., Some(announced)) if rows > announced => Coverage::Partial(Partial::Moved),
        _ => Coverage::Complete,
    };
    Walk {
        pages: round.pages.into_iter().map(|(_, page)| page.value).collect(),
        rows,
        records: round.records,
        announced,
        coverage,
    }
}

#[cfg(test)]
mod tests;

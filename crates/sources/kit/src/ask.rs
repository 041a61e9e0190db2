//! One question to one broker: until when, and how far it has come.

use std::fmt;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::{Ask, ClockSaid, Progress, Quiet};
use gpu_broker_http as http;
use tokio::time::Instant;

/// Stands in for "without end" where a clock cannot be set that far ahead.
const ONE_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What the broker's clock said in its last answer.
pub fn clock(client: &http::Client) -> Option<ClockSaid> {
    client.said().map(|said| ClockSaid {
        moment: said.date,
        ago: said.ago,
    })
}

/// When an answer is due that may take so long from now.
pub fn deadline(within: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(within).unwrap_or(now + ONE_YEAR)
}

/// One question to one broker, which may need several listings at once: they share its deadline, and are reported as
/// one progress.
pub struct Asking<'a> {
    broker: &'a Broker,
    progress: &'a dyn Progress,
    deadline: Instant,
    /// How far each listing has come.
    walks: Mutex<Vec<http::Progress>>,
}

impl<'a> Asking<'a> {
    /// Begins a question: its time runs from now.
    pub fn new(broker: &'a Broker, ask: &Ask<'a>) -> Self {
        Self {
            progress: ask.progress,
            ..Self::until(broker, deadline(ask.within))
        }
    }

    /// A question that is part of another, due by then, of which nobody is told how far it has come.
    pub fn until(broker: &'a Broker, deadline: Instant) -> Self {
        Self {
            broker,
            progress: &Quiet,
            deadline,
            walks: Mutex::new(Vec::new()),
        }
    }

    /// Who is asked.
    pub fn broker(&self) -> &'a Broker {
        self.broker
    }

    /// When the whole answer is due. Every call of the question is sent with it.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Reads one listing; see [`http::walk`].
    pub async fn walk<T, F, Fut>(&self, options: http::PageOptions, fetch: F) -> http::Walk<T>
    where
        F: Fn(u32) -> Fut,
        Fut: Future<Output = Result<http::Page<T>, http::Failure>>,
    {
        let mine = {
            let mut walks = self.walks.lock().unwrap_or_else(PoisonError::into_inner);
            walks.push(http::Progress {
                pages_done: 0,
                pages_total: 1,
            });
            walks.len() - 1
        };
        http::walk(options, fetch, &|now| self.note(mine, now)).await
    }

    fn note(&self, walk: usize, now: http::Progress) {
        let (done, of) = {
            let mut walks = self.walks.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = walks.get_mut(walk) {
                *known = now;
            }
            walks.iter().fold((0_u32, 0_u32), |(done, of), walk| {
                (
                    done.saturating_add(walk.pages_done),
                    of.saturating_add(walk.pages_total),
                )
            })
        };
        self.progress.pages(self.broker, done, of);
    }
}

impl fmt::Debug for Asking<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking")
            .field("broker", &self.broker)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gpu_broker_core::source::Hint;

    #[derive(Debug, Default)]
    struct Recorder(Mutex<Vec<(u32, u32)>>);

    impl Progress for Recorder {
        fn pages(&self, _: &Broker, done: u32, of: u32) {
            self.0.lock().unwrap().push((done, of));
        }
    }

    #[tokio::test]
    async fn several_listings_are_one_progress() {
        let (broker, hint, recorder) = (Broker::new("one"), Hint::default(), Recorder::default());
        let asking = Asking::new(
            &broker,
            &Ask {
                within: Duration::MAX,
                hint: &hint,
                progress: &recorder,
            },
        );
        let options = http::PageOptions {
            concurrency: 1,
            ..http::PageOptions::default()
        };
        for announced in [3, 1] {
            asking
                .walk(options, |number| async move {
                    Ok(http::Page {
                        value: (),
                        rows: 1,
                        records: 1,
                        imprint: http::Imprint {
                            bytes: 2,
                            list: number.into(),
                        },
                        announced: Some(announced),
                        pages: None,
                    })
                })
                .await;
        }
        let seen = recorder.0.lock().unwrap().clone();
        assert_eq!(seen, [(1, 3), (2, 3), (3, 3), (4, 4)]);
    }
}

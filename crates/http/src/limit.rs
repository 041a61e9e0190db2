//! Our share of a broker's rate limit: an own count, corrected by what the broker says.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::after::{Told, WAIT_MAX};
use crate::call::{Method, Repeat};

/// A documented limit: so many calls in each window, a burst of all of them allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quota {
    /// Calls per window; 0 means no limit of our own.
    pub calls: u32,
    /// The length of the window.
    pub window: Duration,
    /// How many of the calls only a DELETE may use, so that a busy listing never keeps a machine running.
    pub reserve: u32,
}

/// The two limits that brokers keep: one over all calls, and a stricter one over creates, whose headers describe only
/// themselves.
#[derive(Debug)]
pub(crate) struct Limits {
    all: Mutex<Bucket>,
    creates: Mutex<Bucket>,
}

impl Limits {
    pub(crate) fn new(quota: Option<Quota>) -> Self {
        Self {
            all: Mutex::new(Bucket::new(quota)),
            creates: Mutex::new(Bucket::new(None)),
        }
    }

    /// Waits for a turn. If it would come after `deadline`, returns at once how long the wait would have been.
    pub(crate) async fn turn(&self, method: Method, repeat: Repeat, deadline: Instant) -> Result<(), Duration> {
        self.wait(&self.all, method, deadline).await?;
        if repeat.is_safe() {
            return Ok(());
        }
        self.wait(&self.creates, method, deadline).await
    }

    async fn wait(&self, bucket: &Mutex<Bucket>, method: Method, deadline: Instant) -> Result<(), Duration> {
        let mut start = lock(bucket).reserve(Instant::now(), method, deadline)?;
        // The broker may close the window while we wait; then the wait grows, but the turn is kept.
        while start > Instant::now() {
            sleep_until(start).await;
            let closed = lock(bucket).closed_until;
            if let Some(until) = closed.filter(|until| *until > Instant::now()) {
                if until > deadline {
                    return Err(until.duration_since(Instant::now()));
                }
                start = until;
            }
        }
        Ok(())
    }

    /// Takes in what an answer says about the limit that its request fell under.
    pub(crate) fn learn(&self, repeat: Repeat, told: &Told, refused: bool) {
        let bucket = if repeat.is_safe() { &self.all } else { &self.creates };
        lock(bucket).learn(Instant::now(), told, refused);
    }
}

fn lock(bucket: &Mutex<Bucket>) -> MutexGuard<'_, Bucket> {
    bucket.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A token bucket, kept as one moment: when it will be full again. Spending a token moves that moment on by one
/// interval; a token is there as long as the moment is less than a window away. No fractions, no clock ticks.
#[derive(Debug)]
struct Bucket {
    quota: Option<Quota>,
    full_at: Option<Instant>,
    closed_until: Option<Instant>,
}

impl Bucket {
    fn new(quota: Option<Quota>) -> Self {
        let quota = quota.filter(|quota| quota.calls > 0 && quota.window > Duration::ZERO);
        Self {
            quota,
            full_at: None,
            closed_until: None,
        }
    }

    /// Takes a token and says from when on it may be used; takes none if that is after `deadline`.
    fn reserve(&mut self, now: Instant, method: Method, deadline: Instant) -> Result<Instant, Duration> {
        let open = self.closed_until.map_or(now, |until| until.max(now));
        let mut start = open;
        let mut full_at = open;
        if let Some(quota) = self.quota {
            let interval = quota.window / quota.calls;
            full_at = self.full_at.map_or(open, |full| full.max(open)) + interval;
            let kept = if method == Method::Delete {
                0
            } else {
                quota.reserve.min(quota.calls - 1)
            };
            let burst = interval * (quota.calls - kept);
            start = full_at.checked_sub(burst).map_or(open, |ready| ready.max(open));
        }
        if start > deadline {
            return Err(start.duration_since(now));
        }
        self.full_at = Some(full_at);
        Ok(start)
    }

    fn learn(&mut self, now: Instant, told: &Told, refused: bool) {
        if let (Some(quota), Some(limit)) = (self.quota.as_mut(), told.limit.filter(|limit| *limit > 0))
            && limit < quota.calls
        {
            quota.calls = limit;
        }
        let spent = told.remaining == Some(0);
        let wait = match (refused, spent) {
            (true, _) => told.retry_after.or(told.reset),
            (false, true) => told.reset,
            (false, false) => None,
        };
        if let Some(wait) = wait {
            let until = now + wait.min(WAIT_MAX);
            self.closed_until = Some(self.closed_until.map_or(until, |known| known.max(until)));
            // A new window starts with all of its calls.
            self.full_at = Some(until);
        } else if let (Some(quota), Some(remaining)) = (self.quota, told.remaining) {
            // Never more than the broker says is left; calls under way are already counted on its side.
            let interval = quota.window / quota.calls;
            let full_at = now + interval * quota.calls.saturating_sub(remaining);
            self.full_at = Some(self.full_at.map_or(full_at, |known| known.max(full_at)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn limits(calls: u32, reserve: u32) -> Limits {
        Limits::new(Some(Quota {
            calls,
            window: MINUTE,
            reserve,
        }))
    }

    fn far() -> Instant {
        Instant::now() + Duration::from_secs(3600)
    }

    async fn get(limits: &Limits, deadline: Instant) -> Result<(), Duration> {
        limits.turn(Method::Get, Repeat::Safe, deadline).await
    }

    fn told(remaining: Option<u32>, reset_s: Option<u64>) -> Told {
        Told {
            remaining,
            reset: reset_s.map(Duration::from_secs),
            ..Told::default()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_the_rest_is_spread() {
        let limits = limits(6, 0);
        let start = Instant::now();
        for _ in 0..6 {
            get(&limits, far()).await.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        get(&limits, far()).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 10);
        let refused = get(&limits, Instant::now() + Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(refused.as_secs(), 10);
        get(&limits, far()).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 20, "a refused call takes no token");
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_hour_never_exceeds_the_quota() {
        let limits = limits(6, 0);
        let start = Instant::now();
        let mut times = Vec::new();
        while start.elapsed() < Duration::from_secs(3000) {
            get(&limits, start + Duration::from_secs(7200)).await.unwrap();
            times.push(start.elapsed());
        }
        assert!((300..=307).contains(&times.len()), "{}", times.len());
    }

    #[tokio::test(start_paused = true)]
    async fn the_reserve_is_for_deletes() {
        let limits = limits(6, 2);
        let start = Instant::now();
        for _ in 0..4 {
            get(&limits, far()).await.unwrap();
        }
        assert!(get(&limits, start).await.is_err());
        for _ in 0..2 {
            limits.turn(Method::Delete, Repeat::Safe, start).await.unwrap();
        }
        assert!(limits.turn(Method::Delete, Repeat::Safe, start).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_remaining_closes_until_the_reset_and_then_all_is_open() {
        let limits = limits(6, 0);
        let start = Instant::now();
        for _ in 0..6 {
            get(&limits, start).await.unwrap();
        }
        limits.learn(Repeat::Safe, &told(Some(0), Some(30)), false);
        assert_eq!(
            get(&limits, start + Duration::from_secs(10))
                .await
                .unwrap_err()
                .as_secs(),
            30
        );
        for _ in 0..6 {
            get(&limits, far()).await.unwrap();
        }
        assert_eq!(start.elapsed().as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn a_smaller_remainder_is_believed_and_a_larger_one_is_not() {
        let limits = limits(6, 0);
        let start = Instant::now();
        limits.learn(Repeat::Safe, &told(Some(2), None), false);
        limits.learn(Repeat::Safe, &told(Some(5), None), false);
        get(&limits, start).await.unwrap();
        get(&limits, start).await.unwrap();
        assert!(get(&limits, start).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_closes_for_everyone_who_waits() {
        let limits = limits(1, 0);
        let start = Instant::now();
        get(&limits, far()).await.unwrap();
        let waiting = get(&limits, far());
        let closing = async {
            tokio::time::sleep(Duration::from_secs(59)).await;
            let told = Told {
                retry_after: Some(Duration::from_secs(100)),
                ..Told::default()
            };
            limits.learn(Repeat::Safe, &told, true);
        };
        let (waited, ()) = tokio::join!(waiting, closing);
        waited.unwrap();
        assert_eq!(start.elapsed().as_secs(), 159);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_gives_up_when_the_wait_grows_beyond_the_deadline() {
        let limits = limits(1, 0);
        let start = Instant::now();
        get(&limits, start).await.unwrap();
        let waiting = get(&limits, start + MINUTE + MINUTE);
        let closing = async {
            tokio::time::sleep(Duration::from_secs(59)).await;
            limits.learn(Repeat::Safe, &told(Some(0), Some(100)), false);
        };
        let (waited, ()) = tokio::join!(waiting, closing);
        assert_eq!((waited.unwrap_err().as_secs(), start.elapsed().as_secs()), (99, 60));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_said_about_creates_does_not_bind_reads() {
        let limits = limits(250, 0);
        let start = Instant::now();
        let told = Told {
            limit: Some(10),
            ..told(Some(0), Some(900))
        };
        limits.learn(Repeat::Never, &told, false);
        for _ in 0..100 {
            get(&limits, start).await.unwrap();
        }
        let create = limits.turn(Method::Post, Repeat::Never, start + MINUTE).await;
        assert_eq!(create.unwrap_err().as_secs(), 900);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lower_limit_lowers_ours() {
        let limits = limits(250, 0);
        let told = Told {
            limit: Some(3),
            ..told(Some(3), None)
        };
        limits.learn(Repeat::Safe, &told, false);
        let start = Instant::now();
        for _ in 0..3 {
            get(&limits, start).await.unwrap();
        }
        assert!(get(&limits, start).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_quota_only_the_broker_limits() {
        let limits = Limits::new(None);
        let start = Instant::now();
        for _ in 0..1000 {
            get(&limits, start).await.unwrap();
        }
        limits.learn(Repeat::Safe, &told(Some(0), Some(20)), false);
        assert_eq!(get(&limits, start).await.unwrap_err().as_secs(), 20);
    }
}

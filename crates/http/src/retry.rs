//! The only retry loop of the project.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::call::Repeat;
use crate::failure::{Failure, Kind, Stage};

/// How often one call is tried at most: the first time and three more.
pub(crate) const ATTEMPTS_MAX: u32 = 4;

/// The wait before the second attempt; it doubles with each further one.
const BACKOFF_BASE: Duration = Duration::from_millis(200);

/// What the loop needs to know about a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    pub(crate) repeat: Repeat,
    /// No attempt and no wait goes beyond this.
    pub(crate) deadline: Instant,
    /// Spreads the waits of calls that failed together.
    pub(crate) seed: u64,
}

/// Tries until it succeeds, fails for good, or the next wait would not fit the deadline.
pub(crate) async fn run<T, F, Fut>(schedule: Schedule, mut attempt: F) -> Result<T, Failure>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, Failure>>,
{
    let mut reached = Stage::NotSent;
    let mut attempts = 1;
    loop {
        let mut failure = match attempt().await {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        // A call of which an earlier attempt may have arrived is not "not sent" because the last one was not. An
        // attempt that was turned away with 429 had no effect.
        if failure.kind != Kind::RateLimited || failure.stage != Stage::Answered {
            reached = reached.max(failure.stage.min(Stage::MaybeSent));
        }
        failure.stage = failure.stage.max(reached);
        failure.attempts = attempts;
        let wait = failure
            .retry_after
            .unwrap_or_default()
            .max(backoff(attempts, schedule.seed));
        let fits = Instant::now()
            .checked_add(wait)
            .is_some_and(|then| then < schedule.deadline);
        if attempts >= ATTEMPTS_MAX
            || !fits
            || failure.is_much_later()
            || !is_worth_repeating(schedule.repeat, &failure)
        {
            return Err(failure);
        }
        tracing::debug!(
            method = %failure.method,
            path = %failure.path,
            status = failure.status,
            kind = ?failure.kind,
            wait_ms = wait.as_millis(),
            "will try again"
        );
        sleep(wait).await;
        attempts += 1;
    }
}

fn is_worth_repeating(repeat: Repeat, failure: &Failure) -> bool {
    match repeat {
        Repeat::Safe => failure.is_transient(),
        Repeat::Never => match failure.kind {
            Kind::Connect => failure.stage == Stage::NotSent,
            Kind::RateLimited => true,
            Kind::Setup
            | Kind::Timeout
            | Kind::Transport
            | Kind::Status
            | Kind::Redirected
            | Kind::TooLarge
            | Kind::Decode => false,
        },
        Repeat::Once => false,
    }
}

/// 200 ms, 400 ms, 800 ms, each with up to a quarter more.
fn backoff(attempts: u32, seed: u64) -> Duration {
    let base = BACKOFF_BASE.saturating_mul(1 << attempts.saturating_sub(1).min(8));
    // SplitMix64: one step turns neighbouring seeds into unrelated numbers.
    let mut mixed = seed.wrapping_add(u64::from(attempts).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let percent = u32::try_from((mixed ^ (mixed >> 31)) % 26).unwrap_or_default();
    base + base * percent / 100
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::call::Call;

    fn failure(stage: Stage, kind: Kind, status: Option<u16>) -> Failure {
        let mut failure = Failure::silent(&Call::get("/x"), stage, kind, "");
        failure.status = status;
        failure
    }

    fn answered(status: u16, retry_after_s: Option<u64>) -> Failure {
        let mut failure = Failure::answered(&Call::get("/x"), status, b"");
        failure.retry_after = retry_after_s.map(Duration::from_secs);
        failure
    }

    /// Runs the script, one entry per attempt (success when it is used up), and says what came out, after how many
    /// attempts and how much waiting.
    async fn play(repeat: Repeat, deadline_s: u64, script: Vec<Failure>) -> (Result<(), Failure>, u32, Duration) {
        let start = Instant::now();
        let mut script = VecDeque::from(script);
        let mut calls = 0;
        let schedule = Schedule {
            repeat,
            deadline: start + Duration::from_secs(deadline_s),
            seed: 7,
        };
        let result = run(schedule, || {
            calls += 1;
            let next = script.pop_front();
            async move { next.map_or(Ok(()), Err) }
        })
        .await;
        (result, calls, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn each_failure_is_repeated_only_where_that_is_safe() {
        use Repeat::{Never, Once, Safe};
        let not_sent = || failure(Stage::NotSent, Kind::Connect, None);
        for (one, safe, never) in [
            (not_sent(), 2, 2),
            (failure(Stage::MaybeSent, Kind::Transport, None), 2, 1),
            (failure(Stage::MaybeSent, Kind::Timeout, None), 2, 1),
            (failure(Stage::Answered, Kind::Transport, Some(201)), 2, 1),
            (failure(Stage::Answered, Kind::TooLarge, Some(200)), 1, 1),
            (failure(Stage::Answered, Kind::Decode, Some(200)), 1, 1),
            (failure(Stage::NotSent, Kind::Setup, None), 1, 1),
            (answered(302, None), 1, 1),
            (answered(400, None), 1, 1),
            (answered(401, None), 1, 1),
            (answered(404, None), 1, 1),
            (answered(408, None), 2, 1),
            (answered(409, None), 1, 1),
            (answered(429, None), 2, 2),
            (answered(500, None), 2, 1),
            (answered(501, None), 1, 1),
            (answered(502, None), 2, 1),
            (answered(503, None), 2, 1),
            (answered(504, None), 2, 1),
        ] {
            for (repeat, expected) in [(Safe, safe), (Never, never), (Once, 1)] {
                let (result, calls, _) = play(repeat, 60, vec![one.clone()]).await;
                assert_eq!((calls, result.is_ok()), (expected, expected == 2), "{repeat:?} {one}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_gives_up_after_four_attempts_and_about_a_second_and_a_half() {
        let (result, calls, waited) = play(Repeat::Safe, 60, vec![answered(500, None); 9]).await;
        assert_eq!((calls, result.unwrap_err().attempts), (4, 4));
        assert!((1400..=1750).contains(&waited.as_millis()), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn it_waits_as_told_if_the_wait_fits() {
        let (result, calls, waited) = play(Repeat::Never, 100, vec![answered(429, Some(90))]).await;
        assert_eq!((result.is_ok(), calls, waited.as_secs()), (true, 2, 90));
        let (result, calls, waited) = play(Repeat::Never, 80, vec![answered(429, Some(90))]).await;
        let failure = result.unwrap_err();
        assert_eq!(
            (failure.kind, failure.retry_after),
            (Kind::RateLimited, Some(Duration::from_secs(90)))
        );
        assert_eq!((calls, waited), (1, Duration::ZERO));
        let (_, calls, waited) = play(Repeat::Safe, 80, vec![answered(503, Some(5))]).await;
        assert_eq!((calls, waited.as_secs()), (2, 5));
        // Longer than anybody waits, with all the time in the world.
        let mut much_later = answered(429, None);
        much_later.wait_for(Some(Duration::from_secs(961)));
        let (_, calls, waited) = play(Repeat::Safe, 1 << 30, vec![much_later]).await;
        assert_eq!((calls, waited), (1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn zero_seconds_is_no_licence_to_hammer() {
        let (_, calls, waited) = play(Repeat::Safe, 60, vec![answered(429, Some(0)); 9]).await;
        assert_eq!(calls, 4);
        assert!(waited >= Duration::from_millis(1400), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn doubt_outlives_a_later_refusal() {
        let maybe = failure(Stage::MaybeSent, Kind::Transport, None);
        let refused = failure(Stage::NotSent, Kind::Connect, None);
        let last = |script| async { play(Repeat::Safe, 60, script).await.0.unwrap_err() };
        assert_eq!(
            last(vec![maybe, refused.clone(), refused.clone(), refused.clone()])
                .await
                .stage,
            Stage::MaybeSent
        );
        assert_eq!(last(vec![refused.clone(); 4]).await.stage, Stage::NotSent);
        let answered_once = vec![answered(500, None), refused.clone(), refused.clone(), refused.clone()];
        assert_eq!(last(answered_once).await.stage, Stage::MaybeSent);
        let turned_away = vec![answered(429, None), refused.clone(), refused.clone(), refused];
        assert_eq!(last(turned_away).await.stage, Stage::NotSent);
    }

    #[test]
    fn waits_are_spread_and_repeatable() {
        let first: Vec<Duration> = (0..50).map(|seed| backoff(1, seed)).collect();
        assert!(first.iter().all(|wait| (200..=250).contains(&wait.as_millis())));
        assert!(first.iter().any(|wait| wait != &first[0]));
        assert_eq!(backoff(3, 11), backoff(3, 11));
    }
}

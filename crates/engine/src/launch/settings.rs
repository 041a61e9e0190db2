//! How long things may take, and how sure is sure. Each figure with its reason.

use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// The patience and the caution of a launch.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// How long one request to launch may take. A longer wait is cheaper than
    /// an unknown outcome.
    pub create_within: Duration,
    /// How long any other request to a broker may take, all its pages
    /// included.
    pub ask_within: Duration,
    /// How long a name must stay away from complete listings before nobody
    /// expects it any more (R6), at least.
    pub quiet: Duration,
    /// The same for an account in which nothing was ever seen: its empty
    /// listing proves less (R7).
    pub quiet_empty: Duration,
    /// Complete listings without the name that it takes (R6).
    pub looks: u32,
    /// The same for an account in which nothing was ever seen (R7).
    pub looks_empty: u32,
    /// How long after a refusal a listing must begin to count (D1).
    pub refusal_settles: Duration,
    /// How long a name that was given up is still looked for (D1).
    pub watch: Duration,
    /// The least time between two listings of one broker, by one process:
    /// 10 s and a bit more, so that a watchdog makes 86 in 15 minutes of the
    /// 90 that are right (R13), and a command beside it, which looks at once,
    /// has the rest.
    pub list_every: Duration,
    /// The least time between two listings that both show a machine as ended
    /// before it is believed (R8).
    pub gone_gap: Duration,
    /// How long a broker may say that it has no machine of an id that its own
    /// answer named under our name, before it is asked to end it all the same
    /// (I5).
    pub unshown: Duration,
    /// The first wait after a request to end a machine that did not work; it
    /// doubles up to `end_retry_max`.
    pub end_retry: Duration,
    /// The longest wait between two requests to end one machine.
    pub end_retry_max: Duration,
    /// After how long without success a machine that should end is called
    /// blocked.
    pub end_blocked: Duration,
    /// The least and the most that a machine may take to become ready before
    /// the watchdog ends it: three times the broker's own hint, between these
    /// (D5).
    pub ready_between: (Duration, Duration),
    /// Attempts for one machine, in all.
    pub attempts_max: u8,
    /// How long a sold-out offer is left alone; it doubles up to `blocked_max`
    /// (R16).
    pub blocked: Duration,
    /// The longest that it is left alone.
    pub blocked_max: Duration,
    /// How long to wait for a broker that has too many requests and does not say
    /// for how long.
    pub busy: Duration,
    /// Tries at a connection that was never made.
    pub connects_max: u32,
    /// Listings that showed the lag of a machine, below which a name may not
    /// be given up and ordered again (T12).
    pub lags_min: u32,
    /// Whether a refusal is doubted as much as a broken connection (R4), and
    /// nothing is asked to end that its broker never showed under our name.
    pub strict: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            create_within: 3 * MINUTE,
            ask_within: 30 * SECOND,
            quiet: 10 * MINUTE,
            quiet_empty: 15 * MINUTE,
            looks: 3,
            looks_empty: 5,
            refusal_settles: 5 * SECOND,
            watch: 24 * 60 * MINUTE,
            list_every: Duration::from_millis(10_500),
            gone_gap: 30 * SECOND,
            unshown: MINUTE,
            end_retry: 5 * SECOND,
            end_retry_max: 5 * MINUTE,
            end_blocked: 15 * MINUTE,
            ready_between: (45 * MINUTE, 90 * MINUTE),
            attempts_max: 3,
            blocked: 3 * MINUTE,
            blocked_max: 30 * MINUTE,
            busy: 30 * SECOND,
            connects_max: 3,
            lags_min: 20,
            strict: false,
        }
    }
}

impl Settings {
    /// For tests that kill real processes by the thousand: the same rules in
    /// hundredths of the time.
    #[cfg(feature = "failpoints")]
    #[doc(hidden)]
    pub fn hurried() -> Self {
        let ms = Duration::from_millis;
        Self {
            create_within: 2 * SECOND,
            ask_within: 2 * SECOND,
            quiet: ms(600),
            quiet_empty: ms(900),
            refusal_settles: ms(20),
            list_every: ms(40),
            gone_gap: ms(120),
            unshown: ms(120),
            end_retry: ms(40),
            end_retry_max: ms(400),
            busy: ms(100),
            end_blocked: 5 * SECOND,
            ..Self::default()
        }
    }

    /// For the simulated brokers, whose listing is never late: the same rules
    /// with little patience, so that trying things out takes seconds.
    pub fn sandbox() -> Self {
        Self {
            quiet: 20 * SECOND,
            quiet_empty: 30 * SECOND,
            refusal_settles: SECOND,
            list_every: SECOND,
            gone_gap: 2 * SECOND,
            unshown: 2 * SECOND,
            end_retry: SECOND,
            busy: 2 * SECOND,
            ..Self::default()
        }
    }
}

//! Spheron's request limit, per address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::options::Limits;

/// Requests that one address may make in a window. Spheron API reference, "Rate limits by endpoint".
const LIMIT: u32 = 250;

/// The length of a window.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Counts requests by address in fixed windows.
#[derive(Debug)]
pub(crate) struct Limiter {
    limits: Limits,
    windows: Mutex<HashMap<IpAddr, Window>>,
}

/// One address's window.
#[derive(Clone, Copy, Debug)]
struct Window {
    opened: Instant,
    used: u32,
}

/// What the limiter says of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admission {
    /// Whether the request may pass.
    pub(crate) allowed: bool,
    /// Requests allowed in a window.
    pub(crate) limit: u32,
    /// Requests left in this window.
    pub(crate) remaining: u32,
    /// Time until the next window.
    pub(crate) resets_in: Duration,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            windows: Mutex::default(),
        }
    }

    /// Counts one request of `address` at `now`.
    pub(crate) fn admit(&self, address: IpAddr, now: Instant) -> Admission {
        if self.limits == Limits::Off {
            return Admission {
                allowed: true,
                limit: LIMIT,
                remaining: LIMIT,
                resets_in: WINDOW,
            };
        }
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry(address).or_insert(Window { opened: now, used: 0 });
        if now.duration_since(window.opened) >= WINDOW {
            *window = Window { opened: now, used: 0 };
        }
        let allowed = window.used < LIMIT;
        if allowed {
            window.used += 1;
        }
        Admission {
            allowed,
            limit: LIMIT,
            remaining: LIMIT - window.used,
            resets_in: WINDOW.saturating_sub(now.duration_since(window.opened)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::{Duration, Instant};

    use super::Limiter;
    use crate::options::Limits;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn refuses_the_251st() {
        let limiter = Limiter::new(Limits::Documented);
        let now = Instant::now();
        for left in (0..250).rev() {
            let admission = limiter.admit(HERE, now);
            assert!(admission.allowed);
            assert_eq!(admission.remaining, left);
        }
        let later = now + Duration::from_secs(100);
        let refused = limiter.admit(HERE, later);
        assert!(!refused.allowed);
        assert_eq!(refused.resets_in, Duration::from_secs(800));
        assert!(limiter.admit(HERE, now + Duration::from_secs(900)).allowed);
    }

    #[test]
    fn off_counts_nothing() {
        let limiter = Limiter::new(Limits::Off);
        let now = Instant::now();
        assert!((0..1_000).all(|_| limiter.admit(HERE, now).remaining == 250));
    }
}

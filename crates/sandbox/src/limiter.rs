//! Spheron's request limits, per address and per user.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use crate::clock::Moment;
use crate::options::Limits;

/// Requests that one address may make in a window. Spheron API reference, "Rate limits by endpoint".
const LIMIT: u32 = 250;

/// Machines that one user may ask for in a window, in the same table.
const CREATE_LIMIT: u32 = 10;

/// The length of a window.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Counts requests by address, and creates by key, in fixed windows.
#[derive(Debug)]
pub(crate) struct Limiter {
    limits: Limits,
    addresses: HashMap<IpAddr, Window>,
    users: HashMap<String, Window>,
}

/// One address's window.
#[derive(Clone, Copy, Debug)]
struct Window {
    opened: Moment,
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
            addresses: HashMap::new(),
            users: HashMap::new(),
        }
    }

    /// Counts one request of `address` at `now`.
    pub(crate) fn admit(&mut self, address: IpAddr, now: Moment) -> Admission {
        match self.limits {
            Limits::Off => Admission::free(LIMIT),
            Limits::Documented => count(self.addresses.entry(address).or_insert(Window::open(now)), LIMIT, now),
        }
    }

    /// Counts one create with `key` at `now`.
    pub(crate) fn admit_create(&mut self, key: &str, now: Moment) -> Admission {
        match self.limits {
            Limits::Off => Admission::free(CREATE_LIMIT),
            Limits::Documented => {
                let window = self.users.entry(key.to_owned()).or_insert(Window::open(now));
                count(window, CREATE_LIMIT, now)
            }
        }
    }
}

impl Window {
    fn open(now: Moment) -> Self {
        Self { opened: now, used: 0 }
    }
}

impl Admission {
    /// For those who have no limit.
    pub(crate) const FREE: Self = Self {
        allowed: true,
        limit: LIMIT,
        remaining: LIMIT,
        resets_in: WINDOW,
    };

    fn free(limit: u32) -> Self {
        Self {
            allowed: true,
            limit,
            remaining: limit,
            resets_in: WINDOW,
        }
    }
}

fn count(window: &mut Window, limit: u32, now: Moment) -> Admission {
    let open_for = Duration::from_millis(now.since(window.opened));
    if open_for >= WINDOW {
        *window = Window::open(now);
    }
    let allowed = window.used < limit;
    if allowed {
        window.used += 1;
    }
    Admission {
        allowed,
        limit,
        remaining: limit - window.used,
        resets_in: WINDOW.saturating_sub(Duration::from_millis(now.since(window.opened))),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::Duration;

    use super::Limiter;
    use crate::clock::Moment;
    use crate::options::Limits;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn refuses_the_251st() {
        let mut limiter = Limiter::new(Limits::Documented);
        let now = Moment(1_000_000);
        for left in (0..250).rev() {
            let admission = limiter.admit(HERE, now);
            assert!(admission.allowed);
            assert_eq!(admission.remaining, left);
        }
        let refused = limiter.admit(HERE, now.after_seconds(100));
        assert!(!refused.allowed);
        assert_eq!(refused.resets_in, Duration::from_secs(800));
        assert!(limiter.admit(HERE, now.after_seconds(900)).allowed);
    }

    #[test]
    fn refuses_the_11th_create() {
        let mut limiter = Limiter::new(Limits::Documented);
        let now = Moment(1_000_000);
        let allowed = |limiter: &mut Limiter, key| limiter.admit_create(key, now).allowed;
        assert!((0..10).all(|_| allowed(&mut limiter, "a")));
        assert!(!allowed(&mut limiter, "a"));
        assert!(allowed(&mut limiter, "b"));
    }

    #[test]
    fn off_counts_nothing() {
        let mut limiter = Limiter::new(Limits::Off);
        assert!((0..1_000).all(|_| limiter.admit(HERE, Moment(0)).remaining == 250));
    }
}

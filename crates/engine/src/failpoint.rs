//! Places at which a test kills the process.
//!
//! In a build without the feature `failpoints`, which is every build that is
//! not a test of crashes, [`reach`] is nothing.

/// Stops here for good when a test armed this place, so that it can kill the
/// process from outside as the kernel would.
pub fn reach(place: &str) {
    #[cfg(feature = "failpoints")]
    armed::reach(place);
    #[cfg(not(feature = "failpoints"))]
    let _ = place;
}

#[cfg(feature = "failpoints")]
pub use armed::arm;

#[cfg(feature = "failpoints")]
mod armed {
    use std::path::PathBuf;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Armed {
        place: String,
        left: AtomicU32,
        marker: PathBuf,
    }

    static ARMED: OnceLock<Armed> = OnceLock::new();

    /// Arms one place, such as `after-sending` or `after-commit#7` for the
    /// seventh time it is reached; `marker` is the file that tells that it was.
    pub fn arm(spec: &str, marker: PathBuf) {
        let (place, times) = spec.split_once('#').unwrap_or((spec, "1"));
        let armed = Armed {
            place: place.to_owned(),
            left: AtomicU32::new(times.parse().unwrap_or(1)),
            marker,
        };
        // Armed once; a second time changes nothing.
        let _ = ARMED.set(armed);
    }

    pub(super) fn reach(place: &str) {
        let Some(armed) = ARMED.get().filter(|armed| armed.place == place) else {
            return;
        };
        if armed.left.fetch_sub(1, Ordering::SeqCst) != 1 {
            return;
        }
        // Without the marker the test times out and fails, which is right.
        let _ = std::fs::write(&armed.marker, place);
        loop {
            std::thread::park();
        }
    }
}

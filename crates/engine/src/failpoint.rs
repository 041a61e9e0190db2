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
    use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
    use std::time::Duration;

    struct Armed {
        places: Vec<Place>,
        /// How many of the places have been passed.
        passed: AtomicUsize,
        marker: PathBuf,
    }

    struct Place {
        name: String,
        left: AtomicU32,
    }

    static ARMED: OnceLock<Armed> = OnceLock::new();

    /// Arms a place, such as `after-sending`, or `after-commit#7` for the
    /// seventh time that it is reached. `listed>row-written` is the first
    /// `row-written` after `listed` was reached. `marker` is the file that
    /// tells that it was: the process goes on when somebody removes it.
    pub fn arm(spec: &str, marker: PathBuf) {
        let place = |word: &str| {
            let (name, times) = word.split_once('#').unwrap_or((word, "1"));
            Place {
                name: name.to_owned(),
                left: AtomicU32::new(times.parse().unwrap_or(1)),
            }
        };
        let armed = Armed {
            places: spec.split('>').map(place).collect(),
            passed: AtomicUsize::new(0),
            marker,
        };
        // Armed once; a second time changes nothing.
        let _ = ARMED.set(armed);
    }

    pub(super) fn reach(name: &str) {
        let Some(armed) = ARMED.get() else {
            return;
        };
        let passed = armed.passed.load(Ordering::SeqCst);
        let Some(place) = armed.places.get(passed).filter(|place| place.name == name) else {
            return;
        };
        if place.left.fetch_sub(1, Ordering::SeqCst) != 1 {
            return;
        }
        armed.passed.store(passed + 1, Ordering::SeqCst);
        if passed + 1 < armed.places.len() {
            return;
        }
        // Without the marker the test times out and fails, which is right.
        let written = std::fs::write(&armed.marker, name);
        while written.is_err() || armed.marker.exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

//! What every case may take.

use std::fs;
use std::time::{Duration, Instant};

/// The most time that a case may take.
const TIME: Duration = Duration::from_secs(5);

/// The most memory that a case may take, with all that this process holds beside it, in KiB.
const MEMORY_KIB: u64 = 64 << 10;

/// Whether one test was asked for by its name and nothing else runs in this process, so that what it takes is what the
/// case takes.
pub fn is_alone() -> bool {
    std::env::args().any(|word| word == "--exact")
}

/// Runs one case, which fails if it takes more than is promised. Memory is asked for where the kernel tells (Linux), and
/// when nothing else runs in this process.
#[track_caller]
pub(super) fn within_limits<T>(name: &str, case: impl FnOnce() -> T) -> T {
    // Forgets the peak so far.
    let counted = is_alone() && fs::write("/proc/self/clear_refs", "5").is_ok();
    let start = Instant::now();
    let outcome = case();
    let elapsed = start.elapsed();
    assert!(elapsed < TIME, "{name} took {elapsed:?}");
    if let Some(peak) = peak_kib().filter(|_| counted) {
        assert!(peak <= MEMORY_KIB, "{name} took {peak} KiB");
    }
    outcome
}

/// The most memory that this process has held, in KiB; `None` where the kernel does not say.
pub fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}

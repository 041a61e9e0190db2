//! How long a process takes and how much memory it needs.

use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Starts a command a number of times and reports each run: seconds, the most memory that it held in KiB, its exit status and
/// the number of bytes that it wrote. Python, because the standard library here does not tell a child's memory; it starts
/// the child from outside, as a shell would.
const SCRIPT: &str = r"
import json, os, sys, time
runs, out, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
for _ in range(runs):
    target = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    begin = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, target, 1)])
    _, status, usage = os.wait4(child, 0)
    took = time.perf_counter() - begin
    os.close(target)
    print(json.dumps([took, usage.ru_maxrss, os.waitstatus_to_exitcode(status)]))
";

/// Times processes.
#[derive(Debug)]
pub(super) struct Stopwatch {
    script: PathBuf,
    home: PathBuf,
    out: PathBuf,
}

/// Medians of several runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    pub(super) nanoseconds: u64,
    /// Not known where a call was timed and not a process.
    pub(super) kib: Option<u64>,
}

impl Stopwatch {
    /// With an empty home in this folder for whatever is timed.
    pub(super) fn new(scratch: &Path) -> io::Result<Self> {
        let home = scratch.join("home");
        fs::create_dir_all(&home)?;
        let script = scratch.join("stopwatch.py");
        fs::write(&script, SCRIPT)?;
        let out = scratch.join("out");
        Ok(Self { script, home, out })
    }

    /// Times a command that must succeed.
    pub(super) fn time(&self, command: &Command, runs: u32) -> io::Result<Figures> {
        // The first run fills caches, for whoever it is.
        let mut python = Command::new("python3");
        python.arg(&self.script).arg((runs + 1).to_string()).arg(&self.out);
        python.arg(command.get_program()).args(command.get_args());
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
            python.env(name, &self.home);
        }
        python.env("NO_COLOR", "1").env("COLUMNS", "200");
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                python.env(name, value);
            }
        }
        let answer = python.output()?;
        let told = String::from_utf8_lossy(&answer.stdout);
        let mut all = Vec::new();
        for line in told.lines() {
            let [seconds, kib, status] = serde_json::from_str::<[Value; 3]>(line)?;
            if status != 0 {
                return Err(Error::other(format!(
                    "{command:?} ended with {status}: {}",
                    last(&answer.stderr)
                )));
            }
            all.push((nanoseconds(&seconds)?, kib.as_u64().unwrap_or_default()));
        }
        if all.len() < 2 {
            return Err(Error::other(format!(
                "{command:?} could not be timed: {}",
                last(&answer.stderr)
            )));
        }
        let (times, memory): (Vec<u64>, Vec<u64>) = all.into_iter().skip(1).unzip();
        Ok(Figures {
            nanoseconds: median(times),
            kib: Some(median(memory)),
        })
    }

    /// The same of one that lists offers: its output must name nearly all of them.
    pub(super) fn time_of(&self, command: &Command, runs: u32, offers: usize) -> io::Result<Figures> {
        let figures = self.time(command, runs)?;
        let found = fs::read_to_string(&self.out)?.matches("offer-").count();
        // Peers leave out what they cannot show.
        let least = offers - offers / 100;
        if found < least {
            return Err(Error::other(format!(
                "{command:?} named {found} offers where {least} are the least"
            )));
        }
        Ok(figures)
    }
}

impl Figures {
    /// Of calls instead of processes.
    pub(super) fn of_calls(times: Vec<u64>) -> Self {
        Self {
            nanoseconds: median(times),
            kib: None,
        }
    }

    pub(super) fn time(&self) -> String {
        match self.nanoseconds {
            short @ ..10_000_000 => format!("{}.{:02} ms", short / 1_000_000, short / 10_000 % 100),
            middle @ ..1_000_000_000 => format!("{} ms", middle / 1_000_000),
            long => format!("{}.{:02} s", long / 1_000_000_000, long / 10_000_000 % 100),
        }
    }

    pub(super) fn memory(&self) -> String {
        self.kib.map_or_else(|| "-".to_owned(), |kib| (kib / 1024).to_string())
    }

    /// How many times as long as `other`, to a tenth.
    pub(super) fn times(&self, other: &Self) -> String {
        let tenths = self.nanoseconds * 10 / other.nanoseconds.max(1);
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// Seconds as Python writes them; no figure here needs more than nine digits.
pub(super) fn nanoseconds(seconds: &Value) -> io::Result<u64> {
    let seconds = seconds.as_f64().ok_or_else(|| Error::other("a time is no number"))?;
    let duration = std::time::Duration::try_from_secs_f64(seconds).map_err(Error::other)?;
    u64::try_from(duration.as_nanos()).map_err(Error::other)
}

/// The last line that a process wrote, which says best what went wrong.
pub(super) fn last(stderr: &[u8]) -> String {
    let said = String::from_utf8_lossy(stderr);
    said.lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default()
        .to_owned()
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

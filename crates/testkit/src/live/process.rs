//! A planner that runs: it can be waited for, killed and interrupted at any
//! time, and whatever it printed is in files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use std::os::unix::process::ExitStatusExt as _;

/// How often is looked.
const EVERY: Duration = Duration::from_millis(1);

/// A process that may still run. It ends with this.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    status: Option<ExitStatus>,
    words: String,
    out: PathBuf,
    err: PathBuf,
    /// What it was started with, as others on the machine see it.
    pub(super) argv: Vec<u8>,
}

/// What became of a process.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub(super) words: String,
    /// The exit status; `None` after a signal.
    pub(super) status: Option<i32>,
    pub(super) signal: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Ended {
    /// What happened, in a line.
    pub(super) fn told(&self) -> String {
        let last = self.err.lines().last().unwrap_or_default();
        let status = match (self.status, self.signal) {
            (Some(status), _) => format!("exit {status}"),
            (None, signal) => format!("signal {}", signal.unwrap_or_default()),
        };
        format!("`{}`: {status}: {last}", self.words)
    }
}

impl Process {
    /// Starts it, with its outputs in files of these names.
    pub(super) fn start(command: &mut Command, words: &str, out: PathBuf, err: PathBuf) -> Self {
        let open = |path: &Path| File::create(path).expect("a file for output");
        command.stdin(Stdio::null()).stdout(open(&out)).stderr(open(&err));
        let child = command.spawn().expect("planner starts");
        let argv = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
        Self {
            child,
            status: None,
            words: words.to_owned(),
            out,
            err,
            argv,
        }
    }

    /// Whether it still runs.
    pub(super) fn lives(&mut self) -> bool {
        if self.status.is_none() {
            self.status = self.child.try_wait().expect("a child of ours");
        }
        self.status.is_none()
    }

    /// Waits until `done` says so; false when it ended before, or the time did.
    pub(super) fn until(&mut self, within: Duration, mut done: impl FnMut(&mut Self) -> bool) -> bool {
        let end = Instant::now() + within;
        loop {
            if done(self) {
                return true;
            }
            if !self.lives() || Instant::now() > end {
                // It may have ended since that was looked at.
                return done(self);
            }
            thread::sleep(EVERY);
        }
    }

    /// Waits that long. False when it ended before.
    pub(super) fn stays(&mut self, time: Duration) -> bool {
        self.until(time, |_| false);
        self.lives()
    }

    /// Waits for its end. False when it is not there in time.
    pub(super) fn ends(&mut self, within: Duration) -> bool {
        self.until(within, |process| !process.lives())
    }

    /// Ends it as the kernel does, between any two instructions.
    pub(super) fn kill(&mut self) {
        if self.lives() {
            let _ = self.child.kill();
            self.status = self.child.wait().ok();
        }
    }

    /// Sends a signal by its name.
    pub(super) fn signal(&mut self, name: &str) {
        if self.lives() {
            let line = format!("kill -{name} {}", self.child.id());
            let _ = Command::new("sh").args(["-c", &line]).status();
        }
    }

    /// What it has told so far.
    pub(super) fn told(&self) -> String {
        fs::read_to_string(&self.err).unwrap_or_default()
    }

    /// What its children were started with, and their environments.
    pub(super) fn children(&self) -> Vec<Vec<u8>> {
        let own = self.child.id();
        let tasks = fs::read_dir(format!("/proc/{own}/task"))
            .into_iter()
            .flatten()
            .flatten();
        let mut found = Vec::new();
        for task in tasks {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            for child in children.split_ascii_whitespace() {
                for part in ["cmdline", "environ"] {
                    found.push(fs::read(format!("/proc/{child}/{part}")).unwrap_or_default());
                }
            }
        }
        found
    }

    /// What became of it. One that still runs is killed.
    pub(super) fn ended(mut self) -> Ended {
        self.kill();
        let read = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        Ended {
            words: std::mem::take(&mut self.words),
            status: self.status.and_then(|status| status.code()),
            signal: self.status.and_then(|status| status.signal()),
            out: read(&self.out),
            err: read(&self.err),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

//! A process of its own that can be killed, or given a disk that fails: this very program, told to run one test only.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::*;
use crate::lock::{Holder, Lock};

/// Tells the child which folder to write in. Without it the test below has nothing to do.
const FOLDER: &str = "GPU_BROKER_TEST_JOURNAL";

/// How many rows a child adds when nothing stops it: the log is copied into the file several times.
pub(super) const ROWS: usize = 200;

/// What a child says of its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// The row of this number is on disk.
    Added(u64),
    /// It cannot go on, and why.
    Stopped(String),
    /// After that, no row was taken.
    Still,
}

/// The child: adds rows until it is killed, or until it cannot.
#[test]
fn works() {
    #[expect(clippy::disallowed_methods, reason = "tests talk to their children")]
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let say = |said: &str| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "said: {said}").unwrap();
        out.flush().unwrap();
    };
    let folder = Path::new(&folder);
    let worked = work(folder, &say);
    if let Err(error) = worked {
        say(&format!("stopped {error}"));
    }
}

fn work(folder: &Path, say: &dyn Fn(&str)) -> Result<(), JournalError> {
    let holder = Holder {
        pid: std::process::id(),
        command: "a test".to_owned(),
        since: draft("").stamp.wall,
    };
    let lock = Lock::try_take(folder, &holder)?;
    assert!(lock.is_some(), "the lock of a dead process is held");
    let mut journal = SqliteJournal::open(folder, Mode::Write)?;
    for row in 0..ROWS {
        let body = format!("{} {row} {}", holder.pid, "x".repeat(row * 977 % 7000));
        match add(&mut journal, &body) {
            Ok(rows) => say(&format!("added {}", rows[0].seq)),
            Err(error) => {
                // There is room again, and the disk is fine: it makes no difference.
                let _ = fs::remove_file(folder.join("ballast"));
                if add(&mut journal, "again").is_err_and(|again| again == error) {
                    say("still");
                }
                return Err(error);
            }
        }
    }
    Ok(())
}

/// A child at work.
pub(super) struct Worker {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts the child by way of `program`, which is given the child's own command line at the end of `arguments`.
    pub(super) fn start(room: &Room, program: Option<(&str, &[String])>) -> Self {
        let this = std::env::current_exe().unwrap();
        let mut command = program.map_or_else(
            || Command::new(&this),
            |(program, arguments)| {
                let mut command = Command::new(program);
                command.args(arguments).arg(&this);
                command
            },
        );
        let name = format!("{}::works", module_path!().split_once("::").unwrap().1);
        command.args(["--exact", &name, "--nocapture", "--test-threads=1"]);
        command
            .env(FOLDER, &room.0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// What it says next; `None` when it is done or dead.
    pub(super) fn next(&mut self) -> Option<Said> {
        loop {
            let line = self.lines.next()?.ok()?;
            let Some((_, said)) = line.split_once("said: ") else {
                continue;
            };
            return Some(match said.split_once(' ') {
                Some(("added", seq)) => Said::Added(seq.parse().unwrap()),
                Some(("stopped", why)) => Said::Stopped(why.to_owned()),
                _ => Said::Still,
            });
        }
    }

    /// Kills it as `kill -9` does.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

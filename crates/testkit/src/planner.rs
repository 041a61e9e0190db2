//! The binary in a clean environment: nothing of the machine's, no keys but the test's.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::fake::{Fake, PRIME_KEY, SPHERON_KEY};

/// Address space of a run, in KiB: several times what the largest market needs. A run that wants more is a bug, and must
/// fail alone instead of taking the machine's memory from everybody.
const MEMORY_KIB: &str = "3000000";

/// Sets the limit, where the system knows one, and becomes the program: the process keeps its number.
const LIMITED: &str = "ulimit -v \"$1\" 2>/dev/null; ulimit -d \"$2\" 2>/dev/null; shift 2; exec \"$@\"";

/// No run takes so long unless it hangs.
const HANGS: Duration = Duration::from_secs(90);

/// Tells the homes of one process apart.
static HOMES: AtomicU32 = AtomicU32::new(0);

/// How to run the binary.
#[derive(Debug)]
pub struct Planner {
    program: PathBuf,
    home: PathBuf,
    environment: Vec<(String, String)>,
    /// What it may fill, in KiB.
    data: String,
    /// Another program, which becomes it.
    before: Vec<String>,
}

/// What became of a run.
#[derive(Debug)]
pub struct Ran {
    /// The exit status; `None` after a signal.
    pub status: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
}

impl Planner {
    /// Runs `program` with an empty home under `folder`, and in no colour.
    pub fn new(program: &str, folder: &str) -> Self {
        let number = HOMES.fetch_add(1, Ordering::Relaxed);
        let home = Path::new(folder).join(format!("home-{}-{number}", std::process::id()));
        fs::create_dir_all(&home).unwrap();
        let planner = Self {
            program: program.into(),
            environment: Vec::new(),
            data: "unlimited".to_owned(),
            before: Vec::new(),
            home,
        };
        let home = planner.home.to_str().unwrap().to_owned();
        ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR"]
            .into_iter()
            .fold(planner, |planner, name| planner.set(name, &home))
            .set("NO_COLOR", "1")
    }

    /// Asks these brokers, with both keys.
    #[must_use]
    pub fn asking(self, fake: &Fake) -> Self {
        self.set("PRIME_API_BASE_URL", &fake.prime_url())
            .set("SPHERON_API_BASE_URL", &fake.spheron_url())
            .set("PRIME_API_KEY", PRIME_KEY)
            .set("SPHERON_API_KEY", SPHERON_KEY)
    }

    /// Sets a variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.put(name, value);
        self
    }

    /// Takes a variable from one that is in use.
    pub fn clear(&mut self, name: &str) {
        self.environment.retain(|(known, _)| known != name);
    }

    /// Sets a variable of one that is in use.
    pub fn put(&mut self, name: &str, value: &str) {
        self.clear(name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a variable away.
    #[must_use]
    pub fn unset(mut self, name: &str) -> Self {
        self.clear(name);
        self
    }

    /// May fill so much memory, in KiB, and not a page more; what is mapped and never written to does not count.
    #[must_use]
    pub fn within(mut self, data_kib: u32) -> Self {
        self.data = data_kib.to_string();
        self
    }

    /// From now on, it is started by another program, which is given its command line at the end of its own.
    pub fn start_by(&mut self, before: &[String]) {
        self.before = before.to_vec();
    }

    /// The empty home.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The command, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", LIMITED, "sh", MEMORY_KIB, &self.data])
            .args(&self.before)
            .arg(&self.program);
        command
            .args(arguments)
            .env_clear()
            .envs(self.environment.iter().cloned());
        command.current_dir(&self.home).stdin(Stdio::null());
        command
    }

    /// Starts it, both outputs piped.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let started = Instant::now();
        let mut child = self.spawn(arguments);
        let (out, err) = (drain(child.stdout.take().unwrap()), drain(child.stderr.take().unwrap()));
        let status = wait(&mut child, HANGS);
        Ran {
            status,
            took: started.elapsed(),
            stdout: out.join().unwrap(),
            stderr: err.join().unwrap(),
        }
    }
}

impl Drop for Planner {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.home);
    }
}

impl Ran {
    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// Fails unless the run ended so.
    #[track_caller]
    pub fn expect(&self, status: i32) -> &Self {
        assert_eq!(
            self.status,
            Some(status),
            "stdout: {}\nstderr: {}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Both outputs together.
    pub fn output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Waits for the end, and makes one when it does not come.
pub fn wait(child: &mut Child, within: Duration) -> Option<i32> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if started.elapsed() > within {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("no end within {within:?}");
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Reads a pipe to its end. Bytes that are no UTF-8 end the test.
fn drain(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_a_ceiling_and_keeps_its_arguments() {
        let planner = Planner::new("/bin/sh", std::env::temp_dir().to_str().unwrap());
        let ran = planner.run(&["-c", "ulimit -v; printf '%s|' \"$@\"", "sh", "a b", "$c", ""]);
        let (limit, words) = ran.stdout.split_once('\n').unwrap();
        assert_eq!(words, "a b|$c||");
        // Not every system knows this limit.
        if cfg!(target_os = "linux") {
            assert_eq!(limit, MEMORY_KIB);
        }
    }
}

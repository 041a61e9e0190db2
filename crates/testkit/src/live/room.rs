//! All that one run has to itself: brokers, the way to them, a home, a data
//! folder and secrets.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use gpu_broker_sandbox::{Broker, Ledger, Limits, Options, Running, Sandbox};

use super::books::Books;
use super::canary::Canary;
use super::process::{Ended, Process};
use super::promise::{self, Breach};
use super::relay::Relay;
use super::scan::Scanner;
use crate::dice::Dice;

/// No command takes so long unless it hangs.
const HANGS: Duration = Duration::from_secs(40);
/// How late late machines are: before a hurried planner gives up on them.
pub(super) const LATE: Duration = Duration::from_millis(250);
/// How long a machine takes until one can log in.
const DEPLOY: Duration = Duration::from_millis(60);
/// How long a silent broker keeps its connection open: longer than a hurried
/// planner waits.
const HANG: Duration = Duration::from_millis(2_600);

/// How a room is furnished.
#[derive(Debug, Clone)]
pub(super) struct Setup<'a> {
    /// The planner to run.
    pub(super) program: &'a Path,
    /// Where its folder goes.
    pub(super) base: &'a Path,
    /// What the folder is called.
    pub(super) name: String,
    /// What secrets and ids come from.
    pub(super) seed: u64,
    /// What goes wrong, as the sandbox reads it.
    pub(super) faults: Vec<String>,
    /// Whether answers are passed on byte by byte.
    pub(super) raw: bool,
}

/// One run's own world.
#[derive(Debug)]
pub(super) struct Room {
    program: PathBuf,
    folder: PathBuf,
    pub(super) sandbox: Running,
    pub(super) relay: Relay,
    canaries: [Canary; 5],
    scanner: Scanner,
    count: usize,
    pub(super) ended: Vec<Ended>,
    pub(super) breaches: Vec<Breach>,
}

impl Room {
    pub(super) fn new(setup: &Setup<'_>) -> Self {
        let folder = setup.base.join(&setup.name);
        let _ = fs::remove_dir_all(&folder);
        for part in ["home", "out"] {
            fs::create_dir_all(folder.join(part)).expect("a folder for the run");
        }
        let mut dice = Dice::new(setup.seed ^ 0x5ec7);
        let canaries = [
            "the key for Prime",
            "the key for Spheron",
            "what is run at first start",
            "a machine's password",
            "a cluster's token",
        ]
        .map(|what| Canary::new(what, &mut dice));
        let sandbox = Sandbox::start(&options(setup)).expect("the sandbox starts");
        let address = |url: &str| -> SocketAddr { url.trim_start_matches("http://").parse().expect("an address") };
        let said = |canary: &Canary| serde_json::to_string(canary.text()).expect("a text");
        let planted = format!(
            "\"jupyterPassword\":{},\"kubeconfig\":{},\"envVars\":[{{\"key\":\"TOKEN\",\"value\":{}}}]",
            said(&canaries[3]),
            said(&canaries[4]),
            said(&canaries[4])
        );
        let to = [address(sandbox.prime_url()), address(sandbox.spheron_url())];
        let first_start = serde_json::json!({ "runcmd": [format!("echo {}", canaries[2].text())] });
        fs::write(folder.join("out").join("first-start.json"), first_start.to_string()).expect("a file");
        Self {
            program: setup.program.to_owned(),
            relay: Relay::start(to, planted, setup.raw),
            scanner: Scanner::new(&canaries),
            sandbox,
            canaries,
            folder,
            count: 0,
            ended: Vec::new(),
            breaches: Vec::new(),
        }
    }

    /// The data folder.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("home").join("data")
    }

    /// A folder for what the harness puts aside.
    pub(super) fn aside(&self) -> PathBuf {
        self.folder.join("aside")
    }

    /// The file with what is run at first start.
    pub(super) fn first_start(&self) -> String {
        self.folder.join("out").join("first-start.json").display().to_string()
    }

    /// The file that tells that a place was reached. Removing it lets the
    /// process go on.
    pub(super) fn marker(&self) -> PathBuf {
        self.folder.join("out").join("marker")
    }

    /// Starts a planner. `place` is where it waits to be killed.
    pub(super) fn start(&mut self, words: &[&str], place: Option<&str>) -> Process {
        self.start_in(&[], words, place)
    }

    /// The same, by another program that becomes it.
    pub(super) fn start_in(&mut self, before: &[String], words: &[&str], place: Option<&str>) -> Process {
        self.count += 1;
        // One without a place goes by one that stands at its own.
        if place.is_some() {
            let _ = fs::remove_file(self.marker());
        }
        let mut command = match before {
            [] => Command::new(&self.program),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(&self.program);
                command
            }
        };
        let home = self.folder.join("home");
        command.args(words).current_dir(&home).env_clear();
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR"] {
            command.env(name, &home);
        }
        command
            .env("NO_COLOR", "1")
            .env("PLANNER_HURRIED", "1")
            .env("PLANNER_DATA_DIR", self.data())
            .env("PRIME_API_KEY", self.canaries[0].text())
            .env("SPHERON_API_KEY", self.canaries[1].text())
            .env("PRIME_API_BASE_URL", &self.relay.urls[0])
            .env("SPHERON_API_BASE_URL", &self.relay.urls[1]);
        if let Some(place) = place {
            command.env("PLANNER_FAILPOINT", place);
            command.env("PLANNER_FAILPOINT_MARKER", self.marker());
        }
        let out = self.folder.join("out");
        let file = |end: &str| out.join(format!("{:02}.{end}", self.count));
        Process::start(&mut command, &words.join(" "), file("out"), file("err"))
    }

    /// Takes in what became of a planner, and holds what it claims against the
    /// truth.
    pub(super) fn finish(&mut self, process: Process) -> Ended {
        let ended = self.finish_beside(process);
        if ended.status.is_some() {
            promise::claimed(self, &ended);
        }
        ended
    }

    /// Takes in what became of a planner beside which another was at work: what
    /// it claims may have changed since.
    pub(super) fn finish_beside(&mut self, mut process: Process) -> Ended {
        if process.lives() && !process.ends(HANGS) {
            self.breach(
                "I6",
                format!("it hangs: {}", process.told().lines().last().unwrap_or_default()),
            );
        }
        self.look_at(&process);
        let ended = process.ended();
        self.ended.push(ended.clone());
        ended
    }

    /// Looks for secrets in what others on the machine can see of a process.
    pub(super) fn look_at(&mut self, process: &Process) {
        let mut seen = process.children();
        seen.push(process.argv.clone());
        for bytes in seen {
            if let Some(what) = self.scanner.look(&bytes) {
                self.breach("S10", format!("a command line or a child holds {what}"));
            }
        }
    }

    /// Runs a planner to its end.
    pub(super) fn run(&mut self, words: &[&str]) -> Ended {
        let process = self.start(words, None);
        self.finish(process)
    }

    pub(super) fn breach(&mut self, promise: &'static str, what: String) {
        self.breaches.push(Breach { promise, what });
    }

    /// The truth.
    pub(super) fn ledger(&self) -> Ledger {
        self.sandbox.world().ledger().expect("a world in memory")
    }

    /// What the journal says; a journal that cannot be read is a breach.
    pub(super) fn books(&mut self) -> Books {
        Books::read(&self.data()).unwrap_or_else(|error| {
            self.breach("R15", format!("the journal cannot be read: {error}"));
            Books::default()
        })
    }

    /// Looks through everything that was left behind, and removes it. Returns
    /// how many bytes were looked at.
    pub(super) fn close(mut self) -> (Vec<Breach>, Vec<Ended>, u64) {
        let mut found = Vec::new();
        let data = self.data();
        let mut looked = self.scanner.folder(&data, true, &mut found);
        for part in ["home", "out"] {
            let folder = self.folder.join(part);
            // What the harness wrote itself is no leak.
            let _ = fs::remove_file(self.first_start());
            looked += self.scanner.folder(&folder, false, &mut found);
        }
        found.sort();
        found.dedup();
        for what in found {
            self.breach("S10", what);
        }
        if self.breaches.is_empty() {
            let _ = fs::remove_dir_all(&self.folder);
        }
        let _ = fs::remove_dir_all(self.marker());
        (self.breaches, self.ended, looked)
    }
}

fn options(setup: &Setup<'_>) -> Options {
    #[expect(clippy::disallowed_methods, reason = "real processes live in real time")]
    let now = SystemTime::now();
    let rule = |text: &String| text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    Options {
        seed: setup.seed,
        limits: Limits::Off,
        deploy_time: DEPLOY,
        faults: setup.faults.iter().map(rule).collect(),
        late: LATE,
        hang: HANG,
        drip: Duration::from_micros(200),
        ..Options::new(now)
    }
}

/// The name of a broker, for people and for rules.
pub(super) fn word(broker: Broker) -> &'static str {
    match broker {
        Broker::Prime => "prime",
        Broker::Spheron => "spheron",
    }
}

//! The world that `--sandbox` keeps in the data folder, seen from behind the scenes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gpu_broker_sandbox::{Broker, Control, Limits, Options, Rule, Running, Sandbox};
use gpu_broker_testkit::planner::{Planner, Ran};
use serde_json::Value;

/// A home with its world.
pub(crate) struct Home {
    pub(crate) planner: Planner,
    running: Running,
}

fn options(state: Option<PathBuf>) -> Options {
    #[expect(
        clippy::disallowed_methods,
        reason = "the binary's own sandbox starts at this time too"
    )]
    let now = SystemTime::now();
    Options {
        state,
        limits: Limits::Off,
        ..Options::new(now)
    }
}

impl Home {
    /// An empty home, and a world in which nothing happened yet.
    pub(crate) fn new() -> Self {
        let planner = crate::support::planner();
        let running = Sandbox::start(&options(Some(folder(&planner).join("world.json")))).unwrap();
        Self { planner, running }
    }

    /// Brokers of their own with these faults, which the planner asks by their addresses as it asks the real ones.
    pub(crate) fn troubled(faults: &[&str]) -> Self {
        let options = Options {
            faults: faults.iter().map(|fault| fault.parse::<Rule>().unwrap()).collect(),
            ..options(None)
        };
        let running = Sandbox::start(&options).unwrap();
        let planner = crate::support::planner()
            .set("PRIME_API_BASE_URL", running.prime_url())
            .set("SPHERON_API_BASE_URL", running.spheron_url())
            .set("PRIME_API_KEY", KEY)
            .set("SPHERON_API_KEY", KEY);
        Self { planner, running }
    }

    /// Sets a variable of the environment.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.planner.put(name, value);
    }

    /// Runs a command in the sandbox.
    pub(crate) fn run(&self, line: &str) -> Ran {
        let words: Vec<&str> = line.split_whitespace().chain(["--sandbox"]).collect();
        self.planner.run(&words)
    }

    /// The folder of the sandbox's journal and world.
    pub(crate) fn folder(&self) -> PathBuf {
        folder(&self.planner)
    }

    /// Turns the world's knobs.
    pub(crate) fn control(&self, knobs: &str) {
        let control: Control = serde_json::from_str(knobs).unwrap();
        self.running.world().control(Broker::Prime, control).unwrap();
    }

    /// Ids of the machines that cost money, those of strangers left out.
    pub(crate) fn live(&self) -> Vec<String> {
        let ledger = self.running.world().ledger().unwrap();
        let ours = ledger.live.iter().filter(|machine| !machine.foreign);
        ours.map(|machine| machine.id.clone()).collect()
    }

    /// How many requests to launch came, and that no two bore one name.
    pub(crate) fn posts(&self) -> usize {
        let ledger = self.running.world().ledger().unwrap();
        assert!(
            ledger.posts.iter().all(|posted| posted.count == 1),
            "{:?}",
            ledger.posts
        );
        ledger.posts.len()
    }
}

/// A key that must turn up nowhere.
pub(crate) const KEY: &str = "sandbox-canary-5eed";

fn folder(planner: &Planner) -> PathBuf {
    planner.home().join("planner").join("sandbox")
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// The one machine of a document.
#[track_caller]
pub(crate) fn only(document: &Value) -> &Value {
    match crate::support::list(document, "instances") {
        [one] => one,
        other => panic!("not one machine: {other:?}"),
    }
}

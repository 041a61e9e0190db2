//! The examples of the help texts, which people paste: each of them is run, in a world that has what it names.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use gpu_broker_testkit::planner::wait;

use super::world::{Home, only};
use crate::support::{list, planner, text};

/// Every command, and those below it, each with its help.
fn helps() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![String::new()];
    while let Some(command) = open.pop() {
        let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = planner().run(&words).expect(0).stdout.clone();
        let list = help
            .split_once("Commands:\n")
            .map(|(_, list)| list.to_owned())
            .unwrap_or_default();
        let lines = list.lines().take_while(|line| line.starts_with("  "));
        let names = lines.filter(|line| !line.starts_with("   "));
        open.extend(names.map(|line| format!("{command} {}", line.split_whitespace().next().unwrap())));
        found.push((command.trim().to_owned(), help));
    }
    found
}

/// The examples of a help text, without what is said beside them.
fn examples(help: &str) -> Vec<String> {
    let (_, below) = help.split_once("\nExamples:\n").unwrap_or_default();
    let lines = below.lines().map_while(|line| line.strip_prefix("  "));
    lines.map(|line| line.split("  ").next().unwrap().to_owned()).collect()
}

/// A world, and what the words of the examples are in it.
struct Stage {
    home: Home,
    names: Vec<(&'static str, String)>,
    /// Whether its brokers are asked as real ones are.
    served: bool,
}

/// Commands about machines that were launched before.
const MACHINES: [&str; 8] = [
    "ls",
    "show",
    "terminate",
    "reconcile",
    "resolve",
    "audit",
    "extend",
    "doctor",
];

impl Stage {
    fn of(command: &str, line: &str) -> Self {
        let mut stage = Self {
            home: Home::new(),
            names: Vec::new(),
            served: false,
        };
        if line.contains("--absent") {
            stage.home = Home::troubled(&["500-before:1"]);
            stage.served = true;
            stage.run("provision H100:1 --yes --resolve-for 1s", &[7]);
            let listed = stage.run("ls -o json", &[0]).1;
            let listed: serde_json::Value = serde_json::from_slice(&listed).unwrap();
            let name = text(&list(&listed, "unresolved")[0], "name").to_owned();
            stage.names.push(("gp-zdglw7-6b7c5enf", name));
        } else if MACHINES.contains(&command) || command.is_empty() {
            let launched = stage
                .home
                .run("provision H100:1 --yes --max-duration 8h -o json")
                .expect(0)
                .json();
            let machine = only(&launched);
            stage.names.push(("99f671a4", text(machine, "id").to_owned()));
            stage.names.push(("6b7c5enf", text(machine, "launch").to_owned()));
            if line.contains("--adopt") {
                for name in ["journal.db", "journal.witness", "journal.db-wal", "journal.db-shm"] {
                    let _ = fs::remove_file(stage.home.folder().join(name));
                }
                stage.home.run("reconcile").expect(7);
            }
        }
        stage.write(
            "planner/config.toml",
            "[profile.training]\ngpu = \"H100:8\"\nhours = 72\n",
        );
        stage.write(".ssh/id_ed25519.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me@home\n");
        stage.write("setup.yaml", "packages: [htop]\n");
        if line.contains("q_0123456789abcdef") {
            let quote = stage.home.run("quote H100:8 -o json").expect(0).json();
            stage.names.push(("q_0123456789abcdef", text(&quote, "id").to_owned()));
        }
        if command == "diff" {
            for name in ["monday", "tuesday"] {
                stage.run(&format!("quote H100:8 --hours 72 --save {name}.json"), &[0]);
            }
        }
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.planner.home().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// The arguments of an example, and the file that its output goes to.
    fn arguments(&self, line: &str) -> (Vec<String>, Option<String>) {
        let home = self.home.planner.home().display().to_string();
        let mut words: Vec<String> = line
            .split_whitespace()
            .map(|word| match self.names.iter().find(|(known, _)| *known == word) {
                Some((_, name)) => name.clone(),
                None if word.starts_with("~/") => word.replacen('~', &home, 1),
                None => word.to_owned(),
            })
            .collect();
        let file = words
            .iter()
            .position(|word| word == ">")
            .map(|at| words.split_off(at)[1].clone());
        let command = words.first().cloned().unwrap_or_default();
        let has = |flag: &str| line.contains(flag);
        let tells = ["help", "config", "completion", "man", "verify", "diff", "sandbox"].contains(&command.as_str());
        if !self.served && !tells && !has("--sandbox") && !has("--market") {
            words.push("--sandbox".to_owned());
        }
        if command == "provision" && !has("--yes") && !has("--dry-run") {
            words.push("--dry-run".to_owned());
        }
        if command == "resolve" {
            words.push("--yes".to_owned());
        }
        // Whoever watches for hours would.
        for word in &mut words {
            if *word == "8h" && command == "reconcile" {
                "1s".clone_into(word);
            }
        }
        if command == "sandbox" && !has("-port") {
            words.extend(["--prime-port", "0", "--spheron-port", "0"].map(str::to_owned));
        }
        (words, file)
    }

    fn run(&self, line: &str, statuses: &[i32]) -> (String, Vec<u8>) {
        let (words, file) = self.arguments(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if line.starts_with("sandbox") || line.contains("--watch=") {
            return (self.interrupted(&words), Vec::new());
        }
        let ran = self.home.planner.run(&words);
        assert!(
            ran.status.is_some_and(|status| statuses.contains(&status)),
            "{line} ({words:?}): {ran:?}"
        );
        if let Some(file) = file {
            let path = self.path(&file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &ran.stdout).unwrap();
        }
        (ran.stderr, ran.stdout.into_bytes())
    }

    /// Runs what never ends until it has begun.
    fn interrupted(&self, words: &[&str]) -> String {
        let mut command = self.home.planner.command(words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut first = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut first).unwrap();
        let line = format!("kill -INT {}", child.id());
        assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
        let status = wait(&mut child, Duration::from_secs(20));
        assert!(
            matches!(status, Some(0 | 130)) && !first.is_empty(),
            "{words:?}: {status:?}"
        );
        first
    }
}

#[test]
fn every_help_has_examples_and_every_example_works() {
    let helps = helps();
    let seen: usize = std::thread::scope(|scope| {
        // Most of the time is spent waiting for machines.
        let all: Vec<_> = helps
            .iter()
            .map(|(command, help)| scope.spawn(move || works(command, &examples(help))))
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert!(seen > 60, "{seen} examples");
}

/// Runs them one after the other, as they are read; what is ended is launched again.
fn works(command: &str, examples: &[String]) -> usize {
    assert!(!examples.is_empty(), "no examples: planner {command} --help");
    let mut stage: Option<Stage> = None;
    for example in examples {
        let line = example.strip_prefix("planner ").unwrap_or_else(|| panic!("{example}"));
        let fresh = ["--absent", "--adopt", "q_", "terminate"]
            .iter()
            .any(|word| line.contains(word));
        let here = match stage.take() {
            Some(stage) if !fresh => stage,
            _ => Stage::of(command, line),
        };
        // Nothing has to match, but everything must be understood; who is not at a terminal is not asked.
        let asks = line == "provision --sandbox";
        here.run(line, if asks { &[2] } else { &[0, 3] });
        stage = Some(here);
    }
    examples.len()
}

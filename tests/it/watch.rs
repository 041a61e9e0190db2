//! `--watch`: the same look again and again.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command};
use std::time::Duration;

use gpu_broker_testkit::fake::{Face, Fake, Fault};
use gpu_broker_testkit::planner::{Planner, wait};
use gpu_broker_testkit::ware::{Shelf, Ware};
use serde_json::Value;

use crate::support::{list, planner, text};

/// Ends the process however the test ends.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(planner: &Planner, line: &str) -> Guard {
    Guard(planner.spawn(&line.split(' ').collect::<Vec<_>>()))
}

fn interrupt(watch: &mut Guard) -> Option<i32> {
    let line = format!("kill -INT {}", watch.0.id());
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
    wait(&mut watch.0, Duration::from_secs(20))
}

fn said(watch: &mut Guard) -> String {
    let mut text = String::new();
    watch.0.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_watch_prints_one_document_a_line_until_it_is_interrupted() {
    for (command, schema) in [("quote H100:8", "planner.quote/1"), ("ls", "planner.instances/1")] {
        let home = planner();
        let mut watch = start(&home, &format!("{command} --sandbox --watch=1 -o json"));
        let lines = BufReader::new(watch.0.stdout.take().unwrap()).lines();
        let documents: Vec<Value> = lines
            .take(2)
            .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
            .collect();
        assert_eq!(documents.len(), 2);
        for document in &documents {
            assert_eq!(text(document, "schema"), schema);
        }
        // Each look has a time of its own: a quote is no older than it says.
        if command != "ls" {
            assert!(text(&documents[1], "created_at") > text(&documents[0], "created_at"));
        }
        assert_eq!(interrupt(&mut watch), Some(130), "{command}");
    }
}

#[test]
fn a_watch_says_each_time_what_it_lacks() {
    let wares = [Ware::new(Shelf::Spheron, "s8", 8, "16.0583")];
    let half = Fake::start(Face::default().with(Fault::Down), Face::selling(Shelf::Spheron, &wares));
    let asking = planner().asking(&half);
    let mut watch = start(&asking, "quote H100:8 --watch=1 -o json -q");
    let mut lines = BufReader::new(watch.0.stdout.take().unwrap()).lines();
    for _ in 0..2 {
        let document: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let statuses: Vec<&str> = list(&document, "sources")
            .iter()
            .map(|one| text(one, "status"))
            .collect();
        assert_eq!(statuses, ["failed", "ok"]);
    }
    interrupt(&mut watch);
    let said = said(&mut watch);
    assert!(
        said.matches("is of a part of the market (status 4)").count() >= 2,
        "{said}"
    );
}

#[test]
fn a_watch_ends_when_nobody_reads_it() {
    let home = planner();
    let mut watch = start(&home, "quote H100:8 --sandbox --watch=1");
    let mut lines = BufReader::new(watch.0.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("OFFER"));
    drop(lines);
    assert_eq!(wait(&mut watch.0, Duration::from_secs(30)), Some(0));
    let said = said(&mut watch);
    // Nothing is cleared off a terminal.
    assert!(!said.contains('\u{1b}') && !said.contains("error"), "{said}");
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let check = |line: &str, said: &str| {
        let ran = planner().run(&line.split(' ').collect::<Vec<_>>());
        ran.expect(2);
        assert!(ran.stderr.contains(said), "{line}: {}", ran.stderr);
    };
    check(
        "quote H100 --sandbox --watch -o csv",
        "`-o json` prints one document a line",
    );
    check("ls --watch -o markdown", "is written once");
    check("quote H100 --watch --market market.json", "does not change");
    check("quote H100 --watch=0 --sandbox", "1..=86400");
}

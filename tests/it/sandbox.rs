//! `planner sandbox` as a process of its own, and being interrupted.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use gpu_broker_testkit::fake::{Face, Fake, Fault, Host};
use gpu_broker_testkit::planner::{Planner, wait};
use gpu_broker_testkit::ware::{Shelf, Ware};

use crate::support::{list, planner};

/// Ends the process however the test ends.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// As Ctrl-C does.
fn interrupt(child: &Child) {
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -INT {}", child.id())])
        .status();
    assert!(sent.unwrap().success());
}

/// Starts a sandbox on free ports, and returns a planner that asks it as its own output says.
fn start(home: &Planner, more: &[&str]) -> (Guard, Planner) {
    let arguments = [&["sandbox", "--prime-port", "0", "--spheron-port", "0"], more].concat();
    let mut guard = Guard(home.spawn(&arguments));
    let lines = BufReader::new(guard.0.stdout.take().unwrap()).lines().take(4);
    let planner = lines.fold(planner(), |planner, line| {
        let line = line.unwrap();
        let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
        planner.set(name, value)
    });
    (guard, planner)
}

#[test]
fn a_sandbox_of_its_own_sells_what_the_built_in_one_does() {
    let home = planner();
    let (mut sandbox, planner) = start(&home, &["--no-limits"]);
    for request in [
        &["H100:8"][..],
        &["A100:1", "--security", "any", "--hours", "0.1", "--spot-auto"],
        &["H100:64", "--max-nodes", "any", "--fx", "EUR=1.08"],
    ] {
        let arguments = [&["quote"], request, &["-o", "json"]].concat();
        let served = planner.run(&arguments).expect(0).json();
        let built_in = planner.run(&[&arguments[..], &["--sandbox"]].concat()).expect(0).json();
        assert!(!list(&served, "plans").is_empty(), "{request:?}");
        for part in ["plans", "market", "cheaper_elsewhere", "sources", "request"] {
            assert_eq!(served[part], built_in[part], "{part} of {request:?}");
        }
    }
    interrupt(&sandbox.0);
    assert_eq!(wait(&mut sandbox.0, Duration::from_secs(20)), Some(0));
}

#[test]
fn another_order_of_the_catalogue_sells_the_same() {
    let homes = [planner(), planner()];
    let ask = |(home, seed): (&Planner, &str)| {
        let (_sandbox, planner) = start(home, &["--seed", seed]);
        planner.run(&["quote", "H100:16", "-o", "csv"]).expect(0).stdout.clone()
    };
    let [plain, shuffled] = [(&homes[0], "0"), (&homes[1], "9")].map(ask);
    assert_eq!(plain, shuffled);
}

#[test]
fn a_port_that_is_taken_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = planner().run(&["sandbox", "--prime-port", &port, "--spheron-port", "0"]);
    ran.expect(2);
    assert!(ran.stderr.contains("hint:") && ran.stdout.is_empty(), "{ran:?}");
}

#[test]
fn faults_are_asked_for_by_name() {
    let home = planner();
    let (_sandbox, planner) = start(&home, &["--fault", "spheron:offers/500-before"]);
    let ran = planner.run(&["quote", "H100:8", "-o", "json"]);
    assert!(
        ran.stdout.contains("Internal server error") || ran.stderr.contains("Internal server error"),
        "{ran:?}"
    );
    let ran = planner.run(&["sandbox", "--fault", "stok"]);
    ran.expect(2);
    assert!(ran.stderr.contains("no fault is called `stok`"), "{ran:?}");
}

#[test]
fn a_world_that_is_no_world_is_left_alone() {
    let home = planner();
    let path = home.home().join("world.json");
    std::fs::write(&path, "{}").unwrap();
    let path_text = path.display().to_string();
    let ran = home.run(&[
        "sandbox",
        "--prime-port",
        "0",
        "--spheron-port",
        "0",
        "--state",
        &path_text,
    ]);
    ran.expect(2);
    assert!(ran.stderr.contains("move the file away"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}");
}

#[test]
fn an_interrupted_quote_says_so_by_its_status() {
    let silent = Face::of(vec![Ware::new(Shelf::Prime, "a", 8, "15").row()]).with(Fault::Silence);
    let fake = Fake::start(silent, Face::default());
    let planner = planner().asking(&fake);
    let mut quote = Guard(planner.spawn(&["quote", "H100:8", "--timeout", "60"]));
    let started = Instant::now();
    while fake.requests_to(Host::Prime).is_empty() {
        assert!(started.elapsed() < Duration::from_secs(30), "nobody asked");
        thread::sleep(Duration::from_millis(5));
    }
    interrupt(&quote.0);
    assert_eq!(wait(&mut quote.0, Duration::from_secs(20)), Some(130));
}

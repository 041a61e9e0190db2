//! Keys stay where they are: in no file that others can read, in no dump of a process that died.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use gpu_broker_testkit::fake::Fake;
use gpu_broker_testkit::ware::{Shelf, Ware};

use crate::support::planner;

/// A key in a file is used when nobody else can read it, and refused with a way out when somebody can.
#[test]
fn a_key_in_a_file_is_used_only_if_it_is_private() {
    let wares = [
        Ware::new(Shelf::Prime, "p", 8, "15.2"),
        Ware::new(Shelf::Spheron, "s", 8, "16"),
    ];
    let fake = Fake::selling(&wares);
    let check = |mode: u32, status: i32| {
        let planner = planner().asking(&fake).unset("PRIME_API_KEY");
        let path = planner.home().join(".prime/config.json");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let key = gpu_broker_testkit::fake::PRIME_KEY;
        fs::write(&path, format!("{{\"api_key\":\"{key}\"}}")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let before = fake.requests().len();
        let ran = planner.run(&["quote", "H100:8", "--broker", "prime"]);
        ran.expect(status);
        assert_eq!(fake.requests().len() > before, status == 0, "{mode:o}");
        assert_eq!(
            ran.stderr.contains("chmod 600"),
            status != 0,
            "{mode:o}: {}",
            ran.stderr
        );
        assert!(!ran.output().contains(key));
    };
    for mode in [0o600, 0o400, 0o700] {
        check(mode, 0);
    }
    for mode in [0o644, 0o640, 0o604, 0o620, 0o601] {
        check(mode, 2);
    }
}

/// A process that dies of a signal leaves no copy of its memory, though the shell that started it would allow one.
#[test]
fn a_process_that_dies_leaves_no_dump() {
    let planner = planner();
    let program = env!("CARGO_BIN_EXE_planner");
    let mut command = Command::new("/bin/sh");
    command.args([
        "-c",
        "ulimit -S -c $(ulimit -H -c); exec \"$0\" sandbox --prime-port 0 --spheron-port 0",
        program,
    ]);
    command.current_dir(planner.home()).env("HOME", planner.home());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let words: Vec<&str> = core.split_whitespace().rev().take(3).collect();
    assert_eq!(words, ["bytes", "0", "0"], "{core}");
    let killed = Command::new("kill")
        .args(["-ABRT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let status = child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false));
}

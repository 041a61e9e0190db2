//! A system that gives little: few files at once, files that may not grow, and an output that takes nothing.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::support::planner;

/// Starts it by a shell that sets a limit first.
fn limited(limit: &str) -> Vec<String> {
    ["sh", "-c", &format!("{limit}; exec \"$@\""), "sh"]
        .map(str::to_owned)
        .to_vec()
}

#[test]
fn too_few_files_are_named_and_nothing_panics() {
    let mut planner = planner();
    planner
        .run(&["provision", "H100:1", "--sandbox", "--yes", "--no-wait"])
        .expect(0);
    for files in [4, 5, 6, 7, 8, 10, 12, 16, 24, 40] {
        planner.start_by(&limited(&format!("ulimit -n {files}")));
        for command in [
            &["quote", "H100:1", "--sandbox"][..],
            &["offers", "--sandbox"],
            &["provision", "H100:1", "--sandbox"],
            &["ls", "--sandbox"],
            &["reconcile", "--sandbox"],
        ] {
            let ran = planner.run(command);
            ran.expect(1);
            let said = format!("error: too few files may be open at once (the limit is {files})");
            assert!(ran.stderr.contains(&said), "{command:?}: {ran:?}");
            assert!(
                ran.stderr.contains("hint: allow more, as with `ulimit -n 64`"),
                "{ran:?}"
            );
        }
    }
    // What the hint names is enough.
    planner.start_by(&limited("ulimit -n 64"));
    planner.run(&["quote", "H100:1", "--sandbox"]).expect(0);
    planner.run(&["terminate", "--all", "--sandbox"]).expect(0);
}

#[test]
fn a_world_that_cannot_be_reached_is_not_to_be_thrown_away() {
    let planner = planner();
    let folder = planner.home().join("planner").join("sandbox");
    let world = folder.join("world.json");
    let check = |prepare: &dyn Fn(), said: &str, damaged: bool| {
        let _ = fs::remove_file(&world);
        let _ = fs::remove_dir_all(&world);
        fs::create_dir_all(&folder).unwrap();
        prepare();
        let ran = planner.run(&["offers", "--sandbox"]);
        ran.expect(2);
        assert!(ran.stderr.contains(said), "{said}: {ran:?}");
        assert_eq!(ran.stderr.contains("move the file away"), damaged, "{said}: {ran:?}");
    };
    check(&|| fs::write(&world, "{").unwrap(), "is damaged: EOF", true);
    check(
        &|| fs::create_dir(&world).unwrap(),
        "cannot be read: Is a directory",
        false,
    );
    #[cfg(unix)]
    check(
        &|| std::os::unix::fs::symlink("world.json", &world).unwrap(),
        "cannot be read: Too many levels",
        false,
    );
}

#[test]
fn a_file_that_may_not_grow_is_a_full_disk_and_not_the_end() {
    let mut planner = planner();
    planner.start_by(&limited("ulimit -f 8"));
    let check = |line: &str, status: i32, said: &str| {
        let ran = planner.run(&line.split_whitespace().collect::<Vec<_>>());
        ran.expect(status);
        assert!(
            ran.stderr.contains("error: ") && ran.stderr.contains(said),
            "{line}: {ran:?}"
        );
    };
    check("provision H100:1 --sandbox --yes", 1, "check the disk and `ulimit -f`");
    check("quote H100:1 --sandbox --save market.json", 2, "File too large");
    assert!(!planner.home().join("market.json").exists());
}

#[test]
fn what_standard_output_does_not_take_is_said() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let planner = planner();
    for line in [
        "gpus --sandbox",
        "gpus --sandbox -o json",
        "--help",
        "--version",
        "quote --help",
        "help exit-status",
        "schema quote",
    ] {
        let mut command = planner.command(&line.split_whitespace().collect::<Vec<_>>());
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let ended = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{line}: {told}");
        let said = "error: the answer could not be written to standard output: No space left";
        assert!(
            told.contains(said) && told.contains("hint: free some space"),
            "{line}: {told}"
        );
    }
}

#[test]
fn a_home_that_is_no_absolute_path_is_none() {
    let planner = planner().unset("XDG_DATA_HOME").set("HOME", "here");
    for line in ["ls", "reconcile", "provision H100:1 --yes"] {
        let ran = planner.run(&line.split_whitespace().collect::<Vec<_>>());
        ran.expect(2);
        assert!(ran.stderr.contains("where they are absolute paths"), "{line}: {ran:?}");
    }
    assert!(!planner.home().join("here").exists());
}

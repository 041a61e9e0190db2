//! `planner provision`: what is told, what is asked, what is sent.

use std::fs;

use gpu_broker::core::number::Exact;
use serde_json::Value;

use super::world::{Home, only};
use crate::support::{list, text};

#[test]
fn three_separate_commands_launch_list_and_end() {
    let home = Home::new();
    let ran = home.run("provision H100:8 --yes");
    ran.expect(0);
    assert_eq!(ran.stdout, "ssh root@127.0.0.1 -p 2222\n");
    assert!(ran.stderr.contains("is ready: 15.2 USD per hour"), "{}", ran.stderr);
    assert_eq!((home.posts(), home.live().len()), (1, 1));

    let listed = home.run("ls -o json").expect(0).json();
    let machine = only(&listed);
    assert_eq!(text(machine, "id"), home.live()[0]);
    assert_eq!(text(machine, "state"), "ready");
    assert_eq!(text(machine, "rate"), "15.2");
    assert_eq!(list(machine, "ssh")[0], "ssh root@127.0.0.1 -p 2222");
    assert!(text(machine, "name").starts_with("gp-"));

    // Nothing real was launched, so the sandbox is what is meant.
    let ran = home.planner.run(&["ls"]);
    ran.expect(0);
    assert!(ran.stdout.contains(&home.live()[0]), "{ran:?}");
    assert!(ran.stderr.contains("this is the sandbox"), "{ran:?}");

    let ran = home.planner.run(&["terminate", "--all"]);
    ran.expect(0);
    assert!(ran.stdout.contains(" gone, cost "), "{ran:?}");
    assert!(home.live().is_empty());
    home.run("reconcile").expect(0);
    assert!(list(&home.run("ls -o json").expect(0).json(), "instances").is_empty());
    let past = home.run("ls --all -o json").expect(0).json();
    assert_eq!(text(only(&past), "state"), "gone");
    assert!(only(&past)["cost"].is_string());
}

#[test]
fn nothing_is_sent_before_somebody_says_yes() {
    let home = Home::new();
    let check = |line: &str, status: i32, said: &[&str]| {
        let ran = home.run(line);
        ran.expect(status);
        for said in said {
            assert!(
                ran.output().contains(said),
                "{line}: `{said}` is not in {}",
                ran.output()
            );
        }
        assert_eq!(home.posts(), 0, "{line}");
        ran
    };
    check("provision H100:8", 5, &["not confirmed", "hint:", "--yes"]);
    check(
        "provision H100:8 --dry-run",
        0,
        &[
            "8 × H100 PCIe 80 GB",
            "prime/hyperstack, offer n3-H100x8",
            "CANADA-1 (canada, CA)",
            "on demand, secure",
            "a claim and no promise",
            "ubuntu_22_cuda_12",
            "per hour      15.2 USD\n",
            "nothing is paid when ordering",
            "in all       364.8 USD for 24 h\n",
            "forgotten    364.8 USD in 24 hours\n",
            "           10944   USD in 30 days\n",
            "the account's key `sandbox`",
            "never by itself",
            "further plans are tried in turn",
            "no more of it is ordered until that is known",
            "nothing was sent",
        ],
    );
    check(
        "provision H100:8 --dry-run --hours 2 --max-duration 8h",
        0,
        &["121.6 USD for 8 h", "in 8h00m"],
    );
    check(
        "provision H100:8 --dry-run --alternatives 0",
        0,
        &["then nothing is launched"],
    );
    check(
        "provision H100:8 --dry-run --on-unknown recreate",
        0,
        &["that can rent two of it"],
    );
    check(
        "provision H100:8 --dry-run --broker spheron",
        0,
        &["at least 20 minutes are charged"],
    );
    check("provision H100:8 --dry-run -q", 0, &["per hour      15.2 USD"]);
    let document = check("provision H100:8 --dry-run -o json", 0, &[]).json();
    assert_eq!(text(&document, "schema"), "planner.launch/1");
    assert_eq!(text(&document, "outcome"), "dry_run");
    let first = &list(&document, "planned")[0];
    assert_eq!(text(first, "forgotten_30_days"), "10944");
    assert_eq!(text(&list(first, "machines")[0], "ceiling"), "15.2");
}

#[test]
fn what_it_costs_at_the_most_is_told_in_line() {
    let home = Home::new();
    let ran = home.run("provision H100:8 --dry-run --price-tolerance 10%");
    for line in [
        "  per hour      15.2  USD, at most 16.72\n",
        "  now        nothing is paid when ordering\n",
        "  in all       401.28 USD at most for 24 h\n",
        "  forgotten    401.28 USD at most in 24 hours\n",
        "             12038.4  USD at most in 30 days\n",
    ] {
        assert!(ran.expect(0).output().contains(line), "{line}: {}", ran.output());
    }
}

#[test]
fn an_account_burns_no_more_than_its_cap_whoever_launched_what() {
    let home = Home::troubled(&[]);
    let run = |line: &str| home.planner.run(&line.split_whitespace().collect::<Vec<_>>());
    home.control(r#"{"strangers": [{"name": "build-7", "broker": "prime"}]}"#);
    // The cheapest costs 1.9 USD per hour, and a stranger's machine 1 USD.
    for (line, posts, said) in [
        (
            "--account-max-burn 1.89",
            0,
            "it costs up to 1.9 per hour, above the cap of 1.89 (`--account-max-burn`)",
        ),
        (
            "--account-max-burn 2.89",
            0,
            "would come to 2.9 USD, above the cap of 2.89 (`--account-max-burn`)",
        ),
        ("--account-max-burn 2.9", 1, "still deploying"),
        (
            "--account-max-burn 4.7",
            1,
            "would come to 4.8 USD, above the cap of 4.7",
        ),
    ] {
        let tried = run(&format!("provision H100:1 --broker prime --dry-run {line}"));
        tried.expect(if said == "still deploying" { 0 } else { 5 });
        let ran = run(&format!("provision H100:1 --broker prime --yes --no-wait {line}"));
        ran.expect(if said == "still deploying" { 0 } else { 5 });
        assert!(ran.stderr.contains(said), "{line}: {}", ran.stderr);
        assert_eq!(home.posts(), posts, "{line}");
    }
    // It is a setting as well.
    let folder = home.planner.home().join("planner");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "[defaults]\naccount_max_burn = 4.70\n").unwrap();
    run("provision H100:1 --broker prime --yes --no-wait").expect(5);
    run("provision H100:1 --broker prime --yes --no-wait --account-max-burn 4.8").expect(0);
}

/// What would be refused is not tried out with success.
#[test]
fn a_dry_run_is_refused_where_a_launch_would_be() {
    let spoil = |home: &Home, how: &str| {
        let folder = home.folder();
        let shell = format!("cd '{}' && {how}", folder.display());
        assert!(
            std::process::Command::new("sh")
                .args(["-c", &shell])
                .status()
                .unwrap()
                .success()
        );
    };
    let check = |how: &str, status: i32, said: &str| {
        let home = Home::new();
        home.run("provision H100:1 --yes").expect(0);
        home.run("provision H100:1 --dry-run").expect(0);
        spoil(&home, how);
        for ending in ["--dry-run", "--yes"] {
            let ran = home.run(&format!("provision H100:1 {ending}"));
            ran.expect(status);
            assert!(ran.stderr.contains(said), "{how}, {ending}: {}", ran.stderr);
        }
        assert_eq!(home.posts(), 1, "{how}");
        // So that the folder can be removed.
        spoil(&home, "chmod 700 .");
    };
    check("chmod 777 .", 1, "may be written by others");
    check(
        "printf x >> journal.witness && truncate -s 3000 journal.db",
        1,
        "error: ",
    );
    check("rm identity", 1, "identity is gone");
    check("rm journal.db*", 1, "the file is gone");

    let home = Home::new();
    home.run("provision H100:1 --yes").expect(0);
    for (budget, status) in [("50", 5), ("500", 0)] {
        let ran = home.run(&format!("provision H100:1 --dry-run --budget {budget}"));
        ran.expect(status);
        assert_eq!(
            ran.stderr.contains("above the cap of 50 (`--budget`)"),
            status == 5,
            "{}",
            ran.stderr
        );
    }

    let half = Home::troubled(&["spheron:offers/500-before"]);
    let ran = half.planner.run(&["provision", "H100:1", "--dry-run"]);
    ran.expect(4);
    assert!(ran.stdout.contains("something better may be for sale"), "{ran:?}");
    home.run("terminate --all").expect(0);
}

#[test]
fn what_cannot_be_launched_as_asked_is_refused() {
    let home = Home::new();
    let write = |name: &str, content: &str| {
        let path = home.planner.home().join(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let private = write(
        "id",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n-----END OPENSSH PRIVATE KEY-----\n",
    );
    let start = write("start.yaml", "packages: [git]\n");
    let odd = write("odd.yaml", "users: [hunter2]\n");
    let check = |line: &str, status: i32, said: &str| {
        let ran = home.run(line);
        ran.expect(status);
        assert!(ran.stderr.contains(said), "{line}: `{said}` is not in {}", ran.stderr);
        assert!(!ran.output().contains("hunter2"), "{line}: {}", ran.output());
        assert_eq!(home.posts(), 0, "{line}");
    };
    check("provision --yes", 2, "no GPU is named");
    check("provision H100:8 --yes --market none.json", 2, "cannot be used with");
    check("provision H100:8 --yes --offers none.csv", 2, "reads a file");
    check(
        &format!("provision H100:8 --yes --ssh-key {private}"),
        2,
        "stays where it is",
    );
    check("provision H100:8 --yes --ssh-key ./none.pub", 2, "cannot be read");
    check(
        "provision H100:8 --yes --ssh-key nobodys",
        5,
        "has no ssh key `nobodys`",
    );
    check("provision H100:8 --yes --image plan9", 5, "does not boot `plan9`");
    check(
        &format!("provision H100:8 --yes --cloud-init {odd}"),
        2,
        "not what brokers take",
    );
    check(
        &format!("provision H100:8 --yes --broker prime --cloud-init {start}"),
        5,
        "runs nothing at first start",
    );
    check("provision H100:4..8 --count 2 --yes", 2, "one number of GPUs");
    check("provision H100:8 --plan 900 --yes", 5, "there is no plan `900`");
    check("provision H100:8 --plan p_00 --yes", 5, "there is no plan `p_00`");
    check("provision H100:8 --wait 20 --yes", 2, "is not a time");
    check("provision H100:8 --price-tolerance=-1 --yes", 2, "is no tolerance");
    check("provision H100:8 --max-price 1 --yes", 3, "max_price");
    check("provision H100:8 --budget 100 --yes", 5, "--budget");
    check("provision H200:8 --region africa --yes", 3, "nothing matches");
    check("provision H200:8192 --yes", 5, "more machines than one launch may have");
}

#[test]
fn what_is_paid_when_ordering_is_allowed_to_the_last_digit() {
    let home = Home::new();
    let quote = home
        .run("quote A100:1 --security any --hours 720 --max-offers 100 -o json")
        .expect(0)
        .json();
    let plans = list(&quote, "plans");
    let prepaid = plans
        .iter()
        .find(|plan| text(plan, "upfront") != "0")
        .expect("a prepaid plan");
    let (id, upfront) = (text(prepaid, "id"), text(prepaid, "upfront"));
    let line = |more: &str| format!("provision A100:1 --security any --hours 720 --plan {id} --yes {more}");
    let check = |more: &str, said: &str| {
        let ran = home.run(&line(more));
        ran.expect(5);
        assert!(ran.stderr.contains(said), "{more}: {}", ran.stderr);
        assert_eq!(home.posts(), 0, "{more}");
    };
    check("", &format!("`--allow-prepaid {upfront}` allows it"));
    check("--allow-prepaid 0.01", "allows exactly 0.01");
    check(&format!("--allow-prepaid {upfront}1"), "allows exactly");
    // The world has a hundred dollars, which may or may not do; a create is sent either way.
    let ran = home.run(&line(&format!("--allow-prepaid {upfront} --no-wait")));
    assert!(matches!(ran.status, Some(0 | 3)), "{ran:?}");
    assert_eq!(home.posts(), 1);
}

#[test]
fn several_machines_are_all_or_nothing_unless_asked_otherwise() {
    let home = Home::new();
    let document = home.run("provision A100:1 --count 2 --yes -o json").expect(0).json();
    assert_eq!(list(&document, "instances").len(), 2);
    assert_eq!(text(&document, "outcome"), "ready");
    for machine in list(&document, "instances") {
        assert_eq!(machine["gpu"]["count"], 1);
        assert_eq!(text(machine, "launch"), text(&document, "launch"));
    }
    assert_eq!((home.posts(), home.live().len()), (2, 2));
    let launch = text(&document, "launch").to_owned();
    home.run(&format!("terminate --launch {launch}")).expect(0);
    assert!(home.live().is_empty());

    // A budget for one of two: all or nothing leaves none, best effort one.
    let one = rate_of_one(&home).times_count(36).unwrap();
    let budget = one.plus(spent(&home)).unwrap();
    home.run(&format!("provision A100:1 --count 2 --budget {budget} --yes"))
        .expect(5);
    assert!(home.live().is_empty());
    let ran = home.run(&format!(
        "provision A100:1 --count 2 --best-effort --budget {budget} --yes"
    ));
    assert_eq!(home.live().len(), 1, "{ran:?}");
    home.run("terminate --all").expect(0);
}

fn rate_of_one(home: &Home) -> Exact {
    let quote = home.run("quote A100:1 -o json").expect(0).json();
    text(&list(&quote, "plans")[0], "rate").parse().unwrap()
}

fn spent(home: &Home) -> Exact {
    let past = home.run("ls --all -o json").expect(0).json();
    let costs = list(&past, "instances").iter();
    let costs = costs.map(|machine| text(machine, "cost").parse::<Exact>().unwrap());
    costs.fold(Exact::ZERO, |sum, cost| sum.plus(cost).unwrap())
}

#[test]
fn a_disk_is_made_first_and_ends_with_the_rest() {
    let home = Home::new();
    let ran = home.run("provision A100:1 --security any --new-disk 500GB --yes -o json");
    let document = ran.expect(0).json();
    let kinds: Vec<&str> = list(&document, "instances")
        .iter()
        .map(|one| text(one, "kind"))
        .collect();
    assert!(kinds.contains(&"disk") && kinds.contains(&"machine"), "{kinds:?}");
    assert!(ran.stderr.contains("ordering a disk"), "{}", ran.stderr);
    home.run("terminate --all").expect(0);
    let left: Value = home.run("ls -o json").expect(0).json();
    assert!(list(&left, "instances").is_empty(), "{left}");
}

#[test]
fn where_stock_is_gone_the_next_plan_is_launched() {
    let home = Home::new();
    let quote = home.run("quote H100:8 -o json").expect(0).json();
    let first = text(&list(&list(&quote, "plans")[0], "groups")[0], "offer_id").to_owned();
    home.control(&format!(r#"{{"units": {{"{first}": 0}}}}"#));
    let document = home.run("provision H100:8 --yes -o json").expect(0).json();
    assert_ne!(text(only(&document), "offer_id"), first);
    home.run("terminate --all").expect(0);
    assert!(home.live().is_empty());
}

//! Exit statuses, and what is said with them.

use gpu_broker_testkit::fake::{Face, Fake, Fault};
use gpu_broker_testkit::planner::Planner;
use gpu_broker_testkit::ware::{Shelf, Ware};

use crate::support::planner;

fn wares() -> Vec<Ware> {
    vec![
        Ware::new(Shelf::Prime, "p8", 8, "15.2"),
        Ware::new(Shelf::Spheron, "s8", 8, "16.0583"),
    ]
}

fn asking(fake: &Fake) -> Planner {
    planner().asking(fake)
}

#[test]
fn each_status_has_its_message() {
    let fake = Fake::selling(&wares());
    let check = |planner: Planner, arguments: &[&str], status: i32, said: &str| {
        let ran = planner.run(arguments);
        ran.expect(status);
        assert!(
            ran.stderr.contains(said),
            "{arguments:?}: `{said}` is not in {}",
            ran.stderr
        );
        ran
    };
    check(asking(&fake), &["quote", "H100:8"], 0, "offers read");
    check(
        asking(&fake),
        &["quote", "H100:8..4"],
        2,
        "its count is not a number or a range",
    );
    let ran = check(asking(&fake), &["quote", "H200:8"], 3, "nothing matches");
    assert_eq!(ran.stdout, "");
    check(
        asking(&fake),
        &["quote", "H100:8", "--max-price", "15.19"],
        3,
        "max_price",
    );

    let half = Fake::start(
        Face::default().with(Fault::Down),
        Face::selling(Shelf::Spheron, &wares()),
    );
    let ran = check(asking(&half), &["quote", "H100:8"], 4, "warning: prime did not answer");
    assert!(ran.stdout.contains("s8"), "{ran:?}");
    check(asking(&half), &["quote", "H200:8"], 4, "warning: prime did not answer");

    let keyless = || asking(&fake).unset("PRIME_API_KEY").unset("SPHERON_API_KEY");
    check(
        keyless(),
        &["quote", "H100:8"],
        0,
        "prime was not asked: set PRIME_API_KEY",
    );
    let ran = check(
        keyless(),
        &["quote", "H100:8", "--broker", "prime"],
        6,
        "prime needs a key",
    );
    assert!(ran.stderr.contains("hint: ") && ran.stdout.is_empty(), "{ran:?}");
    check(keyless(), &["quote", "H100:8", "--broker", "!spheron"], 6, "key");

    let refusing = Face::of(Vec::new()).with(Fault::Status(401, r#"{"detail":"Invalid token"}"#));
    let refused = Fake::start(refusing.clone(), refusing);
    check(asking(&refused), &["quote", "H100:8"], 6, "Invalid token");
    check(
        asking(&refused),
        &["quote", "H100:8", "--broker", "prime"],
        6,
        "Invalid token",
    );
    check(asking(&refused), &["offers"], 6, "Invalid token");
}

#[test]
fn the_table_of_statuses_is_part_of_the_help() {
    let ran = planner().run(&["help", "exit-status"]);
    ran.expect(0);
    for (status, word) in [
        ("0", "done"),
        ("1", "internal error"),
        ("2", "command line"),
        ("3", "nothing matches"),
        ("4", "partial market"),
        ("5", "refused"),
        ("6", "key"),
        ("7", "outcome unknown"),
        ("130", "interrupted"),
    ] {
        let line = ran
            .stdout
            .lines()
            .find(|line| line.split_whitespace().next() == Some(status));
        assert!(line.is_some_and(|line| line.contains(word)), "{status}: {line:?}");
    }
    assert_eq!(ran.stderr, "");
}

#[test]
fn an_unknown_gpu_is_answered_with_near_names() {
    for (asked, near) in [
        ("H10:8", "H100"),
        ("H1O0", "H100"),
        ("RTX4909", "RTX4090"),
        ("A10O-80GB:4", "A100"),
        ("H1OO:8", "H100"),
    ] {
        let ran = planner().run(&["quote", asked, "--sandbox"]);
        ran.expect(2);
        let line = ran.stderr.lines().find(|line| line.contains("did you mean"));
        assert!(line.is_some_and(|line| line.contains(near)), "{asked}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    let ran = planner().run(&["quote", "FLUXCAPACITOR:8", "--sandbox"]);
    ran.expect(2);
    assert!(
        !ran.stderr.contains("did you mean") && ran.stderr.contains("planner gpus"),
        "{}",
        ran.stderr
    );
}

/// A value for each flag that takes one.
const VALUES: &[(&str, &str)] = &[
    ("hours", "12"),
    ("vcpus", "4..64"),
    ("memory", "16GB+"),
    ("disk", "50"),
    ("gpus-per-node", "1"),
    ("max-nodes", "any"),
    ("kubernetes", "1.32"),
    ("data-dir", "data"),
    ("ca-file", "ca.pem"),
    ("security", "any"),
    ("region", "!africa"),
    ("country", "!NO"),
    ("data-center", "!nowhere"),
    ("provider", "!nobody"),
    ("interconnect", "nvlink,infiniband"),
    ("min-interconnect", "1"),
    ("socket", "SXM"),
    ("max-price", "1000"),
    ("max-total", "100000.50"),
    ("max-upfront", "$1000"),
    ("attach", "disk-runpod-wa-1"),
    ("new-disk", "1TB,500"),
    ("move-price", "0.02/GB"),
    ("move-hours", "3"),
    ("fx", "EUR=1.08"),
    ("stock", "low=2,medium=any"),
    ("sort-by", "rate"),
    ("max-offers", "3"),
    ("output", "csv"),
    ("broker", "prime"),
    ("timeout", "20"),
    ("interruptions-per-day", "2"),
    ("checkpoint-minutes", "30"),
    ("attach", "disk-runpod-wa-1"),
    ("new-disk", "1TB"),
    ("move-price", "0.02/GB"),
    ("move-hours", "3"),
];
/// Flags that mean something only beside another.
const BESIDE: &[(&str, &str)] = &[
    ("interruptions-per-day", "--checkpoint-minutes=30"),
    ("checkpoint-minutes", "--interruptions-per-day=2"),
    ("attach-any", "--attach=disk-runpod-wa-1"),
    ("move-price", "--attach=disk-runpod-wa-1"),
    ("move-hours", "--attach=disk-runpod-wa-1"),
];

/// Flags that name a file or a profile, or never end, which are tried where there are such.
const FILES: [&str; 7] = ["config", "market", "offers", "policy", "profile", "save", "watch"];

/// Every long flag that a help text names is understood, alone and with a value.
#[test]
fn every_flag_of_the_help_is_accepted() {
    let help = planner().run(&["quote", "--help"]);
    help.expect(0);
    let named = help.stdout.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("-").filter(|rest| !rest.starts_with(' '))?;
        let (_, long) = format!("-{line}")
            .split_once("--")
            .map(|(short, long)| (short.to_owned(), long.to_owned()))?;
        let name: String = long
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        Some((name, line.contains('<')))
    });
    let mut seen = 0;
    for (name, takes) in named {
        if ["help", "version"].contains(&name.as_str()) || (takes && FILES.contains(&name.as_str())) {
            continue;
        }
        let value = VALUES.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        assert_eq!(takes, value.is_some(), "--{name} is new, or takes a value or none");
        let flag = value.map_or_else(|| format!("--{name}"), |value| format!("--{name}={value}"));
        let rest: &[&str] = if name == "sandbox" { &[] } else { &["--sandbox"] };
        let beside = BESIDE.iter().filter(|(known, _)| *known == name).map(|(_, flag)| *flag);
        let arguments: Vec<&str> = ["quote", "any:1GB+:1", &flag]
            .iter()
            .chain(rest)
            .copied()
            .chain(beside)
            .collect();
        let ran = planner().run(&arguments);
        assert!(matches!(ran.status, Some(0 | 3)), "{flag}: {ran:?}");
        seen += 1;
    }
    assert!(seen > 25, "only {seen} flags were found in the help");
}

#[test]
fn nonsense_is_refused_with_a_hint() {
    let check = |words: &str, said: &str| {
        let arguments: Vec<&str> = words.split(' ').chain(["--sandbox"]).collect();
        let ran = planner().run(&arguments);
        ran.expect(2);
        assert_eq!(ran.stdout, "", "{words}");
        assert!(ran.stderr.contains(said), "{words}: {}", ran.stderr);
        let helps = [
            "hint:",
            "write `",
            "tip:",
            "try '--help'",
            "did you mean",
            "a country is",
        ];
        assert!(
            helps.iter().any(|word| ran.stderr.contains(word)),
            "{words}: {}",
            ran.stderr
        );
    };
    check("quote", "no GPU is named");
    check("quote H100 --spot --spot-auto", "cannot be used with");
    check("quote H100 --json -o csv", "two formats");
    check("quote H100 --fx EUR=1,EUR=2", "two exchange rates");
    check("quote H100 --fx USD=2", "own currency");
    check("quote H100 -v -q", "cannot be used with");
    check("quote H100:8,A100:4 --mixed", "same count");
    check("quote H100 --broker !prime,!spheron", "every broker is excluded");
    check("quote H100 --broker primee", "no broker is called");
    check("quote H100 --region eu_nort", "no region is called");
    check("quote H100 --country Norway", "two letters");
    check("quote H100 --socket QXM", "no socket is called");
    check("quote H100 --interconnect inifniband", "no network is called");
    check("quote H100 --hours 0", "above zero");
    check("quote H100 --hours=-1", "above zero");
    check("quote H100 --hours NaN", "above zero");
    check("quote H100 --max-nodes 0", "from 1");
    check("quote H100 --max-price=-1", "below zero");
    check("quote H100 --max-price 1e400", "outside the range");
    check("quote H100 --fx EUR", "CODE=RATE");
    check("quote H100 --fx EUR=0", "above zero");
    check("quote H100 --fx EURO=1", "three letters");
    check("quote H100 --vcpus 8..4", "not a count or a range");
    check("quote H100 --memory 10GiB", "not a size");
    check("quote H100 --timeout 0", "1..=3600");
    check("quote H100 --max-offers 0", "1..=100000");
    check("quote H100:0", "no GPU at all");
    check("quote H100:80GB:40GB", "two memory sizes");
    check(
        "quote H100 --hours -1",
        "`-1` is below zero, and `--hours` takes nothing below zero",
    );
    check("quote H100 --max-price -$.5", "write `--max-price $.5`");
    check("extend x --by -1h", "write `--by 1h`");
    check("diff a b --max-increase -5%", "`-5%` is below zero");
    check(
        "extend x --until 9999-12-31T23:59:59Z",
        "is not a moment before the year 9999",
    );
    check("quote H100Ü", "no GPU's name has the character `Ü` (U+00DC)");
    check("offers H100\u{200b}", "no GPU's name has the character U+200B");
    check("quote H100 H200", "unexpected argument");
    check("quot H100", "unrecognized subcommand");
}

/// What becomes of a variable that is not set is no filter, and must not be taken for none.
#[test]
fn an_empty_name_is_refused() {
    let check = |arguments: &[&str]| {
        let arguments = [arguments, &["--sandbox"]].concat();
        let ran = planner().run(&arguments);
        ran.expect(2);
        let said = ["it names nothing", "`!` is followed by no name"];
        assert!(
            said.iter().any(|said| ran.stderr.contains(said)),
            "{arguments:?}: {}",
            ran.stderr
        );
    };
    for flag in ["--region", "--broker", "--country", "--provider", "--data-center"] {
        for value in ["", " ", "!", "! ", "canada,", ",prime"] {
            check(&["quote", "H100", flag, value]);
        }
        check(&["offers", flag, ""]);
    }
    for command in ["terminate", "show", "extend", "resolve"] {
        check(&[command, ""]);
    }
    check(&["terminate", "--launch", ""]);
    check(&["terminate", "a", " "]);
}

/// A base URL that would send the key in the clear, or anywhere but to the origin, is refused before it is used.
#[test]
fn a_base_url_must_be_safe() {
    for url in [
        "http://example.com",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "https://user:pass@example.com",
        "https://example.com/path",
        "https://example.com?x=1",
        "nonsense",
    ] {
        let keyed = planner().set("PRIME_API_KEY", gpu_broker_testkit::fake::PRIME_KEY);
        let ran = keyed
            .set("PRIME_API_BASE_URL", url)
            .run(&["quote", "H100", "--broker", "prime"]);
        ran.expect(2);
        assert!(ran.stderr.contains("PRIME_API_BASE_URL"), "{url}: {}", ran.stderr);
        assert!(!ran.output().contains(gpu_broker_testkit::fake::CANARY));
    }
}

/// Rows that cannot be read leave what the others say as it is, and where nothing is found they are no whole market.
#[test]
fn what_could_not_be_read_may_be_what_was_looked_for() {
    let rows = |body: &'static str| Fault::Status(200, body);
    let unreadable = rows(r#"{"items":[{"cloudId":"p8"},{"cloudId":7}],"totalCount":2}"#);
    let check = |fake: &Fake, line: &str, status: i32, said: &str| {
        let ran = asking(fake).run(&line.split_whitespace().collect::<Vec<_>>());
        ran.expect(status);
        assert!(ran.stderr.contains(said), "{line}: {ran:?}");
        assert_eq!(ran.stderr.contains("nothing matches\n"), status == 3, "{line}: {ran:?}");
    };
    let sold = Fake::start(
        Face::default().with(unreadable),
        Face::selling(Shelf::Spheron, &wares()),
    );
    check(&sold, "quote H100:8", 0, "could not be understood");
    check(&sold, "offers", 0, "could not be understood");
    check(&sold, "quote H200:8", 4, "not all was read");
    check(&sold, "provision H200:8 --dry-run", 4, "not all was read");
    check(&sold, "compare H200:8", 4, "could not be understood");
    let whole = Fake::selling(&wares());
    check(&whole, "quote H200:8", 3, "nothing matches");
    let none = Fake::start(Face::default().with(unreadable), Face::default());
    for command in ["quote H100:8", "quote any:1"] {
        check(&none, &format!("{command} --broker prime"), 4, "not all was read");
    }
    check(&none, "offers --broker prime", 4, "could not be understood");
    check(&none, "gpus --broker prime", 4, "");
}

/// What is wrong with a key is said of where it stands.
#[test]
fn a_bad_key_is_named_by_its_place() {
    let check = |planner: Planner, said: &str, not: &str| {
        let ran = planner.run(&["offers"]);
        ran.expect(2);
        assert!(
            ran.stderr.contains(said) && ran.stderr.contains("hint: copy it again"),
            "{ran:?}"
        );
        assert!(!ran.stderr.contains(not), "{ran:?}");
    };
    let keyless = || planner().unset("PRIME_API_KEY");
    check(keyless().set("PRIME_API_KEY", "a\nb"), "PRIME_API_KEY: ", "config.json");
    let filed = keyless();
    let folder = filed.home().join(".prime");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("config.json"), r#"{"api_key":"a\nb"}"#).unwrap();
    #[cfg(unix)]
    for (path, mode) in [(folder.clone(), 0o700), (folder.join("config.json"), 0o600)] {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    check(filed, ".prime/config.json: ", "PRIME_API_KEY");
}

//! Quotes that are kept, and launched: only while they are young, whole and true.

use std::fs;

use serde_json::Value;

use super::world::{Home, only};
use crate::support::{list, text};

/// What somebody changed, and how.
type Change = (&'static str, fn(&mut Value));

/// Quotes, and returns the quote's id and its document.
fn quote(home: &Home, line: &str) -> (String, Value) {
    let document = home.run(&format!("quote {line} -o json")).expect(0).json();
    (text(&document, "id").to_owned(), document)
}

fn first_offer(document: &Value) -> &Value {
    &list(&list(document, "plans")[0], "groups")[0]
}

#[test]
fn a_quote_is_kept_and_launched_by_its_id_or_its_file() {
    let home = Home::new();
    let ran = home.run("quote H100:8");
    ran.expect(0);
    let command = ran
        .stderr
        .lines()
        .find(|line| line.contains("planner provision --quote q_"));
    assert!(
        command.is_some_and(|line| line.ends_with("--sandbox")),
        "{}",
        ran.stderr
    );

    let (id, document) = quote(&home, "H100:8");
    let folder = home.folder().join("quotes");
    let path = folder.join(format!("{id}.json"));
    let market = folder.join(format!("{id}.market.json"));
    let kept: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(kept["id"], document["id"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&market), mode(&folder)), (0o600, 0o600, 0o700));
    }
    let verify = ["verify", path.to_str().unwrap(), "--market", market.to_str().unwrap()];
    home.planner.run(&verify).expect(0);

    let launched = home
        .run(&format!("provision --quote {id} --yes -o json"))
        .expect(0)
        .json();
    assert_eq!(launched["plan"], list(&document, "plans")[0]["id"]);
    assert_eq!(only(&launched)["offer_id"], first_offer(&document)["offer_id"]);

    let second = text(&list(&document, "plans")[1], "id");
    let line = format!("provision --quote {} --plan {second} --yes -o json", path.display());
    assert_eq!(text(&home.run(&line).expect(0).json(), "plan"), second);
    assert_eq!(home.posts(), 2);
    home.run("terminate --all").expect(0);
}

/// The command below a quote launches what it says that it does.
#[test]
fn the_footer_says_which_plan_is_launched() {
    let home = Home::new();
    let check = |request: &str, said: &[&str], rank: usize| {
        let ran = home.run(&format!("quote {request}"));
        let stderr = &ran.expect(0).stderr;
        for said in said {
            assert!(stderr.contains(said), "{request}: `{said}` is not in {stderr}");
        }
        let mut lines = stderr.lines();
        assert!(lines.any(|line| line.starts_with("within five minutes")), "{stderr}");
        let command = lines.next().unwrap().trim();
        let words: Vec<&str> = command.split(' ').skip(1).chain(["--dry-run", "-o", "json"]).collect();
        let planned = home.planner.run(&words).expect(0).json();
        let id = words.iter().find(|word| word.starts_with("q_")).unwrap();
        let kept = fs::read_to_string(home.folder().join("quotes").join(format!("{id}.json"))).unwrap();
        let kept: Value = serde_json::from_str(&kept).unwrap();
        assert_eq!(planned["plan"], list(&kept, "plans")[rank - 1]["id"], "{request}");
    };
    check("H100:8", &["launches the first plan, or the next that can be had"], 1);
    check(
        "H100:1 --hours 900",
        &[
            "launches plan ",
            "plan 1 is prepaid; this launches it:\n    planner provision",
            "--plan 1 --allow-prepaid 1072.8\n",
        ],
        2,
    );
}

#[test]
fn only_the_last_hundred_are_kept() {
    let home = Home::new();
    let folder = home.folder().join("quotes");
    fs::create_dir_all(&folder).unwrap();
    for number in 0..120 {
        fs::write(folder.join(format!("q_{number:016x}.json")), "{}").unwrap();
        fs::write(folder.join(format!("q_{number:016x}.market.json")), "{}").unwrap();
    }
    fs::write(folder.join("mine.json"), "{}").unwrap();
    let (id, _) = quote(&home, "H100:8");
    let names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        names.len(),
        201,
        "a hundred quotes, their markets, and one file of somebody's"
    );
    assert!(names.contains(&format!("{id}.json")) && names.contains(&"mine.json".to_owned()));
}

#[test]
fn a_quote_that_was_changed_is_refused() {
    let home = Home::new();
    let (id, document) = quote(&home, "H100:8");
    let path = home.folder().join("quotes").join(format!("{id}.json"));
    let whole = fs::read_to_string(&path).unwrap();
    let file = home.planner.home().join("quote.json");
    let refuse = |word: &str, what: &str| {
        let ran = home.run(&format!("provision --quote {word} --yes"));
        ran.expect(5);
        assert!(ran.stderr.contains("nothing was sent"), "{what}: {}", ran.stderr);
        assert_eq!(home.posts(), 0, "{what}");
    };
    let changes: &[Change] = &[
        ("expires later", |quote| {
            quote["expires_at"] = "2099-01-01T00:00:00Z".into();
        }),
        ("made later", |quote| {
            quote["created_at"] = "2099-01-01T00:00:00Z".into();
        }),
        ("another id", |quote| quote["id"] = "q_0000000000000000".into()),
        ("cheaper", |quote| quote["plans"][0]["rate"] = "0.01".into()),
        ("dearer in all", |quote| quote["plans"][0]["total"] = "99999".into()),
        ("a dearer group", |quote| {
            quote["plans"][0]["groups"][0]["rate"] = "99".into();
        }),
        ("another offer", |quote| {
            quote["plans"][0]["groups"][0]["offer_id"] = "x".into();
        }),
        ("twice as many", |quote| {
            quote["plans"][0]["groups"][0]["count"] = 2.into();
        }),
        ("another plan first", |quote| {
            quote["plans"].as_array_mut().unwrap().reverse();
        }),
        ("another request", |quote| quote["request"]["max_price"] = "1".into()),
        ("no request", |quote| quote["request"] = Value::Null),
        ("no plans", |quote| quote["plans"] = Value::Array(Vec::new())),
        ("plans that are none", |quote| quote["plans"][0]["groups"] = "x".into()),
    ];
    for (what, change) in changes {
        let mut changed = document.clone();
        change(&mut changed);
        fs::write(&path, changed.to_string()).unwrap();
        refuse(&id, what);
        fs::write(&file, changed.to_string()).unwrap();
        refuse(file.to_str().unwrap(), what);
    }
    refuse("q_ffffffffffffffff", "no such quote");
    // What is no quote at all is a mistake.
    for (content, said) in [
        ("nonsense", "is no quote"),
        (r#"{"schema":"planner.market/1"}"#, "is no quote"),
    ] {
        fs::write(&file, content).unwrap();
        let ran = home.run(&format!("provision --quote {} --yes", file.display()));
        ran.expect(2);
        assert!(ran.stderr.contains(said), "{content}: {}", ran.stderr);
    }
    // Put back, it holds.
    fs::write(&path, whole).unwrap();
    home.run(&format!("provision --quote {id} --dry-run")).expect(0);
    let ran = home.run(&format!("provision --quote {id} --spot --yes"));
    ran.expect(2);
    assert!(ran.stderr.contains("beside `--quote`"), "{}", ran.stderr);
    home.run(&format!("provision H100:8 --quote {id} --yes")).expect(2);
    assert_eq!(home.posts(), 0);
}

#[test]
fn a_price_that_moved_is_refused_and_a_lower_one_is_held_to() {
    let home = Home::new();
    let (id, document) = quote(&home, "H100:8");
    let offer = text(first_offer(&document), "offer_id").to_owned();
    let set = |price: &str| home.control(&format!(r#"{{"prices": {{"{offer}": "{price}"}}}}"#));
    let provision = |more: &str| home.run(&format!("provision --quote {id} {more}"));

    for price in ["15.2001", "16", "45.6"] {
        set(price);
        let ran = provision("--yes");
        ran.expect(5);
        assert!(ran.stderr.contains("the price moved"), "{price}: {}", ran.stderr);
        assert_eq!(home.posts(), 0, "{price}");
    }
    set("16");
    provision("--yes --price-tolerance 5%").expect(5);
    provision("--yes --price-tolerance 0.79").expect(5);
    let held = |more: &str| {
        let document = provision(&format!("--dry-run -o json {more}")).expect(0).json();
        let first = &list(&list(&document, "planned")[0], "machines")[0];
        text(first, "ceiling").to_owned()
    };
    assert_eq!(held("--price-tolerance 10%"), "16.72");
    assert_eq!(held("--price-tolerance 1"), "16.2");
    set("15");
    assert_eq!(held(""), "15");

    set("16");
    let launched = provision("--yes --price-tolerance 10% -o json").expect(0).json();
    assert_eq!(text(only(&launched), "rate"), "16");
    assert_eq!(home.posts(), 1);
    home.run("terminate --all").expect(0);
}

#[test]
fn what_is_gone_since_is_left_out() {
    let home = Home::new();
    let (id, document) = quote(&home, "H100:8");
    let offer = text(first_offer(&document), "offer_id").to_owned();
    home.control(&format!(r#"{{"units": {{"{offer}": 0}}}}"#));
    let ran = home.run(&format!("provision --quote {id} --plan 1 --yes"));
    ran.expect(5);
    assert!(ran.stderr.contains("none of the plans can be had"), "{}", ran.stderr);
    let ran = home.run(&format!("provision --quote {id} --dry-run -o json"));
    let planned = ran.expect(0).json();
    assert_eq!(planned["plan"], list(&document, "plans")[1]["id"]);
    assert!(
        list(&planned, "notes")[0]
            .as_str()
            .unwrap()
            .contains("plan 1 cannot be had"),
        "{planned}"
    );
    // Caps can be tightened, and nothing else.
    let ran = home.run(&format!("provision --quote {id} --max-total 1 --yes"));
    ran.expect(5);
    assert!(ran.stderr.contains("--max-total"), "{}", ran.stderr);
    assert_eq!(home.posts(), 0);
}

#[test]
fn a_quote_that_is_kept_is_verified_by_its_id_against_the_market_that_it_was_made_of() {
    let home = Home::new();
    let (id, _) = quote(&home, "H100:8");
    for line in [format!("verify {id} --sandbox"), format!("verify {id}")] {
        let ran = home.planner.run(&line.split(' ').collect::<Vec<_>>());
        ran.expect(0);
        assert!(ran.stdout.contains(" hold against "), "{line}: {}", ran.stdout);
    }
    let ran = home.run(&format!("verify {id} -o json"));
    assert_eq!(ran.expect(0).json()["market_checked"], true);
    let path = home.folder().join("quotes").join(format!("{id}.json"));
    let changed = fs::read_to_string(&path).unwrap().replace("364.8", "364.7");
    fs::write(&path, changed).unwrap();
    home.run(&format!("verify {id}")).expect(5);
}

#[test]
fn a_quote_that_is_not_kept_is_called_so_with_where_it_was_looked_for() {
    let home = Home::new();
    quote(&home, "H100:8");
    for id in ["q_zzz", "q_nope", "q_ffffffffffffffff"] {
        for line in [
            format!("verify {id}"),
            format!("report {id}"),
            format!("provision --quote {id} --yes"),
        ] {
            let ran = home.run(&line);
            ran.expect(5);
            let folder = home.folder().join("quotes");
            let said = format!("error: no quote {id} is kept in {}\n", folder.display());
            assert!(ran.stderr.contains(&said), "{line}: {}", ran.stderr);
            assert!(ran.stderr.contains("hint: "), "{line}: {}", ran.stderr);
        }
    }
    assert_eq!(home.posts(), 0);
}

//! Launches that are refused, by a broker for want of money and by a cap before anything is sent.

use super::world::Home;
use crate::support::text;

/// What matches and is not paid for is not called a market without a match.
#[test]
fn where_the_money_does_not_suffice_the_broker_is_quoted_and_there_is_a_way_out() {
    let home = Home::new();
    let ran = home.run("provision H100:1 --hours 720 --allow-prepaid 1072.8 --plan 1 --yes -o json");
    let document = ran.expect(5).json();
    assert_eq!(text(&document, "outcome"), "nothing");
    let reason = text(&document, "reason");
    assert!(reason.contains("Insufficient balance"), "{reason}");
    for said in [
        "error: the money at prime does not suffice",
        "nothing of this launch runs",
        "hint: top up the account at prime",
        "`planner quote --sandbox` ranks them",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert!(home.live().is_empty());
}

/// A launch and its dry run are refused in the same words, before anybody is asked for a yes.
#[test]
fn a_budget_refuses_a_launch_as_it_refuses_its_dry_run() {
    let home = Home::new();
    let check = |how: &str| {
        let ran = home.run(&format!("provision H100:8 --budget 100 {how}"));
        ran.expect(5);
        let lines: Vec<&str> = ran.stderr.lines().collect();
        let [.., error, hint] = lines[..] else {
            panic!("{ran:?}")
        };
        assert!(
            error.starts_with("error: everything launched from here would come to ")
                && error.ends_with(", above the cap of 100 (`--budget`)"),
            "{how}: {error}"
        );
        assert_eq!(
            hint, "hint: allow more, or end something: `planner ls --sandbox` shows what runs",
            "{how}"
        );
        assert!(!lines.iter().any(|line| line.starts_with("launch ")), "{how}: {ran:?}");
        (error.trim_start_matches("error: ").to_owned(), ran)
    };
    let (dry, _) = check("--dry-run");
    // Nobody is there to say yes, and nobody is asked.
    check("");
    let (sent, ran) = check("--yes -o json");
    assert_eq!(sent, dry);
    let document = ran.json();
    assert_eq!(
        (text(&document, "outcome"), text(&document, "reason")),
        ("guarded", &*sent)
    );
    assert!(document["launch"].is_null(), "{document}");
    assert_eq!(home.posts(), 0);
}

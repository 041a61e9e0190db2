//! What is said of rules: by `verify`, in comparisons and reports, while asking, and of what was approved.

use super::{BIG, EU, file, says, set, with};
use crate::launch::world::Home;
use crate::support::{count, list};

#[test]
fn a_quote_is_verified_under_the_rules_of_now() {
    let home = with(BIG);
    let kept = home.run("quote H100:8 -o json");
    kept.expect(0);
    let path = file(&home, "quote.json", &kept.stdout);
    let nowhere = EU.replace("\"eu_north\", \"eu_west\", \"eu_east\"", "\"africa\"");
    let rules = file(&home, "team.toml", &nowhere);
    let broken = file(&home, "broken.toml", "[[policy]]\nnme = 1\n");
    let check = |more: &str, expected: i32| {
        let line = format!("verify {} -o json {more}", path.display());
        let ran = home.run(line.trim_end());
        ran.expect(expected);
        if expected == 2 {
            assert!(ran.stderr.contains("broken.toml:2: "), "{}", ran.stderr);
            return;
        }
        let said = ran.json();
        let denied = list(&said, "findings").iter().filter(|one| {
            let one = one.as_str().unwrap();
            one.contains(
                "groups: the policy `eu only` denies them: region not in africa (customer data stays in Europe)",
            )
        });
        let all = list(&kept.json(), "plans").len();
        assert_eq!(denied.count(), if expected == 5 { all } else { 0 }, "{more}: {said}");
    };
    check("", 0);
    check(&format!("--policy {}", rules.display()), 5);
    check(&format!("--policy {}", broken.display()), 2);
    // A rule that was tightened in the settings holds as well.
    set(&home, &nowhere);
    check("", 5);
    check("--no-config", 5);
}

#[test]
fn a_file_of_rules_is_read_by_every_command() {
    let home = Home::new();
    let broken = file(&home, "broken.toml", "[[policy]]\nnme = 1\n");
    let check = |line: &str, expected: i32, said: &str| {
        says(
            &home.run(&format!("{line} --policy {}", broken.display())),
            expected,
            &[said],
        );
    };
    for line in ["ls", "doctor", "audit", "gpus", "quote H100", "config show"] {
        check(line, 2, "broken.toml:2: a rule has no `nme`");
    }
    // What ends machines goes on.
    for line in ["terminate --all", "reconcile"] {
        check(line, 0, "warning: ");
    }
    says(
        &home.run("quote H100 --policy -"),
        2,
        &["from a file, and not from standard input"],
    );
}

#[test]
fn a_comparison_says_what_rules_do_in_every_form() {
    let rules = "[[policy]]\nname = \"no spot\"\ndeny = { market_in = [\"spot\"] }\nreason = \"it is taken back\"\n\
                 [[policy]]\nname = \"lid\"\ndeny = { total_over = 500 }\nreason = \"the budget\"\n";
    let home = with(&format!("{rules}{BIG}"));
    let left = "compared without rules about one number of hours: `lid`: over 500 in all (the budget)";
    let asks = "what is launched may need `--approve 'big spend'`: over 100 in all (finance signs)";
    let ran = home.run("compare H100:8 -o json");
    says(
        &ran,
        0,
        &[
            "no spot plan matches; policy: `no spot` denies",
            "(it is taken back)",
            left,
            asks,
        ],
    );
    let document = ran.json();
    let ruled = list(&document, "assumptions")
        .iter()
        .find(|one| one["kind"] == "policy")
        .unwrap();
    assert_eq!(ruled["without"][0]["rule"], "lid");
    assert_eq!(ruled["approvals"][0]["flag"], "--approve 'big spend'");
    let spot = list(&document, "classes")
        .iter()
        .find(|one| one["class"] == "spot")
        .unwrap();
    assert_eq!(spot["denied"][0]["rule"], "no spot");
    assert!(count(&spot["denied"][0], "offers") > 0 && list(spot, "plans").is_empty());
    let markdown = home.run("compare H100:8 -o markdown");
    assert!(markdown.expect(0).stdout.contains(left), "{}", markdown.stdout);

    for form in ["", " --html -"] {
        let ran = home.run(&format!("report H100:1 --hours 2{form}"));
        let said = &ran.expect(0).stdout;
        let has = |part: &str| assert!(said.contains(part), "{form}: {part}");
        has("compared without rules about one number of hours");
        has("what is launched may need");
    }
    // Without rules nothing is said of them.
    let plain = Home::new().run("compare H100:8 -o json");
    assert!(!plain.expect(0).output().contains("policy:"), "{}", plain.output());
}

//! Words that nobody sells anything under: what was meant is told, and no suggestion repeats the mistake.

use gpu_broker_testkit::planner::Ran;

use crate::support::{list, planner, text};

fn run(line: &str) -> Ran {
    let words: Vec<&str> = line.split(' ').chain(["--sandbox"]).collect();
    planner().run(&words)
}

#[test]
fn what_nobody_sells_is_told_with_what_is_near() {
    let check = |line: &str, status: i32, said: &str| {
        let ran = run(line);
        assert!(ran.expect(status).stderr.contains(said), "{line}: {}", ran.stderr);
    };
    let silent = |line: &str| {
        let ran = run(line);
        assert!(
            !ran.expect(0).stderr.contains("names nothing"),
            "{line}: {}",
            ran.stderr
        );
    };
    let provider = "`--provider hyperstak` names nothing for sale (did you mean hyperstack?)";
    check("quote H100:8 --provider hyperstak", 3, provider);
    check("quote H100:8 --provider massedcompute,hyperstak", 0, provider);
    check("compare H100:8 --provider hyperstak", 3, provider);
    check("offers H100:8 --provider hyperstak", 0, provider);
    check("report H100:8 --provider hyperstak", 3, provider);
    check("provision H100:8 --provider hyperstak --yes", 3, provider);
    // What is suggested is what may have been meant, and not what is the cheapest elsewhere.
    check("quote H100:8 --data-center FIN", 3, ": --data-center FIN-02");
    check("quote H100:8 --data-center FIN --why", 3, ": --data-center FIN-02");
    // A mistake in what is to be left out lets it in.
    check(
        "quote H100:8 --provider !hyperstak",
        0,
        "`--provider !hyperstak` names nothing for sale (did you mean hyperstack?)",
    );
    check(
        "quote H100:8 --data-center CANDA-1",
        3,
        "`--data-center CANDA-1` names nothing for sale (did you mean CANADA-1",
    );
    check(
        "quote H100:8 --data-center moon",
        3,
        "`--data-center moon` names nothing for sale\n",
    );
    check(
        "quote H100:8 --country ZZ",
        3,
        "`--country ZZ` names nothing for sale\n",
    );
    // Names of countries are no codes, and one is taken for a code.
    check(
        "quote H100:8 --country UK",
        2,
        "no country has the code `UK`\nhint: did you mean GB?",
    );
    check("offers --country norway", 2, "hint: did you mean NO?");
    check("quote H100:8 --country nor", 2, "`nor`: a country is two letters");
    check("offers H10", 2, "no GPU is called `H10`\nhint: did you mean H100");
    check(
        "offers Z9000",
        2,
        "hint: `planner gpus --sandbox` lists what is for sale",
    );
    // Lists name more than is for sale.
    silent("quote H100:8 --country ZZ,CA");
    silent("quote H100:8 --provider hyperstack,moon,!moon");
    silent("quote H100:8 --data-center unknown,CANADA-1");
}

/// Who reads a report has not seen what its maker was told.
#[test]
fn a_report_tells_them_first() {
    let home = planner();
    let market = home.home().join("market.json");
    let quote = home.home().join("quote.json");
    let asked = [
        "quote",
        "H100:8",
        "--provider",
        "hyperstak",
        "--sandbox",
        "-o",
        "json",
        "--save",
    ];
    let words: Vec<&str> = asked.into_iter().chain(market.to_str()).collect();
    std::fs::write(&quote, &home.run(&words).expect(3).stdout).unwrap();
    let kept = ["report", quote.to_str().unwrap(), "--market", market.to_str().unwrap()];
    let fresh = ["report", "H100:8", "--provider", "hyperstak", "--sandbox"];
    for (line, status) in [(&kept[..], 0), (&fresh[..], 3)] {
        let ran = home.run(line);
        let report = &ran.expect(status).stdout;
        let said = "> **\\`--provider hyperstak\\` names nothing for sale (did you mean hyperstack?)**";
        assert!(
            report.lines().nth(2).is_some_and(|begins| begins == said),
            "{line:?}: {report}"
        );
        assert!(!report.contains("hyperstak,"), "{line:?}: {report}");
    }
}

#[test]
fn no_suggestion_repeats_a_mistake() {
    let check = |line: &str, wrong: &str| {
        let document = run(&format!("{line} -o json")).json();
        let why = list(&document, "why").iter().map(|one| &one["change"]);
        let changes: Vec<_> = list(&document, "relaxations")
            .iter()
            .chain(why.filter(|change| change.is_object()))
            .collect();
        assert!(!changes.is_empty(), "{line}");
        for change in changes {
            let command = text(change, "command");
            assert!(!command.contains(wrong), "{line}: {command}");
            let words: Vec<&str> = command.split_whitespace().skip(1).collect();
            let again = planner().run(&words).expect(0).json();
            if let Some(rank) = change["rank"].as_u64() {
                let row = &list(&again, "plans")[usize::try_from(rank).unwrap() - 1];
                assert_eq!(row["total"], change["total"], "{line}: {command}");
            }
        }
    };
    check("quote H100:8 --why --provider hyperstak", "hyperstak,");
    check(
        "quote H100:8 --why --provider massedcompute,hyperstak --max-price 1",
        "hyperstak,",
    );
    check("quote H100:8 --why --data-center CANDA-1", "CANDA-1");
}

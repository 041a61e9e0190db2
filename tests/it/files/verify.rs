//! Quotes that hold and quotes that do not.

use super::{Folder, text};

#[test]
fn a_quote_holds_until_somebody_changes_it() {
    let folder = Folder::new("verify");
    let quote = folder
        .run("quote H100:64 --max-nodes any --sandbox --save market.json -o json", 0)
        .stdout;
    folder.write("quote.json", &quote);
    let said = text(&folder.run("verify quote.json --market market.json", 0).stdout);
    assert!(said.starts_with("10 plans hold against 516 offers"), "{said}");
    // By itself only the figures can be checked, and that is said.
    let alone = folder.run("verify quote.json", 0);
    assert!(text(&alone.stderr).contains("only the quote itself was checked"));

    let check = |changed: String, expected: &str| {
        assert_ne!(changed.as_bytes(), quote);
        folder.write("changed.json", changed);
        let output = folder.run("verify changed.json --market market.json", 5);
        assert!(text(&output.stdout).contains(expected), "{}", text(&output.stdout));
        let json = folder.run("verify changed.json --market market.json -o json", 5).stdout;
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(
            (&json["holds"], &json["schema"]),
            (&false.into(), &"planner.verify/1".into())
        );
    };
    let quote = text(&quote);
    check(
        quote.replacen("\"nodes\": 8", "\"nodes\": 7", 1),
        "does not hold: plans[0].nodes",
    );
    check(
        quote.replacen("\"id\": \"q_", "\"id\": \"q_0", 1),
        "does not hold: id: it is the name of another quote",
    );
    check(quote.replace('T', "t"), "does not hold: ");

    // The same quote does not hold where something cheaper is for sale.
    let market = folder.read("market.json");
    let dearer = market.replacen("\"per_hour\":\"15.2\"", "\"per_hour\":\"15.1\"", 1);
    assert_ne!(dearer, market);
    folder.write("other.json", dearer);
    folder.run("verify quote.json --market other.json", 5);

    for line in [
        "verify none.json",
        "verify market.json",
        "verify quote.json --market quote.json",
    ] {
        assert!(text(&folder.run(line, 2).stderr).contains("error: "), "{line}");
    }
}

/// Why offers were rejected stands beside a quote and changes nothing about it.
#[test]
fn explanations_are_beside_the_quote() {
    let folder = Folder::new("explained");
    for (line, status) in [("quote H100:8 --why", 0), ("quote H100:8 --region africa", 3)] {
        let line = format!("{line} --sandbox --save market.json -o json");
        folder.write("quote.json", folder.run(&line, status).stdout);
        folder.run("verify quote.json --market market.json", 0);
    }
}

/// Thirds of hours, interrupted spot machines, two brokers on one row, and disks beside the machines.
#[test]
fn every_kind_of_quote_holds_and_is_replayed() {
    let folder = Folder::new("kinds");
    for line in [
        "quote H100:8 --hours 20m",
        "quote A100:4 --spot-auto --interruptions-per-day 2.5 --checkpoint-minutes 35 --hours 100m --max-nodes any",
        "quote H100:8,any:80GB+:4 --max-offers 30 --security any",
        "quote A100:2 --new-disk 2TB",
        "quote A100:1 --attach disk-runpod-wa-1 --new-disk 500 --move-price 0.02 --move-hours 20m",
    ] {
        let quote = folder
            .run(&format!("{line} --sandbox --save market.json -o json"), 0)
            .stdout;
        folder.write("quote.json", &quote);
        let again = folder.run("quote --market market.json -o json", 0).stdout;
        assert!(again == quote, "{line}: {}", text(&again));
        let json = folder.run("verify quote.json --market market.json -o json", 0).stdout;
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["optimality_checked"], true, "{line}");
        assert_eq!(folder.json("quote.json")["certificate"]["holds"], true, "{line}");
    }
}

#[test]
fn what_disks_cost_is_part_of_the_sums() {
    let folder = Folder::new("disk-sums");
    let line = "quote A100:2 --new-disk 2TB --sandbox --save market.json -o json";
    let quote = text(&folder.run(line, 0).stdout);
    let json: serde_json::Value = serde_json::from_str(&quote).unwrap();
    let disk = &json["plans"][0]["disks"][0];
    for field in ["rate", "total", "unit_price"] {
        let price = format!("\"{field}\": {}", disk[field]);
        let changed = quote.replacen(&price, &format!("\"{field}\": \"0.5\""), 1);
        assert_ne!(changed, quote, "{price}");
        folder.write("changed.json", changed);
        let said = text(&folder.run("verify changed.json", 5).stdout);
        assert!(said.contains("does not hold: plans[0]."), "{field}: {said}");
    }
}

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
    check(quote.replace("T", "t"), "does not hold: ");

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

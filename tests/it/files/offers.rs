//! Offers of one's own beside those of the brokers.

use super::{Folder, text};

#[test]
fn the_whole_market_goes_through_a_file() {
    let folder = Folder::new("offers");
    let listed = folder.run("offers --sandbox -o jsonl", 0).stdout;
    assert_eq!(text(&listed).lines().count(), 516);
    folder.write("all.jsonl", &listed);
    // Nobody is asked when all brokers that are named are in the file.
    let again = folder
        .run("offers --offers all.jsonl --broker prime,spheron -o jsonl", 0)
        .stdout;
    assert!(again == listed);
    for request in [
        "H100:8",
        "A100:24 --max-nodes any --disk 2TB",
        "any:48GB+:4 --spot-auto --security any --hours 0.2",
    ] {
        let live = folder.run(&format!("quote {request} --sandbox -o csv"), 0).stdout;
        let own = folder
            .run(&format!("quote {request} --offers all.jsonl --broker file -o csv"), 0)
            .stdout;
        assert!(own == live, "{request}\n{}", text(&own));
    }
}

#[test]
fn a_rack_competes_and_bad_lines_are_counted() {
    let folder = Folder::new("rack");
    folder.write(
        "rack.csv",
        "provider,offer_id,gpu,gpus,price,data_center,units\n\
         rack,h100x8,H100-SXM5-80GB,8,15.0000000000000000001,cellar,1\n\
         rack,broken,H100,8,free,cellar,1\n",
    );
    let output = folder.run("quote H100:8 --sandbox --offers rack.csv -o json --save market.json", 4);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["plans"][0]["rate"], "15.0000000000000000001");
    assert_eq!(json["plans"][0]["groups"][0]["broker"], "file");
    assert_eq!(json["market"]["read"], 518);
    assert_eq!(
        json["market"]["rejected"][0],
        serde_json::json!({ "reason": "unreadable", "offers": 1 })
    );
    let file = json["sources"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&file["broker"], &file["offers"], &file["status"]),
        (&"file".into(), &2.into(), &"partial".into())
    );
    assert!(
        text(&output.stderr).contains("could not be understood: rack.csv:3: price: `free` is not a decimal number")
    );
    // What was added is part of the market that is kept.
    folder.write("quote.json", &output.stdout);
    folder.run("verify quote.json --market market.json", 0);
    assert_eq!(folder.json("market.json")["offers"].as_array().unwrap().len(), 517);

    // A file of nothing but nonsense is the wrong file, and never a market without offers.
    let refused = |name: &str, content: &[u8], said: &str| {
        folder.write(name, content);
        let output = folder.run(&format!("quote H100:8 --sandbox --offers {name}"), 2);
        let stderr = text(&output.stderr);
        assert!(stderr.contains(said) && stderr.contains("hint: "), "{name}: {stderr}");
        assert!(
            stderr.lines().all(|line| line.chars().count() < 300),
            "{name}: {stderr}"
        );
    };
    refused("nonsense.jsonl", b"hello\n\n[]\n", "nonsense.jsonl:1: it is not json");
    refused(
        "noise",
        &[b'"', 1, 2, 0xff].repeat(1_000),
        "no line of noise is an offer",
    );
    refused(
        "noise.csv",
        &[b',', 1, 2, 7].repeat(1_000),
        "no line of noise.csv is an offer",
    );
    folder.write("empty.jsonl", "");
    folder.run("quote H100:8 --offers empty.jsonl --broker file", 3);
    let missing = folder.run("quote H100:8 --sandbox --offers none.csv", 2);
    assert!(text(&missing.stderr).contains("none.csv cannot be read"));
}

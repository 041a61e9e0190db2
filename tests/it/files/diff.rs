//! What moved, and how much dearer the best plan may become.

use super::{Folder, text};

#[test]
fn a_market_that_moved_is_told_and_guarded() {
    let folder = Folder::new("diff");
    folder.run("quote H100:8 --sandbox --save before.json", 0);
    let before = folder.read("before.json");
    let same = folder.run("diff before.json before.json --max-increase 0%", 0);
    assert_eq!(text(&same.stdout), "");
    assert!(text(&same.stderr).contains("0 offers appeared, 0 disappeared, 0 changed"));

    // The best plan of the sandbox is one box at 15.2 per hour; every such price moves by 2.5 %.
    let after = before.replace("\"price\":{\"per_hour\":\"15.2\"", "\"price\":{\"per_hour\":\"15.58\"");
    assert_ne!(after, before);
    folder.write("after.json", after);
    let output = folder.run("diff before.json after.json -o json", 0);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["schema"], "planner.diff/1");
    assert_eq!(json["best_plan"]["before"]["total"], "364.8");
    assert_eq!(json["best_plan"]["after"]["total"], "373.92");
    assert_eq!(json["best_plan"]["increase"], "0.025");
    assert_eq!((&json["appeared"], &json["disappeared"]), (&0.into(), &0.into()));
    for offer in json["offers"].as_array().unwrap() {
        assert_eq!(
            (&offer["change"], &offer["what"]),
            (&"changed".into(), &serde_json::json!(["price"]))
        );
        assert_eq!(
            (&offer["before"]["price"], &offer["after"]["price"]),
            (&"15.2".into(), &"15.58".into())
        );
        assert_eq!(offer["increase"], "0.025");
    }
    assert_eq!(json["changed"], json["offers"].as_array().unwrap().len());

    // The guard is exact: 2.5 % is 2.5 %, and cheaper is never refused.
    folder.run("diff before.json after.json --max-increase 2.5%", 0);
    folder.run("diff after.json before.json --max-increase 0", 0);
    let refused = folder.run("diff before.json after.json --max-increase 2.4999%", 5);
    assert!(
        text(&refused.stderr).contains("refused: it may become dearer by 2.4999 % at the most"),
        "{}",
        text(&refused.stderr)
    );
    // Another request is not concerned.
    folder.run("diff before.json after.json B200:8 --max-increase 0%", 0);

    // The plan's offers are gone, in both directions.
    let gone: Vec<&str> = before
        .lines()
        .filter(|line| !line.contains("\"model\":\"H100\""))
        .collect();
    folder.write("gone.json", gone.join("\n"));
    let output = folder.run("diff before.json gone.json --max-increase 50%", 5);
    assert!(text(&output.stderr).contains("  is  none"), "{}", text(&output.stderr));
    let output = folder.run("diff gone.json before.json --max-increase 50% -o csv", 0);
    assert!(
        text(&output.stdout)
            .lines()
            .skip(1)
            .all(|line| line.starts_with("appeared,"))
    );

    for line in [
        "diff before.json",
        "diff before.json none.json",
        "diff before.json after.json --max-increase much",
        "diff before.json after.json --max-increase=-1%",
        "diff before.json after.json --hours 3",
        "diff before.json after.json --market before.json",
    ] {
        folder.run(line, 2);
    }
}

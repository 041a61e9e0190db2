//! The same market and the same request give the same bytes, wherever and in whatever order.

use super::{Folder, text};

/// The market with its offers in another order, always the same for one seed.
fn shuffled(market: &str, seed: u64) -> String {
    let (before, rest) = market.split_once("\"offers\": [\n").unwrap();
    let (rows, after) = rest.split_once("\n],\n").unwrap();
    let mut rows: Vec<&str> = rows.split(",\n").collect();
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for last in (1..rows.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        rows.swap(last, usize::try_from(state >> 33).unwrap() % (last + 1));
    }
    format!("{before}\"offers\": [\n{}\n],\n{after}", rows.join(",\n"))
}

#[test]
fn a_hundred_orders_give_the_same_bytes() {
    let folder = Folder::new("shuffles");
    let request = "quote H100:24 --max-nodes any --hours 37.5 --max-offers 12 --fx EUR=1.08";
    let seen = folder
        .run(&format!("{request} --sandbox --save market.json -o json"), 0)
        .stdout;
    let market = folder.read("market.json");
    for seed in 1..=100 {
        let other = shuffled(&market, seed);
        assert_ne!(other, market);
        folder.write("shuffled.json", other);
        // Every second time the request is the one in the file.
        let line = if seed % 2 == 0 { request } else { "quote" };
        let again = folder.run(&format!("{line} --market shuffled.json -o json"), 0).stdout;
        assert!(again == seen, "seed {seed}: {}", text(&again));
    }
}

#[test]
fn neither_clock_nor_locale_nor_folder_matters() {
    let folder = Folder::new("locales");
    let line = "quote A100:8 --security any --spot-auto --sandbox --save market.json -o json";
    let json = folder.run(line, 0).stdout;
    let line = ["quote", "--market", "market.json"];
    let table = folder.planner(line, &[]).stdout;
    let environments: [&[(&str, &str)]; 6] = [
        &[("TZ", "Asia/Kathmandu"), ("LC_ALL", "tr_TR.UTF-8")],
        &[("TZ", "America/St_Johns"), ("LANG", "de_DE.ISO-8859-1")],
        &[("TZ", "Pacific/Kiritimati"), ("LC_NUMERIC", "fr_FR.UTF-8")],
        &[("TZ", ":/nowhere"), ("LC_ALL", "C")],
        &[
            ("HOME", "/nonexistent"),
            ("PRIME_API_KEY", "secret"),
            ("LC_ALL", "ar_EG.UTF-8"),
        ],
        &[
            ("PRIME_API_BASE_URL", "http://127.0.0.1:9"),
            ("SPHERON_API_BASE_URL", "http://127.0.0.1:9"),
        ],
    ];
    for environment in environments {
        let as_json = folder.planner(line.into_iter().chain(["-o", "json"]), environment);
        assert!(as_json.stdout == json, "{environment:?}: {}", text(&as_json.stdout));
        assert_eq!(folder.planner(line, environment).stdout, table, "{environment:?}");
    }
}

#[test]
fn every_command_that_reads_a_market_reads_a_file() {
    let folder = Folder::new("commands");
    folder.run("quote H100:8 --sandbox --save market.json", 0);
    for (live, kept) in [
        (
            "offers H200 --sandbox -o csv",
            "offers H200 --market market.json -o csv",
        ),
        ("gpus --sandbox -o csv", "gpus --market market.json -o csv"),
        ("disks --sandbox -o csv", "disks --market market.json -o csv"),
        (
            "offers --broker spheron --sandbox -o csv",
            "offers --broker spheron --market market.json -o csv",
        ),
    ] {
        assert!(folder.run(live, 0).stdout == folder.run(kept, 0).stdout, "{kept}");
    }
    // Saved again, it is the same file.
    let before = folder.read("market.json");
    folder.run("quote --market market.json --save again.json", 0);
    assert!(folder.read("again.json") == before);
}

#[test]
fn what_cannot_be_replayed_is_a_usage_error() {
    let folder = Folder::new("refused");
    folder.run("quote H100:8 --sandbox --save market.json", 0);
    let market = folder.read("market.json");
    let check = |file: &str, expected: &str| {
        folder.write("damaged.json", file);
        let said = text(&folder.run("quote --market damaged.json", 2).stderr);
        assert!(said.contains(expected) && said.contains("hint: "), "{said}");
    };
    check(
        &market.replace("planner.market/1", "planner.market/9"),
        "`planner.market/9` is of another version",
    );
    check(&market[..market.len() / 2], "damaged.json is no saved market: ");
    check(
        &market.replacen("\"per_hour\":\"", "\"per_hour\":\"-", 1),
        "line 11: offers[0].price: the price -",
    );
    check(
        &market.replacen("\"count\":", "\"counts\":", 1),
        "offers[0].gpu.counts: unknown field",
    );
    let line = |line: &str, expected: &str| {
        let said = text(&folder.run(line, 2).stderr);
        assert!(said.contains(expected), "{said}");
    };
    line("quote --market none.json", "none.json cannot be read");
    line(
        "quote --market market.json --hours 3",
        "flags of a request are given, and no GPU",
    );
    line("quote --market market.json --sandbox", "cannot be used with");
    line("quote --market market.json --broker acme", "no broker is called `acme`");
    line("quote H100:8 --sandbox --save none/market.json", "cannot be written");
}

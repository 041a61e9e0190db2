//! Files that people write, and lines that cannot be meant.

use super::*;

fn read(name: &str, text: &str) -> Own {
    let mut own = Own::default();
    own.add(Path::new(name), text.as_bytes());
    own
}

/// Every offer in short, and every reject.
fn shown(own: &Own) -> Vec<String> {
    let offer = |offer: &Arc<Offer>| {
        let price = offer
            .price
            .map(|price| format!("{} {}", price.per_hour(), price.currency()));
        let gpu = &offer.gpu;
        format!(
            "{} {} {} {}×{} {:?}",
            offer.broker,
            offer.provider,
            offer.id,
            gpu.count,
            gpu.model,
            price.unwrap_or_default()
        )
    };
    let reject = |reject: &Reject| format!("{} | {}", reject.path, reject.reason);
    own.offers
        .iter()
        .map(offer)
        .chain(own.rejects.iter().map(reject))
        .collect()
}

#[test]
fn both_kinds_of_file_say_the_same() {
    let json = r#"
{"provider": "rack 4", "offer_id": "a", "gpu": "H100-SXM5:80GB", "gpus": 8, "price": 15.20000000000000000001}

{"broker": "ours", "provider": "x", "offer_id": "b", "gpu": "a100-80gb", "gpus": "4", "price": "1e1", "currency": "eur"}
"#;
    let csv = "Provider, offer_id,gpu,gpus,price,broker,currency,note\n\
               rack 4,a,H100-SXM5,8,15.20000000000000000001,,,\"old, but good\"\n\
               x,b,a100-80gb,4,1e1,ours,eur,\n";
    let expected = [
        "file rack 4 a 8×H100 \"15.20000000000000000001 USD\"",
        "ours x b 4×A100 \"10 EUR\"",
    ];
    let json = json.replace("H100-SXM5:80GB", "H100-SXM5");
    for name in ["own.jsonl", "own.JSON", "own", "own.txt"] {
        assert_eq!(shown(&read(name, &json)), expected, "{name}");
    }
    for name in ["own.csv", "own.CSV", "own", "own.txt"] {
        assert_eq!(shown(&read(name, csv)), expected, "{name}");
    }
    assert_eq!(shown(&read("own.csv", &format!("\u{feff}{csv}"))), expected);
    assert_eq!(shown(&read("own.csv", &csv.replace('\n', "\r\n"))), expected);
}

#[test]
fn a_bad_line_is_a_reject_with_its_number() {
    let good = r#"{"provider":"p","offer_id":"o","gpu":"H100","gpus":8,"price":"1"}"#;
    let check = |line: &str, expected: &str| {
        let own = read("own.jsonl", &format!("{good}\n\n{line}\n{good}\n"));
        assert_eq!(own.offers.len(), 2, "{line}");
        let said = shown(&own).pop().unwrap();
        assert!(said.starts_with(&format!("own.jsonl:3{expected}")), "{said}");
    };
    let changed = |from: &str, to: &str| good.replace(from, to);
    check(&changed("\"gpus\":8,", ""), ": gpus | it is missing");
    check(&changed("\"p\"", "\" \""), ": provider | it is missing");
    check(&changed("\"o\"", "null"), ": offer_id | it is missing");
    check(&changed("8", "-8"), ": gpus | -8 is below zero");
    check(&changed("8", "0.5"), ": gpus | 0.5 is not a whole number");
    check(&changed("8", "4294967296"), ": gpus | 4294967296 is too many");
    check(&changed("\"1\"", "\"-0.01\""), ": price | -0.01 is below zero");
    check(&changed("\"1\"", "\"NaN\""), ": price | `NaN` is not a decimal number");
    check(&changed("\"1\"", "\"1,5\""), ": price | `1,5` is not a decimal number");
    check(&changed("\"1\"", "1e30"), ": price | `1e30` is outside the range");
    check(&changed("\"1\"", "true"), ": price | `true` is not a decimal number");
    check(&changed("\"1\"", "[1]"), ": price | it is a list");
    check(
        &changed("price", "prize"),
        ": prize | there is no such field; did you mean `price`?",
    );
    check(
        &changed("\"price\"", "\"gpus\""),
        " | it is not json: `gpus` stands there twice",
    );
    check(
        &changed("}", ",\"currency\":\"dollar\"}"),
        ": currency | a currency is three letters",
    );
    check(
        &changed("}", ",\"country\":\"NOR\"}"),
        ": country | a country is two letters",
    );
    check(
        &changed("}", ",\"multi_node\":\"no\"}"),
        ": multi_node | `no` is neither",
    );
    check(
        &changed("}", ",\"places\":[7]}"),
        ": places | it is not a list of objects",
    );
    check(
        &changed("}", ",\"places\":[{\"regoin\":\"x\"}]}"),
        ": places[0].regoin | there is no such field",
    );
    check(
        &changed("}", ",\"region\":\"canada\",\"places\":[{}]}"),
        ": places | it stands beside",
    );
    check(&changed("H100", "---"), ": gpu | `---` names no GPU");
    check("[1]", " | it is not a json object");
    check("{\"provider\":", " | it is not json: EOF");
    check("hello", " | it is not json: expected value at column 1");
    check("\u{1b}[2J", " | it is not json");
}

#[test]
fn a_file_of_bad_lines_is_not_read_to_its_end() {
    let check = |lines: usize, is_read: bool| {
        let mut own = Own::default();
        let good = r#"{"provider":"p","offer_id":"o","gpu":"H100","gpus":8,"price":"1"}"#;
        let text = format!("{good}\n{}{good}\n", "{}\n".repeat(lines));
        assert_eq!(own.add(Path::new("own.jsonl"), text.as_bytes()), is_read, "{lines}");
        assert_eq!(
            (own.rejects.len(), own.offers.len()),
            (lines.min(REJECTS_MAX + 1), 1 + usize::from(is_read))
        );
    };
    check(0, true);
    check(REJECTS_MAX, true);
    check(REJECTS_MAX + 1, false);
    check(3 * REJECTS_MAX, false);
}

#[test]
fn a_bad_line_of_csv_is_a_reject_too() {
    let check = |heading: &str, row: &str, expected: &str| {
        let own = read("own.csv", &format!("{heading}\np,o,H100,8\n{row}\n"));
        assert!(shown(&own).contains(&expected.to_owned()), "{:?}", shown(&own));
    };
    let heading = "provider,offer_id,gpu,gpus";
    check(heading, "p,o,H100", "own.csv:3: gpus | it is missing");
    check(heading, "p,o,H100,8,9", "own.csv:3 | `9` stands under no heading");
    check(
        "provider,offer_id,gpu,gpu",
        "p,o,H100,8",
        "own.csv:2: gpu | it stands there twice",
    );
    check(
        "provider,offer_id,gpu,cards",
        "p,o,H100,8",
        "own.csv:3: gpus | it is missing",
    );
    let own = read("own.csv", "provider\n\"\u{0}\n");
    assert_eq!(own.offers.len(), 0);
    let mut own = Own::default();
    own.add(Path::new("own.csv"), b"provider,offer_id,gpu,gpus\n\xff,o,H100,8\n");
    assert_eq!(shown(&own), ["own.csv:2: provider | it is not utf-8 text"]);
}

#[test]
fn what_is_listed_reads_back() {
    let text = concat!(
        r#"{"broker":"b","provider":"p","offer_id":"a","gpu":"X9","gpu_memory_gb":80,"socket":"SXM9","gpus":0,"#,
        r#""places":[{"region":"canada","data_center":"A|1"},{"country":"NO"},{}],"market":"auction","security":"x","#,
        r#""stock":"Soon","units":3,"price":"0.0001","currency":"EUR","prepaid_hours":0.5,"#,
        r#""minimum_runtime_minutes":7,"kubernetes_price":"1","vcpus":8,"vcpus_min":1,"vcpus_max":64,"vcpus_step":3,"#,
        r#""vcpus_price":"0.5","vcpus_included":true,"disk_gb_price":"0","memory_gb":5,"memory_gb_included":false,"#,
        r#""interconnect":["nvlink","a, b"],"interconnect_gbps":0.25,"provisioning_minutes":4,"variable_price":true,"#,
        r#""multi_node":true,"gpu_type":"X9_SXM","images":["u","v,w"]}"#,
        "\n",
        r#"{"provider":"p","offer_id":"b","gpu":"H100","gpus":1}"#,
    );
    let own = read("own.jsonl", text);
    assert_eq!(own.rejects, []);
    let written = lines(own.offers.iter().map(|offer| &**offer));
    let again = read("own.jsonl", &written);
    assert_eq!(again.rejects, []);
    assert_eq!(again.offers, own.offers);
    assert_eq!(lines(again.offers.iter().map(|offer| &**offer)), written);
    let dial = own.offers[0].resources.vcpu;
    assert_eq!((dial.default, dial.step, dial.included), (Some(8), Some(3), true));
    assert_eq!(own.offers[0].places.len(), 3);
}

#[test]
fn every_field_is_documented() {
    for field in FIELDS {
        assert!(HELP.contains(field), "{field}");
    }
}

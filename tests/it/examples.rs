//! The examples of the library do what they say.

#[path = "../../crates/facade/examples/own_source.rs"]
mod own_source;
#[path = "../../crates/facade/examples/procurement.rs"]
mod procurement;
#[path = "../../crates/facade/examples/quote.rs"]
mod quote;
#[expect(dead_code, reason = "its main reads standard input, which a test cannot give it")]
#[path = "../../crates/facade/examples/saved_market.rs"]
mod saved_market;

use crate::support::planner;

fn run<T>(example: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(example)
}

#[test]
fn a_quote_in_ten_lines() {
    quote::main().unwrap();
    let text = run(quote::quoted()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].contains(" offers read, "), "{text}");
    assert_eq!(lines[1].trim(), "364.80 n3-H100x8");
}

#[test]
fn a_procurement_report_names_every_request_and_adds_up() {
    procurement::main().unwrap();
    let text = run(procurement::report()).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let mut requests = Vec::new();
    for row in reader.records() {
        let row = row.unwrap();
        let number = |name: &str| row[at(name)].parse::<gpu_broker::core::number::Exact>().unwrap();
        // Nothing here has a minimum runtime that matters, so the hours charged cost what they cost.
        let charged = number("PricingQuantity").times(number("ListUnitPrice"));
        assert_eq!(charged, Some(number("BilledCost")), "{row:?}");
        assert!(
            ["Standard", "Dynamic", "Committed"].contains(&&row[at("PricingCategory")]),
            "{row:?}"
        );
        assert_eq!(&row[at("BillingCurrency")], "USD");
        requests.push(row[at("x_Request")].to_owned());
    }
    requests.dedup();
    assert_eq!(
        requests,
        ["pretraining", "finetuning", "evaluation", "serving", "notebooks"]
    );
}

#[test]
fn a_source_of_ones_own_is_ranked_among_the_others() {
    own_source::main().unwrap();
    let text = run(own_source::ranked()).unwrap();
    let first = text.lines().next().unwrap();
    assert_eq!(first.trim(), "326.40 contract/rack-7", "{text}");
    assert!(
        text.contains("spheron/") && text.contains("contract, line 2: "),
        "{text}"
    );
}

#[test]
fn a_saved_market_is_priced_as_planner_prices_it() {
    let planner = planner();
    planner
        .run(&["quote", "H100:8", "--sandbox", "--save", "market.json"])
        .expect(0);
    let saved = std::fs::read_to_string(planner.home().join("market.json")).unwrap();
    let text = saved_market::priced(&saved).unwrap();
    for (days, hours) in [("1", "24"), ("7", "168"), ("30", "720")] {
        let again = [
            "quote",
            "H100:8",
            "--hours",
            hours,
            "--market",
            "market.json",
            "-o",
            "json",
        ];
        let quote = planner.run(&again).expect(0).json();
        let total: gpu_broker::core::number::Exact = quote["plans"][0]["total"].as_str().unwrap().parse().unwrap();
        assert!(
            text.contains(&format!("{days:>2} days {:>9}\n", total.to_fixed(2))),
            "{text}"
        );
    }
    assert!(text.contains("h on prepaid is cheaper than on_demand"), "{text}");
    for wrong in ["{}", "{\"schema\":\"planner.quote/1\"}", "x"] {
        assert!(saved_market::priced(wrong).is_err(), "{wrong}");
    }
}

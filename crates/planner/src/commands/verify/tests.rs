//! Quotes that were tampered with are refused, also by somebody who gives them new names.

use std::sync::Arc;
use std::time::Duration;

use gpu_broker_core::market::Market;
use gpu_broker_core::source::{Ask, Hint, Quiet};
use gpu_broker_engine::{gather, gather_disks};
use serde_json::Value;

use super::*;
use crate::cli::{Cli, Command};
use crate::env::Environment;
use crate::files::request::RequestDocument;
use crate::settings::{Selection, World, sources};

/// Numbers that look random and are the same for one seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        // Xorshift; the seeds are odd.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % bound.max(1)
    }

    fn one<'a, T>(&mut self, of: &'a mut [T]) -> &'a mut T {
        let at = self.below(of.len());
        &mut of[at]
    }
}

/// How many cases; the whole number of them takes a while without optimisation.
fn cases() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a test that can be told to try more")]
    let told = std::env::var("GPU_BROKER_CASES");
    told.ok().and_then(|cases| cases.parse().ok()).unwrap_or(200)
}

fn sandbox() -> Market {
    let sources = sources(
        &Environment::default(),
        &Selection::default(),
        Some(World { state: None }),
    )
    .unwrap();
    let ask = Ask {
        within: Duration::from_secs(30),
        hint: &Hint::default(),
        progress: &Quiet,
    };
    let taken_at = "2026-11-22T09:00:00Z".parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut market = runtime.block_on(gather(&sources.asked, &[], &ask, taken_at));
    market.disks = Some(runtime.block_on(gather_disks(&sources.asked, &[], &ask)));
    // A price without a finite decimal per twenty minutes, and one that is an upper bound, are among the offers.
    market.offers.sort_by(|left, right| left.id.cmp(&right.id));
    market
}

/// A quote as a document, and the market it is of.
fn quoted(line: &str, market: &Market) -> (Value, Saved) {
    let cli = <Cli as clap::Parser>::try_parse_from(format!("planner quote {line}").split_whitespace()).unwrap();
    let Command::Quote(args) = cli.command else {
        panic!("{line}")
    };
    let demand = args.request.demand(args.gpu.as_deref()).unwrap();
    let most = usize::try_from(args.max_offers.unwrap_or(6)).unwrap();
    let mut market = market.clone();
    let disks = market.disks.take();
    market.disks = disks.clone().filter(|_| !demand.disks.is_empty());
    let quote = ranked(&market, &demand, most).unwrap();
    assert!(!quote.plans.is_empty(), "{line}");
    let document = json!(document::quote(&quote, &market, &demand, most));
    assert!(!document["certificate"].is_null(), "{line}");
    market.disks = None;
    let saved = Saved {
        market,
        disks,
        request: Some(RequestDocument::of(&demand, most)),
    };
    (document, saved)
}

const REQUESTS: [&str; 12] = [
    "H100:8",
    "H100:24 --max-nodes any --sort-by rate",
    "A100:12 --max-nodes 4 --disk 2TB --security any",
    "any:80GB+:16 --spread --mixed --spot-auto --hours 0.3",
    "H100:16 --max-nodes any --sort-by per-gpu --max-total 5000",
    "H200:8..9 --max-nodes any --sort-by provisioning",
    "H100:4 --gpus-per-node 4..8 --max-nodes any --max-offers 3 --region !canada",
    "any:80GB+:2 --new-disk 2TB --new-disk 300",
    "any:24GB+:12 --new-disk 700 --max-nodes any --mixed",
    "any:24GB+:1 --attach disk-runpod-wa-1 --new-disk 500 --spot-auto",
    "any:8GB+:2 --attach disk-runpod-wa-1,disk-hyperstack-no-1 --attach-any --max-nodes any",
    "H100:24 --new-disk 1TB --max-nodes any --sort-by per-gpu",
];

fn refused(document: &Value, saved: &Saved) -> Result<Vec<String>, String> {
    let kept = Kept::parse(&serde_json::to_vec(document).unwrap())?;
    Ok(findings(&kept, Some(saved)))
}

#[test]
fn an_untouched_quote_holds() {
    let market = sandbox();
    for line in REQUESTS {
        let (document, saved) = quoted(line, &market);
        assert_eq!(refused(&document, &saved), Ok(Vec::new()), "{line}");
        // White space and the order of fields are nobody's claim.
        let kept = Kept::parse(&serde_json::to_vec_pretty(&document).unwrap()).unwrap();
        assert_eq!(findings(&kept, Some(&saved)), Vec::<String>::new());
        assert_eq!(findings(&kept, None), Vec::<String>::new());
    }
}

#[test]
fn a_quote_of_another_market_does_not_hold() {
    let market = sandbox();
    let (document, mut saved) = quoted("H100:8", &market);
    // The dearest offer disappears: the plans are the same, and the count of offers is not.
    saved.market.offers.pop();
    let said = refused(&document, &saved).unwrap();
    assert!(
        said.iter().any(|finding| finding.starts_with("market.read")),
        "{said:?}"
    );
    // A cheaper one appears.
    let mut market = market;
    let mut cheap = market
        .offers
        .iter()
        .find(|offer| offer.gpu.count == 8 && offer.gpu.model.as_str() == "H100");
    let mut cheap = (**cheap.take().unwrap()).clone();
    cheap.price = Some(gpu_broker_core::offer::price("0.5", cheap.currency).unwrap());
    cheap.market = gpu_broker_core::offer::MarketType::OnDemand;
    cheap.security = gpu_broker_core::offer::Security::Secure;
    cheap.stock.level = gpu_broker_core::offer::StockLevel::Available;
    market.offers[0] = Arc::new(cheap);
    saved.market = market;
    let said = refused(&document, &saved).unwrap();
    assert!(
        said.iter().any(|finding| finding.starts_with("plans[0]: the one")),
        "{said:?}"
    );
}

#[test]
fn every_corrupted_quote_is_refused() {
    let market = sandbox();
    let quotes: Vec<_> = REQUESTS.iter().map(|line| quoted(line, &market)).collect();
    let mut by_figures = 0;
    for case in 0..cases() {
        let mut random = Random(case.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let (original, saved) = &quotes[random.below(quotes.len())];
        let (mut document, mut what) = (original.clone(), "");
        while document == *original {
            what = corrupt(&mut document, &mut random);
            // Every second forger gives new names to what he made.
            if case % 2 == 1 {
                rename(&mut document);
            }
        }
        match refused(&document, saved) {
            // What cannot be read is refused as well.
            Err(_) => (),
            Ok(said) => {
                assert!(!said.is_empty(), "case {case}, {what}: accepted");
                let words = |finding: &String| finding.ends_with("give") || finding.contains("is the name of");
                by_figures += usize::from(!said.iter().all(words));
            }
        }
    }
    // Not only because the words differ: most are caught by reckoning.
    assert!(by_figures * 2 > usize::try_from(cases()).unwrap(), "{by_figures}");
}

/// Tampers with a quote, and says how.
fn corrupt(document: &mut Value, random: &mut Random) -> &'static str {
    let kind = random.below(14);
    let market = kind == 8;
    if market {
        return corrupt_counts(document, random);
    }
    if kind == 9 {
        let mut path = Vec::new();
        leaves(document, &mut Vec::new(), &mut path);
        let at = random.one(&mut path).clone();
        change(document.pointer_mut(&at).unwrap(), random);
        return "any field";
    }
    let plans = document["plans"].as_array_mut().unwrap();
    let (one, other) = (random.below(plans.len()), random.below(plans.len()));
    match kind {
        0 => {
            plans.remove(one);
            number(plans);
            "a plan is removed"
        }
        1 => {
            plans.swap(one, other);
            number(plans);
            "two plans are swapped"
        }
        2 => {
            plans.insert(other, plans[one].clone());
            number(plans);
            "a plan is there twice"
        }
        3 | 4 => {
            let names = ["rate", "total", "upfront", "per_gpu_hour"];
            change(&mut plans[one][names[random.below(names.len())]], random);
            "an amount of a plan"
        }
        5 => {
            let names = ["gpus", "surplus_gpus", "nodes", "rank"];
            change(&mut plans[one][names[random.below(names.len())]], random);
            "a count of a plan"
        }
        6 => {
            let names = ["id", "certainty"];
            change(&mut plans[one][names[random.below(names.len())]], random);
            "a word of a plan"
        }
        7 | 10 | 11 => {
            let groups = plans[one]["groups"].as_array_mut().unwrap();
            corrupt_group(random.one(groups), random)
        }
        _ => {
            let others = plans[other]["disks"].clone();
            corrupt_disks(plans[one]["disks"].as_array_mut().unwrap(), &others, random)
        }
    }
}

/// Tampers with the disks of a plan, if it has any.
fn corrupt_disks(disks: &mut Vec<Value>, others: &Value, random: &mut Random) -> &'static str {
    if disks.is_empty() {
        return "no disk";
    }
    let at = random.below(disks.len());
    match random.below(5) {
        0 => {
            disks.remove(at);
            "a disk is removed"
        }
        1 => {
            let disk = disks[at].clone();
            disks.push(disk);
            "a disk is there twice"
        }
        2 => {
            disks[at] = others[random.below(others.as_array().unwrap().len())].clone();
            "a disk is swapped for that of another plan"
        }
        3 => {
            let names = ["rate", "total", "unit_price", "size_gb"];
            change(&mut disks[at][names[random.below(names.len())]], random);
            "a figure of a disk"
        }
        _ => {
            let names = ["kind", "id", "provider", "broker"];
            change(&mut disks[at][names[random.below(names.len())]], random);
            "a word of a disk"
        }
    }
}

fn corrupt_group(group: &mut Value, random: &mut Random) -> &'static str {
    let names = [
        "count",
        "rate",
        "offer_id",
        "provider",
        "vcpus",
        "prepaid_hours",
        "lines",
        "line",
        "gpu",
        "place",
    ];
    match names[random.below(names.len())] {
        "lines" => {
            group["lines"].as_array_mut().unwrap().pop();
            "a line is removed"
        }
        "line" => {
            let line = random.one(group["lines"].as_array_mut().unwrap());
            let names = ["quantity", "unit_price", "rate", "rate_low"];
            change(&mut line[names[random.below(names.len())]], random);
            "a figure of a line"
        }
        "gpu" => {
            let names = ["model", "memory_gb", "count"];
            change(&mut group["gpu"][names[random.below(names.len())]], random);
            "a gpu"
        }
        "place" => {
            change(&mut group["place"]["data_center"], random);
            "a place"
        }
        name => {
            change(&mut group[name], random);
            "a field of a group"
        }
    }
}

fn corrupt_counts(document: &mut Value, random: &mut Random) -> &'static str {
    let market = &mut document["market"];
    match random.below(3) {
        0 => change(&mut market["ranked"], random),
        1 => change(&mut market["read"], random),
        _ => {
            let rejected = market["rejected"].as_array_mut().unwrap();
            change(&mut random.one(rejected)["offers"], random);
        }
    }
    "a count of offers"
}

/// Ranks as they would be.
fn number(plans: &mut [Value]) {
    for (at, plan) in plans.iter_mut().enumerate() {
        plan["rank"] = json!(at + 1);
    }
}

/// Changes a value into another of its kind.
fn change(value: &mut Value, random: &mut Random) {
    *value = match &*value {
        Value::Null => json!(random.below(90)),
        Value::Bool(yes) => json!(!yes),
        Value::Number(number) => {
            let (number, by) = (
                number.as_u64().unwrap_or(0),
                u64::try_from(random.below(3) + 1).unwrap(),
            );
            json!(if random.below(2) == 0 {
                number + by
            } else {
                number.saturating_sub(by)
            })
        }
        Value::String(text) => {
            let digit = text
                .char_indices()
                .filter(|(_, c)| c.is_ascii_digit())
                .collect::<Vec<_>>();
            match digit.get(random.below(digit.len())) {
                Some((at, c)) => {
                    let other = char::from_digit((c.to_digit(10).unwrap() + 1) % 10, 10).unwrap();
                    json!(format!("{}{other}{}", &text[..*at], &text[at + 1..]))
                }
                None => json!(format!("{text}x")),
            }
        }
        Value::Array(_) => json!([]),
        Value::Object(_) => json!({}),
    };
}

/// The places of all values that hold no others.
fn leaves(value: &Value, path: &mut Vec<String>, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| (at.to_string(), item))
            .collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        _ => {
            found.push(format!("/{}", path.join("/")));
            return;
        }
    };
    for (part, child) in children {
        path.push(part);
        leaves(child, path, found);
        path.pop();
    }
}

/// Gives every plan, and the quote, the name of what it now says.
fn rename(document: &mut Value) {
    for plan in document["plans"].as_array_mut().unwrap() {
        plan["id"] = json!(document::digest("p", &plan["groups"]));
    }
    document["id"] = json!("");
    document["id"] = json!(document::digest("q", document));
}

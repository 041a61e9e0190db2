//! What each line leads to.

use std::sync::Arc;

use clap::Parser as _;
use gpu_broker_core::gpu::{Gpu, GpuModel};
use gpu_broker_core::market::Market;
use gpu_broker_core::money::Currency;
use gpu_broker_core::offer::{Broker, Offer, OfferId, Provider, Security, price};
use gpu_broker_core::place::{Place, Region};
use gpu_broker_core::quantity::Gb;

use super::*;
use crate::cli::{Cli, Command};

fn offer(id: &str, gpu: &str, memory: u64, count: u32, region: &str, per_hour: &str) -> Offer {
    let gpu = Gpu {
        model: GpuModel::new(gpu),
        memory: Some(Gb(memory)),
        socket: None,
        count,
    };
    let mut offer = Offer::new(Broker::new("ours"), Provider::new("rack"), OfferId::new(id), gpu);
    offer.places = vec![Place::new(Some(Region::new(region)), None, None)];
    offer.price = Some(price(per_hour, Currency::USD).unwrap());
    offer
}

fn market() -> Market {
    let mut prepaid = offer("p1", "H100", 80, 1, "canada", "1.5");
    prepaid.terms.prepaid = Some(Hours::whole(100));
    let mut community = offer("c1", "T4", 16, 1, "canada", "0.1");
    community.security = Security::Community;
    Market::of(vec![
        offer("h1", "H100", 80, 1, "canada", "2"),
        offer("h8", "H100", 80, 8, "eu_north", "15"),
        offer("h8c", "H100", 80, 8, "canada", "16"),
        offer("a4", "A100", 40, 1, "canada", "0.9"),
        offer("a8", "A100", 80, 1, "canada", "1.1"),
        prepaid,
        community,
    ])
}

/// The flags as they would be read, and the first screen.
fn opened(line: &str) -> (Dialogue, String) {
    let words = line.split_whitespace();
    let cli = Cli::parse_from(["planner", "provision"].into_iter().chain(words));
    let Command::Provision(args) = cli.command else {
        panic!("{line}")
    };
    let prices = Prices::new(Arc::new(market()), 21, args.allow_prepaid);
    Dialogue::open(prices, args.request, 100).unwrap()
}

fn text(heard: Heard) -> String {
    match heard {
        Heard::Screen(text) | Heard::Chosen(text) => text,
        Heard::Left => "left".to_owned(),
    }
}

/// After each line, what must be on the screen.
#[track_caller]
fn check(flags: &str, lines: &[(&str, &[&str])]) {
    let (mut dialogue, _) = opened(flags);
    for (line, expected) in lines {
        let shown = text(dialogue.hear(Some(line)));
        for expected in *expected {
            assert!(
                shown.contains(expected),
                "{flags} {line}: `{expected}` is not in\n{shown}"
            );
        }
    }
}

#[test]
fn lines_lead_from_question_to_question() {
    check(
        "",
        &[
            ("?", &["the least that one GPU costs", "which GPU? "]),
            ("", &["type a number", "which GPU? "]),
            ("0", &["goes from 1 to 3", "which GPU? "]),
            ("9", &["goes from 1 to 3"]),
            ("H10", &["nobody sells H10; did you mean H100", "which GPU? "]),
            (
                "T4",
                &["T4 is for sale, and not as the flags and settings ask", "T4 --why"],
            ),
            ("H100,A100", &["one kind at a time", "provision H100,A100"]),
            ("H\u{1b}100", &["does not ask for GPUs"]),
            ("b", &["the first question"]),
            (
                "3",
                &[
                    "1 × H100, 24 h, anywhere: 48.00 USD in all, 2.0000 per hour\n",
                    "how many? [1] ",
                ],
            ),
            ("none", &["`none` is no number", "how many? [1] "]),
            ("0", &["from 1 to 100000"]),
            ("100001", &["from 1 to 100000"]),
            (
                "8",
                &[
                    "360.00 USD in all, 15.0000 per hour (+312.00)",
                    "ours/rack in eu_north",
                    "[24]",
                ],
            ),
            ("?", &["--max-duration", "for how many hours? [24] "]),
            ("soon", &["`soon` is no time", "[24]"]),
            (
                "1",
                &["15.00 USD in all, 15.0000 per hour (−345.00)", "where? [anywhere] "],
            ),
            ("?", &["where your data", "where? "]),
            ("canadia", &["did you mean canada?", "where? "]),
            ("7", &["from 1 to 3"]),
            (
                "CANADA",
                &["8 × H100, 1 h, canada: 16.00 USD in all, 16.0000 per hour (+1.00)"],
            ),
        ],
    );
}

#[test]
fn a_name_may_bring_its_count_and_going_back_asks_again() {
    check(
        "",
        &[
            (
                "a100:80GB:2",
                &[
                    "2 × A100:80GB, 24 h, anywhere: 52.80 USD",
                    "in 2 machines",
                    "for how many hours?",
                ],
            ),
            ("b", &["which GPU? "]),
            ("1", &["1 × A100:40GB", "21.60 USD", "how many?"]),
            ("", &["for how many hours?"]),
            ("b", &["how many?"]),
            ("back", &["which GPU?"]),
        ],
    );
}

/// A region that they name is all there is.
#[test]
fn what_flags_say_is_where_it_begins() {
    check(
        "--hours 3 --region canada --max-price 20",
        &[
            ("h100:8", &["8 × H100, 3 h, any of canada: 48.00 USD", "[3]"]),
            ("", &["where? [any of canada] "]),
            ("2", &["8 × H100, 3 h, canada: 48.00 USD"]),
        ],
    );
    check(
        "--max-price 1",
        &[
            ("h100", &["how many?"]),
            ("1", &["nothing that can be launched supplies H100:1 (max_price"]),
        ],
    );
}

#[test]
fn prepaid_is_told_and_taken_where_it_is_allowed() {
    check(
        "--hours 99",
        &[(
            "h100:1",
            &["198.00 USD", "prepaid is cheaper, 150.00 in all", "--allow-prepaid 150"],
        )],
    );
    check("--hours 99 --allow-prepaid 150", &[("h100:1", &["150.00 USD"])]);
}

#[test]
fn enter_is_enough_after_the_gpu() {
    let check = |flags: &str, lines: &[&str], gpus: &str, hours: Option<u64>, region: Option<&str>| {
        let (mut dialogue, _) = opened(flags);
        let mut heard = None;
        for line in lines {
            heard = Some(dialogue.hear(Some(line)));
        }
        assert!(matches!(heard, Some(Heard::Chosen(_))), "{lines:?}: {heard:?}");
        let answers = dialogue.answers();
        assert_eq!(answers.gpus().as_deref(), Some(gpus), "{lines:?}");
        assert_eq!(answers.hours(), hours.map(Hours::whole), "{lines:?}");
        assert_eq!(answers.region(), region, "{lines:?}");
    };
    check("", &["H100\n", "\n", "\n", "\n"], "H100:1", Some(24), None);
    check("--hours 5", &["2", "", "", ""], "A100:80GB:1", Some(5), None);
    check("", &["any:30GB+:3", "2d", "3"], "any:30GB+:3", Some(48), Some("canada"));
}

#[test]
fn leaving_is_always_possible() {
    for before in [&[][..], &["H100"], &["H100", "8"], &["H100", "8", "2"]] {
        for way in [None, Some("q"), Some(" quit\n"), Some("exit")] {
            let (mut dialogue, _) = opened("");
            for line in before {
                dialogue.hear(Some(line));
            }
            assert_eq!(dialogue.hear(way), Heard::Left, "{before:?} {way:?}");
        }
    }
}

#[test]
fn every_screen_fits_and_lines_up() {
    let words = ["", "--security any"];
    for flags in words {
        let (mut dialogue, first) = opened(flags);
        let mut screens = vec![first];
        screens.extend(["H100", "8", "24"].map(|line| text(dialogue.hear(Some(line)))));
        for screen in screens {
            let rows: Vec<&str> = screen.lines().filter(|line| line.contains('.')).collect();
            assert!(screen.lines().all(|line| line.chars().count() <= 100), "{screen}");
            assert!(!rows.is_empty(), "{screen}");
        }
    }
}

#[test]
fn nothing_to_sell_is_no_dialogue() {
    let cli = Cli::parse_from(["planner", "provision", "--region", "africa"]);
    let Command::Provision(args) = cli.command else {
        panic!("another command")
    };
    let prices = Prices::new(Arc::new(market()), 21, None);
    assert!(Dialogue::open(prices, args.request, 80).is_none());
}

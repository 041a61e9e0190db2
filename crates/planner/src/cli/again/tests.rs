//! Requests spelled and read again, and suggestions run as written.

use super::*;

use clap::Parser as _;
use gpu_broker_core::market::Market;
use gpu_broker_core::quote::{Change, quote, why};
use gpu_broker_core::source::{Ask, Hint};

use crate::cli::{Cli, Command};
use crate::env::Environment;
use crate::printer::Printer;
use crate::progress::Bars;
use crate::settings::{Selection, World, sources};

/// Numbers that look random, the same for one seed on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

const GPUS: [&str; 14] = [
    "H100:8",
    "H100:1",
    "H100:16",
    "H100:2..4",
    "A100-80GB:4",
    "H100-SXM5:8",
    "H100,H200:8",
    "any:80GB+:2",
    "B200:8..8",
    "RTX4090",
    "any:24GB..48GB:2",
    "H100:64",
    "L40S:3",
    "A100:8,MI300X:4",
];

/// What flags may say; `+` joins several words.
const FLAGS: [(&str, &[&str]); 25] = [
    ("--hours", &["1", "37.5", "90m", "20m", "30d"]),
    ("--vcpus", &["16", "64..128", "250", "1000"]),
    ("--memory", &["100GB", "2TB", "200..400", "100..1000"]),
    ("--disk", &["500", "1.5TB", "20TB"]),
    ("--gpus-per-node", &["8", "4..4", "2"]),
    ("--max-nodes", &["1", "2", "any"]),
    ("--kubernetes", &[""]),
    ("--spot", &[""]),
    ("--spot-auto", &[""]),
    ("--security", &["community", "any", "secure"]),
    (
        "--interruptions-per-day",
        &["2 --checkpoint-minutes 30", "0.1 --checkpoint-minutes 7.5"],
    ),
    ("--no-prepaid", &[""]),
    (
        "--region",
        &["canada", "eu_north,eu_west", "!united_states", "unknown", "africa"],
    ),
    ("--country", &["NO", "US,ca", "!DE", "ZZ", "unknown"]),
    ("--data-center", &["CANADA-1", "no where", "!US-KS-2", "it's"]),
    ("--provider", &["hyperstack", "!datacrunch", "nobody", "=-x"]),
    ("--interconnect", &["infiniband", "nvlink,roce"]),
    ("--min-interconnect", &["400", "3200"]),
    ("--socket", &["SXM5", "PCIe", "SXM"]),
    ("--max-price", &["5", "$20.5", "0.1"]),
    ("--max-total", &["100", "2000"]),
    ("--max-upfront", &["0", "500"]),
    ("--fx", &["EUR=1.08", "INR=0.012,EUR=1"]),
    (
        "--new-disk",
        &[
            "1TB",
            "500,2TB",
            "300GB --attach disk-runpod-wa-1 --attach-any",
            "1TB --attach disk-runpod-wa-1 --move-price 0.02/GB --move-hours 20m",
        ],
    ),
    ("--sort-by", &["rate", "per-gpu", "upfront", "provisioning", "total"]),
];

/// A random command line: each flag once in so many times.
fn typed(dice: &mut Dice, times: usize) -> Vec<String> {
    let mut words: Vec<String> = ["planner", "quote", GPUS[dice.below(GPUS.len())], "--sandbox"]
        .map(str::to_owned)
        .into();
    for (flag, values) in FLAGS {
        let spot_twice = flag == "--spot-auto" && words.iter().any(|word| word == "--spot");
        if dice.below(times) > 0 || spot_twice {
            continue;
        }
        match values[dice.below(values.len())] {
            "" => words.push(flag.to_owned()),
            value => match value.strip_prefix('=') {
                Some(value) => words.push(format!("{flag}={value}")),
                None if value.contains(" --") => words.extend(format!("{flag} {value}").split(' ').map(str::to_owned)),
                None => words.extend([flag.to_owned(), value.to_owned()]),
            },
        }
    }
    words.extend(
        ["--mixed", "--spread"]
            .into_iter()
            .filter(|_| dice.below(times) == 0)
            .map(str::to_owned),
    );
    // A disk stands in one place.
    if words.iter().any(|word| word == "--new-disk") {
        words.retain(|word| word != "--spread");
    }
    words
}

/// What a command line asks for.
fn read(words: &[String]) -> (Demand, QuoteArgs, GlobalArgs) {
    let cli = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    let Command::Quote(args) = cli.command else {
        panic!("{words:?} is no quote")
    };
    let demand = args
        .request
        .demand(args.gpu.as_deref())
        .unwrap_or_else(|error| panic!("{words:?}: {error}"));
    (demand, args, cli.global)
}

/// The words of a command, as a shell splits them.
fn split(command: &str) -> Vec<String> {
    shlex::split(command).unwrap_or_else(|| panic!("{command} is no command"))
}

#[test]
fn every_request_can_be_typed_again() {
    let mut dice = Dice(1);
    for _ in 0..3_000 {
        let words = typed(&mut dice, 4);
        let (demand, args, global) = read(&words);
        let command = Again::new(&args, &global, &demand).command(&demand, 1);
        let (again, _, other) = read(&split(&command));
        assert_eq!(again, demand, "{words:?} became {command}");
        assert_eq!(
            (other.sandbox, other.format().unwrap()),
            (global.sandbox, global.format().unwrap()),
            "{command}"
        );
    }
}

#[test]
fn differences_are_told_in_flags() {
    let check = |before: &str, after: &str, expected: &str| {
        let ((before, args, global), (after, ..)) = (read(&split(before)), read(&split(after)));
        assert_eq!(Again::new(&args, &global, &before).difference(&after), expected);
    };
    let quote = "planner quote H100:8";
    check(quote, "planner quote H100:8,H200:8", "H100:8,H200:8");
    check(quote, "planner quote H100:8 --spot-auto", "--spot-auto");
    check(
        "planner quote H100:8 --spot",
        "planner quote H100:8 --spot-auto",
        "--spot-auto",
    );
    check(
        "planner quote H100:8 --region canada --no-prepaid --socket SXM5",
        "planner quote H100:8 --region 'canada,!eu_north' --socket SXM5",
        "--region 'canada,!eu_north' without --no-prepaid",
    );
}

#[test]
fn a_command_keeps_what_its_answer_depends_on() {
    let check = |typed: &str, rank: usize, expected: &str| {
        let (demand, args, global) = read(&split(typed));
        assert_eq!(Again::new(&args, &global, &demand).command(&demand, rank), expected);
    };
    check(
        "planner quote h100:8 -o json --sandbox --why --explain -q --broker '!prime' --timeout 5",
        1,
        "planner quote H100:8 --broker '!prime' --timeout 5 --sandbox --output json",
    );
    check(
        "planner quote H100:8 --max-offers 3",
        7,
        "planner quote H100:8 --max-offers 7",
    );
    check("planner quote H100:8 --hours 24h", 10, "planner quote H100:8");
    check(
        r"planner quote H100:8 --provider=-x --data-center 'it'\''s'",
        1,
        r"planner quote H100:8 --data-center 'it'\''s' --provider=-x",
    );
}

fn sandbox() -> Market {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let environment = Environment::default();
    let sources = sources(&environment, &Selection::default(), Some(World { state: None })).unwrap();
    let bars = Bars::new(Printer::new(true, true, None), []);
    let ask = Ask {
        within: std::time::Duration::from_secs(30),
        hint: &Hint::default(),
        progress: &bars,
    };
    let now = jiff::Timestamp::UNIX_EPOCH;
    runtime.block_on(gpu_broker_engine::gather(&sources.asked, &[], &ask, now))
}

#[test]
fn every_suggestion_works_as_written() {
    let market = sandbox();
    let mut dice = Dice(2);
    let (mut suggested, mut relaxed, mut helpless) = (0, 0, 0);
    for number in 0..500 {
        let words = typed(&mut dice, 4 + number % 20);
        let (demand, args, global) = read(&words);
        let Ok(before) = quote(&market, &demand, 1) else {
            continue;
        };
        let why = why(&market, &demand).unwrap();
        let again = Again::new(&args, &global, &demand);
        let run = |change: &Change| {
            let command = again.command(&change.demand, change.rank.unwrap_or(1));
            let (changed, args, _) = read(&split(&command));
            assert_eq!(changed, change.demand, "{command}");
            assert_ne!(again.difference(&changed), "", "{command}");
            let after = quote(
                &market,
                &changed,
                usize::try_from(args.max_offers.unwrap_or(10)).unwrap(),
            )
            .unwrap();
            let rows = || after.plans.iter().map(|plan| (plan.rate, plan.total));
            let promised = (change.plan.rate, change.plan.total);
            let sellers = || after.plans.iter().flat_map(|plan| &plan.also_sold_by);
            assert!(
                change.rank.is_none()
                    || rows().any(|row| row == promised)
                    || sellers().any(|seller| seller.total == promised.1.amount()),
                "{words:?}: {command}"
            );
            (after, promised)
        };
        for rejection in &why.rejections {
            assert_eq!(
                before.rejected.get(&rejection.reason),
                Some(&rejection.offers),
                "{words:?}"
            );
            match &rejection.change {
                Some(change) => {
                    suggested += 1;
                    let (after, _) = run(change);
                    assert!(
                        (1..=rejection.offers.min(after.ranked)).contains(&change.admits),
                        "{words:?}"
                    );
                }
                None => helpless += 1,
            }
        }
        assert_eq!(why.rejections.len(), before.rejected.len(), "{words:?}");
        assert!(before.plans.is_empty() || why.relaxations.is_empty(), "{words:?}");
        for change in &why.relaxations {
            relaxed += 1;
            let (after, promised) = run(change);
            let first = after.plans.first().map(|plan| (plan.rate, plan.total));
            assert_eq!((first, after.ranked), (Some(promised), change.admits), "{words:?}");
        }
    }
    assert!(
        suggested > 1_000 && relaxed > 200 && helpless > 500,
        "{suggested} {relaxed} {helpless}"
    );
}

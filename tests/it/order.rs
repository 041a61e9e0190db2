//! The same offers in any order are the same answer, to the byte (R14).

use gpu_broker_testkit::dice::Dice;
use gpu_broker_testkit::fake::{Face, Fake};
use gpu_broker_testkit::market;
use gpu_broker_testkit::ware::{Shelf, Ware};

use crate::support::{planner, timeless};

const SHUFFLES: u64 = 20;

/// A market full of ties: the same price for machines that differ in one thing only.
fn ties() -> Vec<Ware> {
    let mut wares = Vec::new();
    for shelf in [Shelf::Prime, Shelf::Spheron] {
        for (number, (gpus, price)) in [(1, "2"), (1, "2"), (2, "4"), (2, "4"), (4, "8"), (8, "16"), (8, "16")]
            .into_iter()
            .enumerate()
        {
            for (at, center) in ["zone-2", "zone-1"].into_iter().enumerate() {
                let mut ware = Ware::new(shelf, &format!("t{number}-{at}"), gpus, price);
                ware.sites[0].center = Some(center);
                ware.provider = if number % 2 == 0 { "hyperstack" } else { "nebius" };
                wares.push(ware);
            }
        }
    }
    // One id in several places, markets and tiers, as Prime has them.
    for (at, stock) in ["Available", "Low", "Medium", "High"].into_iter().enumerate() {
        let mut ware = Ware::new(Shelf::Prime, "same", 8, "16");
        ware.stock = stock;
        ware.community = at % 2 == 0;
        ware.provisioning = Some(5);
        wares.push(ware);
    }
    wares
}

fn answers(wares: &[Ware], request: &[&str]) -> Vec<String> {
    let fake = Fake::start(
        Face::selling(Shelf::Prime, wares).paged(9),
        Face::selling(Shelf::Spheron, wares),
    );
    let formats = ["json", "table", "csv"];
    let answer = |output: &str| {
        let arguments = [&["quote"], request, &["-o", output, "--max-offers", "60"]].concat();
        let ran = planner().asking(&fake).run(&arguments);
        ran.expect(0);
        if output == "json" {
            // Serialised again: what is left must be alike to the byte.
            timeless(ran.json()).to_string()
        } else {
            ran.stdout
        }
    };
    formats.into_iter().map(answer).collect()
}

fn check(wares: &[Ware], request: &[&str]) {
    let mut shuffled = wares.to_vec();
    let first = answers(&shuffled, request);
    assert!(first[2].lines().count() > 10, "{}", first[2]);
    for seed in 1..=SHUFFLES {
        Dice::new(seed).shuffle(&mut shuffled);
        assert_eq!(answers(&shuffled, request), first, "shuffle {seed} of {request:?}");
    }
}

#[test]
fn ties_of_single_instances_have_one_order() {
    check(&ties(), &["H100:1", "--security", "any"]);
}

#[test]
fn ties_of_several_instances_have_one_order() {
    check(
        &ties(),
        &["H100:6", "--security", "any", "--max-nodes", "any", "--spread"],
    );
}

#[test]
fn random_offers_have_one_order() {
    let wares = market::wares(&mut Dice::new(77), 60);
    check(
        &wares,
        &[
            "any:1GB+:4",
            "--security",
            "any",
            "--spot-auto",
            "--fx",
            "EUR=1.08",
            "--sort-by",
            "provisioning",
        ],
    );
}

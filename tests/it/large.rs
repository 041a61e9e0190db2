//! Large requests against a mixed-integer solver: no plan dearer than what it proves to be least.
//!
//! `GPU_BROKER_CASES=300 cargo test --release --test it large::` runs so many at full size, 5 000 offers and 4 096 GPUs,
//! from the seed in `GPU_BROKER_SEED` on.

use std::fmt::Write as _;

use gpu_broker::core::quote::quote;
use gpu_broker_testkit::bridge;
use gpu_broker_testkit::dice::Dice;
use gpu_broker_testkit::market::{Scale, large};
use gpu_broker_testkit::reckon::{First, Milp, judge};

use crate::exactness::number;

/// Cases of the usual run, and how large they are.
const CASES: u64 = 12;
const USUAL: Scale = Scale { offers: 400, gpus: 512 };
const FULL: Scale = Scale {
    offers: 5_000,
    gpus: 4_096,
};

/// What became of a case.
enum Outcome {
    /// The plan costs what the solver proves to be least, for so many instances.
    Equal(u64),
    /// There is no plan, and the solver agrees.
    Nothing,
    /// A plan that is not said to be the best, and whether it is.
    Unproved(bool),
}

fn check(seed: u64, scale: Scale) -> Result<Outcome, String> {
    let (wares, wish) = large(&mut Dice::new(seed), scale);
    let solved = Milp::of(&wares, &wish)?.solve()?;
    let demand = bridge::demand(&wish);
    let quote = quote(&bridge::market(&wares), &demand, 3).map_err(|error| error.to_string())?;
    let mut judged = Vec::new();
    for plan in &quote.plans {
        judged.push(judge(&wares, &wish, &bridge::said(plan, &demand))?);
    }
    match (judged.first(), solved) {
        (None, None) => Ok(Outcome::Nothing),
        (Some(best), Some(least)) => match (best.first == First::Money(least), quote.optimal) {
            (true, true) => Ok(Outcome::Equal(best.nodes)),
            (equal, false) => Ok(Outcome::Unproved(equal)),
            (false, true) => Err(format!("{:?} instead of {least}", best.first)),
        },
        (best, least) => Err(format!("{best:?} where the solver has {least:?}")),
    }
}

#[test]
fn no_large_plan_is_dearer_than_the_solver_s() {
    let cases = number("GPU_BROKER_CASES");
    let first = number("GPU_BROKER_SEED").unwrap_or(0);
    let scale = if cases.is_some() { FULL } else { USUAL };
    let cases = cases.unwrap_or(CASES);
    let (mut equal, mut several, mut nothing) = (0_u64, 0_u64, 0_u64);
    let mut wrong = String::new();
    for seed in first..first + cases {
        match check(seed, scale) {
            Ok(Outcome::Equal(nodes)) => {
                equal += 1;
                several += u64::from(nodes > 10);
            }
            Ok(Outcome::Nothing) => nothing += 1,
            Ok(Outcome::Unproved(least)) => {
                writeln!(wrong, "seed {seed}: not proved; is it the least: {least}").unwrap();
            }
            Err(why) => writeln!(wrong, "seed {seed}: {why}").unwrap(),
        }
    }
    let told = format!("{cases} cases: {equal} equal, {several} of them of many instances, {nothing} without a plan");
    assert!(wrong.is_empty(), "{told}\n{wrong}");
    assert!(cases < 10 || (equal * 2 > cases && several * 4 > cases), "{told}");
}

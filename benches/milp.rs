//! The planner's time beside that of a mixed-integer solver, on the same instances: those that `tests/it/large.rs`
//! checks, at full size.
//!
//! `cargo bench --bench milp`, or with the number of instances: `cargo bench --bench milp -- 100`
//!
//! A whole quote is timed (offers fitted, priced, pooled and explained, wider requests tried), for the best plan and for
//! the ten best in order; of the solver only its programs, which are made of priced pools beforehand, and for the best
//! plan alone.

#![expect(
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a bench that cannot start has nothing to say, and what it says of times is not exact"
)]

use std::hint::black_box;
use std::io::{Result, Write as _, stdout};
use std::time::{Duration, Instant};

use gpu_broker_core::quote::quote;
use gpu_broker_testkit::bridge;
use gpu_broker_testkit::dice::Dice;
use gpu_broker_testkit::market::{Scale, large};
use gpu_broker_testkit::reckon::Milp;
use gpu_broker_testkit::wish::Wish;

const FULL: Scale = Scale {
    offers: 5_000,
    gpus: 4_096,
};

/// Instances, if nobody says how many.
const INSTANCES: usize = 24;

/// Runs of each, of which the quickest counts.
const RUNS: u32 = 5;

fn quickest<T>(mut run: impl FnMut() -> T) -> Duration {
    let timed = |_| {
        let start = Instant::now();
        black_box(run());
        start.elapsed()
    };
    (0..RUNS).map(timed).min().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// What makes the request more than a count.
fn described(wish: &Wish) -> String {
    let nodes = wish.nodes.filter(|nodes| *nodes > 0);
    let nodes = nodes.map_or_else(String::new, |nodes| format!(" in {nodes}"));
    let mixed = if wish.mixed { " mixed" } else { "" };
    let spread = if wish.spread { " spread" } else { "" };
    format!("{}{nodes}{mixed}{spread}", wish.gpus())
}

fn main() -> Result<()> {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let instances: usize = asked.unwrap_or(INSTANCES);
    let mut out = stdout().lock();
    writeln!(
        out,
        "{:>4} {:>6} {:<34} {:>9} {:>9} {:>9} {:>13}",
        "seed", "offers", "request", "best", "ten best", "solver", "solver / best"
    )?;
    let (mut ratios, mut slowest) = (Vec::new(), Duration::ZERO);
    let of_full_size = |seed: &u64| large(&mut Dice::new(*seed), FULL).0.len() == FULL.offers;
    for seed in (0..).filter(of_full_size).take(instances) {
        let (wares, wish) = large(&mut Dice::new(seed), FULL);
        let (market, demand) = (bridge::market(&wares), bridge::demand(&wish));
        let programs = Milp::of(&wares, &wish).expect("programs");
        let best = quickest(|| quote(&market, &demand, 1));
        let ten = quickest(|| quote(&market, &demand, 10));
        let solver = quickest(|| programs.solve());
        let ratio = solver.as_secs_f64() / best.as_secs_f64();
        ratios.push(ratio);
        slowest = slowest.max(ten);
        writeln!(
            out,
            "{seed:>4} {:>6} {:<34} {:>6.1} ms {:>6.1} ms {:>6.1} ms {ratio:>13.2}",
            wares.len(),
            described(&wish),
            milliseconds(best),
            milliseconds(ten),
            milliseconds(solver),
        )?;
    }
    let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len().max(1) as f64).exp();
    writeln!(
        out,
        "geometric mean of solver / best: {mean:.2}; the slowest ten best took {:.1} ms",
        milliseconds(slowest)
    )
}

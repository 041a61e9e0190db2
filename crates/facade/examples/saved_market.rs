//! The prices of another day: a market that was kept answers any request, and
//! always alike.
//!
//! ```sh
//! planner quote H100:8 --sandbox --save market.json
//! cargo run --example saved_market < market.json
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::fmt::Write as _;
use std::io::read_to_string;

use gpu_broker::core::demand::Demand;
use gpu_broker::core::gpu::GpuRequest;
use gpu_broker::core::market::Market;
use gpu_broker::core::quantity::Hours;
use gpu_broker::core::quote::compare::compare;
use gpu_broker::core::quote::quote;
use serde_json::Value;

/// Reads `planner.market/1`.
fn market(text: &str) -> Result<Market, Box<dyn Error>> {
    let mut document: Value = serde_json::from_str(text)?;
    if document["schema"] != "planner.market/1" {
        return Err("it is no saved market; `planner quote GPU --save FILE` writes one".into());
    }
    let mut field = |name: &str| document[name].take();
    let market = Market {
        taken_at: serde_json::from_value(field("taken_at"))?,
        offers: serde_json::from_value(field("offers"))?,
        rejects: serde_json::from_value(field("rejects"))?,
        sources: serde_json::from_value(field("sources"))?,
        disks: None,
    };
    // A file is not to be believed before it is checked.
    market
        .check()
        .map_err(|fault| format!("{}: {}", fault.path, fault.reason))?;
    Ok(market)
}

/// What eight GPUs cost for a day, for a week and for a month, and how the terms compare.
pub(crate) fn priced(text: &str) -> Result<String, Box<dyn Error>> {
    let market = market(text)?;
    let mut told = String::new();
    for days in [1, 7, 30] {
        let demand = Demand::new(GpuRequest::parse("H100:8")?, Hours::whole(24 * days));
        let quote = quote(&market, &demand, 1)?;
        match quote.plans.first() {
            Some(plan) => writeln!(told, "{days:>2} days {:>9}", plan.total.amount().to_fixed(2))?,
            None => writeln!(told, "{days:>2} days: nothing matches: {:?}", quote.rejected)?,
        }
    }
    let demand = Demand::new(GpuRequest::parse("H100:8")?, Hours::whole(24));
    for crossing in compare(&market, &demand, Hours::whole(1), Hours::whole(2160))?.crossings {
        writeln!(
            told,
            "from {} h on {} is cheaper than {}",
            crossing.at, crossing.cheaper, crossing.dearer
        )?;
    }
    Ok(told)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", priced(&read_to_string(std::io::stdin())?)?);
    Ok(())
}

//! A quote in a few lines, from a broker that is simulated in this process: no
//! key of yours, no money, no network.
//!
//! `cargo run --example quote`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gpu_broker::core::demand::Demand;
use gpu_broker::core::gpu::GpuRequest;
use gpu_broker::core::quantity::Hours;
use gpu_broker::core::quote::quote;
use gpu_broker::core::source::{Ask, Hint, Quiet, Source};
use gpu_broker::engine::gather;
use gpu_broker::http::{ApiKey, BaseUrl};
use gpu_broker::prime::{Prime, PrimeOptions};
use gpu_broker::sandbox::{Options, Sandbox};
use jiff::Timestamp;

pub(crate) async fn quoted() -> Result<String, Box<dyn Error>> {
    let broker = Sandbox::start(&Options::new(SystemTime::UNIX_EPOCH))?;
    let address = BaseUrl::parse(broker.prime_url())?; // or "https://api.primeintellect.ai"
    let prime = Prime::new(PrimeOptions::new(address, ApiKey::new("any".into())?, "example/1.0"));
    let sources: Vec<Arc<dyn Source>> = vec![Arc::new(prime)];
    let (within, hint) = (Duration::from_secs(30), Hint::default());
    let ask = Ask {
        within,
        hint: &hint,
        progress: &Quiet,
    };
    let market = gather(&sources, &[], &ask, Timestamp::UNIX_EPOCH).await;
    let demand = Demand::new(GpuRequest::parse("H100:8")?, Hours::whole(24));
    let quote = quote(&market, &demand, 3)?;

    let mut text = format!("{} offers read, {} compete\n", quote.read, quote.ranked);
    for plan in &quote.plans {
        // Two decimals are for eyes: the amount itself has every digit.
        writeln!(
            text,
            "{:>9} {}",
            plan.total.amount().to_fixed(2),
            plan.groups[0].candidate.offer.id
        )?;
    }
    Ok(text)
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", quoted().await?);
    Ok(())
}

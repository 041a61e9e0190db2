//! A source of one's own: machines that no broker lists, such as a contract
//! with a data centre, ranked among all others.
//!
//! `cargo run --example own_source`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use gpu_broker::core::demand::Demand;
use gpu_broker::core::disk::DiskOffer;
use gpu_broker::core::gpu::{Gpu, GpuModel, GpuRequest};
use gpu_broker::core::money::Currency;
use gpu_broker::core::offer::{Broker, Offer, OfferId, Provider, price};
use gpu_broker::core::place::{DataCenter, Place};
use gpu_broker::core::quantity::{Gb, Hours};
use gpu_broker::core::quote::quote;
use gpu_broker::core::source::{Ask, Catalog, Disks, Fleet, Hint, Listing, Quiet, Reject, Source};
use gpu_broker::engine::gather;
use gpu_broker::http::BaseUrl;
use gpu_broker::sandbox::{Options, Sandbox};
use gpu_broker::spheron::{Spheron, SpheronOptions};
use jiff::Timestamp;

/// A price list that somebody sent: name, GPUs, dollars an hour.
const LIST: &str = "rack-7 8 13.60\nrack-8 8 call us\nrack-9 4 7.00";

/// What the contract gives.
#[derive(Debug)]
struct Contract {
    broker: Broker,
}

/// It is for sale, and it is neither launched nor ended through an API.
impl Source for Contract {
    fn broker(&self) -> &Broker {
        &self.broker
    }

    fn catalog(&self) -> &dyn Catalog {
        self
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        None
    }

    fn disks(&self) -> Option<&dyn Disks> {
        None
    }
}

#[async_trait]
impl Catalog for Contract {
    async fn offers(&self, _: &Ask<'_>) -> Listing<Arc<Offer>> {
        let mut listing = Listing::complete(Vec::new());
        for (number, line) in LIST.lines().enumerate() {
            match self.offer(line) {
                Ok(offer) => listing.items.push(Arc::new(offer)),
                // What cannot be understood is told, and never guessed.
                Err(error) => listing.rejects.push(Reject {
                    broker: self.broker.clone(),
                    path: format!("line {}", number + 1),
                    reason: error.to_string(),
                }),
            }
        }
        listing
    }

    async fn disk_offers(&self, _: &Ask<'_>) -> Listing<DiskOffer> {
        Listing::complete(Vec::new())
    }
}

impl Contract {
    fn offer(&self, line: &str) -> Result<Offer, Box<dyn Error>> {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().ok_or("a name, a count and a price are needed");
        let (name, count, per_hour) = (word()?, word()?.parse()?, word()?);
        let gpu = Gpu {
            model: GpuModel::new("H100"),
            memory: Some(Gb(80)),
            socket: None,
            count,
        };
        let mut offer = Offer::new(
            self.broker.clone(),
            Provider::new("our data centre"),
            OfferId::new(name),
            gpu,
        );
        // Decimal digits, as they were written: no price passes through a float.
        offer.price = Some(price(per_hour, Currency::USD)?);
        offer.places = vec![Place::new(None, None, Some(DataCenter::new("basement")))];
        Ok(offer)
    }
}

pub(crate) async fn ranked() -> Result<String, Box<dyn Error>> {
    let brokers = Sandbox::start(&Options::new(SystemTime::UNIX_EPOCH))?;
    let spheron = Spheron::new(SpheronOptions {
        base_url: BaseUrl::parse(brokers.spheron_url())?,
        key: None,
        team: None,
        user_agent: "example/1.0".into(),
    });
    let contract = Contract {
        broker: Broker::new("contract"),
    };
    let sources: Vec<Arc<dyn Source>> = vec![Arc::new(spheron), Arc::new(contract)];
    let (within, hint) = (Duration::from_secs(30), Hint::default());
    let ask = Ask {
        within,
        hint: &hint,
        progress: &Quiet,
    };
    let market = gather(&sources, &[], &ask, Timestamp::UNIX_EPOCH).await;
    let demand = Demand::new(GpuRequest::parse("H100:8")?, Hours::whole(24));
    let quote = quote(&market, &demand, 3)?;

    let mut text = String::new();
    for plan in &quote.plans {
        let offer = &plan.groups[0].candidate.offer;
        writeln!(
            text,
            "{:>9} {}/{}",
            plan.total.amount().to_fixed(2),
            offer.broker,
            offer.id
        )?;
    }
    for reject in &market.rejects {
        writeln!(text, "{}, {}: {}", reject.broker, reject.path, reject.reason)?;
    }
    Ok(text)
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", ranked().await?);
    Ok(())
}

//! What the simulated brokers sell, and what is approved of it.

use std::sync::{Arc, LazyLock};

use gpu_broker_core::configuration::Configuration;
use gpu_broker_core::gpu::{Gpu, GpuModel};
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, MarketType, Offer, OfferId, Provider};
use gpu_broker_core::place::{Country, DataCenter, Place};
use gpu_broker_core::quantity::{Gb, Hours};
use gpu_broker_core::source::{LoginKey, Order};
use gpu_broker_engine::launch::Unit;

/// Millionths of a currency unit in one.
pub(crate) const MICRO: u64 = 1_000_000;

/// How long a machine may be forgotten: what its worst case is reckoned for.
pub(crate) const HORIZON_H: u64 = 24;

/// Something for sale.
#[derive(Debug)]
pub(crate) struct Good {
    pub(crate) offer: Arc<Offer>,
    pub(crate) place: Place,
    /// Per hour, in millionths.
    pub(crate) rate: u64,
}

/// The brokers, and what each sells: two goods that are alike, the second a
/// little dearer, and one that is paid in advance.
pub(crate) static BROKERS: LazyLock<[Broker; 2]> = LazyLock::new(|| [Broker::new("spheron"), Broker::new("prime")]);

pub(crate) static GOODS: LazyLock<[[Good; 3]; 2]> = LazyLock::new(|| {
    [0, 1].map(|broker| {
        let extra = u64::try_from(broker).unwrap_or_default() * 30_000;
        let seller = &BROKERS[broker];
        [
            good(seller, "hyperstack", "n3-H100x1", "CANADA-1", 1_900_000 + extra, None),
            good(seller, "nebius", "gpu-h100-1", "EU-NORTH-1", 2_400_000 + extra, None),
            good(
                seller,
                "latitude",
                "g3-h100-small",
                "US-KS-2",
                2_000_000 + extra,
                Some(6),
            ),
        ]
    })
});

fn good(broker: &Broker, provider: &str, id: &str, center: &str, rate: u64, prepaid_h: Option<u64>) -> Good {
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: Some(Gb(80)),
        socket: None,
        count: 1,
    };
    let place = Place::new(None, "CA".parse::<Country>().ok(), Some(DataCenter::new(center)));
    let mut offer = Offer::new(broker.clone(), Provider::new(provider), OfferId::new(id), gpu);
    offer.places = vec![place.clone()];
    offer.market = MarketType::OnDemand;
    offer.price = Some(usd(rate));
    offer.terms.prepaid = prepaid_h.map(Hours::whole);
    Good {
        offer: Arc::new(offer),
        place,
        rate,
    }
}

/// A rate in US dollars, from millionths.
pub(crate) fn usd(micro: u64) -> Rate {
    Rate::new(exact(micro), Currency::USD)
}

/// An amount, from millionths.
pub(crate) fn exact(micro: u64) -> Exact {
    Exact::new(micro.into(), 6).expect("few digits")
}

impl Good {
    /// The most that one may cost over the horizon, in millionths.
    pub(crate) fn worst(&self) -> u64 {
        self.rate * HORIZON_H
    }

    /// What is paid when ordering, in millionths.
    pub(crate) fn upfront(&self) -> u64 {
        let hours = self.offer.terms.prepaid.and_then(|hours| hours.number().to_whole());
        self.rate * hours.unwrap_or_default()
    }

    /// One of it, as a plan has it.
    pub(crate) fn unit(&self) -> Unit {
        let order = Order {
            name: String::new(),
            offer: self.offer.clone(),
            place: self.place.clone(),
            configuration: Configuration {
                vcpus: Some(28),
                memory_gb: Some(180),
                disk_gb: None,
                shared_disk_gb: None,
                lines: Vec::new(),
            },
            ceiling: usd(self.rate),
            image: None,
            key: LoginKey::Account,
            cloud_init: None,
            disks: Vec::new(),
            kubernetes: None,
        };
        Unit {
            order,
            worst: exact(self.worst()),
            upfront: exact(self.upfront()),
        }
    }
}

//! An order, for the answers that brokers give to one.

use std::sync::Arc;

use gpu_broker_core::configuration::{Exchange, Selection};
use gpu_broker_core::gpu::{Gpu, GpuModel, Socket};
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::offer::{Broker, Offer, OfferId, Provider};
use gpu_broker_core::place::{DataCenter, Place};
use gpu_broker_core::quantity::Gb;
use gpu_broker_core::source::{LoginKey, Order};

/// The name of every machine that is ordered here.
pub(crate) const NAME: &str = "gp-1a1";

/// One H100 of a broker, for a key of the account.
pub(crate) fn order(broker: &str) -> Order {
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: Some(Gb(80)),
        socket: Some(Socket::Pcie),
        count: 1,
    };
    let id = OfferId::new("n3-H100x1");
    let mut offer = Offer::new(Broker::new(broker), Provider::new("hyperstack"), id, gpu);
    let place = Place::new(None, "CA".parse().ok(), Some(DataCenter::new("CANADA-1")));
    offer.places = vec![place.clone()];
    offer.launch.gpu_type = "H100_80GB".into();
    offer.launch.images = ["ubuntu_22_cuda_12".into()].into();
    offer.price = Some(Rate::new("1.9".parse().unwrap(), Currency::USD));
    Order {
        name: NAME.to_owned(),
        place,
        configuration: offer
            .configure(&Selection::default(), &Exchange::new(Currency::USD))
            .unwrap(),
        ceiling: Rate::new("1.95".parse().unwrap(), Currency::USD),
        image: Some("ubuntu_22_cuda_12".into()),
        key: LoginKey::Id("key-1".to_owned()),
        cloud_init: None,
        disks: Vec::new(),
        kubernetes: None,
        offer: Arc::new(offer),
    }
}

//! `POST /pods/`: one machine, if nothing stands in the way.

use super::rows::shown;
use crate::broker::Broker;
use crate::exact::Exact;
use crate::face::births::{self, Birth};
use crate::face::desk::Desk;
use crate::face::prime::invalid::Refusal;
use crate::face::prime::order::Order;
use crate::reply::Reply;
use crate::state::Body;

/// Carries an order out.
pub(in crate::face::prime) fn create(desk: &mut Desk<'_>) -> Result<Reply, Refusal> {
    let order = Order::read(desk)?;
    let stock = order.offer.stock_key();
    if desk
        .state
        .market
        .left(&order.offer.cloud_id, &stock, order.offer.units())
        == 0
    {
        return Err(Refusal::detail(400, sold_out(&order.offer.gpu_type)));
    }
    let place = births::make(desk, birth(order, stock));
    let machine = desk.state.machines.get(place);
    machine.map_or_else(
        || Err(Refusal::detail(500, "the pod was lost")),
        |machine| Ok(Reply::ok(&shown(desk, machine))),
    )
}

/// What the broker says when there is none left. Neither status nor text was ever recorded at Prime; the words are those of
/// its upstreams.
pub(crate) fn sold_out(gpu: &str) -> String {
    format!("Not enough stock of {gpu}. Unable to launch the instance.")
}

fn birth(order: Order<'_>, stock: String) -> Birth {
    let offer = order.offer;
    Birth {
        broker: Broker::Prime,
        name: order.name,
        team: order.team,
        stock,
        body: Body {
            provider: offer.provider.clone(),
            gpu: offer.gpu_type.clone(),
            socket: offer.socket.clone(),
            gpus: offer.gpu_count,
            region: offer.place.region.clone().unwrap_or_default(),
            country: offer.place.country.clone(),
            data_center: offer.place.data_center.clone(),
            system: order.image,
            kind: if offer.spot { "SPOT" } else { "DEDICATED" }.to_owned(),
            vcpus: order.counts.vcpus,
            memory: order.counts.memory,
            storage: order.counts.disk.or(order.counts.shared_disk),
            template: order.template,
        },
        key: order.key,
        rate: order.rate,
        prepaid: order.prepaid,
        minimum: 0,
        disks: order.disks,
        kubernetes: None,
        auto_restart: order.auto_restart,
        stopped_rate: None::<Exact>,
    }
}

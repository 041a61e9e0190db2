//! `POST /api/deployments`: one machine, if nothing stands in the way.

use super::rows::shown;
use crate::broker::Broker;
use crate::face::births::{self, Birth};
use crate::face::desk::Desk;
use crate::face::spheron::order::Order;
use crate::face::spheron::refusal::Refusal;
use crate::options::MinimumRuntime;
use crate::reply::Reply;
use crate::state::{Body, Cluster};

/// Minutes for which every machine is billed. Concept pages, "minimum runtime"; an offer may say more.
const MINIMUM_MINUTES: u32 = 20;

/// The provider that takes volume ids with a create and attaches nothing, as seen live.
const FORGETS_VOLUMES: &str = "spheron-es";

/// Carries an order out.
pub(in crate::face::spheron) fn create(desk: &mut Desk<'_>) -> Result<Reply, Refusal> {
    let order = Order::read(desk)?;
    let stock = order.offer.stock_key();
    if !order.offer.available || desk.state.market.left(&order.offer.id, &stock, order.offer.units()) == 0 {
        return Err(Refusal::new(500, sold_out(&order.offer.gpu_type), "INTERNAL_ERROR"));
    }
    let volumes = order.volumes.clone();
    let forgets = order.offer.provider == FORGETS_VOLUMES;
    let birth = birth(desk, order, stock);
    let place = births::make(desk, birth);
    let lost = || Refusal::new(500, "Internal server error", "INTERNAL_ERROR");
    let machine = desk.state.machines.get(place).ok_or_else(lost)?;
    if !forgets {
        let wanted = desk
            .state
            .volumes
            .iter_mut()
            .filter(|volume| volumes.contains(&volume.id));
        for volume in wanted {
            volume.attach(&machine.id, desk.now);
        }
    }
    Ok(Reply::json(201, &shown(desk, machine)))
}

/// What the broker says when there is none left, although the offer says `available`; seen live on 2026-05-15.
pub(crate) fn sold_out(gpu: &str) -> String {
    format!(
        "Deployment failed: Spheron AI API error: 400 Bad Request - Not Enough Stock of {gpu}. \
         Unable to launch virtual-machines."
    )
}

fn birth(desk: &mut Desk<'_>, order: Order<'_>, stock: String) -> Birth {
    let offer = order.offer;
    let minutes = match desk.options.minimum_runtime {
        MinimumRuntime::Off => 0,
        MinimumRuntime::Billed | MinimumRuntime::Enforced => {
            offer.minimum_minutes.unwrap_or(MINIMUM_MINUTES).max(MINIMUM_MINUTES)
        }
    };
    let kubernetes = order.kubernetes.map(|version| Cluster {
        // Clusters have UUIDs, whoever made them.
        id: desk.state.next_id(Broker::Prime),
        version,
    });
    Birth {
        broker: Broker::Spheron,
        name: order.name,
        team: Some(order.team),
        stock,
        body: Body {
            provider: offer.provider.clone(),
            gpu: offer.gpu_type.clone(),
            socket: offer.interconnect.clone(),
            gpus: offer.gpu_count,
            region: order.region,
            country: None,
            data_center: None,
            system: order.system,
            kind: offer.kind.clone(),
            vcpus: Some(offer.vcpus),
            memory: Some(offer.memory),
            storage: Some(offer.storage),
            template: None,
        },
        key: Some(order.key),
        rate: order.rate,
        prepaid: 0,
        minimum: u64::from(minutes) * 60,
        stopped_rate: None,
        disks: Vec::new(),
        kubernetes,
        auto_restart: false,
    }
}

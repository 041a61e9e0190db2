//! Plain offers and requests in the library's own types, and its plans in plain words.

use gpu_broker_core::configuration::{Exchange, Selection};
use gpu_broker_core::demand::{Caps, Demand, MarketWanted, Nodes, Objective, SecurityWanted, Where, Words};
use gpu_broker_core::gpu::{Gpu, GpuModel, GpuRequest, Socket};
use gpu_broker_core::market::Market;
use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, Dial, Offer, OfferId, PriceError, Provider, Security, StockLevel, price};
use gpu_broker_core::place::{DataCenter, Place, Region};
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quantity::{Gb, Hours, Minutes, Range};
use gpu_broker_core::source::Reject;

use crate::reckon::{Said, SaidGroup};
use crate::ware::{self, Shelf, Ware};
use crate::wish::{Only, Sort, Wish};

/// A market of these offers; those that the library refuses to read are rejects.
pub fn market(wares: &[Ware]) -> Market {
    let mut market = Market::of(Vec::new());
    for ware in wares {
        match offer(ware) {
            Ok(offer) => market.offers.push(offer.into()),
            Err(error) => market.rejects.push(Reject {
                broker: Broker::new(ware.shelf.broker()),
                path: ware.id.clone(),
                reason: error.to_string(),
            }),
        }
    }
    market
}

/// One offer.
///
/// # Errors
/// When a price is none that the library reads.
pub fn offer(ware: &Ware) -> Result<Offer, PriceError> {
    let gpu = Gpu {
        model: GpuModel::new(ware.model),
        memory: Some(Gb(ware.memory)),
        socket: Some(Socket::new(ware.socket)),
        count: u32::try_from(ware.gpus).expect("a small number"),
    };
    let currency: Currency = ware.currency.parse().expect("a currency");
    let rate = |text: Option<&str>| text.map(|text| price(text, currency)).transpose();
    let mut offer = Offer::new(
        Broker::new(ware.shelf.broker()),
        Provider::new(ware.provider),
        OfferId::new(&ware.id),
        gpu,
    );
    let place = |site: &ware::Site| {
        Place::new(
            site.region.map(Region::new),
            site.country.and_then(|code| code.parse().ok()),
            site.center.map(DataCenter::new),
        )
    };
    offer.places = ware.sites.iter().map(place).collect();
    if ware.spot {
        offer.market = gpu_broker_core::offer::MarketType::Spot;
    }
    if ware.community {
        offer.security = Security::Community;
    }
    offer.stock.level = StockLevel::new(ware.stock);
    offer.stock.units = ware.units.map(|units| u32::try_from(units).expect("a small number"));
    offer.price = rate(ware.price.as_deref())?;
    offer.currency = currency;
    let resources = &mut offer.resources;
    let dials = [
        &mut resources.vcpu,
        &mut resources.memory,
        &mut resources.disk,
        &mut resources.shared_disk,
    ];
    for (dial, plain) in dials.into_iter().zip(&ware.dials) {
        *dial = Dial {
            min: plain.min,
            default: plain.default,
            max: plain.max,
            step: plain.step,
            unit_price: rate(plain.unit.as_deref())?,
            included: plain.included.unwrap_or(false),
        };
    }
    offer.kubernetes = rate(ware.kubernetes.as_deref())?;
    let prepaid = ware.prepaid.as_deref().map(Exact::from_broker).transpose()?;
    offer.terms.prepaid = prepaid.filter(|hours| !hours.is_zero()).and_then(Hours::new);
    offer.terms.minimum_runtime = Minutes(match ware.shelf {
        Shelf::Prime => 0,
        Shelf::Spheron => ware.runtime.unwrap_or(0).max(20),
    });
    offer.provisioning_minutes = ware.provisioning.map(Exact::whole);
    Ok(offer)
}

/// A request.
pub fn demand(wish: &Wish) -> Demand {
    let gpus = GpuRequest::parse(&wish.gpus()).expect("GPUs");
    let mut demand = Demand::new(gpus, wish.hours.parse().expect("hours"));
    let [vcpus, memory, disk] = wish.sizes.map(|least| least.map(Range::at_least));
    demand.instance = Selection {
        vcpus,
        memory,
        disk,
        kubernetes: wish.kubernetes,
    };
    demand.gpus_per_node = wish.per_node.map(Range::at_least);
    demand.nodes = match wish.nodes {
        None => Nodes::OneIfPossible,
        Some(0) => Nodes::Any,
        Some(nodes) => Nodes::AtMost(nodes),
    };
    demand.wanted_where = Where {
        regions: Words::parse(wish.region),
        ..Where::default()
    };
    demand.market = match wish.market {
        Only::Usual => MarketWanted::OnDemand,
        Only::Other => MarketWanted::Spot,
        Only::Both => MarketWanted::Both,
    };
    demand.security = match wish.security {
        Only::Usual => SecurityWanted::Secure,
        Only::Other => SecurityWanted::Community,
        Only::Both => SecurityWanted::Any,
    };
    demand.prepaid = !wish.no_prepaid;
    let [rate, total, upfront] = wish
        .caps
        .each_ref()
        .map(|cap| cap.as_deref().map(|cap| cap.parse().expect("a cap")));
    demand.caps = Caps { rate, total, upfront };
    demand.mixed = wish.mixed;
    demand.spread = wish.spread;
    if let Some(worth) = wish.euro {
        let euro: Currency = "EUR".parse().expect("a currency");
        demand.exchange = Exchange::new(Currency::USD).with(euro, worth.parse().expect("a rate"));
    }
    demand.objective = match wish.sort {
        Sort::Total => Objective::Total,
        Sort::Rate => Objective::Rate,
        Sort::PerGpu => Objective::PerGpu,
        Sort::Upfront => Objective::Upfront,
        Sort::Provisioning => Objective::Provisioning,
    };
    demand
}

/// A plan of the library's in plain words.
pub fn said(plan: &Plan, demand: &Demand) -> Said {
    let groups = plan.groups.iter().map(|group| {
        let candidate = &group.candidate;
        let lines = candidate.configuration.lines.iter().map(|line| {
            (
                line.item.as_str().to_owned(),
                line.quantity,
                line.unit_price.per_hour().to_string(),
                line.rate.per_hour().to_string(),
                line.rate_low.map(|low| low.per_hour().to_string()),
            )
        });
        SaidGroup {
            broker: candidate.offer.broker.to_string(),
            id: candidate.offer.id.to_string(),
            center: group.place().data_center.as_ref().map(ToString::to_string),
            count: group.count,
            rate: candidate.bill.rate.per_hour().to_string(),
            lines: lines.collect(),
        }
    });
    Said {
        gpus: plan.gpus,
        surplus: plan.surplus,
        nodes: plan.nodes,
        rate: plan.rate.per_hour().to_string(),
        upfront: plan.upfront.amount().to_string(),
        total: plan.total.amount().to_string(),
        total_low: plan.total_low.map(|low| low.amount().to_string()),
        per_gpu_hour: plan.per_gpu_hour(demand.hours).map(|price| price.to_string()),
        groups: groups.collect(),
    }
}

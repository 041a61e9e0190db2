//! Whether a machine is the one that was approved (I8).

use gpu_broker_core::instance::{Instance, Phase};
use gpu_broker_core::offer::MarketType;

use super::doom::Doom;
use super::event::Ordered;

/// By how much, in percent, brokers' figures for the memory of one GPU were
/// seen to differ: 262, 268 and 288 GB for a B300.
const MEMORY_PERCENT: u64 = 15;

/// Why a machine is not what was ordered, with a remark; `None` when nothing
/// that its broker says speaks against it. What it does not say is no reason.
pub(crate) fn judge(ordered: &Ordered, instance: &Instance) -> Option<(Doom, String)> {
    price(ordered, instance)
        .or_else(|| provider(ordered, instance))
        .or_else(|| gpu(ordered, instance))
        .or_else(|| place(ordered, instance))
        .or_else(|| market(ordered, instance))
        .or_else(|| phase(instance))
}

fn price(ordered: &Ordered, instance: &Instance) -> Option<(Doom, String)> {
    let rate = instance.rate?;
    let (is, most) = (rate.per_hour(), ordered.ceiling);
    (rate.currency() != ordered.currency || is > most).then(|| {
        let note = format!(
            "{is} {} per hour, where at most {most} {} was approved",
            rate.currency(),
            ordered.currency
        );
        (Doom::Price, note)
    })
}

fn provider(ordered: &Ordered, instance: &Instance) -> Option<(Doom, String)> {
    let is = &instance.provider;
    // Spheron was seen to hang ids on the names of its providers.
    let same = is.company().starts_with(&ordered.provider.company());
    (!is.as_str().is_empty() && !same).then(|| (Doom::Provider, format!("{is} in place of {}", ordered.provider)))
}

fn gpu(ordered: &Ordered, instance: &Instance) -> Option<(Doom, String)> {
    let (is, wanted) = (&instance.gpu, &ordered.gpu);
    let other_model = is.model.is_known() && wanted.model.is_known() && is.model != wanted.model;
    let other_memory = match (is.memory, wanted.memory) {
        (Some(is), Some(wanted)) => is.0.abs_diff(wanted.0) * 100 > wanted.0 * MEMORY_PERCENT,
        _ => false,
    };
    (other_model || other_memory || is.count != wanted.count).then(|| {
        let note = format!(
            "{} × {} in place of {} × {}",
            is.count,
            is.model.as_str(),
            wanted.count,
            wanted.model.as_str()
        );
        (Doom::Gpu, note)
    })
}

fn place(ordered: &Ordered, instance: &Instance) -> Option<(Doom, String)> {
    let (is, wanted) = (&instance.place, &ordered.place);
    let other = |left: Option<&str>, right: Option<&str>| match (left, right) {
        (Some(left), Some(right)) if left != right => Some((Doom::Place, format!("{left} in place of {right}"))),
        _ => None,
    };
    other(
        is.data_center.as_ref().map(gpu_broker_core::place::DataCenter::as_str),
        wanted
            .data_center
            .as_ref()
            .map(gpu_broker_core::place::DataCenter::as_str),
    )
    .or_else(|| {
        other(
            is.country.as_ref().map(gpu_broker_core::place::Country::as_str),
            wanted.country.as_ref().map(gpu_broker_core::place::Country::as_str),
        )
    })
}

fn market(ordered: &Ordered, instance: &Instance) -> Option<(Doom, String)> {
    let is = instance.market.as_ref()?;
    let comparable = MarketType::is_known(is) && ordered.market.is_known();
    (comparable && *is != ordered.market).then(|| (Doom::Market, format!("{is} in place of {}", ordered.market)))
}

fn phase(instance: &Instance) -> Option<(Doom, String)> {
    let said = || instance.trouble.clone().unwrap_or_else(|| instance.status.clone());
    match instance.phase {
        Phase::Failed => Some((Doom::Failed, said())),
        Phase::Stopped => Some((Doom::Stopped, said())),
        Phase::Deploying | Phase::Running | Phase::Ending | Phase::Gone | Phase::Unclear => None,
    }
}

//! A launch as a document.

use gpu_broker_core::demand::Demand;
use gpu_broker_core::source::RefusalKind;
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::launch::state::{Attempt, Stage};
use gpu_broker_engine::launch::{End, Package, Report};
use serde_json::{Value, json};

use super::Summary;
use super::money::{Sold, sums};
use crate::launch::forbidden;
use crate::view::document;
use crate::view::instances::{Row, instance, unresolved};

impl Summary<'_> {
    /// The same as a document.
    pub(crate) fn document(&self) -> Value {
        let sold = self.sold.iter().map(Some).chain(std::iter::repeat(None));
        let plans = self.wish.plans.iter().zip(sold);
        let plans: Vec<Value> = plans.map(|(package, sold)| self.planned(package, sold)).collect();
        json!({
            "schema": "planner.launch/1",
            "outcome": "dry_run",
            "launch": null,
            "plan": self.plan,
            "currency": self.wish.currency,
            "hours": self.demand.hours,
            "ends_at": self.wish.ends_at,
            "planned": plans,
            "instances": [],
            "unresolved": [],
            "notes": self.earlier.iter().chain(&self.warnings).collect::<Vec<_>>(),
        })
    }

    fn planned(&self, package: &Package, sold: Option<&Sold>) -> Value {
        let sums = sums(self, package);
        let machines = package.machines.iter().map(|unit| {
            let (order, offer) = (&unit.order, &unit.order.offer);
            json!({
                "broker": offer.broker,
                "provider": offer.provider,
                "offer_id": offer.id,
                "gpu": document::gpu(&offer.gpu),
                "place": document::place(&order.place),
                "market": offer.market,
                "security": offer.security,
                "stock": offer.stock.level,
                "image": order.image,
                "kubernetes": order.kubernetes,
                "attach": order.disks,
                "minimum_runtime_minutes": offer.terms.minimum_runtime,
                "prepaid_hours": offer.terms.prepaid,
                "ceiling": order.ceiling.per_hour(),
                "upfront": unit.upfront,
                "worst": unit.worst,
            })
        });
        let disks = package.disks.iter().map(|disk| {
            let offer = &disk.order.offer;
            json!({
                "broker": offer.broker,
                "provider": offer.provider,
                "place": document::place(&offer.place),
                "size_gb": disk.order.size,
                "ceiling": disk.ceiling,
                "worst": disk.worst,
            })
        });
        json!({
            "rate": sold.map(|sold| sold.rate),
            "upfront": sold.map(|sold| sold.upfront),
            "rate_ceiling": sums.map(|sums| sums.rate),
            "upfront_ceiling": sums.map(|sums| sums.upfront),
            "worst": sums.map(|sums| sums.worst),
            "forgotten_24_h": sums.map(|sums| sums.day),
            "forgotten_30_days": sums.map(|sums| sums.month),
            "machines": machines.collect::<Vec<_>>(),
            "new_disks": disks.collect::<Vec<_>>(),
        })
    }
}

/// That nothing was sent, and why.
pub(crate) fn unsent(outcome: &str, reason: &str, plan: Option<&str>, demand: &Demand, notes: &[String]) -> Value {
    json!({
        "schema": "planner.launch/1",
        "outcome": outcome,
        "reason": reason,
        "launch": null,
        "plan": plan,
        "currency": demand.exchange.quote(),
        "hours": demand.hours,
        "ends_at": null,
        "planned": [],
        "instances": [],
        "unresolved": [],
        "notes": notes,
    })
}

/// The order that its broker refused because the account's money does not suffice, where nothing was had.
pub(crate) fn too_poor(report: &Report) -> Option<&Attempt> {
    let mut refused = report.attempts.iter();
    let poor = |one: &&Attempt| one.refusal == Some(RefusalKind::Funds);
    refused.rfind(poor).filter(|_| matches!(report.end, End::Nothing))
}

/// What came of a launch, as a document; `approved` is what was told of approvals.
pub(crate) fn report(report: &Report, plan: &str, demand: &Demand, approved: &[String], now: &Stamp) -> Value {
    let alive = |stage: Stage| stage.is_alive();
    let instances = report
        .attempts
        .iter()
        .filter(|one| alive(one.stage) || one.stage == Stage::Gone);
    let open = report.attempts.iter().filter(|one| one.stage.is_open());
    let reason = match &report.end {
        End::Guarded(why) => Some(forbidden(why)),
        End::Key(why) => Some(why.clone()),
        _ => too_poor(report).map(|one| one.note.clone()),
    };
    json!({
        "schema": "planner.launch/1",
        "outcome": report.end.word(),
        "reason": reason,
        "launch": report.launch,
        "plan": plan,
        "currency": demand.exchange.quote(),
        "hours": demand.hours,
        "ends_at": report.attempts.iter().find_map(|one| one.ends_at),
        "planned": [],
        "instances": instances.map(|attempt| instance(&Row { attempt, listed: None }, now)).collect::<Vec<_>>(),
        "unresolved": open.map(|attempt| unresolved(attempt, now)).collect::<Vec<_>>(),
        "notes": approved.iter().chain(&report.notes).collect::<Vec<_>>(),
    })
}

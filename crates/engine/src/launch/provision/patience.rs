//! What is told of plans that are not tried, and waiting for a broker that is
//! busy: it sells the better plan, and will again in a moment.

use std::time::Duration;

use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Broker;

use super::choose::{Choice, choose};
use super::hunt::Hunt;
use super::step::Passed;
use crate::launch::unit::Package;

/// A broker's word for how long to wait is held between these (R13).
const WAIT_BETWEEN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(960));

impl Hunt<'_> {
    /// The next plan to try. Every plan before it that was not tried is told of
    /// once, with the reason; those that have it in common, in one line.
    pub(super) fn choice(&mut self) -> Option<Choice> {
        let (choice, passed) = choose(&self.wish.plans, &self.there(), &self.excluded);
        for (number, why) in passed {
            if self.tried.insert(number)
                && let Some(plan) = self.wish.plans.get(number)
            {
                self.pass_over(called(plan), why);
            }
        }
        choice
    }

    fn pass_over(&mut self, plan: String, why: String) {
        let known = self.passed.iter_mut().find(|known| known.why == why);
        let Some(known) = known else {
            self.notes.push(format!("{plan} is passed over: {why}"));
            let note = self.notes.len().saturating_sub(1);
            self.passed.push(Passed {
                why,
                plan,
                more: 0,
                note,
            });
            return;
        };
        known.more += 1;
        let further = match known.more {
            1 => "another plan".to_owned(),
            more => format!("{more} further plans"),
        };
        let line = format!("{} and {further} are passed over: {why}", known.plan);
        if let Some(note) = self.notes.get_mut(known.note) {
            *note = line;
        }
    }

    /// A broker takes no more requests for now. Waits where what is left of the
    /// time for waiting allows it, and else leaves the broker out, which is told.
    pub(super) async fn busy(&mut self, broker: &Broker, wait: Option<Duration>, why: &str) {
        let (least, most) = WAIT_BETWEEN;
        let wait = wait.map_or(self.engine.settings().busy, |wait| wait.clamp(least, most));
        let patience = self.wish.wait.unwrap_or(self.wish.resolve_for);
        let seconds = wait.as_secs();
        if self.waited + wait > patience {
            let left = patience.saturating_sub(self.waited).as_secs();
            let why = format!("{broker} is busy for {seconds} s, and {left} s are left to wait ({why})");
            self.notes.push(why.clone());
            self.excluded.unasked.insert(broker.clone());
            self.excluded.brokers.insert(broker.clone(), why);
            return;
        }
        self.waited += wait;
        let parts = self.engine.parts();
        parts.watcher.remarked(&format!(
            "{broker} is busy; waiting {seconds} s before it is asked again"
        ));
        self.engine.rest(wait).await;
    }
}

/// A plan in a few words: its offers, and what they cost at most.
fn called(plan: &Package) -> String {
    let mut offers: Vec<String> = Vec::new();
    for unit in &plan.machines {
        let offer = &unit.order.offer;
        let called = format!("{}/{}", offer.broker, offer.id);
        if offers.last() != Some(&called) {
            offers.push(called);
        }
    }
    let mut rates = plan.machines.iter().map(|unit| unit.order.ceiling.per_hour());
    let rate = rates.try_fold(Exact::ZERO, Exact::plus);
    let currency = plan.machines.first().map(|unit| unit.order.ceiling.currency());
    match (rate, currency) {
        (Some(rate), Some(currency)) => format!("{} at {rate} {currency} per hour", offers.join(" + ")),
        _ => offers.join(" + "),
    }
}

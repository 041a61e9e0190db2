//! What comes of a request to launch.

use std::time::Duration;

use gpu_broker_core::gpu::{Gpu, GpuModel};
use gpu_broker_core::instance::Instance;
use gpu_broker_core::offer::{MarketType, Provider};
use gpu_broker_core::place::{DataCenter, Place};
use gpu_broker_core::source::{ErrorKind, Order, Outcome, Refusal, RefusalKind, SourceError};

use crate::sim::book::Call;
use crate::sim::fault::Create;
use crate::sim::machine::{Fate, Machine, ODD_MS, Owner, READY_MS};
use crate::sim::names::Slot;
use crate::sim::shop::{BROKERS, GOODS, Good};
use crate::sim::time::{MINUTE, SECOND, ms};
use crate::sim::world::{Flavour, World};

/// When the effect of a request comes that comes late.
const LATE_MS: u64 = 150 * SECOND;
/// When it comes after every quiet period.
const LATER_MS: u64 = 22 * MINUTE;
/// How long an answer takes.
const ANSWER_MS: u64 = 3 * SECOND;

impl World {
    pub(crate) fn create(&mut self, site: usize, order: &Order, within: Duration) -> Outcome<Instance> {
        let fault = self.script.create(self.now);
        self.say(|| format!("-> create {} of {} ({})", order.name, order.offer.id, fault.word()));
        let now = self.now;
        self.book.leaves(&order.name, now);
        match fault {
            Create::Refused => return self.never_left(&order.name, ErrorKind::Transport),
            Create::NotSent => return self.never_left(&order.name, ErrorKind::Timeout),
            _ => {}
        }
        self.called(site, Call::Create);
        *self.book.arrived.entry(order.name.clone()).or_default() += 1;
        let outcome = self.answer(site, order, fault, within);
        self.book.answered.insert(order.name.clone(), self.now);
        self.say(|| match &outcome {
            Outcome::Accepted(made) => format!("<- accepted {}", made.id),
            Outcome::Rejected(refusal) => format!("<- rejected {}", refusal.kind.as_str()),
            Outcome::NotSent(error) => format!("<- not sent: {error}"),
            Outcome::Unknown(error) => format!("<- unknown: {error}"),
        });
        outcome
    }

    fn never_left(&mut self, name: &str, kind: ErrorKind) -> Outcome<Instance> {
        *self.book.unsent.entry(name.to_owned()).or_default() += 1;
        self.pass(SECOND);
        self.say(|| "<- not sent".to_owned());
        Outcome::NotSent(SourceError::new(kind, "no connection"))
    }

    fn answer(&mut self, site: usize, order: &Order, fault: Create, within: Duration) -> Outcome<Instance> {
        let good = good_of(site, order);
        let at = self.now;
        let unknown = |kind, what: &str| Outcome::Unknown(SourceError::new(kind, what));
        let takes_ceiling = self.sites[site].flavour == Flavour::Prime;
        if let Some(kind) = plain_no(fault, takes_ceiling) {
            self.pass(ANSWER_MS);
            return rejected(kind);
        }
        let outcome = match fault {
            Create::Lost => unknown(ErrorKind::Transport, "the connection broke"),
            Create::EffectLost => {
                self.make(site, order, good, at);
                unknown(ErrorKind::Transport, "the connection broke")
            }
            Create::Effect5xx => {
                self.make(site, order, good, at);
                unknown(ErrorKind::Unavailable, "500")
            }
            Create::EffectUnreadable => {
                self.make(site, order, good, at);
                unknown(ErrorKind::Protocol, "an answer without an id")
            }
            Create::EffectHang => {
                self.make(site, order, good, at);
                self.pass(ms(within));
                return unknown(ErrorKind::Timeout, "no answer in time");
            }
            Create::Late150 | Create::LateAfterQuiet => {
                let late = if fault == Create::Late150 { LATE_MS } else { LATER_MS };
                self.make(site, order, good, at + late).excused = fault.is_excused();
                self.pass(ms(within));
                return unknown(ErrorKind::Timeout, "no answer in time");
            }
            Create::EffectRejected | Create::LateRejected => {
                let late = if fault == Create::LateRejected { LATE_MS } else { 0 };
                self.make(site, order, good, at + late).excused = true;
                rejected(RefusalKind::OutOfStock)
            }
            Create::OtherName => {
                self.make(site, order, good, at);
                unknown(ErrorKind::Protocol, "the answer is about another machine")
            }
            Create::KnownId => {
                self.make(site, order, good, at);
                let mut machines = self.sites[site].machines.iter();
                let before = machines.find(|one| one.owner == Owner::Stranger && one.from == 0);
                match (before.map(|one| one.id.clone()), self.accepted(site)) {
                    (Some(id), Outcome::Accepted(made)) => Outcome::Accepted(Instance { id, ..made }),
                    _ => unknown(ErrorKind::Protocol, "the answer is about another machine"),
                }
            }
            Create::DearerLost => {
                self.make_odd(site, order, good, fault);
                unknown(ErrorKind::Transport, "the connection broke")
            }
            Create::Twice | Create::TwiceLost => {
                self.make(site, order, good, at);
                self.make(site, order, good, at + SECOND).excused = true;
                match fault {
                    Create::TwiceLost => unknown(ErrorKind::Transport, "the connection broke"),
                    _ => self.first_of_two(site),
                }
            }
            _ => {
                self.make_odd(site, order, good, fault);
                self.accepted(site)
            }
        };
        self.pass(ANSWER_MS);
        outcome
    }

    /// Makes what was ordered.
    fn make(&mut self, site: usize, order: &Order, good: &Good, from: u64) -> &mut Machine {
        let whose = self.book.named.get(&order.name).copied();
        let owner = Owner::Ours(whose.unwrap_or(Slot { launch: 0, slot: 0 }));
        let machine = Machine::new(self.fresh_id(site), &order.name, owner, good, from);
        let machines = &mut self.sites[site].machines;
        machines.push(machine);
        machines.last_mut().expect("it was just added")
    }

    /// Makes something else than what was ordered.
    fn make_odd(&mut self, site: usize, order: &Order, good: &Good, fault: Create) {
        let at = self.now;
        let made = self.make(site, order, good, at);
        let ready = at + READY_MS;
        match fault {
            Create::Dearer | Create::DearerLost => made.rate += made.rate / 2,
            Create::Raised => made.raised = Some((ready + 2 * MINUTE, made.rate * 2)),
            Create::OtherGpu => {
                made.gpu = Gpu {
                    model: GpuModel::new("A100"),
                    ..made.gpu.clone()
                }
            }
            Create::OtherCount => made.gpu.count += 1,
            Create::OtherPlace => {
                made.place = Place {
                    data_center: Some(DataCenter::new("ELSEWHERE-9")),
                    ..made.place.clone()
                }
            }
            Create::OtherMarket => made.market = MarketType::Spot,
            Create::OtherProvider => made.provider = Provider::new("runpod"),
            Create::Fails => made.fate = Fate::FailsAt(ready + MINUTE / 2),
            Create::NeverReady => made.fate = Fate::NeverReady,
            Create::Reclaimed => made.until = Some(ready + 2 * MINUTE),
            Create::Stopped => made.fate = Fate::StoppedAt(ready + MINUTE),
            Create::UnknownWord => made.fate = Fate::OddWordUntil(at + ODD_MS),
            Create::Flapping => made.fate = Fate::FlapsUntil(at + ODD_MS),
            _ => {}
        }
        made.as_ordered = !matches!(
            fault,
            Create::OtherGpu | Create::OtherCount | Create::OtherPlace | Create::OtherMarket | Create::OtherProvider
        );
    }

    /// The answer that tells of the machine that was made last.
    fn accepted(&mut self, site: usize) -> Outcome<Instance> {
        let broker = &BROKERS[site];
        let now = self.now;
        let made = self.sites[site]
            .machines
            .last_mut()
            .and_then(|made| made.row(broker, now));
        made.map_or_else(
            || Outcome::Unknown(SourceError::new(ErrorKind::Protocol, "no machine")),
            Outcome::Accepted,
        )
    }

    fn first_of_two(&mut self, site: usize) -> Outcome<Instance> {
        let machines = &mut self.sites[site].machines;
        let second = machines.pop();
        let outcome = self.accepted(site);
        self.sites[site].machines.extend(second);
        outcome
    }
}

fn good_of(site: usize, order: &Order) -> &'static Good {
    let mut goods = GOODS[site].iter();
    goods
        .find(|good| good.offer.id == order.offer.id)
        .expect("it is for sale")
}

/// The broker's no.
fn rejected(kind: RefusalKind) -> Outcome<Instance> {
    Outcome::Rejected(Refusal {
        kind,
        message: "the broker said no".to_owned(),
        retry_after: None,
    })
}

/// A no after which nothing was made, and what kind of no.
fn plain_no(fault: Create, takes_ceiling: bool) -> Option<RefusalKind> {
    match fault {
        Create::Dearer if takes_ceiling => Some(RefusalKind::Price),
        Create::OutOfStock => Some(RefusalKind::OutOfStock),
        Create::OfferGone => Some(RefusalKind::OfferGone),
        Create::Price => Some(RefusalKind::Price),
        Create::Funds => Some(RefusalKind::Funds),
        Create::Key => Some(RefusalKind::Key),
        Create::Busy => Some(RefusalKind::Busy),
        Create::Invalid => Some(RefusalKind::Invalid),
        _ => None,
    }
}

//! Bringing the world up to a time: whatever was to happen by then happens, in its order.

use super::{Fate, Phase, Purse, State};
use crate::broker::Broker;
use crate::clock::Moment;
use crate::exact::Exact;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A machine, by its place among all, comes to the next phase of its life.
    Turn(usize, Phase),
    /// The first fate of a machine comes true.
    Fate(usize),
    /// A purse may be empty.
    Purse(usize),
}

impl State {
    /// Lets everything happen that is due by now. A clock that went back changes nothing.
    pub(crate) fn settle(&mut self, now: Moment) {
        while let Some((at, event)) = self.next_event().filter(|(at, _)| *at <= now) {
            self.settled = self.settled.max(at);
            match event {
                Event::Turn(machine, phase) => self.turn(machine, phase, at),
                Event::Fate(machine) => self.fulfil(machine, at),
                Event::Purse(purse) => self.empty(purse, self.settled),
            }
        }
        self.settled = self.settled.max(now);
        self.finish_disks(now);
    }

    fn next_event(&self) -> Option<(Moment, Event)> {
        let mut next: Option<(Moment, Event)> = None;
        let mut propose = |at: Moment, event| {
            if next.is_none_or(|(earliest, _)| at < earliest) {
                next = Some((at, event));
            }
        };
        let mut live = false;
        for (place, machine) in self
            .machines
            .iter()
            .enumerate()
            .filter(|(_, machine)| !machine.is_over())
        {
            live = true;
            match (machine.phase, machine.ready) {
                (Phase::Unborn, _) => propose(machine.made, Event::Turn(place, Phase::Deploying)),
                (Phase::Deploying, Some(ready)) => propose(ready, Event::Turn(place, Phase::Running)),
                _ => {}
            }
            if let Some((at, _)) = machine.fates.first() {
                propose(*at, Event::Fate(place));
            }
        }
        if live {
            for purse in 0..self.purses.len() {
                if let Some(at) = self.runs_dry(purse) {
                    propose(at, Event::Purse(purse));
                }
            }
        }
        next
    }

    /// When a purse should be looked at next, because it may be empty; `None` when nothing drains it.
    fn runs_dry(&self, purse: usize) -> Option<Moment> {
        let at = self.settled;
        let purse = self.purses.get(purse)?;
        let mut drain = self.storage_drain(purse, at);
        let mut later: Option<Moment> = None;
        let mut live = false;
        for machine in self
            .machines
            .iter()
            .filter(|machine| machine.exists() && purse.pays_for(machine))
        {
            live = true;
            drain = drain.add(machine.meter.drain(at));
            later = later.into_iter().chain(machine.meter.drains_from(at)).min();
        }
        if !live {
            return None;
        }
        let balance = self.balance(purse, at);
        if balance <= Exact::ZERO {
            return Some(at);
        }
        let dry = balance.lasts(drain).map(|seconds| at.after_seconds(seconds));
        dry.into_iter().chain(later).min()
    }

    /// Brings a machine to another phase that does not end it.
    pub(crate) fn turn(&mut self, place: usize, phase: Phase, at: Moment) {
        if let Some(machine) = self.machines.get_mut(place) {
            machine.phase = phase;
            machine.turned = at;
            machine.meter.turn(at, machine.rate_in(phase));
        }
    }

    fn fulfil(&mut self, place: usize, at: Moment) {
        let Some(machine) = self.machines.get_mut(place).filter(|machine| !machine.fates.is_empty()) else {
            return;
        };
        let (_, fate) = machine.fates.remove(0);
        match fate {
            Fate::Fail => self.turn(place, Phase::Failed, at),
            Fate::Stop => self.turn(place, Phase::Stopped, at),
            Fate::Reclaim => self.end(place, Phase::Reclaimed, at),
            Fate::Delete => self.end(place, Phase::Ended, at),
            Fate::Dearer => {
                machine.rate = machine.rate.add(machine.rate).add(machine.rate);
                let rate = machine.rate_in(machine.phase);
                machine.meter.turn(at, rate);
            }
            Fate::Drain => {
                let payer = self
                    .machines
                    .get(place)
                    .and_then(|machine| self.purses.iter().position(|purse| purse.pays_for(machine)));
                if let Some(place) = payer {
                    self.pour(place, Exact::ZERO, at);
                }
            }
        }
    }

    /// Ends whatever an empty purse paid for.
    ///
    /// Spheron: "zero balance: instances are terminated" (billing pages). Prime deletes running pods at once.
    fn empty(&mut self, purse: usize, at: Moment) {
        let Some(known) = self.purses.get(purse) else { return };
        if self.balance(known, at) > Exact::ZERO {
            return;
        }
        let paid: Vec<usize> = (0..self.machines.len())
            .filter(|place| {
                let machine = self.machines.get(*place);
                machine.is_some_and(|machine| machine.exists() && known.pays_for(machine))
            })
            .collect();
        for place in paid {
            let reclaimed = self
                .machines
                .get(place)
                .is_some_and(|machine| machine.broker == Broker::Spheron);
            self.end(place, if reclaimed { Phase::Reclaimed } else { Phase::Ended }, at);
        }
    }

    /// Ends a machine: it is billed to the end, its stock comes back, its disks are free.
    pub(crate) fn end(&mut self, place: usize, phase: Phase, at: Moment) {
        let Some(machine) = self.machines.get_mut(place).filter(|machine| !machine.is_over()) else {
            return;
        };
        // What never came into being costs nothing.
        let least = if machine.phase == Phase::Unborn {
            Exact::ZERO
        } else {
            machine.rate.for_seconds(machine.minimum)
        };
        machine.phase = phase;
        machine.turned = at;
        machine.fates.clear();
        let owed = machine.meter.stop(at, least);
        if let Some(purse) = self.purses.iter_mut().find(|purse| purse.pays_for(machine)) {
            purse.credit = purse.credit.less(owed);
        }
        let (id, stock) = (machine.id.clone(), machine.stock.take());
        if let Some(stock) = stock {
            self.market.give_back(&stock);
        }
        self.release_storage(&id, at);
    }

    /// What is left in a purse.
    pub(crate) fn balance(&self, purse: &Purse, at: Moment) -> Exact {
        let machines = self
            .machines
            .iter()
            .filter(|machine| machine.exists() && purse.pays_for(machine));
        let owed = machines.fold(Exact::ZERO, |sum, machine| sum.add(machine.meter.total(at)));
        purse.credit.less(owed).less(self.storage_owed(purse, at))
    }

    /// Makes what is left in a purse so much.
    pub(crate) fn pour(&mut self, place: usize, wanted: Exact, at: Moment) {
        let Some(left) = self.purses.get(place).map(|purse| self.balance(purse, at)) else {
            return;
        };
        if let Some(purse) = self.purses.get_mut(place) {
            purse.credit = purse.credit.less(left).add(wanted);
        }
    }
}

//! One look at all offers for a request and for those that are wider by one
//! limit.
//!
//! A wider request admits what the request itself admits, and beyond that the
//! offers that fail by its one limit alone. So each offer is fitted once and
//! sorted by what it fails, and of the wider requests only what they add is
//! searched.

mod bound;
mod seat;
mod share;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::demand::{Demand, Objective};
use crate::fit::{Draft, Fitter, Reason, ahead};
use crate::market::Market;
use crate::offer::Offer;
use crate::plan::Plan;
use seat::{Base, Own, Seat};
use share::in_shares;

/// A request to be answered.
#[derive(Debug)]
pub(super) struct View {
    pub(super) demand: Demand,
    /// The reason that does not count, where it is wider than another.
    pub(super) spared: Option<Reason>,
    /// Plans wanted.
    pub(super) plans: usize,
}

impl View {
    /// Whether this reason against an offer does not count, and is all that
    /// the view has to spare it.
    fn spares(&self, reason: Reason, offer: &Offer) -> bool {
        let demand = &self.demand;
        self.spared == Some(reason) && demand.market.admits(&offer.market) && demand.security.admits(&offer.security)
    }
}

/// The plans for a request, and what became of the offers.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) plans: Vec<Plan>,
    pub(super) optimal: bool,
    /// Offers that compete.
    pub(super) ranked: u64,
    /// The others, by the first reason against each.
    pub(super) rejected: BTreeMap<Reason, u64>,
}

/// Answers a request, and names for each of the wider ones a best plan, unless
/// that is known to be none better.
pub(super) fn survey(market: &Market, asked: &View, wider: &[View]) -> (Answer, Vec<Option<Plan>>) {
    let mut answer = Answer::nothing();
    let mut seat = Seat::new(market, asked);
    let mut others: Vec<Seat<'_>> = wider.iter().map(|view| Seat::new(market, view)).collect();
    if seat.is_for_one() {
        alone(market, &mut seat, &mut others, &mut answer);
    }
    if std::iter::once(&seat).chain(&others).any(Seat::is_open) {
        together(market, &mut seat, &mut others, &mut answer);
    }
    answer.plans = seat.best();
    let first = |seat: Seat<'_>| seat.best().into_iter().next();
    (answer, others.into_iter().map(first).collect())
}

/// Fits all offers and ranks those that do alone.
fn alone<'a>(market: &'a Market, asked: &mut Seat<'a>, wider: &mut [Seat<'a>], answer: &mut Answer) {
    let mut wider: Vec<&mut Seat<'a>> = wider.iter_mut().filter(|seat| seat.is_for_one()).collect();
    let views: Vec<&View> = wider.iter().map(|seat| seat.view).collect();
    let view = asked.view;
    let looked = in_shares(&market.offers, |share| {
        let (mut judged, mut seat) = (Answer::nothing(), Seat::new(market, view));
        let mut seats: Vec<Seat<'a>> = views.iter().map(|view| Seat::new(market, view)).collect();
        alone_in(share, &mut seat, &mut seats, &mut judged);
        (judged, seat, seats)
    });
    for (judged, seat, seats) in looked {
        answer.join(judged);
        asked.join(seat);
        wider.iter_mut().zip(seats).for_each(|(seat, other)| seat.join(other));
    }
}

fn alone_in(offers: &[Arc<Offer>], asked: &mut Seat<'_>, wider: &mut [Seat<'_>], answer: &mut Answer) {
    let demand = &asked.view.demand;
    let mut fitter = Fitter::new(demand);
    let views: Vec<&View> = wider.iter().map(|seat| seat.view).collect();
    for offer in ahead(offers, demand) {
        let (draft, beyond) = match fitted(&mut fitter, offer, &views) {
            Ok(fitted) => fitted,
            Err(reason) => {
                answer.judge(Some(reason));
                continue;
            }
        };
        let mut whole = None;
        answer.judge(beyond.or_else(|| asked.take(&draft, &mut whole)));
        for seat in wider.iter_mut().filter(|seat| seat.admits(beyond)) {
            seat.take(&draft, &mut whole);
        }
    }
}

/// Combines the offers that fit, for every request that is still open.
fn together(market: &Market, asked: &mut Seat<'_>, wider: &mut [Seat<'_>], answer: &mut Answer) {
    let (mut fitting, mut judged) = (Vec::new(), Answer::nothing());
    let open = wider.iter().filter(|seat| seat.is_open());
    let (narrow, views): (&Seat<'_>, Vec<_>) = (asked, open.map(|seat| seat.view).collect());
    for (fit, rejected) in in_shares(&market.offers, |share| fitting_in(share, narrow, &views)) {
        fitting.extend(fit);
        judged.join(rejected);
    }
    let mut base = None;
    if asked.is_open() {
        let own = asked.own(&fitting, &mut judged);
        let found = asked.search(&own, asked.view.demand.objective, None);
        found.reasons.iter().for_each(|reason| judged.judge(*reason));
        judged.optimal = found.optimal;
        *answer = judged;
        // Cheaper is meant in money, whatever the plans are ranked by.
        if wider.iter().any(|seat| seat.is_open() && seat.shares_disks()) {
            base = Some(match asked.view.demand.objective {
                Objective::Total => Base::of(&found),
                _ => Base::of(&asked.search(&own, Objective::Total, None)),
            });
        }
        asked.plans = Some(found.plans);
    }
    for seat in wider.iter_mut().filter(|seat| seat.is_open()) {
        let own = seat.own(&fitting, &mut Answer::nothing());
        let base = base.as_ref().filter(|_| seat.shares_disks());
        seat.plans = Some(seat.cheapest(&own, base).into_iter().collect());
    }
}

/// The offers that fit, each with the reason that has to be spared it.
fn fitting_in(offers: &[Arc<Offer>], asked: &Seat<'_>, wider: &[&View]) -> (Vec<Own>, Answer) {
    let demand = &asked.view.demand;
    let mut fitter = Fitter::new(demand);
    let (mut fitting, mut judged) = (Vec::new(), Answer::nothing());
    for offer in ahead(offers, demand) {
        match fitted(&mut fitter, offer, wider) {
            // With an answer of one instance at hand, only what beats it is worth telling.
            Ok((draft, _)) if !asked.is_open() && asked.rules_out(&draft) => {}
            Ok((draft, beyond)) => fitting.push((Arc::new(draft.candidate()), beyond)),
            Err(reason) => judged.judge(Some(reason)),
        }
    }
    (fitting, judged)
}

/// Fits an offer, and tells the reason beside it that one of the views spares.
fn fitted<'a>(
    fitter: &'a mut Fitter<'_>,
    offer: Result<&'a Arc<Offer>, Reason>,
    views: &[&View],
) -> Result<(Draft<'a>, Option<Reason>), Reason> {
    let offer = offer?;
    fitter.fit_but(offer, |reason| views.iter().any(|view| view.spares(reason, offer)))
}

impl Answer {
    fn nothing() -> Self {
        Self {
            plans: Vec::new(),
            optimal: true,
            ranked: 0,
            rejected: BTreeMap::new(),
        }
    }

    /// Adds what became of other offers.
    fn join(&mut self, other: Self) {
        self.ranked += other.ranked;
        for (reason, offers) in other.rejected {
            *self.rejected.entry(reason).or_insert(0) += offers;
        }
    }

    /// Counts an offer that competes, or is rejected for a reason.
    fn judge(&mut self, reason: Option<Reason>) {
        match reason {
            None => self.ranked += 1,
            Some(reason) => *self.rejected.entry(reason).or_insert(0) += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::why::tests::random::{self, Dice};
    use super::*;

    #[test]
    fn it_does_not_matter_who_looks_at_which_offers() {
        let mut several = 0;
        for seed in 0..1_000 {
            let mut dice = Dice::new(seed);
            let market = random::market(&mut dice);
            let view = View {
                demand: random::demand(&mut dice, 30),
                spared: None,
                plans: 3,
            };
            let found = |shares: &[&[Arc<Offer>]]| {
                let (mut answer, mut seat) = (Answer::nothing(), Seat::new(&market, &view));
                for share in shares {
                    let (mut judged, mut other) = (Answer::nothing(), Seat::new(&market, &view));
                    alone_in(share, &mut other, &mut [], &mut judged);
                    answer.join(judged);
                    seat.join(other);
                }
                let is_open = seat.is_open();
                let plans = seat.best().into_iter().map(|plan| format!("{plan:?}"));
                (answer.ranked, answer.rejected, is_open, plans.collect::<Vec<_>>())
            };
            let whole = found(&[&market.offers]);
            let apart: Vec<_> = market.offers.chunks(if dice.once_in(2) { 1 } else { 4 }).collect();
            assert_eq!(found(&apart), whole, "{seed}");
            several += usize::from(whole.3.len() > 1);
        }
        assert!(several > 100, "{several}");
    }
}

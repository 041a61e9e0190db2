//! One look at all offers for a request and for those that are wider by one
//! limit.
//!
//! A wider request admits what the request itself admits, and beyond that the
//! offers that fail by its one limit alone. So each offer is fitted once and
//! sorted by what it fails, and of the wider requests only what they add is
//! searched.

mod seat;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::demand::{Demand, Objective};
use crate::fit::{Fitter, Reason, ahead};
use crate::market::Market;
use crate::offer::Offer;
use crate::plan::Plan;
use seat::{Base, Seat};

/// Offers that are worth a thread: fewer are looked at before it has begun.
const SHARE_LEAST: usize = 20_000;

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

/// Fits all offers and ranks those that do alone: a market that is long enough
/// on every core, each over a share of the offers.
fn alone<'a>(market: &'a Market, asked: &mut Seat<'a>, wider: &mut [Seat<'a>], answer: &mut Answer) {
    let mut wider: Vec<&mut Seat<'a>> = wider.iter_mut().filter(|seat| seat.is_for_one()).collect();
    let shares = shares(&market.offers);
    let Some((first, rest)) = shares.split_first() else {
        return;
    };
    let views: Vec<&View> = wider.iter().map(|seat| seat.view).collect();
    let view = asked.view;
    let apart = |share| {
        let mut answer = Answer::nothing();
        let mut asked = Seat::new(market, view);
        let mut wider: Vec<Seat<'a>> = views.iter().map(|view| Seat::new(market, view)).collect();
        alone_in(
            share,
            &mut asked,
            &mut wider.iter_mut().collect::<Vec<_>>(),
            &mut answer,
        );
        (answer, asked, wider)
    };
    std::thread::scope(|scope| {
        let apart = &apart;
        let others: Vec<_> = rest.iter().map(|share| scope.spawn(move || apart(share))).collect();
        alone_in(first, asked, &mut wider, answer);
        for other in others {
            let (judged, seat, seats) = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            answer.join(judged);
            asked.join(seat);
            wider.iter_mut().zip(seats).for_each(|(seat, other)| seat.join(other));
        }
    });
}

/// The offers, by who looks at them. What comes out does not depend on it.
fn shares(offers: &[Arc<Offer>]) -> Vec<&[Arc<Offer>]> {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let most = offers.len() / SHARE_LEAST;
    let shares = if most > 1 { most.min(cores()) } else { 1 };
    offers.chunks(offers.len().div_ceil(shares).max(1)).collect()
}

fn alone_in(offers: &[Arc<Offer>], asked: &mut Seat<'_>, wider: &mut [&mut Seat<'_>], answer: &mut Answer) {
    let demand = &asked.view.demand;
    let mut fitter = Fitter::new(demand);
    let views: Vec<&View> = wider.iter().map(|seat| seat.view).collect();
    for offer in ahead(offers, demand) {
        let fitted = offer.and_then(|offer| {
            let spared = |reason| views.iter().any(|view| view.spares(reason, offer));
            fitter.fit_but(offer, spared)
        });
        let (draft, beyond) = match fitted {
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
    let demand = &asked.view.demand;
    let mut fitter = Fitter::new(demand);
    let open = wider.iter().filter(|seat| seat.is_open());
    let views: Vec<&View> = open.map(|seat| seat.view).collect();
    let (mut fitting, mut judged) = (Vec::new(), Answer::nothing());
    for offer in ahead(&market.offers, demand) {
        let fitted = offer.and_then(|offer| {
            let spared = |reason| views.iter().any(|view| view.spares(reason, offer));
            fitter.fit_but(offer, spared)
        });
        match fitted {
            Ok((draft, beyond)) => fitting.push((Arc::new(draft.candidate()), beyond)),
            Err(reason) => judged.judge(Some(reason)),
        }
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

    #[test]
    fn every_offer_is_looked_at_once() {
        let offer = Arc::clone(&random::market(&mut Dice::new(0)).offers[0]);
        for count in [0, 1, SHARE_LEAST, 2 * SHARE_LEAST, 5 * SHARE_LEAST + 1] {
            let offers = vec![Arc::clone(&offer); count];
            let shares = shares(&offers);
            assert_eq!(shares.iter().map(|share| share.len()).sum::<usize>(), count);
            assert!(shares.len() <= (count / SHARE_LEAST).max(1), "{count}");
        }
    }
}

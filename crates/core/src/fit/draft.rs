//! Fitting one offer after the other. Most are looked at only to be left out,
//! or to be found dearer than others: nothing is made of an offer before
//! somebody wants it.

use std::sync::Arc;

use super::denied::keep_allowed;
use super::{Candidate, Reason, against_seller, against_terms, alternatives, places, reason};
use crate::bill::Bill;
use crate::configuration::Configuration;
use crate::demand::Demand;
use crate::offer::Offer;

/// A request, and room that one offer after the other uses.
#[derive(Debug)]
pub(crate) struct Fitter<'a> {
    demand: &'a Demand,
    alternatives: Vec<usize>,
    places: Vec<usize>,
    configuration: Configuration,
    bill: Option<Bill>,
}

/// An offer that fits: a [`Candidate`] that nobody has asked for yet.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) offer: &'a Arc<Offer>,
    pub(crate) alternatives: &'a [usize],
    pub(crate) places: &'a [usize],
    pub(crate) configuration: &'a Configuration,
    pub(crate) bill: &'a Bill,
    pub(crate) most: Option<u64>,
}

impl<'a> Fitter<'a> {
    pub(crate) fn new(demand: &'a Demand) -> Self {
        Self {
            demand,
            alternatives: Vec::new(),
            places: Vec::new(),
            configuration: Configuration::nothing(),
            bill: None,
        }
    }

    /// Fits an offer, or says the first reason against it.
    pub(crate) fn fit<'b>(&'b mut self, offer: &'b Arc<Offer>) -> Result<Draft<'b>, Reason> {
        self.fit_but(offer, |_| false).map(|(draft, _)| draft)
    }

    /// The same, but one reason that is `spared` does not leave the offer out:
    /// it is told beside it. Only reasons against sellers can be spared.
    pub(crate) fn fit_but<'b>(
        &'b mut self,
        offer: &'b Arc<Offer>,
        spared: impl Fn(Reason) -> bool,
    ) -> Result<(Draft<'b>, Option<Reason>), Reason> {
        let demand = self.demand;
        alternatives(offer, demand, &mut self.alternatives)?;
        let mut first = None;
        against_seller(offer, demand, |reason| {
            if first.is_none() && spared(reason) {
                first = Some(reason);
                Ok(())
            } else {
                Err(first.unwrap_or(reason))
            }
        })?;
        let told = |reason| first.unwrap_or(reason);
        places(offer, demand, &mut self.places).map_err(told)?;
        against_terms(offer, demand, Err).map_err(told)?;
        offer
            .configure_into(&mut self.configuration, &demand.instance, &demand.exchange, Err)
            .map_err(|error| told(reason(&error)))?;
        let bill = Bill::interrupted(
            &self.configuration,
            &offer.terms,
            demand.hours,
            demand.interruptions_of(offer),
        );
        let bill = self.bill.insert(bill.map_err(|_| told(Reason::Price))?);
        keep_allowed(offer, demand, bill.total, &mut self.places).map_err(told)?;
        let draft = Draft {
            offer,
            alternatives: &self.alternatives,
            places: &self.places,
            configuration: &self.configuration,
            bill,
            most: demand.stock.bound(&offer.stock),
        };
        Ok((draft, first))
    }
}

impl<'a> Draft<'a> {
    /// What is known of a candidate beside its disks.
    pub(crate) fn of(candidate: &'a Candidate) -> Self {
        Self {
            offer: &candidate.offer,
            alternatives: &candidate.alternatives,
            places: &candidate.places,
            configuration: &candidate.configuration,
            bill: &candidate.bill,
            most: candidate.most,
        }
    }

    /// The candidate, to be kept.
    pub(crate) fn candidate(&self) -> Candidate {
        Candidate {
            offer: Arc::clone(self.offer),
            alternatives: self.alternatives.to_vec(),
            places: self.places.to_vec(),
            beside: Vec::new(),
            configuration: self.configuration.clone(),
            bill: self.bill.clone(),
            most: self.most,
        }
    }
}

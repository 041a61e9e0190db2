//! What every market holds, and one that was read from a file must be shown to.

use crate::disk::DiskOffer;
use crate::market::{DiskMarket, Market};
use crate::money::{Currency, Rate};
use crate::offer::{Dial, Offer};
use crate::quantity::Hours;

/// Something in a market that no source could have said.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsound {
    /// Where, such as `offers[17].price`.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Market {
    /// The first thing in the market that cannot be: an offer without a place, a price below zero (P1), a price in
    /// another currency than its offer's, a prepayment for no hours.
    ///
    /// Sources never produce it; a file that was written or changed by somebody else may.
    ///
    /// # Errors
    /// The first thing that cannot be, with where it stands.
    pub fn check(&self) -> Result<(), Unsound> {
        for (at, offer) in self.offers.iter().enumerate() {
            offer_is_sound(offer).map_err(|unsound| unsound.within(&format!("offers[{at}]")))?;
        }
        Ok(())
    }
}

impl DiskMarket {
    /// As [`Market::check`], of disks.
    ///
    /// # Errors
    /// The first thing that cannot be, with where it stands.
    pub fn check(&self) -> Result<(), Unsound> {
        for (at, offer) in self.offers.iter().enumerate() {
            let DiskOffer { size, .. } = offer;
            let unsound = price(size.unit_price, None, "size.unit_price");
            unsound.map_err(|unsound| unsound.within(&format!("offers[{at}]")))?;
        }
        for (at, disk) in self.owned.iter().enumerate() {
            price(disk.rate, None, "rate").map_err(|unsound| unsound.within(&format!("owned[{at}]")))?;
        }
        Ok(())
    }
}

impl Unsound {
    fn new(path: &str, reason: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }

    fn within(self, outer: &str) -> Self {
        Self {
            path: format!("{outer}.{}", self.path),
            ..self
        }
    }
}

fn offer_is_sound(offer: &Offer) -> Result<(), Unsound> {
    if offer.places.is_empty() {
        return Err(Unsound::new("places", "an offer is for sale in one place at least"));
    }
    if offer.terms.prepaid.is_some_and(Hours::is_zero) {
        return Err(Unsound::new("terms.prepaid", "nothing is prepaid for no hours"));
    }
    let currency = Some(offer.currency);
    price(offer.price, currency, "price")?;
    price(offer.kubernetes, currency, "kubernetes")?;
    let unit = |dial: &Dial, path: &str| price(dial.unit_price, currency, path);
    unit(&offer.resources.vcpu, "resources.vcpu.unit_price")?;
    unit(&offer.resources.memory, "resources.memory.unit_price")?;
    unit(&offer.resources.disk, "resources.disk.unit_price")?;
    unit(&offer.resources.shared_disk, "resources.shared_disk.unit_price")
}

fn price(rate: Option<Rate>, currency: Option<Currency>, path: &str) -> Result<(), Unsound> {
    let Some(rate) = rate else { return Ok(()) };
    if rate.per_hour().is_negative() {
        return Err(Unsound::new(
            path,
            format!("the price {} is below zero", rate.per_hour()),
        ));
    }
    match currency.filter(|currency| *currency != rate.currency()) {
        Some(currency) => {
            let reason = format!("the price is in {} and the offer in {currency}", rate.currency());
            Err(Unsound::new(path, reason))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::gpu::{Gpu, GpuModel};
    use crate::offer::{Broker, OfferId, Provider};

    #[test]
    fn what_no_source_says_is_refused() {
        let check = |change: fn(&mut Offer), expected: Option<&str>| {
            let gpu = Gpu {
                model: GpuModel::new("H100"),
                memory: None,
                socket: None,
                count: 8,
            };
            let mut offer = Offer::new(Broker::new("b"), Provider::new("p"), OfferId::new("o"), gpu);
            offer.price = Some(Rate::new("1.5".parse().unwrap(), Currency::USD));
            change(&mut offer);
            let unsound = Market::of(vec![offer]).check().err();
            let said = unsound.map(|unsound| format!("{}: {}", unsound.path, unsound.reason));
            assert_eq!(said.as_deref(), expected);
        };
        check(|_| (), None);
        check(|offer| offer.price = None, None);
        check(
            |offer| offer.places.clear(),
            Some("offers[0].places: an offer is for sale in one place at least"),
        );
        check(
            |offer| offer.price = Some(Rate::new("-1".parse().unwrap(), Currency::USD)),
            Some("offers[0].price: the price -1 is below zero"),
        );
        check(
            |offer| offer.resources.disk.unit_price = Some(Rate::new("-0.5".parse().unwrap(), Currency::USD)),
            Some("offers[0].resources.disk.unit_price: the price -0.5 is below zero"),
        );
        check(
            |offer| offer.terms.prepaid = Some(Hours::ZERO),
            Some("offers[0].terms.prepaid: nothing is prepaid for no hours"),
        );
        check(
            |offer| offer.currency = "EUR".parse().unwrap(),
            Some("offers[0].price: the price is in USD and the offer in EUR"),
        );
    }
}

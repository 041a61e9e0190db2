//! What an order costs: the price of the row, and what its resources add.

use super::wish::Wish;
use crate::exact::Exact;
use crate::face::prime::invalid::Refusal;
use crate::number::Number;
use crate::offers::{GpuOffer, Spec};

/// How many units of each resource.
pub(in crate::face::prime) struct Counts {
    pub(in crate::face::prime) disk: Option<u32>,
    pub(in crate::face::prime) shared_disk: Option<u32>,
    pub(in crate::face::prime) vcpus: Option<u32>,
    pub(in crate::face::prime) memory: Option<u32>,
}

impl Counts {
    /// What the order says, and the defaults for the rest.
    pub(super) fn of(offer: &GpuOffer, wish: &Wish) -> Result<Self, Refusal> {
        Ok(Self {
            disk: count(&offer.disk, wish.disk_size, "disk_size")?,
            shared_disk: count(&offer.shared_disk, None, "shared_disk")?,
            vcpus: count(&offer.vcpu, wish.vcpus, "vcpus")?,
            memory: count(&offer.memory, wish.memory, "memory")?,
        })
    }

    /// All-in, per hour, at the row's price or the one that it has by now.
    pub(super) fn rate(&self, offer: &GpuOffer, by_now: Option<&Number>) -> Result<Exact, Refusal> {
        let unpriced = || Refusal::detail(400, "This offer is not available");
        let price = by_now.or(offer.price.as_ref()).ok_or_else(unpriced)?;
        let mut rate = Exact::parse(price.text()).ok_or_else(unpriced)?;
        let resources = [
            (&offer.disk, self.disk),
            (&offer.shared_disk, self.shared_disk),
            (&offer.vcpu, self.vcpus),
            (&offer.memory, self.memory),
        ];
        for (spec, count) in resources {
            rate = rate.add(charge(spec, count).ok_or_else(unpriced)?);
        }
        Ok(rate)
    }
}

/// The count that an order gets. A resource of which nothing is known is as large as it is, whatever is asked.
fn count(spec: &Spec, wanted: Option<u32>, name: &str) -> Result<Option<u32>, Refusal> {
    let usual = spec.default.or(spec.min);
    let Some(wanted) = wanted.filter(|wanted| Some(*wanted) != usual) else {
        return Ok(usual);
    };
    if spec.min.is_none() && spec.max.is_none() {
        return Ok(usual);
    }
    if spec.min.is_some_and(|min| wanted < min) || spec.max.is_some_and(|max| wanted > max) {
        let text = format!(
            "Invalid {name}: {wanted} is not between {} and {}",
            spec.min.map_or_else(|| "0".to_owned(), |min| min.to_string()),
            spec.max.map_or_else(|| "any number".to_owned(), |max| max.to_string()),
        );
        return Err(Refusal::detail(400, text));
    }
    Ok(Some(wanted))
}

/// The default is free where it is included; everything else is charged from the first unit. Availability guide, "Cost
/// Calculation Example"; of a changed count that was included, the guide leaves open whether the difference or all of it
/// is charged, and this takes the dearer reading.
fn charge(spec: &Spec, count: Option<u32>) -> Option<Exact> {
    let (Some(unit), Some(count)) = (&spec.unit_price, count) else {
        return Some(Exact::ZERO);
    };
    if spec.included == Some(true) && spec.default == Some(count) {
        return Some(Exact::ZERO);
    }
    Exact::parse(unit.text())?.times(count)
}

/// `maxPrice` is needed where the price may move, and is a ceiling everywhere. Its unit is not documented; here it is the
/// instance's price per hour.
pub(super) fn check_ceiling(offer: &GpuOffer, rate: Exact, ceiling: Option<Exact>) -> Result<(), Refusal> {
    match ceiling {
        // Seen with an offer whose price is variable.
        None if offer.variable == Some(true) => Err(Refusal::detail(400, "Missing field: max_price not specified")),
        Some(ceiling) if ceiling < rate => Err(Refusal::detail(
            400,
            format!("The current price {rate} is higher than max_price {ceiling}"),
        )),
        _ => Ok(()),
    }
}

/// Hours paid in advance, in seconds. An offer with `prepaidTime` charges these in any case; elsewhere there is nothing to
/// reserve, which is what a spot offer once answered.
pub(super) fn prepaid_seconds(offer: &GpuOffer, wanted: Option<Exact>) -> Result<u64, Refusal> {
    let own = offer
        .prepaid_hours
        .as_ref()
        .and_then(|hours| Exact::parse(hours.text()));
    let own = own.filter(|hours| *hours > Exact::ZERO);
    match (own, wanted) {
        (None, None) => Ok(0),
        (None, Some(_)) => Err(Refusal::detail(400, "Reserved instances are not available")),
        (Some(own), None) => Ok(own.hours_in_seconds()),
        (Some(own), Some(wanted)) if wanted < own => Err(Refusal::detail(
            400,
            format!("Invalid prepaid_for_hr: this offer is reserved for at least {own} hours"),
        )),
        (Some(_), Some(wanted)) => Ok(wanted.hours_in_seconds()),
    }
}

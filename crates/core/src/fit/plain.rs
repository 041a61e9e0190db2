//! Offers that can be billed without question.
//!
//! A large market has many offers of another size than is asked for. Each must
//! be priced all the same before its size may be the reason against it, but
//! what it costs is nobody's concern: here it is seen at a glance that no step
//! of pricing it can fail.

use crate::demand::Demand;
use crate::offer::{Dial, Offer};

/// Currency units that a plain price stays below, per hour.
const PRICE_MAX: u32 = 16_384;

/// Units of a resource that a plain count stays below; one costs less than a
/// currency unit.
const COUNT_MAX: u64 = 1 << 20;

/// Minutes that a plain time stays below: some centuries.
const MINUTES_MAX: u32 = 1 << 28;

/// Whether nothing is asked of an instance that it might not have, and the time
/// is a plain one.
pub(super) fn is_plain_request(demand: &Demand) -> bool {
    let asked = &demand.instance;
    let asks_nothing = asked.vcpus.is_none() && asked.memory.is_none() && asked.disk.is_none() && !asked.kubernetes;
    let is_plain_time = demand.hours.in_minutes().is_plain(MINUTES_MAX) && demand.interruptions.is_none();
    asks_nothing && demand.disks.is_empty() && is_plain_time
}

/// Whether an offer is billed without fail under a plain request. Its charges
/// add up to less than 2^23 an hour to 15 decimals, and times as many ticks as
/// there may be, that leaves an exact number room for any quotient.
pub(super) fn is_plain(offer: &Offer, demand: &Demand) -> bool {
    let quote = demand.exchange.quote();
    let price = offer
        .price
        .is_some_and(|price| price.currency() == quote && price.per_hour().is_plain(PRICE_MAX));
    let plain = |dial: &Dial| {
        dial.unit_price.is_none_or(|unit| {
            let count = dial.default.or(dial.min);
            unit.currency() == quote && unit.per_hour().is_plain(1) && count.is_none_or(|count| count < COUNT_MAX)
        })
    };
    let resources = &offer.resources;
    let terms = &offer.terms;
    price
        && plain(&resources.vcpu)
        && plain(&resources.memory)
        && plain(&resources.disk)
        && plain(&resources.shared_disk)
        && terms.minimum_runtime.0 < MINUTES_MAX.into()
        && terms
            .prepaid
            .is_none_or(|prepaid| prepaid.in_minutes().is_plain(MINUTES_MAX))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    use crate::fit::{Fitter, Reason, fit};
    use crate::gpu::{Gpu, GpuModel, GpuRequest};
    use crate::money::{Currency, Rate};
    use crate::offer::{Broker, OfferId, Provider};
    use crate::quantity::{Hours, Minutes};

    #[test]
    fn the_longest_of_plain_numbers_are_billed() {
        let check = |price: &str, unit: &str, count: u64, minutes: &str, currency: &str, expected: bool| {
            let gpu = Gpu {
                model: GpuModel::new("H100"),
                memory: None,
                socket: None,
                count: 8,
            };
            let mut offer = Offer::new(Broker::new("b"), Provider::new("p"), OfferId::new("o"), gpu);
            let rate = |price: &str| Rate::new(price.parse().unwrap(), currency.parse().unwrap());
            offer.price = Some(rate(price));
            let dial = Dial {
                default: Some(count),
                unit_price: Some(rate(unit)),
                ..Dial::default()
            };
            let resources = &mut offer.resources;
            (resources.vcpu, resources.memory, resources.disk, resources.shared_disk) = (dial, dial, dial, dial);
            let hours = Hours::of_minutes(minutes.parse().unwrap()).unwrap();
            (offer.terms.prepaid, offer.terms.minimum_runtime) = (Some(hours), Minutes(268_435_455));
            let demand = Demand::new(GpuRequest::parse("H100:4..4").unwrap(), hours);
            let seen = is_plain_request(&demand) && is_plain(&offer, &demand);
            assert_eq!(seen, expected, "{price} {unit} {count} {minutes} {currency}");
            let offer = Arc::new(offer);
            let full = fit(&offer, &demand).err();
            assert!(!seen || full.is_none(), "{price} {unit} {count} {minutes}");
            let glance = Fitter::new(&demand).for_one().fit(&offer).err();
            assert_eq!(glance, full.or(seen.then_some(Reason::GpuCount)));
        };
        let usd = Currency::USD.as_str();
        let longest = "268435455.9999999999";
        check(
            "16383.999999999999999",
            "0.999999999999999",
            1_048_575,
            longest,
            usd,
            true,
        );
        check("16383.9", "0.9", 1_048_575, longest, usd, true);
        check("16383", "0", 1_048_575, "60", usd, true);
        check("16384", "0.1", 1, "60", usd, false);
        check("1", "1", 1, "60", usd, false);
        check("1", "0.1", 1_048_576, "60", usd, false);
        check("1", "0.1", 1, "268435456", usd, false);
        check("0.0000000000000001", "0.1", 1, "60", usd, false);
        check("1", "0.1", 1, "60", "EUR", false);
    }
}

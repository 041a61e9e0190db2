//! Which row an order means: all that it says must be true of one and the same row.

use super::wish::Wish;
use crate::catalogue::Catalogue;
use crate::exact::Exact;
use crate::face::prime::invalid::Refusal;
use crate::offers::GpuOffer;

/// The one offer that an order means.
pub(super) fn offer<'a>(catalogue: &'a Catalogue, wish: &Wish) -> Result<&'a GpuOffer, Refusal> {
    let named: Vec<&GpuOffer> = catalogue
        .gpus
        .iter()
        .filter(|offer| offer.cloud_id == wish.cloud_id && offer.provider == wish.provider)
        .collect();
    if named.is_empty() {
        let text = format!("No offer {} of provider {} is available", wish.cloud_id, wish.provider);
        return Err(Refusal::detail(400, text));
    }
    let same = narrow(named, "gpu_type", |offer| offer.gpu_type == wish.gpu_type)?;
    let same = narrow(same, "socket", |offer| offer.socket == wish.socket)?;
    let same = narrow(same, "gpu_count", |offer| offer.gpu_count == wish.gpu_count)?;
    let security = wish.security.as_ref();
    let same = narrow(same, "security", |offer| {
        security.is_none_or(|wanted| *wanted == offer.security)
    })?;
    let country = wish.country.as_ref();
    let same = narrow(same, "country", |offer| {
        country.is_none_or(|wanted| Some(wanted) == offer.place.country.as_ref())
    })?;
    let same = in_data_center(same, wish.data_center.as_deref())?;
    one_of(&same, wish.max_price)
}

/// The one that is meant by an order that several rows fit.
fn one_of<'a>(alike: &[&'a GpuOffer], ceiling: Option<Exact>) -> Result<&'a GpuOffer, Refusal> {
    let first = alike
        .first()
        .ok_or_else(|| Refusal::detail(400, "No such offer is available"))?;
    if alike.iter().any(|offer| offer.security != first.security) {
        return Err(Refusal::detail(400, "Missing field: security"));
    }
    // A spot offer may go by the very id of the machine on demand, and an order cannot say which it means. The dearer one
    // is taken, unless the ceiling rules it out; a client had better look at what it gets.
    let fits = |offer: &GpuOffer| {
        let price = offer.price.as_ref().and_then(|price| Exact::parse(price.text()));
        ceiling.is_none_or(|ceiling| price.is_some_and(|price| price <= ceiling))
    };
    let ranked = alike.iter().min_by_key(|offer| (!fits(offer), offer.spot));
    Ok(ranked.unwrap_or(first))
}

fn narrow<'a>(
    offers: Vec<&'a GpuOffer>,
    field: &str,
    holds: impl Fn(&GpuOffer) -> bool,
) -> Result<Vec<&'a GpuOffer>, Refusal> {
    let left: Vec<_> = offers.into_iter().filter(|offer| holds(offer)).collect();
    if left.is_empty() {
        let text = format!("Invalid {field}: it does not match the offer with this cloud_id");
        return Err(Refusal::detail(400, text));
    }
    Ok(left)
}

/// The data centre is needed whenever the offer has one, for its id may stand in several.
fn in_data_center<'a>(offers: Vec<&'a GpuOffer>, wanted: Option<&str>) -> Result<Vec<&'a GpuOffer>, Refusal> {
    if wanted.is_none() && offers.iter().all(|offer| offer.place.data_center.is_some()) {
        return Err(Refusal::detail(400, "Missing field: data_center_id"));
    }
    narrow(offers, "data_center_id", |offer| {
        offer.place.data_center.as_deref() == wanted
    })
}

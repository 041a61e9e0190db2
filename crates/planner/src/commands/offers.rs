//! `planner offers`: the market as it is.

use std::cmp::Ordering;
use std::mem::ManuallyDrop;

use gpu_broker_core::gpu::GpuRequest;
use gpu_broker_core::money::Rate;
use gpu_broker_core::offer::Offer;
use gpu_broker_core::source::Hint;

use super::{Context, at_most, listed_market};
use crate::cli::{OffersArgs, Output};
use crate::exit::Exit;
use crate::files::offers::lines;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::text::counted;
use crate::view::{columns, footer, format, offers as view, unsold};

/// Asks the brokers and prints what they sell.
pub(crate) async fn offers(context: &Context<'_>, args: &OffersArgs) -> Result<Exit, Trouble> {
    let gpus = args
        .gpu
        .as_deref()
        .map(GpuRequest::parse)
        .transpose()
        .map_err(|error| Trouble::usage(error.to_string()))?;
    let wanted = args.filter.wanted_where()?;
    let sources = context.sources()?;
    // The process ends with this command: to give back one offer after the other would be time for nothing.
    let market = ManuallyDrop::new(context.market(&sources, &Hint::default()).await);
    if let Some(gpus) = &gpus {
        unsold::check_gpus(&market, gpus)?;
    }
    let named = |offer: &Offer| {
        gpus.as_ref().is_none_or(|gpus| {
            gpus.alternatives
                .iter()
                .any(|alternative| alternative.admits(&offer.gpu))
        })
    };
    let mut offers: Vec<_> = market
        .offers
        .iter()
        .filter(|offer| named(offer) && wanted.admits(offer))
        .collect();
    // Brokers list in whatever order; the same offers are the same output.
    offers.sort_unstable_by(|left, right| in_order(left, right));
    offers.truncate(at_most(args.max_offers));

    let printer = context.printer;
    let document = || view::OffersDocument::new(&market, &offers);
    match context.output {
        Output::Table => printer.data(&(columns::lines(view::table(&offers), printer.columns).join("\n") + "\n"))?,
        Output::Json => format::print_json(&document())?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Csv => bytes(&view::sheet(&offers).into_bytes())?,
        Output::Jsonl => bytes(lines(offers.iter().map(|offer| &***offer)).as_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&view::table(&offers)).as_bytes())?,
    }
    let read = market.offers.len() + market.rejects.len();
    printer.note(&format!(
        "\n{} of {}; `planner quote GPU` ranks what fits, with all that is priced apart\n",
        offers.len(),
        counted(read, "offer")
    ));
    printer.note(&unsold::asked(&market, &wanted));
    printer.note(&footer::sources(&market.sources, "offer"));
    printer.note(&footer::rejects(
        market.rejects.iter().map(|reject| (&*reject.path, &*reject.reason)),
    ));
    Ok(listed_market(&market, offers.is_empty()))
}

/// One order for all offers. What is not told apart by what brokers tell offers apart by is told apart by everything else.
fn in_order(left: &Offer, right: &Offer) -> Ordering {
    fn told(offer: &Offer) -> impl Ord + use<'_> {
        (
            (&offer.broker, &offer.provider, &offer.id),
            (&offer.places, &offer.market, &offer.security, &offer.gpu),
            (offer.price.map(Rate::per_hour), offer.terms.prepaid, &offer.stock),
        )
    }
    let all = |offer: &Offer| format!("{offer:?}");
    told(left).cmp(&told(right)).then_with(|| {
        if left == right {
            Ordering::Equal
        } else {
            all(left).cmp(&all(right))
        }
    })
}

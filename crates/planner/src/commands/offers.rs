//! `planner offers`: the market as it is.

use gpu_broker_core::gpu::GpuRequest;
use gpu_broker_core::source::Hint;
use serde_json::json;

use super::{Context, at_most, listed};
use crate::cli::{OffersArgs, Output};
use crate::exit::Exit;
use crate::files::offers::lines;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::{columns, document, footer, format, offers as view};

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
    let market = context.market(&sources, &Hint::default()).await;
    let named = |offer: &gpu_broker_core::offer::Offer| {
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
    offers.sort_by_cached_key(|offer| {
        (
            offer.broker.clone(),
            offer.provider.clone(),
            offer.id.clone(),
            format!("{offer:?}"),
        )
    });
    offers.truncate(at_most(args.max_offers));

    let printer = context.printer;
    let document = || {
        json!({
            "schema": "planner.offers/1",
            "created_at": market.taken_at,
            "offers": offers.iter().map(|offer| view::document(offer)).collect::<Vec<_>>(),
            "rejects": market.rejects.iter().map(|reject| json!({
                "broker": reject.broker, "path": reject.path, "reason": reject.reason,
            })).collect::<Vec<_>>(),
            "sources": market.sources.iter().map(document::source).collect::<Vec<_>>(),
        })
    };
    match context.output {
        Output::Table => printer.data(&(columns::lines(view::table(&offers), printer.columns).join("\n") + "\n"))?,
        Output::Json => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Csv => bytes(&view::sheet(&offers).into_bytes())?,
        Output::Jsonl => bytes(lines(offers.iter().map(|offer| &***offer)).as_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&view::table(&offers)).as_bytes())?,
    }
    let read = market.offers.len() + market.rejects.len();
    printer.note(&format!("\n{} of {read} offers\n", offers.len()));
    printer.note(&footer::sources(&market.sources));
    printer.note(&footer::rejects(
        market.rejects.iter().map(|reject| (&*reject.path, &*reject.reason)),
    ));
    Ok(listed(&market.sources))
}

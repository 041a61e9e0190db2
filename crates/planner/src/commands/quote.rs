//! `planner quote`: rank every way of getting GPUs.

use std::sync::Arc;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::{Completeness, DiskMarket, Market};
use gpu_broker_core::quote::{Quote, quote as ranked};
use gpu_broker_core::source::{Hint, Quiet};

use super::Context;
use crate::cli::{Output, QuoteArgs};
use crate::exit::Exit;
use crate::files::market::{Saved, without_disks};
use crate::files::request::RequestDocument;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::document::QuoteDocument;
use crate::view::{assumptions, colocation, columns, document, explain, footer, format, plans};

/// Asks the brokers and prints the best plans.
pub(crate) async fn quote(context: &Context<'_>, args: &QuoteArgs) -> Result<Exit, Trouble> {
    let sources = context.sources()?;
    let (demand, most) = asked(context, args, sources.saved.as_ref())?;
    // The whole market is read, whatever is asked: what a wider request would
    // save can only be found among offers that were read (R4, R16).
    // Disks are asked for at the same time: one broker has one deadline.
    let hint = Hint::default();
    let keeps = args.save.is_some();
    let (mut market, disks) = tokio::join!(
        context.market(&sources, &hint),
        disks(context, &sources, &demand, keeps)
    );
    let disks = disks?;
    if let Some(path) = &args.save {
        let saved = Saved {
            market: market.clone(),
            disks: disks.clone(),
            request: Some(RequestDocument::of(&demand, most)),
        };
        saved.write(path)?;
        context
            .printer
            .note(&format!("the market is kept in {}\n", path.display()));
    }
    market.disks = disks.filter(|_| !demand.disks.is_empty());
    let market = Arc::new(market);
    let quote = Arc::new(reckon(&market, &demand, most).await?);

    let printer = context.printer;
    match context.output {
        Output::Table => {
            let mut text = String::new();
            if !quote.plans.is_empty() {
                text = columns::lines(plans::table(&quote.plans, &demand), printer.columns).join("\n") + "\n";
                text += &explain::other_sellers(&quote.plans);
            }
            if args.explain {
                text += &explain::trees(&quote.plans, &demand);
            }
            printer.data(&text)?;
        }
        Output::Json | Output::Jsonl => bytes(&format::json(&written(&quote, &market, &demand, most).await?)?)?,
        Output::Yaml => bytes(&format::yaml(&written(&quote, &market, &demand, most).await?)?)?,
        Output::Csv => bytes(&plans::sheet(&quote.plans, &demand).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&plans::table(&quote.plans, &demand)).as_bytes())?,
    }
    printer.note(&footer::quote(&quote, &market, &demand, most));
    printer.note(&assumptions::note(&quote.plans, &demand));
    printer.note(&colocation::footer(&quote.disks, &market, &demand));
    Ok(match (market.completeness(), quote.plans.is_empty()) {
        (Completeness::Whole, false) => Exit::Done,
        (Completeness::Whole, true) if quote.optimal => Exit::NothingMatches,
        // Not found is not the same as not there.
        (Completeness::Whole, true) => Exit::Internal,
        (Completeness::Partial, _) => Exit::PartialMarket,
        (Completeness::KeysRefused, _) => Exit::Credentials,
    })
}

/// Plans shown unless somebody says how many.
const PLANS: usize = 10;

/// What is asked: what the flags say, or without a GPU what was asked when the market was kept.
fn asked(context: &Context<'_>, args: &QuoteArgs, saved: Option<&Saved>) -> Result<(Demand, usize), Trouble> {
    let kept = saved.and_then(|saved| saved.request.as_ref());
    let most = |most: Option<u64>| most.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    let kept_most = kept.filter(|_| args.gpu.is_none()).map(|kept| kept.max_offers);
    let mut demand = args.request.demand_or(args.gpu.as_deref(), kept)?;
    if saved.is_some() && !context.brokers().is_empty() {
        demand.wanted_where.brokers = context.brokers();
    }
    let most = most(args.max_offers.map(u64::from)).or(most(kept_most));
    Ok((demand, most.unwrap_or(PLANS)))
}

/// Ranks on a thread of its own, so that an interrupt is heard meanwhile.
async fn reckon(market: &Arc<Market>, demand: &Demand, most: usize) -> Result<Quote, Trouble> {
    let (market, demand) = (Arc::clone(market), demand.clone());
    let ranking = tokio::task::spawn_blocking(move || ranked(&market, &demand, most));
    let quote = ranking
        .await
        .map_err(|error| Trouble::new(Exit::Internal, format!("the plans could not be ranked: {error}")))?;
    quote.map_err(|error| Trouble::usage(error.to_string()))
}

/// The document of a quote, on a thread of its own as well: its certificate takes as long as a search.
async fn written(
    quote: &Arc<Quote>,
    market: &Arc<Market>,
    demand: &Demand,
    most: usize,
) -> Result<QuoteDocument, Trouble> {
    let (quote, market, demand) = (Arc::clone(quote), Arc::clone(market), demand.clone());
    let writing = tokio::task::spawn_blocking(move || document::quote(&quote, &market, &demand, most));
    writing
        .await
        .map_err(|error| Trouble::new(Exit::Internal, format!("the quote could not be written: {error}")))
}

/// The disk market, as far as the request is about disks or the market `keeps` it.
async fn disks(
    context: &Context<'_>,
    sources: &Sources,
    demand: &Demand,
    keeps: bool,
) -> Result<Option<DiskMarket>, Trouble> {
    if demand.disks.is_empty() && !keeps {
        return Ok(None);
    }
    let owned = keeps || !demand.disks.attach.is_empty();
    let found = context.disks(sources, owned, &Quiet).await;
    if found.is_none() && !demand.disks.is_empty() {
        return Err(without_disks());
    }
    Ok(found)
}

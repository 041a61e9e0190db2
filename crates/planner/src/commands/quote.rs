//! `planner quote`: rank every way of getting GPUs.

use std::sync::Arc;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::{Completeness, DiskMarket, Market};
use gpu_broker_core::quote::{RequestError, Why, quote as ranked, relaxations, why};
use gpu_broker_core::source::{Hint, Quiet};

use super::Context;
use crate::cli::{Again, Output, QuoteArgs};
use crate::exit::Exit;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::{assumptions, colocation, columns, document, explain, footer, format, plans, why as view_why};

/// Asks the brokers and prints the best plans.
pub(crate) async fn quote(context: &Context<'_>, args: &QuoteArgs) -> Result<Exit, Trouble> {
    let demand = args.request.demand(args.gpu.as_deref())?;
    let sources = context.sources()?;
    // The whole market is read, whatever is asked: what a wider request would
    // save can only be found among offers that were read (R4, R16).
    // Disks are asked for at the same time: one broker has one deadline.
    let hint = Hint::default();
    let (mut market, disks) = tokio::join!(context.market(&sources, &hint), disks(context, &sources, &demand));
    market.disks = disks;
    let market = Arc::new(market);
    let most = usize::try_from(args.max_offers).unwrap_or(usize::MAX);
    let quote = reckon(&market, &demand, move |market, demand| ranked(market, demand, most)).await?;
    let explained = explained(&market, &demand, args.why, quote.plans.is_empty()).await?;
    let again = Again::new(args, context.global, &demand);
    let document = || {
        let rejections = args.why.then(|| view_why::rejections(&explained.rejections, &again));
        let relaxations = view_why::changes(&explained.relaxations, &again);
        document::quote(&quote, &market, &demand).explained(rejections, relaxations)
    };

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
        Output::Json => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Csv => bytes(&plans::sheet(&quote.plans, &demand).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&plans::table(&quote.plans, &demand)).as_bytes())?,
    }
    if args.why && !matches!(context.output, Output::Json | Output::Yaml) {
        let table = columns::lines(view_why::table(&explained.rejections, &again), printer.columns);
        let text = format!(
            "\n{}\n\n{}",
            table.join("\n"),
            view_why::commands(&explained.rejections, &again)
        );
        match context.output {
            Output::Table => printer.data(&text)?,
            // Below data for programs, it is no data.
            _ => printer.note(&text),
        }
    }
    printer.note(&footer::quote(&quote, &market, &demand, most));
    printer.note(&view_why::relaxations(&explained.relaxations, &again));
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

/// Reckons on a thread of its own, so that an interrupt is heard meanwhile.
async fn reckon<T: Send + 'static>(
    market: &Arc<Market>,
    demand: &Demand,
    reckoning: impl FnOnce(&Market, &Demand) -> Result<T, RequestError> + Send + 'static,
) -> Result<T, Trouble> {
    let (market, demand) = (Arc::clone(market), demand.clone());
    let reckoned = tokio::task::spawn_blocking(move || reckoning(&market, &demand))
        .await
        .map_err(|error| Trouble::new(Exit::Internal, format!("the plans could not be ranked: {error}")))?;
    reckoned.map_err(|error| Trouble::usage(error.to_string()))
}

/// Why offers were rejected, if asked, and what to try where nothing matches.
async fn explained(market: &Arc<Market>, demand: &Demand, asked: bool, empty: bool) -> Result<Why, Trouble> {
    match (asked, empty) {
        (true, _) => reckon(market, demand, why).await,
        (false, true) => {
            let relaxations = reckon(market, demand, relaxations).await?;
            Ok(Why {
                rejections: Vec::new(),
                relaxations,
            })
        }
        (false, false) => Ok(Why::default()),
    }
}

/// The disk market, as far as the request is about disks.
async fn disks(context: &Context<'_>, sources: &Sources, demand: &Demand) -> Option<DiskMarket> {
    if demand.disks.is_empty() {
        return None;
    }
    let owned = !demand.disks.attach.is_empty();
    Some(context.disk_market(sources, owned, &Quiet).await)
}

//! `planner quote`: rank every way of getting GPUs.

use gpu_broker_core::market::Completeness;
use gpu_broker_core::quote::quote as ranked;
use gpu_broker_core::source::Hint;

use super::Context;
use crate::cli::{Output, QuoteArgs};
use crate::exit::Exit;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::{colocation, columns, document, explain, footer, format, plans};

/// Asks the brokers and prints the best plans.
pub(crate) async fn quote(context: &Context<'_>, args: &QuoteArgs) -> Result<Exit, Trouble> {
    let demand = args.request.demand(args.gpu.as_deref())?;
    let sources = context.sources()?;
    // The whole market is read, whatever is asked: what a wider request would
    // save can only be found among offers that were read (R4, R16).
    let mut market = context.market(&sources, &Hint::default()).await;
    if !demand.disks.is_empty() {
        market.disks = Some(context.disk_market(&sources, !demand.disks.attach.is_empty()).await);
    }
    let most = usize::try_from(args.max_offers).unwrap_or(usize::MAX);
    let quote = ranked(&market, &demand, most).map_err(|error| Trouble::usage(error.to_string()))?;

    let printer = context.printer;
    match context.global.output {
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
        Output::Json => bytes(&format::json(&document::quote(&quote, &market, &demand))?)?,
        Output::Yaml => bytes(&format::yaml(&document::quote(&quote, &market, &demand))?)?,
        Output::Csv => bytes(&plans::sheet(&quote.plans, &demand).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&plans::table(&quote.plans, &demand)).as_bytes())?,
    }
    printer.note(&footer::quote(&quote, &market, quote.plans.len()));
    printer.note(&colocation::footer(&quote.disks, &market, &demand));
    Ok(match (market.completeness(), quote.plans.is_empty()) {
        (Completeness::Whole, false) => Exit::Done,
        (Completeness::Whole, true) => Exit::NothingMatches,
        (Completeness::Partial, _) => Exit::PartialMarket,
        (Completeness::KeysRefused, _) => Exit::Credentials,
    })
}

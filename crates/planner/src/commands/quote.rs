//! `planner quote`: rank every way of getting GPUs.

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::{Completeness, completeness};
use gpu_broker_core::quote::quote as ranked;
use gpu_broker_core::source::Hint;

use super::Context;
use crate::cli::{Output, QuoteArgs};
use crate::exit::Exit;
use crate::files::market::Saved;
use crate::files::request::RequestDocument;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::{columns, document, explain, footer, format, plans};

/// Asks the brokers and prints the best plans.
pub(crate) async fn quote(context: &Context<'_>, args: &QuoteArgs) -> Result<Exit, Trouble> {
    let sources = context.sources()?;
    let (demand, most) = asked(context, args, sources.saved.as_ref())?;
    // The whole market is read, whatever is asked: what a wider request would
    // save can only be found among offers that were read (R4, R16).
    let market = context.market(&sources, &Hint::default()).await;
    if let Some(path) = &args.save {
        let saved = Saved {
            market: market.clone(),
            disks: context.disks(&sources).await,
            request: Some(RequestDocument::of(&demand, most)),
        };
        saved.write(path)?;
        context
            .printer
            .note(&format!("the market is kept in {}\n", path.display()));
    }
    let quote = ranked(&market, &demand, most).map_err(|error| Trouble::usage(error.to_string()))?;

    let printer = context.printer;
    match context.global.output {
        Output::Table => {
            let mut text = String::new();
            if !quote.plans.is_empty() {
                text = columns::lines(plans::table(&quote.plans, &demand), printer.columns).join("\n") + "\n";
            }
            if args.explain {
                text += &explain::trees(&quote.plans, &demand);
            }
            printer.data(&text)?;
        }
        Output::Json | Output::Jsonl => bytes(&format::json(&document::quote(&quote, &market, &demand, most))?)?,
        Output::Yaml => bytes(&format::yaml(&document::quote(&quote, &market, &demand, most))?)?,
        Output::Csv => bytes(&plans::sheet(&quote.plans, &demand).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&plans::table(&quote.plans, &demand)).as_bytes())?,
    }
    printer.note(&footer::quote(&quote, &market, quote.plans.len()));
    Ok(match (completeness(&market.sources), quote.plans.is_empty()) {
        (Completeness::Whole, false) => Exit::Done,
        (Completeness::Whole, true) => Exit::NothingMatches,
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

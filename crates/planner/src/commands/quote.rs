//! `planner quote`: rank every way of getting GPUs.

use gpu_broker_core::market::{Completeness, completeness};
use gpu_broker_core::quote::{Why, quote as ranked, relaxations, why};
use gpu_broker_core::source::Hint;

use super::Context;
use crate::cli::{Again, Output, QuoteArgs};
use crate::exit::Exit;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::{columns, document, explain, footer, format, plans, why as view_why};

/// Asks the brokers and prints the best plans.
pub(crate) async fn quote(context: &Context<'_>, args: &QuoteArgs) -> Result<Exit, Trouble> {
    let demand = args.request.demand(args.gpu.as_deref())?;
    let sources = context.sources()?;
    // The whole market is read, whatever is asked: what a wider request would
    // save can only be found among offers that were read (R4, R16).
    let market = context.market(&sources, &Hint::default()).await;
    let most = usize::try_from(args.max_offers).unwrap_or(usize::MAX);
    let quote = ranked(&market, &demand, most).map_err(|error| Trouble::usage(error.to_string()))?;

    let again = Again::new(args, context.global, &demand);
    let explained = if args.why {
        why(&market, &demand)
    } else if quote.plans.is_empty() {
        relaxations(&market, &demand).map(|relaxations| Why {
            rejections: Vec::new(),
            relaxations,
        })
    } else {
        Ok(Why::default())
    }
    .map_err(|error| Trouble::usage(error.to_string()))?;
    let document = || {
        let rejections = args.why.then(|| view_why::rejections(&explained.rejections, &again));
        let relaxations = view_why::changes(&explained.relaxations, &again);
        document::quote(&quote, &market, &demand).explained(rejections, relaxations)
    };

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
        Output::Json => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Csv => bytes(&plans::sheet(&quote.plans, &demand).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&plans::table(&quote.plans, &demand)).as_bytes())?,
    }
    if args.why && !matches!(context.global.output, Output::Json | Output::Yaml) {
        let table = columns::lines(view_why::table(&explained.rejections, &again), printer.columns);
        let text = format!(
            "\n{}\n\n{}",
            table.join("\n"),
            view_why::commands(&explained.rejections, &again)
        );
        match context.global.output {
            Output::Table => printer.data(&text)?,
            // Below data for programs, it is no data.
            _ => printer.note(&text),
        }
    }
    printer.note(&footer::quote(&quote, &market, quote.plans.len()));
    printer.note(&view_why::relaxations(&explained.relaxations, &again));
    Ok(match (completeness(&market.sources), quote.plans.is_empty()) {
        (Completeness::Whole, false) => Exit::Done,
        (Completeness::Whole, true) => Exit::NothingMatches,
        (Completeness::Partial, _) => Exit::PartialMarket,
        (Completeness::KeysRefused, _) => Exit::Credentials,
    })
}

//! `planner diff`: what moved between two markets, and what it did to the best plan.

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::{Completeness, Market, completeness, diff as moved};
use gpu_broker_core::number::Exact;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quote::quote as ranked;

use super::Context;
use crate::cli::{DiffArgs, Output};
use crate::exit::Exit;
use crate::files::market::Saved;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::diff::{Moves, Plans};
use crate::view::{columns, diff as view, footer, format};

/// Compares two markets that were kept, and guards how much dearer the best plan has become.
pub(crate) fn diff(context: &Context<'_>, args: &DiffArgs) -> Result<Exit, Trouble> {
    if context.global.market.is_some() || !context.global.offers.is_empty() {
        return Err(
            Trouble::usage("`diff` compares the two files that it is given").hint("leave --market and --offers out")
        );
    }
    let (before, after) = (Saved::read(&args.before)?, Saved::read(&args.after)?);
    let kept = before.request.as_ref();
    let demand = if args.gpu.is_none() && kept.is_none() && args.max_increase.is_none() {
        None
    } else {
        Some(args.request.demand_or(args.gpu.as_deref(), kept)?)
    };
    let moves = Moves {
        before: &before.market,
        after: &after.market,
        moved: moved(&before.market, &after.market),
        plans: demand
            .as_ref()
            .map(|demand| plans(&before, &after, demand))
            .transpose()?,
        demand: demand.as_ref(),
        max_increase: args.max_increase,
    };

    let printer = context.printer;
    match context.output {
        Output::Table => {
            let table = if moves.moved.is_empty() {
                String::new()
            } else {
                columns::lines(view::table(&moves), printer.columns).join("\n") + "\n"
            };
            printer.data(&table)?;
        }
        Output::Json | Output::Jsonl => bytes(&format::json(&view::document(&moves))?)?,
        Output::Yaml => bytes(&format::yaml(&view::document(&moves))?)?,
        Output::Csv => bytes(&view::sheet(&moves).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&view::table(&moves)).as_bytes())?,
    }
    printer.note(&view::footer(&moves));
    printer.note(&footer::sources(&after.market.sources, "offer"));
    Ok(if moves.refused() {
        Exit::Refused
    } else if [&before.market, &after.market].iter().all(|market| is_whole(market)) {
        Exit::Done
    } else {
        // What one of them does not show may have been there.
        Exit::PartialMarket
    })
}

fn is_whole(market: &Market) -> bool {
    completeness(&market.sources) == Completeness::Whole
}

/// The best plan in each market.
fn plans(before: &Saved, after: &Saved, demand: &Demand) -> Result<Plans, Trouble> {
    let best = |saved: &Saved| {
        let quote = ranked(&saved.market_for(demand)?, demand, 1).map_err(|error| Trouble::usage(error.to_string()))?;
        Ok::<_, Trouble>(quote.plans.into_iter().next())
    };
    let (before, after) = (best(before)?, best(after)?);
    let increase = before
        .as_ref()
        .zip(after.as_ref())
        .and_then(|(before, after)| increase(before, after));
    Ok(Plans {
        before,
        after,
        increase,
    })
}

/// By which share a plan is dearer; below zero when it is cheaper. `None` when what it was is nothing.
fn increase(before: &Plan, after: &Plan) -> Option<Exact> {
    after.total.over(before.total)?.minus(Exact::ONE)
}

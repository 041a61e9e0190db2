//! `planner gpus`: which models are for sale.

use gpu_broker_core::source::Hint;
use serde_json::json;

use super::{Context, at_most, listed_market};
use crate::cli::{GpusArgs, Output};
use crate::exit::Exit;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::{columns, document, footer, format, gpus as view};

/// Asks the brokers and prints the models in stock.
pub(crate) async fn gpus(context: &Context<'_>, args: &GpusArgs) -> Result<Exit, Trouble> {
    let sources = context.sources()?;
    let market = context.market(&sources, &Hint::default()).await;
    let mut models = view::models(&market);
    models.truncate(at_most(args.max_offers));

    let printer = context.printer;
    let document = || {
        json!({
            "schema": "planner.gpus/1",
            "created_at": market.taken_at,
            "currency": "USD",
            "gpus": models.iter().map(view::document).collect::<Vec<_>>(),
            "sources": market.sources.iter().map(document::source).collect::<Vec<_>>(),
        })
    };
    match context.output {
        Output::Table => {
            let lines = columns::lines(view::table(&models, printer.columns), printer.columns);
            printer.data(&(lines.join("\n") + "\n"))?;
        }
        Output::Json | Output::Jsonl => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Csv => bytes(&view::sheet(&models).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&view::table(&models, usize::MAX)).as_bytes())?,
    }
    printer.note(
        "\nbase prices in $ per GPU and hour on secure machines, nothing prepaid; `planner quote` adds what is priced apart\n",
    );
    printer.note(&footer::sources(&market.sources, "offer"));
    Ok(listed_market(&market, models.is_empty()))
}

//! `planner compare`: terms against each other as the hours grow.

use gpu_broker_core::market::Completeness;
use gpu_broker_core::quote::compare::compare as compared;
use gpu_broker_core::source::Hint;

use super::Context;
use super::quote::completeness_for;
use crate::cli::{CompareArgs, Output, comparing};
use crate::exit::Exit;
use crate::printer::{COLUMNS, bytes};
use crate::report::Trouble;
use crate::view::compare::{self as view, document, rows};
use crate::view::{columns, footer, format, plot, policy, unsold};

/// Rows of a plot in the terminal.
const PLOT_ROWS: usize = 16;

/// Asks the brokers and prints the best plan of each class.
pub(crate) async fn compare(context: &Context<'_>, args: &CompareArgs) -> Result<Exit, Trouble> {
    let output = context.output;
    let file = args.plot.as_deref().filter(|file| *file != "-");
    let in_terminal = args.plot_terminal || args.plot.as_deref() == Some("-");
    if in_terminal && output != Output::Table {
        return Err(Trouble::usage("a plot in the terminal needs the table around it")
            .hint("leave out `--output`, or write the plot to a file with `--plot terms.svg`"));
    }
    let sources = context.sources()?;
    let kept = sources.saved.as_ref().and_then(|saved| saved.request.as_ref());
    let demand = args.request.demand_or(args.gpu.as_deref(), kept)?;
    let market = context.market(&sources, &Hint::default()).await;
    let comparison = compared(&market, &demand, args.from, args.to).map_err(comparing)?;

    if let Some(file) = file {
        std::fs::write(file, plot::svg(&comparison, &demand)).map_err(|error| {
            Trouble::usage(format!("the plot cannot be written to `{file}`: {error}"))
                .hint("name a file in a folder that exists, or `-` to draw it in the terminal")
        })?;
    }
    let printer = context.printer;
    match output {
        Output::Table => {
            let mut text = String::new();
            if comparison.courses.iter().any(|course| !course.stretches.is_empty()) {
                text = columns::lines(rows::table(&comparison, &demand), printer.columns).join("\n") + "\n";
                text += &view::sentences(&comparison);
                if in_terminal {
                    text.push('\n');
                    text += &plot::terminal(&comparison, printer.columns.min(COLUMNS), PLOT_ROWS);
                }
            }
            printer.data(&text)?;
        }
        Output::Json | Output::Jsonl => bytes(&format::json(&document::comparison(&comparison, &market, &demand))?)?,
        Output::Yaml => bytes(&format::yaml(&document::comparison(&comparison, &market, &demand))?)?,
        Output::Csv => bytes(&rows::sheet(&comparison).into_bytes())?,
        Output::Markdown => {
            let tables = [rows::table(&comparison, &demand), rows::crossings(&comparison)];
            let mut text = tables.map(|columns| format::markdown_table(&columns)).join("\n");
            if let Some(ruled) = policy::left_out(&demand) {
                text.extend(["\n", ruled.text(), "\n"]);
            }
            bytes(text.as_bytes())?;
        }
    }
    printer.note(&view::footer(&comparison, &demand));
    printer.note(&unsold::note(&market, &demand));
    printer.note(&footer::sources(&market.sources, "offer"));
    printer.note(&footer::rejects(
        market.rejects.iter().map(|reject| (&*reject.path, &*reject.reason)),
    ));
    let nothing = comparison.courses.iter().all(|course| course.stretches.is_empty());
    Ok(match (completeness_for(&market, nothing), nothing) {
        (Completeness::Whole, false) => Exit::Done,
        (Completeness::Whole, true) => Exit::NothingMatches,
        (Completeness::Partial, _) => Exit::PartialMarket,
        (Completeness::KeysRefused, _) => Exit::Credentials,
    })
}

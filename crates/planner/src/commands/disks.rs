//! `planner disks`: disks for sale and disks owned.

use gpu_broker_core::market::SourceReport;
use gpu_broker_core::source::Coverage;
use serde_json::json;

use super::{Context, at_most, listed};
use crate::cli::{DisksArgs, Output};
use crate::exit::Exit;
use crate::files::market::without_disks;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::text::counted;
use crate::view::{columns, disks as view, document, footer, format};

/// Asks the brokers and prints their disks and ours.
pub(crate) async fn disks(context: &Context<'_>, args: &DisksArgs) -> Result<Exit, Trouble> {
    let sources = context.sources()?;
    let bars = context.bars(&sources);
    let disks = bars.beside(context.disks(&sources, true, &bars)).await;
    drop(bars);
    let mut market = disks.ok_or_else(without_disks)?;
    if sources.saved.is_none() && is_of_nobody(&market.sources) {
        return Err(Sources::nobody_asked("disks"));
    }
    let taken_at = sources
        .saved
        .as_ref()
        .map_or(context.now, |saved| saved.market.taken_at);
    let most = at_most(args.max_offers);
    market
        .offers
        .sort_by_cached_key(|offer| (offer.broker.clone(), offer.provider.clone(), format!("{offer:?}")));
    market
        .owned
        .sort_by_cached_key(|disk| (disk.broker.clone(), disk.id.clone()));
    let all = (market.offers.len(), market.owned.len());
    market.offers.truncate(most);
    market.owned.truncate(most);

    let printer = context.printer;
    let document = || {
        json!({
            "schema": "planner.disks/1",
            "created_at": taken_at,
            "for_sale": market.offers.iter().map(view::offer_document).collect::<Vec<_>>(),
            "owned": market.owned.iter().map(view::disk_document).collect::<Vec<_>>(),
            "rejects": market.rejects.iter().map(|reject| json!({
                "broker": reject.broker, "path": reject.path, "reason": reject.reason,
            })).collect::<Vec<_>>(),
            "sources": market.sources.iter().map(document::source).collect::<Vec<_>>(),
        })
    };
    match context.output {
        Output::Table => {
            let table = |columns| columns::lines(columns, printer.columns).join("\n") + "\n";
            let owned = if market.owned.is_empty() {
                String::new()
            } else {
                "\n".to_owned() + &table(view::owned(&market.owned))
            };
            printer.data(&(table(view::for_sale(&market.offers)) + &owned))?;
        }
        Output::Json | Output::Jsonl => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Csv => bytes(&view::sheet(&market.offers, &market.owned).into_bytes())?,
        Output::Markdown => {
            let tables = [view::for_sale(&market.offers), view::owned(&market.owned)];
            bytes(
                tables
                    .map(|columns| format::markdown_table(&columns))
                    .join("\n")
                    .as_bytes(),
            )?;
        }
    }
    printer.note(&format!(
        "\n{} of disk for sale, {} owned; `planner quote GPU --new-disk 2TB` buys one beside its machines\n",
        counted(of(market.offers.len(), all.0), "kind"),
        counted(of(market.owned.len(), all.1), "disk")
    ));
    printer.note(&footer::sources(&market.sources, "disk"));
    printer.note(&footer::rejects(
        market.rejects.iter().map(|reject| (&*reject.path, &*reject.reason)),
    ));
    Ok(listed(&market.sources))
}

/// Whether there is a broker, and no key for any.
fn is_of_nobody(reports: &[SourceReport]) -> bool {
    let keyless = |report: &SourceReport| report.coverage == Coverage::NoCredentials;
    !reports.is_empty() && reports.iter().all(keyless)
}

/// How many are shown, of how many there are.
fn of(shown: usize, all: usize) -> String {
    if shown == all {
        all.to_string()
    } else {
        format!("{shown} of {all}")
    }
}

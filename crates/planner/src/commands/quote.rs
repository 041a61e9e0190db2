//! `planner quote`: rank every way of getting GPUs.

use std::path::Path;
use std::sync::Arc;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::{Completeness, DiskMarket, Market};
use gpu_broker_core::quote::{Change, Quote, RequestError, Why, quote as ranked, relaxations, why};
use gpu_broker_core::source::{Hint, Quiet};

use super::Context;
use crate::cli::{Again, Output, QuoteArgs, launch_quoted, requesting};
use crate::data::Data;
use crate::exit::Exit;
use crate::files::market::{Saved, without_disks};
use crate::files::quotes;
use crate::files::request::RequestDocument;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::document::QuoteDocument;
use crate::view::text::cut;
use crate::view::{
    assumptions, colocation, columns, document, explain, footer, format, plans, unsold, why as view_why,
};

/// The answer to a request, before it is written in any form.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) market: Arc<Market>,
    pub(super) demand: Demand,
    pub(super) quote: Arc<Quote>,
    explained: Why,
    most: usize,
    /// Whether brokers were asked, and nothing else: what nobody sells now, or
    /// only its owner, is not launched.
    asked: bool,
}

/// Asks the brokers and ranks what they say.
pub(super) async fn answered(context: &Context<'_>, args: &QuoteArgs) -> Result<Answered, Trouble> {
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
        let request = Some(RequestDocument::of(&demand, most));
        keep(context, path, &market, disks.as_ref(), request)?;
    }
    market.disks = disks.filter(|_| !demand.disks.is_empty());
    let market = Arc::new(market);
    let quote = reckon(&market, &demand, move |market, demand| ranked(market, demand, most)).await?;
    let explained = explained(&market, &demand, args.why, quote.plans.is_empty()).await?;
    Ok(Answered {
        quote: Arc::new(quote),
        asked: sources.saved.is_none() && context.global.offers.is_empty(),
        market,
        demand,
        explained,
        most,
    })
}

impl Answered {
    /// The answer as a document, with all that is known of why.
    pub(super) async fn document(&self, context: &Context<'_>, args: &QuoteArgs) -> Result<QuoteDocument, Trouble> {
        let document = written(&self.quote, &self.market, &self.demand, self.most).await?;
        Ok(self.explain(document, context, args))
    }

    fn explain(&self, document: QuoteDocument, context: &Context<'_>, args: &QuoteArgs) -> QuoteDocument {
        let again = Again::new(args, context.global, &self.demand);
        let rejections = args
            .why
            .then(|| view_why::rejections(&self.explained.rejections, &again));
        document.explained(rejections, view_why::changes(&self.explained.relaxations, &again))
    }
}

/// Asks the brokers and prints the best plans.
pub(crate) async fn quote(context: &Context<'_>, args: &QuoteArgs) -> Result<Exit, Trouble> {
    let answer = answered(context, args).await?;
    let Answered {
        market,
        demand,
        quote,
        explained,
        most,
        asked,
    } = &answer;
    let most = *most;
    let again = Again::new(args, context.global, demand);
    let structured = matches!(context.output, Output::Json | Output::Jsonl | Output::Yaml);
    let data = context.data().ok().filter(|_| *asked && !quote.plans.is_empty());
    let mut document = None;
    if structured || data.is_some() {
        document = Some(written(quote, market, demand, most).await?);
    }
    let launch = match (&data, &document) {
        (Some(data), Some(document)) => launchable(
            context,
            data,
            document,
            args.request.profile.as_deref(),
            (market, demand, most),
        )?,
        _ => None,
    };
    let document = document
        .filter(|_| structured)
        .map(|document| answer.explain(document, context, args));

    let printer = context.printer;
    match context.output {
        Output::Table => printer.data(&in_rows(&answer, args, printer.columns))?,
        Output::Json | Output::Jsonl => bytes(&context.json(&document)?)?,
        Output::Yaml => bytes(&context.yaml(&document)?)?,
        Output::Csv => {
            bytes(&plans::sheet(&quote.plans, demand).into_bytes())?;
            if args.explain {
                printer.warn("what `--explain` tells is no part of CSV; `-o markdown` and `-o json` have it\n");
            }
        }
        Output::Markdown => bytes(marked_down(&answer, args, &again).as_bytes())?,
    }
    if args.why && matches!(context.output, Output::Table | Output::Csv | Output::Jsonl) {
        rejections(context, explained, &again, market)?;
    }
    let best = quote.plans.first().filter(|_| context.watched);
    if let Some(moved) = best.and_then(|best| context.before.moved(best.total.amount())) {
        printer.note(&moved);
    }
    printer.note(&footer::quote(quote, market, demand, most));
    printer.note(&view_why::relaxations(&explained.relaxations, &again));
    printer.note(&assumptions::note(&quote.plans, demand));
    printer.note(&colocation::footer(&quote.disks, market, demand));
    if let Some(command) = launch {
        printer.note(&footer::launch(&command, &quote.plans, market, demand));
    }
    Ok(status(market, quote))
}

/// The plans for a terminal, in so many columns.
fn in_rows(answer: &Answered, args: &QuoteArgs, room: usize) -> String {
    let (plans, demand) = (&answer.quote.plans, &answer.demand);
    let mut text = String::new();
    if !plans.is_empty() {
        text = columns::lines(plans::table(plans, demand), room).join("\n") + "\n";
        for line in explain::other_sellers(plans).lines() {
            text = text + &cut(line, room) + "\n";
        }
    }
    if args.explain {
        text += &explain::trees(plans, demand);
    }
    text
}

/// The plans in Markdown, and behind them what was asked to be explained.
fn marked_down(answer: &Answered, args: &QuoteArgs, again: &Again<'_>) -> String {
    let (plans, rejections) = (&answer.quote.plans, &answer.explained.rejections);
    let mut text = format::markdown_table(&plans::whole(plans, &answer.demand));
    if args.explain && !plans.is_empty() {
        let trees = explain::trees(plans, &answer.demand);
        text = text + "\n" + &format::fenced("text", trees.trim_start_matches('\n'));
    }
    if args.why {
        text = text + "\n" + &format::markdown_table(&view_why::table(rejections, again, &answer.market));
        let commands = view_why::commands(rejections, again);
        if !commands.is_empty() {
            text = text + "\n" + &format::fenced("text", &commands);
        }
    }
    text
}

/// How complete the answers are to who found something in them, or nothing.
pub(super) fn completeness_for(market: &Market, nothing: bool) -> Completeness {
    if nothing {
        market.completeness_of_nothing()
    } else {
        market.completeness()
    }
}

/// The status of an answer.
pub(super) fn status(market: &Market, quote: &Quote) -> Exit {
    let nothing = quote.plans.is_empty();
    match (completeness_for(market, nothing), nothing) {
        (Completeness::Whole, false) => Exit::Done,
        (Completeness::Whole, true) if quote.optimal => Exit::NothingMatches,
        // Not found is not the same as not there.
        (Completeness::Whole, true) => Exit::Internal,
        (Completeness::Partial, _) => Exit::PartialMarket,
        (Completeness::KeysRefused, _) => Exit::Credentials,
    }
}

/// Prints why offers were rejected, and what would admit each.
fn rejections(context: &Context<'_>, explained: &Why, again: &Again<'_>, market: &Market) -> Result<(), Trouble> {
    let printer = context.printer;
    let table = columns::lines(view_why::table(&explained.rejections, again, market), printer.columns);
    let commands = view_why::commands(&explained.rejections, again);
    let text = format!("\n{}\n\n{commands}", table.join("\n"));
    if context.output == Output::Table {
        printer.data(&text)?;
    } else {
        // Below data for programs, it is no data. It was asked for, so that it is said in any case.
        printer.warn("what `--why` tells is no part of these rows; `-o markdown` and `-o json` have it\n");
        printer.note(&text);
    }
    Ok(())
}

/// Writes what was seen and asked to a file.
fn keep(
    context: &Context<'_>,
    path: &Path,
    market: &Market,
    disks: Option<&DiskMarket>,
    request: Option<RequestDocument>,
) -> Result<(), Trouble> {
    let (market, disks) = (market.clone(), disks.cloned());
    Saved { market, disks, request }.write(path)?;
    context
        .printer
        .note(&format!("the market is kept in {}\n", path.display()));
    Ok(())
}

/// Keeps the quote for a while, and says what to type to launch it. A quote is
/// right whether or not it can be kept.
fn launchable(
    context: &Context<'_>,
    data: &Data,
    document: &QuoteDocument,
    profile: Option<&str>,
    (market, demand, most): (&Market, &Demand, usize),
) -> Result<Option<String>, Trouble> {
    let mut market = market.clone();
    let saved = Saved {
        disks: market.disks.take(),
        market,
        request: Some(RequestDocument::of(demand, most)),
    };
    let id = document.id();
    if let Err(trouble) = quotes::keep(&data.quotes(), id, &format::json(document)?, &saved) {
        tracing::debug!(target: "gpu_broker", "the quote is not kept: {}", trouble.lines().trim_end());
        return Ok(None);
    }
    Ok(Some(launch_quoted(id, profile, context.global)))
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

/// Reckons on a thread of its own, so that an interrupt is heard meanwhile.
pub(super) async fn reckon<T: Send + 'static>(
    market: &Arc<Market>,
    demand: &Demand,
    reckoning: impl FnOnce(&Market, &Demand) -> Result<T, RequestError> + Send + 'static,
) -> Result<T, Trouble> {
    let (market, demand) = (Arc::clone(market), demand.clone());
    let reckoned = tokio::task::spawn_blocking(move || reckoning(&market, &demand))
        .await
        .map_err(|error| Trouble::new(Exit::Internal, format!("the plans could not be ranked: {error}")))?;
    reckoned.map_err(requesting)
}

/// Why offers were rejected, if asked, and what to try where nothing matches.
async fn explained(market: &Arc<Market>, demand: &Demand, asked: bool, empty: bool) -> Result<Why, Trouble> {
    let explained = match (asked, empty) {
        (true, false) => reckon(market, demand, why).await?,
        (true, true) => {
            let mut why = reckon(market, demand, why).await?;
            why.relaxations = possible(market, demand).await?;
            why
        }
        (false, true) => {
            let mut why = Why::default();
            why.relaxations = possible(market, demand).await?;
            why
        }
        (false, false) => Why::default(),
    };
    Ok(unsold::spelt(explained, market))
}

/// What would make it possible: what was meant by a name that nobody sells under, if that does.
async fn possible(market: &Arc<Market>, demand: &Demand) -> Result<Vec<Change>, Trouble> {
    if let Some(meant) = unsold::meant(market, &demand.wanted_where) {
        let found = reckon(&Arc::new(meant), demand, relaxations).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    reckon(market, demand, relaxations).await
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

//! Which plans are launched: the best of a fresh market, or those of a quote.

use std::sync::Arc;

use gpu_broker_core::demand::{Demand, Nodes};
use gpu_broker_core::market::{Completeness, Market};
use gpu_broker_core::number::Exact;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quantity::Range;
use gpu_broker_core::quote::{decisions, quote as ranked};
use gpu_broker_core::source::{Hint, Quiet};
use gpu_broker_engine::launch::{Standing, Tolerance};
use jiff::Timestamp;

use super::super::Context;
use super::super::quote::{reckon, status};
use super::{quoted, unsent};
use crate::cli::ProvisionArgs;
use crate::data::Data;
use crate::exit::Exit;
use crate::launch::{Approved, unsure};
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::footer;
use crate::view::policy::against;
use crate::view::text::shown;

/// Plans, best first, and the market that they were found in.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) demand: Demand,
    pub(super) plans: Vec<(Approved, Plan)>,
    /// What a person should know.
    pub(super) notes: Vec<String>,
    /// How many of the notes are about the market.
    pub(super) notes_before: usize,
    /// The quote whose plans these are, by its id.
    pub(super) quote: Option<String>,
    /// When prices were read.
    pub(super) read_at: Timestamp,
    /// How complete the market was.
    pub(super) completeness: Completeness,
}

/// What there is to choose from.
pub(super) enum Choice {
    Plans(Box<Chosen>),
    /// Nothing, which has been told.
    Nothing(Exit),
}

/// Plans looked at to find one by its id.
const BY_ID: usize = 1_000;

pub(super) async fn choose(
    context: &Context<'_>,
    args: &ProvisionArgs,
    sources: &Sources,
    data: &Data,
    seen: Option<Arc<Market>>,
) -> Result<Choice, Trouble> {
    match &args.quote {
        Some(word) => quoted::choose(context, args, sources, data, word).await,
        None => asked(context, args, sources, seen).await,
    }
}

/// How many plans are looked at.
pub(super) fn most(args: &ProvisionArgs) -> usize {
    let further = usize::try_from(args.alternatives).unwrap_or(usize::MAX);
    match args.plan.as_deref().map(str::parse::<usize>) {
        None => further.saturating_add(1),
        Some(Ok(rank)) => rank.min(BY_ID),
        Some(Err(_)) => BY_ID,
    }
}

/// What the flags ask for, in a market that was just seen or is read now.
async fn asked(
    context: &Context<'_>,
    args: &ProvisionArgs,
    sources: &Sources,
    seen: Option<Arc<Market>>,
) -> Result<Choice, Trouble> {
    let mut demand = args.request.demand(args.gpu.as_deref())?;
    if let Some(count) = args.count {
        several(&mut demand, count)?;
    }
    let most = most(args);
    let market = match seen {
        Some(market) => market,
        None => Arc::new(read(context, sources, &demand).await),
    };
    let quote = reckon(&market, &demand, move |market, demand| ranked(market, demand, most)).await?;
    if quote.plans.is_empty() {
        context.printer.note(&footer::quote(&quote, &market, &demand, most));
        let ruled = against(&decisions(&market, &demand, &quote));
        let why = footer::verdict(&quote, &market, &demand);
        let nothing = ("nothing", None, why.trim_end());
        unsent(context, &demand, nothing, &ruled.into_iter().collect::<Vec<_>>())?;
        return Ok(Choice::Nothing(status(&market, &quote)));
    }
    let mut notes = Vec::new();
    if market.completeness() != Completeness::Whole {
        notes.extend(footer::sources(&market.sources, "offer").lines().map(str::to_owned));
        notes.push("not all brokers answered in full, so that something better may be for sale".to_owned());
    }
    let mut plans = picked(Approved::all(quote, &demand), args.plan.as_deref())?;
    if args.plan.is_none() {
        notes.extend(sure_first(&mut plans, &market));
    }
    Ok(Choice::Plans(Box::new(Chosen {
        demand,
        plans,
        notes_before: notes.len(),
        notes,
        quote: None,
        read_at: market.taken_at,
        completeness: market.completeness(),
    })))
}

/// The whole market, with its disks where they are asked for.
pub(super) async fn read(context: &Context<'_>, sources: &Sources, demand: &Demand) -> Market {
    let hint = Hint::default();
    let wanted = &demand.disks;
    let disks = async {
        if wanted.is_empty() {
            return None;
        }
        context.disks(sources, !wanted.attach.is_empty(), &Quiet).await
    };
    let (mut market, disks) = tokio::join!(context.market(sources, &hint), disks);
    market.disks = disks;
    market
}

/// Puts plans of which it is not sure what an order brings behind the others,
/// and says so of those that were before them.
pub(super) fn sure_first(plans: &mut Vec<(Approved, Plan)>, market: &Market) -> Vec<String> {
    let (doubtful, mut sure): (Vec<_>, Vec<_>) = std::mem::take(plans)
        .into_iter()
        .partition(|(_, plan)| unsure(plan, market).is_some());
    let best = sure.first().map(|(approved, _)| approved.plan.rank);
    let before = doubtful
        .iter()
        .filter(|(approved, _)| best.is_some_and(|best| approved.plan.rank < best));
    let notes = before
        .filter_map(|(approved, plan)| {
            let rank = approved.plan.rank;
            let why = unsure(plan, market)?;
            Some(format!(
                "plan {rank} comes last: {why}; `--plan {rank}` launches it all the same"
            ))
        })
        .collect();
    sure.extend(doubtful);
    *plans = sure;
    notes
}

/// The plan that somebody named by its rank or its id, or all.
pub(super) fn picked<T>(plans: Vec<(Approved, T)>, wanted: Option<&str>) -> Result<Vec<(Approved, T)>, Trouble> {
    let Some(wanted) = wanted else {
        return Ok(plans);
    };
    let is = |approved: &Approved| approved.id == wanted || approved.plan.rank.to_string() == wanted;
    let found: Vec<_> = plans.into_iter().filter(|(approved, _)| is(approved)).collect();
    if found.is_empty() {
        return Err(Trouble::new(
            Exit::Refused,
            format!("there is no plan `{}`", crate::view::text::shown(wanted)),
        )
        .hint("`planner quote` lists the plans; a rank is a number from 1, an id begins with `p_`"));
    }
    Ok(found)
}

/// Whether what is paid when ordering was allowed, to the last digit (R10).
pub(super) fn prepaid(plan: &Plan, allowed: Option<Exact>) -> Result<(), String> {
    let (upfront, currency) = (plan.upfront.amount(), plan.upfront.currency());
    if upfront.is_zero() || allowed == Some(upfront) {
        return Ok(());
    }
    Err(match allowed {
        None => format!(
            "{upfront} {currency} would be paid when ordering, and not given back; `--allow-prepaid {upfront}` allows it"
        ),
        Some(allowed) => {
            format!("{upfront} {currency} would be paid when ordering, and `--allow-prepaid` allows exactly {allowed}")
        }
    })
}

impl Chosen {
    /// Reads prices again, and keeps the plans that still stand.
    pub(super) async fn read_again(
        &mut self,
        context: &Context<'_>,
        sources: &Sources,
        tolerance: Tolerance,
    ) -> Result<(), Trouble> {
        context.printer.note("reading prices again\n");
        let now = gpu_broker_engine::clock::Clock::now(&gpu_broker_engine::clock::SystemClock::new());
        let market = read(context, sources, &self.demand).await;
        let approved = std::mem::take(&mut self.plans)
            .into_iter()
            .map(|(approved, _)| approved);
        let (plans, notes) = standing_of(approved, &market, &self.demand, tolerance)?;
        self.plans = plans;
        for note in &notes {
            context.printer.note(&format!("{note}\n"));
        }
        self.read_at = now.wall;
        Ok(())
    }
}

/// Plans that stand, and what is to be said of the others.
type Stands = (Vec<(Approved, Plan)>, Vec<String>);

/// The plans that can still be had for what was approved. What is gone is left
/// out; the first that is not must cost no more than was approved, and none
/// that does is kept (D4).
pub(super) fn standing_of(
    approved: impl Iterator<Item = Approved>,
    market: &Market,
    demand: &Demand,
    tolerance: Tolerance,
) -> Result<Stands, Trouble> {
    let (mut plans, mut notes) = (Vec::new(), Vec::new());
    for approved in approved {
        let rank = approved.plan.rank;
        match Standing::of(&approved.plan, market, demand, tolerance) {
            Standing::Stands(plan) => plans.push((approved, *plan)),
            Standing::Gone => notes.push(format!("plan {rank} cannot be had any more")),
            Standing::Dearer(what) if plans.is_empty() => {
                return Err(Trouble::new(
                    Exit::Refused,
                    format!(
                        "the price moved: {}, which is more than was approved (tolerance {tolerance})",
                        shown(&what)
                    ),
                )
                .hint("nothing was sent; quote again, or allow more with `--price-tolerance`"));
            }
            Standing::Dearer(what) => notes.push(format!("plan {rank} is left out: {}", shown(&what))),
        }
    }
    if plans.is_empty() {
        let exit = match market.completeness_of_nothing() {
            Completeness::Whole => Exit::Refused,
            Completeness::Partial => Exit::PartialMarket,
            Completeness::KeysRefused => Exit::Credentials,
        };
        return Err(Trouble::new(exit, "none of the plans can be had any more")
            .hint("nothing was sent; `planner quote` ranks what there is now"));
    }
    Ok((plans, notes))
}

/// So many machines, each with exactly the GPUs asked for.
fn several(demand: &mut Demand, count: u64) -> Result<(), Trouble> {
    let alternatives = &mut demand.gpus.alternatives;
    let each = alternatives.first().map(|wanted| wanted.count);
    let same = alternatives.iter().all(|wanted| Some(wanted.count) == each);
    let each = each.filter(|each| same && each.most.is_none_or(|most| most == each.least));
    let total = each.and_then(|each| each.least.checked_mul(count));
    let (Some(each), Some(total)) = (each, total) else {
        return Err(Trouble::usage("`--count` takes one number of GPUs for each machine")
            .hint("write it as `H100:8 --count 4`: four machines of eight GPUs"));
    };
    for wanted in alternatives.iter_mut() {
        wanted.count = Range {
            least: total,
            most: Some(total),
        };
    }
    demand.gpus_per_node = Some(Range {
        least: each.least,
        most: Some(each.least),
    });
    demand.nodes = Nodes::AtMost(count);
    Ok(())
}

//! `planner provision`: from a request or a quote to machines that run.

mod chosen;
mod conversation;
mod earlier;
mod outcome;
mod quoted;
mod setup;

use std::sync::Arc;
use std::time::Duration;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::Completeness;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quantity::Range;
use gpu_broker_engine::clock::{Clock as _, SystemClock};
use gpu_broker_engine::failpoint::reach;
use gpu_broker_engine::launch::caps::Caps;
use gpu_broker_engine::launch::{OnUnknown, OrderTerms, Package, Wish};
use jiff::{SignedDuration, Timestamp};

use super::Context;
use crate::cli::{OnUnknownFlag, Output, ProvisionArgs};
use crate::data::Data;
use crate::exit::Exit;
use crate::launch::{
    Approved, Held, Purpose, allowed_plan, beyond, burning, check_approved, confirm, launching, opened, over, trouble,
    unbegun, usable,
};
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::format;
use crate::view::launch::{Sold, Summary};
use crate::view::text::shown;
use chosen::{Choice, Chosen};
use conversation::Wanted;
use outcome::Asked;
use setup::Setup;

/// After how long prices are read again before anything is sent (R11).
const STALE: SignedDuration = SignedDuration::from_secs(60);

/// Launches the best plan, after asking.
pub(crate) async fn provision(context: &Context<'_>, args: &ProvisionArgs) -> Result<Exit, Trouble> {
    let data = context.data()?;
    let sources = context.fleets(&data)?;
    sensible(args)?;
    let mut setup = Setup::read(args)?;
    let wanted = if conversation::is_wanted(context, args) {
        let Some(wanted) = conversation::held(context, args, &sources).await? else {
            context.printer.note("nothing was sent\n");
            return Ok(Exit::Refused);
        };
        Some(wanted)
    } else {
        None
    };
    let args = wanted.as_ref().map_or(args, |wanted| &wanted.args);
    let seen = wanted.as_ref().map(|wanted| Arc::clone(&wanted.market));
    let mut chosen = match chosen::choose(context, args, &sources, &data, seen).await? {
        Choice::Plans(chosen) => chosen,
        Choice::Nothing(exit) => return Ok(exit),
    };
    reach("after-quote");
    setup.look_up(context, &sources, &chosen).await;
    let mut ready = ready(context, args, &setup, &mut chosen)?;

    let earlier = earlier::told(&usable(&data).unwrap_or_default(), chosen.quote.as_deref());
    let summary = Summary {
        earlier: earlier.clone(),
        ..summary(context, args, &data, &setup, &chosen, &ready)
    };
    if args.dry_run {
        match context.output {
            Output::Json => bytes(&format::json(&summary.document())?)?,
            Output::Yaml => bytes(&format::yaml(&summary.document())?)?,
            _ => context.printer.data(&summary.text())?,
        }
        context.printer.note("nothing was sent\n");
        context.printer.note(&the_same(wanted.as_ref()));
        return tried(context, args, (&data, &sources), &chosen, &ready).await;
    }
    context.printer.note(&summary.text());
    if context.printer.quiet {
        // The summary says so too, and is not seen.
        for line in &earlier {
            context.printer.warn(&format!("warning: {line}\n"));
        }
    }
    context.printer.note(&the_same(wanted.as_ref()));
    confirm(
        context,
        args.yes,
        "launch this?",
        "look at it with `--dry-run`, and say `--yes`",
    )
    .await?;

    if SystemClock::new().now().wall.duration_since(chosen.read_at) > STALE {
        chosen.read_again(context, &sources, args.price_tolerance).await?;
        ready = self::ready(context, args, &setup, &mut chosen)?;
    }
    launch(context, args, (&data, &sources), (&chosen, &earlier), ready).await
}

/// Whether what was said of the launch itself can be meant.
fn sensible(args: &ProvisionArgs) -> Result<(), Trouble> {
    if args.max_duration.is_some_and(|time| time < Duration::from_secs(60)) {
        return Err(Trouble::usage("`--max-duration` is shorter than a minute")
            .hint("say how long it may run, such as 8h; leave it out for as long as nobody ends it"));
    }
    if args.plan.as_deref().is_some_and(|plan| plan.parse() == Ok(0_u64)) {
        return Err(
            Trouble::usage("there is no plan 0").hint("`planner quote` lists the plans; a rank is a number from 1")
        );
    }
    Ok(())
}

/// What to type in place of the answers, where questions were asked.
fn the_same(wanted: Option<&Wanted>) -> String {
    wanted.map_or_else(String::new, |wanted| {
        format!("the same without questions:\n    {}\n", wanted.command)
    })
}

/// How a launch would begin that is not sent: refused, or on a market that did not answer in full, as `quote` says it.
async fn tried(
    context: &Context<'_>,
    args: &ProvisionArgs,
    (data, sources): (&Data, &Sources),
    chosen: &Chosen,
    ready: &Ready,
) -> Result<Exit, Trouble> {
    let state = usable(data)?;
    let first = ready.wish.plans.first();
    let over = args
        .budget
        .zip(first)
        .and_then(|(budget, first)| beyond(budget, first, &state, &SystemClock::new().now()));
    let over = match args.account_max_burn.zip(first) {
        Some((cap, first)) if over.is_none() => {
            // It looks, and makes nothing in the data folder.
            let mut engine = unbegun(context, data, sources)?;
            let shown = engine.look_around().await.map_err(|error| trouble(&error))?;
            burning(cap, first, &shown)
        }
        _ => over,
    };
    if let Some(why) = over {
        return Err(Trouble::new(Exit::Refused, why).hint("allow more, or end something: `planner ls` shows what runs"));
    }
    Ok(match chosen.completeness {
        Completeness::Whole => Exit::Done,
        Completeness::Partial => Exit::PartialMarket,
        Completeness::KeysRefused => Exit::Credentials,
    })
}

/// What the engine will be asked.
struct Ready {
    wish: Wish,
    plan: String,
    /// What each plan of the wish is sold for now.
    sold: Vec<Sold>,
}

/// Why a plan is not launched.
enum Unfit {
    /// It cannot be, as it was asked.
    Unlaunchable(String),
    /// It may not be.
    Held(Held),
}

/// The plans that can be launched as it was asked; what cannot is noted. One that only wants approval is not passed
/// over for a dearer one.
fn ready(context: &Context<'_>, args: &ProvisionArgs, setup: &Setup, chosen: &mut Chosen) -> Result<Ready, Trouble> {
    check_approved(&chosen.demand.policy, &args.approve)?;
    let ordering = setup.ordering(args, &chosen.demand);
    let mut plans: Vec<(String, Package, Sold)> = Vec::new();
    let mut refused: Vec<String> = Vec::new();
    let held = chosen.demand.held_caps();
    let caps = Caps {
        rate: held.rate,
        total: held.total,
        upfront: held.upfront,
        budget: args.budget,
        burn: args.account_max_burn,
    };
    for (approved, plan) in &chosen.plans {
        match fit(args, &ordering, &caps, (approved, plan)) {
            Ok(package) => plans.push((approved.id.clone(), package, Sold::of(plan))),
            // What comes next is dearer, and was not asked for while this one can be had.
            Err(Unfit::Held(held @ Held::Unapproved(_))) if plans.is_empty() => {
                return Err(held.trouble(&format!("plan {}", approved.plan.rank), context.global));
            }
            Err(Unfit::Held(held)) => refused.push(format!("plan {} is left out: {}", approved.plan.rank, held.why())),
            Err(Unfit::Unlaunchable(why)) => refused.push(format!("plan {} is left out: {why}", approved.plan.rank)),
        }
    }
    let Some((plan, ..)) = plans.first() else {
        let why = refused.first().cloned().unwrap_or_else(|| "no plan is left".to_owned());
        return Err(Trouble::new(Exit::Refused, why).hint("nothing was sent; ask for something else, or allow it"));
    };
    let plan = plan.clone();
    // What is dearer than the first plan that can be had was not asked for.
    chosen.notes.truncate(chosen.notes_before);
    chosen.notes.extend(refused);
    chosen
        .notes
        .extend(args.approve.iter().map(|name| format!("approved: `{}`", shown(name))));
    let (packages, sold) = plans.into_iter().map(|(_, package, sold)| (package, sold)).unzip();
    let wish = Wish {
        plans: packages,
        all_or_nothing: !args.best_effort,
        caps,
        currency: chosen.demand.exchange.quote(),
        ends_at: args.max_duration.map(ends_at).transpose()?,
        on_unknown: match args.on_unknown {
            OnUnknownFlag::Hold => OnUnknown::Hold,
            OnUnknownFlag::Recreate => OnUnknown::Recreate,
        },
        resolve_for: args.resolve_for,
        wait: (!args.no_wait).then_some(args.wait),
        quote: chosen.quote.clone(),
    };
    Ok(Ready { wish, plan, sold })
}

/// A plan as it can be launched, within the rules and the caps.
fn fit(
    args: &ProvisionArgs,
    ordering: &OrderTerms<'_>,
    caps: &Caps,
    (approved, plan): (&Approved, &Plan),
) -> Result<Package, Unfit> {
    chosen::prepaid(plan, args.allow_prepaid).map_err(Unfit::Unlaunchable)?;
    let package = Package::of(plan, &approved.plan, ordering);
    let package = package.map_err(|why| Unfit::Unlaunchable(shown(&why.to_string()).into_owned()))?;
    let given = (args.approve.as_slice(), args.max_duration);
    allowed_plan(plan, &package, ordering.demand, given).map_err(Unfit::Held)?;
    over(&package, caps).map_or(Ok(package), |why| Err(Unfit::Unlaunchable(why)))
}

fn ends_at(after: Duration) -> Result<Timestamp, Trouble> {
    let now = SystemClock::new().now().wall;
    now.checked_add(after)
        .map_err(|_| Trouble::usage("`--max-duration` ends beyond the calendar").hint("choose a shorter time"))
}

fn summary<'a>(
    context: &Context<'_>,
    args: &ProvisionArgs,
    data: &Data,
    setup: &Setup,
    chosen: &'a Chosen,
    ready: &'a Ready,
) -> Summary<'a> {
    Summary {
        wish: &ready.wish,
        demand: &chosen.demand,
        plan: &ready.plan,
        sold: &ready.sold,
        logins: setup.called(ready.wish.plans.first()),
        warnings: chosen.notes.clone(),
        earlier: Vec::new(),
        on_unknown: args.on_unknown,
        folder: data.folder().display().to_string(),
        now: context.now,
    }
}

async fn launch(
    context: &Context<'_>,
    args: &ProvisionArgs,
    (data, sources): (&Data, &Sources),
    (chosen, earlier): (&Chosen, &[String]),
    ready: Ready,
) -> Result<Exit, Trouble> {
    // Whoever ends everything meanwhile is told.
    let _under_way = launching(context, data)?;
    let mut engine = opened(context, data, sources, &Purpose::Send("provision"), args.strict)?;
    context.stop.engage();
    let report = engine.provision(&ready.wish).await;
    let now = engine.parts().clock.now();
    let report = report.or_else(|error| outcome::broken(context, &engine, &error).ok_or(error));
    // Whoever tells progress must be done before anything else is printed.
    drop(engine);
    let report = match report {
        Ok(report) => report,
        // Whoever asked to stop while waiting for a turn is not refused.
        Err(_) if context.stop.is_asked() => return Ok(Exit::Interrupted),
        Err(error) => return Err(trouble(&error)),
    };
    let asked = Asked {
        plan: &ready.plan,
        demand: &chosen.demand,
        earlier,
        waited: !args.no_wait,
    };
    Ok(outcome::told(context, &report, asked, &now))
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
    demand.nodes = gpu_broker_core::demand::Nodes::AtMost(count);
    Ok(())
}

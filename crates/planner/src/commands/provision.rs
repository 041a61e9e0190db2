//! `planner provision`: from a request or a quote to machines that run.

mod chosen;
mod conversation;
mod earlier;
mod outcome;
mod quoted;
mod setup;

use std::time::Duration;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::Completeness;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quantity::Range;
use gpu_broker_engine::clock::{Clock as _, SystemClock};
use gpu_broker_engine::failpoint::reach;
use gpu_broker_engine::launch::SpendCaps;
use gpu_broker_engine::launch::{OnUnknown, OrderTerms, Package, Wish};
use jiff::{SignedDuration, Timestamp};

use super::Context;
use crate::cli::{OnUnknownFlag, Output, ProvisionArgs};
use crate::data::Data;
use crate::exit::Exit;
use crate::launch::{
    Approved, Held, Purpose, allowed_plan, approvals, beyond, burning, check_approved, confirm, launching, opened,
    over, trouble, unbegun, usable,
};
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::format;
use crate::view::launch::{self as view_launch, Sold, Summary};
use crate::view::policy::flag;
use crate::view::text::{ranked, shown};
use chosen::{Choice, Chosen};
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
    let mut args = wanted.as_ref().map_or(args, |wanted| &wanted.args).clone();
    let mut command = wanted.as_ref().map(|wanted| wanted.command.clone());
    let seen = wanted.map(|wanted| wanted.market);
    let mut chosen = match chosen::choose(context, &args, &sources, &data, seen).await? {
        Choice::Plans(chosen) => chosen,
        Choice::Nothing(exit) => return Ok(exit),
    };
    reach("after-quote");
    setup.look_up(context, &sources, &chosen).await;
    let mut ready = approved(context, (&mut args, &mut command), &setup, &mut chosen).await?;
    let args = &args;

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
        context.printer.note(&the_same(command.as_deref()));
        return tried(context, args, (&data, &sources), &chosen, &ready).await;
    }
    context.printer.note(&summary.text());
    if context.printer.quiet {
        // The summary says so too, and is not seen.
        for line in &earlier {
            context.printer.warn(&format!("warning: {line}\n"));
        }
    }
    context.printer.note(&the_same(command.as_deref()));
    let hint = "look at it with `--dry-run`, and say `--yes`";
    if let Err(trouble) = confirm(context, args.yes, "launch this?", hint).await {
        let why = ("not_confirmed", Some(ready.plan.as_str()), trouble.message());
        unsent(context, &chosen.demand, why, &chosen.notes)?;
        return Err(trouble);
    }

    if SystemClock::new().now().wall.duration_since(chosen.read_at) > STALE {
        chosen.read_again(context, &sources, args.price_tolerance).await?;
        ready =
            self::ready(args, &setup, &mut chosen).map_err(|unready| unready.told(context, &chosen.demand, None))?;
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
fn the_same(command: Option<&str>) -> String {
    command.map_or_else(String::new, |command| {
        format!("the same without questions:\n    {command}\n")
    })
}

/// The plans that can be launched, once a person who is asked anyway has approved what rules want approved.
async fn approved(
    context: &Context<'_>,
    (args, command): (&mut ProvisionArgs, &mut Option<String>),
    setup: &Setup,
    chosen: &mut Chosen,
) -> Result<Ready, Trouble> {
    loop {
        let unready = match ready(args, setup, chosen) {
            Ok(ready) => return Ok(ready),
            Err(unready) => unready,
        };
        if let (Unready::Held(rank, _, Held::Unapproved(rules)), Some(command)) = (&unready, command.as_mut())
            && conversation::approves(context, *rank, rules).await?
        {
            args.approve.extend(rules.iter().map(|rule| rule.name().to_owned()));
            *command = format!("{command} {}", flag(rules));
            continue;
        }
        return Err(unready.told(context, &chosen.demand, command.as_deref()));
    }
}

/// For programs, that nothing was sent: the outcome, the plan and why. People read it beside.
fn unsent(
    context: &Context<'_>,
    demand: &Demand,
    (outcome, plan, why): (&str, Option<&str>, &str),
    notes: &[String],
) -> Result<(), Trouble> {
    let document = || view_launch::unsent(outcome, why, plan, demand, notes);
    match context.output {
        Output::Json => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        _ => {}
    }
    Ok(())
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
    /// What was approved.
    approved: Vec<String>,
}

/// Why a plan is not launched.
enum Unfit {
    /// It cannot be, as it was asked.
    Unlaunchable(String),
    /// It may not be.
    Held(Held),
}

/// Why no plan is launched.
enum Unready {
    /// The rules hold back the plan of this rank and name.
    Held(u64, String, Held),
    /// What was asked is wrong.
    Wrong(Trouble),
    /// No plan is left.
    Nothing(String),
}

impl Unready {
    /// The refusal, which programs get as a document. `command` is what asks for the same, where it is not what was typed.
    fn told(self, context: &Context<'_>, demand: &Demand, command: Option<&str>) -> Trouble {
        let mut plan = None;
        let trouble = match self {
            Self::Wrong(trouble) => return trouble,
            Self::Held(rank, id, held) => {
                plan = Some(id);
                let what = format!("plan {rank}");
                match command {
                    Some(command) => held.instead(&what, |rules| format!("{command} {}", flag(rules))),
                    None => held.trouble(&what, context.global),
                }
            }
            Self::Nothing(why) => {
                Trouble::new(Exit::Refused, why).hint("nothing was sent; ask for something else, or allow it")
            }
        };
        let written = unsent(context, demand, ("guarded", plan.as_deref(), trouble.message()), &[]);
        written.err().unwrap_or(trouble)
    }
}

/// The plans that can be launched as it was asked; what cannot is noted. One that only wants approval is not passed
/// over for a dearer one.
fn ready(args: &ProvisionArgs, setup: &Setup, chosen: &mut Chosen) -> Result<Ready, Unready> {
    check_approved(&chosen.demand.policy, &args.approve).map_err(Unready::Wrong)?;
    let ordering = setup.ordering(args, &chosen.demand);
    let mut plans: Vec<(String, Package, Sold)> = Vec::new();
    let mut refused: Vec<(u64, String)> = Vec::new();
    let held = chosen.demand.held_caps();
    let caps = SpendCaps {
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
                return Err(Unready::Held(approved.plan.rank, approved.id.clone(), held));
            }
            Err(Unfit::Held(held)) => refused.push((approved.plan.rank, held.why())),
            Err(Unfit::Unlaunchable(why)) => refused.push((approved.plan.rank, why)),
        }
    }
    let refused = left_out(refused);
    let Some((plan, ..)) = plans.first() else {
        let why = refused.first().cloned().unwrap_or_else(|| "no plan is left".to_owned());
        return Err(Unready::Nothing(why));
    };
    let plan = plan.clone();
    // What is dearer than the first plan that can be had was not asked for.
    chosen.notes.truncate(chosen.notes_before);
    chosen.notes.extend(refused);
    let approved = approvals(&chosen.demand.policy, &args.approve);
    chosen.notes.extend(approved.iter().cloned());
    let (packages, sold) = plans.into_iter().map(|(_, package, sold)| (package, sold)).unzip();
    let wish = Wish {
        plans: packages,
        all_or_nothing: !args.best_effort,
        caps,
        currency: chosen.demand.exchange.quote(),
        ends_at: args.max_duration.map(ends_at).transpose().map_err(Unready::Wrong)?,
        on_unknown: match args.on_unknown {
            OnUnknownFlag::Hold => OnUnknown::Hold,
            OnUnknownFlag::Recreate => OnUnknown::Recreate,
        },
        resolve_for: args.resolve_for,
        wait: (!args.no_wait).then_some(args.wait),
        quote: chosen.quote.clone(),
    };
    Ok(Ready {
        wish,
        plan,
        sold,
        approved,
    })
}

/// What is not launched, each reason once, with the ranks of the plans that it holds for.
fn left_out(refused: Vec<(u64, String)>) -> Vec<String> {
    let mut folded: Vec<(Vec<u64>, String)> = Vec::new();
    for (rank, why) in refused {
        match folded.iter_mut().find(|(_, known)| *known == why) {
            Some((ranks, _)) => ranks.push(rank),
            None => folded.push((vec![rank], why)),
        }
    }
    let said = folded.iter_mut().map(|(ranks, why)| {
        ranks.sort_unstable();
        let are = if ranks.len() == 1 { "is" } else { "are" };
        format!("{} {are} left out: {why}", ranked(ranks))
    });
    said.collect()
}

/// A plan as it can be launched, within the rules and the caps.
fn fit(
    args: &ProvisionArgs,
    ordering: &OrderTerms<'_>,
    caps: &SpendCaps,
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
        approved: &ready.approved,
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

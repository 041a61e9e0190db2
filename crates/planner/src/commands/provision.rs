//! `planner provision`: from a request or a quote to machines that run.

mod chosen;
mod conversation;
mod earlier;
mod outcome;
mod quoted;
mod ready;
mod setup;

use std::sync::Arc;
use std::time::Duration;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::Completeness;
use gpu_broker_engine::clock::{Clock as _, SystemClock};
use gpu_broker_engine::failpoint::reach;
use jiff::SignedDuration;

use super::Context;
use crate::cli::{Output, ProvisionArgs};
use crate::data::Data;
use crate::exit::Exit;
use crate::launch::{Held, Purpose, beyond, burning, confirm, launching, opened, trouble, unbegun, usable};
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::format;
use crate::view::launch::{self as view_launch, Summary};
use crate::view::policy::flag;
use chosen::{Choice, Chosen};
use conversation::Wanted;
use outcome::Asked;
use ready::{Ready, Unready, ready};
use setup::Setup;

/// What to do where a cap on all that runs forbids a launch.
const ALLOW_MORE: &str = "allow more, or end something: `planner ls` shows what runs";

/// After how long prices are read again before anything is sent (R11).
const STALE: SignedDuration = SignedDuration::from_secs(60);

/// Launches the best plan, after asking.
pub(crate) async fn provision(context: &Context<'_>, args: &ProvisionArgs) -> Result<Exit, Trouble> {
    let data = context.data()?;
    let sources = context.fleets(&data)?;
    sensible(args)?;
    let mut setup = Setup::read(args)?;
    let world = (&data, &sources);
    if !conversation::is_wanted(context, args) {
        let exit = bought(context, args, world, &mut setup, None).await?;
        return Ok(exit.unwrap_or(Exit::Refused));
    }
    let mut wanted = conversation::held(context, args, &sources).await?;
    while let Some(one) = wanted {
        if let Some(exit) = bought(context, args, world, &mut setup, Some(&one)).await? {
            return Ok(exit);
        }
        wanted = conversation::back(context, args, one).await?;
    }
    context.printer.note("nothing was sent\n");
    Ok(Exit::Refused)
}

/// Launches the best plan for what is wanted, after asking; `None` where somebody goes back to the questions.
async fn bought(
    context: &Context<'_>,
    args: &ProvisionArgs,
    (data, sources): (&Data, &Sources),
    setup: &mut Setup,
    wanted: Option<&Wanted>,
) -> Result<Option<Exit>, Trouble> {
    let mut args = wanted.map_or(args, |wanted| &wanted.args).clone();
    let mut command = wanted.map(|wanted| wanted.command.clone());
    let seen = wanted.map(|wanted| Arc::clone(&wanted.market));
    let mut chosen = match chosen::choose(context, &args, sources, data, seen).await? {
        Choice::Plans(chosen) => chosen,
        Choice::Nothing(exit) => return Ok(Some(exit)),
    };
    reach("after-quote");
    setup.look_up(context, sources, &chosen).await;
    let mut ready = approved(context, (&mut args, &mut command), setup, &mut chosen).await?;
    let args = &args;

    let earlier = earlier::told(&usable(data).unwrap_or_default(), chosen.quote.as_deref());
    let summary = Summary {
        earlier: earlier.clone(),
        ..summary(context, args, data, setup, &chosen, &ready)
    };
    if args.dry_run {
        match context.output {
            Output::Json => bytes(&format::json(&summary.document())?)?,
            Output::Yaml => bytes(&format::yaml(&summary.document())?)?,
            _ => context.printer.data(&summary.text())?,
        }
        context.printer.note("nothing was sent\n");
        context.printer.note(&the_same(command.as_deref()));
        return tried(context, args, (data, sources), &chosen, &ready).await.map(Some);
    }
    context.printer.note(&summary.text());
    if context.printer.quiet {
        // The summary says so too, and is not seen.
        for line in &earlier {
            context.printer.warn(&format!("warning: {line}\n"));
        }
    }
    context.printer.note(&the_same(command.as_deref()));
    affordable(context, args, data, &chosen, &ready)?;
    let hint = "look at it with `--dry-run`, and say `--yes`";
    let said = match wanted {
        Some(_) => conversation::confirms(context).await,
        None => confirm(context, args.yes, "launch this?", hint).await.map(|()| true),
    };
    match said {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(trouble) => {
            let why = ("not_confirmed", Some(ready.plan.as_str()), trouble.message());
            unsent(context, &chosen.demand, why, &chosen.notes)?;
            return Err(trouble);
        }
    }

    if SystemClock::new().now().wall.duration_since(chosen.read_at) > STALE {
        chosen.read_again(context, sources, args.price_tolerance).await?;
        ready =
            ready::ready(args, setup, &mut chosen).map_err(|unready| unready.told(context, &chosen.demand, None))?;
    }
    let exit = launch(context, args, (data, sources), (&chosen, &earlier), ready).await?;
    Ok(Some(exit))
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

/// Why the first plan breaks the budget on top of what the journal knows, in words.
fn over_budget(args: &ProvisionArgs, data: &Data, ready: &Ready) -> Result<Option<String>, Trouble> {
    // A journal that cannot be used is no reason to say that nothing stands in the way.
    let state = usable(data)?;
    let over = args.budget.zip(ready.wish.plans.first());
    Ok(over.and_then(|(budget, first)| beyond(budget, first, &state, &SystemClock::new().now())))
}

/// Refuses what breaks the budget before anybody is asked for a yes. As far as it reaches, a part of a plan will do where
/// that was asked for, and whoever sends it counts.
fn affordable(
    context: &Context<'_>,
    args: &ProvisionArgs,
    data: &Data,
    chosen: &Chosen,
    ready: &Ready,
) -> Result<(), Trouble> {
    if args.best_effort || args.budget.is_none() {
        return Ok(());
    }
    let Some(why) = over_budget(args, data, ready)? else {
        return Ok(());
    };
    let document = ("guarded", Some(ready.plan.as_str()), why.as_str());
    unsent(context, &chosen.demand, document, &chosen.notes)?;
    Err(Trouble::new(Exit::Refused, why).hint(ALLOW_MORE))
}

/// How a launch would begin that is not sent: refused, or on a market that did not answer in full, as `quote` says it.
async fn tried(
    context: &Context<'_>,
    args: &ProvisionArgs,
    (data, sources): (&Data, &Sources),
    chosen: &Chosen,
    ready: &Ready,
) -> Result<Exit, Trouble> {
    let over = over_budget(args, data, ready)?;
    let first = ready.wish.plans.first();
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
        return Err(Trouble::new(Exit::Refused, why).hint(ALLOW_MORE));
    }
    Ok(match chosen.completeness {
        Completeness::Whole => Exit::Done,
        Completeness::Partial => Exit::PartialMarket,
        Completeness::KeysRefused => Exit::Credentials,
    })
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

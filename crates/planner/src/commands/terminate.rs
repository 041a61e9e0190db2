//! `planner terminate`: end machines, and see that they are gone.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use gpu_broker_core::instance::InstanceId;
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::launch::state::{Attempt, Stage, State};
use gpu_broker_engine::launch::{CareError, Engine, EngineError, Held, Kind};
use gpu_broker_engine::lock::Lock;

use super::Context;
use super::ls::{answered, doubted, print, reports};
use crate::cli::{Output, TerminateArgs};
use crate::data::Data;
use crate::exit::Exit;
use crate::launch::{
    Purpose, SAY_YES, confirm, find, forbidden, in_doubt, is_id, offline, opened, perhaps_ours, told_elsewhere, trouble,
};
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::instances::{Row, called, rates, state, table};
use crate::view::ordered::{attached, goods};
use crate::view::text::{are, counted, seller, shown};
use crate::view::{columns, footer};

/// Ends what was named, after asking. All is not ended while a launch is under way that may order more.
pub(crate) async fn terminate(context: &Context<'_>, args: &TerminateArgs) -> Result<Exit, Trouble> {
    if args.ids.is_empty() && args.launch.is_empty() && !args.all && !args.expired {
        return Err(Trouble::usage("nothing is named that should end")
            .hint("name machines as `planner ls` lists them, or say `--all`, `--expired` or `--launch LAUNCH`"));
    }
    let data = context.launched()?;
    let is_seen = data.is_begun().is_ok();
    let launching = || args.all && is_seen && Lock::is_launching(data.folder());
    let before = launching();
    let exit = end(context, args, &data).await?;
    let is_over = |one: &Attempt| one.stage.is_over() || one.stage == Stage::Absent;
    let text = if launching() {
        let pid = Lock::launcher(data.folder()).map(|holder| format!(" (pid {})", holder.pid));
        let pid = pid.unwrap_or_default();
        format!("a launch is under way{pid}: what it orders after this is not ended; once it is done, ask again\n")
    } else if before && !offline(&data)?.attempts.values().all(is_over) {
        "a launch was under way meanwhile, and not all of it is ended: ask again\n".to_owned()
    } else {
        return Ok(exit);
    };
    context.printer.warn(&text);
    Ok(if exit == Exit::Done { Exit::Unknown } else { exit })
}

async fn end(context: &Context<'_>, args: &TerminateArgs, data: &Data) -> Result<Exit, Trouble> {
    let begun = data.is_begun();
    if begun.as_ref().is_ok_and(|begun| !begun) && args.ids.is_empty() {
        context
            .printer
            .note("nothing was launched from here, so there is nothing to end\n");
        return super::reconcile::left_behind(context, data).await;
    }
    let sources = context.fleets(data)?;
    let opened = begun.and_then(|_| opened(context, data, &sources, &Purpose::End("terminate"), false));
    let mut engine = match opened {
        Ok(engine) => engine,
        Err(why) => return super::reconcile::by_name(context, (data, &sources), &why, |document| document).await,
    };
    engine.recover().await.map_err(|error| trouble(&error))?;
    let now = engine.parts().clock.now();
    let (keys, strangers) = named(args, engine.state(), &now)?;
    let mut keys = pending(context, engine.state(), keys);
    if args.all && keys.is_empty() {
        // Whoever ends everything is told of what the journal does not know.
        let listed = engine.look_around().await.map_err(|error| trouble(&error))?;
        (keys, _) = named(args, engine.state(), &now)?;
        let lost = perhaps_ours(engine.state(), &listed, data.begun());
        context.printer.warn(&told_elsewhere(&lost));
        if keys.is_empty() && in_doubt(engine.state(), &lost) {
            print(context, &[], &now, |document| document)?;
            return Ok(Exit::Unknown);
        }
        // A journal that never had a launch is no all-clear: what was launched from a folder that is gone would be seen at
        // the brokers alone.
        if keys.is_empty() && engine.state().launches.is_empty() && engine.state().attempts.is_empty() {
            let reports = reports(&sources, &listed);
            context.printer.note(&footer::sources(&reports, "machine"));
            let doubted = doubted(context, &listed);
            let exit = answered(context, (&listed, &reports), std::iter::empty());
            if doubted || exit != Exit::Done {
                return Ok(if doubted { Exit::Unknown } else { exit });
            }
        }
    }
    if keys.is_empty() && strangers.is_empty() {
        context.printer.note("there is nothing to end\n");
        print(context, &[], &now, |document| document)?;
        return Ok(Exit::Done);
    }
    context.printer.note(&told(engine.state(), &keys, &strangers, &now));
    reachable(engine.state(), &keys, &sources)?;
    // In the sandbox there is nothing to lose.
    confirm(context, args.yes || data.is_sandbox(), "end this?", SAY_YES).await?;
    context.stop.engage();
    for word in strangers {
        keys.push(engine.take_charge(&InstanceId::new(&word)).await.map_err(care)?);
    }
    for key in by_id(engine.state(), &args.ids) {
        engine.claim(&key).map_err(|error| trouble(&error))?;
    }
    let ended = engine.terminate(&keys, args.within).await;
    let (state, now) = (engine.state().clone(), engine.parts().clock.now());
    let unkept = engine
        .unkept()
        .map(|why| unkept(&engine, &keys, &why.to_string(), &now));
    drop(engine);
    let broken = match ended {
        Err(_) if context.stop.is_asked() => return Ok(Exit::Interrupted),
        // What still runs is told all the same.
        Err(error @ EngineError::Journal(_)) => Some(trouble(&error).lines()),
        ended => ended.map(|()| None).map_err(|error| trouble(&error))?,
    };
    let exit = finish(context, &state, &keys, &now)?;
    let Some(why) = unkept.or(broken) else {
        return Ok(exit);
    };
    context.printer.warn(&why);
    Ok(if exit == Exit::Interrupted { exit } else { Exit::Unknown })
}

/// What was asked to end, and what it costs, while the journal took no rows.
fn unkept(engine: &Engine, keys: &[String], why: &str, now: &Stamp) -> String {
    let mut text = String::new();
    for attempt in keys.iter().filter_map(|key| engine.state().attempts.get(key)) {
        let id = called(attempt);
        let rate = rates(std::iter::once(attempt));
        let what = match attempt.stage {
            Stage::Gone => "its broker lists it as gone".to_owned(),
            _ if attempt.was_asked_to_end() => format!("asked to end, and {rate} per hour until it is gone"),
            _ if !engine.is_noted(&attempt.key) => {
                format!(
                    "not asked to end, as the journal has no row of it: {rate} per hour; end it at its broker's console"
                )
            }
            _ => format!("not asked to end, up to {rate} per hour"),
        };
        let when = if attempt.cost.is_some() { "in all" } else { "so far" };
        let cost = attempt.cost_until(now).map(|cost| cost.to_fixed(4));
        let cost = cost.map(|cost| format!(", {cost} {} {when}", attempt.ordered.currency));
        let _ = writeln!(text, "  {id}: {what}{}", cost.unwrap_or_default());
    }
    format!(
        "nothing of this is noted down: {}\n{text}once the journal can be written again, run `planner reconcile`: it finds \
         out what became of them\n",
        shown(why)
    )
}

/// What a person's word could not be taken for.
pub(super) fn care(error: CareError) -> Trouble {
    let refused = |why: &str| Trouble::new(Exit::Refused, shown(why).into_owned());
    match error {
        CareError::Engine(error) => trouble(&error),
        CareError::Unlisted(id) => {
            refused(&format!("no account lists a machine with the id {id}")).hint("`planner audit` shows what there is")
        }
        CareError::Unknown(key) => {
            refused(&format!("the journal knows no attempt {key}")).hint("`planner ls` shows what there is")
        }
        CareError::Forbidden(why) => refused(&forbidden(&why)),
        other => refused(&other.to_string()),
    }
}

/// The attempts that were named, and words that the journal knows nothing of.
fn named(args: &TerminateArgs, state: &State, now: &Stamp) -> Result<(Vec<String>, Vec<String>), Trouble> {
    let of = |is: &dyn Fn(&Attempt) -> bool| -> Vec<String> {
        state
            .attempts
            .values()
            .filter(|one| is(one))
            .map(|one| one.key.clone())
            .collect()
    };
    if args.all {
        return Ok((of(&|one| !one.stage.is_over()), Vec::new()));
    }
    if args.expired {
        let is_due = |one: &Attempt| one.ends_at.is_some_and(|at| at <= now.wall);
        return Ok((of(&|one| !one.stage.is_over() && is_due(one)), Vec::new()));
    }
    let (mut keys, mut strangers) = (BTreeSet::new(), Vec::new());
    for launch in &args.launch {
        if !state.launches.contains_key(launch) {
            return Err(Trouble::usage(format!("no launch is called `{}`", shown(launch)))
                .hint("`planner ls -o json` shows the launch of each machine"));
        }
        keys.extend(state.of_launch(launch).map(|one| one.key.clone()));
    }
    for word in &args.ids {
        match find(state, word)? {
            found if found.is_empty() => strangers.push(word.clone()),
            found => keys.extend(found),
        }
    }
    Ok((keys.into_iter().collect(), strangers))
}

/// Those that were named by the broker's id of their machine.
fn by_id(state: &State, words: &[String]) -> Vec<String> {
    let named = |one: &&Attempt| words.iter().any(|word| is_id(one, word));
    state
        .attempts
        .values()
        .filter(named)
        .map(|one| one.key.clone())
        .collect()
}

/// Those of them that are not gone.
fn pending(context: &Context<'_>, state: &State, keys: Vec<String>) -> Vec<String> {
    let (over, pending): (Vec<String>, Vec<String>) = keys
        .into_iter()
        .partition(|key| state.attempts.get(key).is_none_or(|one| one.stage.is_over()));
    let gone = over.iter().filter_map(|key| state.attempts.get(key));
    for one in gone.filter(|one| one.stage == Stage::Gone) {
        let id = one
            .machine
            .as_ref()
            .map_or(one.name.as_str(), |machine| machine.id.as_str());
        context.printer.note(&format!("{} is gone already\n", shown(id)));
    }
    pending
}

/// What is about to end, and what ending it costs.
fn told(state: &State, keys: &[String], strangers: &[String], now: &Stamp) -> String {
    let mut text = String::new();
    for attempt in keys.iter().filter_map(|key| state.attempts.get(key)) {
        let ordered = &attempt.ordered;
        let id = attempt.machine.as_ref().map(|machine| machine.id.as_str());
        let _ = write!(
            text,
            "  {}  {} at {}, {}",
            shown(id.unwrap_or(&attempt.name)),
            goods(ordered),
            seller(&ordered.broker, &ordered.provider),
            self::state(attempt),
        );
        if let Some(cost) = attempt.cost_until(now) {
            let _ = write!(text, ", about {} {} so far", cost.to_fixed(2), ordered.currency);
        }
        text.push_str(if ordered.kind == Kind::Disk {
            ", with all data on it\n"
        } else {
            "\n"
        });
        if let Some(attached) = attached(attempt, state) {
            let _ = writeln!(text, "    it is {attached}");
        }
        let left = attempt.minimum_left(now);
        if attempt.stage.is_alive() && !left.is_zero() {
            let _ = writeln!(
                text,
                "    it is charged for {} at least, of which {} left, and its broker may not end it before",
                counted(ordered.minimum_minutes, "minute"),
                are(left.as_secs().div_ceil(60), "minute")
            );
        }
        if ordered.prepaid_hours.is_some() {
            text.push_str("    it is prepaid: what was paid is not given back\n");
        }
        if attempt.stage.is_open() {
            text.push_str("    nobody knows whether it exists: should it appear, it is ended then\n");
        }
    }
    for word in strangers {
        let _ = writeln!(
            text,
            "  {}  the journal knows nothing of it: it is ended if a broker lists a machine with this id, whosever it is",
            shown(word)
        );
    }
    format!("to be ended, with all that is on their own disks:\n{text}")
}

/// Whether the brokers of all of them can be asked.
fn reachable(state: &State, keys: &[String], sources: &Sources) -> Result<(), Trouble> {
    for attempt in keys.iter().filter_map(|key| state.attempts.get(key)) {
        let broker = &attempt.ordered.broker;
        let source = sources.asked.iter().find(|source| source.broker() == broker);
        if source.is_none_or(|source| source.fleet().is_none()) {
            return Err(Trouble::new(
                Exit::Credentials,
                format!("no key is configured for {broker}, so its machines can be neither seen nor ended"),
            )
            .hint(format!("set {}_API_KEY", broker.as_str().to_ascii_uppercase())));
        }
    }
    Ok(())
}

/// What came of it. Done is only what is listed as gone.
fn finish(context: &Context<'_>, state: &State, keys: &[String], now: &Stamp) -> Result<Exit, Trouble> {
    let printer = context.printer;
    let attempts: Vec<&Attempt> = keys.iter().filter_map(|key| state.attempts.get(key)).collect();
    let rows: Vec<Row<'_>> = attempts.iter().map(|attempt| Row { attempt, listed: None }).collect();
    for absent in attempts.iter().filter(|one| one.stage == Stage::Absent) {
        printer.note(&format!(
            "{} did not appear in the time in which it might have; should it still, it is ended\n",
            called(absent)
        ));
    }
    // What is absent is settled as `reconcile` means it, and watched for.
    let is_left = |one: &&Attempt| !one.stage.is_over() && one.stage != Stage::Absent;
    let left: Vec<&Attempt> = attempts.iter().copied().filter(is_left).collect();
    if context.output == Output::Table {
        let gone = attempts.iter().filter(|one| one.stage == Stage::Gone);
        let lines = gone.map(|one| {
            let cost = one.cost.unwrap_or_default().to_fixed(4);
            format!("{} gone, cost {cost} {}\n", called(one), one.ordered.currency)
        });
        printer.data(&lines.collect::<String>())?;
    } else {
        print(context, &rows, now, |document| document)?;
    }
    if left.is_empty() {
        return Ok(if context.stop.is_asked() {
            Exit::Interrupted
        } else {
            Exit::Done
        });
    }
    let still: Vec<Row<'_>> = left.iter().map(|attempt| Row { attempt, listed: None }).collect();
    let mut text = columns::lines(table(&still, now), printer.columns).join("\n") + "\n";
    for one in &left {
        text += &why(one, now);
    }
    let alive: Vec<&Attempt> = left.iter().copied().filter(|one| one.stage.is_alive()).collect();
    let _ = writeln!(
        text,
        "not gone yet: {} still costs {} per hour; `planner reconcile --watch` goes on until it is",
        if alive.is_empty() {
            "what may exist"
        } else {
            "what runs"
        },
        rates(left.iter().copied())
    );
    printer.warn(&text);
    if context.stop.is_asked() {
        return Ok(Exit::Interrupted);
    }
    let refused = |one: &&Attempt| one.stage == Stage::Blocked && one.held(now) == Some(Held::Key);
    Ok(if left.iter().all(refused) {
        Exit::Credentials
    } else {
        Exit::Unknown
    })
}

fn why(attempt: &Attempt, now: &Stamp) -> String {
    let id = attempt
        .machine
        .as_ref()
        .map_or(attempt.name.as_str(), |machine| machine.id.as_str());
    let id = shown(id);
    match attempt.held(now) {
        Some(Held::TooEarly(wait)) => format!(
            "{id}: {} does not end it before its minimum runtime, for another {} s; it is charged that long in any case\n",
            attempt.ordered.broker,
            wait.as_secs()
        ),
        Some(Held::Key | Held::Refused) => format!("{id}: {}\n", shown(&attempt.note)),
        None if attempt.stage.is_open() => format!("{id}: nobody knows whether it exists\n"),
        None => String::new(),
    }
}

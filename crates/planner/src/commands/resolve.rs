//! `planner resolve`: a person's word on what came of a request.

use std::fmt::Write as _;

use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::source::Coverage;
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::launch::state::{Attempt, Stage};
use gpu_broker_engine::launch::{Engine, Shown};

use super::Context;
use super::ls::{finish, tell};
use super::terminate::care;
use crate::cli::ResolveArgs;
use crate::exit::Exit;
use crate::launch::{Purpose, SAY_YES, confirm, opened, the_one, trouble};
use crate::report::Trouble;
use crate::view::instances::age;
use crate::view::text::{counted, gpu_name, seller, shown};

/// Takes it, after showing what is known.
pub(crate) async fn resolve(context: &Context<'_>, args: &ResolveArgs) -> Result<Exit, Trouble> {
    let data = context.launched()?;
    let sources = context.fleets(&data)?;
    let mut engine = opened(context, &data, &sources, &Purpose::Send("resolve"), false)?;
    engine.recover().await.map_err(|error| trouble(&error))?;
    let listed = engine.look_around().await.map_err(|error| trouble(&error))?;
    let key = the_one(engine.state(), &args.name)?;
    let now = engine.parts().clock.now();
    let attempt = engine.state().attempts.get(&key).cloned();
    let attempt = attempt.ok_or_else(|| Trouble::new(Exit::Internal, "the attempt is gone"))?;
    context.printer.note(&evidence(&engine, &attempt, &listed, &now));
    let vouched = args.adopt.is_none() && attempt.is_doubted();
    let open = attempt.stage.is_open() || attempt.stage == Stage::Orphan || vouched;
    if !open {
        return Err(Trouble::new(
            Exit::Refused,
            format!(
                "{} is {}, so there is nothing to resolve",
                shown(&key),
                attempt.stage.as_str()
            ),
        )
        .hint("`planner ls` shows what is open"));
    }
    if let Some(id) = &args.adopt {
        let question = format!("is {} the machine that came of it?", shown(id));
        confirm(context, args.yes, &question, SAY_YES).await?;
        engine.adopt(&key, &InstanceId::new(id)).await.map_err(care)?;
    } else {
        let question = if vouched {
            "did it end, so that nothing is billed for it any more?"
        } else {
            "did nothing come of it, so that what was set aside is free again?"
        };
        confirm(context, args.yes, question, SAY_YES).await?;
        engine.vouch_absent(&key).map_err(care)?;
    }
    let state = engine.state().clone();
    drop(engine);
    let attempts: Vec<&Attempt> = state.attempts.get(&key).into_iter().collect();
    tell(context, &attempts, &now)?;
    Ok(finish(&attempts))
}

/// What speaks for and against it.
fn evidence(engine: &Engine, attempt: &Attempt, listed: &[Shown], now: &Stamp) -> String {
    let ordered = &attempt.ordered;
    let mut text = format!(
        "{}: {} × {} at {}\n",
        shown(&attempt.name),
        ordered.gpu.count,
        gpu_name(&ordered.gpu),
        seller(&ordered.broker, &ordered.provider),
    );
    if let Some(sent) = &attempt.sent {
        let _ = writeln!(
            text,
            "  sent at {}, {} ago",
            sent.wall,
            age(now.wall.duration_since(sent.wall))
        );
    }
    if !attempt.note.is_empty() {
        let _ = writeln!(text, "  {}", shown(&attempt.note));
    }
    let (looks, quiet) = attempt.missed();
    let quiet = quiet.and_then(|from| now.since(from)).unwrap_or_default();
    let _ = writeln!(
        text,
        "  {looks} complete lists do not show it, the last {} s after it might first have been there",
        quiet.as_secs()
    );
    if let Some(lag) = engine.state().lag_of(&ordered.broker) {
        let _ = writeln!(
            text,
            "  of {} that {} made for us, the latest was listed after {} s",
            counted(lag.count, "machine"),
            ordered.broker,
            lag.longest.as_secs()
        );
    }
    for one in listed
        .iter()
        .filter(|one| one.broker == ordered.broker && one.kind == ordered.kind)
    {
        if one.listing.coverage != Coverage::Complete {
            text.push_str("  its broker's list is not complete now\n");
        }
        for item in &one.listing.items {
            let unknown = engine.state().by_id(&one.broker, &item.id).is_none();
            if item.name == attempt.name || (unknown && item.phase.is_billable()) {
                let _ = writeln!(
                    text,
                    "  listed: {} called `{}`, {} × {}, {}",
                    shown(item.id.as_str()),
                    shown(&item.name),
                    item.gpu.count,
                    gpu_name(&item.gpu),
                    shown(&item.status)
                );
            }
        }
    }
    text
}

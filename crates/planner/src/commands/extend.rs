//! `planner extend`: let a machine run until later.

mod longer;

use jiff::Timestamp;

use super::Context;
use super::ls::tell;
use super::terminate::care;
use crate::cli::ExtendArgs;
use crate::exit::Exit;
use crate::launch::{Purpose, SAY_YES, allowed, check_approved, confirm, opened, the_one, trouble};
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::text::shown;

/// Puts its end off, within the caps of its launch and the budget of all that was launched.
pub(crate) async fn extend(context: &Context<'_>, args: &ExtendArgs) -> Result<Exit, Trouble> {
    let data = context.launched()?;
    if !data.is_begun()? {
        return Err(Trouble::usage("nothing was launched from here").hint("`planner provision` launches"));
    }
    let mut engine = opened(context, &data, &Sources::nobody(), &Purpose::Note, false)?;
    engine.refresh().map_err(|error| trouble(&error))?;
    let key = the_one(engine.state(), &args.id)?;
    let now = engine.parts().clock.now();
    let attempt = engine.state().attempts.get(&key);
    let ends_at = attempt.and_then(|one| one.ends_at);
    let beyond = || Trouble::usage("that ends beyond the calendar").hint("choose a shorter time");
    let until: Timestamp = match (args.until, args.by) {
        (Some(until), _) => until,
        (None, Some(by)) => {
            let Some(ends_at) = ends_at else {
                return Err(
                    Trouble::new(Exit::Refused, "it never ends by itself, so it cannot end later")
                        .hint("`--until TIME` gives it an end"),
                );
            };
            // What should be over by now is let run from now on.
            ends_at.max(now.wall).checked_add(by).map_err(|_| beyond())?
        }
        (None, None) => return Err(Trouble::usage("nobody said until when").hint("say `--by 4h` or `--until TIME`")),
    };
    if until <= now.wall {
        return Err(Trouble::usage(format!("{until:.0} is past")).hint("`planner terminate` ends it now"));
    }
    check_approved(&args.policy, &args.approve)?;
    if let Some(attempt) = attempt {
        let longer = longer::purchase(engine.state(), attempt, until)
            .ok_or_else(|| Trouble::usage("what that costs has too many digits").hint("choose a shorter time"))?;
        allowed(&args.policy, &longer, &args.approve)
            .map_err(|held| held.trouble("it is not let run until then", context.global))?;
        let before = ends_at.map_or_else(|| "never by itself".to_owned(), |at| format!("at {at:.0}"));
        context.printer.note(&format!(
            "{} ends {before}, and then at {until:.0}; it costs {} {} per hour\n",
            shown(&args.id),
            attempt
                .machine
                .as_ref()
                .and_then(|machine| machine.rate)
                .unwrap_or(attempt.ordered.ceiling),
            attempt.ordered.currency
        ));
    }
    confirm(
        context,
        args.yes || data.is_sandbox(),
        "let it run until then?",
        SAY_YES,
    )
    .await?;
    engine.extend(&key, until, args.budget).map_err(care)?;
    let attempts: Vec<_> = engine.state().attempts.get(&key).into_iter().collect();
    tell(context, &attempts, &now)?;
    Ok(Exit::Done)
}

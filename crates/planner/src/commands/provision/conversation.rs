//! Asking a person what to launch, where nothing says it.

use std::sync::Arc;

use gpu_broker_core::market::{Completeness, Market};
use gpu_broker_core::policy::Rule;

use super::super::Context;
use super::chosen;
use crate::cli::{Flag, Output, ProvisionArgs, anew, here, hours_flag};
use crate::dialogue::{Dialogue, Heard, Prices};
use crate::env;
use crate::exit::Exit;
use crate::launch::{answer, answer_anew, is_yes, unconfirmed};
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::text::shown;
use crate::view::{footer, unsold};

/// What a person wants.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The flags with what was answered.
    pub(super) args: ProvisionArgs,
    /// The market that was looked at.
    pub(super) market: Arc<Market>,
    /// What to type to ask for the same.
    pub(super) command: String,
    /// The questions, to be taken up again.
    dialogue: Dialogue,
}

/// What the last question is about.
const LAUNCH: &str = "\
`y` launches what stands above, which costs what stands there; `b` goes back to the last question
only Enter, or anything else, leaves: nothing is sent then
";

/// Whether there is a person to be asked, and nothing yet says what to launch.
pub(super) fn is_wanted(context: &Context<'_>, args: &ProvisionArgs) -> bool {
    let says = args.gpu.is_some() || args.quote.is_some() || args.plan.is_some() || args.count.is_some();
    !says && !args.yes && context.output == Output::Table && context.printer.converses()
}

/// Asks; nothing is sent. `None` where the person leaves.
pub(super) async fn held(
    context: &Context<'_>,
    args: &ProvisionArgs,
    sources: &Sources,
) -> Result<Option<Wanted>, Trouble> {
    let printer = context.printer;
    let market = Arc::new(chosen::read(context, sources, &args.request.demand(Some("any"))?).await);
    printer.note(&footer::sources(&market.sources, "offer"));
    if !sources.has_fleet() {
        printer.note("without a key nothing can be launched; `planner provision --sandbox` tries all of it\n");
    }
    let most = chosen::most(args);
    let prices = Prices::new(Arc::clone(&market), most, args.allow_prepaid);
    let (request, columns) = (args.request.clone(), printer.columns);
    let opened = thinking(move || {
        let ruled = prices.ruled_out(&request);
        Dialogue::open(prices, request, columns).ok_or(ruled)
    });
    let opened = opened.await?;
    if opened.is_err() {
        printer.note(&unsold::asked(&market, &args.request.filter.wanted_where()?));
    }
    let (dialogue, screen) = opened.map_err(|ruled| nothing(&market, ruled.as_deref()))?;
    asked(context, args, (dialogue, Heard::Screen(screen)), market).await
}

/// Asks the last question once more, and goes on from there.
pub(super) async fn back(
    context: &Context<'_>,
    args: &ProvisionArgs,
    wanted: Wanted,
) -> Result<Option<Wanted>, Trouble> {
    let Wanted { dialogue, market, .. } = wanted;
    let heard = hear(dialogue, Some("b".to_owned())).await?;
    asked(context, args, heard, market).await
}

/// Goes on until all is answered.
async fn asked(
    context: &Context<'_>,
    args: &ProvisionArgs,
    (mut dialogue, mut heard): (Dialogue, Heard),
    market: Arc<Market>,
) -> Result<Option<Wanted>, Trouble> {
    loop {
        match heard {
            Heard::Screen(screen) => {
                let line = answer(context, &here(&screen, context.global)).await?;
                (dialogue, heard) = hear(dialogue, line).await?;
            }
            Heard::Left => return Ok(None),
            Heard::Chosen(told) => {
                context.printer.warn(&here(&format!("{told}\n"), context.global));
                return Ok(Some(wanted(args, dialogue, market)));
            }
        }
    }
}

async fn hear(mut dialogue: Dialogue, line: Option<String>) -> Result<(Dialogue, Heard), Trouble> {
    thinking(move || {
        let heard = dialogue.hear(line.as_deref());
        (dialogue, heard)
    })
    .await
}

/// Whether somebody says yes to what was chosen; false where they go back.
pub(super) async fn confirms(context: &Context<'_>) -> Result<bool, Trouble> {
    loop {
        let line = answer_anew(context, "launch this? [y/N] ").await?.unwrap_or_default();
        match line.trim() {
            "b" | "back" => return Ok(false),
            "?" | "h" | "help" => context.printer.warn(LAUNCH),
            word if is_yes(word) => return Ok(true),
            _ => return Err(unconfirmed()),
        }
    }
}

/// Whether somebody approves what rules want approved, each by itself: by the rule's name, or by yes.
pub(super) async fn approves(context: &Context<'_>, rank: u64, rules: &[Rule]) -> Result<bool, Trouble> {
    for rule in rules {
        let name = shown(rule.name());
        let question = format!(
            "plan {rank} wants to be approved, by the policy `{name}`: {}\nis it? type `{name}` or yes [no] ",
            shown(&rule.to_string())
        );
        let said = answer_anew(context, &question).await?.unwrap_or_default();
        let said = said.trim();
        if said != rule.name() && !is_yes(said) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// On a thread of its own, so that an interrupt is heard meanwhile.
async fn thinking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Trouble> {
    let thought = tokio::task::spawn_blocking(work).await;
    thought.map_err(|error| Trouble::new(Exit::Internal, error.to_string()))
}

/// That there is nothing to ask about.
fn nothing(market: &Market, ruled: Option<&str>) -> Trouble {
    let (exit, what) = match market.completeness_of_nothing() {
        Completeness::Whole => (
            Exit::NothingMatches,
            "nothing that the flags and settings allow is for sale",
        ),
        Completeness::Partial => (
            Exit::PartialMarket,
            "nothing was read that could be launched, and not all was read",
        ),
        Completeness::KeysRefused => (Exit::Credentials, "nothing was read, as no broker takes the keys"),
    };
    let ruled = ruled.map(|ruled| format!("; {ruled}")).unwrap_or_default();
    Trouble::new(exit, format!("{what}{ruled}"))
        .hint("`planner gpus` lists what is for sale, `planner config show` what settings ask for")
}

/// The flags and the command that say what was answered.
fn wanted(args: &ProvisionArgs, dialogue: Dialogue, market: Arc<Market>) -> Wanted {
    let answers = dialogue.answers();
    let mut args = args.clone();
    args.gpu = answers.gpus();
    let mut flags: Vec<(&str, Option<Flag>)> = Vec::new();
    if let Some(hours) = answers.hours().filter(|hours| *hours != args.request.hours) {
        args.request.hours = hours;
        flags.push(("hours", Some(hours_flag(hours))));
    }
    if let Some(region) = answers.region() {
        args.request.filter.region = vec![region.to_owned()];
        flags.push(("region", Some(Flag::with("region", region.to_owned()))));
    }
    if !args.dry_run {
        flags.push(("yes", Some(Flag::switch("yes"))));
    }
    let words: Vec<String> = args.gpu.iter().cloned().collect();
    let command = anew(&env::arguments(), &words, &flags);
    Wanted {
        args,
        market,
        command,
        dialogue,
    }
}

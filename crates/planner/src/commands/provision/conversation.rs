//! Asking a person what to launch, where nothing says it.

use std::sync::Arc;

use gpu_broker_core::market::{Completeness, Market};
use gpu_broker_core::policy::Rule;

use super::super::Context;
use super::chosen;
use crate::cli::{Flag, Output, ProvisionArgs, anew, hours_flag};
use crate::dialogue::{Dialogue, Heard, Prices};
use crate::env;
use crate::exit::Exit;
use crate::launch::answer;
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
}

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
    let (mut dialogue, mut screen) = opened.map_err(|ruled| nothing(&market, ruled.as_deref()))?;
    loop {
        let line = answer(context, &screen).await?;
        let (after, heard) = thinking(move || {
            let heard = dialogue.hear(line.as_deref());
            (dialogue, heard)
        })
        .await?;
        dialogue = after;
        match heard {
            Heard::Screen(next) => screen = next,
            Heard::Left => return Ok(None),
            Heard::Chosen(told) => {
                printer.warn(&format!("{told}\n"));
                return Ok(Some(wanted(args, &dialogue, market)));
            }
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
        let said = answer(context, &question).await?.unwrap_or_default();
        let said = said.trim();
        if said != rule.name() && !matches!(said.to_ascii_lowercase().as_str(), "y" | "yes") {
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
fn wanted(args: &ProvisionArgs, dialogue: &Dialogue, market: Arc<Market>) -> Wanted {
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
    Wanted { args, market, command }
}

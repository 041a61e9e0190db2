//! `planner report`: a quote to hand on.

use std::path::Path;
use std::sync::Arc;

use gpu_broker_core::demand::{Demand, DisksWanted, Objective};
use gpu_broker_core::market::Market;
use gpu_broker_core::policy::Policy;
use gpu_broker_core::quantity::Hours;
use gpu_broker_core::quote::compare::{CompareError, compare};
use gpu_broker_core::quote::why;
use jiff::Timestamp;

use super::Context;
use super::quote::{answered, reckon, status};
use super::verify::{denied_now, findings};
use crate::cli::{Again, Flag, Output, ReportArgs, comparing, joined};
use crate::exit::Exit;
use crate::files::absent::is_absent;
use crate::files::market::Saved;
use crate::files::quote::{Kept, holds_until};
use crate::files::quotes;
use crate::files::whole::{self, Most};
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::{BROKERS, narrow};
use crate::view::format;
use crate::view::report::{Basis, Known, Report, Terms, Told, markdown, page, report as made};
use crate::view::text::{ranked, shown};
use crate::view::{unsold, why as view_why};

/// The hours that are drawn: the usual span, and further where more are asked
/// for.
const DRAWN: (u64, u64) = (1, 2160);

/// Makes a report of a quote that was kept, or of one that is made now.
pub(crate) async fn report(context: &Context<'_>, args: &ReportArgs) -> Result<Exit, Trouble> {
    let prints = printed(context, args)?;
    let (report, exit) = match args.quote() {
        Some(word) => (of_kept(context, args, word).await?, Exit::Done),
        None => of_now(context, args).await?,
    };
    if let Some(file) = &args.html {
        let page = page(&report);
        if file == "-" {
            bytes(page.as_bytes())?;
        } else {
            // To be handed on, so not for its owner alone.
            std::fs::write(file, page).map_err(|error| {
                Trouble::usage(format!("the report cannot be written to {}: {error}", shown(file)))
                    .hint("name a file in a folder that exists, or `-` to print the page")
            })?;
            context.printer.note(&format!("the report is in {}\n", shown(file)));
        }
    }
    if prints {
        bytes(markdown(&report).as_bytes())?;
    }
    Ok(exit)
}

/// Whether Markdown is printed.
fn printed(context: &Context<'_>, args: &ReportArgs) -> Result<bool, Trouble> {
    let asked = context.global.json || context.global.output.is_some();
    let to_stdout = args.html.as_deref() == Some("-");
    match context.output {
        Output::Markdown if to_stdout => Err(Trouble::usage("a page and Markdown cannot both be printed")
            .hint("write the page to a file with `--html report.html`")),
        Output::Markdown => Ok(true),
        _ if !asked => Ok(args.html.is_none()),
        _ => Err(Trouble::usage("a report is Markdown, or a page")
            .hint("`-o markdown` or `--html FILE`; `planner quote -o json` prints the figures for programs")),
    }
}

/// A report of a quote that is made now.
async fn of_now(context: &Context<'_>, args: &ReportArgs) -> Result<(Report, Exit), Trouble> {
    let asked = args.asked();
    let answer = answered(context, &asked).await?;
    let document = answer.document(context, &asked).await?;
    let text = format::json(&document)?;
    let (kept, told) = read(&text)?;
    let terms = terms(Arc::clone(&answer.market), &answer.demand).await?;
    let again = Again::new(&asked, context.global, &answer.demand).same(&[]);
    let report = made(&Basis {
        kept: &kept,
        told: &told,
        demand: &answer.demand,
        known: Known::Made(answer.market.offers.len()),
        terms: &terms,
        again: &again,
        warnings: &unsold_in(context, &answer.market, &answer.demand),
    });
    Ok((report, status(&answer.market, &answer.quote)))
}

/// A report of a quote that somebody kept, where it holds.
async fn of_kept(context: &Context<'_>, args: &ReportArgs, word: &str) -> Result<Report, Trouble> {
    if args.max_offers.is_some() || !args.request.is_without_flags() || !context.global.offers.is_empty() {
        return Err(
            Trouble::usage("flags of a request are given beside a quote, which is the answer to one")
                .hint("leave them out, or name the GPUs in place of the quote"),
        );
    }
    let (text, saved) = found(context, word)?;
    let (kept, mut told) = read(&text)?;
    let saved = match (saved, &context.global.market) {
        (_, Some(path)) => Some(Saved::read(path)?),
        (saved, None) => saved.map_or_else(|| beside(context, &kept), |saved| Ok(Some(saved)))?,
    };
    if let Some(wrong) = findings(&kept, saved.as_ref()).first() {
        return Err(
            Trouble::new(Exit::Refused, format!("the quote does not hold: {}", shown(wrong)))
                .hint("`planner verify` tells all that is wrong with it; quote again"),
        );
    }
    let demand = kept.request.demand();
    let mut warnings = stale(&kept, &args.request.policy, context.now);
    for why in &warnings {
        context.printer.warn(&format!("warning: {}\n", shown(why)));
    }
    let terms = match &saved {
        Some(saved) => {
            let market = Arc::new(seen(saved, &demand));
            if !told.is_explained() {
                let why = unsold::spelt(reckon(&market, &demand, why).await?, &market);
                let asked = args.asked();
                let again = Again::new(&asked, context.global, &demand);
                told.explain(&view_why::rejections(&why.rejections, &again));
            }
            warnings.extend(unsold_in(context, &market, &demand));
            terms(market, &demand).await?
        }
        None => Terms::Unknown(
            "To draw the total by hours, the market is needed that the quote was made of: \
             keep it with `planner quote --save market.json`, and give it with `--market market.json`."
                .to_owned(),
        ),
    };
    let asked = args.asked();
    let more = of_call(context, &told, is_of_sandbox(context, &kept));
    let again = Again::new(&asked, context.global, &demand).same(&more);
    Ok(made(&Basis {
        kept: &kept,
        told: &told,
        demand: &demand,
        known: saved.map_or(Known::Alone, |saved| Known::Checked(saved.market.offers.len())),
        terms: &terms,
        again: &again,
        warnings: &warnings,
    }))
}

/// Words of the request, and of its rules, under which nobody sells anything: told at once, and in the report.
fn unsold_in(context: &Context<'_>, market: &Market, demand: &Demand) -> Vec<String> {
    let said = unsold::note(market, demand);
    context.printer.note(&said);
    said.lines().map(str::to_owned).collect()
}

/// Why nobody should act on a quote as it was kept: its prices are too old, or a rule has come since that denies a plan
/// of it.
fn stale(kept: &Kept, policy: &Policy, now: Timestamp) -> Vec<String> {
    let old = expired(holds_until(kept.created_at, kept.expires_at), now);
    // Each rule once, with the plans that break it.
    let mut broken: Vec<(String, Vec<u64>)> = Vec::new();
    for finding in denied_now(kept, policy) {
        let (plan, why) = broken_by(kept, &finding).unwrap_or((0, &finding));
        match broken.iter_mut().find(|(known, _)| known == why) {
            Some((_, ranks)) => ranks.push(plan),
            None => broken.push((why.to_owned(), vec![plan])),
        }
    }
    let denied = broken
        .into_iter()
        .map(|(why, ranks)| format!("{} of this quote may not be bought by now: {why}", ranked(&ranks)));
    old.into_iter().chain(denied).collect()
}

fn expired(until: Timestamp, now: Timestamp) -> Option<String> {
    (now >= until).then(|| format!("this quote expired at {until:.0}: its prices may have changed since"))
}

/// The rank of the plan that a finding is about, and what it finds.
fn broken_by<'a>(kept: &Kept, finding: &'a str) -> Option<(u64, &'a str)> {
    let (at, said) = finding.strip_prefix("plans[")?.split_once("].")?;
    let plan = kept.claim.plans.get(at.parse::<usize>().ok()?)?;
    let (_, why) = said.split_once(": ")?;
    Some((plan.rank, why))
}

/// What the call that made a kept quote said besides its request: who was asked where it was not everybody, and that it
/// was the sandbox. Offers of somebody's own are in a file that only they have.
fn of_call(context: &Context<'_>, told: &Told, sandbox: bool) -> Vec<Flag> {
    let asked: Vec<String> = told.asked().map(str::to_owned).collect();
    let is_asked = |name: &str| asked.iter().any(|asked| asked == name);
    let is_narrower = !BROKERS.iter().all(|name| is_asked(name)) && context.global.broker.is_empty();
    let mut flags: Vec<Flag> = joined("broker", &asked).filter(|_| is_narrower).into_iter().collect();
    let is_own = |name: &String| !BROKERS.contains(&name.as_str());
    flags.extend(
        asked
            .iter()
            .any(is_own)
            .then(|| Flag::with("offers", "FILE".to_owned())),
    );
    flags.extend((sandbox && !context.global.sandbox).then(|| Flag::switch("sandbox")));
    flags
}

/// Whether a quote is known to be of the sandbox, as it was kept there; a market in a file needs no sandbox.
fn is_of_sandbox(context: &Context<'_>, kept: &Kept) -> bool {
    let (Some(id), Ok(data)) = (kept.id().filter(|id| quotes::is_id(id)), context.data()) else {
        return false;
    };
    let is_kept = |folder: &Path| !is_absent(&quotes::paths(folder, id).0);
    context.global.market.is_none() && is_kept(&data.of_sandbox().quotes())
}

/// The document that a word means, and its market where the word is an id.
fn found(context: &Context<'_>, word: &str) -> Result<(Vec<u8>, Option<Saved>), Trouble> {
    if !quotes::names_kept(word) {
        return Ok((whole::read(Path::new(word), "the quote", Most::Bundle)?, None));
    }
    let data = context.data()?;
    let (quote, beside) = quotes::kept(&data.kept_quotes(), word)?;
    Ok((
        whole::read(&quote, "the quote", Most::Bundle)?,
        Some(Saved::read(&beside)?),
    ))
}

/// The market that is kept of a quote in a file, if it was made here.
fn beside(context: &Context<'_>, kept: &Kept) -> Result<Option<Saved>, Trouble> {
    let (Some(id), Ok(data)) = (kept.id().filter(|id| quotes::is_id(id)), context.data()) else {
        return Ok(None);
    };
    let folders = data.kept_quotes();
    let there = folders
        .iter()
        .map(|folder| quotes::paths(folder, id).1)
        .find(|path| !is_absent(path));
    there.map(|path| Saved::read(&path)).transpose()
}

fn read(text: &[u8]) -> Result<(Kept, Told), Trouble> {
    let both = Kept::parse(text).and_then(|kept| Ok((kept, Told::parse(text)?)));
    both.map_err(|reason| {
        Trouble::usage(format!("it is no quote: {}", shown(&reason)))
            .hint("`planner quote GPU -o json > FILE` writes one")
    })
}

/// The market as far as the request is about it.
fn seen(saved: &Saved, demand: &Demand) -> Market {
    let mut market = saved.market.clone();
    market.disks = saved.disks.clone().filter(|_| !demand.disks.is_empty());
    let brokers = &demand.wanted_where.brokers;
    if !brokers.is_empty() {
        narrow(&mut market, |broker| brokers.admits_word(broker.as_str()));
    }
    market
}

/// Totals by hours. What is about one number of hours is left out of the
/// request, as the hours are what is drawn.
async fn terms(market: Arc<Market>, demand: &Demand) -> Result<Terms, Trouble> {
    let mut demand = demand.clone();
    let mut without = Vec::new();
    if demand.caps.total.take().is_some() {
        without.push("--max-total");
    }
    if demand.objective != Objective::Total {
        demand.objective = Objective::Total;
        without.push("--sort-by");
    }
    // Terms are about machines; disks cost the same on all of them.
    demand.disks = DisksWanted::default();
    let from = Hours::whole(DRAWN.0).min(demand.hours);
    let to = Hours::whole(DRAWN.1).max(demand.hours);
    let drawing = tokio::task::spawn_blocking(move || compare(&market, &demand, from, to));
    let compared = drawing
        .await
        .map_err(|error| Trouble::new(Exit::Internal, format!("the terms could not be compared: {error}")))?;
    Ok(match compared {
        Ok(comparison) => Terms::Known { comparison, without },
        Err(CompareError::Span { .. }) => Terms::Unknown("There are no hours to be drawn.".to_owned()),
        Err(error) => return Err(comparing(error)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_quote_is_told_as_one() {
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let check = |until: i64, now: i64, expected: Option<&str>| {
            assert_eq!(expired(at(until), at(now)).as_deref(), expected, "{until} {now}");
        };
        let said = "this quote expired at 2027-01-15T08:00:00Z: its prices may have changed since";
        check(0, -1, None);
        check(0, 0, Some(said));
        check(0, 86_400, Some(said));
    }
}

//! `planner verify`: whether a quote holds.

use gpu_broker_core::policy::Policy;
use gpu_broker_core::quote::quote as ranked;
use gpu_broker_core::verify::{By, Certificate, verify as overlooked, verify_figures, verify_policy};
use serde_json::json;

use super::Context;
use crate::cli::{Output, VerifyArgs};
use crate::exit::Exit;
use crate::files::market::Saved;
use crate::files::quote::Kept;
use crate::files::quotes;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::narrow;
use crate::view::text::{counted, shown};
use crate::view::{document, format};

/// Checks a quote, against the market that it was made of where one is given, and prints what does not hold.
pub(crate) fn verify(context: &Context<'_>, args: &VerifyArgs) -> Result<Exit, Trouble> {
    // A quote that is named by its id is kept with the market that it was made of.
    let named = args.quote.to_str().filter(|word| quotes::names_kept(word));
    let named = named
        .map(|word| quotes::kept(&context.data()?.kept_quotes(), word))
        .transpose()?;
    let (path, beside) = named.map_or((args.quote.clone(), None), |(quote, beside)| (quote, Some(beside)));
    let kept = Kept::read(&path)?;
    let market = context.global.market.as_deref().or(beside.as_deref());
    let saved = market.map(Saved::read).transpose()?;
    let mut findings = findings(&kept, saved.as_ref());
    findings.extend(denied_now(&kept, &args.policy));

    // Whether the best plans were found again by other means.
    let optimality = saved.is_some() && kept.claim.optimal;

    let printer = context.printer;
    let holds = findings.is_empty();
    let plans = kept.claim.plans.len();
    let document = || {
        json!({
            "schema": "planner.verify/1",
            "holds": holds,
            "plans": plans,
            "market_checked": saved.is_some(),
            "optimality_checked": optimality,
            "findings": findings,
        })
    };
    match context.output {
        Output::Json | Output::Jsonl => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Table | Output::Csv | Output::Markdown => {
            let mut text = String::new();
            for finding in &findings {
                text.extend(["does not hold: ", &shown(finding), "\n"]);
            }
            if holds {
                text.push_str(&summary(&kept, saved.as_ref()));
            }
            printer.data(&text)?;
        }
    }
    if saved.is_none() {
        printer.note(
            "only the quote itself was checked; `--market FILE` checks it against what was for sale, \
             as `planner quote --save FILE` keeps it\n",
        );
    }
    Ok(if holds { Exit::Done } else { Exit::Refused })
}

/// What a rule denies that has come, or was tightened, since the quote was made.
pub(crate) fn denied_now(kept: &Kept, policy: &Policy) -> Vec<String> {
    let demand = kept.request.demand();
    let stored = demand.policy.rules();
    let come = policy.rules().iter().filter(|rule| !stored.contains(rule));
    verify_policy(&kept.claim, &demand, &Policy::new(come.cloned()))
}

/// What does not hold.
pub(crate) fn findings(kept: &Kept, saved: Option<&Saved>) -> Vec<String> {
    let mut findings = Vec::new();
    kept.check_names(&mut findings);
    let demand = kept.request.demand();
    let plans = usize::try_from(kept.request.max_offers).unwrap_or(usize::MAX);
    let Some(saved) = saved else {
        findings.extend(verify_figures(&kept.claim, &demand));
        return findings;
    };
    let mut market = saved.market.clone();
    market.disks = saved.disks.clone().filter(|_| !demand.disks.is_empty());
    let brokers = &demand.wanted_where.brokers;
    if !brokers.is_empty() {
        narrow(&mut market, |broker| brokers.admits_word(broker.as_str()));
    }
    findings.extend(overlooked(&kept.claim, &market, &demand, plans));
    if findings.is_empty() {
        // The figures hold. What is left are words: they are compared with those that planner would write now.
        match ranked(&market, &demand, plans) {
            Ok(quote) => {
                let written = document::quote(&quote, &market, &demand, plans);
                kept.check_words(&json!(written), &mut findings);
            }
            Err(error) => findings.push(format!("request: {error}")),
        }
    }
    findings
}

/// What was checked, in a few lines.
fn summary(kept: &Kept, saved: Option<&Saved>) -> String {
    let plans = kept.claim.plans.len();
    let Some(saved) = saved else {
        return format!("{}: the sums, the rules and the names hold\n", counted(plans, "plan"));
    };
    let against = format!(
        "{} {} against {}: the sums, the rules and the names\n",
        counted(plans, "plan"),
        if plans == 1 { "holds" } else { "hold" },
        counted(saved.market.offers.len(), "offer")
    );
    let Some(certificate) = &kept.claim.certificate else {
        return against;
    };
    let by = |by: By| certificate.pools.iter().filter(|pool| pool.by == by).count();
    let proof = match certificate {
        Certificate {
            singles: Some(singles), ..
        } => format!("the first is the least of {singles} single instances"),
        Certificate { pools, short, .. } => format!(
            "none of {} pools that could supply the GPUs has a better one ({} too dear per GPU, {} by table, {} by \
             looking at each plan); {short} pools are too small",
            pools.len(),
            by(By::PerGpu),
            by(By::Cover),
            by(By::Open),
        ),
    };
    format!("{against}{proof}\n")
}

#[cfg(test)]
mod tests;

//! The brokers: whether they can be reached, take the key, and list.

use std::fmt::Write as _;

use futures::future::join_all;
use gpu_broker_core::source::{Account, Ask, Coverage, Fleet, Hint, Quiet, Source, SourceError};
use tokio::time::Instant;

use super::{Finding, clock};
use crate::commands::Context;
use crate::exit::Exit;
use crate::settings::Sources;
use crate::view::text::{counted, shown};

pub(super) async fn look(context: &Context<'_>, sources: &Sources) -> Vec<Finding> {
    let each = sources.asked.iter().map(|source| one(context, &**source));
    let mut findings: Vec<Finding> = join_all(each).await.into_iter().flatten().collect();
    let launches = sources.asked.iter().any(|source| source.fleet().is_some());
    for broker in &sources.without_key {
        let name = broker.as_str().to_ascii_uppercase();
        let hint = format!("set {name}_API_KEY to launch there");
        findings.push(Finding::note(format!("{broker} key"), "none is configured", hint));
    }
    if !launches {
        findings.push(Finding::bad(
            "launching",
            "no broker has a key, so nothing can be launched",
            "set PRIME_API_KEY or SPHERON_API_KEY, or try `--sandbox`",
            Exit::Credentials,
        ));
    }
    findings
}

async fn one(context: &Context<'_>, source: &dyn Source) -> Vec<Finding> {
    let broker = source.broker();
    let mut findings = Vec::new();
    match source.fleet() {
        None => {
            let name = broker.as_str().to_ascii_uppercase();
            let hint = format!("set {name}_API_KEY to launch there");
            findings.push(Finding::note(
                format!("{broker} key"),
                "none is configured; its offers are public",
                hint,
            ));
        }
        Some(fleet) => {
            let within = context.within();
            let (balance, keys, listed) = tokio::join!(
                balance(context, source, fleet.account()),
                fleet.account().keys(within),
                machines(context, source, fleet)
            );
            findings.extend(balance);
            findings.push(login(source, keys));
            findings.extend(listed);
            findings.extend(limits(source, fleet));
        }
    }
    findings.push(offers(context, source).await);
    findings.extend(clock::look(source));
    findings
}

fn trouble(source: &dyn Source, what: &str, error: &SourceError) -> Finding {
    let broker = source.broker();
    let (hint, exit) = if error.is_credentials() {
        let name = broker.as_str().to_ascii_uppercase();
        (format!("check {name}_API_KEY and what it may do"), Exit::Credentials)
    } else {
        (
            "try again, and see `-v` for each request".to_owned(),
            Exit::PartialMarket,
        )
    };
    Finding::bad(
        format!("{broker} {what}"),
        shown(&error.to_string()).into_owned(),
        hint,
        exit,
    )
}

/// Whether the key is taken, and what there is to spend.
async fn balance(context: &Context<'_>, source: &dyn Source, account: &dyn Account) -> Vec<Finding> {
    let broker = source.broker();
    let began = Instant::now();
    let balances = match account.balances(context.within()).await {
        Ok(balances) => balances,
        Err(error) => return vec![trouble(source, "key", &error)],
    };
    let took = began.elapsed().as_millis();
    let mut findings = vec![Finding::ok(
        format!("{broker} key"),
        format!("accepted, answered in {took} ms"),
    )];
    for balance in balances {
        let team = balance.team.as_deref().map(|team| format!(" (team {})", shown(team)));
        let pays = if balance.current { ", which pays" } else { "" };
        let said = format!(
            "{} {} of {}{}{pays}",
            balance.amount,
            balance.currency,
            shown(&balance.name),
            team.unwrap_or_default()
        );
        let is_empty = balance.amount.is_zero() || balance.amount.is_negative();
        findings.push(if is_empty && balance.current {
            Finding::note(format!("{broker} money"), said, "add some before launching there")
        } else {
            Finding::ok(format!("{broker} money"), said)
        });
    }
    findings
}

fn login(source: &dyn Source, keys: Result<Vec<gpu_broker_core::source::AccountKey>, SourceError>) -> Finding {
    let about = format!("{} ssh keys", source.broker());
    match keys {
        Err(error) => trouble(source, "ssh keys", &error),
        Ok(keys) if keys.is_empty() => {
            let hint = "add one to the account, or name a file with `--ssh-key` when launching";
            Finding::note(about, "none: nobody could log in with the account's own", hint)
        }
        Ok(keys) => {
            let names = keys.iter().map(|key| {
                let primary = if key.primary { " (primary)" } else { "" };
                format!("`{}`{primary}", shown(&key.name))
            });
            Finding::ok(about, names.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Whether its list of machines is complete.
async fn machines(context: &Context<'_>, source: &dyn Source, fleet: &dyn Fleet) -> Vec<Finding> {
    let ask = Ask {
        within: context.within(),
        hint: &Hint::default(),
        progress: &Quiet,
    };
    let began = Instant::now();
    let listing = fleet.list(&ask, context.now).await;
    let took = began.elapsed().as_millis();
    let broker = source.broker();
    match &listing.coverage {
        Coverage::Complete => {
            let count = listing.items.iter().filter(|item| item.phase.is_billable()).count();
            let scope = fleet.scope().map(|team| format!(" of team {}", shown(team)));
            vec![Finding::ok(
                format!("{broker} machines"),
                format!("{count} billed{}, listed in {took} ms", scope.unwrap_or_default()),
            )]
        }
        Coverage::Partial(error) | Coverage::Failed(error) => vec![trouble(source, "machines", error)],
        Coverage::NoCredentials => Vec::new(),
    }
}

fn limits(source: &dyn Source, fleet: &dyn Fleet) -> Option<Finding> {
    let traits = fleet.traits();
    let mut said = String::new();
    for (what, budget) in [("launches", traits.creates), ("requests", traits.calls)] {
        if let Some(budget) = budget {
            let gap = if said.is_empty() { "" } else { ", " };
            let minutes = budget.window.as_secs() / 60;
            let _ = write!(said, "{gap}{} {what} in {}", budget.count, counted(minutes, "minute"));
        }
    }
    (!said.is_empty()).then(|| Finding::ok(format!("{} limits", source.broker()), said))
}

/// Whether what it sells can be read.
async fn offers(context: &Context<'_>, source: &dyn Source) -> Finding {
    let ask = Ask {
        within: context.within(),
        hint: &Hint::default(),
        progress: &Quiet,
    };
    let began = Instant::now();
    let listing = source.catalog().offers(&ask).await;
    let took = began.elapsed().as_millis();
    match &listing.coverage {
        Coverage::Complete => Finding::ok(
            format!("{} offers", source.broker()),
            format!("{} in {took} ms", listing.items.len()),
        ),
        Coverage::Partial(error) | Coverage::Failed(error) => trouble(source, "offers", error),
        Coverage::NoCredentials => Finding::ok(format!("{} offers", source.broker()), "not asked"),
    }
}

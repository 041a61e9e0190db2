//! Which attempts somebody means.

use std::collections::BTreeSet;

use gpu_broker_engine::launch::state::{Attempt, State};

use crate::report::Trouble;
use crate::view::text::shown;

/// The keys of the attempts that a word means: the broker's id of a machine,
/// its name, its launch, or the beginning of one of them that is nobody
/// else's. None when the journal knows nothing of the kind.
///
/// # Errors
/// When it is the beginning of several.
pub(crate) fn find(state: &State, word: &str) -> Result<Vec<String>, Trouble> {
    let exact: Vec<&Attempt> = state.attempts.values().filter(|one| is(one, word)).collect();
    let brokers: BTreeSet<&str> = exact.iter().map(|one| one.ordered.broker.as_str()).collect();
    if brokers.len() > 1 {
        let spelled: Vec<String> = brokers
            .iter()
            .map(|broker| format!("{broker}/{}", shown(word)))
            .collect();
        return Err(
            Trouble::usage(format!("several brokers have a machine {}", shown(word)))
                .hint(format!("say which: {}", spelled.join(" or "))),
        );
    }
    if !exact.is_empty() {
        return Ok(keys(exact));
    }
    let launch: Vec<&Attempt> = state.of_launch(word).filter(|_| !word.is_empty()).collect();
    if !launch.is_empty() {
        return Ok(keys(launch));
    }
    // What is gone does not stand in the way of what is not.
    for past in [false, true] {
        let begins = state.attempts.values().filter(|one| past || !one.stage.is_over());
        let begins: Vec<&Attempt> = begins.filter(|one| begins_with(one, word)).collect();
        let launches: BTreeSet<&str> = begins.iter().map(|one| one.launch.as_str()).collect();
        match begins.as_slice() {
            [] => {}
            [one] => return Ok(vec![one.key.clone()]),
            all if launches.len() == 1 && all.iter().all(|one| one.launch.starts_with(word)) => {
                return Ok(keys(begins));
            }
            several => {
                let names: Vec<String> = several.iter().take(5).map(|one| shown(&one.key).into_owned()).collect();
                return Err(
                    Trouble::usage(format!("`{}` is the beginning of {} names", shown(word), several.len()))
                        .hint(format!("write more of it: {}", names.join(", "))),
                );
            }
        }
    }
    Ok(Vec::new())
}

/// The attempts that a word must mean.
///
/// # Errors
/// When the journal knows nothing of the kind, or several.
pub(crate) fn known(state: &State, word: &str) -> Result<Vec<String>, Trouble> {
    let found = find(state, word)?;
    if found.is_empty() {
        return Err(Trouble::usage(format!(
            "the journal knows no machine, name or launch `{}`",
            shown(word)
        ))
        .hint("`planner ls --all` shows what there is, `planner audit` what the brokers list beside"));
    }
    Ok(found)
}

/// The one attempt that a word must mean.
///
/// # Errors
/// As [`known`], and when it is several.
pub(crate) fn the_one(state: &State, word: &str) -> Result<String, Trouble> {
    let mut found = known(state, word)?;
    match (found.pop(), found.is_empty()) {
        (Some(key), true) => Ok(key),
        _ => Err(Trouble::usage(format!("`{}` means several machines", shown(word)))
            .hint("name one by its id; `planner ls` shows them")),
    }
}

fn keys(attempts: Vec<&Attempt>) -> Vec<String> {
    attempts.into_iter().map(|one| one.key.clone()).collect()
}

fn id(attempt: &Attempt) -> Option<&str> {
    Some(attempt.machine.as_ref()?.id.as_str())
}

fn is(attempt: &Attempt, word: &str) -> bool {
    attempt.key == word || is_id(attempt, word)
}

/// Whether a word is the broker's id of its machine, with or without the broker.
pub(crate) fn is_id(attempt: &Attempt, word: &str) -> bool {
    let broker = attempt.ordered.broker.as_str();
    let with_broker = || word.strip_prefix(broker).and_then(|rest| rest.strip_prefix('/'));
    id(attempt).is_some_and(|id| id == word || with_broker() == Some(id))
}

fn begins_with(attempt: &Attempt, word: &str) -> bool {
    let words = [Some(attempt.key.as_str()), id(attempt), Some(attempt.launch.as_str())];
    !word.is_empty() && words.into_iter().flatten().any(|known| known.starts_with(word))
}

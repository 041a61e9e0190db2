//! What a quote has to say of the disks asked for.

use super::RequestError;
use super::moving::{StayOrMove, stay_or_move};
use crate::colocation::{Unattachable, listed, unattachable};
use crate::demand::Demand;
use crate::disk::Disk;
use crate::market::Market;
use crate::source::Coverage;
use crate::words::near;

/// What there is to say of the disks asked for; nothing when none are.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct DisksAnswer {
    /// The named disks that can be attached nowhere, and why.
    pub unattachable: Vec<Unattachable>,
    /// What it costs to stay beside the named disks and to move their data,
    /// where the latter may be worth it.
    pub stay_or_move: Option<StayOrMove>,
}

pub(super) fn answer(market: &Market, demand: &Demand) -> DisksAnswer {
    if demand.disks.attach.is_empty() {
        return DisksAnswer::default();
    }
    DisksAnswer {
        unattachable: unattachable(market.disks.as_ref(), &demand.disks),
        stay_or_move: stay_or_move(market, demand),
    }
}

/// Refuses disks that nobody owns, as far as that is known: a broker that did
/// not answer may list them yet.
pub(super) fn check(market: &Market, demand: &Demand) -> Result<(), RequestError> {
    let wanted = &demand.disks;
    if wanted.is_empty() {
        return Ok(());
    }
    if demand.spread {
        return Err(RequestError::SpreadDisks);
    }
    let Some(disks) = &market.disks else { return Ok(()) };
    let answered = |coverage: &Coverage| matches!(coverage, Coverage::Complete | Coverage::NoCredentials);
    if !disks.sources.iter().all(|source| answered(&source.coverage)) {
        return Ok(());
    }
    let Some(id) = wanted.attach.iter().find(|id| listed(disks, id).is_empty()) else {
        return Ok(());
    };
    let mut owned: Vec<&Disk> = disks.owned.iter().collect();
    owned.sort_by(|left, right| (&left.broker, &left.id).cmp(&(&right.broker, &right.id)));
    let called = |disk: &&&Disk, word: &str| disk.id.as_str() == word || disk.name == word;
    let words = owned
        .iter()
        .flat_map(|disk| [disk.id.as_str(), &disk.name])
        .filter(|word| !word.is_empty());
    let mut nearest: Vec<String> = Vec::new();
    for word in near(id, words) {
        let ids = owned
            .iter()
            .filter(|disk| called(disk, word))
            .map(|disk| disk.id.to_string());
        nearest.extend(ids.filter(|id| !nearest.contains(id)).collect::<Vec<_>>());
    }
    Err(RequestError::UnknownDisk {
        id: id.clone(),
        near: nearest,
        owned: owned.iter().map(|disk| disk.id.to_string()).collect(),
    })
}

/// The owned disks in a sentence.
pub(super) fn owned(owned: &[String]) -> String {
    match owned {
        [] => "no broker told of any disk of yours, which they do only with a key".to_owned(),
        owned => format!("you own {}", owned.join(", ")),
    }
}

#[cfg(test)]
mod tests;

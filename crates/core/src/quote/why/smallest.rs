//! The smallest sets of limits without which something is admitted.

use std::collections::BTreeSet;

use super::lift::without;
use super::limit::{Limit, Limits, have_one_count};
use super::{Case, Judged};
use crate::plan::Plan;

/// Limits that a set has at most: nobody widens more at once.
const SIZE_MAX: usize = 5;

/// Sets tried before the search for the smallest gives up.
const TRIED_MAX: usize = 400;

/// Sets of the least size that are looked at further.
const FOUND_MAX: usize = 16;

impl Case<'_> {
    /// Every smallest set of limits without which some plan has one of the
    /// targets.
    ///
    /// Fewer GPUs than were asked for are another purchase, and so the last
    /// resort: a set that includes them comes after all that do not.
    pub(super) fn smallest(&self, targets: &[bool]) -> Vec<Limits> {
        let set = Limits::set_by(self.demand);
        let all: BTreeSet<Limits> = self.needs.iter().flatten().copied().collect();
        let of_targets = self.needs.iter().zip(targets).filter(|(_, is_target)| **is_target);
        let of_targets: BTreeSet<Limits> = of_targets.flat_map(|(needs, _)| needs).copied().collect();
        let mut tried = 0;
        for (from, always) in [
            (set.without(Limit::Least), Limits::default()),
            (set.without(Limit::Least), Limits::of(&[Limit::Least])),
        ] {
            if !always.is_within(set) {
                break;
            }
            for size in usize::from(always == Limits::default())..=SIZE_MAX {
                let mut found = Vec::new();
                for chosen in from.choices(size).into_iter().map(|chosen| chosen.and(always)) {
                    // Limits that no offer fails now change nothing, and a
                    // smaller set was looked at before.
                    let within = || all.iter().filter(|needs| needs.is_within(chosen));
                    let telling = within().fold(chosen.of_plans(), |telling, needs| telling.and(*needs));
                    if telling != chosen || !of_targets.iter().any(|needs| needs.is_within(chosen)) {
                        continue;
                    }
                    tried += 1;
                    if tried > TRIED_MAX || found.len() == FOUND_MAX {
                        return found;
                    }
                    if self.suffices(chosen, targets) {
                        found.push(chosen);
                    }
                }
                if !found.is_empty() {
                    return found;
                }
            }
        }
        Vec::new()
    }

    /// Whether a target is admitted without these limits, or with what can be
    /// had of them.
    fn suffices(&self, limits: Limits, targets: &[bool]) -> bool {
        let lifted = without(self.demand, limits, self.market);
        self.ask(limits, targets).best(&lifted).is_some() || self.tightened(limits, targets).is_some()
    }

    /// A question about some of the limits.
    pub(super) fn ask<'a>(&'a self, limits: Limits, targets: &'a [bool]) -> Question<'a> {
        let fits = |needs: &[Limits]| needs.iter().any(|needs| needs.is_within(limits));
        let offers = self.needs.iter().enumerate().filter(|(_, needs)| fits(needs));
        Question {
            case: self,
            targets,
            offers: offers.map(|(at, _)| at).collect(),
        }
    }
}

/// Which plans there are when only some limits are widened.
pub(super) struct Question<'a> {
    pub(super) case: &'a Case<'a>,
    targets: &'a [bool],
    /// The offers that may fit then.
    pub(super) offers: Vec<usize>,
}

impl Question<'_> {
    /// The best plan with a target under such a request.
    pub(super) fn best(&self, demand: &crate::demand::Demand) -> Option<Plan> {
        if demand.mixed && !have_one_count(demand) {
            return None;
        }
        let offers = self.offers.iter().copied();
        Judged::among(self.case.market, demand, offers, 0).through(demand, self.targets)
    }
}

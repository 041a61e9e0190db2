//! A request within its policy: what a search may not go beyond.

use super::{Caps, Demand};
use crate::number::Exact;
use crate::policy::Figure;
use crate::quantity::Range;

impl Demand {
    /// The most that a plan may cost: what the request says or a rule, whichever
    /// is less.
    pub fn held_caps(&self) -> Caps {
        let Caps { rate, total, upfront } = self.caps;
        let held = |own: Option<Exact>, figure: Figure| {
            let rule = self.policy.most(figure, self.hours).map(|(most, _)| most);
            own.into_iter().chain(rule).min()
        };
        Caps {
            rate: held(rate, Figure::Rate),
            total: held(total, Figure::Total),
            upfront: held(upfront, Figure::Upfront),
        }
    }

    /// How many GPUs each alternative asks for, and no more than a rule allows:
    /// where the most is below the least, no plan will do.
    pub fn held_counts(&self) -> Vec<Range> {
        (0..self.gpus.alternatives.len())
            .filter_map(|alternative| self.held_count(alternative))
            .collect()
    }

    /// How many GPUs one alternative asks for, and no more than a rule allows.
    pub(crate) fn held_count(&self, alternative: usize) -> Option<Range> {
        let range = self.gpus.alternatives.get(alternative)?.count;
        let rule = self.policy.most(Figure::Gpus, self.hours);
        let most = rule.and_then(|(most, _)| most.to_whole());
        Some(Range {
            most: range.most.into_iter().chain(most).min(),
            ..range
        })
    }
}

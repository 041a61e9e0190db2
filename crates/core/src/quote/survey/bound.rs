//! What an offer can at best come to in a plan of several instances.
//!
//! Most requests are answered by one instance, and several are worth telling of
//! only where they cost less. Then few of the offers of a market matter: with
//! an offer goes the rest of the GPUs, and these cost no less than the cheapest
//! per GPU.

use crate::fit::Draft;
use crate::number::Exact;

/// The cheapest of what a request admits, in parts of its currency.
#[derive(Debug, Default)]
pub(super) struct Bound {
    /// The total of the cheapest single instance.
    single: Option<Exact>,
    /// No instance costs less per GPU than this one of so many.
    per_gpu: Option<(Exact, u64)>,
}

impl Bound {
    /// Notes an offer, and whether one instance of it is an answer.
    pub(super) fn note(&mut self, draft: &Draft<'_>, is_answer: bool) {
        let total = draft.bill.total.parts();
        self.note_per_gpu(total, draft.offer.gpu.count.into());
        if is_answer {
            self.note_single(total);
        }
    }

    /// Takes over what another noted of other offers.
    pub(super) fn join(&mut self, other: &Self) {
        if let Some((total, gpus)) = other.per_gpu {
            self.note_per_gpu(total, gpus);
        }
        if let Some(total) = other.single {
            self.note_single(total);
        }
    }

    /// Whether there is an answer of one instance.
    pub(super) fn has_single(&self) -> bool {
        self.single.is_some()
    }

    /// Whether every plan with this offer for at least so many GPUs costs as
    /// much as the cheapest single instance, or more.
    pub(super) fn rules_out(&self, draft: &Draft<'_>, least: u64) -> bool {
        let Some((single, (total, gpus))) = self.single.zip(self.per_gpu) else {
            return false;
        };
        let others = least.saturating_sub(draft.offer.gpu.count.into());
        // own + others × total / gpus ≥ single, without the division.
        let left = single.minus(draft.bill.total.parts());
        let left = left.and_then(|left| left.times_count(gpus));
        let sides = total.times_count(others).zip(left);
        sides.is_some_and(|(cost, left)| cost >= left)
    }

    fn note_single(&mut self, total: Exact) {
        self.single = self.single.into_iter().chain([total]).min();
    }

    fn note_per_gpu(&mut self, total: Exact, gpus: u64) {
        let Some((least, of)) = self.per_gpu else {
            self.per_gpu = Some((total, gpus));
            return;
        };
        match total.times_count(of).zip(least.times_count(gpus)) {
            Some((own, least)) if own >= least => {}
            Some(_) => self.per_gpu = Some((total, gpus)),
            // Which is less cannot be reckoned; nothing costs less than nothing.
            None => self.per_gpu = Some((Exact::ZERO, 1)),
        }
    }
}

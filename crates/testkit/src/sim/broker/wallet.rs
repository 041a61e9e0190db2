//! What an account has to spend, which falls while anything in it costs money.

use gpu_broker_core::number::Exact;
use gpu_broker_core::source::{ErrorKind, SourceError};

use crate::sim::book::Call;
use crate::sim::machine::Machine;
use crate::sim::shop::{MICRO, exact};
use crate::sim::time::{MINUTE, SECOND};
use crate::sim::world::World;

use super::list::in_team;

/// What was paid in, in millionths.
const PAID_IN: u64 = 1_000_000 * MICRO;

impl World {
    pub(crate) fn wallet(&mut self, site: usize) -> Result<Exact, SourceError> {
        self.called(site, Call::Get);
        let failed = self.script.wallet(self.now);
        let now = self.now;
        let machines = self.sites[site].machines.iter().filter(|one| in_team(one));
        let spent: u64 = machines.map(|one| billed(one, now)).sum();
        self.pass(SECOND);
        self.say(|| {
            format!(
                "<- wallet: {} spent{}",
                exact(spent),
                if failed { ", and not told" } else { "" }
            )
        });
        if failed {
            return Err(SourceError::new(ErrorKind::Unavailable, "500"));
        }
        Ok(exact(PAID_IN - spent))
    }
}

/// What a machine has cost by a moment, by the minute, in millionths.
fn billed(machine: &Machine, now: u64) -> u64 {
    let until = machine.until.unwrap_or(now).min(now);
    let minutes = until.saturating_sub(machine.from).div_ceil(MINUTE);
    machine.rate_at(until) * minutes / 60
}

//! What listings show, and what a question about one machine is answered.

use gpu_broker_core::instance::{Instance, InstanceId};
use gpu_broker_core::source::{Coverage, ErrorKind, Listing, SourceError};
use jiff::Timestamp;

use crate::sim::book::Call;
use crate::sim::fault::List;
use crate::sim::machine::{Machine, Owner};
use crate::sim::names::theirs;
use crate::sim::shop::BROKERS;
use crate::sim::time::{SECOND, moment_of};
use crate::sim::world::{Flavour, World};
use gpu_broker_engine::launch::Names as _;

/// How old what a stale copy shows is.
pub(crate) const STALE_MS: u64 = 120 * SECOND;

pub(super) fn in_team(machine: &Machine) -> bool {
    machine.owner != Owner::OtherTeam
}

impl World {
    pub(crate) fn list(&mut self, site: usize, since: Timestamp) -> Listing<Instance> {
        self.called(site, Call::List);
        let (fault, stale) = self.script.list(self.now);
        let at = self.now - self.sites[site].lag;
        let listing = match fault {
            List::Ok => Listing::complete(self.rows(site, at, in_team)),
            List::Error => Listing::failed(SourceError::new(ErrorKind::Unavailable, "500")),
            List::Short => Listing {
                coverage: Coverage::Partial(SourceError::new(ErrorKind::Incomplete, "some of it")),
                ..Listing::complete(self.rows(site, at, |one| one.owner == Owner::Stranger))
            },
            List::Lying => {
                let mut rows = self.rows(site, at, |one| one.owner == Owner::Stranger);
                rows.drain(..rows.len().min(1));
                Listing::complete(rows)
            }
            List::Empty => Listing::complete(Vec::new()),
            List::Stale => {
                let at = if stale { at - STALE_MS } else { at };
                Listing::complete(self.rows(site, at, in_team))
            }
            List::OtherScope => Listing::complete(self.rows(site, at, |one| !in_team(one))),
            List::Lookalike => {
                self.lookalikes(site);
                Listing::complete(self.rows(site, at, in_team))
            }
        };
        let listing = self.of_history(site, listing, since);
        self.forget(site, &listing);
        self.pass(SECOND);
        self.say(|| {
            let rows = listing.items.iter();
            let rows: Vec<String> = rows.map(|row| format!("{} {}", row.id, row.phase.as_str())).collect();
            format!(
                "<- list ({}): {:?} [{}]",
                fault.word(),
                listing.coverage,
                rows.join(", ")
            )
        });
        listing
    }

    /// Nobody can be asked to know of a machine that is not shown any more, and
    /// that only the broker can have made.
    fn forget(&mut self, site: usize, listing: &Listing<Instance>) {
        let known = &self.book.known;
        let machines = self.sites[site].machines.iter_mut();
        for machine in machines.filter(|one| one.excused && !known.contains(one.id.as_str())) {
            if !listing.items.iter().any(|row| row.id == machine.id) {
                machine.shown = None;
            }
        }
    }

    /// What ended is in a history, as far back as was asked.
    fn of_history(&self, site: usize, mut listing: Listing<Instance>, since: Timestamp) -> Listing<Instance> {
        if self.sites[site].flavour == Flavour::Prime {
            let since = moment_of(since);
            listing
                .items
                .retain(|row| row.phase.is_billable() || row.ended_at.is_none_or(|at| moment_of(at) >= since));
        }
        listing
    }

    pub(crate) fn get(&mut self, site: usize, id: &InstanceId) -> Option<Instance> {
        self.called(site, Call::Get);
        let at = self.now - self.sites[site].lag;
        let broker = &BROKERS[site];
        let mut machines = self.sites[site].machines.iter_mut();
        let found = machines.find(|one| one.id == *id && in_team(one));
        let row = found.and_then(|one| one.row(broker, at));
        self.pass(SECOND);
        self.say(|| format!("<- get {id}: {:?}", row.as_ref().map(|row| row.phase)));
        row
    }

    /// Strangers with names like ours: one that was made up, and one of another
    /// installation.
    fn lookalikes(&mut self, site: usize) {
        let known = |one: &Machine| one.owner == Owner::Stranger && one.name.starts_with("gp-");
        if self.sites[site].machines.iter().any(known) {
            return;
        }
        let from = self.now;
        self.stranger(site, "gp-dqobyb-vpg66ajd-0ka1-xhtc7u-aaaa", Owner::Stranger, from);
        if let Ok(name) = theirs().name(1, 0, 1, None) {
            self.stranger(site, &name, Owner::Stranger, from);
        }
    }
}

//! How a machine comes into being, at either broker, and what faults make of it.

use crate::broker::Broker;
use crate::clock::Moment;
use crate::exact::Exact;
use crate::face::desk::Desk;
use crate::fault::Fault;
use crate::state::{Body, Cluster, Fate, KeyRef, Machine, Meter, Oddity, Phase};

/// A machine to be made.
#[derive(Clone, Debug)]
pub(super) struct Birth {
    pub(super) broker: Broker,
    pub(super) name: Option<String>,
    pub(super) team: Option<String>,
    pub(super) stock: String,
    pub(super) body: Body,
    pub(super) key: Option<KeyRef>,
    /// Per hour.
    pub(super) rate: Exact,
    /// Seconds that are paid in advance.
    pub(super) prepaid: u64,
    /// Seconds that are billed when it ends earlier.
    pub(super) minimum: u64,
    /// Per hour when it is stopped, if that differs.
    pub(super) stopped_rate: Option<Exact>,
    pub(super) disks: Vec<String>,
    pub(super) kubernetes: Option<Cluster>,
    pub(super) auto_restart: bool,
}

/// Makes the machine, or two where a fault says so; the place of the first one among all machines.
pub(super) fn make(desk: &mut Desk<'_>, mut birth: Birth) -> usize {
    misdeliver(desk, &mut birth);
    let place = one(desk, birth.clone());
    if desk.faults.has(Fault::Duplicate) {
        one(desk, birth);
    }
    place
}

fn one(desk: &mut Desk<'_>, birth: Birth) -> usize {
    let late = desk.faults.has(Fault::LateEffect);
    let made = if late {
        desk.now.after(desk.options.late)
    } else {
        desk.now
    };
    let ready = made.after(desk.options.deploy_time);
    let id = desk.state.next_id(birth.broker);
    for disk in desk
        .state
        .disks
        .iter_mut()
        .filter(|disk| birth.disks.contains(&disk.id))
    {
        disk.pods.push(id.clone());
    }
    desk.state.market.take(&birth.stock);
    let mut machine = Machine {
        broker: birth.broker,
        name: birth
            .name
            .unwrap_or_else(|| format!("sandbox-{}", id.get(..6).unwrap_or_default())),
        id,
        team: birth.team,
        foreign: false,
        stock: Some(birth.stock),
        body: birth.body,
        key: birth.key,
        rate: birth.rate,
        stopped_rate: birth.stopped_rate,
        minimum: birth.minimum,
        meter: Meter::starting(made, Exact::ZERO, birth.rate.for_seconds(birth.prepaid)),
        made,
        ready: Some(ready),
        listed: made.after(desk.options.listing_lag),
        phase: if late { Phase::Unborn } else { Phase::Deploying },
        turned: made,
        fates: fates(desk, made, ready),
        oddity: oddity(desk),
        disks: birth.disks,
        kubernetes: birth.kubernetes,
        auto_restart: birth.auto_restart,
    };
    machine.meter.turn(made, machine.rate_in(Phase::Deploying));
    let fails = machine.fates.iter().any(|(_, fate)| *fate == Fate::Fail);
    if fails || desk.faults.has(Fault::NeverReady) {
        machine.ready = None;
    }
    desk.state.machines.push(machine);
    desk.state.machines.len() - 1
}

fn oddity(desk: &Desk<'_>) -> Option<Oddity> {
    if desk.faults.has(Fault::UnknownStatus) {
        Some(Oddity::Unknown)
    } else {
        desk.faults.has(Fault::FlappingStatus).then_some(Oddity::Flapping)
    }
}

/// What will become of it.
fn fates(desk: &Desk<'_>, made: Moment, ready: Moment) -> Vec<(Moment, Fate)> {
    let later = ready.after(desk.options.late);
    let halfway = made.after(desk.options.deploy_time / 2);
    let mut fates: Vec<(Moment, Fate)> = desk
        .faults
        .iter()
        .filter_map(|fault| match fault {
            Fault::FailsLater => Some((halfway, Fate::Fail)),
            Fault::DearerLater => Some((ready, Fate::Dearer)),
            Fault::Reclaimed => Some((later, Fate::Reclaim)),
            Fault::HumanDeleted => Some((later, Fate::Delete)),
            Fault::ProviderStopped => Some((later, Fate::Stop)),
            Fault::BalanceEnds => Some((later, Fate::Drain)),
            _ => None,
        })
        .collect();
    fates.sort_by_key(|(at, _)| *at);
    fates
}

/// Something else than was ordered.
fn misdeliver(desk: &Desk<'_>, birth: &mut Birth) {
    for fault in desk.faults.iter() {
        let body = &mut birth.body;
        match fault {
            Fault::Dearer => birth.rate = birth.rate.add(birth.rate).add(birth.rate),
            Fault::OtherGpu => other(&mut body.gpu, ["A4000_16GB", "T4_16GB"]),
            Fault::FewerGpus => body.gpus = if body.gpus > 1 { body.gpus - 1 } else { 2 },
            Fault::OtherRegion => {
                other(&mut body.region, ["atl", "TYO4"]);
                body.country = body.country.take().map(|mut country| {
                    other(&mut country, ["NZ", "CL"]);
                    country
                });
                body.data_center = body.data_center.take().map(|mut place| {
                    other(&mut place, ["ELSE-1", "ELSE-2"]);
                    place
                });
            }
            Fault::OtherType => other(&mut body.kind, ["SPOT", "DEDICATED"]),
            _ => {}
        }
    }
}

/// One of the two that it is not yet.
fn other(text: &mut String, [first, second]: [&str; 2]) {
    if *text == first { second } else { first }.clone_into(text);
}

//! Machines of other people, or of other programs with the same account.

use super::bodies;
use crate::broker::Broker;
use crate::clock::Moment;
use crate::exact::Exact;
use crate::face::desk::Desk;
use crate::fault::Fault;
use crate::state::{Body, Machine, Meter, Phase, State};

/// What a stranger's machine costs an hour.
const RATE: u32 = 1;

/// Lets in whom the faults of a list ask for.
pub(super) fn invite(desk: &mut Desk<'_>, broker: Broker) {
    let faults = desk.faults;
    for fault in faults.iter() {
        match fault {
            Fault::ListLookAlike => {
                if let Some(name) = look_alike(desk.state, broker) {
                    add_once(desk.state, broker, &name, None, desk.now);
                }
            }
            Fault::HostileNames => {
                for name in bodies::HOSTILE {
                    add_once(desk.state, broker, name, None, desk.now);
                }
            }
            Fault::ListOtherScope => {
                add_once(desk.state, broker, "other-teams-machine", Some("team_other"), desk.now);
            }
            _ => {}
        }
    }
}

fn add_once(state: &mut State, broker: Broker, name: &str, team: Option<&str>, now: Moment) {
    let same = |machine: &Machine| machine.broker == broker && machine.foreign && machine.name == name;
    if !state.machines.iter().any(same) {
        add(state, broker, name, team, now);
    }
}

/// Adds one that is up, and returns its id. It costs a dollar an hour, which the account pays like any other.
pub(crate) fn add(state: &mut State, broker: Broker, name: &str, team: Option<&str>, now: Moment) -> String {
    let id = state.next_id(broker);
    let own_team = state
        .purses
        .iter()
        .find(|purse| purse.broker == broker && purse.current);
    let team = match broker {
        Broker::Prime => team.map(str::to_owned),
        Broker::Spheron => team
            .map(str::to_owned)
            .or_else(|| own_team.map(|purse| purse.id.clone())),
    };
    let rate = Exact::whole(RATE);
    state.machines.push(Machine {
        broker,
        id: id.clone(),
        name: name.to_owned(),
        team,
        foreign: true,
        stock: None,
        body: body(broker, name),
        key: None,
        rate,
        stopped_rate: None,
        minimum: 0,
        meter: Meter::starting(now, rate, Exact::ZERO),
        made: now,
        ready: Some(now),
        listed: now,
        phase: Phase::Running,
        turned: now,
        fates: Vec::new(),
        oddity: None,
        disks: Vec::new(),
        kubernetes: None,
        auto_restart: false,
    });
    id
}

fn body(broker: Broker, name: &str) -> Body {
    let [provider, gpu, region] = match broker {
        Broker::Prime => ["runpod", "RTX4090_24GB", "united_states"],
        Broker::Spheron => ["massed-compute", "RTX4090_PCIE", "US Central 1"],
    };
    // A hostile name comes with a region that looks like a good one: a Cyrillic letter and a space of no width.
    let region = if bodies::HOSTILE.contains(&name) {
        "US Centr\u{430}l\u{200b} 1"
    } else {
        region
    };
    Body {
        provider: provider.to_owned(),
        gpu: gpu.to_owned(),
        socket: "PCIe".to_owned(),
        gpus: 1,
        region: region.to_owned(),
        country: None,
        data_center: None,
        system: "ubuntu_22_cuda_12".to_owned(),
        kind: "DEDICATED".to_owned(),
        vcpus: None,
        memory: None,
        storage: None,
        template: None,
    }
}

/// The name of our latest machine, with its last letter changed.
fn look_alike(state: &State, broker: Broker) -> Option<String> {
    let ours = state.machines.iter().rev();
    let name = &ours
        .filter(|machine| machine.broker == broker && !machine.foreign)
        .map(|machine| &machine.name)
        .next()?;
    let mut name = (*name).clone();
    let last = name.pop()?;
    name.push(if last == 'a' { 'b' } else { 'a' });
    Some(name)
}

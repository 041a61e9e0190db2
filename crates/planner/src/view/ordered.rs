//! What was ordered, in a few words: GPUs, or a disk.

use std::fmt::Write as _;

use gpu_broker_engine::launch::Kind;
use gpu_broker_engine::launch::event::Ordered;
use gpu_broker_engine::launch::state::{Attempt, State};

use super::instances::called;
use super::text::{gpu_name, shown};

/// `2 × A100 PCIe`, or `disk of 2000 GB in FIN-01`.
pub(crate) fn goods(ordered: &Ordered) -> String {
    match ordered.kind {
        Kind::Machine => format!("{} × {}", ordered.gpu.count, gpu_name(&ordered.gpu)),
        Kind::Disk => {
            let size = size(ordered).map(|size| format!(" of {size}"));
            let center = ordered.place.data_center.as_ref();
            let place = center.map_or(ordered.place.region_word(), |center| center.as_str());
            format!("disk{} in {}", size.unwrap_or_default(), shown(place))
        }
    }
}

/// `2000 GB disk`: the size first, as what is cut off of it is known.
pub(crate) fn disk(ordered: &Ordered) -> String {
    size(ordered).map_or_else(|| "disk".to_owned(), |size| format!("{size} disk"))
}

/// How large a disk was ordered, as the journal has it; one that was found has no order.
pub(crate) fn size(ordered: &Ordered) -> Option<String> {
    let size = ordered.offer.as_str().strip_prefix("disk of ")?;
    Some(shown(size).into_owned())
}

/// To what a disk is attached, as far as the journal tells: it was made for each machine of its launch.
pub(crate) fn attached(disk: &Attempt, state: &State) -> Option<String> {
    if disk.ordered.kind != Kind::Disk || disk.launch.is_empty() {
        return None;
    }
    let machines = state.of_launch(&disk.launch);
    let machines = machines.filter(|one| one.ordered.kind == Kind::Machine && one.stage.is_alive());
    let mut text = String::new();
    for machine in machines {
        let comma = if text.is_empty() { "attached to " } else { ", " };
        let _ = write!(text, "{comma}{}", called(machine));
    }
    Some(text).filter(|text| !text.is_empty())
}

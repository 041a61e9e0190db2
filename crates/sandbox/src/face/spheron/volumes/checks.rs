//! What a volume's name, size and machine must be like.

use crate::broker::Broker;
use crate::face::desk::Desk;
use crate::face::spheron::refusal::Refusal;
use crate::state::{Machine, Phase};

/// "Lowercase alphanumeric with hyphens/underscores, max 60 chars"; unique in the account, as seen live.
pub(super) fn check_name(desk: &Desk<'_>, name: &str, own: Option<usize>) -> Result<(), Refusal> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 60 || !name.chars().all(plain) {
        return Err(Refusal::invalid(
            "Invalid name: expected lowercase letters, digits, hyphens and underscores, at most 60",
        ));
    }
    let volumes = desk.state.volumes.iter().enumerate();
    if volumes
        .filter(|(place, _)| Some(*place) != own)
        .any(|(_, volume)| volume.name == name)
    {
        return Err(Refusal::invalid("A volume with this name already exists"));
    }
    Ok(())
}

pub(super) fn check_size(size: u32) -> Result<(), Refusal> {
    if (1..=10_000).contains(&size) {
        Ok(())
    } else {
        Err(Refusal::invalid("Invalid sizeInGb: expected 1 to 10000"))
    }
}

/// The deployment must run, at the volume's provider.
pub(super) fn running<'a>(desk: &'a Desk<'_>, id: &str, provider: &str) -> Result<&'a Machine, Refusal> {
    let found = desk
        .state
        .find(Broker::Spheron, id)
        .and_then(|place| desk.state.machines.get(place));
    let machine = found.ok_or_else(|| Refusal::not_found("Deployment not found"))?;
    if machine.body.provider != provider {
        return Err(Refusal::invalid("Volume and deployment must be from the same provider"));
    }
    if machine.phase != Phase::Running {
        return Err(Refusal::invalid("Deployment must be running"));
    }
    Ok(machine)
}

/// The provider's own id, in the two forms that were seen.
pub(super) fn handle(provider: &str, id: &str) -> String {
    let kind = if provider == "spheron-es" {
        "computefilesystem-e00"
    } else {
        "vol_"
    };
    format!("{kind}{}", id.get(..12).unwrap_or(id))
}

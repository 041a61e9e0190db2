//! Names like the real ones, in an order that repeats.

use gpu_broker_engine::identity::Identity;
use gpu_broker_engine::launch::{Names, Said, TaggedNames};
use jiff::Timestamp;

use super::world::Shared;

/// Which machine of which launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    pub(crate) launch: u64,
    pub(crate) slot: u16,
}

/// Names whose numbers are counted instead of drawn, and which the world
/// remembers, so that it knows whose machine it makes.
#[derive(Debug)]
pub(crate) struct CountedNames {
    pub(crate) tags: TaggedNames,
    pub(crate) world: Shared,
}

/// The installation that is tested.
pub(crate) fn ours() -> TaggedNames {
    TaggedNames::new(Identity::from_bytes([7; 36]))
}

/// Another installation with the same account.
pub(crate) fn theirs() -> TaggedNames {
    TaggedNames::new(Identity::from_bytes([8; 36]))
}

impl Names for CountedNames {
    fn fresh(&self) -> Result<u64, String> {
        let mut world = self.world.lock();
        world.launches += 1;
        Ok(world.launches)
    }

    fn launch(&self, fresh: u64) -> String {
        self.tags.launch(fresh)
    }

    fn name(&self, fresh: u64, slot: u16, number: u8, ends_at: Option<Timestamp>) -> Result<String, String> {
        let name = self.tags.name(fresh, slot, number, ends_at)?;
        let whose = Slot { launch: fresh, slot };
        self.world.lock().book.named.insert(name.clone(), whose);
        Ok(name)
    }

    fn ours(&self, name: &str) -> Option<Said> {
        self.tags.ours(name)
    }
}

//! The names of an installation, and its turn to send: what a real planner
//! works with.

use std::path::PathBuf;

use jiff::Timestamp;

use super::engine::Turns;
use super::names::{Names, Said};
use crate::digits::base32;
use crate::identity::Identity;
use crate::lock::{Holder, Lock};
use crate::tag::Tag;

/// Intents have 40 bits, which are eight characters.
const INTENT_BITS: u32 = 40;
const INTENT_DIGITS: usize = 8;

/// What stands in a name for "never by itself": the last minute that can be
/// written, in December 2084.
const NEVER_S: i64 = (36_i64.pow(5) - 1) * 60;

/// Names that prove whose they are (R15).
#[derive(Debug, Clone)]
pub struct TaggedNames(Identity);

impl TaggedNames {
    /// The names of an installation.
    pub fn new(identity: Identity) -> Self {
        Self(identity)
    }
}

impl Names for TaggedNames {
    fn fresh(&self) -> Result<u64, String> {
        let mut bytes = [0; 8];
        getrandom::getrandom(&mut bytes).map_err(|error| format!("the system gives no random numbers: {error}"))?;
        Ok(u64::from_le_bytes(bytes) >> (u64::BITS - INTENT_BITS))
    }

    fn launch(&self, fresh: u64) -> String {
        base32(fresh, INTENT_DIGITS)
    }

    fn name(&self, fresh: u64, slot: u16, number: u8, ends_at: Option<Timestamp>) -> Result<String, String> {
        let ends_at = ends_at.map_or_else(
            || Timestamp::from_second(NEVER_S).map_err(|error| error.to_string()),
            Ok,
        )?;
        let tag = Tag::new(&self.0, fresh, slot, number, ends_at).map_err(|error| error.to_string())?;
        Ok(tag.name().to_owned())
    }

    fn ours(&self, name: &str) -> Option<Said> {
        let ends_at = Tag::read(&self.0, name)?.expiry();
        Some(Said {
            ends_at: (ends_at.as_second() != NEVER_S).then_some(ends_at),
        })
    }
}

/// The turn to send, among all processes that share a data folder.
#[derive(Debug, Clone)]
pub struct FolderTurns {
    folder: PathBuf,
    holder: Holder,
}

impl FolderTurns {
    /// Turns in `folder`; `holder` is what others are told.
    pub fn new(folder: PathBuf, holder: Holder) -> Self {
        Self { folder, holder }
    }
}

impl Turns for FolderTurns {
    fn take(&self) -> Result<Option<Box<dyn Send>>, String> {
        let lock = Lock::try_take(&self.folder, &self.holder).map_err(|error| error.to_string())?;
        Ok(lock.map(|lock| -> Box<dyn Send> { Box::new(lock) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_when_its_machine_ends() {
        let names = TaggedNames::new(Identity::from_bytes([7; 36]));
        let others = TaggedNames::new(Identity::from_bytes([8; 36]));
        let soon = Timestamp::from_second(1_800_000_000).unwrap();
        for ends_at in [None, Some(soon)] {
            let name = names.name(5, 2, 1, ends_at).unwrap();
            assert_eq!(names.ours(&name), Some(Said { ends_at }), "{name}");
            assert_eq!(others.ours(&name), None, "{name}");
        }
        let first = names.fresh().unwrap();
        assert!(first < 1 << INTENT_BITS);
        assert_eq!(names.launch(first).len(), INTENT_DIGITS);
        assert!(names.name(5, 5_000, 1, None).is_err());
    }
}

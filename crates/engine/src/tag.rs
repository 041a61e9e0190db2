//! The names that machines are given, by which they are found again without the journal (R15).
//!
//! `gp-dqobyb-vpg66ajd-0ka1-xhtc7u-eqmn` says: installation `dqobyb`, the intent `vpg66ajd`, its slot `0k`, the attempt
//! `1` at it, to be ended at minute `htc7u`, and that it was us who said so.

use std::fmt;

use jiff::Timestamp;
use thiserror::Error;

use crate::digits::{base32, base36, from_base32, from_base36};
use crate::identity::Identity;

/// How long every name is.
const LENGTH: usize = 35;

/// Intents are numbers of 40 bits.
const INTENTS: u64 = 1 << 40;

/// Two digits.
const SLOTS: u16 = 36 * 36;

/// One digit.
const ATTEMPTS: u8 = 36;

/// Five digits of minutes since 1970: until December 2084.
const MINUTES: u64 = 36 * 36 * 36 * 36 * 36;

/// The name of one attempt at a machine.
///
/// It ends in 20 bits that only the holder of the key can compute: of a million look-alikes, about one is taken for a
/// name of ours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Tag {
    intent: u64,
    slot: u16,
    attempt: u8,
    minutes: u64,
    name: [u8; LENGTH],
}

/// A number that has no place in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TagError {
    /// The intent has more than 40 bits.
    #[error("intent {0} has more than 40 bits; draw it from fewer")]
    Intent(u64),
    /// The slot is past the 1,296 that there are.
    #[error("slot {0} is too large, a plan has at most {SLOTS} machines; split the plan")]
    Slot(u16),
    /// The attempt is past the 36 that there are.
    #[error("attempt {0} is too large, a slot has at most {ATTEMPTS}; begin a new plan")]
    Attempt(u8),
    /// The time is before 1970 or after 2084.
    #[error("{0} cannot be in the name of a machine; choose a time before 2084")]
    Expiry(Timestamp),
}

/// A name that looks like one of some installation, whose proof was not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Foreign {
    /// Which installation it says it is of.
    pub installation: String,
}

impl Tag {
    /// The name of an attempt at `slot` of `intent`, for a machine that is to be gone by `expiry`. Seconds are dropped.
    ///
    /// # Errors
    ///
    /// When one of the numbers has no place in a name.
    pub fn new(identity: &Identity, intent: u64, slot: u16, attempt: u8, expiry: Timestamp) -> Result<Self, TagError> {
        if intent >= INTENTS {
            return Err(TagError::Intent(intent));
        }
        if slot >= SLOTS {
            return Err(TagError::Slot(slot));
        }
        if attempt >= ATTEMPTS {
            return Err(TagError::Attempt(attempt));
        }
        let minutes = u64::try_from(expiry.as_second().div_euclid(60)).ok();
        let minutes = minutes.filter(|minutes| *minutes < MINUTES);
        let minutes = minutes.ok_or(TagError::Expiry(expiry))?;
        let said = format!(
            "gp-{}-{}-{}a{}-x{}-",
            identity.installation(),
            base32(intent, 8),
            base36(slot.into(), 2),
            base36(attempt.into(), 1),
            base36(minutes, 5),
        );
        let text = format!("{said}{}", proof(identity, &said));
        let mut name = [b'-'; LENGTH];
        for (to, from) in name.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        Ok(Self {
            intent,
            slot,
            attempt,
            minutes,
            name,
        })
    }

    /// Reads a name of this installation. `None` for every other text: a name that was altered, one that only looks like
    /// ours, and those of other installations.
    pub fn read(identity: &Identity, name: &str) -> Option<Self> {
        let fields = Fields::of(name)?;
        // Written anew, so that each name has one spelling only.
        let expiry = Timestamp::from_second(i64::try_from(fields.minutes).ok()?.checked_mul(60)?).ok()?;
        let tag = Self::new(identity, fields.intent, fields.slot, fields.attempt, expiry).ok()?;
        (tag.name() == name).then_some(tag)
    }

    /// Whether a name has the form of ours, and of which installation it says it is. It may be anybody's.
    pub fn shape(name: &str) -> Option<Foreign> {
        let fields = Fields::of(name)?;
        Some(Foreign {
            installation: fields.installation.to_owned(),
        })
    }

    /// The name: 35 characters of a to z, 0 to 9 and `-`.
    pub fn name(&self) -> &str {
        std::str::from_utf8(&self.name).unwrap_or_default()
    }

    /// The number that was drawn for the plan.
    pub fn intent(&self) -> u64 {
        self.intent
    }

    /// Which machine of the plan.
    pub fn slot(&self) -> u16 {
        self.slot
    }

    /// Which attempt at that machine.
    pub fn attempt(&self) -> u8 {
        self.attempt
    }

    /// When the machine is to be gone, to the minute.
    pub fn expiry(&self) -> Timestamp {
        let seconds = i64::try_from(self.minutes * 60).unwrap_or_default();
        Timestamp::from_second(seconds).unwrap_or_default()
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tag").field(&self.name()).finish()
    }
}

/// What a name says, whoever wrote it.
struct Fields<'a> {
    installation: &'a str,
    intent: u64,
    slot: u16,
    attempt: u8,
    minutes: u64,
}

impl<'a> Fields<'a> {
    fn of(name: &'a str) -> Option<Self> {
        if name.len() != LENGTH || !name.is_ascii() {
            return None;
        }
        let mut parts = name.split('-');
        let mut part = |length: usize| parts.next().filter(|part| part.len() == length);
        part(2).filter(|part| *part == "gp")?;
        let installation = part(6).filter(|part| from_base32(part).is_some())?;
        let intent = from_base32(part(8)?)?;
        let (slot, attempt) = part(4)?.split_at_checked(2)?;
        let minutes = from_base36(part(6)?.strip_prefix('x')?)?;
        from_base32(part(4)?)?;
        Some(Self {
            installation,
            intent,
            slot: u16::try_from(from_base36(slot)?).ok()?,
            attempt: u8::try_from(from_base36(attempt.strip_prefix('a')?)?).ok()?,
            minutes,
        })
    }
}

/// The first 20 bits of a digest that needs the key.
fn proof(identity: &Identity, said: &str) -> String {
    let digest = blake3::keyed_hash(identity.mac_key(), said.as_bytes());
    let [a, b, c, ..] = *digest.as_bytes();
    base32(u64::from(u32::from_be_bytes([0, a, b, c])) >> 4, 4)
}

#[cfg(test)]
mod tests;

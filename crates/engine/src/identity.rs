//! Which installation this is: its name in the names of its machines, and the key that proves them its own.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::digits::base32;
use crate::journal::JournalError;
use crate::journal::folder::{Folder, cannot, is_there};
use crate::journal::rows_were_noted;

/// The file.
pub(crate) const NAME: &str = "identity";

/// An installation. Two of them never take each other's machines for their own.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    installation: String,
    mac_key: [u8; 32],
}

/// What is in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    installation: String,
    mac_key: String,
    /// A digest of both: a key that was damaged would make strangers of all our machines.
    check: String,
}

impl Identity {
    /// The identity kept in `folder`; a new one, with random bytes from the operating system, when there is none yet. Of
    /// two processes that come first, both get the same.
    ///
    /// # Errors
    ///
    /// [`JournalError::Storage`] when it cannot be read or made, when it is damaged, and when it is gone while a journal
    /// of it is there: with a new one, what was launched could not be told from what belongs to others (F30).
    pub fn load_or_create(folder: &Path) -> Result<Self, JournalError> {
        let folder = Folder::make(folder)?;
        if let Some(identity) = Self::read(&folder)? {
            return Ok(identity);
        }
        if rows_were_noted(&folder)? {
            return Err(gone(&folder));
        }
        let text = serde_json::to_string_pretty(&Self::random()?.kept())
            .map_err(|error| JournalError::Storage(format!("the identity cannot be written: {error}; report this")))?;
        folder.create(NAME, format!("{text}\n").as_bytes())?;
        // Read back: another process may have been first.
        Self::read(&folder)?.ok_or_else(|| damaged(&folder, "it was removed as it was made"))
    }

    /// Whether [`load_or_create`](Self::load_or_create) has something to load, or may make it; makes nothing. Says
    /// whether rows were ever written to a journal in `folder`.
    ///
    /// # Errors
    ///
    /// As [`load_or_create`](Self::load_or_create), as far as that can be seen without making anything.
    pub fn check(folder: &Path) -> Result<bool, JournalError> {
        if !is_there(folder)? {
            return Ok(false);
        }
        let folder = Folder::open(folder)?;
        let noted = rows_were_noted(&folder)?;
        if Self::read(&folder)?.is_none() && noted {
            return Err(gone(&folder));
        }
        Ok(noted)
    }

    /// Its name: six characters of a to z and 2 to 7.
    pub fn installation(&self) -> &str {
        &self.installation
    }

    pub(crate) fn mac_key(&self) -> &[u8; 32] {
        &self.mac_key
    }

    /// An identity made of these bytes, for simulations that must come out the same each time.
    pub fn from_bytes(bytes: [u8; 36]) -> Self {
        let [a, b, c, d, mac_key @ ..] = bytes;
        Self {
            installation: base32(u64::from(u32::from_le_bytes([a, b, c, d])), 6),
            mac_key,
        }
    }

    fn random() -> Result<Self, JournalError> {
        let mut bytes = [0; 36];
        getrandom::getrandom(&mut bytes).map_err(|error| {
            JournalError::Storage(format!(
                "the operating system gives no random bytes: {error}; try again"
            ))
        })?;
        Ok(Self::from_bytes(bytes))
    }

    fn read(folder: &Folder) -> Result<Option<Self>, JournalError> {
        folder.look(NAME)?;
        let path = folder.file(NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == ErrorKind::InvalidData => return Err(damaged(folder, "it is not text")),
            Err(error) => return Err(cannot("read", &path, &error)),
        };
        // What the parser says could show a part of the key.
        let kept: Kept = serde_json::from_str(&text).map_err(|_| damaged(folder, "it is not what was written"))?;
        let identity = unhex(&kept.mac_key).map(|mac_key| Self {
            installation: kept.installation.clone(),
            mac_key,
        });
        match identity {
            Some(identity) if identity.kept().check == kept.check => Ok(Some(identity)),
            _ => Err(damaged(folder, "it is not what was written")),
        }
    }

    fn kept(&self) -> Kept {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.installation.as_bytes());
        hasher.update(&self.mac_key);
        Kept {
            installation: self.installation.clone(),
            mac_key: blake3::Hash::from_bytes(self.mac_key).to_hex().to_string(),
            check: hasher.finalize().to_hex().chars().take(16).collect(),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("installation", &self.installation)
            .finish_non_exhaustive()
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    blake3::Hash::from_hex(text).ok().map(|bytes| *bytes.as_bytes())
}

fn gone(folder: &Folder) -> JournalError {
    JournalError::Storage(format!(
        "{} is gone, but not the journal beside it; put it back from a backup, or move the whole folder away to begin \
         anew, after ending every machine whose name begins with `gp-`",
        folder.file(NAME).display()
    ))
}

fn damaged(folder: &Folder, why: &str) -> JournalError {
    JournalError::Storage(format!(
        "{} is damaged: {why}; put it back from a backup, as the names of machines are told from others' by it",
        folder.file(NAME).display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock as _, SystemClock};
    use crate::journal::{Draft, Journal as _, Mode, SqliteJournal};

    fn room(name: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("engine-identity-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        path
    }

    #[test]
    fn it_is_made_once_and_kept() {
        let folder = room("once");
        // All of them come first.
        let made: Vec<Identity> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| Identity::load_or_create(&folder).unwrap()))
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(made.iter().all(|one| *one == made[0]));
        assert_eq!(made[0].installation().len(), 6);
        assert_eq!(Identity::load_or_create(&folder).unwrap(), made[0]);
        let names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|one| one.unwrap().file_name())
            .collect();
        assert_eq!(names, [NAME]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(folder.join(NAME)).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        let other = room("other");
        assert_ne!(Identity::load_or_create(&other).unwrap(), made[0]);
        fs::remove_dir_all(&folder).unwrap();
        fs::remove_dir_all(&other).unwrap();
    }

    #[test]
    fn the_key_is_never_shown() {
        let identity = Identity::from_bytes([0xab; 36]);
        let shown = format!("{identity:?} {identity:#?}");
        for form in ["abab", "ABAB", "171", "q6v2"] {
            let hidden = shown.replace(identity.installation(), "");
            assert!(!hidden.contains(form), "{form}: {shown}");
        }
    }

    #[test]
    fn every_change_to_the_file_is_noticed() {
        let folder = room("changed");
        let identity = Identity::load_or_create(&folder).unwrap();
        let path = folder.join(NAME);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            fs::write(&path, &changed).unwrap();
            match Identity::load_or_create(&folder) {
                // White space between the fields, or a letter of the key in upper case.
                Ok(read) => assert_eq!(read, identity, "byte {at}"),
                Err(error) => {
                    let text = error.to_string();
                    assert!(text.contains("put it back"), "{text}");
                    assert!(!text.contains(&identity.kept().mac_key[..8]), "{text}");
                }
            }
            fs::write(&path, &whole[..at]).unwrap();
            let cut = Identity::load_or_create(&folder);
            // The last byte is a line end.
            assert_eq!(cut.is_ok(), at + 1 == whole.len(), "cut at {at}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn one_that_is_gone_is_not_made_again_beside_a_journal() {
        let folder = room("gone");
        let first = Identity::load_or_create(&folder).unwrap();
        let mut journal = SqliteJournal::open(&folder, Mode::Write).unwrap();
        // Nothing was written yet, so nothing can be lost.
        fs::remove_file(folder.join(NAME)).unwrap();
        let second = Identity::load_or_create(&folder).unwrap();
        assert_ne!(first, second);

        let draft = Draft {
            stamp: SystemClock::new().now(),
            pid: 1,
            body: "{}".to_owned(),
        };
        journal.transact(0, &mut |_| Ok(vec![draft.clone()])).unwrap();
        assert_eq!(Identity::load_or_create(&folder).unwrap(), second);
        fs::remove_file(folder.join(NAME)).unwrap();
        let error = Identity::load_or_create(&folder).unwrap_err().to_string();
        assert!(error.contains("put it back from a backup"), "{error}");
        assert!(!folder.join(NAME).exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}

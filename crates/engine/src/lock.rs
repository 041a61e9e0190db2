//! One at a time: who launches, reconciles or ends machines holds the lock of the folder (R12).
//!
//! The kernel gives the lock back when its holder dies, however it dies, so there is no lock of the dead to break.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::journal::JournalError;
use crate::journal::folder::{Folder, cannot};

/// The file. It stays when nobody holds it.
const NAME: &str = "lock";

/// The file that all who launch hold together.
const LAUNCHING: &str = "launching";

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Who holds the lock, for a message to who waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The number of the process.
    pub pid: u32,
    /// What it does, as it would be typed. It has no secret in it.
    pub command: String,
    /// Since when, by the wall clock.
    pub since: Timestamp,
}

impl Lock {
    /// Takes the lock of `folder`, which is made when it is not there, or `None` when somebody else holds it.
    ///
    /// # Errors
    ///
    /// [`JournalError::Storage`] when the folder or the lock in it cannot be used.
    pub fn try_take(folder: &Path, holder: &Holder) -> Result<Option<Self>, JournalError> {
        let (file, path) = opened(folder, NAME)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(cannot("lock", &path, &error)),
        }
        let mut lock = Self { file };
        // Held is held: what is said of it is for messages, and a full disk takes none.
        let _ = lock.say(holder);
        Ok(Some(lock))
    }

    /// Who holds the lock of `folder`, or held it last, if that can be read.
    pub fn holder(folder: &Path) -> Option<Holder> {
        said(folder, NAME)
    }

    /// Says that a launch from `folder` is under way, until the answer is dropped: from before its first request to its
    /// end, as opposed to the lock itself, which is held for one request. Any number may say so at once.
    ///
    /// # Errors
    ///
    /// As [`Lock::try_take`].
    pub fn launching(folder: &Path, holder: &Holder) -> Result<Self, JournalError> {
        let (file, path) = opened(folder, LAUNCHING)?;
        // Whoever looks holds it for no longer than that.
        file.lock_shared().map_err(|error| cannot("lock", &path, &error))?;
        let mut lock = Self { file };
        let _ = lock.say(holder);
        Ok(lock)
    }

    /// Whether another process launches from `folder`, or may: where that cannot be seen it is not ruled out.
    pub fn is_launching(folder: &Path) -> bool {
        match File::open(folder.join(LAUNCHING)) {
            Ok(file) => matches!(file.try_lock(), Err(TryLockError::WouldBlock)),
            Err(error) => error.kind() != ErrorKind::NotFound,
        }
    }

    /// Who launches from `folder`, or did last, if that can be read.
    pub fn launcher(folder: &Path) -> Option<Holder> {
        said(folder, LAUNCHING)
    }

    fn say(&mut self, holder: &Holder) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        let mut line = serde_json::to_vec(holder)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }
}

/// A file of `folder`, which is made when it is not there.
fn opened(folder: &Path, name: &str) -> Result<(File, PathBuf), JournalError> {
    let folder = Folder::make(folder)?;
    let path = folder.file(name);
    match folder.own(name) {
        Ok(file) => Ok((file, path)),
        // Where it may only be read it can be held all the same.
        Err(error @ JournalError::Unwritable(_)) => match File::open(&path) {
            Ok(file) => Ok((file, path)),
            Err(_) => Err(error),
        },
        Err(error) => Err(error),
    }
}

fn said(folder: &Path, name: &str) -> Option<Holder> {
    let mut text = String::new();
    let file = File::open(folder.join(name)).ok()?;
    file.take(64 << 10).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("engine-lock-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        path
    }

    fn holder(command: &str) -> Holder {
        Holder {
            pid: 4711,
            command: command.to_owned(),
            since: "2026-11-22T09:30:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn one_holds_it_and_says_who() {
        let folder = room("one");
        assert_eq!(Lock::holder(&folder), None);
        let first = holder("planner provision --in a-folder-with-a-long-name");
        let lock = Lock::try_take(&folder, &first).unwrap();
        assert!(lock.is_some());
        assert!(Lock::try_take(&folder, &holder("planner ls")).unwrap().is_none());
        assert_eq!(Lock::holder(&folder), Some(first));

        drop(lock);
        let second = holder("planner terminate");
        assert!(Lock::try_take(&folder, &second).unwrap().is_some());
        // The shorter text has taken the place of all of the longer.
        assert_eq!(Lock::holder(&folder), Some(second));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn all_who_launch_are_seen_until_the_last_is_done() {
        let folder = room("launching");
        assert!(!Lock::is_launching(&folder));
        let first = Lock::launching(&folder, &holder("first")).unwrap();
        let second = Lock::launching(&folder, &holder("second")).unwrap();
        assert!(Lock::is_launching(&folder));
        assert_eq!(Lock::launcher(&folder), Some(holder("second")));
        // It is not the lock that one at a time holds.
        assert!(Lock::try_take(&folder, &holder("other")).unwrap().is_some());
        drop(first);
        assert!(Lock::is_launching(&folder));
        drop(second);
        assert!(!Lock::is_launching(&folder));
        assert!(!Lock::is_launching(&folder));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_in_its_place_is_refused() {
        let folder = room("place");
        std::fs::create_dir_all(folder.join(NAME)).unwrap();
        let refused = Lock::try_take(&folder, &holder("planner")).unwrap_err().to_string();
        assert!(
            refused.contains("is not a file") || refused.contains("chmod 700"),
            "{refused}"
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

//! Whether a folder was ever used.

use std::path::Path;

use super::folder::{found, is_there};
use super::{JournalError, SqliteJournal};
use crate::identity;

/// Whether anything was ever kept of launches in `folder`: an identity, or a journal, be it whole or not.
///
/// # Errors
///
/// When that cannot be seen: a folder that may not be looked into is not an empty one.
pub fn is_begun(folder: &Path) -> Result<bool, JournalError> {
    if !is_there(folder)? {
        return Ok(false);
    }
    Ok(found(&folder.join(identity::NAME))?.is_some() || SqliteJournal::exists(folder)?)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::identity::Identity;
    use crate::journal::Mode;

    /// A folder with a file, and a name that no file system takes.
    fn room(name: &str) -> PathBuf {
        let room = std::env::temp_dir().join(format!("engine-begun-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&room);
        fs::create_dir(&room).unwrap();
        fs::write(room.join("file"), "x").unwrap();
        room
    }

    #[test]
    fn only_what_is_not_there_was_never_begun() {
        let room = room("states");
        let check = |folder: &Path, expected: bool| {
            assert_eq!(is_begun(folder), Ok(expected), "{}", folder.display());
            assert_eq!(Identity::check(folder), Ok(false), "{}", folder.display());
        };
        check(&room.join("none"), false);
        check(&room.join("none/below"), false);
        check(&room, false);
        let folder = room.join("named");
        Identity::load_or_create(&folder).unwrap();
        check(&folder, true);
        let folder = room.join("kept");
        drop(SqliteJournal::open(&folder, Mode::Write).unwrap());
        check(&folder, true);
        fs::remove_dir_all(&room).unwrap();
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_absent() {
        let room = room("hidden");
        #[cfg(unix)]
        {
            use std::os::unix::fs::symlink;
            symlink("round", room.join("round")).unwrap();
            symlink("unmounted", room.join("away")).unwrap();
        }
        let check = |path: &str, is_place: bool, said: &str| {
            let folder = room.join(path);
            for error in [
                is_begun(&folder).unwrap_err(),
                Identity::check(&folder).unwrap_err(),
                Identity::load_or_create(&folder).unwrap_err(),
                SqliteJournal::open(&folder, Mode::Write).unwrap_err(),
            ] {
                let text = error.to_string();
                assert!(text.contains(said) && text.contains("; "), "{path}: {text}");
                assert_eq!(matches!(error, JournalError::Place(_)), is_place, "{path}: {text}");
            }
        };
        check("file", true, "file is not a folder; name another one");
        check("file/below", true, "cannot look into ");
        check(&"x".repeat(300), true, "name another folder");
        if cfg!(unix) {
            check("round", false, "cannot look into ");
            check("away", false, "away is a link that leads nowhere; mount the disk");
            check("away/below", false, "away is a link that leads nowhere");
        }
        fs::remove_dir_all(&room).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_is_closed_is_not_empty() {
        use std::os::unix::fs::PermissionsExt as _;
        let room = room("closed");
        let folder = room.join("kept");
        Identity::load_or_create(&folder).unwrap();
        let mode = |folder: &Path, bits: u32| fs::set_permissions(folder, fs::Permissions::from_mode(bits)).unwrap();
        for closed in [&folder, &room] {
            mode(closed, 0o000);
            let seen = is_begun(&folder);
            mode(closed, 0o700);
            // Nothing is closed to root.
            let hint = "run planner as who owns it";
            assert!(
                seen == Ok(true) || seen.as_ref().is_err_and(|error| error.to_string().contains(hint)),
                "{seen:?}"
            );
        }
        fs::remove_dir_all(&room).unwrap();
    }
}

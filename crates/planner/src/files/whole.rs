//! Files as a whole: read at once, and written so that nobody ever sees half of one.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::exit::Exit;
use crate::report::Trouble;

/// The largest file that is read: a hundred times the largest market seen.
const BYTES_MAX: u64 = 1 << 30;

/// Reads a file that somebody named; `what` says what it is for. `-` is standard input.
pub(crate) fn read(path: &Path, what: &str) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().take(BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        Trouble::usage(format!("{what} {} cannot be read: {error}", path.display()))
            .hint("name a file that exists and that you may read, or `-` for standard input")
    })?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > BYTES_MAX) {
        return Err(Trouble::usage(format!(
            "{what} {} is larger than 1 GiB",
            path.display()
        )));
    }
    Ok(bytes)
}

/// Writes a file that only its owner may read: under another name first, and then in the place of what was there, so
/// that the file is the old one or the new one and never a part of either.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let trouble = |error: io::Error| {
        Trouble::new(Exit::Usage, format!("{} cannot be written: {error}", path.display()))
            .hint("name a file in a folder that exists and that you may write to")
    };
    let beside = beside(path);
    let written = fresh(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    written.map_err(|error| {
        // What is left of the attempt is of no use to anybody.
        let _ = fs::remove_file(&beside);
        trouble(error)
    })
}

/// A name in the same folder, so that the renaming stays within one file system, and of this process alone.
fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn fresh(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("planner-whole-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_private() {
        let folder = folder("replaced");
        let path = folder.join("market.json");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(read(&path, "the market").unwrap(), b"two");
        let names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["market.json"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_cannot_be_read_or_written_is_a_usage_error() {
        let folder = folder("refused");
        let check = |trouble: Trouble| {
            assert_eq!(trouble.exit, Exit::Usage);
            assert!(trouble.lines().contains("hint: name a file"), "{}", trouble.lines());
        };
        check(read(&folder.join("none.json"), "the market").unwrap_err());
        check(read(&folder, "the market").unwrap_err());
        check(write(&folder.join("none/market.json"), b"").unwrap_err());
        // A folder stands where the file should: nothing is left beside it.
        fs::create_dir(folder.join("taken")).unwrap();
        check(write(&folder.join("taken"), b"").unwrap_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}

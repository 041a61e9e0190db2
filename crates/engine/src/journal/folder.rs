//! The folder that holds the journal: who may write in it, and files that are whole and private from their first byte on.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{JournalError, mounts};

/// A folder that was looked at: it exists, is on a disk of this machine, and nobody else may write in it.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    path: PathBuf,
    #[cfg(unix)]
    owner: u32,
}

impl Folder {
    /// Looks at `path`, which is made first when it is not there.
    pub(crate) fn make(path: &Path) -> Result<Self, JournalError> {
        if is_there(path)? {
            return Self::open(path);
        }
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let missing: Vec<&Path> = path.ancestors().take_while(|folder| !folder.exists()).collect();
        builder.create(path).map_err(|error| cannot("make", path, &error))?;
        for made in missing {
            let parent = made.parent().filter(|parent| !parent.as_os_str().is_empty());
            sync(parent.unwrap_or(Path::new(".")))?;
        }
        Self::open(path)
    }

    /// Looks at `path`, which must be there.
    pub(crate) fn open(path: &Path) -> Result<Self, JournalError> {
        let path = path.canonicalize().map_err(|error| cannot("open", path, &error))?;
        let about = fs::metadata(&path).map_err(|error| cannot("open", &path, &error))?;
        if !about.is_dir() {
            return Err(no_folder(&path));
        }
        if let Some(kind) = mounts::network(&path) {
            let why = format!("is on a network file system ({kind}), where two processes can write over each other");
            return Err(refused(&path, &why, "keep the journal on a disk of this machine"));
        }
        if mode(&about) & 0o022 != 0 {
            let hint = format!("`chmod 700 {}`", path.display());
            return Err(refused(&path, "may be written by others", &hint));
        }
        Ok(Self {
            #[cfg(unix)]
            owner: std::os::unix::fs::MetadataExt::uid(&about),
            path,
        })
    }

    /// Where it is, without symbolic links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the file `name` of it is.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// What is known of the file `name`, if it exists. It is a file of its own, no link to somewhere else, it belongs to
    /// whom the folder belongs to, and nobody else may read it: where they might, that is put right.
    ///
    /// The file is not opened. `SQLite`'s locks are lost when any other handle to its files is closed.
    pub(crate) fn look(&self, name: &str) -> Result<Option<Metadata>, JournalError> {
        let path = self.file(name);
        let Some(about) = found(&path)? else {
            return Ok(None);
        };
        if about.is_symlink() {
            let hint = "put the file itself there, or name the folder that it leads to";
            return Err(refused(&path, "is a link to somewhere else", hint));
        }
        if !about.is_file() {
            return Err(refused(&path, "is not a file", "move it away"));
        }
        #[cfg(unix)]
        {
            let owner = std::os::unix::fs::MetadataExt::uid(&about);
            if owner != self.owner && owner != 0 {
                let hint = "run planner as who owns it, or make it yours with `chown`";
                return Err(refused(&path, "belongs to somebody else", hint));
            }
            if mode(&about) & 0o077 != 0 {
                let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
                fs::set_permissions(&path, private).map_err(|error| cannot("close to others", &path, &error))?;
            }
        }
        Ok(Some(about))
    }

    /// A new file with a name of its own, which only its owner may read.
    pub(crate) fn draft(&self) -> Result<(PathBuf, File), JournalError> {
        static DRAFTS: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
            let path = self.file(&format!(".draft-{}-{number}", std::process::id()));
            match private(OpenOptions::new().create_new(true)).open(&path) {
                Ok(file) => return Ok((path, file)),
                // Left by a process of that number which was killed.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(cannot("write", &path, &error)),
            }
        }
    }

    /// Gives a finished draft its name, unless that is taken: of two processes that try, one wins and the other one's
    /// draft is gone. Says whether it was this one.
    pub(crate) fn place(&self, draft: &Path, name: &str) -> Result<bool, JournalError> {
        let path = self.file(name);
        let placed = match fs::hard_link(draft, &path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(cannot("write", &path, &error)),
        };
        // Whatever came of it, the draft is of no use to anybody.
        let _ = fs::remove_file(draft);
        if placed == Ok(true) {
            self.sync()?;
        }
        placed
    }

    /// Makes the file `name` with these bytes, unless it exists: whole or not at all. Says whether it was made.
    pub(crate) fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, JournalError> {
        let (draft, mut file) = self.draft()?;
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            let _ = fs::remove_file(&draft);
            return Err(cannot("write", &self.file(name), &error));
        }
        drop(file);
        self.place(&draft, name)
    }

    /// Opens the file `name` for reading and writing, which is made when it is not there.
    pub(crate) fn own(&self, name: &str) -> Result<File, JournalError> {
        let path = self.file(name);
        self.look(name)?;
        private(OpenOptions::new().read(true).create(true))
            .open(&path)
            .map_err(|error| cannot("write", &path, &error))
    }

    /// Returns when the names in it are on disk.
    pub(crate) fn sync(&self) -> Result<(), JournalError> {
        sync(&self.path)
    }
}

/// Whether there is a folder at `path`. Only where the operating system says that nothing is there, nothing is: whatever
/// else keeps it from being looked at says nothing of what was launched from it.
pub(crate) fn is_there(path: &Path) -> Result<bool, JournalError> {
    match fs::metadata(path) {
        Ok(about) if about.is_dir() => Ok(true),
        Ok(_) => Err(no_folder(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => leads_nowhere(path).map_or(Ok(false), Err),
        Err(error) => Err(cannot("look into", path, &error)),
    }
}

/// What is known of whatever stands at `path`, a link or not, if anything does.
pub(crate) fn found(path: &Path) -> Result<Option<Metadata>, JournalError> {
    match fs::symlink_metadata(path) {
        Ok(about) => Ok(Some(about)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("look at", path, &error)),
    }
}

/// Where `path` is not there because a link on the way leads nowhere, as to a disk that is not mounted.
fn leads_nowhere(path: &Path) -> Option<JournalError> {
    let nearest = path.ancestors().find(|above| above.symlink_metadata().is_ok())?;
    let is_lost = nearest.symlink_metadata().is_ok_and(|about| about.is_symlink());
    let hint = "mount the disk that it leads to, or name another folder";
    is_lost.then(|| refused(nearest, "is a link that leads nowhere", hint))
}

fn no_folder(path: &Path) -> JournalError {
    JournalError::Place(format!(
        "{} is not a folder; name another one for the journal",
        path.display()
    ))
}

fn sync(folder: &Path) -> Result<(), JournalError> {
    // Elsewhere a folder cannot be opened, and names are kept with the file.
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| cannot("write", folder, &error))?;
    }
    Ok(())
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(unix)]
fn mode(about: &Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&about.permissions())
}

#[cfg(not(unix))]
fn mode(_about: &Metadata) -> u32 {
    0
}

/// The operating system said no.
pub(crate) fn cannot(what: &str, path: &Path, error: &io::Error) -> JournalError {
    let is_read = matches!(what, "look into" | "look at" | "open" | "read");
    let (hint, kind): (_, fn(String) -> JournalError) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ("free some space", JournalError::Unwritable),
        ErrorKind::FileTooLarge => ("allow larger files, as with `ulimit -f`", JournalError::Unwritable),
        // Not another folder: what was launched from this one would be out of sight.
        ErrorKind::PermissionDenied if is_read => (
            "run planner as who owns it, or make it yours with `chown` and `chmod`",
            JournalError::Unwritable,
        ),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem if what == "make" => (
            "check who may write there, or name another folder",
            JournalError::Unwritable,
        ),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            ("check who may write there", JournalError::Unwritable)
        }
        ErrorKind::NotFound => ("name a folder that exists", JournalError::Storage),
        ErrorKind::NotADirectory | ErrorKind::InvalidFilename => ("name another folder", JournalError::Place),
        _ if is_out_of_files(error) => ("allow more open files, as with `ulimit -n 64`", JournalError::Storage),
        _ => ("check the disk and the folder", JournalError::Storage),
    };
    kind(format!("cannot {what} {}: {error}; {hint}", path.display()))
}

/// Whether this process, or all of them together, may open no more files (`EMFILE`, `ENFILE`).
fn is_out_of_files(error: &io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

fn refused(path: &Path, why: &str, hint: &str) -> JournalError {
    JournalError::Storage(format!("{} {why}; {hint}", path.display()))
}

//! Where the world is between two requests: in memory, or in a file that several sandboxes may share.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::state::{State, VERSION};

/// Where the state is.
#[derive(Debug)]
pub(crate) enum Store {
    /// Here, until the sandbox ends.
    Memory(Mutex<Box<State>>),
    /// In a file.
    Kept(Kept),
}

impl Store {
    /// Works with the state. With `keep`, what the work changes stays; otherwise it may be forgotten.
    pub(crate) fn with<R>(&self, keep: bool, work: impl FnOnce(&mut State) -> R) -> Result<R, String> {
        match self {
            Self::Memory(state) => Ok(work(&mut state.lock().unwrap_or_else(PoisonError::into_inner))),
            Self::Kept(kept) if keep => kept.change(work),
            // A rename replaces the file at one stroke, so that a reader needs no lock.
            Self::Kept(kept) => kept.read().map(|mut state| work(&mut state)),
        }
    }
}

/// A state in a file, next to which a second one serves as the lock.
#[derive(Debug)]
pub(crate) struct Kept {
    path: PathBuf,
}

impl Kept {
    /// Takes the file, or makes it with what `fresh` gives. A file that cannot be read is an error, and stays as it is.
    pub(crate) fn open(path: &Path, fresh: impl FnOnce() -> State) -> Result<Self, String> {
        let kept = Self { path: path.to_owned() };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder).map_err(|error| kept.out_of_reach("its folder cannot be made", &error))?;
        }
        let _lock = kept.lock()?;
        match fs::metadata(path) {
            Ok(_) => drop(kept.read()?),
            Err(error) if error.kind() == ErrorKind::NotFound => kept.write(&fresh())?,
            Err(error) => return Err(kept.out_of_reach("cannot be read", &error)),
        }
        Ok(kept)
    }

    fn change<R>(&self, work: impl FnOnce(&mut State) -> R) -> Result<R, String> {
        let _lock = self.lock()?;
        let mut state = self.read()?;
        let result = work(&mut state);
        self.write(&state)?;
        Ok(result)
    }

    fn read(&self) -> Result<State, String> {
        let bytes = fs::read(&self.path).map_err(|error| self.out_of_reach("cannot be read", &error))?;
        let version = serde_json::from_slice::<Version>(&bytes).map(|form| form.version);
        if let Ok(version) = version
            && version > VERSION
        {
            return Err(format!(
                "the sandbox's world {} was written by a newer version (form {version}, this one reads {VERSION}); \
                 use that version, or move the file away to start anew",
                self.path.display()
            ));
        }
        serde_json::from_slice(&bytes).map_err(|error| {
            format!(
                "the sandbox's world {} is damaged: {error}; move the file away to start anew",
                self.path.display()
            )
        })
    }

    /// Writes beside and renames, so that nobody ever sees half a world. The file is not flushed to the disk: a process may
    /// die at any moment and lose nothing, and a simulated world need not outlive a power cut.
    fn write(&self, state: &State) -> Result<(), String> {
        let bytes = serde_json::to_vec(state).map_err(|error| self.out_of_reach("cannot be written", &error.into()))?;
        let beside = self.beside("new");
        let written = private(OpenOptions::new().write(true).create(true).truncate(true))
            .open(&beside)
            .and_then(|mut file| file.write_all(&bytes))
            .and_then(|()| fs::rename(&beside, &self.path));
        written.map_err(|error| self.out_of_reach("cannot be written", &error))
    }

    /// Waits until nobody else changes the file. The lock ends with the process that holds it, however that ends.
    fn lock(&self) -> Result<File, String> {
        let file = private(OpenOptions::new().write(true).create(true).truncate(false)).open(self.beside("lock"));
        let locked = file.and_then(|file| file.lock().map(|()| file));
        locked.map_err(|error| self.out_of_reach("cannot be locked", &error))
    }

    fn beside(&self, extension: &str) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".");
        name.push(extension);
        PathBuf::from(name)
    }

    /// What the operating system refused: the world may be whole, so nobody is told to begin another.
    fn out_of_reach(&self, what: &str, error: &io::Error) -> String {
        let hint = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space",
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "check who may read and write it",
            ErrorKind::NotADirectory | ErrorKind::InvalidFilename | ErrorKind::AlreadyExists => "name another folder",
            ErrorKind::FileTooLarge => "allow larger files, as with `ulimit -f`",
            // `EMFILE` and `ENFILE`.
            _ if cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24)) => {
                "allow more open files, as with `ulimit -n 64`"
            }
            _ => "check the disk and the folder",
        };
        format!("the sandbox's world {} {what}: {error}; {hint}", self.path.display())
    }
}

/// The part of a kept world that every version can read.
#[derive(serde::Deserialize)]
struct Version {
    version: u32,
}

/// For the owner alone.
#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}

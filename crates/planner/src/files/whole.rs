//! Files as a whole: read at once, and written so that nobody ever sees half of one.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::exit::Exit;
use crate::report::Trouble;
use crate::signals::interruptible;

/// How large a file may be that somebody named.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Most {
    /// What a person wrote: settings, rules, a key, a script.
    Page,
    /// What another program put together: authorities, a quote.
    Bundle,
    /// A market, or a list of offers: ten times the largest that was tried.
    Market,
}

impl Most {
    fn bytes(self) -> u64 {
        match self {
            Self::Page => 256 << 10,
            Self::Bundle => 16 << 20,
            Self::Market => 512 << 20,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Page => "256 KiB",
            Self::Bundle => "16 MiB",
            Self::Market => "512 MiB",
        }
    }
}

/// Why a file is not taken.
enum Flaw {
    Unread(io::Error),
    TooLarge,
    /// There is a zero byte in it: it is binary, in another encoding, or has no end.
    NoText,
}

/// Reads a file of text that somebody named; `what` says what it is for. `-` is standard input.
pub(crate) fn read(path: &Path, what: &str, most: Most) -> Result<Vec<u8>, Trouble> {
    let read = if path == Path::new("-") {
        interruptible(|| text(io::stdin(), most))
    } else {
        let is_file = fs::metadata(path).is_ok_and(|about| about.is_file());
        let read = || text(fs::File::open(path).map_err(Flaw::Unread)?, most);
        // A pipe may never be written to, not even opened for that.
        if is_file { read() } else { interruptible(read) }
    };
    read.map_err(|flaw| {
        let refuse = |why: &str| Trouble::usage(format!("{what} {} {why}", path.display()));
        match flaw {
            Flaw::Unread(error) => refuse(&format!("cannot be read: {error}"))
                .hint("name a file that exists and that you may read, or `-` for standard input"),
            Flaw::TooLarge => refuse(&format!("is larger than {}", most.as_str()))
                .hint("is it the file that was meant? leave out of it what is not needed"),
            Flaw::NoText => refuse("is no text: there is a zero byte in it")
                .hint("is it the file that was meant? save text as UTF-8"),
        }
    })
}

fn text(mut from: impl io::Read, most: Most) -> Result<Vec<u8>, Flaw> {
    const LOOKED_AT: u64 = 64 << 10;
    let mut bytes = Vec::new();
    loop {
        let had = bytes.len();
        from.by_ref()
            .take(LOOKED_AT)
            .read_to_end(&mut bytes)
            .map_err(Flaw::Unread)?;
        match bytes.get(had..) {
            None | Some([]) => return Ok(bytes),
            Some(more) if more.contains(&0) => return Err(Flaw::NoText),
            Some(_) if u64::try_from(bytes.len()).is_ok_and(|length| length > most.bytes()) => {
                return Err(Flaw::TooLarge);
            }
            Some(_) => {}
        }
    }
}

/// Writes a file that only its owner may read: under another name first, and then in the place of what was there, so
/// that the file is the old one or the new one and never a part of either. A link stays one, and what it leads to is
/// written. A device or a pipe has no place to take: it is written as it stands.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let written = match target(path) {
        Ok(Target::File(path)) => replace(&path, bytes),
        Ok(Target::Stream) => OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut stream| stream.write_all(bytes)),
        Err(error) => Err(error),
    };
    written.map_err(|error| {
        Trouble::new(Exit::Usage, format!("{} cannot be written: {error}", path.display()))
            .hint("name a file in a folder that exists and that you may write to")
    })
}

/// What a path leads to.
enum Target {
    /// A file, or the place of one, at the end of all links.
    File(PathBuf),
    /// A device, a pipe, or a file that somebody holds open.
    Stream,
}

/// Links followed at most, as Linux does.
const LINKS_MAX: u8 = 40;

fn target(path: &Path) -> io::Result<Target> {
    if fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        return Ok(Target::Stream);
    }
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        match fs::read_link(&path) {
            // `/dev/fd/3` is a file by its number: another one in its place would not be what its holder reads.
            Ok(_) if path.starts_with("/dev") || path.starts_with("/proc") => return Ok(Target::Stream),
            Ok(leads_to) => path = path.with_file_name("").join(leads_to),
            Err(_) => return Ok(Target::File(path)),
        }
    }
    Err(io::Error::other("its links lead nowhere"))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = beside(path);
    let written = fresh(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        // What is left of the attempt is of no use to anybody.
        let _ = fs::remove_file(&beside);
    }
    written
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
        assert_eq!(read(&path, "the market", Most::Market).unwrap(), b"two");
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
    fn what_is_too_large_or_no_text_is_not_read_to_its_end() {
        let folder = folder("limits");
        let path = folder.join("rules.toml");
        let check = |bytes: &[u8], most: Most, expected: &str| {
            fs::write(&path, bytes).unwrap();
            let said = match read(&path, "the policy", most) {
                Ok(read) => {
                    assert!(read == bytes);
                    String::new()
                }
                Err(trouble) => trouble.lines().replace(&path.display().to_string(), "FILE"),
            };
            assert!(
                said.contains(expected) && said.is_empty() == expected.is_empty(),
                "{said}"
            );
        };
        let filled = |length: usize| vec![b'#'; length];
        check(b"", Most::Page, "");
        check(&filled(256 << 10), Most::Page, "");
        check(
            &filled((256 << 10) + 1),
            Most::Page,
            "the policy FILE is larger than 256 KiB",
        );
        check(&filled((256 << 10) + 1), Most::Bundle, "");
        check(&filled((16 << 20) + 1), Most::Bundle, "is larger than 16 MiB");
        check(b"a\0b", Most::Page, "is no text");
        #[cfg(unix)]
        for path in ["/dev/zero", "/dev/full"] {
            let trouble = read(Path::new(path), "the market", Most::Market).unwrap_err();
            assert!(trouble.lines().contains("hint: is it the file"), "{}", trouble.lines());
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_plain_file_stays_what_it_is() {
        use std::os::unix::fs::{FileTypeExt as _, symlink};
        let folder = folder("links");
        let at = |name: &str| folder.join(name);
        fs::create_dir(at("there")).unwrap();
        fs::write(at("there/market.json"), "old").unwrap();
        symlink("there/market.json", at("link.json")).unwrap();
        symlink("link.json", at("again.json")).unwrap();
        symlink("there/new.json", at("dangling.json")).unwrap();
        let check = |name: &str, end: &str| {
            write(&at(name), name.as_bytes()).unwrap();
            assert!(at(name).symlink_metadata().unwrap().is_symlink(), "{name}");
            assert_eq!(fs::read_to_string(at(end)).unwrap(), name);
        };
        check("link.json", "there/market.json");
        check("again.json", "there/market.json");
        check("dangling.json", "there/new.json");
        symlink("round.json", at("round.json")).unwrap();
        assert!(write(&at("round.json"), b"x").is_err());

        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        assert!(made.success());
        let pipe = at("pipe");
        let reader = std::thread::spawn(move || fs::read(pipe).unwrap());
        write(&at("pipe"), b"through").unwrap();
        assert_eq!(reader.join().unwrap(), b"through");
        assert!(fs::metadata(at("pipe")).unwrap().file_type().is_fifo());
        write(Path::new("/dev/null"), b"gone").unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_cannot_be_read_or_written_is_a_usage_error() {
        let folder = folder("refused");
        let check = |trouble: Trouble| {
            assert_eq!(trouble.exit, Exit::Usage);
            assert!(trouble.lines().contains("hint: name a file"), "{}", trouble.lines());
        };
        check(read(&folder.join("none.json"), "the market", Most::Market).unwrap_err());
        check(read(&folder, "the market", Most::Market).unwrap_err());
        check(write(&folder.join("none/market.json"), b"").unwrap_err());
        // A folder stands where the file should: nothing is left beside it.
        fs::create_dir(folder.join("taken")).unwrap();
        check(write(&folder.join("taken"), b"").unwrap_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}

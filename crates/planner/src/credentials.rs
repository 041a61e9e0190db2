//! Keys that the brokers' own tools left in the user's home.

use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::env::Secret;
use crate::report::Trouble;

/// No credential file is larger; a device or a mistake is.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// A key and the team it acts for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Credentials {
    /// The key.
    pub(crate) key: Option<Secret>,
    /// The team.
    pub(crate) team: Option<String>,
    /// The file that the key is from, where it is from one.
    pub(crate) file: Option<PathBuf>,
}

/// What Prime's own command-line tool writes to `~/.prime/config.json`.
#[derive(Deserialize)]
struct PrimeFile {
    api_key: Option<String>,
    team_id: Option<String>,
}

/// Reads `~/.prime/config.json`; no file is no key.
pub(crate) fn prime(home: &Path) -> Result<Credentials, Trouble> {
    let path = home.join(".prime").join("config.json");
    match read(&path)? {
        Some(found) => found.held(&path, prime_text(&found.text).map_err(|why| unreadable(&path, why))?),
        None => Ok(Credentials::default()),
    }
}

/// What stands in Prime's file. What is wrong with it is said without a word of it.
pub(crate) fn prime_text(text: &str) -> Result<Credentials, &'static str> {
    let file: PrimeFile = serde_json::from_str(text).map_err(|_| "it is not the JSON that the prime tool writes")?;
    let said = |word: Option<String>| word.map(|word| word.trim().to_owned()).filter(|word| !word.is_empty());
    Ok(Credentials {
        key: said(file.api_key).map(Secret),
        team: said(file.team_id),
        file: None,
    })
}

/// Reads `~/.spheron/credentials`; no file is no key.
///
/// The file's form is not documented. Lines `NAME=VALUE` with `SPHERON_API_KEY`
/// and `SPHERON_TEAM_ID` (or `api_key` and `team_id`) are understood, and a
/// file that is one bare line is the key.
pub(crate) fn spheron(home: &Path) -> Result<Credentials, Trouble> {
    let path = home.join(".spheron").join("credentials");
    match read(&path)? {
        Some(found) => found.held(&path, spheron_text(&found.text)),
        None => Ok(Credentials::default()),
    }
}

/// What stands in Spheron's file.
pub(crate) fn spheron_text(text: &str) -> Credentials {
    let mut credentials = Credentials::default();
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '[']))
    {
        let value = |value: &str| value.trim().trim_matches(['"', '\'']).to_owned();
        match line.split_once('=') {
            None => credentials.key = Some(Secret(line.to_owned())),
            Some((name, text)) => match name.trim().to_ascii_lowercase().trim_start_matches("spheron_") {
                "api_key" => credentials.key = Some(Secret(value(text))),
                "team_id" => credentials.team = Some(value(text)),
                _ => {}
            },
        }
    }
    credentials
}

/// A file with room for a key.
struct Found {
    text: String,
    /// Why no key may stand in it.
    exposed: Option<String>,
}

impl Found {
    /// What was read of it, unless there is a key that others may know or exchange. Prime's tool leaves a file without a
    /// key that everybody may read: there is nothing to be lost, and nothing is taken from it.
    fn held(&self, path: &Path, credentials: Credentials) -> Result<Credentials, Trouble> {
        match &self.exposed {
            Some(why) if credentials.key.is_some() => Err(unreadable(path, why)),
            Some(_) => Ok(Credentials::default()),
            None => Ok(Credentials {
                file: Some(path.to_owned()),
                ..credentials
            }),
        }
    }
}

fn read(path: &Path) -> Result<Option<Found>, Trouble> {
    let refused = |error: io::Error| unreadable(path, &error.to_string());
    match fs::metadata(path) {
        Ok(about) if about.is_dir() => return Err(unreadable(path, "it is a directory")),
        // A pipe would be waited for.
        Ok(about) if !about.is_file() => return Err(unreadable(path, "it is not a file")),
        Ok(_) => {}
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(refused(error)),
    }
    let file = fs::File::open(path).map_err(refused)?;
    // Asked of the file that is open: a name may mean another one by then.
    let exposed = guarded(path).and_then(|()| private(path, &file)).err();
    let mut text = String::new();
    file.take(FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(path, &error.to_string()))?;
    Ok(Some(Found { text, exposed }))
}

/// Refuses a file in whose place others may put another one, as ssh does: their key would launch on their account, and
/// what is launched there they can enter.
#[cfg(unix)]
fn guarded(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let end = path.canonicalize().map_err(|error| error.to_string())?;
    for folder in [path.parent(), end.parent()].into_iter().flatten() {
        let mode = fs::metadata(folder)
            .map_err(|error| error.to_string())?
            .permissions()
            .mode()
            & 0o7777;
        // In a sticky folder nobody replaces what is not theirs.
        if mode & 0o022 != 0 && mode & 0o1000 == 0 {
            let name = folder.display();
            return Err(format!(
                "others may replace it, as they may write in {name} (mode {mode:03o}); close that with `chmod go-w {name}`, \
                 and look whether the key is yours"
            ));
        }
    }
    Ok(())
}

/// Nobody says here who may write in a folder.
#[cfg(not(unix))]
fn guarded(_: &Path) -> Result<(), String> {
    Ok(())
}

/// Refuses a file that others may read, as ssh does: a key that they know is no key any more. One that belongs to
/// somebody else, who is not root, they may change.
#[cfg(unix)]
fn private(path: &Path, file: &fs::File) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;
    let about = file.metadata().map_err(|error| error.to_string())?;
    let (owner, we) = (about.uid(), rustix::process::geteuid().as_raw());
    if owner != 0 && owner != we {
        return Err(format!(
            "it belongs to somebody else (user {owner}, and this is user {we}); make it yours with `chown {we} {}`, if the \
             key is",
            path.display()
        ));
    }
    let mode = about.mode() & 0o777;
    let others = mode & 0o077;
    if others != 0 {
        return Err(format!(
            "others may read or change it (mode {mode:03o}); close it with `chmod 600 {}`, and get a new key if they may have",
            path.display()
        ));
    }
    Ok(())
}

/// Nobody says here who may read a file.
#[cfg(not(unix))]
fn private(_: &Path, _: &fs::File) -> Result<(), String> {
    Ok(())
}

fn unreadable(path: &Path, why: &str) -> Trouble {
    let path = PathBuf::from(path);
    Trouble::usage(format!("cannot read the key in {}: {why}", path.display()))
        .hint("repair or remove the file, or set the key in the environment, which comes first")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(name: &str) -> PathBuf {
        let home = std::env::temp_dir().join(format!("planner-credentials-{}-{name}", std::process::id()));
        fs::create_dir_all(home.join(".prime")).unwrap();
        fs::create_dir_all(home.join(".spheron")).unwrap();
        home
    }

    fn write(home: &Path, name: &str, text: &str) {
        let path = home.join(name);
        fs::write(&path, text).unwrap();
        mode(&path, 0o600);
    }

    #[cfg(unix)]
    fn mode(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[cfg(not(unix))]
    fn mode(_: &Path, _: u32) {}

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let home = home("modes");
        for (bits, used) in [
            (0o600, true),
            (0o400, true),
            (0o640, false),
            (0o604, false),
            (0o622, false),
        ] {
            write(&home, ".prime/config.json", r#"{"api_key":"pk-secret"}"#);
            mode(&home.join(".prime/config.json"), bits);
            let read = prime(&home);
            let lines = read.as_ref().map_err(Trouble::lines).err().unwrap_or_default();
            assert_eq!(
                (read.is_ok(), lines.contains("chmod 600")),
                (used, !used),
                "{bits:o} {lines}"
            );
            assert!(!lines.contains("pk-secret"));
        }
        // As Prime's tool leaves it before anybody logs in.
        write(&home, ".prime/config.json", r#"{"api_key":"","team_id":"theirs"}"#);
        mode(&home.join(".prime/config.json"), 0o644);
        let read = prime(&home).unwrap();
        assert!(read.key.is_none() && read.team.is_none() && read.file.is_none());
        fs::remove_dir_all(home).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_replace_is_refused() {
        use std::os::unix::fs::{chown, symlink};
        let home = home("places");
        let (folder, file) = (home.join(".prime"), home.join(".prime/config.json"));
        write(&home, ".prime/config.json", r#"{"api_key":"pk-secret"}"#);
        let check = |what: &str, said: Option<&str>| {
            let read = prime(&home);
            let lines = read.as_ref().map_err(Trouble::lines).err().unwrap_or_default();
            assert_eq!(read.is_ok(), said.is_none(), "{what}: {lines}");
            assert!(lines.contains(said.unwrap_or_default()), "{what}: {lines}");
            assert!(!lines.contains("pk-secret"), "{what}: {lines}");
        };
        for (bits, closed) in [
            (0o755, true),
            (0o700, true),
            (0o1777, true),
            (0o777, false),
            (0o775, false),
        ] {
            mode(&folder, bits);
            check(&format!("{bits:o}"), (!closed).then_some("chmod go-w"));
        }
        mode(&folder, 0o700);
        // Only root can give a file away, and what is root's is trusted.
        if chown(&file, Some(12_345), None).is_ok() {
            check("another's", Some("it belongs to somebody else (user 12345"));
        }
        fs::remove_file(&file).unwrap();
        fs::create_dir_all(home.join("open")).unwrap();
        write(&home, "open/config.json", r#"{"api_key":"pk-secret"}"#);
        symlink("../open/config.json", &file).unwrap();
        check("a link", None);
        mode(&home.join("open"), 0o777);
        check("a link to where others write", Some("open (mode 777)"));
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        check("a directory", Some("config.json: it is a directory"));
        fs::remove_dir_all(home).unwrap();
    }

    #[test]
    fn files_of_other_tools_are_read_as_they_are() {
        let check = |name: &str, prime_text: &str, spheron_text: &str, expected: [Option<&str>; 4]| {
            let home = home(name);
            write(&home, ".prime/config.json", prime_text);
            write(&home, ".spheron/credentials", spheron_text);
            let (prime, spheron) = (prime(&home).unwrap(), spheron(&home).unwrap());
            let key = |credentials: &Credentials| credentials.key.as_ref().map(|key| key.0.clone());
            let read = [key(&prime), prime.team.clone(), key(&spheron), spheron.team.clone()];
            assert_eq!(read, expected.map(|text| text.map(str::to_owned)), "{name}");
            fs::remove_dir_all(home).unwrap();
        };
        check(
            "bare",
            r#"{"api_key":"pk","team_id":null,"base_url":"https://x"}"#,
            "sai_pk_1\n",
            [Some("pk"), None, Some("sai_pk_1"), None],
        );
        check(
            "named",
            r#"{"api_key":"","team_id":"t"}"#,
            "# mine\n[default]\nSPHERON_API_KEY=\"sk\"\nteam_id = t2\n",
            [None, Some("t"), Some("sk"), Some("t2")],
        );
    }

    #[test]
    fn a_broken_file_is_named_and_a_missing_one_is_no_key() {
        let home = home("broken");
        assert!(prime(&home).unwrap().key.is_none());
        write(&home, ".prime/config.json", "{\"api_key\": \"secret");
        let lines = prime(&home).unwrap_err().lines();
        assert!(
            lines.contains("config.json") && lines.contains("hint:") && !lines.contains("secret"),
            "{lines}"
        );
        fs::remove_dir_all(home).unwrap();
    }
}

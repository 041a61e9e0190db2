//! Keys that the brokers' own tools left in the user's home.

use std::fs;
use std::io::{ErrorKind, Read as _};
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
        Some(text) => prime_text(&text).map_err(|why| unreadable(&path, why)),
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
    })
}

/// Reads `~/.spheron/credentials`; no file is no key.
///
/// The file's form is not documented. Lines `NAME=VALUE` with `SPHERON_API_KEY`
/// and `SPHERON_TEAM_ID` (or `api_key` and `team_id`) are understood, and a
/// file that is one bare line is the key.
pub(crate) fn spheron(home: &Path) -> Result<Credentials, Trouble> {
    let path = home.join(".spheron").join("credentials");
    Ok(read(&path)?.as_deref().map(spheron_text).unwrap_or_default())
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

fn read(path: &Path) -> Result<Option<String>, Trouble> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(unreadable(path, &error.to_string())),
    };
    // Asked of the file that is open: a name may mean another one by then.
    private(&file).map_err(|why| unreadable(path, &why))?;
    let mut text = String::new();
    file.take(FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(path, &error.to_string()))?;
    Ok(Some(text))
}

/// Refuses a file that others may read, as ssh does: a key that they know is no key any more.
#[cfg(unix)]
fn private(file: &fs::File) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata().map_err(|error| error.to_string())?.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others != 0 {
        return Err(format!(
            "others may read or change it (mode {mode:03o}); close it with `chmod 600`, and get a new key if they may have"
        ));
    }
    Ok(())
}

/// Nobody says here who may read a file.
#[cfg(not(unix))]
fn private(_: &fs::File) -> Result<(), String> {
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

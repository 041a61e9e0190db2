//! The only reader of the environment.

use std::ffi::OsString;
use std::path::PathBuf;

/// The environment variables that matter, as they were when planner started.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    /// `PRIME_API_KEY`.
    pub(crate) prime_key: Option<Secret>,
    /// `PRIME_API_BASE_URL`.
    pub(crate) prime_url: Option<String>,
    /// `PRIME_TEAM_ID`.
    pub(crate) prime_team: Option<String>,
    /// `SPHERON_API_KEY`.
    pub(crate) spheron_key: Option<Secret>,
    /// `SPHERON_TEAM_ID`.
    pub(crate) spheron_team: Option<String>,
    /// `SPHERON_API_BASE_URL`.
    pub(crate) spheron_url: Option<String>,
    /// `PLANNER_DATA_DIR`.
    pub(crate) data_dir: Option<PathBuf>,
    /// `PLANNER_CONFIG`.
    pub(crate) config: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`; a relative path is none, as its specification says.
    pub(crate) xdg_config: Option<PathBuf>,
    /// `XDG_DATA_HOME`; a relative path is none, as its specification says.
    pub(crate) xdg_data: Option<PathBuf>,
    /// `HOME`, where the brokers' own tools keep their keys; a relative path is none, as what is kept there would be
    /// another folder for each command.
    pub(crate) home: Option<PathBuf>,
    /// `TERM`.
    pub(crate) terminal: Option<String>,
    /// Whether `LC_ALL`, `LC_CTYPE` or `LANG` name a locale, and one without UTF-8.
    pub(crate) is_ascii: bool,
    /// Whether there is `NO_COLOR`, which the library that paints reads for itself.
    pub(crate) no_color: bool,
    /// `COLUMNS`, where there is no terminal to ask.
    pub(crate) columns: Option<usize>,
}

/// A text that must not be shown.
#[derive(Clone)]
pub(crate) struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// Stops at the place that `PLANNER_FAILPOINT` names, as a test of crashes
/// asks; `PLANNER_FAILPOINT_MARKER` is the file that tells that it was reached.
#[cfg(feature = "failpoints")]
pub(crate) fn arm_failpoint() {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    let read = std::env::var_os;
    if let (Some(place), Some(marker)) = (read("PLANNER_FAILPOINT"), read("PLANNER_FAILPOINT_MARKER")) {
        gpu_broker_engine::failpoint::arm(&place.to_string_lossy(), marker.into());
    }
}

/// Whether `PLANNER_HURRIED` asks for patience in hundredths.
#[cfg(feature = "failpoints")]
pub(crate) fn is_hurried() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    std::env::var_os("PLANNER_HURRIED").is_some()
}

/// The command line as it was typed.
pub(crate) fn arguments() -> Vec<OsString> {
    std::env::args_os().collect()
}

impl Environment {
    /// Reads the process's environment. An empty variable is an absent one.
    pub(crate) fn read() -> Self {
        Self::from_lookup(|name| {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the one place that reads the environment"
            )]
            std::env::var_os(name)
        })
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let raw = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let text = |name: &str| {
            raw(name)
                .map(|value| value.to_string_lossy().trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let base = |name: &str| raw(name).map(PathBuf::from).filter(|path| path.is_absolute());
        Self {
            prime_key: text("PRIME_API_KEY").map(Secret),
            prime_url: text("PRIME_API_BASE_URL"),
            prime_team: text("PRIME_TEAM_ID"),
            spheron_key: text("SPHERON_API_KEY").map(Secret),
            spheron_team: text("SPHERON_TEAM_ID"),
            spheron_url: text("SPHERON_API_BASE_URL"),
            data_dir: raw("PLANNER_DATA_DIR").map(PathBuf::from),
            config: raw("PLANNER_CONFIG").map(PathBuf::from),
            xdg_config: base("XDG_CONFIG_HOME"),
            xdg_data: base("XDG_DATA_HOME"),
            home: base("HOME"),
            terminal: text("TERM"),
            // Where nobody says anything, everything is UTF-8 by now.
            is_ascii: ["LC_ALL", "LC_CTYPE", "LANG"]
                .into_iter()
                .find_map(text)
                .is_some_and(|locale| !is_utf8(&locale)),
            no_color: raw("NO_COLOR").is_some(),
            columns: text("COLUMNS").and_then(|columns| columns.parse().ok()),
        }
    }
}

/// Whether a locale's name says UTF-8: `en_GB.UTF-8`, `C.utf8`.
fn is_utf8(locale: &str) -> bool {
    let lower = locale.to_ascii_lowercase();
    lower.contains("utf-8") || lower.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_is_the_first_that_is_named() {
        let check = |all: &str, ctype: &str, lang: &str, expected: bool| {
            let environment = Environment::from_lookup(|name| match name {
                "LC_ALL" => Some(all.into()),
                "LC_CTYPE" => Some(ctype.into()),
                "LANG" => Some(lang.into()),
                _ => None,
            });
            assert_eq!(environment.is_ascii, expected, "{all} {ctype} {lang}");
        };
        check("", "", "", false);
        check("C", "", "en_GB.UTF-8", true);
        check("C.utf8", "C", "C", false);
        check("", "POSIX", "en_GB.UTF-8", true);
        check("", "", "de_DE.ISO-8859-1", true);
        check("", "", "en_GB.UTF-8", false);
    }

    #[test]
    fn folders_of_the_user_are_absolute() {
        let check = |name: &str, path: &str, expected: [bool; 3]| {
            let environment = Environment::from_lookup(|asked| (asked == name).then(|| path.into()));
            let read = [&environment.home, &environment.xdg_data, &environment.xdg_config];
            assert_eq!(read.map(Option::is_some), expected, "{name}={path}");
        };
        check("HOME", "/me", [true, false, false]);
        check("HOME", "me", [false; 3]);
        check("HOME", ".", [false; 3]);
        check("XDG_DATA_HOME", "/data", [false, true, false]);
        check("XDG_DATA_HOME", "data", [false; 3]);
        check("XDG_CONFIG_HOME", "/config", [false, false, true]);
        check("XDG_CONFIG_HOME", "../config", [false; 3]);
    }

    #[test]
    fn empty_is_absent_and_keys_are_not_shown() {
        let environment = Environment::from_lookup(|name| match name {
            "PRIME_API_KEY" => Some(" k-secret \n".into()),
            "SPHERON_API_KEY" | "HOME" => Some("".into()),
            _ => None,
        });
        assert_eq!(
            environment.prime_key.as_ref().map(|key| key.0.as_str()),
            Some("k-secret")
        );
        assert!(environment.spheron_key.is_none() && environment.home.is_none());
        assert!(!format!("{environment:?}").contains("k-secret"));
    }
}

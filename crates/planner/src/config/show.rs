//! Each setting, and where it comes from.

use clap::CommandFactory as _;

use super::accounts::accounts;
use super::check::argument;
use super::file::Value;
use super::keys::KEYS;
use super::merge::Settled;
use crate::cli::Cli;
use crate::data::Data;
use crate::env::Environment;

/// What is usual, where the flag itself does not know.
const USUAL: [(&str, &str); 2] = [("max_offers", "10"), ("output", "table")];

/// A setting as it holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Its name.
    pub(crate) key: &'static str,
    /// What is said of it, first of all what wins: one part, or several of a setting that adds up.
    parts: Vec<Part>,
}

/// What is said of a setting in one place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The value; `None` where nothing is asked.
    pub(crate) value: Option<String>,
    /// Who says so.
    pub(crate) origin: Origin,
    /// On which line of the file.
    pub(crate) line: Option<usize>,
}

impl Setting {
    /// One that is said in one place.
    pub(super) fn of(key: &'static str, part: Part) -> Self {
        Self { key, parts: vec![part] }
    }

    /// Its value as the flag takes it; `None` where nothing is asked.
    pub(crate) fn value(&self) -> Option<String> {
        let said: Vec<&str> = self.parts.iter().filter_map(|part| part.value.as_deref()).collect();
        (!said.is_empty()).then(|| said.join(","))
    }

    /// What is said of it, in the order of who wins.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }
}

/// Who sets something.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Flag,
    Environment(&'static str),
    Profile(String),
    Defaults,
    /// A broker's own tool wrote it there.
    File(String),
    BuiltIn,
}

impl Origin {
    /// The word for it in documents.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment(_) => "environment",
            Self::Profile(_) => "profile",
            Self::Defaults => "config",
            Self::File(_) => "credentials_file",
            Self::BuiltIn => "built_in",
        }
    }
}

impl Settled {
    /// Every setting that there is.
    pub(crate) fn settings(&self, environment: &Environment) -> Vec<Setting> {
        let mut all = Cli::command();
        all.build();
        let mut settings: Vec<Setting> = KEYS.iter().map(|(key, _)| self.setting(&all, key)).collect();
        let folder = settings.iter_mut().find(|setting| setting.key == "data_dir");
        let usual = folder.and_then(|setting| setting.parts.first_mut());
        if let Some(part) = usual.filter(|part| part.origin == Origin::BuiltIn) {
            part.value = Data::of(environment, &self.cli.global)
                .ok()
                .map(|data| data.root().display().to_string());
            part.origin = if environment.data_dir.is_some() {
                Origin::Environment("PLANNER_DATA_DIR")
            } else if environment.xdg_data.is_some() {
                Origin::Environment("XDG_DATA_HOME")
            } else {
                Origin::BuiltIn
            };
        }
        // A library heeds it beside the flag: https://no-color.org.
        let colour = settings.iter_mut().find(|setting| setting.key == "no_color");
        if let Some(setting) =
            colour.filter(|setting| environment.no_color && setting.value().as_deref() != Some("true"))
        {
            *setting = Setting::of(
                "no_color",
                Part {
                    value: Some("true".to_owned()),
                    origin: Origin::Environment("NO_COLOR"),
                    line: None,
                },
            );
        }
        settings.extend(accounts(environment));
        settings
    }

    fn setting(&self, all: &clap::Command, key: &'static str) -> Setting {
        let flag = self.flags.get(key).map(|value| Part {
            // A switch that is typed is on.
            value: Some(if value.is_empty() { "true" } else { value }.to_owned()),
            origin: Origin::Flag,
            line: None,
        });
        let taken = self.taken.get(key).into_iter().flatten().map(|taken| Part {
            value: Some(match &taken.said.value {
                Value::Switch(on) => on.to_string(),
                Value::Words(words) => words.join(","),
            }),
            origin: taken.profile.clone().map_or(Origin::Defaults, Origin::Profile),
            line: Some(taken.said.line),
        });
        let mut parts: Vec<Part> = flag.into_iter().chain(taken).collect();
        if parts.is_empty() {
            parts.push(usual(all, key));
        }
        Setting { key, parts }
    }
}

/// What holds where nobody says anything.
fn usual(all: &clap::Command, key: &str) -> Part {
    let usual = argument(all, key).map(|(_, argument)| {
        let words = argument.get_default_values().iter().map(|word| word.to_string_lossy());
        words.collect::<Vec<_>>().join(",")
    });
    let beside = || USUAL.iter().find(|(known, _)| *known == key);
    Part {
        value: usual
            .filter(|usual| !usual.is_empty())
            .or_else(|| beside().map(|(_, usual)| (*usual).to_owned())),
        origin: Origin::BuiltIn,
        line: None,
    }
}

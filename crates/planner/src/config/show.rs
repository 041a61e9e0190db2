//! Each setting, and where it comes from.

use clap::CommandFactory as _;

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
    /// Its value; `None` where nothing is asked.
    pub(crate) value: Option<String>,
    /// Who says so.
    pub(crate) origin: Origin,
    /// On which line of the file.
    pub(crate) line: Option<usize>,
}

/// Who sets something.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Flag,
    Environment(&'static str),
    Profile(String),
    Defaults,
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
        if let Some(setting) = folder.filter(|setting| setting.origin == Origin::BuiltIn) {
            setting.value = Data::of(environment, &self.cli.global)
                .ok()
                .map(|data| data.root().display().to_string());
            setting.origin = if environment.data_dir.is_some() {
                Origin::Environment("PLANNER_DATA_DIR")
            } else if environment.xdg_data.is_some() {
                Origin::Environment("XDG_DATA_HOME")
            } else {
                Origin::BuiltIn
            };
        }
        settings
    }

    fn setting(&self, all: &clap::Command, key: &'static str) -> Setting {
        if let Some(value) = self.flags.get(key) {
            // A switch that is typed is on.
            let value = if value.is_empty() {
                "true".to_owned()
            } else {
                value.clone()
            };
            return Setting {
                key,
                value: Some(value),
                origin: Origin::Flag,
                line: None,
            };
        }
        if let Some(taken) = self.taken.get(key) {
            let value = match &taken.said.value {
                Value::Switch(on) => on.to_string(),
                Value::Words(words) => words.join(","),
            };
            let origin = taken.profile.clone().map_or(Origin::Defaults, Origin::Profile);
            return Setting {
                key,
                value: Some(value),
                origin,
                line: Some(taken.said.line),
            };
        }
        let usual = argument(all, key).map(|(_, argument)| {
            let words = argument.get_default_values().iter().map(|word| word.to_string_lossy());
            words.collect::<Vec<_>>().join(",")
        });
        Setting {
            key,
            value: usual.filter(|usual| !usual.is_empty()).or_else(|| {
                USUAL
                    .iter()
                    .find(|(known, _)| *known == key)
                    .map(|(_, usual)| (*usual).to_owned())
            }),
            origin: Origin::BuiltIn,
            line: None,
        }
    }
}

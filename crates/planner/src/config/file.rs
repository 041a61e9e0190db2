//! The file, read: each setting with the line it stands on.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use gpu_broker_core::near;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::check;
use super::keys::{ADDING, KEYS, PATHS, Scope, known};
use super::policy::Stated;
use crate::env::Environment;
use crate::files::absent::is_absent;
use crate::files::whole::{self, Most};
use crate::report::Trouble;
use crate::view::text::shown;

/// What a file sets.
#[derive(Debug)]
pub(crate) struct Config {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// `[defaults]`, `[fx]` and `[providers]`.
    pub(super) defaults: Settings,
    /// `[profile.NAME]`.
    pub(super) profiles: BTreeMap<String, Settings>,
    /// Providers that are refused whatever else is asked.
    pub(super) denied: Vec<String>,
    /// On which line that is said.
    pub(super) denied_on: usize,
    /// `[[policy]]`.
    pub(super) policy: Vec<Stated>,
}

/// Tables that a file may have.
pub(super) const TABLES: [&str; 6] = ["defaults", "fx", "stock", "providers", "policy", "profile"];

/// Settings by their keys.
pub(super) type Settings = BTreeMap<&'static str, Said>;

/// What is said of a setting, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) value: Value,
    pub(super) line: usize,
}

/// A setting's value. Numbers are kept as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Switch(bool),
    Words(Vec<String>),
}

impl Config {
    /// The file that the environment names, or the one in the usual place where there is one.
    pub(super) fn usual(environment: &Environment) -> Option<PathBuf> {
        let usual = || {
            let folder = environment.xdg_config.clone();
            let folder = folder.or_else(|| environment.home.as_ref().map(|home| home.join(".config")));
            let path = folder?.join("planner").join("config.toml");
            (!is_absent(&path)).then_some(path)
        };
        environment.config.clone().or_else(usual)
    }

    /// The file that the flag or the environment names, or the usual one where there is one. Where it is wanted to look
    /// after machines, a mistake that has nothing to do with that is said beside it.
    pub(crate) fn find(
        environment: &Environment,
        flag: Option<&Path>,
        cares: bool,
    ) -> Result<Option<(Self, Option<Trouble>)>, Trouble> {
        let Some(path) = flag.map(Path::to_owned).or_else(|| Self::usual(environment)) else {
            return Ok(None);
        };
        let bytes = whole::read(&path, "the settings", Most::Page)?;
        match Self::parse(&path, &bytes) {
            Ok(config) => Ok(Some((config, None))),
            Err(wrong) if cares => {
                let said = Trouble::usage(wrong.message());
                let said = match wrong.advice() {
                    Some(advice) => said.hint(advice),
                    None => said,
                };
                Self::of_care(&path, &bytes, wrong).map(|config| Some((config, Some(said))))
            }
            Err(wrong) => Err(wrong),
        }
    }

    /// What a file says of where things are kept and how brokers are asked, with what is wrong with the rest of it: whoever
    /// looks after machines can do without what may be bought, and not without the folder of the journal.
    ///
    /// # Errors
    /// When what is wrong may be about these settings.
    pub(super) fn of_care(path: &Path, bytes: &[u8], wrong: Trouble) -> Result<Self, Trouble> {
        let file = File::new(path, bytes)?;
        let table = table(&file)?;
        let mut config = Self::empty(path);
        for (key, value) in table.get_ref() {
            match (&**key.get_ref(), value.get_ref()) {
                ("defaults", DeValue::Table(table)) => {
                    for (key, value) in table {
                        let name = &**key.get_ref();
                        match known(name) {
                            Some((name, Scope::Every)) => {
                                let said = file.said(name, key.span(), value)?;
                                config.defaults.insert(name, said);
                            }
                            Some(_) => {}
                            None => {
                                let every = KEYS.iter().filter(|(_, scope)| matches!(scope, Scope::Every));
                                if !near(name, every.map(|(key, _)| *key)).is_empty() {
                                    return Err(wrong);
                                }
                            }
                        }
                    }
                }
                (name, _) if TABLES.contains(&name) && name != "defaults" => {}
                _ => return Err(wrong),
            }
        }
        Ok(config)
    }

    fn empty(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            defaults: Settings::new(),
            profiles: BTreeMap::new(),
            denied: Vec::new(),
            denied_on: 0,
            policy: Vec::new(),
        }
    }

    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Trouble> {
        let file = File::new(path, bytes)?;
        let table = table(&file)?;
        let mut config = Self::empty(path);
        // In the order of the file, so that the first mistake is told first.
        let mut entries: Vec<_> = table.get_ref().iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            match (&**key.get_ref(), value.get_ref()) {
                ("defaults", DeValue::Table(table)) => {
                    let settings = file.settings(table)?;
                    file.join(&mut config.defaults, settings)?;
                }
                (name @ ("fx" | "stock"), DeValue::Table(_)) => {
                    for setting in ADDING.into_iter().filter(|adding| *adding == name) {
                        let said = file.said(setting, key.span(), value)?;
                        file.join(&mut config.defaults, Settings::from([(setting, said)]))?;
                    }
                }
                ("policy", DeValue::Array(rules)) => config.policy = file.rules(rules)?,
                ("providers", DeValue::Table(table)) => file.providers(&mut config, table)?,
                ("profile", DeValue::Table(table)) => {
                    for (name, value) in table {
                        let DeValue::Table(table) = value.get_ref() else {
                            return Err(file.wrong(
                                name.span(),
                                "a profile is a table",
                                "write `[profile.training]`, and its settings below it",
                            ));
                        };
                        config
                            .profiles
                            .insert(name.get_ref().to_string(), file.settings(table)?);
                    }
                }
                (name, _) => return Err(file.unknown_table(key.span(), name)),
            }
        }
        Ok(config)
    }

    /// The names of its profiles.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// The profile of that name.
    pub(super) fn profile(&self, name: &str) -> Result<&Settings, Trouble> {
        self.profiles.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
            let near = near(name, names.iter().copied());
            let hint = match (near.as_slice(), names.as_slice()) {
                (_, []) => format!("it has none; write `[profile.{}]` in it", shown(name)),
                ([], names) => format!("it has {}", names.join(", ")),
                (near, _) => format!("did you mean {}?", near.join(" or ")),
            };
            Trouble::usage(format!(
                "no profile is called `{}` in {}",
                shown(name),
                self.path.display()
            ))
            .hint(hint)
        })
    }
}

/// What is being read.
pub(super) struct File<'a> {
    pub(super) path: &'a Path,
    text: &'a str,
}

impl<'a> File<'a> {
    pub(super) fn new(path: &'a Path, bytes: &'a [u8]) -> Result<Self, Trouble> {
        let text = std::str::from_utf8(bytes).map_err(|_| {
            Trouble::usage(format!("{} is not utf-8 text", path.display()))
                .hint("`planner help config-file` describes it")
        })?;
        Ok(Self { path, text })
    }
}

/// All of a file.
pub(super) fn table<'a>(file: &File<'a>) -> Result<Spanned<DeTable<'a>>, Trouble> {
    DeTable::parse(file.text).map_err(|error| {
        // What the parser repeats of the file is left out: somebody may have put a key there.
        let message = error.message().lines().next().unwrap_or("it is not toml").to_owned();
        file.wrong(
            error.span().unwrap_or_default(),
            &message,
            "`planner help config-file` describes the file",
        )
    })
}

impl File<'_> {
    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        before.split(|byte| *byte == b'\n').count()
    }

    pub(super) fn wrong(&self, at: Range<usize>, message: &str, hint: &str) -> Trouble {
        let (path, line) = (self.path.display(), self.line(at.start));
        Trouble::usage(format!("{path}:{line}: {}", shown(message))).hint(hint)
    }

    pub(super) fn unknown_table(&self, at: Range<usize>, name: &str) -> Trouble {
        if known(name).is_some() {
            return self.wrong(at, &format!("`{name}` stands in no table"), "put it below `[defaults]`");
        }
        if name == "policy" {
            return self.wrong(
                at,
                "rules are tables of a list",
                "write `[[policy]]` above each, with two brackets",
            );
        }
        let near = near(name, TABLES);
        let hint = match near.first() {
            None => {
                "there are `[defaults]`, `[fx]`, `[stock]`, `[providers]`, `[[policy]]` and `[profile.NAME]`".to_owned()
            }
            Some(&"policy") => "did you mean `[[policy]]`?".to_owned(),
            Some(near) => format!("did you mean `[{near}]`?"),
        };
        self.wrong(at, &format!("there is no such table as `{name}`"), &hint)
    }

    fn settings(&self, table: &DeTable<'_>) -> Result<Settings, Trouble> {
        let mut settings = Settings::new();
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let name = &**key.get_ref();
            let Some((key_name, _)) = known(name) else {
                let near = near(name, KEYS.iter().map(|(key, _)| *key));
                let hint = match near.as_slice() {
                    [] => "settings are called as the flags of `planner provision`, with `_` for `-`; `planner help config-file` shows some"
                        .to_owned(),
                    near => format!("did you mean `{}`?", near.join("` or `")),
                };
                return Err(self.wrong(key.span(), &format!("there is no such setting as `{name}`"), &hint));
            };
            settings.insert(key_name, self.said(key_name, key.span(), value)?);
        }
        Ok(settings)
    }

    /// A setting whose value is one that its flag would take.
    fn said(&self, key: &'static str, at: Range<usize>, value: &Spanned<DeValue<'_>>) -> Result<Said, Trouble> {
        let wrong = |why: String| {
            self.wrong(
                at.clone(),
                &format!("{key}: {why}"),
                &format!("it takes what `--{}` does", key.replace('_', "-")),
            )
        };
        let mut value = match value.get_ref() {
            DeValue::Boolean(on) => Value::Switch(*on),
            DeValue::Table(table) if ADDING.contains(&key) => Value::Words(self.pairs(key, table)?),
            DeValue::Array(items) => {
                let words: Option<Vec<String>> = items.iter().map(|item| word(item.get_ref())).collect();
                Value::Words(words.ok_or_else(|| wrong("a list has texts and numbers".to_owned()))?)
            }
            one => Value::Words(vec![word(one).ok_or_else(|| wrong("one value is wanted".to_owned()))?]),
        };
        if PATHS.contains(&key)
            && let (Value::Words(words), Some(folder)) = (&mut value, self.path.parent())
        {
            for word in words {
                *word = folder.join(&*word).display().to_string();
            }
        }
        check(key, &value).map_err(wrong)?;
        let line = self.line(at.start);
        Ok(Said { value, line })
    }

    /// Pairs, each of which is one that the flag would take.
    fn pairs(&self, key: &'static str, table: &DeTable<'_>) -> Result<Vec<String>, Trouble> {
        let mut pairs = Vec::new();
        for (name, value) in table {
            let flag = format!("it takes what `--{key}` does");
            let wrong = |why: &str| self.wrong(name.span(), &format!("{key}: {why}"), &flag);
            let value = word(value.get_ref()).ok_or_else(|| wrong("each has one number"))?;
            let pair = format!("{}={value}", name.get_ref());
            check(key, &Value::Words(vec![pair.clone()])).map_err(|why| wrong(&why))?;
            pairs.push(pair);
        }
        Ok(pairs)
    }

    fn providers(&self, config: &mut Config, table: &DeTable<'_>) -> Result<(), Trouble> {
        for (key, value) in table {
            let said = self.said("provider", key.span(), value)?;
            let Value::Words(words) = &said.value else { continue };
            if words.iter().any(|word| word.starts_with('!')) {
                return Err(self.wrong(
                    key.span(),
                    "names stand here without `!`",
                    "there are `allow` and `deny`",
                ));
            }
            match &**key.get_ref() {
                "allow" => self.join(&mut config.defaults, Settings::from([("provider", said)]))?,
                "deny" => (config.denied, config.denied_on) = (words.clone(), said.line),
                name => {
                    let message = format!("there is no such setting as `{name}`");
                    return Err(self.wrong(key.span(), &message, "there are `allow` and `deny`"));
                }
            }
        }
        Ok(())
    }

    fn join(&self, settings: &mut Settings, more: Settings) -> Result<(), Trouble> {
        for (key, said) in more {
            if let Some(before) = settings.insert(key, said.clone()) {
                let (first, second) = (before.line.min(said.line), before.line.max(said.line));
                return Err(Trouble::usage(format!(
                    "{}:{second}: `{key}` is set on line {first} already",
                    self.path.display()
                ))
                .hint("leave one of them out"));
            }
        }
        Ok(())
    }
}

/// A text, or a number as it is written: it does not become a binary fraction on its way.
pub(super) fn word(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        _ => None,
    }
}

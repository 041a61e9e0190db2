//! The command line, with the settings that it leaves open.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory as _, FromArgMatches as _};

use super::check::word;
use super::file::{Config, Value};
use super::keys::KEYS;
use super::policy::{Stated, beside, named, policy, stated};
use super::taken::{Taken, taken};
use crate::cli::{self, Cli};
use crate::env::Environment;
use crate::exit::Exit;
use crate::report::Trouble;

/// What planner was asked to do, once flags and settings are one.
#[derive(Debug)]
pub(crate) struct Settled {
    /// The command line.
    pub(crate) cli: Cli,
    /// The file, if there is one.
    pub(crate) config: Option<Config>,
    /// What was taken from it, by key; of settings that add up, each part.
    pub(super) taken: BTreeMap<&'static str, Vec<Taken>>,
    /// What flags say, by key.
    pub(super) flags: BTreeMap<&'static str, String>,
    /// The rules of the house, in their order.
    pub(crate) stated: Vec<Stated>,
    /// What is wrong, and hinders nothing.
    pub(crate) warnings: Vec<String>,
    /// What is wrong with the file, where the command goes on without it.
    pub(crate) wrong: Option<Trouble>,
}

impl Settled {
    /// Trouble with a word of the file that only its use could show, with its place.
    pub(crate) fn placed(&self, trouble: Trouble) -> Trouble {
        let is_said = |word: &str| trouble.message().contains(&format!("is called `{word}`"));
        let (Some(config), Exit::Usage) = (&self.config, trouble.exit) else {
            return trouble;
        };
        let place = ["gpu", "broker"].into_iter().find_map(|key| {
            let taken = self.taken.get(key)?.first()?;
            let Value::Words(words) = &taken.said.value else {
                return None;
            };
            let mut names = words.iter().flat_map(|word| word.split([',', ':', '!']));
            names.any(|name| is_said(name.trim())).then_some((key, taken.said.line))
        });
        match place {
            Some((key, line)) => trouble.at(&format!("{}:{line}: {key}: ", config.path.display())),
            None => trouble,
        }
    }
}

/// Pairs that the parser itself does not know to exclude each other.
const APART: [(&str, &str); 1] = [("output", "json")];

/// Reads the command line again with what the file sets, and the rules of the house beside it.
pub(crate) fn settle(
    environment: &Environment,
    arguments: &[OsString],
    matches: &ArgMatches,
    cli: Cli,
) -> Result<Settled, Trouble> {
    let mut settled = set(environment, arguments, matches, cli)?;
    let typed = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned());
    settled.cli.global.typed = typed.collect();
    let shows = matches!(settled.cli.command, cli::Command::Config(_));
    // What ends machines and looks after them must not depend on what may be bought.
    if shows || settled.cli.policy().is_some() {
        settled.stated = stated(environment, &settled.cli.global, settled.config.as_ref())?;
        settled.warnings.extend(beside(environment, &settled.cli.global)?);
        if let Some(slot) = settled.cli.policy() {
            *slot = policy(&settled.stated);
        }
        let global = &mut settled.cli.global;
        let given = global.config.iter().chain(&global.policy);
        let ruling = given.filter(|given| settled.stated.iter().any(|stated| stated.path == **given));
        global.ruled_by = ruling.cloned().collect();
    } else if let Err(trouble) = named(&settled.cli.global) {
        if !settled.cli.tends() {
            return Err(trouble);
        }
        let why = trouble.message();
        settled
            .warnings
            .push(format!("{why}; what ends machines goes on without it"));
    }
    Ok(settled)
}

fn set(environment: &Environment, arguments: &[OsString], matches: &ArgMatches, cli: Cli) -> Result<Settled, Trouble> {
    let heeds = !matches!(
        cli.command,
        cli::Command::Help(_) | cli::Command::Completion(_) | cli::Command::Man(_)
    );
    let diagnoses = matches!(cli.command, cli::Command::Doctor(_));
    let cares = diagnoses || is_care(&cli.command);
    let (config, wrong) = if heeds && !cli.global.no_config {
        match Config::find(environment, cli.global.config.as_deref(), cares) {
            Ok(found) => found.map_or((None, None), |(config, wrong)| (Some(config), wrong)),
            // It says what is wrong, and neither spends nor ends anything.
            Err(trouble) if diagnoses => (None, Some(without_file(trouble))),
            Err(trouble) => return Err(if cares { without_file(trouble) } else { trouble }),
        }
    } else {
        (None, None)
    };
    let mut all = Cli::command();
    all.build();
    let (command, matches) = deepest(&all, matches);
    let line = Line { command, matches };
    let name = line.said("profile");
    let mut settled = Settled {
        flags: line.flags(),
        taken: BTreeMap::new(),
        stated: Vec::new(),
        warnings: Vec::new(),
        wrong,
        config,
        cli,
    };
    let Some(config) = &settled.config else {
        return match name {
            Some(name) => Err(
                Trouble::usage(format!("there is no config.toml, and so no profile `{name}`"))
                    .hint("`planner help config-file` says where it is looked for"),
            ),
            None => Ok(settled),
        };
    };
    let profile = name
        .map(|name| config.profile(name).map(|settings| (name.clone(), settings)))
        .transpose()?;
    settled.taken = taken(environment, &line, config, profile.as_ref());
    let words: Vec<OsString> = settled
        .taken
        .iter()
        .filter(|(key, _)| line.has(key))
        .flat_map(|(key, parts)| parts.iter().filter_map(|part| word(key, &part.said.value)))
        .map(OsString::from)
        .collect();
    // What follows `--` is no flag.
    let end = arguments
        .iter()
        .position(|word| word == "--")
        .unwrap_or(arguments.len());
    let (flags, rest) = arguments.split_at(end);
    let again = [flags, &words, rest].concat();
    let read = Cli::command()
        .try_get_matches_from(again)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    settled.cli = read.map_err(|error| {
        let text = error.render().to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        Trouble::usage(format!("with the settings of {}: {first}", config.path.display()))
            .hint("`planner config show` tells where each value comes from, `--no-config` does without them")
    })?;
    settled.cli.global.configured = true;
    Ok(settled)
}

/// Whether a command looks after machines or ends them: something may cost money meanwhile.
fn is_care(command: &cli::Command) -> bool {
    matches!(
        command,
        cli::Command::Ls(_)
            | cli::Command::Show(_)
            | cli::Command::Terminate(_)
            | cli::Command::Reconcile(_)
            | cli::Command::Resolve(_)
            | cli::Command::Audit(_)
    )
}

/// With the way out: what costs money does not wait until a file is mended.
fn without_file(trouble: Trouble) -> Trouble {
    let way = "`--no-config` does without the file, and `--data-dir` names the folder if it did";
    let hint = match trouble.advice() {
        Some(advice) => format!("{advice}; {way}"),
        None => way.to_owned(),
    };
    trouble.hint(hint)
}

/// The command that is meant, at the end of all sub-commands.
fn deepest<'a>(mut command: &'a Command, mut matches: &'a ArgMatches) -> (&'a Command, &'a ArgMatches) {
    while let Some((name, inner)) = matches.subcommand() {
        let Some(found) = command.find_subcommand(name) else {
            break;
        };
        (command, matches) = (found, inner);
    }
    (command, matches)
}

/// A command line that was understood.
pub(super) struct Line<'a> {
    pub(super) command: &'a Command,
    matches: &'a ArgMatches,
}

impl Line<'_> {
    pub(super) fn has(&self, id: &str) -> bool {
        self.command.get_arguments().any(|argument| argument.get_id() == id)
    }

    /// Whether settings are to be shown: then all are of interest, though they are no flags of this command.
    pub(super) fn shows(&self) -> bool {
        self.command.get_name() == "show" && self.has("profile")
    }

    pub(super) fn given(&self, id: &str) -> bool {
        self.has(id) && self.matches.value_source(id) == Some(ValueSource::CommandLine)
    }

    /// The word that is given for an argument.
    pub(super) fn said(&self, id: &str) -> Option<&String> {
        self.given(id).then(|| self.matches.get_one::<String>(id)).flatten()
    }

    /// What is said on it, of all that is a setting.
    pub(super) fn flags(&self) -> BTreeMap<&'static str, String> {
        let keys = KEYS.iter().map(|(key, _)| *key).filter(|key| self.given(key));
        let said = |key: &str| {
            let raw = self.matches.get_raw(key).into_iter().flatten();
            raw.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(",")
        };
        keys.map(|key| (key, said(key))).collect()
    }

    /// Whether two settings exclude each other.
    pub(super) fn apart(&self, one: &str, other: &str) -> bool {
        let excludes = |one: &str, other: &str| {
            let argument = self.command.get_arguments().find(|argument| argument.get_id() == one);
            let conflicts = argument.map(|argument| self.command.get_arg_conflicts_with(argument));
            conflicts
                .into_iter()
                .flatten()
                .any(|argument| argument.get_id() == other)
        };
        excludes(one, other) || excludes(other, one) || APART.contains(&(one, other))
    }
}

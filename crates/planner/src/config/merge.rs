//! The command line, with the settings that it leaves open.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory as _, FromArgMatches as _};

use super::check::word;
use super::file::{Config, Said, Settings, Value};
use super::keys::{ADDING, Call, KEYS, Scope, known};
use super::policy::{Stated, named, policy, stated};
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
    /// What was taken from it, by key.
    pub(super) taken: BTreeMap<&'static str, Taken>,
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
            let taken = self.taken.get(key)?;
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

/// A setting that was taken from the file.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) said: Said,
    /// The profile that it is of.
    pub(super) profile: Option<String>,
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
    let cares = is_care(&cli.command);
    let found = if heeds && !cli.global.no_config {
        let found = Config::find(environment, cli.global.config.as_deref(), cares);
        found.map_err(|trouble| if cares { without_file(trouble) } else { trouble })?
    } else {
        None
    };
    let (config, wrong) = found.map_or((None, None), |(config, wrong)| (Some(config), wrong));
    let mut all = Cli::command();
    all.build();
    let (command, matches) = deepest(&all, matches);
    let line = Line { command, matches };
    let name = line
        .given("profile")
        .then(|| matches.get_one::<String>("profile"))
        .flatten();
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
        .filter_map(|(key, taken)| word(key, &taken.said.value))
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
struct Line<'a> {
    command: &'a Command,
    matches: &'a ArgMatches,
}

impl Line<'_> {
    fn has(&self, id: &str) -> bool {
        self.command.get_arguments().any(|argument| argument.get_id() == id)
    }

    /// Whether settings are to be shown: then all are of interest, though they are no flags of this command.
    fn shows(&self) -> bool {
        self.command.get_name() == "show" && self.has("profile")
    }

    fn given(&self, id: &str) -> bool {
        self.has(id) && self.matches.value_source(id) == Some(ValueSource::CommandLine)
    }

    /// What is said on it, of all that is a setting.
    fn flags(&self) -> BTreeMap<&'static str, String> {
        let keys = KEYS.iter().map(|(key, _)| *key).filter(|key| self.given(key));
        let said = |key: &str| {
            let raw = self.matches.get_raw(key).into_iter().flatten();
            raw.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(",")
        };
        keys.map(|key| (key, said(key))).collect()
    }

    /// Whether two settings exclude each other.
    fn apart(&self, one: &str, other: &str) -> bool {
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

/// What is taken from the file: nothing that a flag or the environment says, and nothing that excludes either.
fn taken(
    environment: &Environment,
    line: &Line<'_>,
    config: &Config,
    profile: Option<&(String, &Settings)>,
) -> BTreeMap<&'static str, Taken> {
    let quoted = line.given("quote");
    let own_request = quoted || line.given("market");
    let gpu_set = profile.is_some_and(|(_, settings)| settings.contains_key("gpu"))
        || (!own_request && config.defaults.contains_key("gpu"));
    let call = Call {
        command: line.command.get_name(),
        asks: line.given("gpu") || (gpu_set && line.command.get_name() != "diff"),
        quoted,
        shows: line.shows(),
    };
    let ids: Vec<&str> = line
        .command
        .get_arguments()
        .map(|argument| argument.get_id().as_str())
        .collect();
    let mut taken: BTreeMap<&'static str, Taken> = BTreeMap::new();
    let profile = profile.map(|(name, settings)| (Some(name.clone()), *settings));
    for (name, settings) in profile.into_iter().chain([(None, &config.defaults)]) {
        let mut layer = BTreeMap::new();
        for (key, said) in settings {
            let is_heeded = known(key).is_some_and(|(_, scope)| call.heeds(scope)) && (line.has(key) || line.shows());
            // Pairs add up, and are looked at below.
            let is_said = (line.given(key) && !ADDING.contains(key))
                || taken.contains_key(key)
                || (*key == "data_dir" && environment.data_dir.is_some());
            let is_refused = ids.iter().any(|id| line.given(id) && line.apart(key, id))
                || taken
                    .iter()
                    .any(|(other, one)| one.said.value != Value::Switch(false) && line.apart(key, other));
            let is_needless = *key == "gpu" && own_request && name.is_none();
            if is_heeded && !is_said && !is_refused && !is_needless {
                layer.insert(
                    *key,
                    Taken {
                        said: said.clone(),
                        profile: name.clone(),
                    },
                );
            }
        }
        taken.extend(layer);
    }
    for key in ADDING {
        pairs(line, config, &mut taken, &call, key);
    }
    denied(line, config, &mut taken, &call);
    taken
}

/// Pairs add up: each name is taken from where it is said first.
fn pairs(
    line: &Line<'_>,
    config: &Config,
    taken: &mut BTreeMap<&'static str, Taken>,
    call: &Call<'_>,
    key: &'static str,
) {
    if !call.heeds(Scope::Request) || !line.has(key) {
        return;
    }
    let usual = config.defaults.get(key);
    let flags = line.flags();
    let flag = flags.get(key).map(String::as_str).unwrap_or_default();
    let code = |rate: &str| rate.split('=').next().unwrap_or_default().trim().to_ascii_uppercase();
    let mut known: Vec<String> = flag.split(',').map(code).collect();
    let own = taken.remove(key).filter(|own| own.profile.is_some());
    let mut rates = Vec::new();
    for said in own.iter().map(|own| &own.said).chain(usual) {
        let Value::Words(words) = &said.value else { continue };
        let new: Vec<&String> = words.iter().filter(|rate| !known.contains(&code(rate))).collect();
        known.extend(new.iter().map(|rate| code(rate)));
        rates.extend(new.into_iter().cloned());
    }
    let first = own.or_else(|| {
        Some(Taken {
            said: usual?.clone(),
            profile: None,
        })
    });
    if let Some(Taken { said, profile }) = first.filter(|_| !rates.is_empty()) {
        let said = Said {
            value: Value::Words(rates),
            ..said
        };
        taken.insert(key, Taken { said, profile });
    }
}

/// Providers that are denied stay so, unless a flag names them.
fn denied(line: &Line<'_>, config: &Config, taken: &mut BTreeMap<&'static str, Taken>, call: &Call<'_>) {
    if config.denied.is_empty() || !call.heeds(Scope::Request) || !line.has("provider") {
        return;
    }
    let flags = line.flags();
    let named = flags.get("provider").map(String::as_str).unwrap_or_default();
    let is_named = |name: &String| named.split(',').any(|word| word.trim().eq_ignore_ascii_case(name));
    let refused = config.denied.iter().filter(|name| !is_named(name));
    let refused: Vec<String> = refused.map(|name| format!("!{name}")).collect();
    let own = taken.remove("provider");
    let mut words = match own.as_ref().map(|own| &own.said.value) {
        Some(Value::Words(words)) => words.clone(),
        _ => Vec::new(),
    };
    words.extend(refused);
    if !words.is_empty() {
        let profile = own.as_ref().and_then(|own| own.profile.clone());
        let line = own.map_or(config.denied_on, |own| own.said.line);
        let said = Said {
            value: Value::Words(words),
            line,
        };
        taken.insert("provider", Taken { said, profile });
    }
}

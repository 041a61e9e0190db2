//! Whether a setting is one that its flag would take.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, CommandFactory as _, Parser as _};
use gpu_broker_core::gpu::GpuRequest;
use gpu_broker_core::near;

use super::file::Value;
use crate::cli::{Cli, Command};
use crate::report::Trouble;
use crate::settings::{BROKERS, Selection};

/// The argument that says the setting where it is not set, and the command that it is one of.
pub(super) fn argument<'a>(cli: &'a clap::Command, key: &str) -> Option<(&'a clap::Command, &'a Arg)> {
    ["provision", "quote"].into_iter().find_map(|name| {
        let command = cli.find_subcommand(name)?;
        let argument = command.get_arguments().find(|argument| argument.get_id() == key)?;
        Some((command, argument))
    })
}

/// The setting as a word of a command line; none where it switches nothing on.
pub(super) fn word(key: &str, value: &Value) -> Option<String> {
    let flag = key.replace('_', "-");
    match value {
        Value::Switch(false) => None,
        Value::Switch(true) => Some(format!("--{flag}")),
        Value::Words(words) if key == "gpu" => Some(words.join(",")),
        Value::Words(words) => Some(format!("--{flag}={}", words.join(","))),
    }
}

/// Why the flag would not take the value.
pub(super) fn check(key: &str, value: &Value) -> Result<(), String> {
    let mut cli = Cli::command();
    cli.build();
    let Some((command, argument)) = argument(&cli, key) else {
        return Err("it is no flag".to_owned());
    };
    let is_switch = matches!(argument.get_action(), ArgAction::SetTrue);
    let may_be_bare = argument.get_num_args().is_some_and(|range| range.min_values() == 0);
    match value {
        Value::Words(_) if is_switch => return Err("it is a switch; write `true` or `false`".to_owned()),
        Value::Switch(_) if !is_switch && !may_be_bare => return Err("it takes a value, and is no switch".to_owned()),
        Value::Words(words) if words.is_empty() => return Err("it names nothing; leave it out".to_owned()),
        Value::Words(words) if words.len() > 1 && argument.get_value_delimiter().is_none() && key != "gpu" => {
            return Err("it takes one value, and no list".to_owned());
        }
        _ => {}
    }
    if let (Value::Words(words), "gpu") = (value, key) {
        return GpuRequest::parse(&words.join(","))
            .map(|_| ())
            .map_err(|error| error.to_string());
    }
    let Some(word) = word(key, value) else { return Ok(()) };
    let name = command.get_name().to_owned();
    match cli.try_get_matches_from_mut(["planner", &name, &word]) {
        Ok(_) => means(key, value, &word),
        Err(error) => why(&error).map_or(Ok(()), Err),
    }
}

/// Settings whose words are names that the flag alone does not check.
const NAMES: [&str; 6] = ["region", "country", "interconnect", "socket", "fx", "stock"];

/// Whether the words are ones that a request can be made of.
fn means(key: &str, value: &Value, word: &str) -> Result<(), String> {
    if let (Value::Words(words), "broker") = (value, key) {
        // Offers of one's own may name other brokers; what is nearly one of these is a slip.
        let selection = Selection::default();
        let slips = words.iter().map(|word| word.trim_start_matches('!'));
        let slip = slips.filter(|word| !near(word, BROKERS).is_empty()).find_map(|word| {
            let only = vec![word.to_owned()];
            let selection = Selection {
                only,
                ..selection.clone()
            };
            selection.check(&BROKERS.into()).err()
        });
        return slip.map_or(Ok(()), |slip| Err(told(&slip)));
    }
    if !NAMES.contains(&key) {
        return Ok(());
    }
    let read = Cli::try_parse_from(["planner", "quote", "H100:1", word]).map(|cli| cli.command);
    let Ok(Command::Quote(args)) = read else { return Ok(()) };
    let made = args.request.demand(args.gpu.as_deref());
    made.map(|_| ()).map_err(|trouble| told(&trouble))
}

fn told(trouble: &Trouble) -> String {
    match trouble.advice() {
        Some(advice) => format!("{}; {advice}", trouble.message()),
        None => trouble.message().to_owned(),
    }
}

/// What is wrong with the value; what is missing beside it may stand elsewhere.
fn why(error: &clap::Error) -> Option<String> {
    let said = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(said)) => format!("`{said}`: "),
        _ => String::new(),
    };
    match error.kind() {
        ErrorKind::ValueValidation => {
            let reason = error
                .source()
                .map_or_else(|| "it is not understood".to_owned(), ToString::to_string);
            Some(if reason.contains('`') {
                reason
            } else {
                format!("{said}{reason}")
            })
        }
        ErrorKind::InvalidValue => match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(known)) => Some(format!("{said}it is none of {}", known.join(", "))),
            _ => Some(format!("{said}it is not understood")),
        },
        _ => None,
    }
}

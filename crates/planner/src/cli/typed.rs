//! A command as it was typed, with some of its flags given anew.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory as _};

use super::Cli;
use super::spell::{Flag, shell};

/// The command line that was typed, with `words` behind its command's name, and these flags in place of what was said of
/// them. What was not typed is left to settings, as before.
///
/// Requires `arguments` that were understood before; others give only what is new.
pub(crate) fn anew(arguments: &[OsString], words: &[String], flags: &[(&str, Option<Flag>)]) -> String {
    let mut all = Cli::command();
    all.build();
    let mut typed = vec!["planner".to_owned()];
    let matches = all.clone().try_get_matches_from(arguments).ok();
    let found = matches.as_ref().and_then(ArgMatches::subcommand);
    if let Some((name, matches)) = found
        && let Some(command) = all.find_subcommand(name)
    {
        typed.push(name.to_owned());
        typed.extend(words.iter().cloned());
        let kept = command.get_arguments().filter(|argument| {
            let id = argument.get_id().as_str();
            matches.value_source(id) == Some(ValueSource::CommandLine) && flags.iter().all(|(name, _)| *name != id)
        });
        typed.extend(kept.flat_map(|argument| said(argument, matches)));
    }
    typed.extend(flags.iter().filter_map(|(_, flag)| flag.as_ref()).flat_map(Flag::words));
    shell(&typed)
}

/// A flag as it was typed.
fn said(argument: &Arg, matches: &ArgMatches) -> Vec<String> {
    let Some(long) = argument.get_long() else {
        return Vec::new();
    };
    let name = format!("--{long}");
    if !argument.get_action().takes_values() {
        let times = match argument.get_action() {
            clap::ArgAction::Count => matches.get_count(argument.get_id().as_str()),
            _ => 1,
        };
        return vec![name; times.into()];
    }
    let raw = matches.get_raw(argument.get_id().as_str()).into_iter().flatten();
    let values: Vec<String> = raw.map(|value| value.to_string_lossy().into_owned()).collect();
    let each = match argument.get_value_delimiter() {
        Some(comma) => vec![values.join(&comma.to_string())],
        None => values,
    };
    let one = |value: String| {
        if argument.is_require_equals_set() || value.starts_with('-') {
            // What is said without a value has an empty one.
            let value = if value.is_empty() { value } else { format!("={value}") };
            vec![format!("{name}{value}")]
        } else {
            vec![name.clone(), value]
        }
    };
    each.into_iter().flat_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_and_what_was_answered_takes_its_place() {
        let check = |typed: &str, flags: &[(&str, Option<Flag>)], expected: &str| {
            let arguments: Vec<OsString> = typed.split(' ').map(OsString::from).collect();
            let anew = anew(&arguments, &["H100:8".to_owned()], flags);
            assert_eq!(anew, expected, "{typed}");
            // It is understood, whatever it says.
            let again: Vec<&str> = expected.split(' ').collect();
            assert!(Cli::command().try_get_matches_from(again).is_ok(), "{expected}");
        };
        let hours = || ("hours", Some(Flag::with("hours", "72".to_owned())));
        check("planner provision", &[], "planner provision H100:8");
        check(
            "planner provision --hours 48",
            &[hours()],
            "planner provision H100:8 --hours 72",
        );
        check(
            "planner provision --hours 48",
            &[("hours", None)],
            "planner provision H100:8",
        );
        check(
            "planner --sandbox provision --broker prime,spheron --broker !x -v -v",
            &[hours(), ("yes", Some(Flag::switch("yes")))],
            "planner provision H100:8 --broker 'prime,spheron,!x' --sandbox --verbose --verbose --hours 72 --yes",
        );
        check(
            "planner provision --kubernetes --region eu_north --max-duration 8h",
            &[("region", Some(Flag::with("region", "canada".to_owned())))],
            "planner provision H100:8 --kubernetes --max-duration 8h --region canada",
        );
        check(
            "planner provision --kubernetes=1.31 --spot --best-effort --budget=3",
            &[],
            "planner provision H100:8 --kubernetes=1.31 --spot --best-effort --budget 3",
        );
    }
}

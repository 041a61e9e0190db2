//! What planner tells of itself: help, settings, completions, manual pages.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, CommandFactory as _, Subcommand, ValueEnum};

use super::{Cli, RequestArgs, examples};
use crate::view::manual;

/// Help is no wider, however wide the terminal.
const HELP_COLUMNS: usize = 100;

/// The command line, with help for a terminal of so many columns.
pub(crate) fn command(columns: usize) -> Command {
    let columns = columns.min(HELP_COLUMNS);
    laid_out(Cli::command().term_width(columns), columns)
}

/// The same with what stands below its help, and below that of every command, as it fits.
fn laid_out(command: Command, columns: usize) -> Command {
    let below = command.get_after_help().map(ToString::to_string);
    let command = match below {
        Some(text) => command.after_help(manual::laid_out(&text, columns)),
        None => command,
    };
    command.mut_subcommands(|inner| laid_out(inner, columns))
}

/// `planner help`.
#[derive(Debug, Args)]
pub(crate) struct HelpArgs {
    /// A command, `exit-status`, `offers-file` or `config-file`
    #[arg(value_name = "TOPIC")]
    pub(crate) topic: Option<String>,
}

/// `planner schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Which document, such as `quote`
    #[arg(value_name = "NAME", value_parser = DocumentName, hide_possible_values = true)]
    pub(crate) name: Option<String>,
}

/// Documents that have a schema.
pub(crate) const DOCUMENTS: [&str; 14] = [
    "quote",
    "compare",
    "offers",
    "gpus",
    "disks",
    "diff",
    "verify",
    "launch",
    "instances",
    "audit",
    "doctor",
    "config",
    "market",
    "offers-file",
];

/// Takes any word, so that a document's own name for itself is one, and tells shells which there are.
#[derive(Clone)]
struct DocumentName;

impl TypedValueParser for DocumentName {
    type Value = String;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, word: &OsStr) -> Result<String, clap::Error> {
        let word = word.to_str().map(str::to_owned);
        word.ok_or_else(|| clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(DOCUMENTS.into_iter().map(PossibleValue::new)))
    }
}

/// `planner config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Tell each setting, and where it comes from
    #[command(after_help = examples::CONFIG_SHOW)]
    Show(Box<ConfigShowArgs>),
}

/// `planner config show`.
#[derive(Debug, Args)]
pub(crate) struct ConfigShowArgs {
    /// What would be asked.
    #[command(flatten)]
    pub(crate) request: RequestArgs,
}

/// `planner completion`.
#[derive(Debug, Args)]
pub(crate) struct CompletionArgs {
    /// The shell that completes
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// A shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// GNU Bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
}

/// `planner man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The command that the page is about; without it planner itself
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    pub(crate) topic: Option<String>,
    /// Write every page into this folder, which is made where there is none
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

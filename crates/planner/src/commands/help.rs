//! `planner help`: a command's manual, or the exit statuses.

use clap::CommandFactory as _;

use super::Context;
use crate::cli::{Cli, HelpArgs};
use crate::exit::{self, Exit};
use crate::report::Trouble;

/// Prints what was asked about.
pub(crate) fn help(context: &Context<'_>, args: &HelpArgs) -> Result<Exit, Trouble> {
    let mut command = Cli::command();
    command.build();
    let manual = match args.topic.as_deref() {
        None => command.render_long_help().ansi().to_string(),
        Some("exit-status") => exit::TABLE.to_owned(),
        Some(topic) => {
            let names: Vec<String> = command
                .get_subcommands()
                .map(|known| known.get_name().to_owned())
                .collect();
            let Some(found) = command.find_subcommand_mut(topic) else {
                let near =
                    gpu_broker_core::near(topic, names.iter().map(String::as_str).chain(["exit-status"])).join(" or ");
                let hint = if near.is_empty() {
                    names.join(", ") + " or exit-status"
                } else {
                    near
                };
                return Err(Trouble::usage(format!("there is no help on `{topic}`")).hint(format!("ask about {hint}")));
            };
            found.render_long_help().ansi().to_string()
        }
    };
    context.printer.data(&manual)?;
    Ok(Exit::Done)
}

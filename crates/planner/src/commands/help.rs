//! `planner help`: a command's manual, the exit statuses, or the fields of a file with offers.

use super::Context;
use crate::cli::{self, HelpArgs};
use crate::config;
use crate::exit::{self, Exit};
use crate::files::offers;
use crate::report::Trouble;
use crate::view::manual::laid_out;

/// What can be asked about besides the commands.
const TOPICS: [&str; 3] = ["exit-status", "offers-file", "config-file"];

/// Prints what was asked about.
pub(crate) fn help(context: &Context<'_>, args: &HelpArgs) -> Result<Exit, Trouble> {
    let mut command = cli::command(context.printer.columns);
    command.build();
    let columns = context.printer.columns;
    let manual = match args.topic.as_deref() {
        None => command.render_long_help().ansi().to_string(),
        Some("exit-status") => laid_out(exit::TABLE, columns),
        Some("offers-file") => laid_out(offers::HELP, columns),
        Some("config-file") => laid_out(config::HELP, columns),
        Some(topic) => {
            let names: Vec<String> = command
                .get_subcommands()
                .map(|known| known.get_name().to_owned())
                .collect();
            let Some(found) = command.find_subcommand_mut(topic) else {
                let near = gpu_broker_core::near(topic, names.iter().map(String::as_str).chain(TOPICS)).join(" or ");
                let hint = if near.is_empty() {
                    format!("{}, {}", names.join(", "), TOPICS.join(" or "))
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

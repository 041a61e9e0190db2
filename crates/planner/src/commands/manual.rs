//! `planner completion` and `planner man`: what the command line is, in the words of shells and of man.

use std::fs;
use std::io::{self, Write as _};

use clap::{Command, CommandFactory as _};
use clap_complete::Shell as Known;
use clap_mangen::Man;

use super::Context;
use crate::cli::{Cli, CompletionArgs, ManArgs, Shell};
use crate::exit::Exit;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::manual::{Piece, pieces};
use crate::view::text::are;

/// Prints a script that makes the shell complete planner's commands and flags.
pub(crate) fn completion(args: &CompletionArgs) -> Result<Exit, Trouble> {
    let shell = match args.shell {
        Shell::Bash => Known::Bash,
        Shell::Zsh => Known::Zsh,
        Shell::Fish => Known::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "planner", &mut script);
    bytes(&script)?;
    Ok(Exit::Done)
}

/// Prints a manual page, or writes all of them.
pub(crate) fn man(context: &Context<'_>, args: &ManArgs) -> Result<Exit, Trouble> {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = &args.dir else {
        bytes(&page(found(&command, args.topic.as_deref())?)?)?;
        return Ok(Exit::Done);
    };
    let trouble = |error: io::Error| {
        Trouble::usage(format!("the pages cannot be written to {}: {error}", folder.display()))
            .hint("name a folder that you may write to, such as `~/.local/share/man/man1`")
    };
    fs::create_dir_all(folder).map_err(trouble)?;
    let mut count = 0_usize;
    for command in all(&command) {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name());
        fs::write(folder.join(format!("{name}.1")), page(command)?).map_err(trouble)?;
        count += 1;
    }
    context
        .printer
        .note(&format!("{} in {}\n", are(count, "page"), folder.display()));
    Ok(Exit::Done)
}

/// A command and those below it.
fn all(command: &Command) -> Vec<&Command> {
    let mut found = vec![command];
    for inner in command.get_subcommands() {
        found.extend(all(inner));
    }
    found
}

/// A page: what `clap_mangen` makes of the command, and the examples below it as they are typed.
fn page(command: &Command) -> io::Result<Vec<u8>> {
    let man = Man::new(command.clone()).source(concat!("planner ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.get_subcommands().next().is_some() {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(text) = command.get_after_help() {
        below(&text.to_string(), &mut page)?;
    }
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// What stands below a help text: examples, each on a line of its own, and what else there is to know.
fn below(text: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let mut is_noted = false;
    for piece in pieces(text) {
        match piece {
            Piece::Gap => {}
            Piece::Say(heading) if heading == "Examples:" => writeln!(page, ".SH EXAMPLES")?,
            Piece::Say(said) => {
                if !is_noted {
                    writeln!(page, ".SH NOTES")?;
                }
                is_noted = true;
                writeln!(page, ".PP\n{}", roff(&said))?;
            }
            Piece::Row(what, said, _) => {
                writeln!(page, ".PP\n.nf\n\\fB{}\\fR\n.fi", roff(what))?;
                if !said.is_empty() {
                    writeln!(page, ".RS 4\n{}\n.RE", roff(&said))?;
                }
            }
        }
    }
    Ok(())
}

/// A text that roff writes as it is: a dash can be copied as one, and no line is a request.
fn roff(text: &str) -> String {
    let escaped = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if escaped.starts_with('.') {
        format!("\\&{escaped}")
    } else {
        escaped
    }
}

fn found<'a>(command: &'a Command, topic: Option<&str>) -> Result<&'a Command, Trouble> {
    let Some(topic) = topic else { return Ok(command) };
    command.find_subcommand(topic).ok_or_else(|| {
        let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        let near = gpu_broker_core::near(topic, names.iter().copied());
        let hint = if near.is_empty() {
            names.join(", ")
        } else {
            near.join(" or ")
        };
        Trouble::usage(format!("there is no command `{topic}`")).hint(format!("ask about {hint}"))
    })
}

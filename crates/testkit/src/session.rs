//! A session in a terminal, recorded: the commands that the README begins with, what they show, and a drawing of it.
//!
//! The ids that a run makes up are replaced by those that the README speaks of, so that two recordings differ in times
//! and costs at the most.

mod drawing;

use std::io;
use std::path::Path;

pub use drawing::svg;

use crate::planner::Planner;
use crate::terminal::{Look, Screen, Terminal};

/// How wide: as many columns as a page of a code host shows without scrolling.
pub const COLUMNS: u16 = 100;

/// A command, and what it showed.
#[derive(Debug, Clone)]
pub struct Shot {
    /// As it was typed.
    pub command: String,
    /// Row by row.
    pub rows: Vec<Vec<(char, Look)>>,
}

impl Shot {
    /// The rows without their looks.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let text = |row: &Vec<(char, Look)>| row.iter().map(|(c, _)| *c).collect::<String>();
        self.rows.iter().map(move |row| text(row).trim_end().to_owned())
    }
}

/// The commands of planner that the first console block of a document has.
pub fn commands(readme: &str) -> Vec<String> {
    let block = readme.split("```").find(|block| block.starts_with("console\n"));
    let lines = block.unwrap_or_default().lines();
    let typed = lines.filter_map(|line| line.strip_prefix("$ "));
    typed
        .filter(|command| command.starts_with("planner "))
        .map(str::to_owned)
        .collect()
}

/// Runs the commands one after the other, in one empty home below `scratch`. `None` where the system has no terminal to
/// give.
///
/// # Errors
/// When a command does not end well.
pub fn record(planner: &Path, scratch: &Path, commands: &[String]) -> io::Result<Option<Vec<Shot>>> {
    let program = planner.display().to_string();
    let home = Planner::new(&program, &scratch.display().to_string())
        .unset("NO_COLOR")
        .set("TERM", "xterm-256color");
    let mut shots = Vec::new();
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().skip(1).collect();
        let Some(terminal) = Terminal::start(home.command(&words), COLUMNS) else {
            return Ok(None);
        };
        let (status, shown) = terminal.end();
        if status != Some(0) {
            return Err(io::Error::other(format!("`{command}` ended with {status:?}: {shown}")));
        }
        shots.push((command.clone(), shown));
    }
    let told = Told::of(&home);
    let shots = shots.into_iter().map(|(command, shown)| {
        let screen = Screen::of(&told.retold(&shown));
        let rows = screen.rows().to_vec();
        Shot { command, rows }
    });
    Ok(Some(shots.collect()))
}

/// What a run made up, and what the README says in its place.
#[derive(Debug)]
struct Told(Vec<(String, &'static str)>);

impl Told {
    fn of(home: &Planner) -> Self {
        let listed = home.run(&["ls", "--all", "--sandbox", "-o", "json"]).json();
        let machine = &listed["instances"][0];
        let text = |name: &str| machine[name].as_str().unwrap_or_default().to_owned();
        let id = text("id");
        let short = id.chars().take(8).collect();
        let all = vec![
            (home.home().display().to_string(), "~/.local/share"),
            (text("name"), "gp-zdglw7-6b7c5enf-00a1-xzzzzz-t3kd"),
            (text("launch"), "6b7c5enf"),
            (id, "99f671a4-882a-4795-a3f0-2f34e4cfb567"),
            (short, "99f671a4"),
        ];
        Self(all.into_iter().filter(|(found, _)| !found.is_empty()).collect())
    }

    fn retold(&self, shown: &str) -> String {
        let all = self.0.iter();
        let shown = all.fold(shown.to_owned(), |text, (found, told)| text.replace(found, told));
        // A quote has an id of its own each time.
        let mut text = String::new();
        let mut rest = shown.as_str();
        while let Some((before, after)) = rest.split_once("q_") {
            let id = after.chars().take_while(char::is_ascii_hexdigit).count();
            text.push_str(before);
            text.push_str(if id == 16 { "q_0123456789abcdef" } else { "q_" });
            rest = if id == 16 { &after[16..] } else { after };
        }
        text + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_those_of_the_first_block() {
        let readme = "# X\n\n```console\n$ cargo install\n$ planner quote H100:8\nheading\n$ planner ls\n```\n\n```console\n$ planner gpus\n```\n";
        assert_eq!(commands(readme), ["planner quote H100:8", "planner ls"]);
        assert!(commands("nothing").is_empty());
    }

    #[test]
    fn ids_are_told_as_the_readme_tells_them() {
        let told = Told(vec![("abc".to_owned(), "xyz")]);
        let check = |shown: &str, expected: &str| assert_eq!(told.retold(shown), expected);
        check("abc q_00000000000000ff.", "xyz q_0123456789abcdef.");
        check("q_ and q_12", "q_ and q_12");
    }
}

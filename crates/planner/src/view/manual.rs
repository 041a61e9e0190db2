//! Help texts, which are written for 80 columns: for narrower terminals, and for man.

use super::text::width;
use super::wrap::{fill, typed};

/// What a help text is made of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A heading or a paragraph.
    Say(String),
    /// What is typed or named, and what is said of it; and how far in that stands.
    Row(&'a str, String, usize),
    /// Nothing between two others.
    Gap,
}

/// Lines that begin further in go on with what the line before said.
const GOES_ON: usize = 6;

/// How far in stands what is said of something below it.
const BELOW: usize = 4;

/// The pieces of a help text.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut all: Vec<Piece<'_>> = Vec::new();
    for line in text.lines() {
        let words = line.trim_start();
        let indent = line.len() - words.len();
        match all.last_mut() {
            _ if words.is_empty() => all.push(Piece::Gap),
            Some(Piece::Row(_, said, at)) if indent > GOES_ON => {
                *at = (*at).max(indent);
                join(said, words);
            }
            Some(Piece::Say(said)) if indent == 0 => join(said, words),
            _ if indent == 0 => all.push(Piece::Say(words.to_owned())),
            _ => {
                let (what, said) = words.split_once("  ").unwrap_or((words, ""));
                let said = said.trim_start();
                all.push(Piece::Row(what, said.to_owned(), width(line) - width(said)));
            }
        }
    }
    all
}

fn join(said: &mut String, more: &str) {
    if !said.is_empty() {
        said.push(' ');
    }
    said.push_str(more);
}

/// The text as it is where it fits, and else so that it does: paragraphs flow, and what is said of something stands
/// below it where there is no room beside.
pub(crate) fn laid_out(text: &str, columns: usize) -> String {
    if text.lines().all(|line| width(line) <= columns) {
        return text.to_owned();
    }
    let lines = pieces(text).into_iter().map(|piece| match piece {
        Piece::Gap => String::new(),
        Piece::Say(said) => fill("", &said, 0, columns),
        Piece::Row(what, said, _) if said.is_empty() => named(what, columns),
        Piece::Row(what, said, at) => {
            let beside = format!("{:<at$}", format!("  {what}"));
            if at <= columns / 2 && width(&beside) == at {
                fill(&beside, &said, at, columns)
            } else {
                let below = fill(&" ".repeat(BELOW), &said, BELOW, columns);
                format!("{}\n{below}", named(what, columns))
            }
        }
    });
    let mut all = lines.collect::<Vec<_>>().join("\n");
    if text.ends_with('\n') {
        all.push('\n');
    }
    all
}

/// What is typed or named, on lines of its own.
fn named(what: &str, columns: usize) -> String {
    if what.starts_with("planner ") {
        typed("  ", what, columns)
    } else {
        fill("  ", what, 4, columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
Examples:
  planner quote H100:8            try it
  planner quote H100:64 --max-nodes any --interconnect infiniband
  0    it is done

Of these, nothing
is asked twice.
  price     every digit of it;
            all of them
";

    #[test]
    fn help_is_laid_out_for_the_terminal() {
        let check = |columns: usize, expected: &str| {
            let laid = laid_out(TEXT, columns);
            assert_eq!(laid, expected, "{columns}");
            assert!(laid.lines().all(|line| width(line) <= columns), "{columns}");
        };
        check(80, TEXT);
        check(
            34,
            "\
Examples:
  planner quote H100:8
    try it
  planner quote H100:64 \\
      --max-nodes any \\
      --interconnect infiniband
  0    it is done

Of these, nothing is asked twice.
  price     every digit of it; all
            of them
",
        );
    }

    #[test]
    fn what_is_said_belongs_to_what_it_is_said_of() {
        let row = |what, said: &str, at| Piece::Row(what, said.to_owned(), at);
        assert_eq!(
            pieces(TEXT),
            [
                Piece::Say("Examples:".to_owned()),
                row("planner quote H100:8", "try it", 34),
                row(
                    "planner quote H100:64 --max-nodes any --interconnect infiniband",
                    "",
                    65
                ),
                row("0", "it is done", 7),
                Piece::Gap,
                Piece::Say("Of these, nothing is asked twice.".to_owned()),
                row("price", "every digit of it; all of them", 12),
            ]
        );
    }
}

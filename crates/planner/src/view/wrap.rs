//! Sentences that are too long for a terminal, broken between words.
//!
//! Rows of tables fit as they are. A command of its own line is broken so that a shell reads it as one all the same.

use anstream::adapter::strip_str;

use super::paint::command;
use super::text::width;

/// The text with every line at most `columns` wide that can be broken; what follows of a line is indented below what
/// it belongs to.
pub(crate) fn wrapped(text: &str, columns: usize) -> String {
    let mut all = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive('\n') {
        let plain = strip_str(line).to_string();
        let before = command(&plain).map(|(before, _)| before);
        match before {
            _ if width(plain.trim_end_matches('\n')) <= columns => all.push_str(line),
            Some(before) => {
                let (before, command) = line.split_at(before.len());
                all.push_str(&typed(before, command, columns));
            }
            None => flow(line, &plain, columns, &mut all),
        }
    }
    all
}

/// A command behind what stands before it, in lines that a shell reads as one: a flag and its value are never parted.
pub(super) fn typed(before: &str, command: &str, columns: usize) -> String {
    // Shells there go on with other signs, or not at all.
    if cfg!(windows) {
        return format!("{before}{command}");
    }
    let hang = " ".repeat(width(before).min(columns / 2) + 4);
    let (mut all, mut used) = (before.to_owned(), width(before));
    let mut is_first = true;
    let mut units = units(command).into_iter().peekable();
    while let Some(unit) = units.next() {
        let plain = strip_str(unit).to_string();
        let visible = width(plain.trim_end());
        // Room for what says that it goes on.
        let more = if units.peek().is_some() { " \\".len() } else { 0 };
        if !is_first && used + visible + more > columns {
            all.truncate(all.trim_end_matches(' ').len());
            all.push_str(" \\\n");
            all.push_str(&hang);
            used = width(&hang);
        }
        is_first = false;
        all.push_str(unit);
        used += width(plain.trim_end_matches('\n'));
    }
    all
}

/// The parts of a command that stay together, each with the spaces behind it: what is run, an argument, a flag with its
/// value, and a comment as a whole.
fn units(command: &str) -> Vec<&str> {
    let (mut starts, mut is_quoted, mut is_escaped) = (vec![0], false, false);
    let mut before = ' ';
    for (at, c) in command.char_indices() {
        if before == ' ' && c != ' ' && !is_quoted && at > 0 {
            starts.push(at);
            if c == '#' {
                break;
            }
        }
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if !is_quoted => is_escaped = true,
            '\'' => is_quoted = !is_quoted,
            _ => {}
        }
        before = c;
    }
    starts.push(command.len());
    let words: Vec<&str> = starts
        .windows(2)
        .filter_map(|ends| match ends {
            [from, to] => command.get(*from..*to),
            _ => None,
        })
        .collect();
    let mut units: Vec<&str> = Vec::new();
    let mut from = 0;
    for (at, word) in words.iter().enumerate() {
        let to = from + word.len();
        let is_flag = |word: &str| word.starts_with('-');
        let last = at.checked_sub(1).and_then(|last| words.get(last));
        let joins = at == 1
            || (last.is_some_and(|last| is_flag(last) && !last.contains('='))
                && !is_flag(word)
                && !word.starts_with('#'));
        match units.last_mut() {
            Some(unit) if joins => *unit = command.get(to - word.len() - unit.len()..to).unwrap_or(word),
            _ => units.push(word),
        }
        from = to;
    }
    units
}

/// Words in lines behind what stands before them; the lines that follow begin so far in.
pub(super) fn fill(before: &str, text: &str, hang: usize, columns: usize) -> String {
    let (mut all, mut used) = (before.to_owned(), width(before));
    let mut is_first = true;
    // What stands between back-ticks stays together as long as it has room.
    let room = columns.saturating_sub(hang);
    let pieces = words(text).flat_map(|word| {
        let fits = width(word.trim_end()) <= room;
        let parts = if fits {
            vec![word]
        } else {
            word.split_inclusive(' ').collect()
        };
        parts.into_iter()
    });
    for word in pieces {
        if !is_first && used + width(word.trim_end()) > columns {
            all.truncate(all.trim_end_matches(' ').len());
            all.push('\n');
            all.push_str(&" ".repeat(hang));
            used = hang;
        }
        is_first = false;
        all.push_str(word);
        used += width(word);
    }
    all
}

/// One line, broken.
fn flow(line: &str, plain: &str, columns: usize, all: &mut String) {
    let indent = indent(plain, columns);
    let hang = width(&indent);
    let mut used = 0;
    for word in words(line) {
        let plain = strip_str(word).to_string();
        let visible = width(plain.trim_end());
        // What stands before the indentation is never on a line of its own.
        if used > hang && used + visible > columns {
            all.truncate(all.trim_end_matches(' ').len());
            all.push('\n');
            all.push_str(&indent);
            used = hang;
        }
        all.push_str(word);
        used += width(plain.trim_end_matches('\n'));
    }
}

/// What the lines that follow begin with: below the value of a name, below the words of a twig, else a little further
/// in.
fn indent(plain: &str, columns: usize) -> String {
    let twigs = plain.trim_start_matches([' ', '│', '├', '└', '─']);
    let (before, _) = plain.split_at(plain.len() - twigs.len());
    let mut indent: String = before
        .chars()
        .map(|c| if matches!(c, '│' | '├') { '│' } else { ' ' })
        .collect();
    let is_tree = before.contains(['│', '├', '└']);
    let named = twigs.find("  ").filter(|at| *at <= NAME_COLUMNS).map(|at| {
        let value = twigs.split_at(at).1;
        at + value.len() - value.trim_start().len()
    });
    let label = ["error: ", "warning: ", "hint: "]
        .into_iter()
        .find(|label| twigs.starts_with(label));
    let more = match (named, label) {
        (Some(named), _) => named,
        (None, Some(label)) => label.len(),
        (None, None) if is_tree => 0,
        (None, None) => 2,
    };
    if width(&indent) + more > columns / 2 {
        return indent + "  ";
    }
    indent.push_str(&" ".repeat(more));
    indent
}

/// Longer names than this are no names.
const NAME_COLUMNS: usize = 24;

/// Words with the spaces behind them. What stands between back-ticks is one word, and so is a number with its name or
/// its unit: `gpu 427`, `24 h`.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut ends = Vec::new();
    let (mut is_quoted, mut was_space, mut before) = (false, false, ' ');
    for (at, c) in line.char_indices() {
        let is_pair = (before.is_ascii_alphabetic() && c.is_ascii_digit())
            || (before.is_ascii_digit() && c.is_ascii_alphabetic());
        if was_space && c != ' ' && !is_quoted && !is_pair {
            ends.push(at);
        }
        if c != ' ' {
            before = c;
        }
        if c == '`' {
            is_quoted = !is_quoted && line.split_at(at + 1).1.contains('`');
        }
        was_space = c == ' ' && !is_quoted;
    }
    ends.push(line.len());
    let mut from = 0;
    ends.into_iter().filter_map(move |to| {
        let word = line.get(from..to);
        from = to;
        word
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::paint::prose;

    #[test]
    fn sentences_break_between_words_and_commands_do_not() {
        let check = |text: &str, expected: &str| {
            assert_eq!(wrapped(text, 24), expected, "{text}");
            // Colour takes no room.
            let painted = wrapped(&prose(text), 24);
            assert_eq!(strip_str(&painted).to_string(), expected, "{text}");
        };
        check("short\n\nlines\n", "short\n\nlines\n");
        check("nobody knows what came of it\n", "nobody knows what came\n  of it\n");
        check(
            "error: no GPU is called that\n",
            "error: no GPU is called\n       that\n",
        );
        check(
            "  ends       never by itself, whatever\n",
            "  ends       never by\n    itself, whatever\n",
        );
        check("id   one two three four five\n", "id   one two three four\n     five\n");
        check(
            "so `planner ls --all` shows it\n",
            "so `planner ls --all`\n  shows it\n",
        );
        check(
            "say `planner terminate --all` now\n",
            "say\n  `planner terminate --all`\n  now\n",
        );
        check(
            "    planner quote H100:8 --sandbox --why\n",
            "    planner quote \\\n        H100:8 \\\n        --sandbox --why\n",
        );
        check(
            "gpu  planner quote H100:8 --provider 'a b' -o json\n",
            "gpu  planner quote \\\n         H100:8 \\\n         --provider 'a b' \\\n         -o json\n",
        );
        check(
            "    planner ls --data-dir 'it'\\''s here' -q  # not all of it\n",
            "    planner ls \\\n        --data-dir 'it'\\''s here' \\\n        -q \\\n        # not all of it\n",
        );
        check(
            "   ├─ one of the things here\n   └─ another of the things\n",
            "   ├─ one of the things\n   │  here\n   └─ another of the\n      things\n",
        );
        check("rejected for this: gpu 427\n", "rejected for this:\n  gpu 427\n");
        check("averyveryverylongwordwithoutend\n", "averyveryverylongwordwithoutend\n");
        check("where? [anywhere you like] ", "where? [anywhere you\n  like] ");
    }
}

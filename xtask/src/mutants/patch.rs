//! A small change of a source text, and the rule that it must still fit.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// A rule broken on purpose.
#[derive(Debug)]
pub(crate) struct Mutant {
    /// What is wrong with it.
    pub(crate) name: &'static str,
    /// The levels of the matrix that it is run through.
    pub(crate) levels: &'static str,
    pub(crate) edits: &'static [Edit],
}

/// One place of a file.
#[derive(Debug)]
pub(crate) struct Edit {
    /// From the root of the repository.
    pub(crate) file: &'static str,
    /// The text as it is: exactly once in the file.
    pub(crate) old: &'static str,
    /// And as it becomes.
    pub(crate) new: &'static str,
}

impl Mutant {
    /// The files that it changes, and their new texts.
    ///
    /// # Errors
    /// When a text that it replaces is not there exactly once: the sources have
    /// moved on, and the table has not.
    pub(crate) fn texts(&self, root: &Path) -> Result<Vec<(&'static str, String)>> {
        let mut texts: Vec<(&'static str, String)> = Vec::new();
        for edit in self.edits {
            let at = texts.iter().position(|(file, _)| *file == edit.file);
            let text = match at {
                Some(at) => texts.swap_remove(at).1,
                None => std::fs::read_to_string(root.join(edit.file))
                    .with_context(|| format!("mutant `{}`: cannot read {}", self.name, edit.file))?,
            };
            let changed = edit.apply(&text).with_context(|| format!("mutant `{}`", self.name))?;
            texts.push((edit.file, changed));
        }
        Ok(texts)
    }
}

impl Edit {
    fn apply(&self, text: &str) -> Result<String> {
        match text.matches(self.old).count() {
            1 => Ok(text.replacen(self.old, self.new, 1)),
            count => bail!(
                "its text is {count} times in {}, not once; bring xtask/src/mutants/table.rs up to date:\n{}",
                self.file,
                self.old
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_not_there_once_is_no_patch() {
        let check = |text: &str, expected: Option<&str>| {
            let edit = Edit {
                file: "a.rs",
                old: "if quiet",
                new: "if true",
            };
            assert_eq!(edit.apply(text).ok().as_deref(), expected, "{text}");
        };
        check("x; if quiet {}", Some("x; if true {}"));
        check("if loud {}", None);
        check("if quiet {} if quiet {}", None);
    }
}

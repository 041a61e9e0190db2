//! Expectations as a text: one line for each thing that is damaged, one letter for each way.

use std::collections::BTreeMap;

/// A grid: a line is a name, blanks and letters; lines that begin with `#` explain the letters.
#[derive(Debug)]
pub(super) struct Grid {
    lines: BTreeMap<String, String>,
}

impl Grid {
    pub(super) fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let lines = lines.map(|line| {
            let (name, letters) = line.split_once(' ').unwrap_or((line, ""));
            (name.to_owned(), letters.chars().filter(|c| *c != ' ').collect())
        });
        Self { lines: lines.collect() }
    }

    /// Fails unless these are the outcomes; says what they are, line by line, where they differ. Returns how many there
    /// are.
    #[track_caller]
    pub(super) fn check(&self, found: &[(String, String)]) -> usize {
        let differ: Vec<String> = found
            .iter()
            .filter(|(name, letters)| self.lines.get(name) != Some(letters))
            .map(|(name, letters)| {
                let expected = self.lines.get(name).map_or("nothing", String::as_str);
                format!("{name}\n  expected {expected}\n  found    {letters}")
            })
            .collect();
        assert!(
            differ.is_empty(),
            "{} lines differ:\n{}",
            differ.len(),
            differ.join("\n")
        );
        assert_eq!(self.lines.len(), found.len(), "a line stands for nothing");
        found.iter().map(|(_, letters)| letters.chars().count()).sum()
    }
}

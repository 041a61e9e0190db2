//! Quotes that were kept, so that they can be launched by their ids: each with
//! the market that it was made of, by which it can be verified.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::absent::is_absent;
use super::market::Saved;
use super::quote::Kept;
use super::whole::{self, Most};
use crate::exit::Exit;
use crate::report::Trouble;
use crate::view::text::shown;

/// Quotes kept at most; the oldest go.
const KEPT_MAX: usize = 100;

/// Where a quote and its market are.
pub(crate) fn paths(folder: &Path, id: &str) -> (PathBuf, PathBuf) {
    (
        folder.join(format!("{id}.json")),
        folder.join(format!("{id}.market.json")),
    )
}

/// Whether a word can be the id of a quote: it becomes a name of a file.
pub(crate) fn is_id(word: &str) -> bool {
    let digits = word.strip_prefix("q_");
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether a word means a quote that was kept: it is an id, or begins as one and is no file.
pub(crate) fn names_kept(word: &str) -> bool {
    is_id(word) || (word.starts_with("q_") && is_absent(Path::new(word)))
}

/// Where the quote that a word means and its market are, in the first of these folders that has it.
///
/// # Errors
/// [`Exit::Refused`] where none does, and [`Exit::Usage`] where the word can be no quote's.
pub(crate) fn kept(folders: &[PathBuf], word: &str) -> Result<(PathBuf, PathBuf), Trouble> {
    let mut there = folders.iter().filter(|_| is_id(word)).map(|folder| paths(folder, word));
    there.find(|(quote, _)| !is_absent(quote)).ok_or_else(|| {
        let places: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        let places = places.join(" or ");
        let is_name = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let exit = if is_name { Exit::Refused } else { Exit::Usage };
        Trouble::new(exit, format!("no quote {} is kept in {places}", shown(word))).hint(
            "the last hundred are kept, of each data folder and of the sandbox apart; `planner quote GPU` makes one",
        )
    })
}

/// Keeps a quote, as the document that was or could have been printed.
pub(crate) fn keep(folder: &Path, id: &str, document: &[u8], market: &Saved) -> Result<(), Trouble> {
    make(folder)?;
    let (quote, beside) = paths(folder, id);
    // The market first: a quote that is there has one.
    market.write(&beside)?;
    whole::write(&quote, document)?;
    forget(folder);
    Ok(())
}

/// The quote that a word means, and its market where it is known: an id, or a
/// file whose quote may be kept here as well.
pub(crate) fn find(folder: &Path, word: &str) -> Result<(Kept, Option<Saved>), Trouble> {
    if names_kept(word) {
        let (quote, beside) = kept(&[folder.to_owned()], word).map_err(|trouble| {
            let hint = format!("nothing was sent; {}", trouble.advice().unwrap_or_default());
            trouble.hint(hint)
        })?;
        let kept = read(&quote)?;
        return Ok((kept, Some(Saved::read(&beside)?)));
    }
    let kept = read(Path::new(word))?;
    let beside = kept.id().filter(|id| is_id(id)).map(|id| paths(folder, id).1);
    let market = beside
        .filter(|path| !is_absent(path))
        .map(|path| Saved::read(&path))
        .transpose()?;
    Ok((kept, market))
}

/// A file that is no quote at all is a mistake; one that was changed is refused.
fn read(path: &Path) -> Result<Kept, Trouble> {
    let bytes = whole::read(path, "the quote", Most::Bundle)?;
    Kept::parse(&bytes).map_err(|reason| {
        let begun = Kept::is_meant(&bytes);
        let exit = if begun { Exit::Refused } else { Exit::Usage };
        Trouble::new(exit, format!("{} is no quote: {}", path.display(), shown(&reason))).hint(
            "nothing was sent; `planner quote GPU -o json > FILE` writes one, and `planner quote` keeps it by its id",
        )
    })
}

fn make(folder: &Path) -> Result<(), Trouble> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        Trouble::usage(format!("{} cannot be made: {error}", folder.display()))
            .hint("name a folder that you may write to with `--data-dir`")
    })
}

/// Removes the oldest beyond the most that are kept.
fn forget(folder: &Path) {
    let id = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        Some(name.strip_suffix(".json")?.to_owned()).filter(|id| is_id(id))
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut kept: Vec<(SystemTime, String)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, id(&entry.path())?))
        })
        .collect();
    kept.sort_unstable();
    for (_, id) in kept.iter().take(kept.len().saturating_sub(KEPT_MAX)) {
        let (quote, beside) = paths(folder, id);
        // Another process may have been first.
        let _ = fs::remove_file(quote);
        let _ = fs::remove_file(beside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_become_names_of_files() {
        let check = |word: &str, expected: bool| assert_eq!(is_id(word), expected, "{word}");
        check("q_0123456789abcdef", true);
        check("q_", false);
        check("q_../../etc/passwd", false);
        check("quote.json", false);
        check("p_0123", false);
    }
}

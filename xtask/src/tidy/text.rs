//! Rules about text as it stands, comments and all.

use crate::finding::Finding;
use crate::tree::Tree;

/// A longer file has a second file in it.
const LINES_MAX: usize = 600;
/// From here on a file is worth a look.
const LINES_LONG: usize = 400;

/// Where a home or a checkout is on somebody's machine. Kept in parts, so
/// that the list does not find itself.
const MACHINE_FOLDERS: &[&str] = &["home", "root", "work", "Users"];

pub(super) fn too_long(tree: &Tree) -> Vec<Finding> {
    longer_than(tree, LINES_MAX, usize::MAX)
}

pub(super) fn long(tree: &Tree) -> Vec<Finding> {
    longer_than(tree, LINES_LONG, LINES_MAX)
}

fn longer_than(tree: &Tree, above: usize, up_to: usize) -> Vec<Finding> {
    tree.rust()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > above && *lines <= up_to)
        .map(|(file, lines)| Finding::whole(&file.path, format!("{lines} lines, over {above}")))
        .collect()
}

/// No tabs and no white space at the end of a line of Rust.
pub(super) fn white_space(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        // Not `lines`, which takes a carriage return away.
        for (index, line) in file.text.split('\n').enumerate() {
            if line.ends_with(char::is_whitespace) {
                findings.push(Finding::new(&file.path, index + 1, "white space at the end"));
            } else if line.contains('\t') {
                findings.push(Finding::new(&file.path, index + 1, "a tab"));
            }
        }
    }
    findings
}

/// Text ends in one newline. A broker's answer and a snapshot are kept as
/// they came.
pub(super) fn last_line(tree: &Tree) -> Vec<Finding> {
    tree.files
        .iter()
        .filter(|file| !file.is_fixture() && !file.has_extension("snap"))
        .filter(|file| !file.text.is_empty())
        .filter(|file| !file.text.ends_with('\n') || file.text.ends_with("\n\n"))
        .map(|file| Finding::whole(&file.path, "does not end in one newline"))
        .collect()
}

/// No absolute path of a developer's machine. A broker's answer may speak
/// of folders on a rented one.
pub(super) fn machine_path(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| !file.is_fixture()) {
        for (index, line) in file.text.lines().enumerate() {
            let folders = MACHINE_FOLDERS.iter().filter(|folder| holds_path(line, folder));
            findings.extend(folders.map(|folder| {
                let message = format!("a path under `/{folder}` on somebody's machine");
                Finding::new(&file.path, index + 1, message)
            }));
        }
    }
    findings
}

/// Whether `/folder/` is there as the start of a path, and not inside one
/// like `crates/folder/`, `./folder/` or `<root>/folder/`.
fn holds_path(line: &str, folder: &str) -> bool {
    line.match_indices(&format!("/{folder}/")).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|symbol| !symbol.is_alphanumeric() && !"._-~*>})]%".contains(symbol))
    })
}

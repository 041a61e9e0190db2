//! The files that the rules read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::scan;

/// Folders without sources of ours, wherever they are.
const SKIPPED: &[&str] = &["target"];
/// Hidden folders that do hold sources. The others belong to tools.
const HIDDEN: &[&str] = &[".cargo", ".ci", ".github"];

/// Inputs of the fuzz targets: any bytes.
const FUZZED: &[&str] = &["fuzz/seeds", "fuzz/finds", "fuzz/corpus", "fuzz/artifacts"];

/// One file. For Rust, the text is also kept without what rules ignore.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root of the repository, with `/` between the parts.
    pub(crate) path: String,
    /// Empty when the file is not UTF-8.
    pub(crate) text: String,
    /// The text with comments and literals blanked, byte for byte.
    pub(crate) code: String,
    /// `code` with everything under `#[cfg(test)]` blanked too.
    pub(crate) shipped: String,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let mut file = Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: String::new(),
            shipped: String::new(),
        };
        if file.is_rust() {
            file.code = scan::mask(text);
            file.shipped = scan::without_tests(&file.code);
        }
        file
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.has_extension("rs")
    }

    pub(crate) fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|found| found == extension)
    }

    /// Whether the whole file is test code, by where it is.
    pub(crate) fn is_test(&self) -> bool {
        self.is_under(&["tests", "benches", "crates/testkit", "crates/hostile", "fuzz"])
            || self.path.ends_with("/tests.rs")
            || self.path.contains("/tests/")
    }

    pub(crate) fn is_under(&self, folders: &[&str]) -> bool {
        folders
            .iter()
            .any(|folder| self.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    /// A broker's answer, or what a fuzzer begins with or found: kept byte for byte.
    pub(crate) fn is_fixture(&self) -> bool {
        self.fixture().is_some_and(|(_, name)| name != "index.toml") || self.is_under(FUZZED)
    }

    /// The fixtures folder that the file is in, and its name from there.
    pub(crate) fn fixture(&self) -> Option<(&str, &str)> {
        let at = self.path.find("/fixtures/")?;
        let owner = self.path.get(..at)?;
        let parts: Vec<&str> = owner.split('/').collect();
        if !matches!(parts[..], ["crates", _] | ["crates", "sources", _]) {
            return None;
        }
        let folder_end = at + "/fixtures".len();
        Some((self.path.get(..folder_end)?, self.path.get(folder_end + 1..)?))
    }
}

/// Every file of the repository, sorted by path.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
}

impl Tree {
    pub(crate) fn new(mut files: Vec<File>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files }
    }

    pub(crate) fn load(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        walk(root, "", &mut files)?;
        Ok(Self::new(files))
    }

    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }
}

/// The root of the repository that this program was built in.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {prefix:?}"))?;
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let hidden = name.starts_with('.') && !HIDDEN.contains(&name.as_str());
            if !hidden && !SKIPPED.contains(&name.as_str()) {
                walk(&entry.path(), &format!("{path}/"), files)?;
            }
        // In a linked worktree `.git` is a file, and no source of ours either.
        } else if kind.is_file() && name != ".git" {
            let bytes = fs::read(entry.path()).with_context(|| format!("cannot read {path}"))?;
            files.push(File::new(&path, &String::from_utf8(bytes).unwrap_or_default()));
        }
    }
    Ok(())
}

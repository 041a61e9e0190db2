//! A copy of the sources that may be broken, with a target folder of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::patch::Mutant;
use crate::tree::Tree;

/// The copy. Files that did not change keep their time, so that each mutant
/// builds only what it touches.
#[derive(Debug)]
pub(crate) struct Scratch {
    from: PathBuf,
    pub(crate) tree: PathBuf,
    pub(crate) target: PathBuf,
}

impl Scratch {
    /// Copies the sources under a folder, and drops what is no source any more.
    pub(crate) fn new(from: &Path, folder: &Path) -> Result<Self> {
        let scratch = Self {
            from: from.to_path_buf(),
            tree: folder.join("tree"),
            target: folder.join("target"),
        };
        fs::create_dir_all(&scratch.tree).with_context(|| format!("cannot make {}", scratch.tree.display()))?;
        let paths = |root: &Path| -> Result<BTreeSet<String>> {
            Ok(Tree::load(root)?.files.into_iter().map(|file| file.path).collect())
        };
        let wanted = paths(from)?;
        for stale in paths(&scratch.tree)?.difference(&wanted) {
            fs::remove_file(scratch.tree.join(stale)).with_context(|| format!("cannot remove {stale}"))?;
        }
        for path in &wanted {
            scratch.restore(path)?;
        }
        Ok(scratch)
    }

    /// Puts a mutant in.
    pub(crate) fn put(&self, mutant: &Mutant) -> Result<()> {
        for (file, text) in mutant.texts(&self.from)? {
            self.write(file, text.as_bytes())?;
        }
        Ok(())
    }

    /// Takes it out again.
    pub(crate) fn take_out(&self, mutant: &Mutant) -> Result<()> {
        mutant.edits.iter().try_for_each(|edit| self.restore(edit.file))
    }

    fn restore(&self, path: &str) -> Result<()> {
        let bytes = fs::read(self.from.join(path)).with_context(|| format!("cannot read {path}"))?;
        self.write(path, &bytes)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let to = self.tree.join(path);
        if fs::read(&to).is_ok_and(|before| before == bytes) {
            return Ok(());
        }
        let folder = to.parent().unwrap_or(&self.tree);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(&to, bytes).with_context(|| format!("cannot write {}", to.display()))
    }
}

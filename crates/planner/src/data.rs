//! The data folder: the journal, quotes that were kept, and the sandbox's
//! world, which shares nothing with the real one.

use std::path::{Path, PathBuf};

use gpu_broker_engine::journal::is_begun;
use jiff::Timestamp;

use crate::cli::GlobalArgs;
use crate::env::Environment;
use crate::launch::journal;
use crate::report::Trouble;

/// Where things are kept for one world.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    folder: PathBuf,
    sandbox: bool,
}

/// The sandbox's, within the folder of the real world.
const SANDBOX: &str = "sandbox";

impl Data {
    /// What the flags and the environment say.
    ///
    /// # Errors
    /// When neither names a folder, and there is no home to keep one in.
    pub(crate) fn of(environment: &Environment, global: &GlobalArgs) -> Result<Self, Trouble> {
        let usual = || environment.home.as_ref().map(|home| home.join(".local").join("share"));
        let own = |base: PathBuf| base.join("planner");
        let root = (global.data_dir.clone())
            .or_else(|| environment.data_dir.clone())
            .or_else(|| environment.xdg_data.clone().map(own))
            .or_else(|| usual().map(own));
        let Some(root) = root else {
            return Err(Trouble::usage("there is no folder to keep the journal in")
                .hint("name one with `--data-dir` or PLANNER_DATA_DIR; HOME and XDG_DATA_HOME count where they are absolute paths"));
        };
        Ok(Self {
            folder: if global.sandbox { root.join(SANDBOX) } else { root },
            sandbox: global.sandbox,
        })
    }

    /// The folder that was named, whichever world is meant.
    pub(crate) fn root(&self) -> &Path {
        let above = self.folder.parent().filter(|_| self.sandbox);
        above.unwrap_or(&self.folder)
    }

    /// The sandbox's.
    pub(crate) fn of_sandbox(&self) -> Self {
        if self.sandbox {
            return self.clone();
        }
        Self {
            folder: self.folder.join(SANDBOX),
            sandbox: true,
        }
    }

    /// The sandbox's, where something was launched there and this is the real world. One that cannot be looked into has
    /// nothing that costs money.
    pub(crate) fn begun_sandbox(&self) -> Option<Self> {
        let sandbox = self.of_sandbox();
        (!self.sandbox && sandbox.is_begun().is_ok_and(|begun| begun)).then_some(sandbox)
    }

    /// Whether it is the sandbox's.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    /// The folder of the journal.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether anything was ever kept of launches.
    ///
    /// # Errors
    /// When that cannot be seen: what was launched from here is not known then, which is no all-clear.
    pub(crate) fn is_begun(&self) -> Result<bool, Trouble> {
        is_begun(&self.folder).map_err(|error| journal(&error))
    }

    /// Since when: machines of an installation that was here before are older. Where it cannot be seen, none is.
    pub(crate) fn begun(&self) -> Option<Timestamp> {
        let about = self.folder.join("identity").symlink_metadata().ok()?;
        Timestamp::try_from(about.modified().ok()?).ok()
    }

    /// The file of the sandbox's world.
    pub(crate) fn world(&self) -> PathBuf {
        self.folder.join("world.json")
    }

    /// The folder of quotes that were kept.
    pub(crate) fn quotes(&self) -> PathBuf {
        self.folder.join("quotes")
    }

    /// The folders of all quotes that were kept, of the sandbox too: what looks at one orders nothing.
    pub(crate) fn kept_quotes(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.quotes(), self.of_sandbox().quotes()];
        folders.dedup();
        folders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_wins() {
        let environment = |data: Option<&str>, xdg: Option<&str>, home: Option<&str>| Environment {
            data_dir: data.map(PathBuf::from),
            xdg_data: xdg.map(PathBuf::from),
            home: home.map(PathBuf::from),
            ..Environment::default()
        };
        let check = |environment: Environment, flags: &[&str], expected: Option<&str>| {
            let line = [&["planner", "ls"], flags].concat();
            let cli = <crate::cli::Cli as clap::Parser>::try_parse_from(line).unwrap();
            let data = Data::of(&environment, &cli.global).ok();
            assert_eq!(data.as_ref().map(Data::folder), expected.map(Path::new), "{flags:?}");
        };
        let all = || environment(Some("/d"), Some("/x"), Some("/h"));
        check(all(), &["--data-dir", "/f"], Some("/f"));
        check(all(), &[], Some("/d"));
        check(all(), &["--sandbox"], Some("/d/sandbox"));
        check(environment(None, Some("/x"), Some("/h")), &[], Some("/x/planner"));
        check(
            environment(None, None, Some("/h")),
            &[],
            Some("/h/.local/share/planner"),
        );
        check(
            environment(None, None, Some("/h")),
            &["--sandbox"],
            Some("/h/.local/share/planner/sandbox"),
        );
        check(environment(None, None, None), &[], None);
    }
}

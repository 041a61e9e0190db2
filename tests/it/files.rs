//! What planner keeps in files, through the command itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod diff;
mod offers;
mod replay;
mod verify;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder of a test's own, gone when the test is done.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("files-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// Runs planner in the folder, with nothing of this process's environment.
    fn planner(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_planner"));
        command.args(arguments).current_dir(&self.0).env_clear();
        command.envs(environment.iter().copied()).output().unwrap()
    }

    /// Runs a line and checks its status.
    fn run(&self, line: &str, status: i32) -> Output {
        let output = self.planner(line.split_whitespace(), &[]);
        assert_eq!(output.status.code(), Some(status), "{line}\n{}", text(&output.stderr));
        output
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

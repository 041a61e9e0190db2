//! What a machine does at its first start, from a file that people write.

use std::path::Path;

use gpu_broker_core::source::{CloudInit, CloudInitFile};
use serde::Deserialize;

use crate::cli::shell;
use crate::files::whole::{self, Most};
use crate::report::Trouble;

/// The part of cloud-init's format that brokers take.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    packages: Vec<String>,
    runcmd: Vec<Command>,
    write_files: Vec<CloudInitFile>,
}

/// A command: a line for a shell, or words.
#[derive(Deserialize)]
#[serde(untagged)]
enum Command {
    Line(String),
    Words(Vec<String>),
}

/// Reads the file: YAML, of which JSON is a part.
///
/// # Errors
/// When it cannot be read, or says what no broker would do. What stands in it
/// is not repeated, because people put passwords there.
pub(crate) fn read(path: &Path) -> Result<CloudInit, Trouble> {
    let bytes = whole::read(path, "the cloud-init file", Most::Page)?;
    let file: File = serde_yaml_ng::from_slice(&bytes).map_err(|error| {
        let place = error.location().map_or_else(String::new, |at| format!(", line {}", at.line()));
        Trouble::usage(format!(
            "{}{place} is not what brokers take at first start",
            path.display()
        ))
        .hint("write YAML or JSON with `packages` (names), `runcmd` (commands) and `write_files` (path, content, owner, permissions), and nothing else")
    })?;
    let words = |command: Command| match command {
        Command::Line(line) => line,
        Command::Words(words) => shell(&words),
    };
    Ok(CloudInit {
        packages: file.packages,
        runcmd: file.runcmd.into_iter().map(words).collect(),
        write_files: file.write_files,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_json_are_read_and_nothing_of_them_is_told() {
        let path = std::env::temp_dir().join(format!("planner-first-start-{}", std::process::id()));
        let check = |text: &str, expected: Option<(&[&str], &[&str], usize)>| {
            std::fs::write(&path, text).unwrap();
            match (read(&path), expected) {
                (Ok(read), Some((packages, runcmd, files))) => {
                    assert_eq!(read.packages, packages, "{text}");
                    assert_eq!(read.runcmd, runcmd, "{text}");
                    assert_eq!(read.write_files.len(), files, "{text}");
                }
                (Err(trouble), None) => assert!(!trouble.lines().contains("hunter2"), "{}", trouble.lines()),
                (read, _) => panic!("{text}: {:?}", read.is_ok()),
            }
        };
        check(
            "#cloud-config\npackages: [git, htop]\nruncmd:\n  - nvidia-smi\n  - [echo, a b]\n",
            Some((&["git", "htop"], &["nvidia-smi", "echo 'a b'"], 0)),
        );
        check(
            r#"{"write_files": [{"path": "/a", "content": "x", "permissions": "0600"}]}"#,
            Some((&[], &[], 1)),
        );
        check("users:\n  - hunter2\n", None);
        check("packages: hunter2\n", None);
        check("write_files:\n  - path: /a\n    encoding: hunter2\n", None);
        check("\"hunter2", None);
        std::fs::remove_file(&path).unwrap();
    }
}

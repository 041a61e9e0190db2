//! Looking for secrets in everything that a run left behind.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::canary::Canary;

/// The beginning of a form, by which it is found.
const HEAD: usize = 8;

/// Forms to look for.
#[derive(Debug)]
pub(super) struct Scanner {
    /// The rest of each form and what it gives away, by how it begins.
    forms: BTreeMap<u64, Vec<(Vec<u8>, &'static str)>>,
    /// Which bits the beginnings have: most bytes are passed over by this.
    sieve: Vec<bool>,
}

fn head(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(..HEAD)?.try_into().ok()?))
}

fn place(head: u64) -> usize {
    usize::try_from(head.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48).unwrap()
}

impl Scanner {
    pub(super) fn new<'a>(canaries: impl IntoIterator<Item = &'a Canary>) -> Self {
        let mut scanner = Self {
            forms: BTreeMap::new(),
            sieve: vec![false; 1 << 16],
        };
        for canary in canaries {
            for form in canary.forms() {
                let head = head(&form).expect("a form is longer than its beginning");
                scanner.sieve[place(head)] = true;
                scanner.forms.entry(head).or_default().push((form, canary.what));
            }
        }
        scanner
    }

    /// What some bytes give away.
    pub(super) fn look(&self, bytes: &[u8]) -> Option<&'static str> {
        let mut window = 0_u64;
        for (at, byte) in bytes.iter().enumerate() {
            window = (window << 8) | u64::from(*byte);
            if at + 1 < HEAD || !self.sieve[place(window)] {
                continue;
            }
            let rest = &bytes[at + 1 - HEAD..];
            let found = self.forms.get(&window).into_iter().flatten();
            if let Some((_, what)) = found.into_iter().find(|(form, _)| rest.starts_with(form)) {
                return Some(what);
            }
        }
        None
    }

    /// Looks through a folder: names and contents of all files, and who may
    /// read them. Returns how much was looked at.
    pub(super) fn folder(&self, folder: &Path, private: bool, found: &mut Vec<String>) -> u64 {
        let mut looked = 0;
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(about) = fs::symlink_metadata(&path) else {
                continue;
            };
            if let Some(what) = self.look(path.to_string_lossy().as_bytes()) {
                found.push(format!("a file's name holds {what}: {}", path.display()));
            }
            let mode = about.permissions().mode() & 0o777;
            if private && !about.is_symlink() && mode & 0o077 != 0 {
                found.push(format!("{} has mode {mode:o}", path.display()));
            }
            if about.is_dir() {
                looked += self.folder(&path, private, found);
                continue;
            }
            let bytes = fs::read(&path).unwrap_or_default();
            looked += u64::try_from(bytes.len()).unwrap_or_default();
            if let Some(what) = self.look(&bytes) {
                found.push(format!("{} holds {what}", path.display()));
            }
        }
        looked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    #[test]
    fn every_form_is_found_anywhere() {
        let mut dice = Dice::new(3);
        let canaries = [Canary::new("one", &mut dice), Canary::new("two", &mut dice)];
        let scanner = Scanner::new(&canaries);
        for canary in &canaries {
            for form in canary.forms() {
                for around in [0, 1, 7, 300] {
                    let pad = vec![b'a'; around];
                    let text = [&pad[..], &form, &pad].concat();
                    assert_eq!(scanner.look(&text), Some(canary.what));
                    // One letter less is no secret any more, but for forms that hold another.
                    let cut = [&pad[..], &form[1..9], &pad].concat();
                    assert_eq!(scanner.look(&cut), None);
                }
            }
        }
    }

    #[test]
    fn folders_are_looked_through_and_their_modes_checked() {
        let mut dice = Dice::new(4);
        let canary = Canary::new("a key", &mut dice);
        let scanner = Scanner::new([&canary]);
        let folder = std::env::temp_dir().join(format!("testkit-scan-{}", std::process::id()));
        fs::create_dir_all(folder.join("in")).unwrap();
        let hex = String::from_utf8(canary.forms()[7].clone()).unwrap();
        fs::write(folder.join("in").join("file"), format!("x{}", canary.text())).unwrap();
        fs::write(folder.join("in").join(&hex), "fine").unwrap();
        let mut found = Vec::new();
        assert_eq!(scanner.folder(&folder, true, &mut found), 35);
        found.sort();
        assert_eq!(found.len(), 5, "{found:?}");
        assert!(
            found.iter().any(|one| one.ends_with("in/file holds a key")),
            "{found:?}"
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}

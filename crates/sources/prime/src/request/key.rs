//! Public keys, as far as two of them can be told apart; and `POST /api/v1/ssh_keys/`.

use serde::Serialize;

use super::written;

/// The body that adds a public key to the account: schema `APISSHKeyUploadRequestConfig`.
pub(crate) fn new_key(name: &str, public_key: &str) -> Result<Vec<u8>, String> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct NewKey<'k> {
        name: &'k str,
        public_key: &'k str,
    }
    if PublicKey::read(public_key).is_none() {
        return Err("this is no public key; give a line such as `ssh-ed25519 AAAA… me@home`".to_owned());
    }
    written(&NewKey {
        name,
        public_key: public_key.trim(),
    })
}

/// The part of a public key that is the key: not the options before it, not the comment after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PublicKey<'t> {
    kind: &'t str,
    blob: &'t str,
}

/// What the name of a kind of key begins with.
const KINDS: [&str; 3] = ["ssh-", "ecdsa-", "sk-"];

/// What every key begins with in base64: the length of its kind's name, which is below 2^18.
const BLOB_START: &str = "AAAA";

impl<'t> PublicKey<'t> {
    /// Reads a line in the form of `authorized_keys`; `None` when it holds no key.
    pub(crate) fn read(line: &'t str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace().peekable();
        while let Some(kind) = words.next() {
            let is_kind = KINDS.iter().any(|start| kind.starts_with(start));
            if let (true, Some(blob)) = (is_kind, words.peek().copied().filter(|word| is_blob(word))) {
                return Some(Self { kind, blob });
            }
        }
        None
    }

    /// What its owner wrote after it, usually who and where.
    pub(crate) fn comment(self, line: &'t str) -> Option<&'t str> {
        let (_, after) = line.split_once(self.blob)?;
        Some(after.trim()).filter(|comment| !comment.is_empty())
    }
}

fn is_blob(word: &str) -> bool {
    let digits = word.trim_end_matches('=');
    word.starts_with(BLOB_START)
        && word.len() - digits.len() <= 2
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_kind_and_its_blob() {
        let check = |line: &str, expected: Option<(&str, &str)>, comment: Option<&str>| {
            let read = PublicKey::read(line);
            assert_eq!(read.map(|key| (key.kind, key.blob)), expected, "{line}");
            assert_eq!(read.and_then(|key| key.comment(line)), comment, "{line}");
        };
        let ed = Some(("ssh-ed25519", "AAAAC3Nz+/=="));
        check("ssh-ed25519 AAAAC3Nz+/==", ed, None);
        check("  ssh-ed25519\tAAAAC3Nz+/==  me at home \n", ed, Some("me at home"));
        check(
            r#"no-pty,command="echo ssh-rsa here" ssh-ed25519 AAAAC3Nz+/== me"#,
            ed,
            Some("me"),
        );
        check(
            "ecdsa-sha2-nistp256 AAAAE2",
            Some(("ecdsa-sha2-nistp256", "AAAAE2")),
            None,
        );
        check(
            "sk-ssh-ed25519@openssh.com AAAAG me",
            Some(("sk-ssh-ed25519@openssh.com", "AAAAG")),
            Some("me"),
        );
        check("", None, None);
        check("ssh-ed25519", None, None);
        check("AAAAC3Nz", None, None);
        check("ssh-ed25519 not-base64", None, None);
        check("ssh-ed25519 AAAA\"x", None, None);
        check("ssh-ed25519 AAAA===", None, None);
        check("-----BEGIN OPENSSH PRIVATE KEY-----", None, None);
    }
}

//! Public keys, as far as a broker looks at them.

use crate::seed;

const KINDS: [&str; 7] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// Whether a text has the form of one line of `authorized_keys`.
pub(super) fn is_one(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let kind = words.next().is_some_and(|kind| KINDS.contains(&kind));
    let blob = words.next().is_some_and(|blob| {
        blob.len() >= 16
            && blob
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
    });
    kind && blob && !text.contains('\n')
}

/// A stand-in for a fingerprint: it tells keys apart, and is no hash of one.
pub(super) fn fingerprint(text: &str) -> String {
    format!("SHA256:sandbox{:016x}", seed::of_text(text))
}

#[cfg(test)]
mod tests {
    use super::is_one;

    #[test]
    fn keys_and_others() {
        let blob = "AAAAC3NzaC1lZDI1NTE5AAAAISandboxSandbox";
        assert!(is_one(&format!("ssh-ed25519 {blob} me@here")));
        assert!(is_one(&format!("ssh-rsa {blob}")));
        for text in [
            "",
            "ssh-ed25519",
            "ssh-dss AAAAC3NzaC1lZDI1NTE5",
            "ssh-ed25519 no-base-64!!!!!!",
        ] {
            assert!(!is_one(text), "{text:?}");
        }
        assert!(!is_one(&format!("ssh-rsa {blob}\nssh-rsa {blob}")));
    }
}

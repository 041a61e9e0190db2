//! Whose SSH key may log in, and whether the brokers know it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::{AccountKey, LoginKey, SourceError};

use crate::files::whole::{self, Most};
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::text::shown;

/// A key, as somebody named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Login {
    /// The account's own.
    Account,
    /// One of the account's keys, by its id or its name.
    Known(String),
    /// A public key.
    Public {
        /// The line.
        line: String,
        /// Where it was read, or its comment.
        called: String,
    },
}

/// A key for one broker, and how it is called.
pub(crate) type Named = (LoginKey, String);

impl Login {
    /// Reads what `--ssh-key` says: `account`, a file, or an id.
    ///
    /// # Errors
    /// When it is a private key, which must not leave this machine.
    pub(crate) fn read(text: &str) -> Result<Self, Trouble> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("account") {
            return Ok(Self::Account);
        }
        if is_public(text) {
            let called = text.split_ascii_whitespace().nth(2).unwrap_or("the key given");
            return Ok(Self::Public {
                line: text.to_owned(),
                called: called.to_owned(),
            });
        }
        let path = Path::new(text);
        let is_file = path.exists() || text.contains(['/', '\\']) || path.extension().is_some_and(|end| end == "pub");
        if !is_file {
            return Ok(Self::Known(text.to_owned()));
        }
        let bytes = whole::read(path, "the key", Most::Page)?;
        let lines = String::from_utf8_lossy(&bytes);
        if lines.contains("PRIVATE KEY") {
            return Err(
                Trouble::usage(format!("{} is a private key, which stays where it is", path.display()))
                    .hint(format!("name the public one: `--ssh-key {}.pub`", path.display())),
            );
        }
        let line = lines.trim();
        if !is_public(line) {
            return Err(Trouble::usage(format!("{} holds no public key", path.display()))
                .hint("name a file with one line such as `ssh-ed25519 AAAA… me@home`; `ssh-keygen` makes one"));
        }
        Ok(Self::Public {
            line: line.to_owned(),
            called: path.display().to_string(),
        })
    }

    /// The key for each of these brokers, or why there is none. Reads the
    /// accounts' keys, which costs nothing.
    pub(crate) async fn of(
        &self,
        sources: &Sources,
        brokers: &[Broker],
        within: Duration,
    ) -> BTreeMap<Broker, Result<Named, String>> {
        let each = brokers.iter().map(|broker| async move {
            let source = sources.asked.iter().find(|source| source.broker() == broker);
            let Some(fleet) = source.and_then(|source| source.fleet()) else {
                return (broker.clone(), Err(format!("no key is configured for {broker}")));
            };
            let named = match self {
                Self::Public { line, called } => Ok((LoginKey::Public(line.clone()), called.clone())),
                Self::Account => Ok(accounts(broker, fleet.account().keys(within).await)),
                Self::Known(word) => known(broker, word, fleet.account().keys(within).await),
            };
            (broker.clone(), named)
        });
        join_all(each).await.into_iter().collect()
    }
}

/// The account's own key, as far as the account tells which that is.
fn accounts(broker: &Broker, keys: Result<Vec<AccountKey>, SourceError>) -> Named {
    let called = match keys {
        Ok(keys) => match keys.iter().find(|key| key.primary).or_else(|| keys.first()) {
            Some(key) => format!("the account's key `{}`", shown(&key.name)),
            None => {
                format!("the account's key, and {broker} lists none: nobody could log in; name a file with `--ssh-key`")
            }
        },
        Err(error) => format!(
            "the account's key, which {broker} did not tell: {}",
            shown(&error.to_string())
        ),
    };
    (LoginKey::Account, called)
}

fn known(broker: &Broker, word: &str, keys: Result<Vec<AccountKey>, SourceError>) -> Result<Named, String> {
    let keys = keys.map_err(|error| format!("{broker} did not tell its keys: {}", shown(&error.to_string())))?;
    let by_id = keys.iter().find(|key| key.id == word);
    let by_name = || keys.iter().find(|key| key.name == word);
    if let Some(key) = by_id.or_else(by_name) {
        return Ok((LoginKey::Id(key.id.clone()), format!("`{}`", shown(&key.name))));
    }
    let all: Vec<String> = keys.iter().map(|key| format!("`{}`", shown(&key.id))).collect();
    let others = if all.is_empty() {
        "it has none".to_owned()
    } else {
        format!("it has {}", all.join(", "))
    };
    Err(format!("{broker}'s account has no ssh key `{}`: {others}", shown(word)))
}

/// Whether a text is one public key in the form of `authorized_keys`.
fn is_public(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    let kind = words.next().unwrap_or_default();
    let is_kind = ["ssh-", "ecdsa-", "sk-"].iter().any(|start| kind.starts_with(start));
    is_kind && words.next().is_some_and(|key| key.starts_with("AAAA")) && text.lines().count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_accounts_an_id_or_a_public_file() {
        let folder = std::env::temp_dir().join(format!("planner-login-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let check = |text: &str, expected: Result<&str, &str>| match (Login::read(text), expected) {
            (Ok(login), Ok(expected)) => {
                let said = match login {
                    Login::Account => "account".to_owned(),
                    Login::Known(id) => id,
                    Login::Public { line, .. } => line,
                };
                assert_eq!(said, expected, "{text}");
            }
            (Err(trouble), Err(expected)) => assert!(trouble.lines().contains(expected), "{}", trouble.lines()),
            (found, expected) => panic!("{text}: {found:?}, not {expected:?}"),
        };
        let public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me@home";
        check("account", Ok("account"));
        check("Account", Ok("account"));
        check("key_17", Ok("key_17"));
        check(public, Ok(public));
        check(&write("id.pub", &format!("{public}\n")), Ok(public));
        let private = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n";
        check(&write("id", private), Err("stays where it is"));
        check(&write("id", private), Err("id.pub"));
        check(
            &write("two.pub", &format!("{public}\n{public}\n")),
            Err("no public key"),
        );
        check(&write("empty.pub", ""), Err("no public key"));
        check("none.pub", Err("cannot be read"));
        check("./none", Err("cannot be read"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

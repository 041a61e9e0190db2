//! How to reach a machine: the parts of an `ssh` command, and nothing else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The port of SSH where none is stated.
const PORT: u16 = 22;

/// Where a machine listens for SSH, and as whom to log in.
///
/// It is printed as a command for people to paste, so the parts are plain
/// words: a broker cannot smuggle in an option or a second command.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ssh {
    user: Option<Box<str>>,
    host: Box<str>,
    port: u16,
}

/// Why a text does not say how to reach a machine.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is not a way to reach a machine, such as `root@192.0.2.1 -p 22`", .0.escape_debug())]
pub struct SshError(Box<str>);

impl Ssh {
    /// The way to `host`; `None` unless every part is a plain word.
    pub fn new(user: Option<&str>, host: &str, port: Option<u16>) -> Option<Self> {
        let plain = |word: &str| {
            let first = word.chars().next();
            first.is_some_and(|first| first.is_ascii_alphanumeric() || matches!(first, '_' | ':'))
                && word.len() <= 253
                && word
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'))
        };
        let fits = plain(host) && user.is_none_or(|user| plain(user) && !user.contains(':')) && port != Some(0);
        fits.then(|| Self {
            user: user.map(Into::into),
            host: host.into(),
            port: port.unwrap_or(PORT),
        })
    }

    /// The host's name or address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// As whom to log in; `None` when the broker does not say.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

impl FromStr for Ssh {
    type Err = SshError;

    /// Reads what brokers write: `root@192.0.2.1 -p 22`, `ssh ubuntu@host`.
    fn from_str(text: &str) -> Result<Self, SshError> {
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let words = match &words[..] {
            ["ssh", rest @ ..] => rest,
            all => all,
        };
        let (at, port) = match words {
            [at] => (*at, None),
            [at, "-p", port] | ["-p", port, at] => (*at, Some(port.parse::<u16>())),
            _ => return Err(SshError(text.into())),
        };
        let (user, host) = match at.split_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, at),
        };
        let port = port.transpose().map_err(|_| SshError(text.into()))?;
        Self::new(user, host, port).ok_or_else(|| SshError(text.into()))
    }
}

/// The command: `ssh root@192.0.2.1 -p 22`.
impl fmt::Display for Ssh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ssh ")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        write!(f, "{} -p {}", self.host, self.port)
    }
}

impl Serialize for Ssh {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ssh {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_brokers_write_becomes_a_command_or_nothing() {
        let check = |text: &str, expected: Option<&str>| {
            let read = text.parse::<Ssh>().ok().map(|ssh| ssh.to_string());
            assert_eq!(read.as_deref(), expected, "{text:?}");
        };
        check("root@192.0.2.1 -p 22", Some("ssh root@192.0.2.1 -p 22"));
        check("ssh ubuntu@192.0.2.1 -p 2222", Some("ssh ubuntu@192.0.2.1 -p 2222"));
        check("ssh ubuntu@host.example", Some("ssh ubuntu@host.example -p 22"));
        check("ssh -p 2201 root@2001:db8::1", Some("ssh root@2001:db8::1 -p 2201"));
        check("host", Some("ssh host -p 22"));
        check("", None);
        check("root@", None);
        check("@host", None);
        check("-oProxyCommand=x@host", None);
        check("root@-oProxyCommand=x", None);
        check("root@host -p 0", None);
        check("root@host -p 70000", None);
        check("root@host; rm -rf /", None);
        check("root@host$(id)", None);
        check("root@ho\u{202e}st", None);
        check("root@host -p 22 -L 80:x:80", None);
        check("ssh ssh root@host", None);
    }
}

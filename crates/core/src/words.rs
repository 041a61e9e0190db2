//! Words that brokers invent: known ones are named, unknown ones survive.

/// Declares an enum of known words plus `Other(Arc<str>)` that keeps an unknown
/// word as it came.
///
/// Parsing never fails and ignores ASCII case; `Display` and serde write the
/// known spelling, so a known word reads back as itself and an unknown one to
/// the letter.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$word_meta:meta])* $variant:ident = $word:literal $(| $alias:literal)*),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$word_meta])* $variant,)+
            /// A word this version does not know, as the broker wrote it.
            Other(std::sync::Arc<str>),
        }

        impl $name {
            /// Every known word.
            pub const KNOWN: &[Self] = &[$(Self::$variant),+];

            /// The word, in its usual spelling.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }

            /// Reads a word; an unknown one is kept.
            pub fn new(word: &str) -> Self {
                $(if word.eq_ignore_ascii_case($word) $(|| word.eq_ignore_ascii_case($alias))* { return Self::$variant; })+
                Self::Other(word.into())
            }

            /// Whether this version knows the word.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Other(_))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::new(&<std::borrow::Cow<'de, str>>::deserialize(deserializer)?))
            }
        }
    };
}

/// Declares an opaque identifier: kept and compared to the letter, cheap to
/// clone.
macro_rules! opaque_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Keeps the identifier as it is.
            pub fn new(id: &str) -> Self {
                Self(id.into())
            }

            /// The identifier, to the letter.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

/// Gives a type that is a text to others its `Display` and `Debug` by
/// `as_str`, and serde by that and by a way to read it back.
macro_rules! spelled {
    ($name:ident, $read:expr) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                let read: fn(&str) -> Result<Self, &'static str> = $read;
                read(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A name without what people and brokers write differently: case, spaces,
/// `-`, `_` and other punctuation.
pub(crate) fn squeezed(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// The known names nearest to `word`, best first, at most three: what a "did
/// you mean" offers. Nothing when nothing is near.
pub fn near<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = squeezed(word);
    let allowed = (wanted.len() / 3).max(1);
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .filter_map(|name| {
            let other = squeezed(name);
            let contained = other.contains(&wanted) || (wanted.len() > 2 && wanted.contains(&other));
            let distance = if contained || alike(&wanted, &other) {
                0
            } else {
                edits(&wanted, &other)
            };
            (distance <= allowed).then_some((distance, name))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Whether two names are told apart only by letters that look like digits.
fn alike(left: &str, right: &str) -> bool {
    let digit = |byte: u8| match byte {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        b'S' => b'5',
        b'B' => b'8',
        other => other,
    };
    left.len() == right.len() && left.bytes().map(digit).eq(right.bytes().map(digit))
}

/// Insertions, deletions and replacements between two short ASCII words.
fn edits(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(right.bytes()) {
            let replaced = diagonal + usize::from(a != b);
            diagonal = *cell;
            before = replaced.min(before + 1).min(diagonal + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::place::Region;

    #[test]
    fn words_read_back_and_unknown_ones_survive() {
        let check = |word: &str, expected: Region, written: &str| {
            assert_eq!(Region::new(word), expected);
            assert_eq!(Region::new(word).as_str(), written);
            assert_eq!(Region::new(&Region::new(word).to_string()), expected);
        };
        check("canada", Region::Canada, "canada");
        check("CANADA", Region::Canada, "canada");
        check("europe_west", Region::EuWest, "eu_west");
        check(
            "Low-Earth-Orbit",
            Region::Other("Low-Earth-Orbit".into()),
            "Low-Earth-Orbit",
        );
        check("", Region::Other("".into()), "");
        assert!(!Region::new("atlantis").is_known());
        for region in Region::KNOWN {
            assert_eq!(&Region::new(region.as_str()), region);
        }
    }

    #[test]
    fn near_names_are_offered() {
        let known = ["H100", "H200", "A100", "RTX4090", "RTXPRO6000"];
        let check = |word: &str, expected: &[&str]| assert_eq!(near(word, known), expected, "{word}");
        check("H10", &["H100"]);
        check("rtx 4090 ti", &["RTX4090"]);
        check("rtx4080", &["RTX4090"]);
        check("4090", &["RTX4090"]);
        check("H1OO", &["H100"]);
        check("RTX4O9O", &["RTX4090"]);
        check("HIOO", &["H100"]);
        check("mi300x", &[]);
    }
}

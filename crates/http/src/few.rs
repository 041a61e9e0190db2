//! Short lists.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// A list of at most so many values: a longer one is an error. It stands where a `Vec` would stand in a wire struct, so
/// that three bytes of an answer (`"",`) cannot take thirty of memory by the million.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Few<T, const MAX: usize = 1000>(pub Vec<T>);

impl<T, const MAX: usize> Deref for Few<T, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'f, T, const MAX: usize> IntoIterator for &'f Few<T, MAX> {
    type Item = &'f T;
    type IntoIter = std::slice::Iter<'f, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T, const MAX: usize> IntoIterator for Few<T, MAX> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Few<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T, const MAX: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Reader<T, MAX> {
            type Value = Few<T, MAX>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
                let mut few = Vec::new();
                while let Some(value) = values.next_element()? {
                    if few.len() == MAX {
                        return Err(A::Error::custom(format_args!("it has more than {MAX} entries")));
                    }
                    few.push(value);
                }
                Ok(Few(few))
            }
        }

        deserializer.deserialize_seq(Reader(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_an_error() {
        let check = |text: &str, expected: Result<&[u8], &str>| {
            let few: Result<Few<u8, 3>, _> = crate::decode(text.as_bytes());
            let few = few.map_err(|malformed| malformed.to_string());
            assert_eq!(
                few.as_deref(),
                expected.map_err(ToOwned::to_owned).as_ref().copied(),
                "{text}"
            );
        };
        check("[]", Ok(&[]));
        check("[1,2,3]", Ok(&[1, 2, 3]));
        check("[1,2,3,4]", Err("it has more than 3 entries"));
        check("{}", Err("invalid type: map, expected a list"));
    }
}

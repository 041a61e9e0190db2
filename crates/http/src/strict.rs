//! JSON in which an object stands where an object belongs.
//!
//! What serde derives for a struct takes a list too, and gives its values to the fields by their position: `[[],0]`
//! would be a page without rows. A reader that passes every value on, and asks for a map wherever a struct is wanted,
//! settles that for all wire structs and for all that is inside them.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};

/// Reads a JSON text, in which a list is never taken for an object.
///
/// # Errors
/// If it is not JSON, or not of the expected shape.
pub fn parse<'de, T: Deserialize<'de>>(text: &'de str) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Strict(&mut json))?;
    json.end()?;
    Ok(value)
}

/// Whatever serde hands to and fro while it reads, so wrapped that all that is inside is wrapped too.
pub(crate) struct Strict<T>(pub(crate) T);

macro_rules! forward_to_reader {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            self.0.$method(Strict(visitor))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    /// The one that differs: by its fields' names, and in no other way.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_map(Strict(visitor))
    }

    forward_to_reader! {
        deserialize_any deserialize_bool
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf deserialize_option deserialize_unit
        deserialize_seq deserialize_map deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_unit_struct(name, Strict(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_newtype_struct(name, Strict(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_tuple(len, Strict(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_tuple_struct(name, len, Strict(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_enum(name, variants, Strict(visitor))
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

macro_rules! forward_to_visitor {
    ($($method:ident($kind:ty))*) => {
        $(fn $method<E: Error>(self, value: $kind) -> Result<Self::Value, E> {
            self.0.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Strict<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    forward_to_visitor! {
        visit_bool(bool)
        visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128)
        visit_u8(u8) visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128)
        visit_f32(f32) visit_f64(f64) visit_char(char)
        visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        self.0.visit_some(Strict(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        self.0.visit_newtype_struct(Strict(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<Self::Value, A::Error> {
        self.0.visit_seq(Strict(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        self.0.visit_map(Strict(entries))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, value: A) -> Result<Self::Value, A::Error> {
        self.0.visit_enum(value)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Self::Error> {
        self.0.next_element_seed(Strict(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Self::Error> {
        self.0.next_key_seed(Strict(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Self::Error> {
        self.0.next_value_seed(Strict(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Strict<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(Strict(value))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::{RawNumber, Rows, WireInt};

    #[derive(Debug, Deserialize)]
    #[serde(expecting = "a thing")]
    struct Thing<'a> {
        #[serde(borrow)]
        price: Option<RawNumber<'a>>,
        count: Option<WireInt>,
        inner: Option<Inner>,
        inners: Option<Vec<Inner>>,
        named: Option<BTreeMap<String, Inner>>,
        #[serde(borrow)]
        rows: Option<Rows<'a, Inner>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(expecting = "an inner thing")]
    struct Inner {
        flag: Option<bool>,
    }

    #[test]
    fn a_list_is_no_object_wherever_it_stands() {
        let check = |text: &str, expected: &str| {
            let error = parse::<Thing<'_>>(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        };
        check("[]", "invalid type: sequence, expected a thing");
        check("[1,2,null,null,null,[]]", "invalid type: sequence, expected a thing");
        check(r#"{"inner":[]}"#, "invalid type: sequence, expected an inner thing");
        check(r#"{"inner":[true]}"#, "invalid type: sequence, expected an inner thing");
        check(
            r#"{"inners":[{},[true]]}"#,
            "invalid type: sequence, expected an inner thing",
        );
        check(
            r#"{"named":{"a":[true]}}"#,
            "invalid type: sequence, expected an inner thing",
        );
        check(r#"{"rows":{}}"#, "expected a list, got {}");
        check("7", "invalid type: integer `7`, expected a thing");
        check("{} x", "trailing characters");
    }

    #[test]
    fn all_else_is_read_as_ever() {
        let text = r#"{"price":1.10,"count":"8","inner":{"flag":true},"inners":[{}],"named":{"a":{"flag":null}},
            "rows":[{"flag":true},[true],{}]}"#;
        let thing: Thing<'_> = parse(text).unwrap();
        assert_eq!(thing.price.unwrap().as_str(), "1.10");
        assert_eq!((thing.count, thing.inner.unwrap().flag), (Some(WireInt(8)), Some(true)));
        assert_eq!(thing.inners.unwrap().len(), 1);
        assert_eq!(thing.named.unwrap()["a"].flag, None);
        let (rows, errors) = thing.rows.unwrap().all(9).unwrap();
        assert_eq!((rows.len(), errors.len(), errors[0].index), (2, 1, 1));
    }
}

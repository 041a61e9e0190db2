//! Lists that come bare, or under a name.

use gpu_broker_http::{Rows, WireInt, parse};
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;

/// The names under which lists have come: `data` and `deployments` for machines, `data` and `sshKeys` for keys.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with a list")]
struct Fields<'a> {
    #[serde(borrow, default, deserialize_with = "any")]
    data: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "any")]
    deployments: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "any")]
    ssh_keys: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "any")]
    total: Option<&'a RawValue>,
}

/// A value that is there, null too.
fn any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&'de RawValue>::deserialize(deserializer).map(Some)
}

/// A list of which the reference says that it is bare, and which clients of the live API have also read under a name.
#[derive(Debug)]
pub(crate) struct Listed<'a, Row> {
    pub(crate) rows: Rows<'a, Row>,
    /// The name it came under, empty for a bare list.
    pub(crate) name: &'static str,
    /// How many rows there are, when the object around the list says.
    pub(crate) total: Option<u64>,
}

impl<'de: 'a, 'a, Row: Deserialize<'a>> Deserialize<'de> for Listed<'a, Row> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'a RawValue>::deserialize(deserializer)?;
        if !raw.get().starts_with('{') {
            return Ok(Self {
                rows: read(raw)?,
                name: "",
                total: None,
            });
        }
        let fields: Fields<'a> = read(raw)?;
        let found = [
            ("data", fields.data),
            ("deployments", fields.deployments),
            ("sshKeys", fields.ssh_keys),
        ];
        let found = found.into_iter().find_map(|(name, list)| Some((name, list?)));
        let (name, list) = found.ok_or_else(|| D::Error::custom("expected a list, or an object with one in `data`"))?;
        let total = fields.total.and_then(|raw| parse(raw.get()).ok());
        Ok(Self {
            rows: read(list)?,
            name,
            total: total.map(WireInt::get),
        })
    }
}

fn read<'a, T: Deserialize<'a>, E: Error>(raw: &'a RawValue) -> Result<T, E> {
    parse(raw.get()).map_err(E::custom)
}

#[cfg(test)]
mod tests {
    use gpu_broker_http::decode;

    use super::*;

    #[test]
    fn a_list_is_found_wherever_it_is() {
        let check = |json: &str, expected: Result<(&[u32], &str, Option<u64>), &str>| {
            let listed = decode::<Listed<'_, u32>>(json.as_bytes());
            match (listed, expected) {
                (Ok(listed), Ok(expected)) => {
                    let (rows, _) = listed.rows.all(9).unwrap();
                    assert_eq!((rows.as_slice(), listed.name, listed.total), expected, "{json}");
                }
                (Err(error), Err(expected)) => assert_eq!(error.to_string(), expected, "{json}"),
                (listed, _) => panic!("{json}: {listed:?}"),
            }
        };
        check("[1,2]", Ok((&[1, 2], "", None)));
        check(" [ ] ", Ok((&[], "", None)));
        check(r#"{"data":[1],"total":7}"#, Ok((&[1], "data", Some(7))));
        check(r#"{"deployments":[1],"total":"?"}"#, Ok((&[1], "deployments", None)));
        check(r#"{"x":{},"sshKeys":[1]}"#, Ok((&[1], "sshKeys", None)));
        check("{}", Err("expected a list, or an object with one in `data`"));
        check("null", Err("expected a list, got null"));
        check(r#"{"data":null}"#, Err("expected a list, got null"));
        check("<html>", Err("an html page in place of json"));
    }
}

//! Query parameters, with their repetitions.

use std::str::FromStr;

use axum::extract::Query as Pairs;
use axum::http::Uri;

/// The parameters of a request in their order; a name may occur more than once.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// The parameters of a path with a query.
    pub(super) fn of(target: &str) -> Self {
        if !target.contains('?') {
            return Self::default();
        }
        let pairs = Uri::from_str(target)
            .ok()
            .and_then(|uri| Pairs::<Vec<(String, String)>>::try_from_uri(&uri).ok());
        Self(pairs.map(|Pairs(pairs)| pairs).unwrap_or_default())
    }

    /// The last value of a parameter; an empty one counts as absent.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.all(name).last()
    }

    /// Every value of a parameter that is not empty.
    pub(super) fn all<'q>(&'q self, name: &str) -> impl Iterator<Item = &'q str> + Clone {
        self.0
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// A parameter as a number: `None` when absent, an error when it is none.
    pub(super) fn number<N: FromStr>(&self, name: &str) -> Result<Option<N>, N::Err> {
        self.one(name).map(str::parse).transpose()
    }
}

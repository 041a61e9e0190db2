//! What both faces answer with.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::MethodRouter;
use serde::Serialize;

/// A JSON answer.
pub(super) fn json<T: Serialize + ?Sized>(status: StatusCode, body: &T) -> Response {
    let (status, bytes) = match serde_json::to_vec(body) {
        Ok(bytes) => (status, bytes),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string().into_bytes()),
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A JSON answer with status 200.
pub(super) fn ok<T: Serialize + ?Sized>(body: &T) -> Response {
    json(StatusCode::OK, body)
}

/// Sets a header, when its value can be one.
pub(super) fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The key of an `Authorization: Bearer` header, when there is one.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

/// Routes that answer with and without a trailing slash.
///
/// The brokers redirect from one form to the other; clients that follow redirects see no difference.
pub(super) trait EitherSlash<S> {
    /// Adds a path, written without its trailing slash.
    #[must_use]
    fn either(self, path: &str, method: MethodRouter<S>) -> Self;
}

impl<S: Clone + Send + Sync + 'static> EitherSlash<S> for Router<S> {
    fn either(self, path: &str, method: MethodRouter<S>) -> Self {
        self.route(path, method.clone()).route(&format!("{path}/"), method)
    }
}

//! `/ssh_keys`: public keys, one of which is the primary one.

use serde::Serialize;

use super::fields::{Fields, parse};
use super::invalid::{Invalid, Refusal};
use super::listing;
use crate::broker::Broker;
use crate::face::desk::Desk;
use crate::face::public_key;
use crate::reply::Reply;
use crate::state::PrimeKey;

/// Prime API reference, `APISSHKeyConfig`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    id: &'a str,
    user_id: &'a str,
    name: &'a str,
    public_key: &'a str,
    is_primary: bool,
    is_user_key: bool,
    created_at: &'a str,
    updated_at: &'a str,
}

fn shown(key: &PrimeKey) -> Shown<'_> {
    Shown {
        id: &key.id,
        user_id: &key.user_id,
        name: &key.name,
        public_key: &key.public_key,
        is_primary: key.is_primary,
        is_user_key: key.is_user_key,
        created_at: &key.created_at,
        updated_at: &key.updated_at,
    }
}

/// `GET /api/v1/ssh_keys/`
pub(super) fn list(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    listing::page(desk, desk.state.prime_keys.iter().map(shown).collect())
}

/// `POST /api/v1/ssh_keys/`
pub(super) fn create(desk: &mut Desk<'_>) -> Result<Reply, Refusal> {
    let body = parse(&desk.request.body)?;
    let mut invalid = Invalid::default();
    let fields = Fields::new("body", &body);
    let name = fields.needed_text("name", &mut invalid);
    let public = fields.needed_text("publicKey", &mut invalid);
    let (name, public) = invalid.unless((name, public))?;
    let (name, public) = (name.unwrap_or_default(), public.unwrap_or_default().trim());
    if !public_key::is_one(public) {
        return Err(Refusal::detail(400, "Invalid SSH public key"));
    }
    let now = desk.now.iso();
    let key = PrimeKey {
        id: desk.state.next_id(Broker::Prime),
        user_id: desk.catalogue.account.prime.user_id.clone(),
        name: name.to_owned(),
        public_key: public.to_owned(),
        is_primary: desk.state.prime_keys.is_empty(),
        is_user_key: true,
        created_at: now.clone(),
        updated_at: now,
    };
    let reply = Reply::ok(&shown(&key));
    desk.state.prime_keys.push(key);
    Ok(reply)
}

/// `PATCH /api/v1/ssh_keys/{id}` with `{"isPrimary": true}`.
pub(super) fn make_primary(desk: &mut Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    #[derive(Serialize)]
    struct Answer {
        message: &'static str,
        updated_fields: Updated,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Updated {
        is_primary: bool,
    }
    let body = parse(&desk.request.body)?;
    let mut invalid = Invalid::default();
    let fields = Fields::new("body", &body);
    let primary = fields.flag("isPrimary", &mut invalid);
    if primary == Some(false) {
        invalid.note("body.isPrimary".to_owned(), "Must be true when provided");
    }
    invalid.unless(())?;
    if !desk.state.prime_keys.iter().any(|key| key.id == id) {
        return Err(missing());
    }
    if primary == Some(true) {
        for key in &mut desk.state.prime_keys {
            key.is_primary = key.id == id;
        }
    }
    Ok(Reply::ok(&Answer {
        message: "SSH key updated",
        updated_fields: Updated { is_primary: true },
    }))
}

/// `DELETE /api/v1/ssh_keys/{id}`
pub(super) fn delete(desk: &mut Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    #[derive(Serialize)]
    struct Answer {
        message: &'static str,
    }
    let before = desk.state.prime_keys.len();
    desk.state.prime_keys.retain(|key| key.id != id);
    if desk.state.prime_keys.len() == before {
        return Err(missing());
    }
    Ok(Reply::ok(&Answer {
        message: "SSH key deleted",
    }))
}

fn missing() -> Refusal {
    Refusal::detail(404, "SSH key not found")
}

//! `/api/ssh-keys`

use serde::Serialize;

use super::body::Fields;
use super::refusal::Refusal;
use super::teams;
use crate::broker::Broker;
use crate::face::desk::Desk;
use crate::face::public_key;
use crate::reply::Reply;
use crate::state::SpheronKey;

/// API reference, "Get SSH keys".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    id: &'a str,
    user_id: &'a str,
    team_id: &'a str,
    name: &'a str,
    public_key: &'a str,
    fingerprint: &'a str,
    created_at: &'a str,
}

fn shown(key: &SpheronKey) -> Shown<'_> {
    Shown {
        id: &key.id,
        user_id: &key.user_id,
        team_id: &key.team_id,
        name: &key.name,
        public_key: &key.public_key,
        fingerprint: &key.fingerprint,
        created_at: &key.created_at,
    }
}

/// `GET /api/ssh-keys`: a bare array.
pub(super) fn list(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    check_user(desk)?;
    let team = desk.query.one("teamId");
    let keys = desk.state.spheron_keys.iter();
    let rows: Vec<_> = keys
        .filter(|key| team.is_none_or(|team| team == key.team_id))
        .map(shown)
        .collect();
    Ok(Reply::ok(&rows))
}

/// "userId: must be your own".
pub(super) fn check_user(desk: &Desk<'_>) -> Result<(), Refusal> {
    let own = desk.catalogue.account.spheron.user_id.as_str();
    match desk.query.one("userId") {
        Some(other) if other != own => Err(Refusal::new(
            403,
            "Insufficient permissions to access this resource",
            "FORBIDDEN",
        )),
        _ => Ok(()),
    }
}

/// `POST /api/ssh-keys`
pub(super) fn create(desk: &mut Desk<'_>) -> Result<Reply, Refusal> {
    let fields = Fields::parse(&desk.request.body)?;
    let name = fields.needed("name")?;
    let public = fields.needed("publicKey")?.trim();
    if !public_key::is_one(public) {
        return Err(Refusal::invalid("Invalid publicKey: expected an OpenSSH public key"));
    }
    let team = match fields.text("teamId")? {
        Some(team) => teams::known(desk.state, team)?,
        None => teams::current(desk.state),
    };
    let key = SpheronKey {
        id: desk.state.next_id(Broker::Spheron),
        user_id: desk.catalogue.account.spheron.user_id.clone(),
        team_id: team,
        name: name.to_owned(),
        public_key: public.to_owned(),
        fingerprint: public_key::fingerprint(public),
        created_at: desk.now.iso(),
    };
    let reply = Reply::json(201, &shown(&key));
    desk.state.spheron_keys.push(key);
    Ok(reply)
}

/// `GET /api/ssh-keys/{id}`
pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let found = desk.state.spheron_keys.iter().find(|key| key.id == id);
    found.map(|key| Reply::ok(&shown(key))).ok_or_else(missing)
}

/// `DELETE /api/ssh-keys/{id}`
pub(super) fn delete(desk: &mut Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let before = desk.state.spheron_keys.len();
    desk.state.spheron_keys.retain(|key| key.id != id);
    if desk.state.spheron_keys.len() == before {
        return Err(missing());
    }
    Ok(Reply::ok(&super::Success { success: true }))
}

fn missing() -> Refusal {
    Refusal::not_found("SSH key not found")
}

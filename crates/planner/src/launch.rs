//! From plans to machines, and what becomes of them: everything between the
//! flags and the engine.

mod allowed;
mod answer;
mod approved;
mod elsewhere;
mod find;
mod first;
mod first_start;
mod forbidden;
mod login;
mod lookout;
mod narrator;
mod open;
mod over;
mod stop;
mod unsure;

pub(crate) use allowed::{Held, allowed, allowed_plan, approvals, check_approved};
pub(crate) use answer::{SAY_YES, answer, answer_anew, confirm, is_yes, unconfirmed};
pub(crate) use approved::Approved;
pub(crate) use elsewhere::{in_doubt, is_elsewhere, perhaps_ours, told as told_elsewhere};
pub(crate) use find::{find, is_id, known, the_one};
pub(crate) use first::first_of;
pub(crate) use first_start::read as first_start;
pub(crate) use forbidden::forbidden;
pub(crate) use login::{Login, Named as NamedKey};
pub(crate) use narrator::Narrator;
pub(crate) use open::{
    Purpose, is_sound, journal, launching, looking, offline, opened, trouble, unbegun, unread, usable, warn_unkept,
};
pub(crate) use over::{beyond, burning, over};
pub(crate) use stop::Stop;
pub(crate) use unsure::unsure;

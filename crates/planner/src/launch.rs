//! From plans to machines, and what becomes of them: everything between the
//! flags and the engine.

mod answer;
mod approved;
mod boot;
mod elsewhere;
mod find;
mod first_start;
mod login;
mod narrator;
mod open;
mod stop;
mod tolerance;
mod units;
mod unsure;

pub(crate) use answer::confirm;
pub(crate) use approved::{Approved, Standing, standing};
pub(crate) use boot::Boot;
pub(crate) use elsewhere::{is_elsewhere, perhaps_ours, told as told_elsewhere};
pub(crate) use find::{find, known, the_one};
pub(crate) use first_start::read as first_start;
pub(crate) use login::{Login, Named as NamedKey};
pub(crate) use narrator::Narrator;
pub(crate) use open::{Purpose, is_sound, journal, offline, opened, trouble, unbegun};
pub(crate) use stop::Stop;
pub(crate) use tolerance::Tolerance;
pub(crate) use units::{Ordering, charged, over, package};
pub(crate) use unsure::unsure;

//! What every source does with pages, failures and odd rows.
//!
//! An adapter makes an [`Asking`] of the question that it was asked, walks each of its listings with
//! [`Asking::walk`], reads every page into a [`Batch`], and hands the [`listing`] on. Nothing here knows a GPU, a
//! price or a broker.
//!
//! | item | what it settles |
//! |---|---|
//! | [`Asking`], [`deadline`] | one deadline and one progress for all listings that one question needs |
//! | [`Batch`], [`Fault`] | one bad row is reported with its place and spoils no other |
//! | [`Text`], [`said`] | texts without copies; an empty one is an absent one |
//! | [`listing`], [`source_error`], [`change_error`] | how the transport's outcome is told to the rest of the project |
//! | [`outcome`] | whether a request that is sent once was refused, or may have been acted upon |

mod ask;
mod batch;
mod failure;
mod outcome;
mod text;

pub use ask::{Asking, clock, deadline};
pub use batch::{Batch, Fault};
pub use failure::{listing, source_error};
pub use outcome::{change_error, outcome};
pub use text::{Text, said};

//! A quote as something to hand on: a page that stands alone, or Markdown for
//! a pull request.
//!
//! What is said is put together once, in `content`, from the document that a
//! quote is; `html` and `markdown` only write it down. Strangers' words are
//! made inert there, and nowhere before.

mod content;
mod html;
mod lines;
mod markdown;
mod market;
mod told;

pub(crate) use content::{Basis, Known, report};
pub(crate) use html::page;
pub(crate) use markdown::markdown;
pub(crate) use market::Terms;
pub(crate) use told::Told;

use super::columns::Column;

/// All that is said, in order.
#[derive(Debug)]
pub(crate) struct Report {
    /// What was asked for.
    title: String,
    /// The answer in short.
    lead: Vec<Block>,
    sections: Vec<Section>,
}

/// A heading, and what stands below it.
#[derive(Debug)]
struct Section {
    title: &'static str,
    blocks: Vec<Block>,
}

/// A piece of a section. Text may quote strangers: whoever writes it down makes
/// it inert.
#[derive(Debug)]
enum Block {
    /// Figures and what they are.
    Facts(Vec<(&'static str, String)>),
    /// A paragraph.
    Say(String),
    /// A paragraph that nobody may overlook.
    Warn(String),
    /// Sentences that stand for themselves.
    List(Vec<String>),
    /// A table.
    Table(Vec<Column>),
    /// A command line to be typed.
    Command(String),
    /// A heading of its own, and what belongs to it.
    Part(String, Vec<Block>),
    /// A picture, which only a page can show.
    Plot(Picture),
}

/// The same picture for wide and for narrow pages, and what its lines are.
#[derive(Debug)]
struct Picture {
    wide: String,
    narrow: String,
    /// The drawn key of each class, and its name.
    keys: Vec<(String, &'static str)>,
}

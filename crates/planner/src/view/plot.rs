//! Totals over hours as a picture: an SVG file, or braille in a terminal.
//!
//! Positions are exact numbers until they are written, like every price.

mod axis;
mod svg;
mod terminal;

pub(crate) use svg::{STYLE, drawn, escaped, inline, key, svg};
pub(crate) use terminal::terminal;

use gpu_broker_core::number::{Exact, Ratio};
use gpu_broker_core::quote::compare::Comparison;

use axis::Axis;

/// The hours of a comparison along an axis.
fn hours_axis(comparison: &Comparison, length: u64) -> Axis {
    Axis::hours(comparison.from.number(), comparison.to.number(), length)
}

/// The totals of a comparison along an axis, from nothing to the largest.
fn totals_axis(comparison: &Comparison, length: u64) -> Axis {
    // Every class's total grows with the hours.
    let end = Ratio::try_from(comparison.to.number()).ok();
    let totals = comparison.courses.iter().filter_map(|course| course.total_at(end?));
    Axis::totals(totals.max().unwrap_or(Exact::ONE), length)
}

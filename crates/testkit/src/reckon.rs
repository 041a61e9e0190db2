//! A second opinion on prices and plans, from the rules alone.
//!
//! Comments cite the rule that a line follows. Nothing here knows how the product reckons.

mod cover;
mod judge;
mod price;

pub use cover::{Best, best, by_force};
pub use judge::{Said, SaidGroup, SaidLine, judge};
pub use price::{Charge, Priced, price};

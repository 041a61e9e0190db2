//! A second opinion on prices and plans, from the rules alone.
//!
//! Comments cite the rule that a line follows. Nothing here knows how the product reckons.

mod cover;
mod judge;
mod milp;
mod price;

pub use cover::{Best, First, best, by_force, ranked_by_force};
pub use judge::{Said, SaidGroup, SaidLine, judge};
pub use milp::Milp;
pub use price::{Charge, Priced, price};

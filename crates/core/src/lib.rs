//! The domain of gpu-broker: exact prices, offers, bills and plans.
//!
//! No input or output, no clock, no environment, no runtime: the same market
//! and the same request give the same plans, to the byte.
//!
//! The story runs downwards: [`number`] and [`money`] make arithmetic safe;
//! [`gpu`], [`place`], [`offer`] and [`disk`] say what is for sale;
//! [`configuration`] and [`bill`] what it costs (pricing rules P1–P16).

#[macro_use]
mod words;

pub mod bill;
pub mod colocation;
pub mod configuration;
pub mod demand;
pub mod disk;
pub mod fit;
pub mod gpu;
pub mod instance;
pub mod market;
pub mod money;
pub mod number;
pub mod offer;
pub mod place;
pub mod plan;
pub mod policy;
pub mod quantity;
pub mod quote;
pub mod source;
pub mod verify;

pub use words::near;

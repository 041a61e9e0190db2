//! What the text of the repository may not contain.

mod code;
mod fixtures;
mod rules;
mod text;

pub(crate) use rules::{errors, warnings};

#[cfg(test)]
mod tests;

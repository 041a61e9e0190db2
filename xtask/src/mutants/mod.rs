//! Mutants: the engine with one rule of its protocol broken on purpose. The
//! fault matrix must notice each; or else it proves less than it seems to.

mod patch;
mod run;
mod scratch;
mod table;

pub(crate) use run::run;

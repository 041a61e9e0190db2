//! What people and programs see. Rounding happens here and nowhere else.

pub(crate) mod assumptions;
pub(crate) mod audit;
pub(crate) mod colocation;
pub(crate) mod columns;
pub(crate) mod compare;
pub(crate) mod diff;
pub(crate) mod disks;
pub(crate) mod document;
pub(crate) mod explain;
pub(crate) mod footer;
pub(crate) mod format;
pub(crate) mod gpus;
pub(crate) mod instances;
pub(crate) mod launch;
pub(crate) mod manual;
pub(crate) mod moving;
pub(crate) mod offers;
pub(crate) mod paint;
pub(crate) mod plans;
pub(crate) mod plot;
pub(crate) mod policy;
pub(crate) mod report;
pub(crate) mod text;
pub(crate) mod unsold;
pub(crate) mod why;
pub(crate) mod wrap;

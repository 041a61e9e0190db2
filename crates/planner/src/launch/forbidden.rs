//! What the engine refuses, with what to type instead. Its own texts know no command line.

use gpu_broker_engine::launch::{Cap, Forbidden};

use super::over::above;

/// The flag that sets a cap.
pub(crate) fn flag(cap: Cap) -> &'static str {
    match cap {
        Cap::Rate => "--max-price",
        Cap::Total => "--max-total",
        Cap::Upfront => "--max-upfront",
        Cap::Budget => "--budget",
        Cap::Burn => "--account-max-burn",
    }
}

/// Why money may not be spent.
pub(crate) fn forbidden(why: &Forbidden) -> String {
    match why {
        Forbidden::Above {
            cap,
            what,
            amount,
            currency,
            most,
        } => format!(
            "{what} would come to {} {currency}, above the cap of {most} (`{}`)",
            above(*amount, *most),
            flag(*cap)
        ),
        Forbidden::Untold { cap, why, instead } => format!("{why}; {instead}leave out `{}`", flag(*cap)),
        other => other.to_string(),
    }
}

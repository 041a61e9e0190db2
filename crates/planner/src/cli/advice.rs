//! What the library refuses, with what to type instead. Its own texts know no command line.

use gpu_broker_core::quote::RequestError;
use gpu_broker_core::quote::compare::CompareError;

use crate::report::Trouble;

/// A request that cannot be answered.
pub(crate) fn requesting(error: RequestError) -> Trouble {
    match error {
        RequestError::NoHours => Trouble::usage("a request for no hours needs no machine").hint("write `--hours 24`"),
        RequestError::UnknownGpu { name, near } => Trouble::usage(format!("no GPU is called `{name}`"))
            .hint(meant(&near, "`planner gpus` lists what is for sale")),
        RequestError::MixedCounts => {
            Trouble::usage("`--mixed` plans combine GPU models, so every alternative must ask for the same count")
                .hint("write `H100,H200:8`")
        }
        RequestError::SpreadDisks => Trouble::usage("`--spread` plans stand in several places, and a disk in one")
            .hint("leave out `--spread` or the disks"),
        RequestError::UnknownDisk { id, near, owned } => {
            let owned = match &owned[..] {
                [] => "no broker told of any disk of yours, which they do only with a key".to_owned(),
                owned => format!("you own {}", owned.join(", ")),
            };
            let listed = "`planner disks` lists them";
            if near.is_empty() {
                Trouble::usage(format!("no disk of yours is called `{id}`; {owned}")).hint(listed)
            } else {
                Trouble::usage(format!("no disk of yours is called `{id}`"))
                    .hint(meant(&near, &format!("{owned}; {listed}")))
            }
        }
        other => Trouble::usage(other.to_string()),
    }
}

/// Terms that cannot be compared.
pub(crate) fn comparing(error: CompareError) -> Trouble {
    match error {
        CompareError::Request(error) => requesting(error),
        CompareError::Span { from, to } => Trouble::usage(format!("there is nothing between {from} and {to} hours"))
            .hint("give `--from` a number above zero and below `--to`"),
        CompareError::MaxTotal => Trouble::usage("`--max-total` is for one number of hours, and these are many")
            .hint("leave it out, or use `--max-price`"),
        CompareError::Objective => Trouble::usage("classes are compared by their totals").hint("leave out `--sort-by`"),
        other => Trouble::usage(other.to_string()),
    }
}

/// What was meant, if anything is near, before what else there is to say.
fn meant(near: &[String], further: &str) -> String {
    if near.is_empty() {
        further.to_owned()
    } else {
        format!("did you mean {}?; {further}", near.join(", "))
    }
}

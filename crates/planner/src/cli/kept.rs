//! `planner diff` and `planner verify`: what was kept, compared and checked.

use std::path::PathBuf;

use clap::Args;
use gpu_broker_core::number::Exact;
use gpu_broker_core::policy::Policy;

use super::RequestArgs;

/// `planner diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The market as it was, as `planner quote --save` kept it
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,
    /// The market as it is
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,
    /// Which GPUs, in place of those that the first file asks for
    #[arg(value_name = "GPU")]
    pub(crate) gpu: Option<String>,
    /// What is asked.
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// End with status 5 when the best plan costs more than this beyond what it did, such as 5%
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) max_increase: Option<Exact>,
}

/// A share in percent, as a fraction.
fn percent(text: &str) -> Result<Exact, String> {
    let digits = text.trim().trim_end_matches('%').trim_end();
    let number: Exact = digits
        .parse()
        .map_err(|_| format!("`{text}` is no share; write percent, such as `5%`"))?;
    let hundredth = number.over(Exact::whole(100)).filter(|_| !number.is_negative());
    hundredth.ok_or_else(|| format!("`{text}` is no share from 0; write percent, such as `5%`"))
}

/// `planner verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The quote: its id, or the file that `planner quote -o json` wrote, or `-`
    #[arg(value_name = "QUOTE")]
    pub(crate) quote: PathBuf,
    /// The rules of the house that hold now.
    #[arg(skip)]
    pub(crate) policy: Policy,
}

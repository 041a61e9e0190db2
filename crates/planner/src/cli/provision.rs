//! `planner provision`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use gpu_broker_core::number::Exact;

use super::RequestArgs;
use super::span::span;
use super::words::{amount, name};
use gpu_broker_engine::launch::Tolerance;

/// `planner provision`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, Args)]
pub(crate) struct ProvisionArgs {
    /// Which GPUs, such as `H100:8`; asked for at a terminal where nothing says it
    #[arg(value_name = "GPU")]
    pub(crate) gpu: Option<String>,
    /// What is asked.
    #[command(flatten)]
    pub(crate) request: RequestArgs,

    /// Launch from a quote: the id of one that `planner quote` made here, or a file
    #[arg(long, value_name = "ID|FILE", conflicts_with_all = ["gpu", "count"], help_heading = "What is launched")]
    pub(crate) quote: Option<String>,
    /// Launch this plan and no other: its rank or its id
    #[arg(long, value_name = "N|ID", help_heading = "What is launched")]
    pub(crate) plan: Option<String>,
    /// Where stock is gone, fall back on the best of this many further plans; no machine is asked for more than 3 times
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20,
        conflicts_with = "plan",
        help_heading = "What is launched",
        value_parser = clap::value_parser!(u32).range(0..=1_000)
    )]
    pub(crate) alternatives: u32,
    /// So many machines, each with exactly the GPUs asked for
    #[arg(
        long,
        value_name = "N",
        conflicts_with_all = ["max_nodes", "gpus_per_node"],
        help_heading = "What is launched",
        value_parser = clap::value_parser!(u64).range(1..=1_000)
    )]
    pub(crate) count: Option<u64>,
    /// Keep some of several machines when the others cannot be had; without it, it is all or nothing
    #[arg(long, help_heading = "What is launched")]
    pub(crate) best_effort: bool,

    /// By how much a machine's price may have risen since it was quoted: a share such as 2%, or an amount per hour
    #[arg(long, value_name = "SHARE|PRICE", default_value = "0", help_heading = "Price")]
    pub(crate) price_tolerance: Tolerance,
    /// Most that everything launched from this data folder may cost together, what is gone included
    #[arg(long, value_name = "PRICE", value_parser = amount, help_heading = "Price")]
    pub(crate) budget: Option<Exact>,
    /// Most that all that runs in the account which is ordered from may cost per hour, whoever launched it: a look before
    /// ordering and no hold, so that two hosts that order within seconds of each other can pass it together
    #[arg(long, value_name = "PRICE", value_parser = amount, help_heading = "Price")]
    pub(crate) account_max_burn: Option<Exact>,
    /// Pay this when ordering: exactly what the plan's prepaid machines cost
    #[arg(long, value_name = "PRICE", value_parser = amount, help_heading = "Price")]
    pub(crate) allow_prepaid: Option<Exact>,

    /// Whose SSH key may log in: `account` for the account's own, one of its ids, or a file with a public key
    #[arg(
        long,
        value_name = "ID|FILE",
        default_value = "account",
        help_heading = "The machine"
    )]
    pub(crate) ssh_key: String,
    /// What to boot, in the broker's words; without it the broker's default or the newest Ubuntu LTS
    #[arg(long, alias = "os", value_name = "NAME", help_heading = "The machine")]
    pub(crate) image: Option<String>,
    /// What to do at first start: YAML or JSON with `packages`, `runcmd` and `write_files`
    #[arg(long, value_name = "FILE", help_heading = "The machine")]
    pub(crate) cloud_init: Option<PathBuf>,
    /// End it after this long, such as 8h, by whichever planner looks after it then
    #[arg(long, value_name = "TIME", value_parser = span, help_heading = "The machine")]
    pub(crate) max_duration: Option<Duration>,

    /// Wait this long until it can be reached
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "20m", help_heading = "Waiting")]
    pub(crate) wait: Duration,
    /// Do not wait until it can be reached
    #[arg(long, conflicts_with = "wait", help_heading = "Waiting")]
    pub(crate) no_wait: bool,
    /// Where nobody knows what came of a request, look for its machine this long
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "60s", help_heading = "Waiting")]
    pub(crate) resolve_for: Duration,
    /// What to do then: order nothing more, or order again once it has stayed away for long enough
    #[arg(long, value_enum, default_value_t = OnUnknownFlag::Hold, help_heading = "Waiting")]
    pub(crate) on_unknown: OnUnknownFlag,
    /// Doubt a broker's no as much as a broken connection
    #[arg(long, help_heading = "Waiting")]
    pub(crate) strict: bool,

    /// Launch without asking
    #[arg(short, long, help_heading = "Asking first")]
    pub(crate) yes: bool,
    /// Approve what this rule of the policy wants approved, by its name; repeatable
    #[arg(long, value_name = "NAME", value_parser = name, help_heading = "Asking first")]
    pub(crate) approve: Vec<String>,
    /// Show what would be launched, and send nothing
    #[arg(long, help_heading = "Asking first")]
    pub(crate) dry_run: bool,
}

/// `--on-unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnUnknownFlag {
    /// Order nothing more until it is known
    Hold,
    /// Order again once it has stayed away for long enough: it can rent twice
    Recreate,
}

//! The commands about machines that were launched before.

use std::time::Duration;

use clap::{ArgGroup, Args};
use gpu_broker_core::number::Exact;
use gpu_broker_core::policy::Policy;
use jiff::Timestamp;

use super::span::{moment, span};
use super::words::{amount, name};

/// `planner ls`.
#[derive(Debug, Args)]
pub(crate) struct LsArgs {
    /// Also what is gone, or never came to be
    #[arg(long)]
    pub(crate) all: bool,
    /// Ask nobody: only what the journal knows
    #[arg(long)]
    pub(crate) offline: bool,
    /// Look again every so many seconds, 30 unless told otherwise, until interrupted
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "30",
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    pub(crate) watch: Option<u64>,
}

/// `planner show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// A machine: its broker's id, its name, the beginning of either, or its launch
    #[arg(value_name = "ID", value_parser = name)]
    pub(crate) id: String,
    /// Ask nobody: only what the journal knows
    #[arg(long)]
    pub(crate) offline: bool,
}

/// `planner terminate`.
#[derive(Debug, Args)]
pub(crate) struct TerminateArgs {
    /// Machines: their brokers' ids, their names, the beginning of either, or their launch
    #[arg(value_name = "ID", value_parser = name)]
    pub(crate) ids: Vec<String>,
    /// Everything that was launched from here
    #[arg(long, conflicts_with_all = ["ids", "expired", "launch"])]
    pub(crate) all: bool,
    /// Whatever should have ended by now
    #[arg(long, conflicts_with_all = ["ids", "launch"])]
    pub(crate) expired: bool,
    /// Every machine of these launches
    #[arg(long, value_name = "LAUNCH", value_parser = name, value_delimiter = ',')]
    pub(crate) launch: Vec<String>,
    /// Wait this long until the broker's own listing says that they are gone
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "3m")]
    pub(crate) within: Duration,
    /// End them without asking
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// `planner reconcile`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Args)]
pub(crate) struct ReconcileArgs {
    /// Look this long for what is not settled: in doubt, deploying or ending
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "60s", conflicts_with = "watch")]
    pub(crate) within: Duration,
    /// Go on looking: end machines at their time, and those that never become ready
    #[arg(long)]
    pub(crate) watch: bool,
    /// Watch this long; without it until interrupted
    #[arg(long = "for", value_name = "TIME", value_parser = span, requires = "watch")]
    pub(crate) watch_for: Option<Duration>,
    /// End machines that bear a name of ours and that the journal knows nothing of
    #[arg(long)]
    pub(crate) terminate_orphans: bool,
    /// Set a damaged journal aside, and begin a new one from what the brokers list
    #[arg(long)]
    pub(crate) from_tags: bool,
    /// End orphans without asking
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// `planner resolve`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("verdict").required(true).args(["absent", "adopt"]))]
pub(crate) struct ResolveArgs {
    /// The name of the request, as `planner ls` shows it
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) name: String,
    /// Nothing came of it, or it ended: somebody looked at the broker's console
    #[arg(long)]
    pub(crate) absent: bool,
    /// This machine came of it, by its broker's id
    #[arg(long, value_name = "ID", value_parser = name)]
    pub(crate) adopt: Option<String>,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// `planner audit`.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {}

/// `planner extend`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("end").required(true).args(["by", "until"]))]
pub(crate) struct ExtendArgs {
    /// A machine: its broker's id, its name, or the beginning of either
    #[arg(value_name = "ID", value_parser = name)]
    pub(crate) id: String,
    /// So much longer than it would run
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(crate) by: Option<Duration>,
    /// Until then, such as 2027-01-31T18:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<Timestamp>,
    /// Most that everything launched from this data folder may cost together, what is gone included
    #[arg(long, value_name = "PRICE", value_parser = amount)]
    pub(crate) budget: Option<Exact>,
    /// Approve what this rule of the policy wants approved, by its name; repeatable
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) approve: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// The rules of the house.
    #[arg(skip)]
    pub(crate) policy: Policy,
}

/// `planner doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {}

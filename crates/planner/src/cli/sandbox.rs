//! `planner sandbox`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use gpu_broker_sandbox::Rule;

use super::span::{span, span_or_seconds};

/// `planner sandbox`.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Port of the Prime face; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = gpu_broker_sandbox::PRIME_PORT)]
    pub(crate) prime_port: u16,
    /// Port of the Spheron face; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = gpu_broker_sandbox::SPHERON_PORT)]
    pub(crate) spheron_port: u16,
    /// Hold back every answer this long, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub(crate) latency_ms: u64,
    /// Shuffle the offers and draw random faults, always alike for one number
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Do not enforce the brokers' request limits
    #[arg(long)]
    pub(crate) no_limits: bool,
    /// Keep the world in this file, so that it outlives the command; deleting it starts anew
    #[arg(long, value_name = "FILE", help_heading = "World")]
    pub(crate) state: Option<PathBuf>,
    /// Keep the world in the data folder, and share it with `--sandbox`
    #[arg(long, conflicts_with = "state", help_heading = "World")]
    pub(crate) keep: bool,

    /// Let things go wrong: `stock:1`, `dearer+reset-after:p=0.1`, `delete/500-before`, `random`
    #[arg(long, value_name = "[OP/]KIND[:N|:p=SHARE]", help_heading = "Trouble")]
    pub(crate) fault: Vec<Rule>,
    /// How late the late faults are
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "150s", help_heading = "Trouble")]
    pub(crate) late: Duration,
    /// How long an answer that hangs does so
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "10m", help_heading = "Trouble")]
    pub(crate) hang: Duration,

    /// How long a machine takes to be up
    #[arg(long, value_name = "TIME", value_parser = span_or_seconds, default_value = "2s", help_heading = "Machines")]
    pub(crate) deploy_time: Duration,
    /// How long it takes to show in lists
    #[arg(long, value_name = "TIME", value_parser = span_or_seconds, default_value = "0s", help_heading = "Machines")]
    pub(crate) listing_lag: Duration,
    /// Refuse to end Spheron's machines before their minimum runtime, as the broker does
    #[arg(long, help_heading = "Machines")]
    pub(crate) enforce_minimum: bool,
    /// The port in the ssh lines of machines, where nothing listens
    #[arg(long, value_name = "PORT", default_value_t = 2222, help_heading = "Machines")]
    pub(crate) ssh_port: u16,
}

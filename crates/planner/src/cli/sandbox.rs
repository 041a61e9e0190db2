//! `planner sandbox`.

use std::time::Duration;

use clap::{Args, ValueEnum};
use gpu_broker_sandbox::Rule;

use super::span::span;

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
    /// Keep the world in the data folder, where `--sandbox` finds it
    #[arg(long)]
    pub(crate) keep: bool,

    /// What goes wrong, and how often; repeatable
    #[arg(long, value_name = "RULE", help_heading = "Trouble")]
    pub(crate) fault: Vec<Rule>,
    /// How late the late faults are
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "150s", help_heading = "Trouble")]
    pub(crate) late: Duration,
    /// How long an answer that hangs does so
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "10m", help_heading = "Trouble")]
    pub(crate) hang: Duration,

    /// How long a machine takes until one can log in
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "2s", help_heading = "Machines")]
    pub(crate) deploy_time: Duration,
    /// How long after its launch a machine first shows up in lists
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "0s", help_heading = "Machines")]
    pub(crate) listing_lag: Duration,
    /// What comes of Spheron's minimum runtime
    #[arg(long, value_enum, default_value_t = MinimumFlag::Billed, help_heading = "Machines")]
    pub(crate) minimum_runtime: MinimumFlag,
    /// The port in the ssh lines of machines, where nothing listens
    #[arg(long, value_name = "PORT", default_value_t = 2222, help_heading = "Machines")]
    pub(crate) ssh_port: u16,
}

/// `--minimum-runtime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MinimumFlag {
    /// A machine may end at any time, and the minimum is billed
    Billed,
    /// A machine does not end before
    Enforced,
    /// There is none
    Off,
}

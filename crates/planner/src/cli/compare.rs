//! `planner compare`.

use clap::Args;
use gpu_broker_core::quantity::Hours;

use super::RequestArgs;

/// `planner compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Which GPUs, such as `H100:8`
    #[arg(value_name = "GPU")]
    pub(crate) gpu: Option<String>,
    /// What is asked; its hours are one of the columns.
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// The fewest hours looked at
    #[arg(long, value_name = "HOURS", default_value = "1", help_heading = "Comparison")]
    pub(crate) from: Hours,
    /// The most hours looked at
    #[arg(long, value_name = "HOURS", default_value = "2160", help_heading = "Comparison")]
    pub(crate) to: Hours,
    /// Draw the totals into an SVG file; `-` draws them below the table
    #[arg(long, value_name = "FILE", help_heading = "Comparison")]
    pub(crate) plot: Option<String>,
    /// Draw the totals below the table
    #[arg(long, help_heading = "Comparison")]
    pub(crate) plot_terminal: bool,
}

//! The command line, exactly as typed.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are help texts, which know no back-ticks"
)]

mod about;
mod advice;
mod again;
mod compare;
mod disks;
mod examples;
mod here;
mod kept;
mod machines;
mod market;
mod minus;
mod provision;
mod report;
mod request;
mod sandbox;
mod span;
mod spell;
mod typed;
mod words;

pub(crate) use about::{CompletionArgs, ConfigCommand, DOCUMENTS, HelpArgs, ManArgs, SchemaArgs, Shell, command};
pub(crate) use advice::{comparing, requesting};
pub(crate) use again::{Again, launch as launch_quoted};
pub(crate) use compare::CompareArgs;
pub(crate) use disks::DiskArgs;
pub(crate) use here::here;
pub(crate) use kept::{DiffArgs, VerifyArgs};
pub(crate) use machines::{
    AuditArgs, DoctorArgs, ExtendArgs, LsArgs, ReconcileArgs, ResolveArgs, ShowArgs, TerminateArgs,
};
pub(crate) use market::{DisksArgs, FilterArgs, GpusArgs, OffersArgs};
pub(crate) use minus::below_zero;
pub(crate) use provision::{OnUnknownFlag, ProvisionArgs};
pub(crate) use report::{ReportArgs, names_quote};
pub(crate) use request::RequestArgs;
pub(crate) use sandbox::SandboxArgs;
pub(crate) use spell::{Flag, hours as hours_flag, joined, shell, wider};
pub(crate) use typed::anew;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use gpu_broker_core::policy::Policy;

use self::words::choice;
use crate::report::Trouble;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Buys GPU time well.
///
/// planner asks the brokers Prime Intellect and Spheron what GPUs cost, reckons
/// what you would really pay for the hours you need them (disk and CPU priced
/// apart, prepaid blocks, minimum runtimes), and ranks every way of getting
/// them, to the last digit.
#[derive(Debug, Parser)]
#[command(
    name = "planner",
    version,
    styles = STYLES,
    propagate_version = true,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_help = examples::PLANNER
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// What every command understands.
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

/// What every command understands.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// How to print
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        overrides_with = "output"
    )]
    pub(crate) output: Option<Output>,
    /// Short for `--output json`
    #[arg(long, global = true, overrides_with = "json")]
    pub(crate) json: bool,
    /// Ask only these brokers; `!NAME` leaves one out
    #[arg(long, global = true, value_name = "NAME", value_delimiter = ',', value_parser = choice)]
    pub(crate) broker: Vec<String>,
    /// Ask simulated brokers in this process: no key, no money
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,
    /// Keep the journal, quotes and the sandbox's world in this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Read settings from this file; `planner help config-file` describes it
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Read settings from no file
    #[arg(long, global = true)]
    pub(crate) no_config: bool,
    /// Hold to the rules in this file as well, as config.toml has them; repeatable. None is taken away by a flag
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) policy: Vec<PathBuf>,
    /// Whether settings were read from a file.
    #[arg(skip)]
    pub(crate) configured: bool,
    /// The files that flags name and that have rules of the house.
    #[arg(skip)]
    pub(crate) ruled_by: Vec<PathBuf>,
    /// What was typed behind `planner`.
    #[arg(skip)]
    pub(crate) typed: Vec<String>,
    /// Look at a market that `planner quote --save` kept, and ask nobody
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "sandbox")]
    pub(crate) market: Option<PathBuf>,
    /// Add the offers in this file, JSON Lines or CSV; repeatable. `planner help offers-file` lists the fields
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) offers: Vec<PathBuf>,
    /// Trust the authorities in this file, too (PEM), such as that of a proxy that opens every connection
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The most that asking one broker may take, in seconds
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// Say more: -v for requests and retries, -vv for all of it
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
    /// Say nothing but the data and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// No colour, as with NO_COLOR in the environment
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
}

impl Cli {
    /// Whether the command ends machines or looks after them, which no mistake in a rule may hinder.
    pub(crate) fn tends(&self) -> bool {
        matches!(
            self.command,
            Command::Terminate(_) | Command::Reconcile(_) | Command::Resolve(_)
        )
    }

    /// Where the command keeps the rules of the house; none for one that buys nothing.
    pub(crate) fn policy(&mut self) -> Option<&mut Policy> {
        match &mut self.command {
            Command::Quote(args) => Some(&mut args.request.policy),
            Command::Compare(args) => Some(&mut args.request.policy),
            Command::Report(args) => Some(&mut args.request.policy),
            Command::Provision(args) => Some(&mut args.request.policy),
            Command::Diff(args) => Some(&mut args.request.policy),
            Command::Extend(args) => Some(&mut args.policy),
            Command::Verify(args) => Some(&mut args.policy),
            _ => None,
        }
    }
}

impl GlobalArgs {
    /// The format that the flags ask for together.
    pub(crate) fn format(&self) -> Result<Output, Trouble> {
        match (self.json, self.output) {
            (true, None | Some(Output::Json)) => Ok(Output::Json),
            (true, Some(_)) => {
                Err(Trouble::usage("two formats are asked for").hint("leave out `--json` or `--output`"))
            }
            (false, output) => Ok(output.unwrap_or(Output::Table)),
        }
    }
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Table,
    /// One JSON document
    Json,
    /// Comma-separated values with a header
    Csv,
    /// One YAML document
    Yaml,
    /// A table for an issue or a pull request
    Markdown,
    /// One JSON object a line, as `--offers` reads it: of `planner offers`
    Jsonl,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Rank every way of getting GPUs by what it would really cost
    #[command(after_help = examples::QUOTE)]
    Quote(QuoteArgs),
    /// Show how on demand, prepaid, spot and community compare as the hours grow
    #[command(after_help = examples::COMPARE)]
    Compare(CompareArgs),
    /// Write a quote down to hand on: a page that stands alone, or Markdown for a pull request
    #[command(after_help = examples::REPORT)]
    Report(Box<ReportArgs>),
    /// Launch the best plan, after asking
    #[command(after_help = examples::PROVISION)]
    Provision(Box<ProvisionArgs>),
    /// List what was launched from here
    #[command(after_help = examples::LS)]
    Ls(LsArgs),
    /// Show all that is known of one machine
    #[command(after_help = examples::SHOW)]
    Show(ShowArgs),
    /// End machines, and wait until their brokers list them as gone
    #[command(after_help = examples::TERMINATE)]
    Terminate(TerminateArgs),
    /// Find out what came of every launch, and end what must end
    #[command(after_help = examples::RECONCILE)]
    Reconcile(ReconcileArgs),
    /// Say what came of a request that cannot be found out
    #[command(after_help = examples::RESOLVE)]
    Resolve(ResolveArgs),
    /// List every machine that the brokers bill, and whose it is
    #[command(after_help = examples::AUDIT)]
    Audit(AuditArgs),
    /// Let a machine run until later
    #[command(after_help = examples::EXTEND)]
    Extend(ExtendArgs),
    /// Check keys, brokers, clock, limits and the data folder
    #[command(after_help = examples::DOCTOR)]
    Doctor(DoctorArgs),
    /// List the market as it is, unranked
    #[command(after_help = examples::OFFERS)]
    Offers(OffersArgs),
    /// List disks for sale and disks that you own
    #[command(after_help = examples::DISKS)]
    Disks(DisksArgs),
    /// List the GPU models for sale, with the cheapest price of each
    #[command(after_help = examples::GPUS)]
    Gpus(GpusArgs),
    /// Compare two markets that were kept, and the best plan in each
    #[command(after_help = examples::DIFF)]
    Diff(DiffArgs),
    /// Check a quote: its sums, its rules, and that nothing cheaper was overlooked
    #[command(after_help = examples::VERIFY)]
    Verify(VerifyArgs),
    /// Serve both brokers' APIs on this machine, over a simulated market
    #[command(after_help = examples::SANDBOX)]
    Sandbox(SandboxArgs),
    /// Print the JSON Schema of a document; without a name, list them
    #[command(after_help = examples::SCHEMA)]
    Schema(SchemaArgs),
    /// Show settings, and where each comes from
    #[command(subcommand, arg_required_else_help = true, after_help = examples::CONFIG)]
    Config(ConfigCommand),
    /// Print a script that completes commands and flags in a shell
    #[command(after_help = examples::COMPLETION)]
    Completion(CompletionArgs),
    /// Print a manual page, or write all of them into a folder
    #[command(after_help = examples::MAN)]
    Man(ManArgs),
    /// Explain a command, the exit statuses, or files with offers of your own
    #[command(after_help = examples::HELP)]
    Help(HelpArgs),
}

/// `planner quote`.
#[derive(Debug, Args)]
pub(crate) struct QuoteArgs {
    /// Which GPUs, such as `H100:8`
    #[arg(value_name = "GPU")]
    pub(crate) gpu: Option<String>,
    /// What is asked.
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// Show at most this many plans; 10 without it
    #[arg(long, value_name = "N", help_heading = "What is shown", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) max_offers: Option<u32>,
    /// Keep the market that was seen, its disks and the request in this file
    #[arg(long, value_name = "FILE", help_heading = "What is shown")]
    pub(crate) save: Option<PathBuf>,
    /// Unfold the lines of each plan
    #[arg(long, help_heading = "What is shown")]
    pub(crate) explain: bool,
    /// For each reason against offers, find the smallest change that admits some
    #[arg(long, help_heading = "What is shown")]
    pub(crate) why: bool,
    /// Look again every so many seconds, 30 unless told otherwise, until interrupted
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "30",
        help_heading = "What is shown",
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    pub(crate) watch: Option<u64>,
}

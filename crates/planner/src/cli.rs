//! The command line, exactly as typed.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are help texts, which know no back-ticks"
)]

mod again;
mod compare;
mod disks;
mod machines;
mod provision;
mod report;
mod request;
mod sandbox;
mod span;
mod spell;

pub(crate) use again::Again;
pub(crate) use compare::CompareArgs;
pub(crate) use disks::DiskArgs;
pub(crate) use machines::{
    AuditArgs, DoctorArgs, ExtendArgs, LsArgs, ReconcileArgs, ResolveArgs, ShowArgs, TerminateArgs,
};
pub(crate) use provision::{OnUnknownFlag, ProvisionArgs};
pub(crate) use report::ReportArgs;
pub(crate) use request::RequestArgs;
pub(crate) use sandbox::SandboxArgs;
pub(crate) use spell::{arguments as command, shell};

use std::path::PathBuf;

use crate::report::Trouble;
use clap::builder::styling::{AnsiColor, Styles};

use clap::{Args, Parser, Subcommand, ValueEnum};
use gpu_broker_core::number::Exact;

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
    after_help = "\
Examples:
  planner quote H100:8 --sandbox              try it: no key, no money
  planner quote H100:8 --hours 72             eight H100s for three days
  planner quote A100-80GB:4 --region eu_north,eu_west --explain
  planner quote any:48GB+:2 --max-price 3 -o json
  planner report H100:8 --sandbox --html report.html    a page to hand on
  planner offers H200                         what is for sale, unranked
  planner provision H100:8 --sandbox --yes    launch the best of it
  planner ls --sandbox                        what was launched
  planner terminate --all --sandbox           end it

Keys: set PRIME_API_KEY and SPHERON_API_KEY. Spheron's offers are public.
`planner help exit-status` lists the exit statuses, `planner help offers-file` the
fields of a file with offers of your own."
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
    #[arg(long, global = true, value_name = "NAME", value_delimiter = ',')]
    pub(crate) broker: Vec<String>,
    /// Ask simulated brokers in this process: no key, no money
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,
    /// Keep the journal, quotes and the sandbox's world in this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Look at a market that `planner quote --save` kept, and ask nobody
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "sandbox")]
    pub(crate) market: Option<PathBuf>,
    /// Add the offers in this file, JSON Lines or CSV; repeatable. `planner help offers-file` lists the fields
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) offers: Vec<PathBuf>,
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
    #[command(after_help = "\
Examples:
  planner quote H100:8 --sandbox
  planner quote H100,H200:8 --hours 72 --spot-auto
  planner quote H100:64 --max-nodes any --interconnect infiniband
  planner quote A100:80GB:1 --disk 1TB --memory 200GB --explain
  planner quote H100:8 --fx EUR=1.08 -o json
  planner quote A100:2 --new-disk 2TB         the cheapest pair of machine and disk
  planner quote A100:1 --attach disk-runpod-wa-1 --sandbox   beside a disk of yours
  planner quote H100:8 --save market.json     keep the market that was seen
  planner quote --market market.json          the same request again, offline

GPU is NAME[:MEMORY][:COUNT]; several, with commas, are alternatives. The socket
and the memory may be in the name: H100-SXM, A100-80GB. COUNT is 8 (at least 8),
8..8 (exactly), 4..8 or 16+. `any:80GB+` asks by memory alone. MEMORY is 80GB, give
or take a tenth because vendors and brokers disagree, or 48GB+ or 24GB..80GB.")]
    Quote(QuoteArgs),
    /// Show how on demand, prepaid, spot and community compare as the hours grow
    #[command(after_help = "\
Examples:
  planner compare H100:8 --sandbox
  planner compare H100:1 --from 24 --to 90d --plot terms.svg
  planner compare A100:4 --interruptions-per-day 2 --checkpoint-minutes 30 --plot-terminal

Each class has the best plan of its own offers: on demand by the hour, prepaid,
spot, and community machines. `--spot` leaves the other classes out.")]
    Compare(CompareArgs),
    /// Write a quote down to hand on: a page that stands alone, or Markdown for a pull request
    #[command(after_help = "\
Examples:
  planner report H100:8 --sandbox --html report.html    a page: plans, line items, plot, reasons
  planner report H100:8 --hours 72 --sandbox            Markdown for a pull request
  planner report q_0123456789abcdef --html report.html  a quote that `planner quote` made here
  planner report quote.json --market market.json        one from anywhere, with its market

The page loads nothing and runs nothing. A quote that was kept is checked first,
as `planner verify` does, and one that does not hold is refused with status 5.
Without its market the plot of totals by hours is left out.")]
    Report(Box<ReportArgs>),
    /// Launch the best plan, after asking
    #[command(after_help = "\
Examples:
  planner provision H100:8 --sandbox --dry-run          what would be launched, and what it costs
  planner provision H100:8 --max-price 20 --max-duration 8h
  planner provision --quote q_0123456789abcdef --plan 2 --yes
  planner provision A100:1 --count 4 --best-effort --ssh-key ~/.ssh/id_ed25519.pub
  planner provision A100:2 --new-disk 2TB --cloud-init setup.yaml

At most one request is sent for each machine, and it is written down before it
is sent. Where nobody knows what came of it, nothing more is ordered: status 7,
and `planner reconcile` finds out.")]
    Provision(Box<ProvisionArgs>),
    /// List what was launched from here
    Ls(LsArgs),
    /// Show all that is known of one machine
    Show(ShowArgs),
    /// End machines, and wait until their brokers list them as gone
    Terminate(TerminateArgs),
    /// Find out what came of every launch, and end what must end
    Reconcile(ReconcileArgs),
    /// Say what came of a request that cannot be found out
    Resolve(ResolveArgs),
    /// List every machine that the brokers bill, and whose it is
    Audit(AuditArgs),
    /// Let a machine run until later
    Extend(ExtendArgs),
    /// Check keys, brokers, clock, limits and the data folder
    Doctor(DoctorArgs),
    /// List the market as it is, unranked
    Offers(OffersArgs),
    /// List disks for sale and disks that you own
    Disks(DisksArgs),
    /// List the GPU models for sale, with the cheapest price of each
    Gpus(GpusArgs),
    /// Compare two markets that were kept, and the best plan in each
    #[command(after_help = "\
Examples:
  planner diff monday.json tuesday.json
  planner diff monday.json tuesday.json --max-increase 5%    status 5 beyond
  planner diff monday.json tuesday.json A100:8 --hours 72

The request is the one that the first file keeps, unless a GPU is named.")]
    Diff(DiffArgs),
    /// Check a quote: its sums, its rules, and that nothing cheaper was overlooked
    #[command(after_help = "\
Examples:
  planner quote H100:64 --max-nodes any --save market.json -o json > quote.json
  planner verify quote.json --market market.json

The search for the best plans is done again by other means, slower and plainer.
Without --market only what the quote says of itself can be checked. Exit status
5 when something does not hold; `planner help exit-status` lists the others.")]
    Verify(VerifyArgs),
    /// Serve both brokers' APIs on this machine, over a simulated market
    #[command(after_help = "\
Examples:
  planner sandbox                             prints the two addresses and serves
  planner sandbox --prime-port 0 --spheron-port 0 --latency-ms 80
  planner sandbox --fault stock:2 --fault prime:delete/500-before:p=0.1
  planner sandbox --enforce-minimum --listing-lag 20 --state world.json

A fault is NAME, BROKER:NAME or OP/NAME, and `:3` for the next three times or
`:p=0.1` for one in ten; `curl $PRIME_API_BASE_URL/sandbox/faults` lists them.
The world that `--sandbox` shares is kept in the data folder: --keep serves it.")]
    Sandbox(SandboxArgs),
    /// Print the JSON Schema of a document; without a name, list them
    Schema(SchemaArgs),
    /// Explain a command, the exit statuses, or files with offers of your own
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
}

/// `planner offers`.
#[derive(Debug, Args)]
pub(crate) struct OffersArgs {
    /// Only these GPUs, such as `H100` or `any:80GB+`
    #[arg(value_name = "GPU")]
    pub(crate) gpu: Option<String>,
    /// Where and from whom.
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// Print at most this many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_offers: Option<u32>,
}

/// Where and from whom.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct FilterArgs {
    /// Regions, such as eu_north; `!NAME` leaves one out, `unknown` is one
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) region: Vec<String>,
    /// Countries by two letters, such as NO
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(crate) country: Vec<String>,
    /// Data centres in the sellers' own words
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) data_center: Vec<String>,
    /// Providers: the clouds that own the machines
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) provider: Vec<String>,
}

/// `planner disks`.
#[derive(Debug, Args)]
pub(crate) struct DisksArgs {
    /// Print at most this many of each kind
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_offers: Option<u32>,
}

/// `planner gpus`.
#[derive(Debug, Args)]
pub(crate) struct GpusArgs {
    /// Print at most this many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_offers: Option<u32>,
}

/// `planner schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Which document, such as `quote`
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// `planner help`.
#[derive(Debug, Args)]
pub(crate) struct HelpArgs {
    /// A command, `exit-status` or `offers-file`
    #[arg(value_name = "TOPIC")]
    pub(crate) topic: Option<String>,
}

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
    /// The quote, as `planner quote -o json` printed it; `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) quote: PathBuf,
}

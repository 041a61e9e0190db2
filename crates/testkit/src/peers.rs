//! Whole processes beside the peers, on the same offers from the same server: `cargo xtask compare`.
//!
//! The peers are what people use today: Prime's official `prime` for listing offers, `gpuhunt` (the engine below
//! `dstack`) for filtering them, `SkyPilot` for how long a tool of this kind takes to start. Each is run as its users
//! run it, from an environment of its own. Figures are medians of whole processes, or of calls where a peer is a
//! library; ratios are to ours.

mod filter;
pub mod shop;
mod stopwatch;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use shop::Shop;
use stopwatch::{Figures, Stopwatch};

/// Where everything is that takes part.
#[derive(Debug)]
pub struct Field {
    /// Our binary.
    pub planner: PathBuf,
    /// A folder with one Python environment a peer: `prime`, `gpuhunt`, `skypilot`. A peer that is missing is left out.
    pub peers: PathBuf,
    /// A folder for homes and scripts.
    pub scratch: PathBuf,
    /// Runs of each peer; ours runs three times as often.
    pub runs: u32,
}

/// The peer's command of that name, where it is installed.
fn tool(field: &Field, peer: &str, program: &str) -> Option<PathBuf> {
    let path = field.peers.join(peer).join("bin").join(program);
    path.exists().then_some(path)
}

/// One line of the table.
#[derive(Debug)]
struct Line {
    work: String,
    ours: Figures,
    peer: Option<(String, Figures)>,
}

/// Runs everything and prints the table.
///
/// # Errors
/// When a command cannot be started or fails.
pub fn compare(field: &Field, out: &mut dyn Write) -> io::Result<()> {
    let watch = Stopwatch::new(&field.scratch)?;
    let mut lines = starts(field, &watch)?;
    for (offers, delay) in [(3_000, 0), (3_000, 80), (30_000, 0)] {
        lines.push(listing(field, &watch, offers, Duration::from_millis(delay))?);
    }
    lines.push(filtering(field)?);
    print(&lines, out)
}

/// From nothing to `--version`.
fn starts(field: &Field, watch: &Stopwatch) -> io::Result<Vec<Line>> {
    let version = |program: &Path, runs| watch.time(Command::new(program).arg("--version"), runs);
    let ours = version(&field.planner, field.runs * 3)?;
    let mut lines = Vec::new();
    for (peer, program) in [("prime", "prime"), ("skypilot", "sky")] {
        let theirs = tool(field, peer, program).map(|path| version(&path, field.runs));
        lines.push(Line {
            work: "start: `--version`".to_owned(),
            ours,
            peer: theirs.transpose()?.map(|figures| (program.to_owned(), figures)),
        });
    }
    Ok(lines)
}

/// Every offer of a broker as JSON, 100 a page.
fn listing(field: &Field, watch: &Stopwatch, offers: usize, delay: Duration) -> io::Result<Line> {
    let shop = Shop::open(offers, delay)?;
    let asking = |program: &Path, words: &[&str]| {
        let mut command = Command::new(program);
        command
            .args(words)
            .env("PRIME_API_BASE_URL", shop.url())
            .env("PRIME_API_KEY", "pit-of-nobody")
            .env("PRIME_DISABLE_VERSION_CHECK", "1");
        command
    };
    let ours = asking(&field.planner, &["offers", "--broker", "prime", "-o", "json"]);
    let ours = watch.time_of(&ours, field.runs * 3, offers)?;
    let peer = match tool(field, "prime", "prime") {
        None => None,
        Some(prime) => {
            let theirs = asking(
                &prime,
                &["availability", "list", "--no-group-similar", "--output", "json"],
            );
            Some(("prime".to_owned(), watch.time_of(&theirs, field.runs, offers)?))
        }
    };
    let pages = offers.div_ceil(shop::PAGE);
    let pace = match delay.as_millis() {
        0 => "no delay".to_owned(),
        wait => format!("{wait} ms a page"),
    };
    Ok(Line {
        work: format!("list {offers} offers, {pages} pages, {pace}"),
        ours,
        peer,
    })
}

/// 300 000 offers that are in memory already: theirs are filtered, ours filtered, priced and ranked.
fn filtering(field: &Field) -> io::Result<Line> {
    let peer = match tool(field, "gpuhunt", "python") {
        None => None,
        Some(python) => Some(("gpuhunt".to_owned(), filter::theirs(&python, &field.scratch)?)),
    };
    Ok(Line {
        work: format!("filter {} offers in memory", filter::OFFERS),
        ours: filter::ours(field.runs * 3),
        peer,
    })
}

fn print(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| work | planner | peer | times faster | planner MiB | peer MiB |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for Line { work, ours, peer } in lines {
        let (theirs, times, memory) = match peer {
            None => ("not installed".to_owned(), "-".to_owned(), "-".to_owned()),
            Some((name, figures)) => (
                format!("{name} {}", figures.time()),
                figures.times(ours),
                figures.memory(),
            ),
        };
        writeln!(
            out,
            "| {work} | {} | {theirs} | {times} | {} | {memory} |",
            ours.time(),
            ours.memory(),
        )?;
    }
    Ok(())
}

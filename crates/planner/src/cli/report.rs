//! `planner report`.

use std::path::Path;

use clap::Args;

use super::{QuoteArgs, RequestArgs};
use crate::files::quotes::names_kept;

/// `planner report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// A quote: its id, or the file that `planner quote -o json` wrote, or `-`.
    /// Else which GPUs, to be quoted now
    // The setting of that name stands in its place.
    #[arg(id = "gpu", value_name = "QUOTE|GPU")]
    what: Option<String>,
    /// What is asked, where it is quoted now.
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// Show at most this many plans; 10 without it
    #[arg(long, value_name = "N", help_heading = "What is shown", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) max_offers: Option<u32>,
    /// Write a page that stands alone to this file; `-` prints it. Without it, Markdown is printed
    #[arg(long, value_name = "FILE", help_heading = "What is shown")]
    pub(crate) html: Option<String>,
}

impl ReportArgs {
    /// The quote that is named, if one is.
    pub(crate) fn quote(&self) -> Option<&str> {
        self.what.as_deref().filter(|word| names_quote(word))
    }

    /// What `planner quote` would have been called with.
    pub(crate) fn asked(&self) -> QuoteArgs {
        QuoteArgs {
            watch: None,
            gpu: self.what.clone(),
            request: self.request.clone(),
            max_offers: self.max_offers,
            save: None,
            explain: false,
            why: true,
        }
    }
}

/// Whether a word names a quote: no GPU looks like an id or a file.
pub(crate) fn names_quote(word: &str) -> bool {
    let end = Path::new(word).extension();
    let is_json = end.is_some_and(|end| end.eq_ignore_ascii_case("json"));
    word == "-" || names_kept(word) || is_json || word.contains(std::path::is_separator)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::{Cli, Command};

    #[test]
    fn a_quote_is_told_from_gpus() {
        let check = |word: &str, quote: bool| {
            let cli = Cli::try_parse_from(["planner", "report", word]).unwrap();
            let Command::Report(args) = cli.command else {
                panic!("{word}")
            };
            assert_eq!(args.quote().is_some(), quote, "{word}");
        };
        check("H100:8", false);
        check("A100:24GB..80GB:16+,any:48GB+", false);
        check("quote", false);
        check("q_0123456789abcdef", true);
        check("q_nope", true);
        check("quote.json", true);
        check("QUOTE.JSON", true);
        check("./quote", true);
        check("-", true);
    }
}

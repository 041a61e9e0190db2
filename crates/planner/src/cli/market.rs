//! `planner offers`, `planner disks` and `planner gpus`: what is for sale, and where.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are help texts, which know no back-ticks"
)]

use clap::Args;
use gpu_broker_core::demand::{Where, Words};
use gpu_broker_core::place::Region;

use super::words::{choice, country, known};
use crate::report::Trouble;

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
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = choice)]
    pub(crate) region: Vec<String>,
    /// Countries by two letters, such as NO
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = choice)]
    pub(crate) country: Vec<String>,
    /// Data centres in the sellers' own words
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = choice)]
    pub(crate) data_center: Vec<String>,
    /// Providers: the clouds that own the machines
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = choice)]
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

impl FilterArgs {
    /// Where the flags allow machines to stand, and whose.
    pub(crate) fn wanted_where(&self) -> Result<Where, Trouble> {
        let words = |flags: &[String]| Words::parse(flags.iter().map(String::as_str));
        let regions = words(&self.region);
        for word in regions
            .wanted
            .iter()
            .chain(&regions.refused)
            .filter(|word| !word.eq_ignore_ascii_case("unknown"))
        {
            known(word, "region", Region::KNOWN, Region::new)?;
        }
        let countries = words(&self.country);
        for word in countries
            .wanted
            .iter()
            .chain(&countries.refused)
            .filter(|word| !word.eq_ignore_ascii_case("unknown"))
        {
            country(word)?;
        }
        Ok(Where {
            brokers: Words::default(),
            providers: words(&self.provider),
            regions,
            countries,
            data_centers: words(&self.data_center),
        })
    }
}

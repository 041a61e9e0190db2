//! The offers that the world starts with.
//!
//! One file per upstream provider and broker, in the broker's own terms; [`prime`] and [`spheron`] say how a file
//! is written. Every file states when and where its figures were seen.

mod files;
mod prime;
mod shuffle;
mod spheron;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::broker::Broker;
use crate::offers::{DiskOffer, GpuOffer, Offer};
use crate::state::Account;

/// What there is before anything happens: all rows, in the order of the files, and the account.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Prime's GPU offers, single-node and multi-node together.
    pub(crate) gpus: Vec<GpuOffer>,
    /// Prime's disk offers.
    pub(crate) disks: Vec<DiskOffer>,
    /// Spheron's offers, in no group yet.
    pub(crate) offers: Vec<Offer>,
    /// The account that every key belongs to.
    pub(crate) account: Account,
    origins: Vec<Origin>,
}

impl Catalogue {
    /// The catalogue of the sandbox, read once in a process.
    ///
    /// # Errors
    /// When an embedded file cannot be read, which the tests rule out.
    pub fn embedded() -> Result<Arc<Self>, String> {
        static READ: OnceLock<Result<Arc<Catalogue>, String>> = OnceLock::new();
        READ.get_or_init(|| Self::load().map(Arc::new)).clone()
    }

    /// Only the offers with these ids: Prime's `cloudId`, Spheron's `offerId`. Lists of a few rows are read and written
    /// quickly, which is what a hundred thousand runs want.
    #[must_use]
    pub fn only(&self, ids: &[&str]) -> Self {
        let mut few = self.clone();
        few.gpus.retain(|offer| ids.contains(&offer.cloud_id.as_str()));
        few.offers.retain(|offer| ids.contains(&offer.id.as_str()));
        few
    }

    /// The same rows in the order of the seed; 0 leaves them as they are.
    pub(crate) fn shuffled(&self, seed: u64) -> Self {
        let mut shuffled = self.clone();
        shuffle::rows(&mut shuffled.gpus, seed);
        shuffle::rows(&mut shuffled.disks, seed);
        shuffle::rows(&mut shuffled.offers, seed);
        shuffled
    }

    /// Reads and expands every embedded file.
    fn load() -> Result<Self, String> {
        let mut all = Self {
            gpus: Vec::new(),
            disks: Vec::new(),
            offers: Vec::new(),
            account: Account::load()?,
            origins: Vec::new(),
        };
        let images = read::<Images>("images.toml", files::IMAGES)?;
        for &(name, text) in files::PRIME {
            let file = read::<prime::File>(name, text)?;
            file.expand(&images, &mut all)
                .map_err(|error| format!("prime/{name}: {error}"))?;
        }
        for &(name, text) in files::SPHERON {
            let file = read::<spheron::File>(name, text)?;
            file.expand(&mut all)
                .map_err(|error| format!("spheron/{name}: {error}"))?;
        }
        Ok(all)
    }
}

/// Where a run of offers in the catalogue comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// The broker that sells them.
    pub broker: Broker,
    /// The upstream provider, as the broker calls it.
    pub provider: String,
    /// The month in which the figures were seen, `YYYY-MM`.
    pub seen: String,
    /// Where they were seen, in words.
    pub source: String,
    /// Why the figures were made up, when they were.
    pub invented: Option<String>,
    /// How many offers this is.
    pub offers: usize,
}

/// Where every offer of the catalogue comes from, file by file; offers of one source are counted together.
///
/// # Errors
/// When the embedded catalogue cannot be read, which the tests rule out.
pub fn origins() -> Result<Vec<Origin>, String> {
    Ok(Catalogue::embedded()?.origins.clone())
}

impl Catalogue {
    /// Counts offers towards their origin.
    fn credit(&mut self, origin: Origin) {
        let same = self.origins.iter_mut().rev().find(|known| {
            (
                known.broker,
                &known.provider,
                &known.seen,
                &known.source,
                &known.invented,
            ) == (
                origin.broker,
                &origin.provider,
                &origin.seen,
                &origin.source,
                &origin.invented,
            )
        });
        match same {
            Some(known) => known.offers += origin.offers,
            None => self.origins.push(origin),
        }
    }
}

/// The image lists of Prime, by the month in which the broker gave them.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Images(BTreeMap<String, Vec<String>>);

fn read<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| format!("{name}: {error}"))
}

#[cfg(test)]
mod tests;

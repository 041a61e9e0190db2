//! What a broker is asked to launch or to create, and how it may answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::configuration::Configuration;
use crate::disk::{DiskId, DiskOffer};
use crate::money::Rate;
use crate::offer::Offer;
use crate::place::Place;
use crate::quantity::Gb;

use super::SourceError;

/// One machine, described by the offer that was quoted and nothing else: the
/// adapter repeats the offer's own words to the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The name by which the machine will be found again. No API knows an
    /// idempotency key, so this is all there is: one request is sent for it.
    pub name: String,
    /// What was quoted.
    pub offer: Arc<Offer>,
    /// Which of the offer's places.
    pub place: Place,
    /// The counts that were quoted.
    pub configuration: Configuration,
    /// The most that it may cost per hour, in the offer's currency. Sent along
    /// where a broker takes it ([`takes_ceiling`](super::FleetTraits::takes_ceiling));
    /// what is dearer is ended by whoever ordered it.
    pub ceiling: Rate,
    /// What to boot, in the broker's words; `None` for its default.
    pub image: Option<Arc<str>>,
    /// Whose key may log in.
    pub key: LoginKey,
    /// What to run at first start.
    pub cloud_init: Option<CloudInit>,
    /// Disks that exist, to attach.
    pub disks: Vec<DiskId>,
    /// The version of the Kubernetes add-on, when that was quoted.
    pub kubernetes: Option<String>,
}

/// Whose SSH key may log in to a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginKey {
    /// The account's: its primary one, or the only one it has.
    Account,
    /// One of the account's keys, by its id.
    Id(String),
    /// A public key, in the form of `authorized_keys`.
    Public(String),
}

/// What a machine does at its first start. People put passwords here, so it is
/// neither kept nor shown.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CloudInit {
    /// Packages to install.
    pub packages: Vec<String>,
    /// Commands to run, in order.
    pub runcmd: Vec<String>,
    /// Files to write first.
    pub write_files: Vec<CloudInitFile>,
}

/// A file that a machine writes at its first start.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CloudInitFile {
    /// Where.
    pub path: String,
    /// What.
    pub content: String,
    /// Whose, such as `root:root`.
    pub owner: Option<String>,
    /// The mode in octal digits, such as `0644`.
    pub permissions: Option<String>,
}

/// One disk to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskOrder {
    /// The name by which it will be found again.
    pub name: String,
    /// What was quoted.
    pub offer: DiskOffer,
    /// How large.
    pub size: Gb,
}

/// How a broker answered a request that is sent once.
///
/// Only [`Outcome::NotSent`] proves that nothing was done; even a refusal has
/// been seen to come after the effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It says what it made.
    Accepted(T),
    /// It understood and said no, in a form that its documents or a recorded
    /// answer know.
    Rejected(Refusal),
    /// No connection was ever made.
    NotSent(SourceError),
    /// Anything else: it may have acted.
    Unknown(SourceError),
}

/// A broker's no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of no.
    pub kind: RefusalKind,
    /// What it said: one line, fit for a terminal.
    pub message: String,
    /// How long to wait before asking again, when the broker says.
    pub retry_after: Option<Duration>,
}

/// What kind of no. Closed, because callers branch on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// Sold out.
    OutOfStock,
    /// The offer is not for sale any more.
    OfferGone,
    /// It costs more than the ceiling.
    Price,
    /// The account's money does not suffice.
    Funds,
    /// The key is refused or may not do this.
    Key,
    /// Too many requests.
    Busy,
    /// The request is not valid: the offer changed, or we are wrong.
    Invalid,
}

impl RefusalKind {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutOfStock => "out_of_stock",
            Self::OfferGone => "offer_gone",
            Self::Price => "price",
            Self::Funds => "funds",
            Self::Key => "key",
            Self::Busy => "busy",
            Self::Invalid => "invalid",
        }
    }
}

impl fmt::Debug for CloudInit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudInit").finish_non_exhaustive()
    }
}

impl fmt::Debug for CloudInitFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudInitFile").finish_non_exhaustive()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// How a broker answered a request to end or delete something. None of these
/// says that it is gone: only its listing does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deletion {
    /// It will, or has.
    Requested,
    /// It says that there is nothing to end.
    Absent,
    /// It may not be ended yet; how long that lasts, when the broker says.
    TooEarly(Option<Duration>),
}

/// What to boot when nobody says: the image that the broker takes by default,
/// else the newest Ubuntu with long-term support, with CUDA if there is one;
/// else the first that is for sale.
///
/// `None` when the offer names none.
pub fn usual_image(offer: &Offer) -> Option<&Arc<str>> {
    /// What Prime boots when nothing is asked for. Pods API, `PodRequestConfig.image`.
    const PRIME_DEFAULT: &str = "ubuntu_22_cuda_12";
    let images = &offer.launch.images;
    let default = images.iter().find(|image| &***image == PRIME_DEFAULT);
    let best = || {
        let ranked = images.iter().filter_map(|image| Some((ubuntu(image)?, image)));
        // Among equals the first is the broker's own preference.
        ranked.rev().max_by_key(|(rank, _)| *rank).map(|(_, image)| image)
    };
    default.or_else(best).or_else(|| images.first())
}

/// How new an Ubuntu with long-term support is, and whether it brings CUDA.
fn ubuntu(image: &str) -> Option<(u32, bool)> {
    let lower = image.to_ascii_lowercase();
    let after = lower.split_once("ubuntu")?.1;
    let digits = after.trim_start_matches(|c: char| !c.is_ascii_digit());
    let year: String = digits.chars().take_while(char::is_ascii_digit).take(2).collect();
    let year: u32 = year.parse().ok()?;
    // Every second April, in even years, is one with long-term support.
    (year.is_multiple_of(2)).then(|| (year, lower.contains("cuda")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::{Gpu, GpuModel};
    use crate::offer::{Broker, OfferId, Provider};

    #[test]
    fn the_usual_image_is_the_default_or_the_newest_ubuntu() {
        let check = |images: &[&str], expected: Option<&str>| {
            let gpu = Gpu {
                model: GpuModel::new("H100"),
                memory: None,
                socket: None,
                count: 1,
            };
            let mut offer = Offer::new(Broker::new("b"), Provider::new("p"), OfferId::new("o"), gpu);
            offer.launch.images = images.iter().map(|image| Arc::from(*image)).collect();
            assert_eq!(usual_image(&offer).map(|image| &**image), expected, "{images:?}");
        };
        check(&[], None);
        check(
            &["cuda_12_6_pytorch_2_7", "ubuntu_22_cuda_12"],
            Some("ubuntu_22_cuda_12"),
        );
        check(
            &["Ubuntu 20.04 LTS", "Ubuntu 22.04 LTS", "Ubuntu 24.04"],
            Some("Ubuntu 24.04"),
        );
        check(
            &["Ubuntu Server 22.04 LTS R570 CUDA 12.8", "Ubuntu Server 22.04 LTS"],
            Some("Ubuntu Server 22.04 LTS R570 CUDA 12.8"),
        );
        check(
            &["Ubuntu 24.04", "Ubuntu 22.04 CUDA 12", "Ubuntu 25.04 CUDA 13"],
            Some("Ubuntu 24.04"),
        );
        check(
            &["ubuntu-22.04-cuda-12.4", "ubuntu-22.04-cuda-12.8"],
            Some("ubuntu-22.04-cuda-12.4"),
        );
        check(&["Debian 12", "Rocky 9"], Some("Debian 12"));
    }
}

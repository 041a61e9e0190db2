//! One file for each command.

mod audit;
mod compare;
mod config;
mod diff;
mod disks;
mod doctor;
mod extend;
mod gpus;
mod help;
mod ls;
mod manual;
mod offers;
mod provision;
mod quote;
mod reconcile;
mod report;
mod resolve;
mod sandbox;
mod schema;
mod show;
mod terminate;
mod verify;
mod watch;

pub(crate) use audit::audit;
pub(crate) use compare::compare;
pub(crate) use config::config;
pub(crate) use diff::diff;
pub(crate) use disks::disks;
pub(crate) use doctor::doctor;
pub(crate) use extend::extend;
pub(crate) use gpus::gpus;
pub(crate) use help::help;
pub(crate) use ls::ls;
pub(crate) use manual::{completion, man};
pub(crate) use offers::offers;
pub(crate) use provision::provision;
pub(crate) use quote::quote;
pub(crate) use reconcile::reconcile;
pub(crate) use report::report;
pub(crate) use resolve::resolve;
pub(crate) use sandbox::sandbox;
pub(crate) use schema::schema;
pub(crate) use show::show;
pub(crate) use terminate::terminate;
#[cfg(feature = "probe")]
pub(crate) use verify::findings;
pub(crate) use verify::verify;
pub(crate) use watch::{Before, watch};

use std::path::PathBuf;
use std::time::Duration;

use gpu_broker_core::demand::Words;
use gpu_broker_core::market::{Completeness, DiskMarket, Market, SourceReport, completeness};
use gpu_broker_core::source::{Ask, Hint, Progress};
use gpu_broker_engine::{gather, gather_disk_offers, gather_disks};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::{GlobalArgs, Output};
use crate::data::Data;
use crate::env::Environment;
use crate::exit::Exit;
use crate::files::absent::is_absent;
use crate::files::market::Saved;
use crate::files::offers::Own;
use crate::launch::Stop;
use crate::printer::Printer;
use crate::progress::Bars;
use crate::report::Trouble;
use crate::settings::{Selection, Sources, World, sources};
use crate::view::format;
use crate::view::text::counted;

/// What every command works with.
#[derive(Debug, Clone)]
pub(crate) struct Context<'a> {
    /// The environment.
    pub(crate) environment: &'a Environment,
    /// Flags that every command understands.
    pub(crate) global: &'a GlobalArgs,
    /// How to print.
    pub(crate) output: Output,
    /// Where to print.
    pub(crate) printer: Printer,
    /// When the command was started.
    pub(crate) now: Timestamp,
    /// Whether somebody asks to stop.
    pub(crate) stop: Stop,
    /// Whether this is one look of many.
    pub(crate) watched: bool,
    /// What was seen at the look before.
    pub(crate) before: Before,
}

impl Context<'_> {
    /// The brokers that the flags and the environment name.
    fn sources(&self) -> Result<Sources, Trouble> {
        let Words { wanted, refused } = self.brokers();
        let selection = Selection {
            only: wanted,
            without: refused,
            ca_file: self.global.ca_file.clone(),
        };
        let own = Own::read(&self.global.offers)?;
        let (own_names, only): (Vec<_>, Vec<_>) = selection.only.into_iter().partition(|name| own.answers(name));
        let selection = Selection { only, ..selection };
        let mut sources = if let Some(path) = &self.global.market {
            Sources::saved(Saved::read(path)?, &selection)?
        } else if !own_names.is_empty() && selection.only.is_empty() {
            // Only offers of one's own are wanted.
            Sources::nobody()
        } else {
            // Looking is no reason to begin a world that is kept.
            let kept = self
                .data()
                .ok()
                .map(|data| data.world())
                .filter(|path| !is_absent(path));
            let world = self.global.sandbox.then_some(World { state: kept });
            sources(self.environment, &selection, world)?
        };
        sources.own = own;
        for warning in &sources.warnings {
            self.printer.warn(&format!("warning: {warning}"));
        }
        Ok(sources)
    }

    /// A document as JSON: on one line where others follow.
    fn json(&self, document: &impl Serialize) -> Result<Vec<u8>, Trouble> {
        if self.watched {
            format::json_line(document)
        } else {
            format::json(document)
        }
    }

    /// A document as YAML: of a stream where others follow.
    fn yaml(&self, document: &impl Serialize) -> Result<Vec<u8>, Trouble> {
        let begin: &[u8] = if self.watched { b"---\n" } else { b"" };
        Ok([begin, &format::yaml(document)?].concat())
    }

    /// The data folder.
    fn data(&self) -> Result<Data, Trouble> {
        Data::of(self.environment, self.global)
    }
    /// The file of the sandbox's world.
    fn sandbox_world(&self) -> Result<PathBuf, Trouble> {
        let data = self.data()?;
        Ok(data.of_sandbox().world())
    }

    /// The data folder of what was launched before.
    fn launched(&self) -> Result<Data, Trouble> {
        let data = self.data()?;
        let Some(sandbox) = data.begun_sandbox() else {
            return Ok(data);
        };
        // A journal without a launch, as an audit begins one, hides no sandbox; whoever can ask real brokers means those.
        let is_begun = data.is_begun().unwrap_or(true);
        if !is_begun || (is_empty(&data) && !self.reaches_brokers(&data)) {
            self.printer
                .note("nothing was launched for real from here, so this is the sandbox, as with `--sandbox`\n");
            return Ok(sandbox);
        }
        if is_empty(&data) {
            self.printer.note(&running_in(&sandbox));
        }
        Ok(data)
    }

    /// The data folder that an audit is about: the sandbox's only where nothing was launched for real, and no broker
    /// could be asked whether something was all the same.
    fn audited(&self) -> Result<Data, Trouble> {
        let data = self.data()?;
        let is_begun = data.is_begun().unwrap_or(true);
        let only_sandbox = data.begun_sandbox().is_some() && (!is_begun || is_empty(&data));
        if only_sandbox && !self.reaches_brokers(&data) {
            return self.launched();
        }
        Ok(data)
    }

    /// Whether a broker can be asked for machines that cost money, or one is named.
    fn reaches_brokers(&self, data: &Data) -> bool {
        let sources = self.fleets(data);
        sources.map_or_else(
            |trouble| trouble.exit != Exit::Credentials,
            |sources| sources.has_fleet(),
        )
    }

    /// The brokers that machines can be launched at and ended at.
    fn fleets(&self, data: &Data) -> Result<Sources, Trouble> {
        for (flag, given) in [
            ("--market", self.global.market.is_some()),
            ("--offers", !self.global.offers.is_empty()),
        ] {
            if given {
                return Err(
                    Trouble::usage(format!("`{flag}` reads a file, and machines are at brokers"))
                        .hint(format!("leave out `{flag}`")),
                );
            }
        }
        let Words { wanted, refused } = self.brokers();
        let selection = Selection {
            only: wanted,
            without: refused,
            ca_file: self.global.ca_file.clone(),
        };
        let world = data.is_sandbox().then(|| World {
            state: Some(data.world()),
        });
        let sources = sources(self.environment, &selection, world)?;
        for warning in &sources.warnings {
            self.printer.warn(&format!("warning: {warning}"));
        }
        Ok(sources)
    }

    /// The most that asking one broker may take.
    pub(crate) fn within(&self) -> Duration {
        Duration::from_secs(self.global.timeout)
    }

    /// The brokers that were named.
    fn brokers(&self) -> Words {
        Words::parse(self.global.broker.iter().map(String::as_str))
    }

    /// All offers of all brokers, or those that were kept.
    async fn market(&self, sources: &Sources, hint: &Hint) -> Market {
        let mut market = match &sources.saved {
            Some(saved) => saved.market.clone(),
            None => self.asked(sources, hint).await,
        };
        sources.own.join(&mut market);
        market
    }

    async fn asked(&self, sources: &Sources, hint: &Hint) -> Market {
        let bars = self.bars(sources);
        let ask = Ask {
            within: self.within(),
            hint,
            progress: &bars,
        };
        bars.beside(gather(&sources.asked, &sources.without_key, &ask, self.now))
            .await
    }

    /// How far each broker that is asked has come.
    fn bars(&self, sources: &Sources) -> Bars {
        Bars::new(self.printer, sources.asked.iter().map(|source| source.broker().clone()))
    }

    /// All disks for sale, and those that the accounts own if they matter; or those that were kept, and nothing when
    /// none were.
    async fn disks(&self, sources: &Sources, owned: bool, progress: &dyn Progress) -> Option<DiskMarket> {
        if let Some(saved) = &sources.saved {
            return saved.disks.clone();
        }
        let ask = Ask {
            within: self.within(),
            hint: &Hint::default(),
            progress,
        };
        Some(if owned {
            gather_disks(&sources.asked, &sources.without_key, &ask).await
        } else {
            gather_disk_offers(&sources.asked, &sources.without_key, &ask).await
        })
    }
}

/// Whether a journal knows of no launch; one that cannot be read may know of any.
fn is_empty(data: &Data) -> bool {
    crate::launch::usable(data).is_ok_and(|state| state.launches.is_empty() && state.attempts.is_empty())
}

/// What runs in the sandbox, where another world is looked at.
fn running_in(sandbox: &Data) -> String {
    let state = crate::launch::usable(sandbox).unwrap_or_default();
    let live = state.attempts.values().filter(|one| !one.stage.is_over()).count();
    match live {
        0 => String::new(),
        live => format!("the sandbox has {}: `planner ls --sandbox`\n", counted(live, "machine")),
    }
}

/// How many to print: all, unless told otherwise.
fn at_most(asked: Option<u32>) -> usize {
    asked.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX)
}

/// The exit status of a command that lists what is for sale: of nothing, where a record could not be understood, it is
/// not known whether that is all.
fn listed_market(market: &Market, nothing: bool) -> Exit {
    match listed(&market.sources) {
        Exit::Done if nothing && !market.rejects.is_empty() => Exit::PartialMarket,
        exit => exit,
    }
}

/// The exit status of a command that lists what brokers have.
fn listed(reports: &[SourceReport]) -> Exit {
    match completeness(reports) {
        Completeness::Whole => Exit::Done,
        Completeness::Partial => Exit::PartialMarket,
        Completeness::KeysRefused => Exit::Credentials,
    }
}

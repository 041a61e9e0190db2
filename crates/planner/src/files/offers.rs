//! Offers of one's own: a contract, a rack, another provider's list, ranked beside what the brokers sell.
//!
//! A line that cannot be understood is a reject with its number and reason; it counts as read (R16), the others are
//! ranked, and the market is a partial one (R18).

mod fields;
mod line;

pub(crate) use line::lines;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gpu_broker_core::gpu::{Gpu, GpuName, Socket};
use gpu_broker_core::market::{Market, SourceReport};
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::offer::{
    Broker, Dial, Interconnect, InterconnectKind, LaunchWords, MarketType, Offer, OfferId, Provider, Resources,
    Security, Stock, StockLevel, Terms,
};
use gpu_broker_core::place::{DataCenter, Place, Region};
use gpu_broker_core::quantity::{Gb, Hours, Minutes};
use gpu_broker_core::source::{Coverage, ErrorKind, Reject, SourceError};

use self::fields::{Fault, Fields, Row, rows};
use super::whole::{self, Most};
use crate::report::Trouble;
use crate::view::text::{cut, shown};

/// The broker of offers that name none.
pub(crate) const BROKER: &str = "file";

/// What `planner help offers-file` prints.
pub(crate) const HELP: &str = "\
Offers of your own

`--offers FILE` ranks the offers in a file beside those of the brokers. A file
is JSON Lines (one object a line; .jsonl, .ndjson, .json) or CSV with a header
(.csv); other names are told apart by how the file begins. `planner offers -o
jsonl` writes such a file.

  provider      whose machine it is; this and the next three are required
  offer_id      your word for it
  gpu           as in a request: H100, A100-80GB, H100-SXM5
  gpus          GPUs of one instance
  price         of the whole instance per hour, every digit of it;
                without it the offer is listed and not ranked
  broker        who sells it; `file` without it
  currency      USD without it
  gpu_memory_gb, socket      where `gpu` does not say
  region, country, data_center
                eu_north, NO, your word; machines without a data centre are
                combined with nothing else
  places        several of them: [{\"region\": …, \"data_center\": …}], JSON only
  market        on_demand (without it) or spot
  security      secure (without it) or community
  stock         available (without it), high, medium, low, unavailable
  units         how many instances there are
  prepaid_hours, minimum_runtime_minutes
  kubernetes_price           of the whole add-on per hour
  vcpus, memory_gb, disk_gb, shared_disk_gb
                what an instance has. Each of them can be sized, and cost:
                vcpus_min, vcpus_max, vcpus_step, vcpus_price (of one per
                hour), vcpus_included (whether the usual count is in the
                price; true without it, where nothing is priced apart)
  interconnect  nvlink, infiniband, roce, ethernet: a list, or with commas
  interconnect_gbps, provisioning_minutes
  variable_price, multi_node      true or false
  gpu_type, images           what the seller wants to hear when launching
  note          for yourself

Prices are decimal numbers or texts and are read to the last digit. A line that
cannot be understood is counted, reported with its number and left out, and the
market is then a partial one: exit status 4. A file without any line that can be
understood is refused.
";

/// Room for the reason against a file: it may repeat what is no text.
const REASON_COLUMNS: usize = 160;

/// The names of all fields, for whoever mistypes one.
const FIELDS: &[&str] = &[
    "provider",
    "offer_id",
    "gpu",
    "gpus",
    "price",
    "broker",
    "currency",
    "gpu_memory_gb",
    "socket",
    "region",
    "country",
    "data_center",
    "places",
    "market",
    "security",
    "stock",
    "units",
    "prepaid_hours",
    "minimum_runtime_minutes",
    "kubernetes_price",
    "vcpus",
    "memory_gb",
    "disk_gb",
    "shared_disk_gb",
    "interconnect",
    "interconnect_gbps",
    "provisioning_minutes",
    "variable_price",
    "multi_node",
    "gpu_type",
    "images",
    "note",
];

/// Lines of a file that are told what is wrong with them: whoever has more has another file than was meant.
const REJECTS_MAX: usize = 10_000;

/// What was read from files.
#[derive(Debug, Default)]
pub(crate) struct Own {
    offers: Vec<Arc<Offer>>,
    rejects: Vec<Reject>,
    files: u32,
}

impl Own {
    /// Reads every file.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Self, Trouble> {
        let mut own = Self::default();
        for path in paths {
            let (offers, rejects) = (own.offers.len(), own.rejects.len());
            let is_whole = own.add(path, &whole::read(path, "the offers", Most::Market)?);
            // A file of which nothing is understood is another file than was meant.
            if let Some(first) = own.rejects.get(rejects).filter(|_| own.offers.len() == offers) {
                let line = format!("{}: {}", shown(&first.path), shown(&first.reason));
                return Err(Trouble::usage(format!(
                    "no line of {} is an offer: {}",
                    path.display(),
                    cut(&line, REASON_COLUMNS)
                ))
                .hint("`planner help offers-file` lists the fields, `planner offers -o jsonl` writes such a file"));
            }
            if !is_whole {
                return Err(Trouble::usage(format!(
                    "{} has more than {REJECTS_MAX} lines that are no offers",
                    path.display()
                ))
                .hint("mend them or leave them out; a shorter file tells what is wrong with each"));
            }
        }
        Ok(own)
    }

    /// What a file with this name and these bytes amounts to: how many offers, and what is wrong with the other lines.
    #[cfg(feature = "probe")]
    pub(crate) fn probe(path: &Path, bytes: &[u8]) -> (usize, Vec<String>) {
        let mut own = Self::default();
        let _ = own.add(path, bytes);
        let told = own
            .rejects
            .iter()
            .map(|reject| format!("{}: {}", reject.path, reject.reason));
        (own.offers.len(), told.collect())
    }

    /// Adds what stands in a file; whether that is all of it.
    fn add(&mut self, path: &Path, bytes: &[u8]) -> bool {
        self.files += 1;
        let most = self.rejects.len() + REJECTS_MAX;
        let name = path
            .file_name()
            .map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
        let heard = rows(path, bytes, |Row { line, fields }| {
            match fields.and_then(offer) {
                Ok(offer) => self.offers.push(Arc::new(offer)),
                Err(Fault { field, reason }) => self.rejects.push(Reject {
                    broker: Broker::new(BROKER),
                    path: if field.is_empty() {
                        format!("{name}:{line}")
                    } else {
                        format!("{name}:{line}: {field}")
                    },
                    reason,
                }),
            }
            if self.rejects.len() > most {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        heard.is_continue()
    }

    /// Whether somebody who names a broker means one of these.
    pub(crate) fn answers(&self, name: &str) -> bool {
        let brokers = self.offers.iter().map(|offer| offer.broker.as_str());
        self.files > 0 && brokers.chain([BROKER]).any(|broker| broker.eq_ignore_ascii_case(name))
    }

    /// Adds the offers to a market.
    pub(crate) fn join(&self, market: &mut Market) {
        if self.files == 0 {
            return;
        }
        let coverage = if self.rejects.is_empty() {
            Coverage::Complete
        } else {
            let count = self.rejects.len();
            let plural = if count == 1 { "line was" } else { "lines were" };
            Coverage::Partial(SourceError::new(
                ErrorKind::Incomplete,
                format!("{count} {plural} not understood"),
            ))
        };
        market.offers.extend(self.offers.iter().cloned());
        market.rejects.extend(self.rejects.iter().cloned());
        market.sources.push(SourceReport {
            broker: Broker::new(BROKER),
            read: u64::try_from(self.offers.len() + self.rejects.len()).unwrap_or(u64::MAX),
            announced: None,
            pages: self.files,
            coverage,
        });
    }
}

/// The offer that a row describes.
fn offer(mut row: Fields) -> Result<Offer, Fault> {
    let currency = row.read("currency", str::parse::<Currency>)?.unwrap_or(Currency::USD);
    let price = |row: &mut Fields, field: &str| Ok(row.amount(field)?.map(|price| Rate::new(price, currency)));
    let gpu_word = row.required("gpu")?;
    let offer = Offer {
        broker: Broker::new(row.text("broker")?.as_deref().unwrap_or(BROKER)),
        provider: Provider::new(&row.required("provider")?),
        id: OfferId::new(&row.required("offer_id")?),
        gpu: gpu(&mut row, &gpu_word)?,
        places: places(&mut row)?,
        market: row
            .text("market")?
            .map_or(MarketType::OnDemand, |word| MarketType::new(&word)),
        security: row
            .text("security")?
            .map_or(Security::Secure, |word| Security::new(&word)),
        stock: Stock {
            level: row
                .text("stock")?
                .map_or(StockLevel::Available, |word| StockLevel::new(&word)),
            units: row.small("units")?,
        },
        price: price(&mut row, "price")?,
        currency,
        resources: Resources {
            vcpu: dial(&mut row, "vcpus", currency)?,
            memory: dial(&mut row, "memory_gb", currency)?,
            disk: dial(&mut row, "disk_gb", currency)?,
            shared_disk: dial(&mut row, "shared_disk_gb", currency)?,
        },
        terms: Terms {
            prepaid: row
                .amount("prepaid_hours")?
                .filter(|hours| !hours.is_zero())
                .and_then(Hours::new),
            minimum_runtime: Minutes(row.whole("minimum_runtime_minutes")?.unwrap_or(0)),
        },
        kubernetes: price(&mut row, "kubernetes_price")?,
        interconnect: Interconnect {
            kinds: row
                .words("interconnect")?
                .iter()
                .map(|word| InterconnectKind::new(word))
                .collect(),
            gbps: row.amount("interconnect_gbps")?,
        },
        provisioning_minutes: row.amount("provisioning_minutes")?,
        variable_price: row.flag("variable_price")?.unwrap_or(false),
        multi_node: row.flag("multi_node")?.unwrap_or(false),
        launch: LaunchWords {
            gpu_type: row.text("gpu_type")?.unwrap_or_default().into(),
            images: row.words("images")?.iter().map(|image| image.as_str().into()).collect(),
            ..LaunchWords::default()
        },
    };
    let _ = row.text("note")?;
    row.nothing_else(FIELDS)?;
    Ok(offer)
}

fn gpu(row: &mut Fields, word: &str) -> Result<Gpu, Fault> {
    let name = GpuName::read(word);
    if name.model.as_str().is_empty() {
        return Err(Fault::new(
            "gpu",
            format!("`{word}` names no GPU; write it as in a request, such as `H100-SXM5`"),
        ));
    }
    Ok(Gpu {
        model: name.model,
        memory: row.whole("gpu_memory_gb")?.map(Gb).or(name.memory),
        socket: row.text("socket")?.map(|word| Socket::new(&word)).or(name.socket),
        count: row.small("gpus")?.ok_or_else(|| Fault::missing("gpus"))?,
    })
}

/// One place from fields of the row, or several from a list.
fn places(row: &mut Fields) -> Result<Vec<Place>, Fault> {
    let listed = row.rows("places")?;
    let own = place(row)?;
    if listed.is_empty() {
        return Ok(vec![own]);
    }
    if own != Place::default() {
        return Err(Fault::new(
            "places",
            "it stands beside a place of the offer's own; write one or the other",
        ));
    }
    let read = |(at, mut row): (usize, Fields)| {
        let within = |fault: Fault| fault.within(&format!("places[{at}]"));
        let place = place(&mut row).map_err(within)?;
        row.nothing_else(&["region", "country", "data_center"])
            .map_err(within)?;
        Ok(place)
    };
    listed.into_iter().enumerate().map(read).collect()
}

fn place(row: &mut Fields) -> Result<Place, Fault> {
    let region = row.text("region")?.filter(|word| !word.eq_ignore_ascii_case("unknown"));
    Ok(Place::new(
        region.map(|word| Region::new(&word)),
        row.read("country", str::parse)?,
        row.text("data_center")?.map(|word| DataCenter::new(&word)),
    ))
}

fn dial(row: &mut Fields, name: &str, currency: Currency) -> Result<Dial, Fault> {
    let unit_price = row
        .amount(&format!("{name}_price"))?
        .map(|price| Rate::new(price, currency));
    Ok(Dial {
        min: row.whole(&format!("{name}_min"))?,
        default: row.whole(name)?,
        max: row.whole(&format!("{name}_max"))?,
        step: row.whole(&format!("{name}_step"))?,
        unit_price,
        // What is not priced apart is in the price.
        included: row.flag(&format!("{name}_included"))?.unwrap_or(unit_price.is_none()),
    })
}

#[cfg(test)]
mod tests;

//! What things would cost, in a market that was read before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::fit::{Candidate, fit};
use gpu_broker_core::gpu::{GpuRequest, GpuWanted, MemoryWanted};
use gpu_broker_core::market::Market;
use gpu_broker_core::number::Exact;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quantity::Gb;
use gpu_broker_core::quote::{decisions, quote};

use crate::cli::{RequestArgs, wider};
use crate::launch::first_of;
use crate::view::policy::against;
use crate::view::text::{seller, shown};

/// A market, and what may be launched of it.
#[derive(Debug, Clone)]
pub(crate) struct Prices {
    market: Arc<Market>,
    /// Plans looked at.
    most: usize,
    /// What may be paid when ordering.
    allowed: Option<Exact>,
}

/// The plan that would be launched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Best {
    /// Over the hours.
    pub(super) total: Exact,
    /// Per hour.
    pub(super) rate: Exact,
    pub(super) per_gpu: Option<Exact>,
    pub(super) currency: String,
    /// Who sells the first of its machines, and in which region.
    pub(super) seller: String,
    pub(super) region: String,
    pub(super) machines: u64,
    /// A plan that costs less, of which so much is prepaid: its total, and what is paid when ordering.
    pub(super) prepaid: Option<(Exact, Exact)>,
    /// The flag that would save most: its name, the rate with it, and the share of the total that it saves.
    pub(super) wider: Option<(&'static str, Exact, Exact)>,
}

/// A GPU for sale, and the least that one of it costs per hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) wanted: GpuWanted,
    /// How it is asked for, without a count.
    pub(super) name: String,
    pub(super) offers: usize,
    pub(super) largest: u32,
    pub(super) per_gpu: Exact,
}

/// What the best plan is with one thing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sized<T> {
    pub(super) of: T,
    pub(super) best: Best,
}

impl Prices {
    /// Of a market in which `most` plans are tried, and `allowed` may be prepaid.
    pub(crate) fn new(market: Arc<Market>, most: usize, allowed: Option<Exact>) -> Self {
        Self { market, most, allowed }
    }

    /// The offers of this GPU alone, which the best plan is among.
    pub(super) fn only(&self, wanted: &GpuWanted) -> Self {
        let mut market = (*self.market).clone();
        market.offers.retain(|offer| wanted.admits(&offer.gpu));
        Self {
            market: Arc::new(market),
            ..self.clone()
        }
    }

    /// The plan that would be launched.
    pub(super) fn best(&self, demand: &Demand) -> Option<Best> {
        let quote = quote(&self.market, demand, self.most).ok()?;
        let at = first_of(&quote.plans, &self.market, demand, self.allowed)?;
        let plan = quote.plans.get(at)?;
        let group = plan.groups.first()?;
        let offer = &group.candidate.offer;
        let cheaper = quote.plans.get(..at).unwrap_or_default().iter();
        let cheaper = cheaper.filter(|other| is_prepaid(other) && other.total.amount() < plan.total.amount());
        Some(Best {
            total: plan.total.amount(),
            rate: plan.rate.per_hour(),
            per_gpu: plan.per_gpu_hour(demand.hours),
            currency: plan.total.currency().to_string(),
            seller: seller(&offer.broker, &offer.provider),
            region: shown(group.place().region_word()).into_owned(),
            machines: plan.nodes,
            prepaid: cheaper
                .map(|other| (other.total.amount(), other.upfront.amount()))
                .next(),
            wider: quote
                .cheaper
                .iter()
                .find_map(|cheaper| Some((wider(cheaper.wider, demand), cheaper.rate.per_hour(), cheaper.saves?))),
        })
    }

    /// What keeps the offers out, by number.
    pub(super) fn reasons(&self, demand: &Demand) -> String {
        let rejected = quote(&self.market, demand, 1).map(|quote| quote.rejected);
        let reasons = rejected.unwrap_or_default();
        let reasons = reasons.iter().filter(|(reason, _)| reason.as_str() != "gpu");
        reasons
            .map(|(reason, offers)| format!("{reason} {offers}"))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Which rules keep offers out, in words.
    pub(super) fn ruled(&self, demand: &Demand) -> Option<String> {
        let quote = quote(&self.market, demand, 1).ok()?;
        against(&decisions(&self.market, demand, &quote))
    }

    /// The same of whatever the flags and settings allow.
    pub(crate) fn ruled_out(&self, request: &RequestArgs) -> Option<String> {
        self.ruled(&request.demand(Some("any")).ok()?)
    }

    /// Each offer that fits, and may be ordered alone.
    fn fitting(&self, demand: &Demand) -> impl Iterator<Item = Candidate> {
        let quoted = demand.exchange.quote();
        let fits = self
            .market
            .offers
            .iter()
            .filter_map(move |offer| fit(offer, demand).ok());
        fits.filter(move |one| one.offer.currency == quoted && one.offer.gpu.count > 0)
            .filter(|one| self.allowed.is_some() || one.bill.upfront.amount().is_zero())
    }

    /// Whether any offer is of this GPU, whatever else it is.
    pub(super) fn knows(&self, wanted: &GpuWanted) -> bool {
        self.market.offers.iter().any(|offer| wanted.admits(&offer.gpu))
    }

    /// Whether any offer fits, prepaid or not.
    pub(super) fn fits(&self, demand: &Demand) -> bool {
        self.market.offers.iter().any(|offer| fit(offer, demand).is_ok())
    }

    /// The GPUs for sale, by name and memory. One whose name is not read back as itself cannot be asked for.
    pub(super) fn models(&self, demand: &Demand) -> Vec<Model> {
        let mut found: BTreeMap<_, Vec<Candidate>> = BTreeMap::new();
        for one in self.fitting(demand) {
            let gpu = &one.offer.gpu;
            let key = (gpu.model.clone(), gpu.memory.map(|Gb(size)| size));
            found.entry(key).or_default().push(one);
        }
        let mut models: Vec<Model> = Vec::new();
        for ((model, size), offers) in &found {
            let sizes = found.keys().filter(|(other, _)| other == model);
            let alone = sizes.count() == 1;
            let memory = size.filter(|_| !alone).map(|size| MemoryWanted::About(Gb(size)));
            let parsed = GpuRequest::parse(model.as_str()).ok();
            let Some([wanted]) = parsed.as_ref().map(|request| &request.alternatives[..]) else {
                continue;
            };
            if wanted.model.as_ref() != Some(model) || (size.is_none() && !alone) {
                continue;
            }
            let wanted = GpuWanted {
                memory,
                socket: None,
                ..wanted.clone()
            };
            let each = offers.iter().filter_map(|one| {
                let gpus = Exact::whole(one.offer.gpu.count.into());
                one.bill.total.amount().over(demand.hours.number().times(gpus)?)
            });
            let Some(per_gpu) = each.min() else { continue };
            let largest = offers.iter().map(|one| one.offer.gpu.count).max().unwrap_or(1);
            match models.last_mut() {
                // Brokers state the memory of one chip a little differently.
                Some(last) if last.wanted.admits_model(model) && memory.is_some() && is_about(&last.wanted, *size) => {
                    last.offers += offers.len();
                    last.largest = last.largest.max(largest);
                    last.per_gpu = last.per_gpu.min(per_gpu);
                }
                _ => models.push(Model {
                    name: name(&wanted),
                    wanted,
                    offers: offers.len(),
                    largest,
                    per_gpu,
                }),
            }
        }
        models
    }

    /// Whether this GPU is for sale as it is asked for, in any number.
    pub(super) fn sells(&self, wanted: &GpuWanted, demand: &Demand) -> bool {
        self.fitting(demand).any(|one| wanted.admits(&one.offer.gpu))
    }

    /// How many GPUs single machines have, fewest first.
    pub(super) fn sizes(&self, demand: &Demand) -> Vec<u64> {
        let sizes: BTreeSet<u64> = self.fitting(demand).map(|one| one.offer.gpu.count.into()).collect();
        sizes.into_iter().take(SIZES_SHOWN).collect()
    }

    /// The regions with anything that fits.
    pub(super) fn regions(&self, demand: &Demand) -> BTreeSet<String> {
        let places = |one: Candidate| {
            let places = one.places.iter().filter_map(|at| one.offer.places.get(*at));
            places.map(|place| place.region_word().to_owned()).collect::<Vec<_>>()
        };
        self.fitting(demand).flat_map(places).collect()
    }
}

/// More sizes than this are no help.
const SIZES_SHOWN: usize = 10;

fn is_prepaid(plan: &Plan) -> bool {
    !plan.upfront.amount().is_zero()
}

fn is_about(wanted: &GpuWanted, size: Option<u64>) -> bool {
    wanted.memory.is_some_and(|memory| memory.admits(size.map(Gb)))
}

/// A GPU as it is asked for, without a count.
pub(super) fn name(wanted: &GpuWanted) -> String {
    let text = wanted.to_string();
    text.rsplit_once(':').map_or(text.as_str(), |(name, _)| name).to_owned()
}

//! What a launch says beside the plan: who may log in, what is booted, what is
//! run at first start.

use std::collections::{BTreeMap, BTreeSet};

use gpu_broker_core::demand::Demand;
use gpu_broker_core::offer::{Broker, Provider};
use gpu_broker_core::source::CloudInit;
use gpu_broker_engine::launch::{Boot, OrderTerms, Package};

use super::super::Context;
use super::chosen::Chosen;
use crate::cli::ProvisionArgs;
use crate::launch::{Login, NamedKey, first_start};
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::text::shown;

/// What the flags say, and what the brokers know of it.
#[derive(Debug)]
pub(super) struct Setup {
    login: Login,
    boot: Boot,
    first_start: Option<CloudInit>,
    version: Option<String>,
    logins: BTreeMap<Broker, Result<NamedKey, String>>,
    kubernetes: BTreeMap<(Broker, Provider), Result<String, String>>,
}

impl Setup {
    /// Reads the files that the flags name.
    pub(super) fn read(args: &ProvisionArgs) -> Result<Self, Trouble> {
        Ok(Self {
            login: Login::read(&args.ssh_key)?,
            boot: Boot::new(args.image.as_deref()),
            first_start: args.cloud_init.as_deref().map(first_start).transpose()?,
            version: args.request.kubernetes_version(),
            logins: BTreeMap::new(),
            kubernetes: BTreeMap::new(),
        })
    }

    /// Asks the brokers of the plans for their keys and their versions of
    /// Kubernetes. Costs nothing.
    pub(super) async fn look_up(&mut self, context: &Context<'_>, sources: &Sources, chosen: &Chosen) {
        let groups = || chosen.plans.iter().flat_map(|(_, plan)| &plan.groups);
        let brokers: BTreeSet<Broker> = groups().map(|group| group.candidate.offer.broker.clone()).collect();
        let brokers: Vec<Broker> = brokers.into_iter().collect();
        self.logins = self.login.of(sources, &brokers, context.within()).await;
        if !chosen.demand.instance.kubernetes {
            return;
        }
        for group in groups() {
            let offer = &group.candidate.offer;
            let runner = (offer.broker.clone(), offer.provider.clone());
            if self.kubernetes.contains_key(&runner) {
                continue;
            }
            let source = sources.asked.iter().find(|source| *source.broker() == offer.broker);
            let version = match source.and_then(|source| source.fleet()) {
                Some(fleet) => match fleet.account().kubernetes_versions(offer, context.within()).await {
                    Ok(known) => self.choose(&offer.broker, known),
                    Err(error) => Err(format!(
                        "its kubernetes versions are not known: {}",
                        shown(&error.to_string())
                    )),
                },
                None => Err(format!("no key is configured for {}", offer.broker)),
            };
            self.kubernetes.insert(runner, version);
        }
    }

    /// The version that was asked for, or the newest.
    fn choose(&self, broker: &Broker, known: Vec<String>) -> Result<String, String> {
        match &self.version {
            None => {
                let newest = known.into_iter().next();
                newest.ok_or_else(|| format!("{broker} names no version of kubernetes for it"))
            }
            Some(version) if known.contains(version) => Ok(version.clone()),
            Some(version) => Err(format!(
                "{broker} has no kubernetes `{}` for it, but {}",
                shown(version),
                known.iter().map(|known| shown(known)).collect::<Vec<_>>().join(", ")
            )),
        }
    }

    /// All of it, for the plans of a request.
    pub(super) fn ordering<'a>(&self, args: &ProvisionArgs, demand: &'a Demand) -> OrderTerms<'a> {
        let key = |named: &Result<NamedKey, String>| named.clone().map(|(key, _)| key);
        OrderTerms {
            demand,
            tolerance: args.price_tolerance,
            boot: self.boot.clone(),
            logins: self
                .logins
                .iter()
                .map(|(broker, named)| (broker.clone(), key(named)))
                .collect(),
            first_start: self.first_start.clone(),
            kubernetes: self.kubernetes.clone(),
            ends_in: args.max_duration,
        }
    }

    /// How the keys that may log in are called, for a plan.
    pub(super) fn called(&self, plan: Option<&Package>) -> Vec<String> {
        let machines = plan.into_iter().flat_map(|plan| &plan.machines);
        let brokers: BTreeSet<&Broker> = machines.map(|unit| &unit.order.offer.broker).collect();
        let several = brokers.len() > 1;
        let called = brokers.into_iter().filter_map(|broker| {
            let (_, called) = self.logins.get(broker)?.as_ref().ok()?;
            Some(if several {
                format!("{broker}: {called}")
            } else {
                called.clone()
            })
        });
        called.collect()
    }
}

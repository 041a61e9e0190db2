//! The adapters of the simulated brokers: core's traits over the world.

mod create;
mod delete;
mod list;
mod wallet;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gpu_broker_core::disk::DiskOffer;
use gpu_broker_core::instance::{Instance, InstanceId};
use gpu_broker_core::money::Currency;
use gpu_broker_core::offer::{Broker, Offer};
use gpu_broker_core::source::{
    Account, AccountKey, Ask, Balance, Budget, Catalog, Deletion, Disks, Ending, Fleet, FleetTraits, Listing, Order,
    Outcome, Source, SourceError,
};
use jiff::Timestamp;

use super::shop::{BROKERS, GOODS};
use super::time::MINUTE;
use super::world::{Flavour, Shared};

/// One broker, as the engine sees it.
#[derive(Debug)]
pub(crate) struct SimBroker {
    pub(crate) world: Shared,
    pub(crate) flavour: Flavour,
}

impl Source for SimBroker {
    fn broker(&self) -> &Broker {
        &BROKERS[self.flavour.site()]
    }

    fn catalog(&self) -> &dyn Catalog {
        self
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        Some(self)
    }

    fn disks(&self) -> Option<&dyn Disks> {
        None
    }
}

#[async_trait]
impl Catalog for SimBroker {
    async fn offers(&self, _: &Ask<'_>) -> Listing<Arc<Offer>> {
        let goods = &GOODS[self.flavour.site()];
        Listing::complete(goods.iter().map(|good| Arc::clone(&good.offer)).collect())
    }

    async fn disk_offers(&self, _: &Ask<'_>) -> Listing<DiskOffer> {
        Listing::complete(Vec::new())
    }
}

#[async_trait]
impl Fleet for SimBroker {
    fn traits(&self) -> FleetTraits {
        let mut traits = FleetTraits::new(60);
        traits.lists_ended = true;
        match self.flavour {
            Flavour::Spheron => {
                let window = Duration::from_millis(15 * MINUTE);
                traits.creates = Some(Budget { count: 10, window });
                traits.calls = Some(Budget { count: 250, window });
            }
            Flavour::Prime => traits.takes_ceiling = true,
        }
        traits
    }

    fn scope(&self) -> Option<&str> {
        match self.flavour {
            Flavour::Spheron => Some("team-1"),
            Flavour::Prime => None,
        }
    }

    async fn create(&self, order: &Order, within: Duration) -> Outcome<Instance> {
        self.world.lock().create(self.flavour.site(), order, within)
    }

    async fn get(&self, id: &InstanceId, _: Duration) -> Result<Option<Instance>, SourceError> {
        Ok(self.world.lock().get(self.flavour.site(), id))
    }

    async fn list(&self, _: &Ask<'_>, since: Timestamp) -> Listing<Instance> {
        self.world.lock().list(self.flavour.site(), since)
    }

    async fn delete(&self, id: &InstanceId, within: Duration) -> Result<Deletion, SourceError> {
        self.world.lock().delete(self.flavour.site(), id, within)
    }

    async fn may_end(&self, _: &InstanceId, _: Duration) -> Result<Ending, SourceError> {
        Ok(Ending {
            allowed: true,
            wait: None,
        })
    }

    fn account(&self) -> &dyn Account {
        self
    }
}

#[async_trait]
impl Account for SimBroker {
    async fn balances(&self, _: Duration) -> Result<Vec<Balance>, SourceError> {
        let amount = self.world.lock().wallet(self.flavour.site())?;
        Ok(vec![Balance {
            team: self.scope().map(str::to_owned),
            name: "research".to_owned(),
            amount,
            currency: Currency::USD,
            current: true,
        }])
    }

    async fn keys(&self, _: Duration) -> Result<Vec<AccountKey>, SourceError> {
        Ok(Vec::new())
    }

    async fn add_key(&self, name: &str, public_key: &str, _: Duration) -> Result<AccountKey, SourceError> {
        Ok(AccountKey {
            id: name.to_owned(),
            name: name.to_owned(),
            public_key: public_key.to_owned(),
            primary: false,
        })
    }

    async fn remove_key(&self, _: &str, _: Duration) -> Result<Deletion, SourceError> {
        Ok(Deletion::Requested)
    }

    async fn kubernetes_versions(&self, _: &Offer, _: Duration) -> Result<Vec<String>, SourceError> {
        Ok(Vec::new())
    }
}

//! Turning the world's knobs while it runs.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use serde::{Deserialize, Serialize};

use crate::broker::Broker;
use crate::clock::Moment;
use crate::exact::Exact;
use crate::face::add_stranger;
use crate::fault::Rule;
use crate::state::{Phase, State};
use crate::world::World;

/// What `POST /sandbox/control` takes, and [`World::control`]. Every field may be left out; what is given is done in the
/// order of the fields. Faults are this sandbox's own; all else is the world's, and kept with it where it is kept.
///
/// ```
/// # use gpu_broker_sandbox::Control;
/// let control: Control = serde_json::from_str(r#"{"faults": ["delete-500-no-effect:2"], "advance_seconds": 60}"#)?;
/// assert_eq!(control.advance_seconds, 60);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Control {
    /// Forget every fault there is.
    pub clear_faults: bool,
    /// Faults to add, each as [`Rule`] reads it.
    pub faults: Vec<String>,
    /// Let so many seconds pass.
    pub advance_seconds: u64,
    /// Add machines that somebody else made.
    pub strangers: Vec<Stranger>,
    /// Let the provider take these machines back, by id.
    pub reclaim: Vec<String>,
    /// Let the provider stop these machines; they may still bill.
    pub stop: Vec<String>,
    /// Let these machines fail.
    pub fail: Vec<String>,
    /// Delete these machines as somebody at the broker's console would.
    pub delete: Vec<String>,
    /// Make a purse's balance so much, as decimal text: by `prime`, or by the id of a team at Spheron.
    pub balance: BTreeMap<String, String>,
    /// Change what offers cost, as decimal text by their ids (`cloudId`, `offerId`); lists and creates both follow.
    pub prices: BTreeMap<String, String>,
    /// Change how many units there are of offers, those taken included, by their ids.
    pub units: BTreeMap<String, u32>,
    /// Refuse every key from now on, or no longer.
    pub revoke: Option<bool>,
}

/// A machine that somebody else made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stranger {
    /// Its name, which need not keep to any rule.
    pub name: String,
    /// Its team, if it has one.
    #[serde(default)]
    pub team: Option<String>,
    /// Whose it is; if left out, the broker's at whose face it is asked for.
    #[serde(default)]
    pub broker: Option<Broker>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Done {
    /// The world's time, in milliseconds since 1970.
    pub now_ms: u64,
    /// The ids of the strangers' machines.
    pub strangers: Vec<String>,
}

impl World {
    /// Turns knobs.
    ///
    /// # Errors
    /// When a fault, a machine or a purse is not known, or an amount is none; what stands before it has been done. When a
    /// kept world can no longer be read or written.
    pub fn control(&self, broker: Broker, control: Control) -> Result<Done, String> {
        let rules = control
            .faults
            .iter()
            .map(|text| text.parse::<Rule>().map_err(|error| error.to_string()));
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        {
            let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
            if control.clear_faults {
                plan.clear();
            }
            for rule in rules {
                plan.add(rule);
            }
        }
        self.with(true, |state, _| {
            state.ahead = state
                .ahead
                .saturating_add(control.advance_seconds.saturating_mul(1_000));
            let now = self.time(state);
            state.settle(now);
            control.apply(broker, state, now)
        })?
    }
}

impl Control {
    fn apply(self, broker: Broker, state: &mut State, now: Moment) -> Result<Done, String> {
        let strangers = self.strangers.iter().map(|stranger| {
            let broker = stranger.broker.unwrap_or(broker);
            add_stranger(state, broker, &stranger.name, stranger.team.as_deref(), now)
        });
        let strangers = strangers.collect();
        for id in &self.reclaim {
            let place = living(state, id)?;
            state.end(place, Phase::Reclaimed, now);
        }
        for (ids, phase) in [(&self.stop, Phase::Stopped), (&self.fail, Phase::Failed)] {
            for id in ids {
                let place = living(state, id)?;
                state.turn(place, phase, now);
            }
        }
        for id in &self.delete {
            let place = living(state, id)?;
            state.end(place, Phase::Ended, now);
        }
        for (name, text) in &self.balance {
            let named =
                |purse: &crate::state::Purse| purse.id == *name || purse.broker == Broker::Prime && name == "prime";
            let purse = state.purses.iter().position(named);
            let purse = purse.ok_or_else(|| format!("no purse is called `{name}`; write `prime` or a team's id"))?;
            state.pour(purse, amount(text)?, now);
        }
        for (id, price) in &self.prices {
            state.market.set_price(id, amount(price)?);
        }
        for (id, units) in &self.units {
            state.market.set_units(id, *units);
        }
        if let Some(revoked) = self.revoke {
            state.revoked = revoked;
        }
        Ok(Done {
            now_ms: now.0,
            strangers,
        })
    }
}

fn amount(text: &str) -> Result<Exact, String> {
    Exact::parse(text).ok_or_else(|| format!("`{text}` is no amount; write `12.50`"))
}

/// The machine of either broker with an id, which must exist.
fn living(state: &State, id: &str) -> Result<usize, String> {
    let mut machines = state.machines.iter();
    let place = machines.position(|machine| machine.id == id && machine.exists());
    place.ok_or_else(|| format!("no machine `{id}` exists; `GET /sandbox/ledger` lists them"))
}

//! One run of the random level: launches, care and endings in any order, with
//! faults and crashes by the dice.

use std::time::Duration;

use gpu_broker_core::money::Currency;
use gpu_broker_engine::journal::MemoryStore;
use gpu_broker_engine::launch::SpendCaps;
use gpu_broker_engine::launch::{OnUnknown, Settings, Unit, Wish};

use super::book::Cap;
use super::cell::{LAGS_MS, end_all, settings};
use super::journal::Kill;
use super::rig::{Closed, Rig, Store};
use super::script::Script;
use super::shop::{GOODS, Good, HORIZON_H, MICRO, exact};
use super::time::{HOUR, MINUTE, SECOND, stamp_of};
use super::world::{Flavour, World};
use crate::dice::Dice;

/// Whether other machines are in the account. Of an account in which nothing
/// was ever seen, an empty listing proves less (R7), so that it is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    Used,
    Empty,
}

impl Account {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Used => "s2",
            Self::Empty => "s2e",
        }
    }
}

/// Runs what a seed decides.
pub(crate) fn run(seed: u64, account: Account, store: Option<Store>, trace: bool) -> Closed {
    decided(&mut Dice::new(seed), account, store, trace)
}

/// Runs what the dice decide.
pub(crate) fn decided(dice: &mut Dice, account: Account, store: Option<Store>, trace: bool) -> Closed {
    let flavours: &[Flavour] = match dice.below(8) {
        0..=2 => &[Flavour::Spheron],
        3..=5 => &[Flavour::Prime],
        _ => &Flavour::ALL,
    };
    let strangers = match account {
        Account::Used => dice.pick(&[1, 1, 2, 3]),
        Account::Empty => 0,
    };
    let mut world = World::new(Script::Calm, dice.pick(&LAGS_MS), strangers);
    world.trace = trace.then(Vec::new);
    let faults = Script::chance(
        dice.split(),
        u32::try_from(dice.below(51)).unwrap_or_default(),
        HOUR + 5 * MINUTE + dice.roll() % (40 * MINUTE),
        dice.pick(&[5, 15, 40]),
    );
    let store = store.unwrap_or_else(|| Store::Memory(MemoryStore::default()));
    let mut rig = Rig::new(world, flavours, patience(dice), store);
    if account == Account::Used {
        rig.look_around();
    }
    {
        let mut world = rig.world.lock();
        world.script = faults;
        // What was there before stays known.
        for _ in 0..dice.below(4) {
            let commit = world.book.commits + u32::try_from(dice.below(50)).unwrap_or_default() + 1;
            let after = dice.percent(30);
            world.kills.push(Kill { commit, after });
        }
    }
    launch(&mut rig, flavours, dice);
    for _ in 0..dice.below(6) {
        step(&mut rig, flavours, dice);
    }
    rig.calm();
    rig.passes(|engine| engine.state().is_settled());
    end_all(&mut rig);
    rig.close()
}

fn patience(dice: &mut Dice) -> Settings {
    let mut settings = settings();
    settings.strict = dice.percent(10);
    settings
}

/// One command, or something that happens between two.
fn step(rig: &mut Rig, flavours: &[Flavour], dice: &mut Dice) {
    match dice.below(10) {
        0 => launch(rig, flavours, dice),
        1..=3 => rig.reconcile(Duration::from_secs(dice.pick(&[0, 30, 60, 600]))),
        4 | 5 => {
            rig.watch(Duration::from_secs(dice.pick(&[120, 600, 2_400])));
        }
        6 => {
            let keys: Vec<String> = rig.engine().state().attempts.keys().cloned().collect();
            let some: Vec<String> = keys.into_iter().filter(|_| dice.percent(60)).collect();
            rig.terminate(&some, Duration::from_secs(dice.pick(&[0, 60, 180])));
        }
        7 => rig.pass(dice.roll() % (20 * MINUTE)),
        8 => {
            if dice.percent(50) {
                rig.world.lock().reboot();
            } else {
                rig.world.lock().set_ahead(HOUR);
            }
            rig.restart();
        }
        _ => rig.restart(),
    }
}

/// A launch of one to four machines.
fn launch(rig: &mut Rig, flavours: &[Flavour], dice: &mut Dice) {
    if dice.percent(6) {
        let at = rig.now() + dice.roll() % (10 * MINUTE);
        rig.interrupt_at(at);
    }
    let slots = dice.pick(&[1, 1, 2, 3, 4]);
    let goods: Vec<&Good> = flavours.iter().flat_map(|flavour| &GOODS[flavour.site()]).collect();
    let prepaid = dice.percent(15);
    let plans: Vec<Vec<&Good>> = (0..=dice.below(3))
        .map(|_| plan(&goods, slots, prepaid, dice))
        .collect();
    let most = |of: fn(&Good) -> u64| {
        let sums = plans.iter().map(|plan| plan.iter().map(|good| of(good)).sum::<u64>());
        sums.max().unwrap_or_default()
    };
    let factor = dice.pick(&[1, 1, 2]);
    let rate = dice.percent(60).then(|| most(|good| good.rate) * factor);
    let total = dice
        .percent(60)
        .then(|| most(|good| good.rate * HORIZON_H) * factor + MICRO);
    // At times too little for what an earlier launch left open.
    let budgets = dice.pick(&[1, 2]);
    let budget = dice.percent(25).then(|| most(|good| good.rate * HORIZON_H) * budgets);
    let now = rig.now();
    let mut wish = Wish {
        plans: plans
            .iter()
            .map(|plan| plan.iter().map(|good| good.unit()).collect::<Vec<Unit>>().into())
            .collect(),
        all_or_nothing: dice.percent(50),
        caps: SpendCaps {
            rate: rate.map(exact),
            total: total.map(exact),
            upfront: None,
            budget: budget.map(exact),
            burn: None,
        },
        currency: Currency::USD,
        quote: None,
        ends_at: dice
            .percent(25)
            .then(|| stamp_of(now + 10 * MINUTE + dice.roll() % HOUR)),
        on_unknown: dice.pick(&[OnUnknown::Hold, OnUnknown::Recreate]),
        resolve_for: Duration::from_secs(dice.pick(&[60, 1_200])),
        wait: dice.pick(&[None, Some(120), Some(1_200)]).map(Duration::from_secs),
    };
    // Enough beside the strangers that are there from the start, or not. Dice of its own leave the others' throws as
    // they were in the runs that are known by their seeds.
    let mut aside = Dice::new(now);
    let burns = aside.pick(&[1, 2, 3]);
    let burn = aside.percent(20).then(|| most(|good| good.rate) * burns + 3 * MICRO);
    wish.caps.burn = burn.map(exact);
    let machines = u32::try_from(slots).unwrap_or_default();
    rig.provision(&wish, Cap { rate, machines });
    rig.calm();
    rig.pass(dice.roll() % (30 * SECOND));
}

/// A plan of so many machines; of what is paid in advance one at most.
fn plan<'a>(goods: &[&'a Good], slots: usize, prepaid: bool, dice: &mut Dice) -> Vec<&'a Good> {
    let by_the_hour: Vec<&Good> = goods.iter().copied().filter(|good| good.upfront() == 0).collect();
    let mut plan: Vec<&Good> = (0..slots).map(|_| dice.pick(&by_the_hour)).collect();
    if prepaid && let Some(last) = plan.last_mut() {
        *last = dice.pick(goods);
    }
    plan
}

//! Which call meets which fault.

use super::fault::{Create, Delete, List};
use super::time::MINUTE;
use crate::dice::Dice;

/// How long a cell's listings are wrong after its first request to launch, and
/// again after its first request to end.
const LIST_WRONG_MS: u64 = 25 * MINUTE;
const LIST_WRONG_AGAIN_MS: u64 = 5 * MINUTE;
/// How many of a cell's requests to end go wrong, and for how long a key is
/// refused.
const DELETES_WRONG: u32 = 3;
const KEY_REFUSED_MS: u64 = 10 * MINUTE;
/// For how long nothing can be ended at all: longer than anybody waits before
/// it is called blocked.
const STUCK_MS: u64 = 20 * MINUTE;

/// The faults of a run.
#[derive(Debug)]
pub(crate) enum Script {
    /// None.
    Calm,
    /// One of each kind, at the first call that it can meet.
    Cell(Cell),
    /// Some, by the dice.
    Chance(Chance),
}

/// One fault of each kind.
#[derive(Debug)]
pub(crate) struct Cell {
    create: Create,
    list: List,
    delete: Delete,
    creates: u32,
    lists: u32,
    deletes: u32,
    first_create: Option<u64>,
    first_delete: Option<u64>,
}

/// Faults by the dice.
#[derive(Debug)]
pub(crate) struct Chance {
    dice: Dice,
    /// How many are left.
    left: u32,
    /// When they cease.
    until: u64,
    /// How often a call meets one, in percent.
    often: usize,
    /// What listings show now, and until when.
    list: (List, u64),
    /// What comes of requests to end now, and until when.
    delete: (Delete, u64),
    lists: u32,
}

impl Script {
    pub(crate) fn cell(create: Create, list: List, delete: Delete) -> Self {
        Self::Cell(Cell {
            create,
            list,
            delete,
            creates: 0,
            lists: 0,
            deletes: 0,
            first_create: None,
            first_delete: None,
        })
    }

    pub(crate) fn chance(dice: Dice, left: u32, until: u64, often: usize) -> Self {
        Self::Chance(Chance {
            dice,
            left,
            until,
            often,
            list: (List::Ok, 0),
            delete: (Delete::Ok, 0),
            lists: 0,
        })
    }

    pub(crate) fn create(&mut self, now: u64) -> Create {
        match self {
            Self::Calm => Create::Ok,
            Self::Cell(cell) => {
                cell.creates += 1;
                cell.first_create.get_or_insert(now);
                // Two tries at a connection fail, the third is made.
                let last = if cell.create == Create::Refused { 2 } else { 1 };
                if cell.creates <= last { cell.create } else { Create::Ok }
            }
            Self::Chance(chance) => chance.draws(now).map_or(Create::Ok, |dice| dice.pick(Create::ALL)),
        }
    }

    /// What the next listing shows, and whether it is the stale one of two.
    pub(crate) fn list(&mut self, now: u64) -> (List, bool) {
        match self {
            Self::Calm => (List::Ok, false),
            Self::Cell(cell) => {
                cell.lists += 1;
                let within = |from: Option<u64>, length| from.is_some_and(|from| now < from + length);
                let wrong = within(cell.first_create, LIST_WRONG_MS) || within(cell.first_delete, LIST_WRONG_AGAIN_MS);
                let list = if wrong { cell.list } else { List::Ok };
                (list, cell.lists.is_multiple_of(2))
            }
            Self::Chance(chance) => {
                chance.lists += 1;
                if now >= chance.list.1 {
                    chance.list = (List::Ok, now);
                    let until = chance.until;
                    if let Some(dice) = chance.draws(now) {
                        let list = dice.pick(List::ALL);
                        let length = dice.roll() % (10 * MINUTE);
                        chance.list = (list, (now + length).min(until));
                    }
                }
                (chance.list.0, chance.lists.is_multiple_of(2))
            }
        }
    }

    pub(crate) fn delete(&mut self, now: u64) -> Delete {
        match self {
            Self::Calm => Delete::Ok,
            Self::Cell(cell) => {
                cell.deletes += 1;
                let first = *cell.first_delete.get_or_insert(now);
                let wrong = match cell.delete {
                    Delete::TooEarly => true,
                    Delete::Unauthorised => now < first + KEY_REFUSED_MS,
                    Delete::Error => now < first + STUCK_MS,
                    _ => cell.deletes <= DELETES_WRONG,
                };
                if wrong { cell.delete } else { Delete::Ok }
            }
            Self::Chance(chance) => {
                if now >= chance.delete.1 {
                    chance.delete = (Delete::Ok, now);
                    let until = chance.until;
                    if let Some(dice) = chance.draws(now) {
                        let delete = dice.pick(Delete::ALL);
                        let length = dice.roll() % (15 * MINUTE);
                        chance.delete = (delete, (now + length).min(until));
                    }
                }
                chance.delete.0
            }
        }
    }

    /// Whether the wallet cannot be read.
    pub(crate) fn wallet(&mut self, now: u64) -> bool {
        match self {
            Self::Calm | Self::Cell(_) => false,
            Self::Chance(chance) => chance.draws(now).is_some(),
        }
    }

    /// When the last fault ceases, as far as it is known now.
    pub(crate) fn ceases(&self) -> u64 {
        match self {
            Self::Calm => 0,
            Self::Cell(cell) => {
                let list = match cell.list {
                    List::Ok | List::Lookalike => 0,
                    _ => {
                        let first = cell.first_create.map_or(0, |from| from + LIST_WRONG_MS);
                        first.max(cell.first_delete.map_or(0, |from| from + LIST_WRONG_AGAIN_MS))
                    }
                };
                let delete = match cell.delete {
                    Delete::Unauthorised => cell.first_delete.map_or(0, |from| from + KEY_REFUSED_MS),
                    Delete::Error => cell.first_delete.map_or(0, |from| from + STUCK_MS),
                    _ => 0,
                };
                list.max(delete)
            }
            Self::Chance(chance) => chance.until,
        }
    }
}

impl Chance {
    fn draws(&mut self, now: u64) -> Option<&mut Dice> {
        if self.left == 0 || now >= self.until || !self.dice.percent(self.often) {
            return None;
        }
        self.left -= 1;
        Some(&mut self.dice)
    }
}

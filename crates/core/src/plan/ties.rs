//! The lightest plans of a pool in the order of all else (R14), where they are
//! too many to be listed and sorted.
//!
//! Quality comes first: property by property, the units are narrowed to the
//! best of which a lightest plan can still be made. Among the plans of those,
//! names decide, group by group, and a walk that tries the names in their order
//! finds the plans in theirs. Both rest on the exact table: it knows of every
//! step whether a lightest plan lies behind it.

use std::sync::Arc;

use super::Group;
use super::order::{Quality, everything, name, quality};
use super::pool::{Pool, Unit, Weight};
use super::table::Table;

/// Cells that are worth reckoning for all pools of a request: a fraction of a
/// second.
pub(super) const CELLS_MAX: usize = 20_000_000;

/// The first `count` of the plans that weigh least. `None` when that cannot be
/// known, because caps decide or the table leaves a limit out, or when it takes
/// more than `cells` are left.
pub(super) fn lightest(pool: &Pool, count: usize, cells: &mut usize) -> Option<(Weight, Vec<Vec<Group>>)> {
    let table = Table::new(pool);
    if pool.limits.caps().next().is_some() || !table.is_exact() {
        return None;
    }
    let mut walk = Walk {
        weight: least(pool, &table),
        count,
        found: Vec::new(),
        cells: *cells,
    };
    walk.spend(pool.least * pool.classes.len());
    walk.narrow(
        pool,
        |quality| quality.upper_bound,
        |walk, pool| {
            walk.narrow(
                pool,
                |quality| quality.stock,
                |walk, pool| {
                    walk.narrow(
                        pool,
                        |quality| quality.security,
                        |walk, pool| {
                            walk.narrow(
                                pool,
                                |quality| quality.market,
                                |walk, pool| {
                                    walk.narrow(pool, |quality| quality.provisioning, Walk::by_name);
                                },
                            );
                        },
                    );
                },
            );
        },
    );
    *cells = walk.cells;
    (walk.cells > 0).then_some((walk.weight, walk.found))
}

fn least(pool: &Pool, table: &Table) -> Weight {
    let rest = table.to_go(0, pool.least, pool.limits.nodes);
    pool.base.weight.plus(rest)
}

/// Lightest plans, in order, as far as they are found.
struct Walk {
    weight: Weight,
    count: usize,
    found: Vec<Vec<Group>>,
    /// What is left of the cells that it may take.
    cells: usize,
}

/// A partial plan: the units before `unit` of `class` are decided.
#[derive(Debug, Clone, Copy)]
struct Step {
    weight: Weight,
    remaining: usize,
    class: usize,
    unit: usize,
}

impl Walk {
    fn is_over(&self) -> bool {
        self.found.len() >= self.count || self.cells == 0
    }

    fn spend(&mut self, cells: usize) {
        self.cells = self.cells.saturating_sub(cells);
    }

    /// Goes on with the units that are good enough in one property, for each
    /// grade from the best on. What a better grade allows is found by then.
    fn narrow<T: Ord + Copy>(&mut self, pool: &Pool, grade: fn(&Quality) -> T, then: impl Fn(&mut Self, &Pool)) {
        let of = |unit: &Unit| grade(&quality(&unit.candidate));
        let mut grades: Vec<T> = pool.units().map(of).collect();
        grades.sort_unstable();
        grades.dedup();
        if grades.len() < 2 {
            return then(self, pool);
        }
        for worst in grades {
            if self.is_over() {
                return;
            }
            let narrowed = pool.of_others(pool.units().filter(|unit| of(unit) <= worst).cloned(), pool.wanted);
            self.spend(narrowed.least * narrowed.classes.len());
            if least(&narrowed, &Table::new(&narrowed)) == self.weight {
                then(self, &narrowed);
            }
        }
    }

    /// Walks the lightest plans of a pool by name.
    fn by_name(&mut self, pool: &Pool) {
        let table = Table::new(pool);
        self.spend(pool.least * pool.classes.len());
        let root = Step {
            weight: pool.base.weight,
            remaining: pool.least,
            class: 0,
            unit: 0,
        };
        let mut groups: Vec<Group> = Vec::new();
        let mut open = vec![self.next(pool, &table, root).into_iter()];
        while let Some(steps) = open.last_mut() {
            let Some((group, step)) = steps.next() else {
                open.pop();
                groups.pop();
                continue;
            };
            groups.push(group);
            if step.remaining > 0 {
                open.push(self.next(pool, &table, step).into_iter());
                continue;
            }
            if !self.found.iter().any(|found| is_same(found, &groups)) {
                self.found.push(groups.clone());
            }
            groups.pop();
            if self.is_over() {
                return;
            }
        }
    }

    /// The groups with which a lightest plan can go on, by name.
    fn next(&mut self, pool: &Pool, table: &Table, step: Step) -> Vec<(Group, Step)> {
        let mut steps = Vec::new();
        let left = pool.limits.nodes.saturating_sub(step.weight.nodes);
        for (number, class) in pool.classes.iter().enumerate().skip(step.class) {
            let first = if number == step.class { step.unit } else { 0 };
            let spot = table.spot(class.gpus, step.remaining, left);
            let surplus = table.surplus(class.gpus, spot);
            for (at, unit) in class.units.iter().enumerate().skip(first) {
                let units = class.units.get(at..).unwrap_or_default();
                self.spend(2 * (spot.position + 1));
                if step.weight.plus(table.with_one(number, class.gpus, units, spot)) != self.weight {
                    break;
                }
                let later = units.get(1..).unwrap_or_default();
                let most = usize::try_from(unit.bound.min(left)).unwrap_or(usize::MAX);
                let most = most.min(spot.position + 1);
                let rests = table.rests(number, class.gpus, later, spot, most);
                for copies in 1..=most {
                    let weight = step.weight.plus(unit.weight.times(copies));
                    let whole = if copies > spot.position {
                        surplus.map(|surplus| Weight { surplus, ..weight })
                    } else {
                        rests.get(copies).map(|rest| weight.plus(*rest))
                    };
                    if whole == Some(self.weight) {
                        let group = Group {
                            candidate: Arc::clone(&unit.candidate),
                            place: unit.place,
                            count: u64::try_from(copies).unwrap_or(u64::MAX),
                        };
                        let step = Step {
                            weight,
                            remaining: spot.after(class.gpus, copies),
                            class: number,
                            unit: at + 1,
                        };
                        steps.push((group, step));
                    }
                }
            }
            let without = table.to_go(number + 1, step.remaining, left);
            if step.weight.plus(without) != self.weight {
                break;
            }
        }
        steps.sort_by(|(left, _), (right, _)| {
            let names = name(left).cmp(&name(right));
            names.then_with(|| everything(&left.candidate, &right.candidate))
        });
        steps
    }
}

fn is_same(left: &[Group], right: &[Group]) -> bool {
    let same = |(left, right): (&Group, &Group)| {
        Arc::ptr_eq(&left.candidate, &right.candidate) && left.place == right.place && left.count == right.count
    };
    left.len() == right.len() && left.iter().zip(right).all(same)
}

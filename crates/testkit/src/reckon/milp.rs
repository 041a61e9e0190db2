//! The best plan of a large market, by a mixed-integer solver: nothing of ours searches here (R2, R7–R10, R15).
//!
//! For every pool, one whole number per unit:
//!
//! ```text
//! least Σ costᵢ xᵢ   with   least ≤ Σ gpusᵢ xᵢ ≤ most,   Σ xᵢ ≤ nodes,   Σ spentᵢ xᵢ ≤ cap,   0 ≤ xᵢ ≤ stockᵢ
//! ```
//!
//! The solver reckons in binary floating point, so neither its answer nor its word is taken for granted. Costs are whole
//! numbers that a double holds, its gap and its pruning slack are 0, and what it names is rounded to whole numbers and
//! added up again exactly. An answer that then breaks a limit, or is not proved, is an error and never a plan.
//!
//! Pools are solved in the order of their relaxations, in which parts of an instance may be launched: a pool whose
//! relaxation is dearer than a plan that is known already holds nothing cheaper.

use std::collections::BTreeMap;

use microlp::{
    ComparisonOp, Error, OptimizationDirection, Problem, Solution, SolutionStatus, SolveOptions, Tolerances, Variable,
};

use super::cover::{Unit, pools};
use crate::fraction::{Fraction, divisor};
use crate::ware::Ware;
use crate::wish::{Sort, Wish};

/// Nodes of branch and bound before the solver is told to stop, which is an error. Counted rather than timed, so that a
/// seed ends in the same way everywhere.
const NODES_MAX: u64 = 3_000_000;

/// Beyond it not every whole number is a double.
const DOUBLE_MAX: i128 = 1 << 53;

/// A market and a request as integer programs.
#[derive(Debug)]
pub struct Milp {
    /// Each for one instance and for several, as R2 asks for them in turn.
    turns: Vec<Vec<Program>>,
}

/// One pool as an integer program, all in whole numbers.
#[derive(Debug)]
struct Program {
    columns: Vec<Column>,
    /// GPUs, in units of what all columns are a multiple of.
    least: i128,
    most: i128,
    nodes: i128,
    caps: Vec<i128>,
    /// What a cost is a fraction of.
    under: i128,
}

#[derive(Debug)]
struct Column {
    gpus: i128,
    cost: i128,
    spent: Vec<i128>,
    bound: i128,
}

impl Milp {
    /// The programs of a market.
    ///
    /// # Errors
    /// For an objective that is no sum.
    pub fn of(wares: &[Ware], wish: &Wish) -> Result<Self, String> {
        let pools = pools(wares, wish);
        let turn = |nodes| pools.iter().map(|units| Program::of(units, wish, nodes)).collect();
        let nodes: &[u64] = match wish.nodes {
            None => &[1, u64::MAX],
            Some(0) => &[u64::MAX],
            Some(nodes) => &[nodes],
        };
        Ok(Self {
            turns: nodes.iter().map(|nodes| turn(*nodes)).collect::<Result<_, String>>()?,
        })
    }

    /// The least by the first key of the ranking; `None` when there is no plan.
    ///
    /// # Errors
    /// The solver's, or what would be one.
    pub fn solve(&self) -> Result<Option<Fraction>, String> {
        for programs in &self.turns {
            let mut relaxed = Vec::new();
            for program in programs {
                relaxed.extend(program.relaxed()?.map(|bound| (bound, program)));
            }
            relaxed.sort_by_key(|(bound, _)| *bound);
            let mut least: Option<Fraction> = None;
            for (bound, program) in relaxed {
                if least.is_none_or(|least| bound < least) {
                    least = [least, program.solve()?].into_iter().flatten().min();
                }
            }
            if least.is_some() {
                return Ok(least);
            }
        }
        Ok(None)
    }
}

impl Program {
    fn of(units: &[Unit], wish: &Wish, nodes: u64) -> Result<Self, String> {
        let cost = |unit: &Unit| match wish.sort {
            Sort::Total => Ok(unit.priced.total),
            Sort::Rate => Ok(unit.priced.rate),
            Sort::Upfront => Ok(unit.priced.upfront),
            Sort::PerGpu | Sort::Provisioning => Err(format!("{:?} is no sum", wish.sort)),
        };
        let costs = units.iter().map(cost).collect::<Result<Vec<_>, _>>()?;
        let under = Fraction::denominator(costs.iter().copied());
        // A unit of more GPUs than are allowed is in no plan.
        let most = wish.most.unwrap_or(u64::MAX);
        let mut columns: Vec<Column> = units
            .iter()
            .zip(costs)
            .filter(|(unit, _)| unit.gpus <= most)
            .map(|(unit, cost)| Column {
                gpus: unit.gpus.into(),
                cost: cost.over(under),
                spent: Vec::new(),
                // With more of them one is superfluous.
                bound: unit.bound.min(wish.least.div_ceil(unit.gpus)).into(),
            })
            .collect();
        let mut program = Self {
            caps: caps(&mut columns, units, wish, most)?,
            columns,
            least: wish.least.into(),
            most: most.into(),
            nodes: nodes.into(),
            under,
        };
        program.reduce();
        let bounded = |of: &dyn Fn(&Column) -> i128| {
            let sum: i128 = program.columns.iter().map(|column| of(column) * column.bound).sum();
            sum < DOUBLE_MAX
        };
        if !bounded(&|column| column.cost) || program.caps.iter().any(|cap| *cap >= DOUBLE_MAX) {
            return Err("costs of too many digits for a solver".to_owned());
        }
        Ok(program)
    }

    /// Counts GPUs by what all units are a multiple of: that 63 GPUs of even boxes are 64 takes a solver ages to find.
    fn reduce(&mut self) {
        let common = self
            .columns
            .iter()
            .fold(0, |common, column| divisor(common, column.gpus));
        if common > 1 {
            self.least = self.least.div_euclid(common) + i128::from(self.least % common > 0);
            self.most = self.most.div_euclid(common);
            for column in &mut self.columns {
                column.gpus /= common;
            }
        }
    }

    /// What no plan undercuts; `None` when there is none.
    fn relaxed(&self) -> Result<Option<Fraction>, String> {
        if self.columns.is_empty() || self.most < self.least {
            return Ok(None);
        }
        match self.stated(false).0.solve_with(options()) {
            Ok(outcome) => {
                let solution = outcome.into_solution().map_err(|_| "the solver left a relaxation")?;
                Ok(Some(Fraction::new(below(solution.objective()), self.under)))
            }
            Err(Error::Infeasible) => Ok(None),
            Err(error) => Err(format!("the solver failed: {error}")),
        }
    }

    fn solve(&self) -> Result<Option<Fraction>, String> {
        let (problem, variables) = self.stated(true);
        let outcome = match problem.solve_with(options()) {
            Ok(outcome) => outcome,
            Err(Error::Infeasible) => return Ok(None),
            Err(error) => return Err(format!("the solver failed: {error}")),
        };
        let solution = outcome
            .into_solution()
            .map_err(|_| format!("the solver found nothing in {NODES_MAX} nodes"))?;
        if solution.status() != SolutionStatus::Optimal {
            return Err(format!("the solver proved nothing in {NODES_MAX} nodes"));
        }
        let counts = variables
            .iter()
            .map(|variable| whole(&solution, *variable))
            .collect::<Result<Vec<_>, _>>()?;
        self.checked(&counts).map(Some)
    }

    /// The program in the solver's terms, in whole instances or in parts of them.
    ///
    /// Without caps, instances of one size differ in nothing but their cost, so the cheapest are taken first, and are whole
    /// where their number is: only that one, for each size, has to be said to be whole.
    fn stated(&self, whole: bool) -> (Problem, Vec<Variable>) {
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let mut variable = |column: &Column, whole: bool| {
            let (cost, bound) = (
                double(column.cost),
                i32::try_from(column.bound).expect("a small number"),
            );
            if whole {
                problem.add_integer_var(cost, (0, bound))
            } else {
                problem.add_var(cost, (0.0, bound.into()))
            }
        };
        let each = whole && !self.caps.is_empty();
        let variables: Vec<Variable> = self.columns.iter().map(|column| variable(column, each)).collect();
        if whole && !each {
            let mut sizes: BTreeMap<i128, Vec<(Variable, f64)>> = BTreeMap::new();
            for (variable, column) in variables.iter().zip(&self.columns) {
                sizes.entry(column.gpus).or_default().push((*variable, 1.0));
            }
            for mut terms in sizes.into_values() {
                terms.push((problem.add_integer_var(0.0, (0, i32::MAX)), -1.0));
                problem.add_constraint(terms, ComparisonOp::Eq, 0.0);
            }
        }
        let mut row = |of: &dyn Fn(&Column) -> i128, operator, limit| {
            let terms = variables
                .iter()
                .zip(&self.columns)
                .map(|(variable, column)| (*variable, double(of(column))));
            problem.add_constraint(terms, operator, double(limit));
        };
        if self.least == self.most {
            row(&|column| column.gpus, ComparisonOp::Eq, self.least);
        } else {
            row(&|column| column.gpus, ComparisonOp::Ge, self.least);
            if self.most < DOUBLE_MAX {
                row(&|column| column.gpus, ComparisonOp::Le, self.most);
            }
        }
        if self.nodes < DOUBLE_MAX {
            row(&|_| 1, ComparisonOp::Le, self.nodes);
        }
        for (at, cap) in self.caps.iter().enumerate() {
            row(&|column| column.spent[at], ComparisonOp::Le, *cap);
        }
        (problem, variables)
    }

    /// What an answer costs, in exact arithmetic; an error where it breaks a limit.
    fn checked(&self, counts: &[i128]) -> Result<Fraction, String> {
        let sum = |of: &dyn Fn(&Column) -> i128| -> i128 {
            let each = self.columns.iter().zip(counts);
            each.map(|(column, count)| of(column) * count).sum()
        };
        let stocked = self
            .columns
            .iter()
            .zip(counts)
            .all(|(column, count)| (0..=column.bound).contains(count));
        let gpus = sum(&|column| column.gpus);
        let within = self.caps.iter().enumerate();
        let within = within.map(|(at, cap)| sum(&|column| column.spent[at]) <= *cap);
        if stocked
            && (self.least..=self.most).contains(&gpus)
            && sum(&|_| 1) <= self.nodes
            && within.min() != Some(false)
        {
            Ok(Fraction::new(sum(&|column| column.cost), self.under))
        } else {
            Err(format!("the solver's answer breaks a limit: {gpus} GPUs, {counts:?}"))
        }
    }
}

/// Gives every column what it takes of each cap (R7), and returns the caps.
fn caps(columns: &mut [Column], units: &[Unit], wish: &Wish, most: u64) -> Result<Vec<i128>, String> {
    let mut caps = Vec::new();
    let amounts: [&dyn Fn(&Unit) -> Fraction; 3] = [&|unit| unit.priced.rate, &|unit| unit.priced.total, &|unit| {
        unit.priced.upfront
    }];
    for (cap, amount) in wish.caps.iter().zip(amounts) {
        let Some(cap) = cap else { continue };
        let cap = Fraction::read(cap).ok_or("a cap that is no number")?;
        let units = units.iter().filter(|unit| unit.gpus <= most);
        let amounts: Vec<Fraction> = units.map(amount).collect();
        let under = Fraction::denominator(amounts.iter().copied().chain([cap]));
        for (column, amount) in columns.iter_mut().zip(amounts) {
            column.spent.push(amount.over(under));
        }
        caps.push(cap.over(under));
    }
    Ok(caps)
}

/// At gap 0: by default solvers stop within a ten-thousandth of the optimum, or cut off what is better by less than some
/// slack, and call it optimal.
fn options() -> SolveOptions {
    let mut tolerances = Tolerances::default();
    tolerances.prune_epsilon = 0.0;
    let mut options = SolveOptions::default();
    options.mip_gap = 0.0;
    options.tolerances = tolerances;
    options.node_limit = Some(NODES_MAX);
    options
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "up to 2^53 every whole number is a double"
)]
fn double(number: i128) -> f64 {
    assert!(number.abs() <= DOUBLE_MAX, "{number} is no double");
    number as f64
}

/// A whole number that is certainly no more, whatever a double lost: its relaxations are right to nine digits or so.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::float_arithmetic,
    reason = "a bound with a wide margin"
)]
fn below(number: f64) -> i128 {
    (number - number.abs() * 1e-7).floor() as i128 - 1
}

/// The whole number that the solver means.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::float_arithmetic,
    reason = "a count, and checked afterwards"
)]
fn whole(solution: &Solution, variable: Variable) -> Result<i128, String> {
    let value = solution.var_value(variable);
    let count = value.round() as i128;
    let error = (value - double(count)).abs();
    if error < 1e-5 {
        Ok(count)
    } else {
        Err(format!("the solver took {value} of a unit"))
    }
}

#[cfg(test)]
mod tests;

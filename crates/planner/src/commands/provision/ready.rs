//! What of the plans that were chosen can be launched, and why the others cannot.

use std::time::Duration;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::plan::Plan;
use gpu_broker_engine::clock::{Clock as _, SystemClock};
use gpu_broker_engine::launch::{OnUnknown, OrderTerms, Package, SpendCaps, Wish};
use jiff::Timestamp;

use super::chosen::{self, Chosen};
use super::setup::Setup;
use super::unsent;
use crate::cli::{OnUnknownFlag, ProvisionArgs};
use crate::commands::Context;
use crate::exit::Exit;
use crate::launch::{Approved, Held, allowed_plan, approvals, check_approved, over};
use crate::report::Trouble;
use crate::view::launch::Sold;
use crate::view::policy::flag;
use crate::view::text::{ranked, shown};

/// What the engine will be asked.
pub(super) struct Ready {
    pub(super) wish: Wish,
    pub(super) plan: String,
    /// What each plan of the wish is sold for now.
    pub(super) sold: Vec<Sold>,
    /// What was approved.
    pub(super) approved: Vec<String>,
}

/// Why a plan is not launched.
enum Unfit {
    /// It cannot be, as it was asked.
    Unlaunchable(String),
    /// It may not be.
    Held(Held),
}

/// Why no plan is launched.
pub(super) enum Unready {
    /// The rules hold back the plan of this rank and name.
    Held(u64, String, Held),
    /// What was asked is wrong.
    Wrong(Trouble),
    /// No plan is left.
    Nothing(String),
}

impl Unready {
    /// The refusal, which programs get as a document. `command` is what asks for the same, where it is not what was typed.
    pub(super) fn told(self, context: &Context<'_>, demand: &Demand, command: Option<&str>) -> Trouble {
        let mut plan = None;
        let trouble = match self {
            Self::Wrong(trouble) => return trouble,
            Self::Held(rank, id, held) => {
                plan = Some(id);
                let what = format!("plan {rank}");
                match command {
                    Some(command) => held.instead(&what, |rules| format!("{command} {}", flag(rules))),
                    None => held.trouble(&what, context.global),
                }
            }
            Self::Nothing(why) => {
                Trouble::new(Exit::Refused, why).hint("nothing was sent; ask for something else, or allow it")
            }
        };
        let written = unsent(context, demand, ("guarded", plan.as_deref(), trouble.message()), &[]);
        written.err().unwrap_or(trouble)
    }
}

/// The plans that can be launched as it was asked; what cannot is noted. One that only wants approval is not passed
/// over for a dearer one.
pub(super) fn ready(args: &ProvisionArgs, setup: &Setup, chosen: &mut Chosen) -> Result<Ready, Unready> {
    check_approved(&chosen.demand.policy, &args.approve).map_err(Unready::Wrong)?;
    let ordering = setup.ordering(args, &chosen.demand);
    let mut plans: Vec<(String, Package, Sold)> = Vec::new();
    let mut refused: Vec<(u64, String)> = Vec::new();
    let held = chosen.demand.held_caps();
    let caps = SpendCaps {
        rate: held.rate,
        total: held.total,
        upfront: held.upfront,
        budget: args.budget,
        burn: args.account_max_burn,
    };
    for (approved, plan) in &chosen.plans {
        match fit(args, &ordering, &caps, (approved, plan)) {
            Ok(package) => plans.push((approved.id.clone(), package, Sold::of(plan))),
            // What comes next is dearer, and was not asked for while this one can be had.
            Err(Unfit::Held(held @ Held::Unapproved(_))) if plans.is_empty() => {
                return Err(Unready::Held(approved.plan.rank, approved.id.clone(), held));
            }
            Err(Unfit::Held(held)) => refused.push((approved.plan.rank, held.why())),
            Err(Unfit::Unlaunchable(why)) => refused.push((approved.plan.rank, why)),
        }
    }
    let refused = left_out(refused);
    let Some((plan, ..)) = plans.first() else {
        let why = refused.first().cloned().unwrap_or_else(|| "no plan is left".to_owned());
        return Err(Unready::Nothing(why));
    };
    let plan = plan.clone();
    // What is dearer than the first plan that can be had was not asked for.
    chosen.notes.truncate(chosen.notes_before);
    chosen.notes.extend(refused);
    let approved = approvals(&chosen.demand.policy, &args.approve);
    chosen.notes.extend(approved.iter().cloned());
    let (packages, sold) = plans.into_iter().map(|(_, package, sold)| (package, sold)).unzip();
    let wish = Wish {
        plans: packages,
        all_or_nothing: !args.best_effort,
        caps,
        currency: chosen.demand.exchange.quote(),
        ends_at: args.max_duration.map(ends_at).transpose().map_err(Unready::Wrong)?,
        on_unknown: match args.on_unknown {
            OnUnknownFlag::Hold => OnUnknown::Hold,
            OnUnknownFlag::Recreate => OnUnknown::Recreate,
        },
        resolve_for: args.resolve_for,
        wait: (!args.no_wait).then_some(args.wait),
        quote: chosen.quote.clone(),
    };
    Ok(Ready {
        wish,
        plan,
        sold,
        approved,
    })
}

/// What is not launched, each reason once, with the ranks of the plans that it holds for.
fn left_out(refused: Vec<(u64, String)>) -> Vec<String> {
    let mut folded: Vec<(Vec<u64>, String)> = Vec::new();
    for (rank, why) in refused {
        match folded.iter_mut().find(|(_, known)| *known == why) {
            Some((ranks, _)) => ranks.push(rank),
            None => folded.push((vec![rank], why)),
        }
    }
    let said = folded.iter_mut().map(|(ranks, why)| {
        ranks.sort_unstable();
        let are = if ranks.len() == 1 { "is" } else { "are" };
        format!("{} {are} left out: {why}", ranked(ranks))
    });
    said.collect()
}

/// A plan as it can be launched, within the rules and the caps.
fn fit(
    args: &ProvisionArgs,
    ordering: &OrderTerms<'_>,
    caps: &SpendCaps,
    (approved, plan): (&Approved, &Plan),
) -> Result<Package, Unfit> {
    chosen::prepaid(plan, args.allow_prepaid).map_err(Unfit::Unlaunchable)?;
    let package = Package::of(plan, &approved.plan, ordering);
    let package = package.map_err(|why| Unfit::Unlaunchable(shown(&why.to_string()).into_owned()))?;
    let given = (args.approve.as_slice(), args.max_duration);
    allowed_plan(plan, &package, ordering.demand, given).map_err(Unfit::Held)?;
    over(&package, caps).map_or(Ok(package), |why| Err(Unfit::Unlaunchable(why)))
}

fn ends_at(after: Duration) -> Result<Timestamp, Trouble> {
    let now = SystemClock::new().now().wall;
    now.checked_add(after)
        .map_err(|_| Trouble::usage("`--max-duration` ends beyond the calendar").hint("choose a shorter time"))
}

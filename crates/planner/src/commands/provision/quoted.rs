//! The plans of a quote: believed when it is young, whole, and still true (D4).

use gpu_broker_core::demand::Demand;
use jiff::Timestamp;

use super::super::Context;
use super::super::verify::findings;
use super::chosen::{Choice, Chosen, picked, read, standing_of, sure_first};
use crate::cli::ProvisionArgs;
use crate::data::Data;
use crate::exit::Exit;
use crate::files::quote::Kept;
use crate::files::quotes;
use crate::launch::Approved;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::document::VALID;
use crate::view::text::shown;

pub(super) async fn choose(
    context: &Context<'_>,
    args: &ProvisionArgs,
    sources: &Sources,
    data: &Data,
    word: &str,
) -> Result<Choice, Trouble> {
    let (kept, market) = quotes::find(&data.quotes(), word)?;
    let wrong = findings(&kept, market.as_ref());
    if let Some(first) = wrong.first() {
        return Err(
            Trouble::new(Exit::Refused, format!("the quote does not hold: {}", shown(first)))
                .hint("nothing was sent; quote again"),
        );
    }
    young(&kept, context.now)?;
    let demand = demand(args, &kept)?;
    let approved = kept.plans();
    if approved.is_empty() {
        return Err(Trouble::new(Exit::Refused, "the quote has no plans").hint("nothing was sent; quote again"));
    }
    let further = usize::try_from(args.alternatives).unwrap_or(usize::MAX);
    let approved = picked(
        approved.into_iter().map(|approved| (approved, ())).collect(),
        args.plan.as_deref(),
    )?;
    let approved = approved.into_iter().map(|(approved, ())| approved);
    let market = read(context, sources, &demand).await;
    let wanted = approved.take(further.saturating_add(1));
    let (mut plans, mut notes) = standing_of(wanted, &market, &demand, args.price_tolerance)?;
    if args.plan.is_none() {
        notes.extend(sure_first(&mut plans, &market));
    }
    Ok(Choice::Plans(Box::new(Chosen {
        demand,
        plans,
        notes_before: notes.len(),
        notes,
        read_at: market.taken_at,
    })))
}

/// Whether a quote is no older than prices are taken to hold.
fn young(kept: &Kept, now: Timestamp) -> Result<(), Trouble> {
    let ends = kept
        .created_at
        .checked_add(VALID)
        .unwrap_or(kept.created_at)
        .min(kept.expires_at);
    if now >= ends {
        return Err(Trouble::new(Exit::Refused, format!("the quote expired at {ends}"))
            .hint("nothing was sent; quote again: prices are taken to hold for five minutes"));
    }
    // Clocks of two machines differ by seconds.
    let slack = jiff::SignedDuration::from_secs(30);
    if kept.created_at.checked_sub(slack).is_ok_and(|made| made > now) {
        return Err(Trouble::new(
            Exit::Refused,
            format!(
                "the quote says that it was made at {}, which is to come",
                kept.created_at
            ),
        )
        .hint("nothing was sent; set the clock, and quote again"));
    }
    Ok(())
}

/// What the quote answers, with the caps that the flags tighten. Nothing else
/// can be asked beside a quote.
fn demand(args: &ProvisionArgs, kept: &Kept) -> Result<Demand, Trouble> {
    let request = &args.request;
    if !request.is_capped_at_most() {
        return Err(
            Trouble::usage("flags of a request are given beside `--quote`, which is the answer to one")
                .hint("leave them out, or quote again with them; only the caps can be tightened"),
        );
    }
    let mut demand = kept.request.demand();
    let tighter = |old: Option<_>, new: Option<_>| match (old, new) {
        (Some(old), Some(new)) => Some(std::cmp::min(old, new)),
        (old, new) => old.or(new),
    };
    demand.caps.rate = tighter(demand.caps.rate, request.max_price);
    demand.caps.total = tighter(demand.caps.total, request.max_total);
    demand.caps.upfront = tighter(demand.caps.upfront, request.max_upfront);
    Ok(demand)
}

impl Kept {
    /// Its plans, as somebody saw them.
    fn plans(&self) -> Vec<Approved> {
        let ids = self.plan_ids();
        let plans = self.claim.plans.iter().cloned().zip(ids);
        plans.map(|(plan, id)| Approved { id, plan }).collect()
    }
}

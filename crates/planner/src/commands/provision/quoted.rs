//! The plans of a quote: believed when it is young, whole, and still true (D4).

use gpu_broker_core::demand::Demand;
use jiff::{SignedDuration, Timestamp};

use super::super::Context;
use super::super::verify::findings;
use super::chosen::{Choice, Chosen, picked, read, standing_of, sure_first};
use crate::cli::ProvisionArgs;
use crate::data::Data;
use crate::exit::Exit;
use crate::files::quote::{Kept, holds_until};
use crate::files::quotes;
use crate::launch::Approved;
use crate::report::Trouble;
use crate::settings::Sources;
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
    young(kept.created_at, kept.expires_at, context.now)?;
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
        quote: kept.id().map(str::to_owned),
        read_at: market.taken_at,
        completeness: market.completeness(),
    })))
}

/// Whether a quote is no older than prices are taken to hold, whatever it says
/// of that itself.
fn young(made: Timestamp, expires: Timestamp, now: Timestamp) -> Result<(), Trouble> {
    let refused = |why: String, hint: &str| Err(Trouble::new(Exit::Refused, why).hint(hint));
    let ends = holds_until(made, expires);
    if now >= ends {
        return refused(
            format!("the quote expired at {ends}"),
            "nothing was sent; quote again: prices are taken to hold for five minutes",
        );
    }
    if made.checked_sub(SLACK).is_ok_and(|made| made > now) {
        return refused(
            format!("the quote says that it was made at {made}, which is to come"),
            "nothing was sent; set the clock, and quote again",
        );
    }
    Ok(())
}

/// By how much the clocks of two machines may differ.
const SLACK: SignedDuration = SignedDuration::from_secs(30);

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
    // The rules that it was made under, and those that hold now.
    demand.policy = demand.policy.and(&request.policy);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_holds_for_five_minutes_whatever_it_says() {
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let check = |made: i64, expires: i64, now: i64, expected: Option<&str>| {
            let found = young(at(made), at(expires), at(now)).err();
            let lines = found.as_ref().map(Trouble::lines).unwrap_or_default();
            assert_eq!(found.is_some(), expected.is_some(), "{made} {expires} {now}: {lines}");
            assert!(lines.contains(expected.unwrap_or_default()), "{lines}");
            assert!(found.is_none_or(|trouble| trouble.exit == Exit::Refused));
        };
        check(0, 300, 0, None);
        check(0, 300, 299, None);
        check(0, 300, 300, Some("expired"));
        check(0, 300, 86_400, Some("expired"));
        check(0, 1_000_000, 301, Some("expired"));
        check(0, 60, 61, Some("expired"));
        check(20, 320, 0, None);
        check(31, 331, 0, Some("to come"));
    }
}

//! A launch: what is told before anything is sent, and what came of it.

use std::fmt::Write as _;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Market, Offer};
use gpu_broker_core::place::Place;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quantity::Hours;
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::launch::state::Stage;
use gpu_broker_engine::launch::{End, Package, Report, Settings, Unit, Wish, charged};
use serde_json::{Value, json};

use super::document;
use super::instances::{Row, age, instance, unresolved};
use super::text::{are, counted, gpu_name, seller, shown};
use crate::cli::OnUnknownFlag;

/// What is about to be launched, for a person to approve.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    /// What will be asked of the engine.
    pub(crate) wish: &'a Wish,
    /// What was asked.
    pub(crate) demand: &'a Demand,
    /// The first plan's id.
    pub(crate) plan: &'a str,
    /// What each plan is sold for now; its ceilings are above that by what a price may rise.
    pub(crate) sold: &'a [Sold],
    /// How the key that may log in is called, for each broker of the first plan.
    pub(crate) logins: Vec<String>,
    /// What a person should know beside.
    pub(crate) warnings: Vec<String>,
    /// What was begun before, and may come on top of it.
    pub(crate) earlier: Vec<String>,
    /// What is done where the outcome of a request is unknown.
    pub(crate) on_unknown: OnUnknownFlag,
    /// Where the journal is.
    pub(crate) folder: String,
    /// When this is told.
    pub(crate) now: jiff::Timestamp,
}

/// What a plan is sold for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sold {
    rate: Exact,
    upfront: Exact,
}

impl Sold {
    /// What this plan is sold for.
    pub(crate) fn of(plan: &Plan) -> Self {
        Self {
            rate: plan.rate.per_hour(),
            upfront: plan.upfront.amount(),
        }
    }
}

/// What a plan may cost.
#[derive(Debug, Clone, Copy)]
struct Sums {
    rate: Exact,
    upfront: Exact,
    worst: Exact,
    day: Exact,
    month: Exact,
}

const MONTH: u64 = 30 * 24;

impl Summary<'_> {
    fn first(&self) -> Option<&Package> {
        self.wish.plans.first()
    }

    /// What one plan costs at its ceilings; `None` with too many digits.
    fn sums(&self, package: &Package) -> Option<Sums> {
        let mut sums = Sums {
            rate: Exact::ZERO,
            upfront: Exact::ZERO,
            worst: Exact::ZERO,
            day: Exact::ZERO,
            month: Exact::ZERO,
        };
        for unit in &package.machines {
            let (offer, rate) = (&unit.order.offer, unit.order.ceiling);
            let after = |hours: u64| charged(offer, rate, self.demand, Hours::whole(hours));
            sums.rate = sums.rate.plus(rate.per_hour())?;
            sums.upfront = sums.upfront.plus(unit.upfront)?;
            sums.worst = sums.worst.plus(unit.worst)?;
            sums.day = sums.day.plus(after(24)?)?;
            sums.month = sums.month.plus(after(MONTH)?)?;
        }
        for disk in &package.disks {
            sums.rate = sums.rate.plus(disk.ceiling)?;
            sums.worst = sums.worst.plus(disk.worst)?;
            sums.day = sums.day.plus(disk.ceiling.times_count(24)?)?;
            sums.month = sums.month.plus(disk.ceiling.times_count(MONTH)?)?;
        }
        Some(sums)
    }

    /// The lines.
    pub(crate) fn text(&self) -> String {
        let Some(first) = self.first() else {
            return String::new();
        };
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:<10} {value}");
        };
        for (unit, count) in runs(&first.machines) {
            machine(unit, count, &mut line);
        }
        for disk in &first.disks {
            let offer = &disk.order.offer;
            let from = seller(&offer.broker, &offer.provider);
            line(
                "new disk",
                &format!("{} from {from}, attached to each machine", disk.order.size),
            );
        }
        self.money(first, &mut line);
        for login in &self.logins {
            line("log in", login);
        }
        line("ends", &self.ending());
        self.fallback(&mut line);
        line("in doubt", in_doubt(self.on_unknown));
        line("journal", &self.folder);
        for warning in &self.warnings {
            line("note", warning);
        }
        for warning in &self.earlier {
            line("warning", warning);
        }
        let machines = first.machines.len();
        let plural = if machines == 1 { "" } else { "s" };
        format!("to be launched: {machines} machine{plural}, plan {}\n{text}", self.plan)
    }

    fn money(&self, first: &Package, line: &mut impl FnMut(&str, &str)) {
        let Some(sums) = self.sums(first) else {
            line("price", "has too many digits to be added up");
            return;
        };
        let currency = self.wish.currency;
        let sold = self.sold.first();
        // The tolerance is said where it matters: a ceiling is no price.
        let at_most = |sold: Option<Exact>, most: Exact| match sold {
            Some(sold) if sold != most => format!("{sold} {currency}, at most {most}"),
            _ => format!("{most} {currency}"),
        };
        line("per hour", &at_most(sold.map(|sold| sold.rate), sums.rate));
        line(
            "now",
            &if sums.upfront.is_zero() {
                "nothing is paid when ordering".to_owned()
            } else {
                let paid = at_most(sold.map(|sold| sold.upfront), sums.upfront);
                format!("{paid} are paid when ordering, and not given back")
            },
        );
        let is_firm = sold.is_none_or(|sold| sold.rate == sums.rate);
        let most = if is_firm { "" } else { "at most " };
        line(
            "in all",
            &format!("{most}{} {currency} for {}", sums.worst, self.span()),
        );
        line(
            "forgotten",
            &format!(
                "{most}{} {currency} in 24 hours, {} {currency} in 30 days",
                sums.day, sums.month
            ),
        );
    }

    /// The time that is reckoned with: the hours, or until it ends by itself where that is longer.
    fn span(&self) -> String {
        let ends_in = self.wish.ends_at.map(|at| at.duration_since(self.now));
        let minutes = ends_in.and_then(|time| u64::try_from(time.as_mins()).ok());
        match minutes.filter(|minutes| Exact::whole(*minutes) > self.demand.hours.in_minutes()) {
            Some(minutes) if minutes % 60 == 0 => format!("{} h", minutes / 60),
            Some(minutes) => format!("{}h{:02}m", minutes / 60, minutes % 60),
            None => format!("{} h", self.demand.hours),
        }
    }

    fn ending(&self) -> String {
        match self.wish.ends_at {
            Some(at) => format!(
                "at {at:.0}, in {}, by a planner that runs then: keep `planner reconcile --watch` running",
                age(at.duration_since(self.now))
            ),
            None => "never by itself: `planner terminate` ends it".to_owned(),
        }
    }

    fn fallback(&self, line: &mut impl FnMut(&str, &str)) {
        let others = self.wish.plans.get(1..).unwrap_or_default();
        if others.is_empty() {
            line("sold out?", "then nothing is launched");
            return;
        }
        let dearest = others
            .iter()
            .filter_map(|package| self.sums(package))
            .max_by_key(|sums| sums.worst);
        let dearest = dearest.map(|sums| {
            let currency = self.wish.currency;
            format!(
                ", the dearest {} {currency} per hour and {} {currency} in all",
                sums.rate.rounded(4),
                sums.worst.rounded(2)
            )
        });
        line(
            "sold out?",
            &format!(
                "then {} tried in turn{}",
                further(others.len()),
                dearest.unwrap_or_default()
            ),
        );
    }

    /// The same as a document.
    pub(crate) fn document(&self) -> Value {
        let sold = self.sold.iter().map(Some).chain(std::iter::repeat(None));
        let plans = self.wish.plans.iter().zip(sold);
        let plans: Vec<Value> = plans.map(|(package, sold)| self.planned(package, sold)).collect();
        json!({
            "schema": "planner.launch/1",
            "outcome": "dry_run",
            "launch": null,
            "plan": self.plan,
            "currency": self.wish.currency,
            "hours": self.demand.hours,
            "ends_at": self.wish.ends_at,
            "planned": plans,
            "instances": [],
            "unresolved": [],
            "notes": self.earlier.iter().chain(&self.warnings).collect::<Vec<_>>(),
        })
    }

    fn planned(&self, package: &Package, sold: Option<&Sold>) -> Value {
        let sums = self.sums(package);
        let machines = package.machines.iter().map(|unit| {
            let (order, offer) = (&unit.order, &unit.order.offer);
            json!({
                "broker": offer.broker,
                "provider": offer.provider,
                "offer_id": offer.id,
                "gpu": document::gpu(&offer.gpu),
                "place": document::place(&order.place),
                "market": offer.market,
                "security": offer.security,
                "stock": offer.stock.level,
                "image": order.image,
                "kubernetes": order.kubernetes,
                "attach": order.disks,
                "minimum_runtime_minutes": offer.terms.minimum_runtime,
                "prepaid_hours": offer.terms.prepaid,
                "ceiling": order.ceiling.per_hour(),
                "upfront": unit.upfront,
                "worst": unit.worst,
            })
        });
        let disks = package.disks.iter().map(|disk| {
            let offer = &disk.order.offer;
            json!({
                "broker": offer.broker,
                "provider": offer.provider,
                "place": document::place(&offer.place),
                "size_gb": disk.order.size,
                "ceiling": disk.ceiling,
                "worst": disk.worst,
            })
        });
        json!({
            "rate": sold.map(|sold| sold.rate),
            "upfront": sold.map(|sold| sold.upfront),
            "rate_ceiling": sums.map(|sums| sums.rate),
            "upfront_ceiling": sums.map(|sums| sums.upfront),
            "worst": sums.map(|sums| sums.worst),
            "forgotten_24_h": sums.map(|sums| sums.day),
            "forgotten_30_days": sums.map(|sums| sums.month),
            "machines": machines.collect::<Vec<_>>(),
            "new_disks": disks.collect::<Vec<_>>(),
        })
    }
}

/// How many further plans are tried: no machine is asked for more often than so
/// many times, however many plans there are (R16).
fn further(others: usize) -> String {
    let most = usize::from(Settings::default().attempts_max).saturating_sub(1);
    if others > most {
        format!("up to {most} of {others} further plans are")
    } else {
        format!(
            "{} {}",
            counted(u64::try_from(others).unwrap_or(u64::MAX), "further plan"),
            if others == 1 { "is" } else { "are" }
        )
    }
}

/// What one machine is.
fn machine(unit: &Unit, count: usize, line: &mut impl FnMut(&str, &str)) {
    let (order, offer) = (&unit.order, &*unit.order.offer);
    let memory = offer.gpu.memory.map(|memory| format!(" {memory}")).unwrap_or_default();
    let times = if count > 1 {
        format!("{count} × ")
    } else {
        String::new()
    };
    let gpus = format!("{} × {}{memory}", offer.gpu.count, gpu_name(&offer.gpu));
    line("machine", &format!("{times}{gpus}"));
    let from = seller(&offer.broker, &offer.provider);
    line("from", &format!("{from}, offer {}", shown(offer.id.as_str())));
    line("where", &whereabouts(&order.place));
    line("sold", &sold(offer));
    let units = offer
        .stock
        .units
        .map(|units| format!(", {units} left"))
        .unwrap_or_default();
    let level = shown(offer.stock.level.as_str());
    line(
        "stock",
        &format!("{level}{units}, says {}: a claim and no promise", offer.broker),
    );
    let image = order.image.as_ref();
    line(
        "boots",
        &image.map_or("the broker's default".into(), |image| shown(image)),
    );
    if let Some(version) = &order.kubernetes {
        line("kubernetes", &shown(version));
    }
    if !order.disks.is_empty() {
        let disks: Vec<_> = order.disks.iter().map(|disk| shown(disk.as_str())).collect();
        line("attaches", &disks.join(", "));
    }
    if offer.terms.minimum_runtime.0 > 0 {
        let minutes = offer.terms.minimum_runtime.0;
        line(
            "minimum",
            &format!("at least {} charged, and it may not end before", are(minutes, "minute")),
        );
    }
}

fn whereabouts(place: &Place) -> String {
    let center = place.data_center.as_ref();
    let center = center.map_or("an unnamed place", |center| center.as_str());
    let country = place.country.as_ref().map(|country| format!(", {country}"));
    format!(
        "{} ({}{})",
        shown(center),
        shown(place.region_word()),
        country.unwrap_or_default()
    )
}

fn sold(offer: &Offer) -> String {
    let market = match &offer.market {
        Market::OnDemand => "on demand",
        Market::Spot => "spot: the seller may take it back at any time",
        Market::Other(word) => word,
    };
    let prepaid = offer.terms.prepaid.map(|hours| format!(", {hours} h prepaid"));
    format!(
        "{}, {}{}",
        shown(market),
        shown(offer.security.as_str()),
        prepaid.unwrap_or_default()
    )
}

fn in_doubt(on_unknown: OnUnknownFlag) -> &'static str {
    match on_unknown {
        OnUnknownFlag::Hold => {
            "where nobody knows what came of a request of this launch, no more of it is ordered until that is known"
        }
        OnUnknownFlag::Recreate => {
            "where a machine of this launch stays away for long enough, it is ordered again: that can rent two of it"
        }
    }
}

/// The same machine several times is told once.
fn runs(units: &[Unit]) -> Vec<(&Unit, usize)> {
    let mut runs: Vec<(&Unit, usize)> = Vec::new();
    for unit in units {
        match runs.last_mut() {
            Some((last, count)) if last.order == unit.order => *count += 1,
            _ => runs.push((unit, 1)),
        }
    }
    runs
}

/// That nothing was sent, and why.
pub(crate) fn unsent(outcome: &str, reason: &str, plan: Option<&str>, demand: &Demand, notes: &[String]) -> Value {
    json!({
        "schema": "planner.launch/1",
        "outcome": outcome,
        "reason": reason,
        "launch": null,
        "plan": plan,
        "currency": demand.exchange.quote(),
        "hours": demand.hours,
        "ends_at": null,
        "planned": [],
        "instances": [],
        "unresolved": [],
        "notes": notes,
    })
}

/// What came of a launch, as a document; `approved` is what was told of approvals.
pub(crate) fn report(report: &Report, plan: &str, demand: &Demand, approved: &[String], now: &Stamp) -> Value {
    let alive = |stage: Stage| stage.is_alive();
    let instances = report
        .attempts
        .iter()
        .filter(|one| alive(one.stage) || one.stage == Stage::Gone);
    let open = report.attempts.iter().filter(|one| one.stage.is_open());
    let reason = match &report.end {
        End::Guarded(why) | End::Key(why) => Some(why),
        _ => None,
    };
    json!({
        "schema": "planner.launch/1",
        "outcome": report.end.word(),
        "reason": reason,
        "launch": report.launch,
        "plan": plan,
        "currency": demand.exchange.quote(),
        "hours": demand.hours,
        "ends_at": report.attempts.iter().find_map(|one| one.ends_at),
        "planned": [],
        "instances": instances.map(|attempt| instance(&Row { attempt, listed: None }, now)).collect::<Vec<_>>(),
        "unresolved": open.map(|attempt| unresolved(attempt, now)).collect::<Vec<_>>(),
        "notes": approved.iter().chain(&report.notes).collect::<Vec<_>>(),
    })
}

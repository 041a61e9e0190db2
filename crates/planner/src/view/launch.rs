//! A launch: what is told before anything is sent, and what came of it.

mod document;
mod money;

pub(crate) use document::{report, too_poor, unsent};
pub(crate) use money::Sold;

use std::fmt::Write as _;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::offer::{MarketType, Offer};
use gpu_broker_core::place::Place;
use gpu_broker_engine::launch::{Package, Settings, Unit, Wish};

use super::instances::age;
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

impl Summary<'_> {
    fn first(&self) -> Option<&Package> {
        self.wish.plans.first()
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
        for (name, value) in money::lines(self, first) {
            line(name, &value);
        }
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
        format!(
            "to be launched: {}, plan {}\n{text}",
            counted(machines, "machine"),
            self.plan
        )
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
            .filter_map(|package| money::sums(self, package))
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
}

/// How many further plans are tried: no machine is asked for more often than so
/// many times, however many plans there are (R16).
fn further(others: usize) -> String {
    let most = usize::from(Settings::default().attempts_max).saturating_sub(1);
    if others > most {
        format!("up to {most} of {others} further plans are")
    } else {
        are(others, "further plan")
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
        MarketType::OnDemand => "on demand",
        MarketType::Spot => "spot: the seller may take it back at any time",
        MarketType::Other(word) => word,
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

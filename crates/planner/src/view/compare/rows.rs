//! A comparison as rows: the table, CSV and Markdown.

use std::collections::BTreeSet;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::number::{Exact, Ratio};
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quantity::Hours;
use gpu_broker_core::quote::compare::{Class, Comparison, Course, Stretch};

use super::{class_name, hours, rounded};
use crate::view::columns::{Column, push};
use crate::view::format::Sheet;
use crate::view::text::{seller, shown};

/// Horizons that people think in: a day, a week, a month, a quarter.
const USUAL: [u64; 4] = [24, 168, 720, 2160];

/// The horizons shown: both ends, the one asked for and the usual ones between.
pub(super) fn horizons(comparison: &Comparison, demand: &Demand) -> Vec<Hours> {
    let usual = USUAL.map(Hours::whole).into_iter().chain([demand.hours]);
    let within = usual.filter(|hours| comparison.from < *hours && *hours < comparison.to);
    let all: BTreeSet<Hours> = within.chain([comparison.from, comparison.to]).collect();
    all.into_iter().collect()
}

/// The class that is cheapest at a point.
pub(super) fn leader(comparison: &Comparison, at: Ratio) -> Option<Class> {
    let leads = comparison.leads.iter().rev();
    leads.skip_while(|lead| lead.from > at).map(|lead| lead.class).next()
}

/// One row for each plan that is the best of its class for some hours, with
/// its total at the horizons for which it is; `*` marks the cheapest class.
pub(crate) fn table(comparison: &Comparison, demand: &Demand) -> Vec<Column> {
    let horizons = horizons(comparison, demand);
    let mut columns = vec![
        Column::words("CLASS", 9, 0),
        Column::numbers("FROM h", 0),
        Column::words("PLAN", 10, 1),
        Column::words("BROKER/PROVIDER", 12, 4),
        Column::words("REGION", 8, 6),
        Column::numbers("GPUS", 5),
        Column::numbers("$/h", 2),
        Column::numbers("UPFRONT", 3),
    ];
    // In a narrow terminal the horizons between the ends may leave.
    let leaves = |hours: &Hours| {
        if [comparison.from, comparison.to].contains(hours) {
            0
        } else {
            3
        }
    };
    let named = |hours: &Hours| Column::numbers(format!("{hours}h"), leaves(hours));
    columns.extend(horizons.iter().map(named));
    for course in &comparison.courses {
        for (number, stretch) in course.stretches.iter().enumerate() {
            let totals = horizons
                .iter()
                .map(|hours| total(comparison, course, stretch, *hours).unwrap_or_default());
            push(
                &mut columns,
                row(course, stretch, number == 0).into_iter().chain(totals),
            );
        }
    }
    columns
}

fn row(course: &Course, stretch: &Stretch, first: bool) -> [String; 8] {
    let plan = stretch.plan();
    let region = stretch.groups().first().map_or("", |group| group.place().region_word());
    let bound = if plan.is_exact() { "" } else { "≤" };
    let upfront = plan.upfront.amount();
    [
        if first {
            class_name(course.class).to_owned()
        } else {
            String::new()
        },
        rounded(stretch.from),
        offers(plan),
        sellers(plan),
        shown(region).into_owned(),
        plan.gpus.to_string(),
        format!("{bound}{}", plan.rate.per_hour().to_fixed(4)),
        if upfront.is_zero() {
            "-".to_owned()
        } else {
            upfront.to_fixed(2)
        },
    ]
}

/// The total at a horizon, if it is in the stretch.
fn total(comparison: &Comparison, course: &Course, stretch: &Stretch, hours: Hours) -> Option<String> {
    let at = Ratio::try_from(hours.number()).ok()?;
    let best = course.stretch(at).filter(|best| best.from == stretch.from)?;
    let plan = best.plan_for(hours)?;
    let mark = if leader(comparison, at) == Some(course.class) {
        "*"
    } else {
        ""
    };
    let bound = if plan.is_exact() { "" } else { "≤" };
    Some(format!("{mark}{bound}{}", plan.total.amount().to_fixed(2)))
}

/// What is launched: `2× a + b`.
pub(crate) fn offers(plan: &Plan) -> String {
    let groups = plan.groups.iter().map(|group| {
        let id = shown(group.candidate.offer.id.as_str());
        if group.count > 1 {
            format!("{}× {id}", group.count)
        } else {
            id.into_owned()
        }
    });
    groups.collect::<Vec<_>>().join(" + ")
}

fn sellers(plan: &Plan) -> String {
    let offers = plan.groups.iter().map(|group| &group.candidate.offer);
    let sellers: BTreeSet<String> = offers.map(|offer| seller(&offer.broker, &offer.provider)).collect();
    sellers.into_iter().collect::<Vec<_>>().join(" + ")
}

/// One row for each crossing.
pub(crate) fn crossings(comparison: &Comparison) -> Vec<Column> {
    let mut columns = vec![
        Column::numbers("FROM h", 0),
        Column::words("CHEAPER", 9, 0),
        Column::words("THAN", 9, 0),
        Column::numbers("TOTAL", 0),
        Column::words("CHEAPEST OF ALL", 3, 1),
    ];
    for crossing in &comparison.crossings {
        let cells = [
            rounded(crossing.at),
            class_name(crossing.cheaper).to_owned(),
            class_name(crossing.dearer).to_owned(),
            crossing.total.to_fixed(2),
            if crossing.leads { "yes" } else { "no" }.to_owned(),
        ];
        push(&mut columns, cells);
    }
    columns
}

/// Every digit: the plans of each class, then the crossings.
pub(crate) fn sheet(comparison: &Comparison) -> Sheet {
    let mut sheet = Sheet::new(&[
        "record",
        "class",
        "over",
        "from_hours",
        "to_hours",
        "plan",
        "gpus",
        "nodes",
        "rate",
        "upfront",
        "total_from",
        "total_to",
        "currency",
        "certainty",
        "leads",
    ]);
    let currency = comparison.currency;
    for course in &comparison.courses {
        for stretch in &course.stretches {
            let plan = stretch.plan();
            sheet.word("plan");
            sheet.word(course.class.as_str());
            sheet.word("");
            sheet.number(hours(stretch.from));
            sheet.number(hours(stretch.to));
            sheet.word(&offers(plan));
            sheet.number(plan.gpus);
            sheet.number(plan.nodes);
            sheet.number(plan.rate.per_hour());
            sheet.number(plan.upfront.amount());
            sheet.maybe(course.total_at(stretch.from));
            sheet.maybe(course.total_at(stretch.to));
            sheet.word(currency.as_str());
            sheet.word(if plan.is_exact() { "exact" } else { "upper_bound" });
            sheet.word("");
            sheet.end_row();
        }
    }
    for crossing in &comparison.crossings {
        sheet.word("crossing");
        sheet.word(crossing.cheaper.as_str());
        sheet.word(crossing.dearer.as_str());
        sheet.number(hours(crossing.at));
        (0..6).for_each(|_| sheet.maybe(None::<Exact>));
        sheet.number(crossing.total);
        sheet.maybe(None::<Exact>);
        sheet.word(currency.as_str());
        sheet.word("");
        sheet.number(crossing.leads);
        sheet.end_row();
    }
    sheet
}

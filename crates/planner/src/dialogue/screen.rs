//! What a person sees of each question.

use std::fmt::Write as _;

use gpu_broker_core::number::Exact;

use super::prices::{Best, name};
use super::{Dialogue, Menu, Step};
use crate::view::columns::{self, Column, push};
use crate::view::text::saving;

/// How to answer.
pub(super) const WELCOME: &str = "\
type an answer, or only Enter for what stands in [brackets]; `?` explains, `b` goes back, `q` leaves
nothing is ordered before you say yes to what it costs
";

/// What a question is about.
pub(super) fn explained(step: Step) -> &'static str {
    match step {
        Step::Gpu => {
            "the price is the least that one GPU costs for an hour, disks and vCPUs that are priced apart included\n\
             type the number of a row, a name such as H100, or a name and how many: H100:8"
        }
        Step::Count => {
            "these are the sizes of single machines; any other number will do, and is put together from several\n\
             the price is for all of them"
        }
        Step::Hours => {
            "the hours decide what is cheapest: some machines are charged for a least time, some are prepaid\n\
             a machine runs until you end it, whatever you say here; `--max-duration 8h` gives it an end"
        }
        Step::Place => {
            "each region with the best that can be launched there, the cheapest first; the first row is all of them, with\n\
             one machine where one will do, which may be dearer than several machines in one region\n\
             choose one where your data or your colleagues are; elsewhere is as fast, and may be cheaper"
        }
    }
}

impl Dialogue {
    /// The question with all that can be chosen.
    pub(super) fn screen(&self) -> String {
        let table = match &self.menu {
            Menu::Models(_) => self.models(),
            Menu::Counts(rows) => {
                let rows = rows.iter().map(|row| (row.of.to_string(), &row.best));
                priced("GPUS", rows)
            }
            Menu::Hours(rows) => {
                let rows = rows.iter().map(|row| (row.of.to_string(), &row.best));
                priced("HOURS", rows)
            }
            Menu::Places(_) => self.places(),
        };
        let lines = columns::lines(table, self.columns);
        format!("{}\n{}", lines.join("\n"), self.question())
    }

    /// The question alone.
    pub(super) fn question(&self) -> String {
        match &self.menu {
            Menu::Models(_) => "which GPU? ".to_owned(),
            Menu::Counts(rows) => {
                let least = rows.first().map_or(1, |row| row.of);
                format!("how many? [{least}] ")
            }
            Menu::Hours(_) => format!("for how many hours? [{}] ", self.request.hours),
            Menu::Places(_) => format!("where? [{}] ", self.place_name(None)),
        }
    }

    /// The best plan for what is answered, and what the last answer did to its price.
    pub(super) fn told(&self) -> String {
        let answers = &self.answers;
        let (Some(best), Some(gpu)) = (&self.best, &answers.gpu) else {
            return String::new();
        };
        let mut text = format!(
            "{} × {}, {} h, {}: {} {} in all, {} per hour",
            answers.count.unwrap_or(1),
            name(gpu),
            answers.hours.unwrap_or(self.request.hours),
            self.place_name(answers.region.as_deref()),
            best.total.to_fixed(2),
            best.currency,
            best.rate.to_fixed(4),
        );
        if let Some(rise) = self.rise().filter(|rise| !rise.is_zero()) {
            let sign = if rise.is_negative() { "−" } else { "+" };
            let digits = rise.to_fixed(2);
            let _ = write!(text, " ({sign}{})", digits.trim_start_matches('-'));
        }
        let several = match best.machines {
            1 => String::new(),
            machines => format!(" in {machines} machines"),
        };
        let _ = write!(text, "\n  from {} in {}{several}\n", best.seller, best.region);
        if let Some((total, upfront)) = best.prepaid {
            let _ = writeln!(
                text,
                "  prepaid is cheaper, {} in all, and has to be allowed: `--allow-prepaid {upfront}`",
                total.to_fixed(2)
            );
        }
        if let Some((flag, rate, saves)) = best.wider {
            let _ = writeln!(text, "  {} per hour{}, with `{flag}`", rate.to_fixed(4), saving(saves));
        }
        text
    }

    fn models(&self) -> Vec<Column> {
        let mut columns = [
            Column::numbers("#", 0),
            Column::words("GPU", 8, 0),
            Column::numbers("OFFERS", 2),
            Column::numbers("LARGEST", 1),
            Column::numbers("$/GPU·h", 0),
        ];
        if let Menu::Models(models) = &self.menu {
            for (at, model) in (1..).zip(models) {
                let cells = [
                    at.to_string(),
                    model.name.clone(),
                    model.offers.to_string(),
                    model.largest.to_string(),
                    model.per_gpu.to_fixed(4),
                ];
                push(&mut columns, cells);
            }
        }
        columns.into()
    }

    fn places(&self) -> Vec<Column> {
        let mut all = vec![Column::numbers("#", 0), Column::words("WHERE", 8, 0)];
        if let Menu::Places(places) = &self.menu {
            for (at, place) in (1..).zip(places) {
                push(&mut all, [format!("{at}"), self.place_name(place.of.as_deref())]);
            }
            all.extend(prices(places.iter().map(|place| &place.best)));
        }
        all
    }
}

/// Rows with the price of each.
fn priced<'a>(heading: &str, rows: impl Iterator<Item = (String, &'a Best)>) -> Vec<Column> {
    let (names, bests): (Vec<String>, Vec<&Best>) = rows.unzip();
    let mut first = Column::numbers(heading, 0);
    first.cells = names;
    std::iter::once(first).chain(prices(bests.into_iter())).collect()
}

/// What the best plan of each row costs.
fn prices<'a>(bests: impl Iterator<Item = &'a Best>) -> [Column; 4] {
    let mut columns = [
        Column::numbers("$/h", 1),
        Column::numbers("$/GPU·h", 2),
        Column::numbers("TOTAL", 0),
        Column::words("BROKER/PROVIDER", 16, 3),
    ];
    for best in bests {
        let per_gpu = best
            .per_gpu
            .map_or_else(|| "-".to_owned(), |price: Exact| price.to_fixed(4));
        let cells = [
            best.rate.to_fixed(4),
            per_gpu,
            best.total.to_fixed(2),
            best.seller.clone(),
        ];
        push(&mut columns, cells);
    }
    columns
}

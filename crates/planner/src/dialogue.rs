//! What to launch, found out by asking a person: a line in, the next screen out.
//!
//! The offers are read once, before the first question, and every price on a screen is what `provision` would launch
//! then. Nothing is read from a terminal or printed here.

mod answer;
mod prices;
mod screen;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::gpu::GpuWanted;
use gpu_broker_core::number::Exact;
use gpu_broker_core::quantity::{Hours, Range};

use crate::cli::RequestArgs;
use crate::view::text::shown;
pub(crate) use prices::{Best, Prices};
use prices::{Model, Sized};

/// What a person chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answers {
    gpu: Option<GpuWanted>,
    count: Option<u64>,
    hours: Option<Hours>,
    region: Option<String>,
}

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Gpu,
    Count,
    Hours,
    Place,
}

/// What can be chosen by its number, or is worth looking at.
#[derive(Debug, Clone)]
enum Menu {
    Models(Vec<Model>),
    Counts(Vec<Sized<u64>>),
    Hours(Vec<Sized<Hours>>),
    /// Anywhere comes first.
    Places(Vec<Sized<Option<String>>>),
}

/// What comes of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// More is to be asked; ends in the question, without a line break.
    Screen(String),
    /// All is answered; what is to be told of it.
    Chosen(String),
    /// The person leaves.
    Left,
}

/// Questions, as far as they were asked.
#[derive(Debug, Clone)]
pub(crate) struct Dialogue {
    all: Prices,
    /// What is for sale of the GPU that was chosen.
    chosen: Prices,
    /// What flags and settings say.
    request: RequestArgs,
    columns: usize,
    step: Step,
    answers: Answers,
    menu: Menu,
    best: Option<Best>,
    /// Earlier questions, to go back to.
    past: Vec<(Step, Answers, Option<Best>)>,
}

impl Answers {
    /// The GPUs as an argument: `H100:8`.
    pub(crate) fn gpus(&self) -> Option<String> {
        let count = Range::at_least(self.count?);
        let wanted = GpuWanted {
            count,
            ..self.gpu.clone()?
        };
        Some(wanted.to_string())
    }

    /// For how long, if it was asked.
    pub(crate) fn hours(&self) -> Option<Hours> {
        self.hours
    }

    /// Where; nothing where it does not matter.
    pub(crate) fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The request with what is answered.
    fn asked(&self, request: &RequestArgs) -> Option<Demand> {
        let mut request = request.clone();
        request.hours = self.hours.unwrap_or(request.hours);
        if let Some(region) = &self.region {
            request.filter.region = vec![region.clone()];
        }
        let gpus = self.gpus().or_else(|| {
            let one = Self {
                count: Some(1),
                ..self.clone()
            };
            one.gpus()
        });
        request.demand(Some(gpus.as_deref().unwrap_or("any"))).ok()
    }
}

impl Dialogue {
    /// Begins; the first screen stands beside. `None` where nothing that flags and settings allow is for sale.
    pub(crate) fn open(prices: Prices, request: RequestArgs, columns: usize) -> Option<(Self, String)> {
        let models = prices.models(&Answers::default().asked(&request)?);
        if models.is_empty() {
            return None;
        }
        let dialogue = Self {
            chosen: prices.clone(),
            all: prices,
            request,
            columns,
            step: Step::Gpu,
            answers: Answers::default(),
            menu: Menu::Models(models),
            best: None,
            past: Vec::new(),
        };
        let screen = format!("{}\n{}", screen::WELCOME, dialogue.screen());
        Some((dialogue, screen))
    }

    /// What was chosen so far.
    pub(crate) fn answers(&self) -> &Answers {
        &self.answers
    }

    /// What comes of a line; `None` for the end of all input.
    pub(crate) fn hear(&mut self, line: Option<&str>) -> Heard {
        let Some(line) = line else { return Heard::Left };
        let told = match line.trim() {
            "q" | "quit" | "exit" => return Heard::Left,
            "?" | "h" | "help" => Err(screen::explained(self.step).to_owned()),
            "b" | "back" => self.back(),
            word => self.answer(word),
        };
        match told {
            Ok(true) => Heard::Chosen(self.told()),
            Ok(false) => Heard::Screen(format!("{}\n{}", self.told(), self.screen())),
            Err(why) => Heard::Screen(format!("{why}\n{}", self.question())),
        }
    }

    /// To the question before.
    fn back(&mut self) -> Result<bool, String> {
        let Some((step, answers, best)) = self.past.pop() else {
            return Err("this is the first question; `q` leaves".to_owned());
        };
        (self.step, self.answers, self.best) = (step, answers, best);
        self.menu = self.menu_of(step);
        Ok(false)
    }

    fn menu_of(&self, step: Step) -> Menu {
        let demand = || self.answers.asked(&self.request);
        match step {
            Step::Gpu => {
                let any = Answers::default().asked(&self.request);
                Menu::Models(any.map(|demand| self.all.models(&demand)).unwrap_or_default())
            }
            Step::Count => {
                let sizes = demand().map(|demand| self.chosen.sizes(&demand)).unwrap_or_default();
                let rows = sizes
                    .into_iter()
                    .filter_map(|count| self.sized(count, |answers| answers.count = Some(count)));
                Menu::Counts(rows.collect())
            }
            Step::Hours => {
                let mut hours: Vec<Hours> = HOURS.into_iter().map(Hours::whole).collect();
                hours.push(self.request.hours);
                hours.sort();
                hours.dedup();
                let rows = hours
                    .into_iter()
                    .filter_map(|hours| self.sized(hours, |answers| answers.hours = Some(hours)));
                Menu::Hours(rows.collect())
            }
            Step::Place => {
                let regions = demand().map(|demand| self.chosen.regions(&demand)).unwrap_or_default();
                let row = |region: Option<String>| self.sized(region.clone(), |answers| answers.region = region);
                let mut rows: Vec<_> = regions.into_iter().map(Some).filter_map(row).collect();
                rows.sort_by_key(|row| row.best.total);
                rows.splice(0..0, row(None));
                Menu::Places(rows)
            }
        }
    }

    /// The best plan with one thing changed, if there is one.
    fn sized<T>(&self, of: T, change: impl FnOnce(&mut Answers)) -> Option<Sized<T>> {
        let mut answers = self.answers.clone();
        change(&mut answers);
        let best = self.chosen.best(&answers.asked(&self.request)?)?;
        Some(Sized { of, best })
    }

    /// What a place is called in the list.
    fn place_name(&self, region: Option<&str>) -> String {
        let asked = &self.request.filter.region;
        match region {
            Some(region) => shown(region).into_owned(),
            None if asked.is_empty() => "anywhere".to_owned(),
            None => format!("any of {}", asked.join(",")),
        }
    }

    /// By how much the best total rose with the last answer.
    fn rise(&self) -> Option<Exact> {
        let (_, _, before) = self.past.last()?;
        self.best.as_ref()?.total.minus(before.as_ref()?.total)
    }
}

/// Horizons that people often mean: an hour, a day, a week, thirty days.
const HOURS: [u64; 4] = [1, 24, 168, 720];

#[cfg(test)]
mod tests;

//! What to launch, found out by asking a person: a line in, the next screen out.
//!
//! The offers are read once, before the first question, and every price on a screen is what `provision` would launch
//! then. Nothing is read from a terminal or printed here.

mod prices;
mod screen;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::gpu::{GpuRequest, GpuWanted};
use gpu_broker_core::near;
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

    /// Takes an answer; true where it was the last that was needed.
    fn answer(&mut self, word: &str) -> Result<bool, String> {
        let before = (self.step, self.answers.clone(), self.best.clone());
        let (answers, next) = match &self.menu {
            Menu::Models(models) => self.gpu(models, word)?,
            Menu::Counts(rows) => (self.count(rows, word)?, Some(Step::Hours)),
            Menu::Hours(_) => (self.hours(word)?, Some(Step::Place)),
            Menu::Places(places) => (self.place(places, word)?, None),
        };
        let chosen = answers.gpu.as_ref().map(|wanted| self.all.only(wanted));
        let chosen = chosen.unwrap_or_else(|| self.all.clone());
        let best = answers.asked(&self.request).and_then(|demand| chosen.best(&demand));
        // The smallest that is for sale may have more than one GPU; the next question tells.
        let best = match best {
            None if answers.count.is_some() => return Err(self.nothing(&answers, &chosen)),
            best => best,
        };
        self.past.push(before);
        (self.answers, self.chosen, self.best) = (answers, chosen, best);
        if let Some(next) = next {
            self.step = next;
            self.menu = self.menu_of(next);
        }
        Ok(next.is_none())
    }

    /// A model by its number or its name, and with its count if that was said.
    fn gpu(&self, models: &[Model], word: &str) -> Result<(Answers, Option<Step>), String> {
        if word.is_empty() {
            return Err("type a number from the list, or a name such as `H100` or `H100:8`".to_owned());
        }
        if let Ok(number) = word.parse::<usize>() {
            let model = number.checked_sub(1).and_then(|at| models.get(at));
            let model = model.ok_or_else(|| format!("the list goes from 1 to {}", models.len()))?;
            let gpu = Some(model.wanted.clone());
            return Ok((
                Answers {
                    gpu,
                    ..Answers::default()
                },
                Some(Step::Count),
            ));
        }
        let request = GpuRequest::parse(word).map_err(|error| shown(&error.to_string()).into_owned())?;
        let [wanted] = &request.alternatives[..] else {
            return Err(format!(
                "one kind at a time here; `planner provision {}` takes several",
                shown(word)
            ));
        };
        let any = Answers::default().asked(&self.request);
        if any.is_none_or(|any| !self.all.sells(wanted, &any)) {
            return Err(self.unsold(models, wanted, word));
        }
        let said = word.rsplit(':').next().filter(|_| word.contains(':'));
        let count = said.and_then(|said| said.parse().ok());
        let answers = Answers {
            gpu: Some(wanted.clone()),
            count,
            ..Answers::default()
        };
        let next = if count.is_some() { Step::Hours } else { Step::Count };
        Ok((answers, Some(next)))
    }

    /// Why a GPU cannot be chosen, and what may have been meant.
    fn unsold(&self, models: &[Model], wanted: &GpuWanted, word: &str) -> String {
        let name = wanted.model.as_ref().map_or("any", |model| model.as_str());
        let any = Answers::default().asked(&self.request);
        let fits = any.is_some_and(|demand| self.all.only(wanted).fits(&demand));
        if fits {
            return format!(
                "{} is for sale only prepaid or in another currency; `planner quote {0}` shows it, and \
                 `--allow-prepaid` launches what is prepaid",
                shown(word)
            );
        }
        if self.all.knows(wanted) {
            let name = shown(name);
            if let Some(ruled) = self.all.only(wanted).ruled_out(&self.request) {
                return format!("{name} is for sale, and not as the flags, settings and rules allow; {ruled}");
            }
            return format!(
                "{name} is for sale, and not as the flags and settings ask (on demand and secure, unless they say \
                 otherwise); `planner quote {name} --why` tells what would admit it"
            );
        }
        let near = near(
            name,
            models
                .iter()
                .filter_map(|model| Some(model.wanted.model.as_ref()?.as_str())),
        );
        let hint = match near.as_slice() {
            [] => "the list has what is for sale".to_owned(),
            near => format!("did you mean {}?", near.join(" or ")),
        };
        format!("nobody sells {}; {hint}", shown(word))
    }

    fn count(&self, rows: &[Sized<u64>], word: &str) -> Result<Answers, String> {
        let count = match word {
            "" => rows.first().map_or(1, |row| row.of),
            word => word
                .parse()
                .ok()
                .filter(|count| (1..=GPUS_MAX).contains(count))
                .ok_or_else(|| format!("`{}` is no number of GPUs; type one from 1 to {GPUS_MAX}", shown(word)))?,
        };
        Ok(Answers {
            count: Some(count),
            ..self.answers.clone()
        })
    }

    fn hours(&self, word: &str) -> Result<Answers, String> {
        let hours = match word {
            "" => self.request.hours,
            word => word.parse().map_err(|_| {
                format!(
                    "`{}` is no time; type hours such as 24 or 37.5, or 90m or 3d",
                    shown(word)
                )
            })?,
        };
        Ok(Answers {
            hours: Some(hours),
            ..self.answers.clone()
        })
    }

    /// A place by its number or its name.
    fn place(&self, places: &[Sized<Option<String>>], word: &str) -> Result<Answers, String> {
        let names: Vec<String> = places
            .iter()
            .map(|place| self.place_name(place.of.as_deref()))
            .collect();
        let at = match word.parse::<usize>() {
            _ if word.is_empty() => Some(0),
            Ok(number) => number.checked_sub(1),
            Err(_) => names.iter().position(|name| name.eq_ignore_ascii_case(word)),
        };
        let place = at.and_then(|at| places.get(at)).ok_or_else(|| {
            match near(word, names.iter().map(String::as_str)).as_slice() {
                [] => format!("type a number from 1 to {}, or a name from the list", places.len()),
                near => format!(
                    "nothing is for sale in `{}`; did you mean {}?",
                    shown(word),
                    near.join(" or ")
                ),
            }
        })?;
        Ok(Answers {
            region: place.of.clone(),
            ..self.answers.clone()
        })
    }

    /// Why nothing can be launched, told where it is asked for.
    fn nothing(&self, answers: &Answers, chosen: &Prices) -> String {
        let gpus = answers.gpus().unwrap_or_default();
        let demand = answers.asked(&self.request);
        let reasons = demand.as_ref().map(|demand| chosen.reasons(demand));
        let reasons = reasons.filter(|reasons| !reasons.is_empty());
        let reasons = reasons.map(|reasons| format!(" ({reasons})")).unwrap_or_default();
        let ruled = demand.and_then(|demand| chosen.ruled(&demand));
        let ruled = ruled.map(|ruled| format!("; {ruled}")).unwrap_or_default();
        format!("nothing that can be launched supplies {gpus}{reasons}{ruled}; try another number")
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

/// As a request allows.
const GPUS_MAX: u64 = 100_000;

#[cfg(test)]
mod tests;

//! What a line means as the answer to a question, and why it is none.

use gpu_broker_core::gpu::{GpuRequest, GpuWanted};
use gpu_broker_core::near;

use super::prices::{Model, Prices, Sized};
use super::{Answers, Dialogue, Menu, Step};
use crate::view::text::shown;

/// As a request allows.
const GPUS_MAX: u64 = 100_000;

impl Dialogue {
    /// Takes an answer; true where it was the last that was needed.
    pub(super) fn answer(&mut self, word: &str) -> Result<bool, String> {
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
}

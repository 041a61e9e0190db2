//! What rules may ask: a closed vocabulary, spelled the same in settings and in
//! documents.

use std::fmt;

use thiserror::Error;

use super::purchase::{Machine, Purchase};
use crate::money::{Money, PARTS};
use crate::number::Exact;
use crate::offer::{MarketType, Security};
use crate::place::{Country, Region};
use crate::quantity::Hours;
use crate::words::near;

/// What is looked at of one machine. Something unknown is in none of the words
/// but `unknown`, and may be any of them: that it is not what is denied would be
/// a guess (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Who sells it.
    Broker,
    /// Whose machine it is, by any of the names under which it is listed.
    Provider,
    /// Its region, in the common vocabulary.
    Region,
    /// Its country, by two letters.
    Country,
    /// Its data centre, in the seller's own word.
    DataCenter,
    /// Its tier: `secure` or `community`.
    Security,
    /// Its market: `on_demand` or `spot`.
    Market,
}

/// A number that may be over something. Amounts are in the quote's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The whole plan, per hour.
    Rate,
    /// One machine's total per GPU and hour, without disks that outlive it.
    PerGpuHour,
    /// The whole plan, over its hours.
    Total,
    /// What is paid when ordering.
    Upfront,
    /// For how many hours it is asked.
    Hours,
    /// The GPUs of the whole plan.
    Gpus,
}

/// One thing that a rule asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Some machine is one of these, or it is not known that it is none.
    In(Subject, Vec<String>),
    /// Some machine is none of these, as far as is known.
    NotIn(Subject, Vec<String>),
    /// The number is greater.
    Over(Figure, Exact),
}

/// Why something is no condition.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// There is no such key.
    #[error("there is no such condition as `{key}`{}", did_you_mean(.near))]
    Key {
        /// The key.
        key: String,
        /// Keys near it.
        near: Vec<&'static str>,
    },
    /// A list of nothing, or a number of them.
    #[error("{key}: {wanted}")]
    Shape {
        /// The key.
        key: &'static str,
        /// What it takes.
        wanted: &'static str,
    },
    /// A word outside its vocabulary.
    #[error("{key}: no {what} is called `{word}`{}", did_you_mean(.near))]
    Word {
        /// The key.
        key: &'static str,
        /// What the word should name.
        what: &'static str,
        /// The word.
        word: String,
        /// Words near it.
        near: Vec<String>,
    },
}

fn did_you_mean(near: &[impl AsRef<str>]) -> String {
    if near.is_empty() {
        String::new()
    } else {
        let near: Vec<&str> = near.iter().map(AsRef::as_ref).collect();
        format!("; did you mean {}?", near.join(" or "))
    }
}

/// Keys of lists: in, and not in.
const LISTS: [(&str, &str, Subject); 7] = [
    ("broker_in", "broker_not_in", Subject::Broker),
    ("provider_in", "provider_not_in", Subject::Provider),
    ("region_in", "region_not_in", Subject::Region),
    ("country_in", "country_not_in", Subject::Country),
    ("data_center_in", "data_center_not_in", Subject::DataCenter),
    ("security_in", "security_not_in", Subject::Security),
    ("market_in", "market_not_in", Subject::Market),
];

/// Keys of numbers.
const NUMBERS: [(&str, Figure); 6] = [
    ("rate_over", Figure::Rate),
    ("per_gpu_hour_over", Figure::PerGpuHour),
    ("total_over", Figure::Total),
    ("upfront_over", Figure::Upfront),
    ("hours_over", Figure::Hours),
    ("gpus_over", Figure::Gpus),
];

impl Condition {
    /// Every key that there is.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        let lists = LISTS.into_iter().flat_map(|(is, is_not, _)| [is, is_not]);
        lists.chain(NUMBERS.into_iter().map(|(key, _)| key))
    }

    /// Reads a key and its words: a list of names, or one number.
    ///
    /// # Errors
    /// When there is no such key, or its words are not what it takes.
    pub fn read(key: &str, words: &[String]) -> Result<Self, ConditionError> {
        for (is, is_not, subject) in LISTS {
            if key == is {
                return Ok(Self::In(subject, subject.words(is, words)?));
            }
            if key == is_not {
                return Ok(Self::NotIn(subject, subject.words(is_not, words)?));
            }
        }
        let Some((key, figure)) = NUMBERS.into_iter().find(|(known, _)| *known == key) else {
            return Err(ConditionError::Key {
                key: key.to_owned(),
                near: near(key, Self::keys())
                    .into_iter()
                    .filter_map(|near| Self::keys().find(|key| *key == near))
                    .collect(),
            });
        };
        let wanted = |wanted| ConditionError::Shape { key, wanted };
        let [word] = words else {
            return Err(wanted("one number is wanted, and no list"));
        };
        let number = figure.read(word).ok_or_else(|| wanted(figure.wanted()))?;
        Ok(Self::Over(figure, number))
    }

    /// Its key.
    pub fn key(&self) -> &'static str {
        let list = |subject: Subject, pick: fn((&'static str, &'static str)) -> &'static str| {
            let found = LISTS.into_iter().find(|(_, _, known)| *known == subject);
            found.map_or("", |(is, is_not, _)| pick((is, is_not)))
        };
        match self {
            Self::In(subject, _) => list(*subject, |(is, _)| is),
            Self::NotIn(subject, _) => list(*subject, |(_, is_not)| is_not),
            Self::Over(figure, _) => NUMBERS
                .into_iter()
                .find(|(_, known)| known == figure)
                .map_or("", |(key, _)| key),
        }
    }

    /// Whether it is about one machine, and not about the plan or the request.
    pub(super) fn is_of_machine(&self) -> bool {
        !matches!(self, Self::Over(figure, _) if *figure != Figure::PerGpuHour)
    }

    /// Whether it holds of one machine; what is not about machines does.
    pub(super) fn touches_machine(&self, machine: &Machine<'_>, hours: Hours) -> bool {
        let answers = |subject: &Subject, words: &[String]| words.iter().any(|word| subject.answers(machine, word));
        match self {
            Self::In(subject, words) => !subject.is_known(machine) || answers(subject, words),
            Self::NotIn(subject, words) => !answers(subject, words),
            Self::Over(Figure::PerGpuHour, most) => machine.is_dearer(*most, hours),
            Self::Over(..) => true,
        }
    }

    /// Whether it holds of the hours; what is not about them does.
    pub(super) fn touches_hours(&self, hours: Hours) -> bool {
        match self {
            Self::Over(Figure::Hours, most) => {
                let cap = most.times_count(60);
                cap.is_none_or(|cap| hours.in_minutes() > cap)
            }
            _ => true,
        }
    }

    /// Whether it holds of a purchase's sums; what is not about them does.
    pub(super) fn touches_sums(&self, purchase: &Purchase<'_>) -> bool {
        let over = |amount: Money, most: Exact| most.times_count(PARTS).is_none_or(|most| amount.parts() > most);
        match self {
            Self::Over(Figure::Rate, most) => purchase.rate.per_hour() > *most,
            Self::Over(Figure::Total, most) => over(purchase.total, *most),
            Self::Over(Figure::Upfront, most) => over(purchase.upfront, *most),
            Self::Over(Figure::Gpus, most) => Exact::whole(purchase.gpus) > *most,
            _ => true,
        }
    }
}

impl Subject {
    fn what(self) -> &'static str {
        match self {
            Self::Broker => "broker",
            Self::Provider => "provider",
            Self::Region => "region",
            Self::Country => "country",
            Self::DataCenter => "data centre",
            Self::Security => "tier",
            Self::Market => "market",
        }
    }

    /// Names that something may answer to.
    fn words(self, key: &'static str, words: &[String]) -> Result<Vec<String>, ConditionError> {
        let words: Vec<String> = words.iter().map(|word| word.trim().to_owned()).collect();
        if words.is_empty() || words.iter().any(String::is_empty) {
            let wanted = "it names nothing; write a list of names";
            return Err(ConditionError::Shape { key, wanted });
        }
        if words.iter().any(|word| word.starts_with('!')) {
            let wanted = "names stand here without `!`: there are `_in` and `_not_in`";
            return Err(ConditionError::Shape { key, wanted });
        }
        for word in words.iter().filter(|word| !word.eq_ignore_ascii_case("unknown")) {
            let known: Vec<&str> = match self {
                Self::Region if !Region::new(word).is_known() => Region::KNOWN.iter().map(Region::as_str).collect(),
                Self::Security if !Security::new(word).is_known() => {
                    Security::KNOWN.iter().map(Security::as_str).collect()
                }
                Self::Market if !MarketType::new(word).is_known() => {
                    MarketType::KNOWN.iter().map(MarketType::as_str).collect()
                }
                Self::Country if word.parse::<Country>().is_err() || Country::meant(word).is_some() => Vec::new(),
                _ => continue,
            };
            let meant = Country::meant(word).filter(|_| self == Self::Country);
            let near = near(word, known).into_iter().map(str::to_owned);
            return Err(ConditionError::Word {
                key,
                what: self.what(),
                word: word.clone(),
                near: near.chain(meant.map(|meant| meant.to_string())).collect(),
            });
        }
        Ok(words)
    }

    fn is_known(self, machine: &Machine<'_>) -> bool {
        match self {
            Self::Broker | Self::Provider => true,
            Self::Region => machine.place.is_region_known(),
            Self::Country => machine.place.country.is_some(),
            Self::DataCenter => machine.place.data_center.is_some(),
            Self::Security => machine.security.is_known(),
            Self::Market => machine.market.is_known(),
        }
    }

    fn answers(self, machine: &Machine<'_>, word: &str) -> bool {
        let unknown = !self.is_known(machine) && word.eq_ignore_ascii_case("unknown");
        match self {
            Self::Broker => machine.broker.as_str().eq_ignore_ascii_case(word),
            Self::Provider => machine.provider.answers(word),
            Self::Region => machine.place.answers_region(word),
            Self::Country => machine.place.answers_country(word),
            Self::DataCenter => machine.place.answers_data_center(word),
            Self::Security => unknown || *machine.security == Security::new(word),
            Self::Market => unknown || *machine.market == MarketType::new(word),
        }
    }
}

impl Figure {
    fn wanted(self) -> &'static str {
        match self {
            Self::Rate | Self::PerGpuHour | Self::Total | Self::Upfront => "an amount from 0 is wanted",
            Self::Hours => "a time is wanted, such as 72 or \"3d\"",
            Self::Gpus => "a whole number is wanted",
        }
    }

    fn read(self, word: &str) -> Option<Exact> {
        let number = || word.trim().parse::<Exact>().ok().filter(|number| !number.is_negative());
        match self {
            Self::Hours => {
                let hours = word.parse::<Hours>().ok()?;
                // A third of an hour has no finite number of hours.
                let number = hours.number();
                (number.times_count(60) == Some(hours.in_minutes())).then_some(number)
            }
            Self::Gpus => number().filter(|number| number.to_whole().is_some()),
            _ => number(),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In(subject, words) => write!(f, "{} in {}", subject.what(), words.join(", ")),
            Self::NotIn(subject, words) => write!(f, "{} not in {}", subject.what(), words.join(", ")),
            Self::Over(figure, most) => {
                let what = match figure {
                    Figure::Rate => "per hour",
                    Figure::PerGpuHour => "per GPU and hour",
                    Figure::Total => "in all",
                    Figure::Upfront => "when ordering",
                    Figure::Hours if *most == Exact::ONE => return write!(f, "over 1 hour"),
                    Figure::Hours => return write!(f, "over {most} hours"),
                    Figure::Gpus if *most == Exact::ONE => return write!(f, "over 1 GPU"),
                    Figure::Gpus => return write!(f, "over {most} GPUs"),
                };
                write!(f, "over {most} {what}")
            }
        }
    }
}

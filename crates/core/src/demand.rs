//! What somebody needs (R1–R7): hard limits, and what counts as best.

mod disks;
mod held;
mod stock;

pub use disks::{DisksWanted, Moving};
pub use stock::{StockAssumed, StockWord};

use serde::{Deserialize, Serialize};

use crate::bill::Interruptions;
use crate::configuration::{Exchange, Selection};
use crate::gpu::{GpuRequest, Socket};
use crate::money::Currency;
use crate::number::Exact;
use crate::offer::{InterconnectKind, MarketType, Offer, Provider, Security};
use crate::place::Place;
use crate::policy::Policy;
use crate::quantity::{Hours, Range};

/// A request for GPUs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Which GPUs, and how many in all (R1).
    pub gpus: GpuRequest,
    /// For how long.
    pub hours: Hours,
    /// What every instance must have (R2).
    pub instance: Selection,
    /// How many GPUs every instance must have (R2).
    pub gpus_per_node: Option<Range>,
    /// How many instances a plan may have (R2).
    pub nodes: Nodes,
    /// Where (R3).
    pub wanted_where: Where,
    /// On demand or spot (R4).
    pub market: MarketWanted,
    /// Who may run the machines (R4).
    pub security: SecurityWanted,
    /// Whether prepaid offers compete (R5).
    pub prepaid: bool,
    /// The network (R6).
    pub network: Network,
    /// What a plan may cost (R7), in the quote's currency.
    pub caps: Caps,
    /// Whether instances of one plan may differ in GPU model, memory and
    /// socket (R8).
    pub mixed: bool,
    /// Whether instances of one plan may stand in several places (R9).
    pub spread: bool,
    /// Disks to attach and to create (R11–R13).
    pub disks: DisksWanted,
    /// The quote's currency and what others are worth in it (P2).
    pub exchange: Exchange,
    /// What best means (R14).
    pub objective: Objective,
    /// How often spot machines are expected to be taken back; `None` counts
    /// spot hours as if none were lost.
    pub interruptions: Option<Interruptions>,
    /// What a broker's words of stock are taken to promise (R10).
    pub stock: StockAssumed,
    /// The rules of the house: offers and plans that they deny do not compete.
    pub policy: Policy,
}

/// How many instances a plan may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nodes {
    /// One, if any accepted offer supplies the count alone; else any number.
    OneIfPossible,
    /// At most this many.
    AtMost(u64),
    /// Any number.
    Any,
}

/// Which markets compete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketWanted {
    /// On demand only.
    OnDemand,
    /// Spot only.
    Spot,
    /// Both.
    Both,
}

/// Which tiers compete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityWanted {
    /// Secure only.
    Secure,
    /// Community only.
    Community,
    /// All, the unknown ones included.
    Any,
}

/// What the network must be. A broker's silence is no promise: an offer that
/// does not say is not meant (R6).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// Any of these kinds; empty when it does not matter.
    pub kinds: Vec<InterconnectKind>,
    /// At least this fast, in Gbps.
    pub gbps: Option<Exact>,
    /// The GPUs' socket.
    pub socket: Option<Socket>,
}

/// The most that a plan may cost, in the quote's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps {
    /// Per hour, for the whole plan.
    pub rate: Option<Exact>,
    /// Over the horizon.
    pub total: Option<Exact>,
    /// When ordering.
    pub upfront: Option<Exact>,
}

/// What plans are ranked by first (R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The total over the horizon.
    #[default]
    Total,
    /// The price per hour.
    Rate,
    /// The total per GPU and hour, surplus GPUs included.
    PerGpu,
    /// What is paid when ordering.
    Upfront,
    /// The brokers' guess at the launch time; unknown comes last.
    Provisioning,
}

/// Words wanted and words refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Any of these; empty for all.
    pub wanted: Vec<String>,
    /// None of these.
    pub refused: Vec<String>,
}

/// Where machines may stand and who may sell them (R3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Where {
    /// Brokers.
    pub brokers: Words,
    /// Providers, by any of the names under which they are listed.
    pub providers: Words,
    /// Regions of the common vocabulary, or `unknown`.
    pub regions: Words,
    /// Countries by their two letters.
    pub countries: Words,
    /// Data centres in their sellers' own words.
    pub data_centers: Words,
}

impl Demand {
    /// A request for GPUs over some hours with the usual limits: on demand,
    /// secure, prepaid or not, one instance if possible, in USD, anywhere. Set
    /// what differs.
    pub fn new(gpus: GpuRequest, hours: Hours) -> Self {
        Self {
            gpus,
            hours,
            instance: Selection::default(),
            gpus_per_node: None,
            nodes: Nodes::OneIfPossible,
            wanted_where: Where::default(),
            market: MarketWanted::OnDemand,
            security: SecurityWanted::Secure,
            prepaid: true,
            network: Network::default(),
            caps: Caps::default(),
            mixed: false,
            spread: false,
            disks: DisksWanted::default(),
            exchange: Exchange::new(Currency::USD),
            objective: Objective::Total,
            interruptions: None,
            stock: StockAssumed::default(),
            policy: Policy::default(),
        }
    }

    /// What is expected to interrupt work on an offer: nothing but on spot.
    pub fn interruptions_of(&self, offer: &Offer) -> Option<&Interruptions> {
        self.interruptions.as_ref().filter(|_| offer.market == MarketType::Spot)
    }
}

impl Words {
    /// Reads `a`, `b,c` and `!d` as they come from repeated flags.
    pub fn parse<'a>(flags: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words = Self::default();
        for word in flags
            .into_iter()
            .flat_map(|flag| flag.split(','))
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            match word.strip_prefix('!') {
                Some(refused) => words.refused.push(refused.trim().to_owned()),
                None => words.wanted.push(word.to_owned()),
            }
        }
        words
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.refused.is_empty()
    }

    /// These words, changed as little as makes them mean something that `answers`
    /// to `word`: what refuses it goes, and the word is added if any are wanted.
    /// Something unknown, which no refusal of others lets in, does away with
    /// words that only refuse. `None` when words cannot say it.
    pub(crate) fn admitting(&self, known: bool, word: &str, answers: impl Fn(&str) -> bool) -> Option<Self> {
        let mut words = self.clone();
        words.refused.retain(|word| !answers(word));
        if words.wanted.iter().any(|word| answers(word)) {
            return Some(words);
        }
        if words.wanted.is_empty() {
            return Some(if known { words } else { Self::default() });
        }
        if word.contains(char::is_control) {
            return None;
        }
        let alone = Self::parse([word]);
        let said = alone.refused.is_empty() && alone.wanted == [word] && answers(word);
        words.wanted.extend(alone.wanted);
        said.then_some(words)
    }

    /// Whether a word is meant, in whatever case.
    pub fn admits_word(&self, word: &str) -> bool {
        self.admits(|asked| asked.eq_ignore_ascii_case(word))
    }

    /// Whether something is meant, given what it answers to.
    fn admits(&self, answers: impl Fn(&str) -> bool) -> bool {
        !self.refused.iter().any(|word| answers(word))
            && (self.wanted.is_empty() || self.wanted.iter().any(|word| answers(word)))
    }

    /// As [`Self::admits`]; something unknown must be asked for.
    fn admits_known(&self, known: bool, answers: impl Fn(&str) -> bool) -> bool {
        let asked = || self.wanted.iter().any(|word| answers(word));
        self.is_empty() || ((known || asked()) && self.admits(&answers))
    }
}

impl Where {
    /// Whether any of the offer's places, and its seller, are meant.
    pub fn admits(&self, offer: &Offer) -> bool {
        let place = |place| self.admits_region(place) && self.admits_country(place) && self.admits_data_center(place);
        self.admits_broker(offer) && self.admits_provider(&offer.provider) && offer.places.iter().any(place)
    }

    /// Whether any place is meant, even one of which nothing is known.
    pub(crate) fn admits_every_place(&self) -> bool {
        self.regions.is_empty() && self.countries.is_empty() && self.data_centers.is_empty()
    }

    /// Whether the broker is meant.
    pub(crate) fn admits_broker(&self, offer: &Offer) -> bool {
        self.brokers
            .admits(|word| offer.broker.as_str().eq_ignore_ascii_case(word))
    }

    /// Whether the provider is meant.
    pub(crate) fn admits_provider(&self, provider: &Provider) -> bool {
        self.providers.admits(|word| provider.answers(word))
    }

    /// Whether the place's region is meant. One that cannot be mapped is meant
    /// by `unknown` and by its own word alone: that it is none of those refused
    /// would be a guess (R3).
    pub(crate) fn admits_region(&self, place: &Place) -> bool {
        self.regions
            .admits_known(place.is_region_known(), |word| place.answers_region(word))
    }

    /// Whether the place's country is meant; an unknown one only by `unknown`.
    pub(crate) fn admits_country(&self, place: &Place) -> bool {
        self.countries
            .admits_known(place.country.is_some(), |word| place.answers_country(word))
    }

    /// Whether the place's data centre is meant; an unknown one only by
    /// `unknown`.
    pub(crate) fn admits_data_center(&self, place: &Place) -> bool {
        self.data_centers
            .admits_known(place.data_center.is_some(), |word| place.answers_data_center(word))
    }
}

impl MarketWanted {
    /// Whether the market is meant; one that nobody knows never is.
    pub fn admits(self, market: &MarketType) -> bool {
        match self {
            Self::OnDemand => *market == MarketType::OnDemand,
            Self::Spot => *market == MarketType::Spot,
            Self::Both => market.is_known(),
        }
    }
}

impl SecurityWanted {
    /// Whether the tier is meant; one that nobody knows only by [`Self::Any`].
    pub fn admits(self, security: &Security) -> bool {
        match self {
            Self::Secure => *security == Security::Secure,
            Self::Community => *security == Security::Community,
            Self::Any => true,
        }
    }
}

impl Network {
    /// Whether the offer's network is meant.
    pub fn admits(&self, offer: &Offer) -> bool {
        let interconnect = &offer.interconnect;
        (self.kinds.is_empty() || self.kinds.iter().any(|kind| interconnect.kinds.contains(kind)))
            && self
                .gbps
                .is_none_or(|least| interconnect.gbps.is_some_and(|gbps| gbps >= least))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::place::Region;

    #[test]
    fn words_are_wanted_or_refused() {
        let check = |flags: &[&str], word: &str, expected: bool| {
            let words = Words::parse(flags.iter().copied());
            assert_eq!(words.admits(|asked| asked == word), expected, "{flags:?} {word}");
        };
        check(&[], "a", true);
        check(&["a"], "a", true);
        check(&["a"], "b", false);
        check(&["a, b", "c"], "c", true);
        check(&["!a"], "a", false);
        check(&["!a"], "b", true);
        check(&["a", "!a"], "a", false);
        check(&[" , "], "a", true);
    }

    #[test]
    fn unknown_places_are_never_guessed() {
        let check = |flag: &str, place: &Place, expected: bool| {
            let wanted = Where {
                regions: Words::parse([flag]),
                ..Where::default()
            };
            assert_eq!(wanted.admits_region(place), expected, "{flag} {place:?}");
        };
        let norway = Place::new(None, "NO".parse().ok(), None);
        check("eu_north", &norway, true);
        check("europe_north", &norway, true);
        check("!eu_north", &norway, false);
        check("canada", &norway, false);
        let nowhere = Place::default();
        check("eu_north", &nowhere, false);
        check("!eu_north", &nowhere, false);
        check("unknown", &nowhere, true);
        check("!unknown", &nowhere, false);
        let atlantis = Place::new(Some(Region::new("atlantis")), None, None);
        check("unknown", &atlantis, true);
        check("atlantis", &atlantis, true);
        check("!eu_north", &atlantis, false);
        let countries = Where {
            countries: Words::parse(["!US"]),
            ..Where::default()
        };
        assert!(countries.admits_country(&norway) && !countries.admits_country(&nowhere));
    }

    #[test]
    fn words_are_widened_by_one_word() {
        let check = |flags: &str, place: &Place, word: &str, expected: &str| {
            let regions = Words::parse([flags]);
            let answers = |word: &str| place.answers_region(word);
            let wider = regions.admitting(place.is_region_known(), word, answers).unwrap();
            assert_eq!(wider, Words::parse([expected]), "{flags} for {place:?}");
            let wanted = Where {
                regions: wider,
                ..Where::default()
            };
            assert!(wanted.admits_region(place), "{flags} for {place:?}");
        };
        let norway = Place::new(None, "NO".parse().ok(), None);
        check("canada", &norway, "eu_north", "canada,eu_north");
        check("canada,eu_north,!eu_north", &norway, "eu_north", "canada,eu_north");
        check("!eu_north,!canada", &norway, "eu_north", "!canada");
        let atlantis = Place::new(Some(Region::new("atlantis")), None, None);
        for place in [&Place::default(), &atlantis] {
            check("canada", place, "unknown", "canada,unknown");
            // No words say "unknown too" but none at all.
            check("!canada", place, "unknown", "");
            check("!canada,!unknown", place, "unknown", "");
            check("unknown,!canada", place, "unknown", "unknown,!canada");
        }
    }
}

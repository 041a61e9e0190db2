//! Which runs there are, by level.

use std::collections::BTreeMap;

use super::broken::Broken;
use super::chance::Chance;
use super::crash::Crash;
use super::race::Race;
use super::room::Room;
use super::signal::Signal;
use crate::dice::Dice;

/// A level of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Killed at each point, with each fault.
    S3,
    /// Killed at any time.
    S4,
    /// A journal that is damaged or cannot be written.
    S5,
    /// Two planners at once.
    S6,
    /// Asked to stop.
    S7,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::S3, Self::S4, Self::S5, Self::S6, Self::S7];

    /// Its name, such as `S3`.
    pub fn word(self) -> &'static str {
        match self {
            Self::S3 => "S3",
            Self::S4 => "S4",
            Self::S5 => "S5",
            Self::S6 => "S6",
            Self::S7 => "S7",
        }
    }

    /// What it does.
    pub fn what(self) -> &'static str {
        match self {
            Self::S3 => "killed at 24 points, 30 faults, journal kept or lost",
            Self::S4 => "killed at any time",
            Self::S5 => "journal damaged, disk full or failing",
            Self::S6 => "two planners over one data folder",
            Self::S7 => "SIGINT, SIGTERM, twice, at 24 points",
        }
    }

    /// How many of its runs are in the short form.
    pub(super) fn short(self) -> usize {
        match self {
            Self::S3 => 144,
            Self::S4 => 60,
            Self::S5 => 80,
            Self::S6 => 50,
            Self::S7 => 48,
        }
    }
}

/// One run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spec {
    Crash(Crash),
    Chance(Chance),
    Broken(Broken),
    Race(Race),
    Signal(Signal),
}

impl Spec {
    /// Every run of a level.
    pub(super) fn all(level: Level) -> Vec<Self> {
        match level {
            Level::S3 => Crash::all().into_iter().map(Self::Crash).collect(),
            Level::S4 => Chance::all().into_iter().map(Self::Chance).collect(),
            Level::S5 => Broken::all().into_iter().map(Self::Broken).collect(),
            Level::S6 => Race::all().into_iter().map(Self::Race).collect(),
            Level::S7 => Signal::all().into_iter().map(Self::Signal).collect(),
        }
    }

    /// The run of a word.
    pub(super) fn read(word: &str) -> Option<Self> {
        let every = Level::ALL.into_iter().flat_map(Self::all);
        every.into_iter().find(|spec| spec.word() == word)
    }

    /// Some of a level: as many from each of its strata, chosen by the seed.
    pub(super) fn sample(level: Level, count: usize, seed: u64) -> Vec<Self> {
        let mut dice = Dice::new(seed);
        let mut strata: BTreeMap<String, Vec<Self>> = BTreeMap::new();
        for spec in Self::all(level) {
            strata.entry(spec.stratum()).or_default().push(spec);
        }
        let mut strata: Vec<Vec<Self>> = strata.into_values().collect();
        for stratum in &mut strata {
            dice.shuffle(stratum);
        }
        dice.shuffle(&mut strata);
        let mut sample = Vec::new();
        while sample.len() < count && strata.iter().any(|stratum| !stratum.is_empty()) {
            for stratum in &mut strata {
                sample.extend(stratum.pop());
            }
        }
        sample.truncate(count);
        sample
    }

    /// What of its level it stands for.
    fn stratum(&self) -> String {
        let word = self.word();
        let parts: Vec<&str> = word.split('/').collect();
        match (self, parts.as_slice()) {
            (Self::Crash(_), [_, broker, point, _, journal]) => format!("{broker}/{point}/{journal}"),
            (Self::Broken(_), [_, damage, ..]) => (*damage).to_owned(),
            (Self::Signal(_), [_, asked, _, phase]) => format!("{asked}/{phase}"),
            _ => String::new(),
        }
    }

    /// How it is told, and run again.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Crash(one) => one.word(),
            Self::Chance(one) => one.word(),
            Self::Broken(one) => one.word(),
            Self::Race(one) => one.word(),
            Self::Signal(one) => one.word(),
        }
    }

    /// What chance in it comes from.
    pub(super) fn seed(&self) -> u64 {
        // FNV-1a: the same in every build.
        let word = self.word();
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        word.bytes().fold(0xcbf2_9ce4_8422_2325, step)
    }

    /// What goes wrong, for the sandbox.
    pub(super) fn faults(&self) -> Vec<String> {
        match self {
            Self::Crash(one) => one.faults(),
            Self::Chance(one) => one.faults(),
            Self::Signal(one) => one.faults(),
            Self::Broken(_) | Self::Race(_) => Vec::new(),
        }
    }

    /// Whether answers come byte by byte.
    pub(super) fn is_raw(&self) -> bool {
        matches!(self, Self::Crash(one) if one.is_raw())
    }

    /// Runs it. Whether the process was hit where it should be.
    pub(super) fn run(&self, room: &mut Room) -> bool {
        match self {
            Self::Crash(one) => one.run(room),
            Self::Chance(one) => one.run(room),
            Self::Broken(one) => one.run(room),
            Self::Race(one) => one.run(room),
            Self::Signal(one) => one.run(room),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_as_many_runs_as_the_design_asks_for() {
        let check = |level: Level, count: usize| {
            let all = Spec::all(level);
            assert_eq!(all.len(), count, "{level:?}");
            let words: BTreeSet<String> = all.iter().map(Spec::word).collect();
            assert_eq!(words.len(), count, "{level:?}");
            let some = &all[count / 3];
            assert_eq!(Spec::read(&some.word()).map(|spec| spec.word()), Some(some.word()));
        };
        check(Level::S3, 2_880);
        check(Level::S4, 2_000);
        check(Level::S5, 540);
        check(Level::S6, 500);
        check(Level::S7, 288);
    }

    #[test]
    fn a_sample_has_some_of_everything() {
        let words = |count, seed| -> Vec<String> {
            let sample = Spec::sample(Level::S3, count, seed);
            sample.iter().map(Spec::word).collect()
        };
        assert_eq!(words(144, 1), words(144, 1));
        assert_ne!(words(144, 1), words(144, 2));
        let some = words(144, 1);
        assert_eq!(some.len(), 144);
        for point in 1..=24 {
            let here = some.iter().filter(|word| word.contains(&format!("/cp{point:02}/")));
            let count = here.count();
            assert!((4..=8).contains(&count), "point {point}: {count}");
        }
        assert_eq!(words(9_000, 1).len(), 2_880);
    }
}

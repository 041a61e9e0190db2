//! Chance that can be repeated.

use std::collections::VecDeque;

/// A stream of numbers that one seed decides, or some bytes.
#[derive(Debug, Clone)]
pub struct Dice {
    seed: u64,
    /// Rolled before anything is drawn from the seed.
    tape: VecDeque<u8>,
}

impl Dice {
    /// The stream of that seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed: seed.wrapping_mul(0xA076_1D64_78BD_642F),
            tape: VecDeque::new(),
        }
    }

    /// The stream that these bytes begin, one byte a number: whoever changes a byte changes one decision. When they are
    /// used up, numbers follow that are always the same.
    pub fn of(tape: &[u8]) -> Self {
        Self {
            tape: tape.iter().copied().collect(),
            ..Self::new(0)
        }
    }

    /// Half of the stream: what is decided there is not decided here any more.
    #[must_use]
    pub fn split(&mut self) -> Self {
        let half = self.tape.len() / 2;
        let tape = self.tape.split_off(half);
        Self {
            tape,
            ..Self::new(self.draw())
        }
    }

    /// The next number, anything.
    pub fn roll(&mut self) -> u64 {
        match self.tape.pop_front() {
            Some(byte) => u64::from(byte),
            None => self.draw(),
        }
    }

    /// The next number of the seed's: `SplitMix64`.
    fn draw(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a small number");
        usize::try_from(self.roll() % end).expect("a small number")
    }

    /// One of these.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// True that often, in percent.
    pub fn percent(&mut self, often: usize) -> bool {
        self.below(100) < often
    }

    /// In any order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_stream() {
        let rolls = |seed| {
            let mut dice = Dice::new(seed);
            (0..200).map(|_| dice.below(6)).collect::<Vec<_>>()
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(8));
        assert!((0..6).all(|face| rolls(7).contains(&face)));
        let mut cards: Vec<u8> = (0..50).collect();
        Dice::new(1).shuffle(&mut cards);
        assert_ne!(cards, (0..50).collect::<Vec<u8>>());
        cards.sort_unstable();
        assert_eq!(cards, (0..50).collect::<Vec<u8>>());
    }
}

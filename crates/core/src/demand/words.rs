//! Lists of words of which some are wanted and some refused.

/// Words wanted and words refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Any of these; empty for all.
    pub wanted: Vec<String>,
    /// None of these.
    pub refused: Vec<String>,
}

impl Words {
    /// Reads lists such as `a`, `b,c` and `!d`, one after the other: each word is
    /// wanted, or with `!` before it refused.
    pub fn parse<'a>(lists: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words = Self::default();
        for word in lists
            .into_iter()
            .flat_map(|list| list.split(','))
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
    pub(super) fn admits(&self, answers: impl Fn(&str) -> bool) -> bool {
        !self.refused.iter().any(|word| answers(word))
            && (self.wanted.is_empty() || self.wanted.iter().any(|word| answers(word)))
    }

    /// As [`Self::admits`]; something unknown must be asked for.
    pub(super) fn admits_known(&self, known: bool, answers: impl Fn(&str) -> bool) -> bool {
        let asked = || self.wanted.iter().any(|word| answers(word));
        self.is_empty() || ((known || asked()) && self.admits(&answers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}

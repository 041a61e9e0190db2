//! Colour, which never says anything that the words do not say too.
//!
//! Every colour stands out at least four to one from black and from white, so that it can be read on a dark and on a
//! light screen. The first sixteen colours, which every theme means differently, are not among them. Off a terminal, and
//! where nobody wants colour, the printer takes it away.

use std::fmt::Write as _;

/// What a colour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it should be, or cheaper.
    Good,
    /// On its way, or to be known.
    Note,
    /// Broken, or in doubt.
    Bad,
    /// To be typed.
    Code,
    /// What stands above.
    Head,
}

const RESET: &str = "\u{1b}[0m";

impl Tone {
    /// Of the 216 colours that every terminal of 256 shows alike: 28 is #008700, 130 #af5f00, 161 #d7005f and 31
    /// #0087af.
    fn begin(self) -> &'static str {
        match self {
            Self::Good => "\u{1b}[38;5;28m",
            Self::Note => "\u{1b}[38;5;130m",
            Self::Bad => "\u{1b}[1;38;5;161m",
            Self::Code => "\u{1b}[38;5;31m",
            Self::Head => "\u{1b}[1m",
        }
    }

    /// The text in this colour.
    pub(crate) fn paint(self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        format!("{}{text}{RESET}", self.begin())
    }
}

/// What a state means: of a machine, of a broker's answer, of a thing that was looked at.
pub(crate) fn state(word: &str) -> Option<Tone> {
    Some(match word {
        "ok" | "ready" | "ours" => Tone::Good,
        "note" | "ordering" | "deploying" | "ending" | "refused" | "elsewhere" | "overdue" => Tone::Note,
        "BAD" | "unknown" | "unseen" | "blocked" | "orphan" | "stranger" => Tone::Bad,
        _ => return None,
    })
}

/// What terms mean to whoever keeps the machine: spot is taken back, prepaid is not given back.
pub(crate) fn terms(word: &str) -> Option<Tone> {
    (word.starts_with("spot") || word.starts_with("prepaid")).then_some(Tone::Note)
}

/// What a word about stock means.
pub(crate) fn stock(word: &str) -> Option<Tone> {
    match word {
        "low" => Some(Tone::Note),
        "no" | "maintenance" => Some(Tone::Bad),
        _ => None,
    }
}

/// Labels of sentences.
const LABELS: [(&str, Tone); 6] = [
    ("error:", Tone::Bad),
    ("warning:", Tone::Note),
    ("hint:", Tone::Code),
    ("cheaper from", Tone::Good),
    ("cheaper than before:", Tone::Good),
    ("dearer than before:", Tone::Note),
];

/// Sentences with what matters in colour: their labels, and what is to be typed.
pub(crate) fn prose(text: &str) -> String {
    let mut painted = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive('\n') {
        let label = LABELS.iter().find(|(label, _)| line.starts_with(label));
        let rest = label.map_or(line, |(label, tone)| {
            painted.push_str(&tone.paint(label));
            line.strip_prefix(label).unwrap_or_default()
        });
        match command(rest) {
            Some((before, command)) => {
                let (typed, after) = command.split_at(command.trim_end().len());
                let _ = write!(painted, "{before}{}{after}", Tone::Code.paint(typed));
            }
            None => quoted(rest, &mut painted),
        }
    }
    painted
}

/// The command to be typed that a line ends in, where nothing but spaces and a name stand before it.
pub(crate) fn command(line: &str) -> Option<(&str, &str)> {
    let at = line.find("  planner ")? + 2;
    let (before, command) = line.split_at(at);
    (!before.trim().contains(' ')).then_some((before, command))
}

/// What stands between back-ticks, in the colour of what is typed.
fn quoted(mut rest: &str, painted: &mut String) {
    while let Some((before, after)) = rest.split_once('`') {
        let Some((inside, next)) = after.split_once('`') else {
            break;
        };
        let _ = write!(painted, "{before}`{}`", Tone::Code.paint(inside));
        rest = next;
    }
    painted.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_with_and_without_colour() {
        let check = |text: &str, marked: &str| {
            let painted = prose(text);
            assert_eq!(anstream::adapter::strip_str(&painted).to_string(), text);
            let shown = painted
                .replace(Tone::Bad.begin(), "<!")
                .replace(Tone::Note.begin(), "<?")
                .replace(Tone::Code.begin(), "<")
                .replace(RESET, ">");
            assert_eq!(shown, marked);
        };
        check("nothing matches\n", "nothing matches\n");
        check(
            "error: no `x`\nhint: say `y z`\n",
            "<!error:> no `<x>`\n<hint:> say `<y z>`\n",
        );
        check("warning: `half\n", "<?warning:> `half\n");
        check("so:\n    planner ls\n", "so:\n    <planner ls>\n");
        check(
            "gpu    planner ls\nso do  as  planner does\n",
            "gpu    <planner ls>\nso do  as  planner does\n",
        );
        check("``", "``");
    }

    /// The contrast that the accessibility guidelines of the W3C define, in thousandths; light is linear in millionths.
    #[test]
    fn every_colour_can_be_read_on_black_and_on_white() {
        // The levels of the cube of colours, made linear as sRGB says.
        let linear = |level: u32| match level {
            0x00 => 0,
            0x5f => 114_435,
            0x87 => 242_281,
            0xaf => 428_690,
            0xd7 => 679_542,
            0xff => 1_000_000_u32,
            other => panic!("no level {other}"),
        };
        for tone in [Tone::Good, Tone::Note, Tone::Bad, Tone::Code] {
            let number = tone.begin().trim_end_matches('m').rsplit(';').next().unwrap();
            let at: u32 = number.parse::<u32>().unwrap() - 16;
            let level = |step: u32| if step == 0 { 0 } else { 0x37 + 40 * step };
            let [red, green, blue] = [at / 36, at / 6 % 6, at % 6].map(|step| linear(level(step)));
            let light = (red * 213 + green * 715 + blue * 72) / 1000;
            let on_white = 1_050_000_u64 * 1000 / u64::from(light + 50_000);
            let on_black = u64::from(light + 50_000) * 1000 / 50_000;
            assert!(
                on_white >= 4_000 && on_black >= 4_000,
                "{tone:?}: {on_white} {on_black}"
            );
        }
    }
}

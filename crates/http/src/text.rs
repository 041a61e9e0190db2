//! Text of others, made safe for a terminal, a log line and a table.

use std::borrow::Cow;

/// The longest excerpt that an error quotes, in characters: enough for every broker message seen so far, short
/// enough for one line of a report.
pub(crate) const EXCERPT_CHARS_MAX: usize = 200;

/// Escapes every character that could move the cursor, hide text or reorder it: control characters (line breaks
/// included), bidirectional marks, zero-width and other invisible characters. All else is left as it is.
///
/// The result is one line and shows what it hides: a tab becomes `\t`, U+202E becomes `\u{202e}`. Text that needs no
/// change is returned borrowed.
///
/// ```
/// assert_eq!(gpu_broker_http::inert("H100\u{202e}\u{1b}[2J"), r"H100\u{202e}\u{1b}[2J");
/// ```
pub fn inert(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_active) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_active(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// The beginning of `text`, inert, trimmed, at most `chars_max` characters long; `…` marks what was left out.
pub(crate) fn excerpt(text: &str, chars_max: usize) -> String {
    let mut short = String::new();
    let mut left = chars_max;
    let mut piece = String::new();
    for character in text.trim().chars() {
        piece.clear();
        if is_active(character) {
            piece.extend(character.escape_default());
        } else {
            piece.push(character);
        }
        let Some(rest) = left.checked_sub(piece.chars().count()) else {
            short.push('…');
            break;
        };
        left = rest;
        short.push_str(&piece);
    }
    short
}

/// Whether a character could move the cursor, hide text or reorder it: what [`inert`] escapes.
pub fn is_active(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_characters_are_escaped_and_nothing_else() {
        for (input, expected) in [
            ("", ""),
            ("plain text, 2.39 $", "plain text, 2.39 $"),
            ("größe 東京 🚀 e\u{301}", "größe 東京 🚀 e\u{301}"),
            ("a\nb\r\tc", r"a\nb\r\tc"),
            ("\u{0}\u{7f}\u{85}", r"\u{0}\u{7f}\u{85}"),
            ("\u{1b}]8;;http://x\u{7}", r"\u{1b}]8;;http://x\u{7}"),
            ("abc\u{202e}def\u{2066}", r"abc\u{202e}def\u{2066}"),
            ("zero\u{200b}width\u{feff}", r"zero\u{200b}width\u{feff}"),
            ("\u{e0041}tag", r"\u{e0041}tag"),
            ("line\u{2028}sep", r"line\u{2028}sep"),
        ] {
            assert_eq!(inert(input), expected, "{input:?}");
        }
        assert!(matches!(inert("as it is"), Cow::Borrowed(_)));
    }

    #[test]
    fn an_excerpt_is_short_and_never_splits_an_escape() {
        for (input, max, expected) in [
            ("  hello ", 10, "hello"),
            ("hello", 5, "hello"),
            ("hello!", 5, "hello…"),
            ("abc\u{1b}def", 5, "abc…"),
            ("東京東京", 2, "東京…"),
            ("", 3, ""),
        ] {
            assert_eq!(excerpt(input, max), expected, "{input:?}");
        }
    }
}

//! Words of strangers, made safe for where they are shown.

use std::borrow::Cow;
use std::fmt::Display;

use gpu_broker_core::gpu::Gpu;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, Provider, Stock, StockLevel};
use gpu_broker_http::inert;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// For a terminal: no control, bidirectional or invisible characters.
pub(crate) fn shown(word: &str) -> Cow<'_, str> {
    inert(word)
}

/// Plans by their ranks, ascending: `plan 3`, `plans 1, 2`, `plans 1, 3 to 10`.
pub(crate) fn ranked(ranks: &[u64]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for rank in ranks {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*rank) => *last = *rank,
            _ => runs.push((*rank, *rank)),
        }
    }
    let said: Vec<String> = runs
        .iter()
        .map(|(first, last)| match last.saturating_sub(*first) {
            0 => first.to_string(),
            1 => format!("{first}, {last}"),
            _ => format!("{first} to {last}"),
        })
        .collect();
    format!("plan{} {}", if ranks.len() == 1 { "" } else { "s" }, said.join(", "))
}

/// For a spreadsheet: inert, and never a formula.
pub(crate) fn cell(word: &str) -> String {
    let safe = inert(word);
    let formula = safe
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if formula { format!("'{safe}") } else { safe.into_owned() }
}

/// For Markdown: inert, and neither markup nor HTML. Where code hosts would
/// make a link of an address or of an issue's number, or call somebody by an `@`, the word stays a word.
pub(crate) fn markdown(word: &str) -> String {
    let mut safe = String::with_capacity(word.len());
    let word = inert(word);
    let mut rest = word.chars();
    while let Some(c) = rest.next() {
        let before_number = rest.as_str().starts_with(|next: char| next.is_ascii_alphanumeric());
        match c {
            // An entity, or an escape, would be read as the sign itself before names and numbers are looked for.
            '@' => safe.push('＠'),
            '#' if before_number => safe.push('＃'),
            '!' if before_number => safe.push('！'),
            '-' if before_number && safe.to_ascii_lowercase().ends_with("gh") => safe.push('‑'),
            '.' if safe.to_ascii_lowercase().ends_with("www") => safe.push_str("&#46;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' => safe.extend(['\\', c]),
            '<' => safe.push_str("&lt;"),
            '&' => safe.push_str("&amp;"),
            _ => safe.push(c),
        }
    }
    safe.replace("://", "&#58;//")
}

/// For Markdown: commands of ours, one behind the other as `between` joins them, as code that can be copied. What holds a
/// sign that could end the code, or a cell, is a word like others.
pub(crate) fn markdown_code(commands: &str, between: &str) -> String {
    let is_code = |c: char| matches!(c, ' '..='~') && !matches!(c, '`' | '|' | '\\' | '<' | '>' | '&');
    let code = |command: &str| {
        if !command.trim().is_empty() && command.chars().all(is_code) {
            format!("`{}`", command.trim())
        } else {
            markdown(command)
        }
    };
    commands.split(between).map(code).collect::<Vec<_>>().join(between)
}

/// Who sells something and whose it is: `prime/hyperstack`.
pub(crate) fn seller(broker: &Broker, provider: &Provider) -> String {
    format!("{}/{}", shown(broker.as_str()), shown(provider.as_str()))
}

/// A GPU's model and socket: `H100 SXM5`.
pub(crate) fn gpu_name(gpu: &Gpu) -> String {
    let socket = gpu.socket.as_ref().map(|socket| format!(" {}", shown(socket.as_str())));
    format!("{}{}", shown(gpu.model.as_str()), socket.unwrap_or_default())
}

/// What its broker says of the stock, in a word: a number, `yes`, `low`.
pub(crate) fn stock(stock: &Stock) -> String {
    match (&stock.level, stock.units) {
        (_, Some(units)) => units.to_string(),
        (StockLevel::Available, None) => "yes".to_owned(),
        (StockLevel::Unavailable, None) => "no".to_owned(),
        (level, None) => shown(level.as_str()).into_owned(),
    }
}

/// A count, or `?` when nobody says.
pub(crate) fn count(count: Option<u64>) -> String {
    count.map_or_else(|| "?".to_owned(), |count| count.to_string())
}

/// Columns that a text takes in a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text cut to `columns`, with an ellipsis when something is missing.
pub(crate) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let (mut kept, mut used) = (String::new(), 1);
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    Cow::Owned(kept)
}

/// So many of a thing: `1 offer`, `2 offers`, `37.5 hours`.
pub(crate) fn counted(count: impl Display, thing: &str) -> String {
    let count = count.to_string();
    let end = if count == "1" { "" } else { "s" };
    format!("{count} {thing}{end}")
}

/// So many of a thing as what a sentence is about: `1 offer is`, `2 offers are`.
pub(crate) fn are(count: impl Display, thing: &str) -> String {
    let count = count.to_string();
    let verb = if count == "1" { "is" } else { "are" };
    format!("{} {verb}", counted(count, thing))
}

/// A share in percent, as `12 %`; `None` where no digit of it would show.
pub(crate) fn percent(share: Exact) -> Option<String> {
    percent_with(share, 0)
}

/// A share in percent with so many decimals, or two where these would show none of it; `None` where two do not.
pub(crate) fn percent_with(share: Exact, decimals: u8) -> Option<String> {
    let percent = share.times_count(100).unwrap_or(share);
    let mut digits = [decimals, 2].into_iter().map(|decimals| percent.to_fixed(decimals));
    let shown = digits.find(|digits| digits.chars().any(|c| ('1'..='9').contains(&c)));
    shown.map(|digits| format!("{digits} %"))
}

/// What a share saves, as `, −12 %`; nothing where no digit of it would show.
pub(crate) fn saving(share: Exact) -> String {
    percent(share).map_or_else(String::new, |percent| format!(", −{percent}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_words_are_inert() {
        let check = |word: &str, in_csv: &str, in_markdown: &str| {
            assert_eq!(cell(word), in_csv, "{word:?}");
            assert_eq!(markdown(word), in_markdown, "{word:?}");
        };
        check("US-KS-2", "US-KS-2", "US-KS-2");
        check("=cmd()", "'=cmd()", "=cmd()");
        check(" \u{a0}=1", "' \u{a0}=1", " \u{a0}=1");
        check("@x", "'@x", "＠x");
        check("a/b#12 GH-12 !7 # 1", "a/b#12 GH-12 !7 # 1", "a/b＃12 GH‑12 ！7 \\# 1");
        check("see http://a.b", "see http://a.b", "see http&#58;//a.b");
        check("WWW.a.b", "WWW.a.b", "WWW&#46;a.b");
        check("-1", "'-1", "-1");
        check("a|b_c", "a|b_c", "a\\|b\\_c");
        check("<svg onload>", "<svg onload>", "&lt;svg onload>");
        for hostile in ["\u{1b}[2J", "a\nb", "\u{202e}x", "\r=1", "\t=1"] {
            for safe in [cell(hostile), markdown(hostile), shown(hostile).into_owned()] {
                assert!(
                    !safe.contains(|c: char| c.is_control() || c == '\u{202e}'),
                    "{hostile:?} {safe:?}"
                );
            }
        }
    }

    #[test]
    fn commands_can_be_copied_and_nothing_else_is_code() {
        let check = |commands: &str, expected: &str| assert_eq!(markdown_code(commands, ", "), expected);
        check("ssh root@192.0.2.1 -p 22", "`ssh root@192.0.2.1 -p 22`");
        check("ssh a@b -p 1, ssh c -p 2", "`ssh a@b -p 1`, `ssh c -p 2`");
        check("", "");
        check("ssh root@a`@me`b", "ssh root＠a\\`＠me\\`b");
        check("ssh a@b | <svg>", "ssh a＠b \\| &lt;svg>");
        check("ssh a@b\n@me", &markdown("ssh a@b\n@me"));
        check("ssh a@\u{202e}b", &markdown("ssh a@\u{202e}b"));
    }

    #[test]
    fn ranks_in_a_row_are_told_by_their_ends() {
        let check = |ranks: &[u64], expected: &str| assert_eq!(ranked(ranks), expected);
        check(&[3], "plan 3");
        check(&[1, 2], "plans 1, 2");
        check(&[1, 2, 3], "plans 1 to 3");
        check(&[1, 3, 4, 6, 7, 8, 10], "plans 1, 3, 4, 6 to 8, 10");
        check(&[u64::MAX], "plan 18446744073709551615");
    }

    #[test]
    fn long_words_are_cut_to_columns() {
        let check = |text: &str, columns: usize, expected: &str| assert_eq!(cut(text, columns), expected);
        check("n3-H100x8", 9, "n3-H100x8");
        check("n3-H100x8", 8, "n3-H100…");
        check("日本日本", 5, "日本…");
        check("abc", 1, "…");
    }

    #[test]
    fn counts_and_savings_are_told_as_people_do() {
        let check = |share: &str, expected: &str| assert_eq!(saving(share.parse().unwrap()), expected, "{share}");
        check("0.124", ", −12 %");
        check("0.0031", ", −0.31 %");
        check("0.00001", "");
        let one = |share: &str| percent_with(share.parse().unwrap(), 1);
        assert_eq!(
            ["0.056", "0.0004", "0"].map(one),
            [Some("5.6 %".to_owned()), Some("0.04 %".to_owned()), None]
        );
        assert_eq!(
            [0, 1, 2].map(|count| counted(count, "offer")),
            ["0 offers", "1 offer", "2 offers"]
        );
        assert_eq!(
            [1, 20].map(|count| are(count, "minute")),
            ["1 minute is", "20 minutes are"]
        );
        assert_eq!(
            ["1", "1.5"].map(|hours| counted(hours, "hour")),
            ["1 hour", "1.5 hours"]
        );
    }
}

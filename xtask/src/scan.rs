//! Just enough Rust to tell code from comments, literals and tests.
//!
//! Every function keeps byte offsets: what is hidden becomes spaces, so a
//! position in the result is the same position in the file.

use std::ops::Range;

/// The text with comments, strings and character literals blanked.
pub(crate) fn mask(text: &str) -> String {
    let mut hidden = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = hidden_length(rest) {
            hidden.push(at..at + length);
            at += length;
            continue;
        }
        let word = word_length(rest);
        let after = rest.get(word..).unwrap_or_default();
        let raw = match rest.get(..word) {
            Some("r" | "br" | "cr") => raw_string_length(after),
            _ => None,
        };
        if let Some(length) = raw {
            hidden.push(at..at + word + length);
            at += word + length;
        } else {
            at += word.max(rest.chars().next().map_or(1, char::len_utf8));
        }
    }
    blank(text, &hidden)
}

/// Masked code with every item under `#[cfg(test)]` blanked too.
pub(crate) fn without_tests(code: &str) -> String {
    let mut hidden = Vec::new();
    for (start, _) in code.match_indices('#') {
        let Some((inner, arguments, end)) = cfg_at(code, start) else {
            continue;
        };
        if !is_test_cfg(arguments) {
            continue;
        }
        let end = if inner { code.len() } else { item_end(code, end) };
        hidden.push(start..end);
    }
    blank(code, &hidden)
}

/// Every word of masked code, with where it starts. A number counts as one.
pub(crate) fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += code.get(at..)?.find(is_word)?;
        let start = at;
        at += word_length(code.get(at..)?);
        Some((start, code.get(start..at)?))
    })
}

/// The line that a position is on, from 1.
pub(crate) fn line_at(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// The code from `at` on, without the white space there.
pub(crate) fn after(code: &str, at: usize) -> &str {
    code.get(at..).unwrap_or_default().trim_start()
}

/// The code up to `at`, without the white space there.
pub(crate) fn before(code: &str, at: usize) -> &str {
    code.get(..at).unwrap_or_default().trim_end()
}

/// Whether the word at `start` is called as a macro.
pub(crate) fn is_macro_call(code: &str, start: usize, word: &str) -> bool {
    after(code, start + word.len())
        .strip_prefix('!')
        .is_some_and(|rest| rest.trim_start().starts_with(['(', '[', '{']))
}

/// Every path that a `use` tree, or a plain path, at `at` names:
/// `{a::b, c::{d, e as f}}` is `a::b`, `c::d` and `c::e`.
pub(crate) fn paths_at(code: &str, at: usize) -> Vec<String> {
    let mut paths = Vec::new();
    use_tree(code, at, "", &mut paths);
    paths
}

/// Every imported path of masked code, with where its `use` starts.
pub(crate) fn imports(code: &str) -> Vec<(usize, String)> {
    words(code)
        .filter(|(_, word)| *word == "use")
        .flat_map(|(at, word)| {
            let paths = paths_at(code, at + word.len());
            paths.into_iter().map(move |path| (at, path))
        })
        .collect()
}

/// Functions with a body in masked code: where, and the name.
pub(crate) fn function_bodies(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut last = (0, "");
    for (at, word) in words(code) {
        // `fn(u8) -> u8` is a type; a declaration has its name right after.
        if last.1 == "fn" && code.get(last.0 + 2..at).is_some_and(|gap| gap.trim().is_empty()) {
            let end = item_end(code, at);
            if code.get(..end).is_some_and(|item| item.ends_with('}')) {
                found.push((at, word));
            }
        }
        last = (at, word);
    }
    found
}

/// The insides of inline modules in masked code.
pub(crate) fn inline_modules(code: &str) -> Vec<Range<usize>> {
    words(code)
        .filter(|(_, word)| *word == "mod")
        .filter_map(|(at, word)| {
            let name = code.len() - after(code, at + word.len()).len();
            let open = name + word_length(code.get(name..)?);
            let open = code.len() - after(code, open).len();
            code.get(open..)?.starts_with('{').then(|| open..group_end(code, open))
        })
        .collect()
}

fn blank(text: &str, hidden: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in hidden {
        let start = range.start.max(at);
        let end = range.end.max(start);
        out.push_str(text.get(at..start).unwrap_or_default());
        let gone = text.get(start..end).unwrap_or_default();
        out.extend(gone.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn is_word(symbol: char) -> bool {
    symbol == '_' || symbol.is_alphanumeric()
}

fn word_length(rest: &str) -> usize {
    rest.find(|symbol| !is_word(symbol)).unwrap_or(rest.len())
}

/// The length of the comment or literal that starts here, if one does.
fn hidden_length(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment_length(rest));
    }
    if rest.starts_with('"') {
        return Some(quoted_length(rest, '"'));
    }
    let mut after_quote = rest.strip_prefix('\'')?.chars();
    let first = after_quote.next()?;
    // `'a'` and `'\n'` are characters, `'a` is a lifetime.
    (first == '\\' || after_quote.next() == Some('\'')).then(|| quoted_length(rest, '\''))
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, symbol) in rest.char_indices().skip(1) {
        match symbol {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if symbol == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(here) = rest.get(at..).filter(|here| !here.is_empty()) {
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of `#"…"#` after the `r` of a raw string.
fn raw_string_length(rest: &str) -> Option<usize> {
    let fences = rest.bytes().take_while(|byte| *byte == b'#').count();
    let body = rest.get(fences..)?.strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(fences));
    let length = body.find(&close).map_or(body.len(), |at| at + close.len());
    Some(fences + 1 + length)
}

/// `#[cfg(…)]` at `start`: whether it is `#![…]`, its arguments, its end.
fn cfg_at(code: &str, start: usize) -> Option<(bool, &str, usize)> {
    let rest = code.get(start + 1..)?;
    let inner = rest.starts_with('!');
    let open = start + 1 + usize::from(inner);
    if !code.get(open..)?.starts_with('[') {
        return None;
    }
    let end = group_end(code, open);
    let body = code.get(open + 1..end.checked_sub(1)?)?.trim();
    let arguments = body.strip_prefix("cfg")?.trim().strip_prefix('(')?;
    Some((inner, arguments.strip_suffix(')')?, end))
}

fn is_test_cfg(arguments: &str) -> bool {
    let arguments = arguments.trim();
    arguments == "test" || (arguments.starts_with("all(") && words(arguments).any(|(_, word)| word == "test"))
}

/// The end of the item that starts at `at`: its `;`, or its closing brace.
fn item_end(code: &str, at: usize) -> usize {
    let mut at = at;
    while let Some(symbol) = code.get(at..).and_then(|rest| rest.chars().next()) {
        match symbol {
            ';' => return at + 1,
            '{' => return group_end(code, at),
            '(' | '[' => at = group_end(code, at),
            '}' | ')' | ']' => return at,
            _ => at += symbol.len_utf8(),
        }
    }
    code.len()
}

/// The end of the bracketed group that opens at `open`.
fn group_end(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, symbol) in code.get(open..).unwrap_or_default().char_indices() {
        match symbol {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return open + at + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// Reads one `use` tree and gives where it ends.
fn use_tree(code: &str, at: usize, prefix: &str, paths: &mut Vec<String>) -> usize {
    let rest = after(code, at);
    let rest = rest.strip_prefix("::").map_or(rest, str::trim_start);
    let at = code.len() - rest.len();
    if rest.starts_with('{') {
        let end = group_end(code, at);
        let mut at = at + 1;
        while at < end - 1 {
            at = use_tree(code, at, prefix, paths);
            // Also passes over `as name`.
            at = code
                .get(at..end)
                .and_then(|rest| rest.find(','))
                .map_or(end, |comma| at + comma + 1);
            if after(code, at).starts_with('}') {
                break;
            }
        }
        return end;
    }
    let length = if rest.starts_with('*') { 1 } else { word_length(rest) };
    let name = rest.get(..length).unwrap_or_default();
    if name.is_empty() {
        return at;
    }
    let path = format!("{prefix}{name}");
    let next = after(code, at + length);
    let continues = next
        .strip_prefix("::")
        .map(str::trim_start)
        .is_some_and(|next| next.starts_with(|symbol| is_word(symbol) || symbol == '{' || symbol == '*'));
    if continues {
        return use_tree(code, code.len() - next.len() + 2, &format!("{path}::"), paths);
    }
    paths.push(path);
    at + length
}

#[cfg(test)]
mod tests;

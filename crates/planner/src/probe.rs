//! What reads the files of others and shows their words, for tests that try millions of them. No other build has this.

use std::path::Path;

use gpu_broker_core::market::Market;

use crate::commands;
use crate::credentials;
use crate::files::market::Saved;
use crate::files::offers::Own;
use crate::files::quote::Kept;
use crate::files::quotes;
use crate::view::format;
use crate::view::plot::escaped;
use crate::view::text;

/// As a table of a terminal shows a word.
pub fn terminal(word: &str) -> String {
    text::shown(word).into_owned()
}

/// As a table of a terminal shows a word where there is room for so many columns, and how many it takes.
pub fn narrow(word: &str, columns: usize) -> (String, usize) {
    let cut = text::cut(&text::shown(word), columns).into_owned();
    let width = text::width(&cut);
    (cut, width)
}

/// A sheet of one row: a heading, and the word.
pub fn csv(word: &str) -> Vec<u8> {
    let mut sheet = format::Sheet::new(&["word"]);
    sheet.word(word);
    sheet.end_row();
    sheet.into_bytes()
}

/// As a Markdown table shows a word.
pub fn markdown(word: &str) -> String {
    text::markdown(word)
}

/// As a drawing shows a word: text of XML and of HTML.
pub fn drawing(word: &str) -> String {
    escaped(word)
}

/// A document that holds the word.
pub fn json(word: &str) -> Vec<u8> {
    format::json(&word).unwrap_or_default()
}

/// A document that holds the word.
pub fn yaml(word: &str) -> Vec<u8> {
    format::yaml(&word).unwrap_or_default()
}

/// Whether a word may become the name of a file.
pub fn names_a_file(word: &str) -> bool {
    quotes::is_id(word)
}

/// Reads a saved market; how many offers it holds.
///
/// # Errors
/// When it is none: what is wrong.
pub fn market(bytes: &[u8]) -> Result<usize, String> {
    Saved::parse(bytes).map(|saved| saved.market.offers.len())
}

/// Keeps a market as `--save` does, and reads it again.
///
/// # Errors
/// When it cannot be kept, cannot be read again, or is another then: what is wrong.
pub fn keeps(market: Market) -> Result<(), String> {
    let saved = Saved {
        market,
        disks: None,
        request: None,
    };
    let bytes = saved.bytes().map_err(|trouble| trouble.lines())?;
    if Saved::parse(&bytes)? == saved {
        Ok(())
    } else {
        Err("it is another market when it is read again".to_owned())
    }
}

/// Reads a quote and checks it, against a market where there is one; what does not hold.
///
/// # Errors
/// When it is no quote, or the market is none: what is wrong.
pub fn verify(quote: &[u8], market: Option<&[u8]>) -> Result<Vec<String>, String> {
    let kept = Kept::parse(quote)?;
    let saved = market.map(Saved::parse).transpose()?;
    Ok(commands::findings(&kept, saved.as_ref()))
}

/// Reads offers of one's own; how many could be understood, and what is wrong with the others.
pub fn offers(name: &str, bytes: &[u8]) -> (usize, Vec<String>) {
    Own::probe(Path::new(name), bytes)
}

/// Reads what the brokers' own tools left; whether there was a key in either form.
pub fn credentials(text: &str) -> bool {
    credentials::prime_text(text).is_ok_and(|found| found.key.is_some())
        || credentials::spheron_text(text).key.is_some()
}

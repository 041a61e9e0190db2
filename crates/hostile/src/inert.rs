//! What must not reach whoever reads our output. Written anew, to share no mistake with what makes it safe.

/// Whether a character moves a cursor, turns a line round, or cannot be seen.
pub fn is_active(c: char) -> bool {
    // Soft hyphen, joiners, marks of direction, separators of lines, tags, fillers.
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{feff}' | '\u{115f}' | '\u{1160}'
        | '\u{3164}' | '\u{ffa0}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a spreadsheet takes a cell for a formula.
pub fn is_formula(cell: &str) -> bool {
    let start = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c.is_control());
    start.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}

/// Fails unless a text is one line that shows all it holds, and holds no secret.
#[track_caller]
pub(crate) fn assert_inert(text: &str) {
    let active = text.chars().find(|c| is_active(*c));
    assert_eq!(active, None, "{text:.400?}");
    assert!(!text.contains(SECRET), "{text:.400?}");
}

/// Stands wherever a secret may: in keys, in passwords, in what opens a cluster.
pub(crate) const SECRET: &str = "canary-4711-secret";

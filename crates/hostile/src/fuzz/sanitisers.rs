//! Words of strangers where people and programs see them.

use gpu_broker_http::{inert, path_segment};
use gpu_broker_planner::probe;

use crate::inert::is_formula;

/// The bytes are a word.
pub(super) fn sanitisers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    word(&text);
}

/// Whatever the word is, it is inert wherever it is shown, and it can be read again where programs read it.
pub(crate) fn word(text: &str) {
    assert!(!inert(text).contains(crate::is_active), "{text:?}");
    let terminal = probe::terminal(text);
    assert!(!terminal.contains(crate::is_active), "{terminal:?}");
    assert_eq!(probe::terminal(&terminal), terminal, "what is safe stays as it is");
    for columns in [1, 9, 40] {
        let (cut, width) = probe::narrow(text, columns);
        assert!(width <= columns, "{cut:?} is wider than {columns}");
    }
    csv(text);
    markdown(text);
    let drawing = probe::drawing(text);
    assert!(
        !drawing.contains(['<', '>', '"', '\'']) && !drawing.contains(crate::is_active),
        "{drawing:?}"
    );
    documents(text);
    if probe::names_a_file(text) {
        assert!(
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
            "{text:?}"
        );
    }
    let segment = path_segment(text);
    assert!(
        segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte)),
        "{segment}"
    );
}

/// Programs read every word to the letter, and a terminal that shows the document does nothing.
fn documents(text: &str) {
    let json = String::from_utf8(probe::json(text)).unwrap();
    assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    assert!(!json.trim_end_matches('\n').contains(crate::is_active), "{json:?}");
    let yaml = String::from_utf8(probe::yaml(text)).unwrap();
    assert_eq!(serde_yaml_ng::from_str::<String>(&yaml).unwrap(), text, "{yaml:?}");
    assert!(!yaml.chars().any(|c| c != '\n' && crate::is_active(c)), "{yaml:?}");
}

fn csv(text: &str) {
    let sheet = probe::csv(text);
    let mut reader = csv::Reader::from_reader(sheet.as_slice());
    let rows: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!((rows.len(), rows[0].len()), (1, 1), "{text:?}");
    let cell = &rows[0][0];
    assert!(!is_formula(cell) && !cell.contains(crate::is_active), "{cell:?}");
}

/// No mark of Markdown without a backslash before it, and no tag.
fn markdown(text: &str) {
    let cell = probe::markdown(text);
    assert!(!cell.contains('<') && !cell.contains(crate::is_active), "{cell:?}");
    let mut escaped = false;
    // Where an address would become a link, its signs are written as entities, which are no marks.
    for c in cell.replace("&#58;", "").replace("&#46;", "").chars() {
        let mark = matches!(c, '|' | '`' | '*' | '_' | '[' | ']' | '#' | '~');
        assert!(escaped || !mark, "{cell:?}");
        escaped = c == '\\' && !escaped;
    }
    assert!(!escaped, "{cell:?} ends in a backslash, which would spoil what follows");
}

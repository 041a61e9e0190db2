//! The drawn session shows what the commands print: `cargo xtask session` draws it anew.

use std::fs;
use std::path::Path;

use gpu_broker_testkit::session::{COLUMNS, Shot, commands, record, svg};

/// The rows of text of a drawing, without its markup.
fn drawn(svg: &str) -> Vec<String> {
    let rows = svg.lines().filter(|line| line.starts_with("<text "));
    let plain = |row: &str| {
        let pieces = row.split('<').filter_map(|piece| piece.split_once('>'));
        let text: String = pieces.map(|(_, text)| text).collect();
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    };
    rows.map(plain).collect()
}

/// Whether a row is the heading of a table.
fn is_heading(row: &str) -> bool {
    let words = || row.split_whitespace();
    let names = ["$/h", "$/GPU·h", "vCPU"];
    words().count() > 2
        && words().all(|word| names.contains(&word) || !word.contains(char::is_lowercase) || word.starts_with("TOTAL("))
}

#[test]
fn the_drawing_is_of_what_the_commands_print() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let commands = commands(&readme);
    assert!(commands.len() > 3, "{commands:?}");
    let planner = Path::new(env!("CARGO_BIN_EXE_planner"));
    let recorded = record(planner, Path::new(env!("CARGO_TARGET_TMPDIR")), &commands).unwrap();
    let Some(shots) = recorded else { return };
    let committed = fs::read_to_string(root.join("crates/planner/session.svg")).unwrap();
    let (was, is) = (drawn(&committed), drawn(&svg(&shots)));
    let structure = |rows: &[String]| {
        let kept = rows.iter().filter(|row| row.starts_with("$ ") || is_heading(row));
        kept.cloned().collect::<Vec<_>>()
    };
    let seen = structure(&is);
    assert_eq!(structure(&was), seen, "draw it anew: cargo xtask session");
    assert!(seen.iter().filter(|row| is_heading(row)).count() >= 2, "{seen:?}");
    // A quote is the same to the letter whenever it is made.
    let first = |rows: &[String]| {
        rows.iter()
            .take_while(|row| **row != format!("$ {}", commands[1]))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(first(&was), first(&is), "draw it anew: cargo xtask session");
    let widest = |shot: &Shot| shot.lines().map(|line| line.chars().count()).max();
    assert!(shots.iter().all(|shot| widest(shot) <= Some(COLUMNS.into())));
}

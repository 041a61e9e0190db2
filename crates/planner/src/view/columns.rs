//! Tables that fit: columns shrink, then leave, and rows never wrap.

use std::collections::BTreeSet;

use super::paint::Tone;
use super::text::{cut, width};
use super::wrap::wrapped;

/// A column and its cells.
#[derive(Debug)]
pub(crate) struct Column {
    /// Its heading.
    pub(crate) name: String,
    /// Numbers stand to the right.
    pub(crate) right: bool,
    /// Columns of the terminal below which it is not cut; `None` for one that
    /// is never cut, because half a number is a wrong number.
    pub(crate) least: Option<usize>,
    /// Which leaves first when there is no room: the highest. 0 stays.
    pub(crate) leaves: u8,
    /// Identifiers: where there is no room, only as much of each is shown as tells it from the others, and that much
    /// is enough to name it.
    pub(crate) ids: bool,
    /// Sentences: what does not fit goes on below. Of the last column alone.
    pub(crate) flows: bool,
    /// What stands between commands of ours in a cell; `None` where there are none.
    pub(crate) commands: Option<&'static str>,
    /// What a cell means.
    pub(crate) tone: fn(&str) -> Option<Tone>,
    /// One for each row.
    pub(crate) cells: Vec<String>,
}

/// Adds a row: one cell for each column.
pub(crate) fn push(columns: &mut [Column], row: impl IntoIterator<Item = String>) {
    for (column, cell) in columns.iter_mut().zip(row) {
        column.cells.push(cell);
    }
}

/// Between two columns.
const GAP: &str = " ";

/// The least that is shown of an identifier.
const ID: usize = 8;

/// Columns that leave before identifiers are shortened, by when they leave.
const IDS_SHORTEN: u8 = 9;

/// What is left of a word where the columns that stay do not fit otherwise.
const SQUEEZED: usize = 6;

/// The least room for a sentence.
const SENTENCE: usize = 16;

impl Column {
    /// A column of words, cut down to `least` where there is no room.
    pub(crate) fn words(name: &str, least: usize, leaves: u8) -> Self {
        Self {
            name: name.to_owned(),
            right: false,
            least: Some(least),
            leaves,
            ids: false,
            flows: false,
            commands: None,
            tone: |_| None,
            cells: Vec::new(),
        }
    }

    /// A column of numbers.
    pub(crate) fn numbers(name: impl Into<String>, leaves: u8) -> Self {
        Self {
            name: name.into(),
            right: true,
            least: None,
            ..Self::words("", 0, leaves)
        }
    }

    /// A column of identifiers, which stays.
    pub(crate) fn ids(name: &str) -> Self {
        Self {
            least: None,
            ids: true,
            ..Self::words(name, 0, 0)
        }
    }

    /// A last column of sentences.
    pub(crate) fn sentences(name: &str) -> Self {
        Self {
            flows: true,
            ..Self::words(name, SENTENCE, 0)
        }
    }

    /// A column of commands, several of which `between` joins.
    pub(crate) fn commands(name: &str, leaves: u8, between: &'static str) -> Self {
        Self {
            // Half a command is none.
            least: None,
            commands: Some(between),
            ..Self::words(name, 0, leaves)
        }
    }

    /// The same in colours.
    pub(crate) fn toned(self, tone: fn(&str) -> Option<Tone>) -> Self {
        Self { tone, ..self }
    }

    /// Which leaves first: one that says nothing before all others.
    fn left_at(&self) -> u8 {
        let silent = self.cells.iter().all(|cell| cell.is_empty() || cell == "-");
        if silent { u8::MAX } else { self.leaves }
    }

    /// Shows of each identifier only what tells it from the others; false where that is no less.
    fn shorten(&mut self) -> bool {
        let longest = self.cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
        let all: BTreeSet<&String> = self.cells.iter().collect();
        let begun = |length: usize| {
            all.iter()
                .map(move |cell| cell.chars().take(length).collect::<String>())
        };
        let enough = (ID..longest).find(|length| begun(*length).collect::<BTreeSet<_>>().len() == all.len());
        self.ids = false;
        let Some(enough) = enough else { return false };
        for cell in &mut self.cells {
            *cell = cell.chars().take(enough).collect();
        }
        true
    }

    fn natural(&self) -> usize {
        self.cells
            .iter()
            .map(|cell| width(cell))
            .fold(width(&self.name), usize::max)
    }
}

/// The table as lines, the heading first, each at most `room` columns wide
/// where the columns that may not leave allow it.
pub(crate) fn lines(mut columns: Vec<Column>, room: usize) -> Vec<String> {
    let mut widths: Vec<usize> = columns.iter().map(Column::natural).collect();
    loop {
        let needed = widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
        let leaving = columns.iter().enumerate().filter(|(_, column)| column.leaves > 0);
        let leaving = leaving.map(|(at, column)| (at, column.left_at()));
        let leaving = leaving.max_by_key(|(_, leaves)| *leaves);
        let is_last = leaving.is_none() && !columns.iter().any(|column| column.ids);
        if shrink(&columns, &mut widths, needed.saturating_sub(room), is_last) {
            break;
        }
        match (leaving, columns.iter_mut().find(|column| column.ids)) {
            (Some((at, leaves)), ids) if leaves > IDS_SHORTEN || ids.is_none() => {
                columns.remove(at);
            }
            (_, Some(ids)) => {
                ids.shorten();
            }
            (_, None) => break,
        }
        widths = columns.iter().map(Column::natural).collect();
    }
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let names = columns.iter().map(|column| (column.name.as_str(), None));
    let heading = Tone::Head.paint(&line(&columns, &widths, names));
    let mut all = vec![heading];
    for row in 0..rows {
        let cell = |column: &'_ Column| column.cells.get(row).cloned().unwrap_or_default();
        let cells: Vec<String> = columns.iter().map(cell).collect();
        let tones = columns.iter().zip(&cells).map(|(column, cell)| (column.tone)(cell));
        let below = match (columns.last(), cells.last(), widths.last()) {
            (Some(last), Some(cell), Some(width)) if last.flows => flowing(cell, *width),
            _ => Vec::new(),
        };
        let Some((first, rest)) = below.split_first() else {
            all.push(line(&columns, &widths, cells.iter().map(String::as_str).zip(tones)));
            continue;
        };
        let most = cells.len().saturating_sub(1);
        let words = cells.iter().take(most).map(String::as_str).chain([first.as_str()]);
        all.push(line(&columns, &widths, words.zip(tones)));
        for rest in rest {
            let words = std::iter::repeat_n("", most).chain([rest.as_str()]);
            all.push(line(&columns, &widths, words.map(|word| (word, None))));
        }
    }
    all
}

/// A sentence in lines of this width.
fn flowing(cell: &str, width: usize) -> Vec<String> {
    let lines = wrapped(cell, width);
    lines.lines().map(|line| line.trim_start().to_owned()).collect()
}

/// Takes `excess` from the columns that may be cut, widest first; false, and
/// nothing taken, when they cannot give so much and it is not the `last` hope.
fn shrink(columns: &[Column], widths: &mut [usize], excess: usize, last: bool) -> bool {
    let spare_with = |most: usize, at: usize, widths: &[usize]| {
        let least = columns.get(at).and_then(|column| column.least);
        let width = widths.get(at).copied().unwrap_or_default();
        least.map_or(0, |least| width.saturating_sub(least.min(most)))
    };
    let sum = |most: usize| (0..widths.len()).map(|at| spare_with(most, at, widths)).sum::<usize>();
    let most = if last && sum(usize::MAX) < excess {
        SQUEEZED
    } else {
        usize::MAX
    };
    let (all, spare) = (sum(most), |at: usize, widths: &[usize]| spare_with(most, at, widths));
    if all < excess && !last {
        return false;
    }
    for _ in 0..excess.min(all) {
        let widest = (0..widths.len()).max_by_key(|at| spare(*at, widths));
        if let Some(width) = widest.and_then(|at| widths.get_mut(at)) {
            *width -= 1;
        }
    }
    true
}

fn line<'a>(columns: &[Column], widths: &[usize], cells: impl Iterator<Item = (&'a str, Option<Tone>)>) -> String {
    let (mut line, mut gap) = (String::new(), 0);
    for ((column, room), (cell, tone)) in columns.iter().zip(widths).zip(cells) {
        let text = cut(cell, *room);
        let padding = room.saturating_sub(width(&text));
        let (before, after) = if column.right { (padding, 0) } else { (0, padding) };
        // What stands behind the last cell of a line is left out.
        if text.is_empty() {
            gap += before;
        } else {
            line.push_str(&" ".repeat(gap + before));
            line.push_str(&tone.map_or_else(|| text.to_string(), |tone| tone.paint(&text)));
            gap = 0;
        }
        gap += after + GAP.len();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_shrink_and_then_leave() {
        let table = || {
            let mut name = Column::words("NAME", 6, 0);
            name.cells = vec!["a-long-identifier".into(), "b".into()];
            let mut memory = Column::numbers("RAM", 1);
            memory.cells = vec!["1440".into(), "64".into()];
            let mut price = Column::numbers("$/h", 0);
            price.cells = vec!["15.2000".into(), "1.9000".into()];
            vec![name, memory, price]
        };
        let check = |room: usize, expected: [&str; 3]| assert_eq!(plain(table(), room), expected, "{room}");
        check(
            80,
            [
                "NAME               RAM     $/h",
                "a-long-identifier 1440 15.2000",
                "b                   64  1.9000",
            ],
        );
        check(
            24,
            [
                "NAME         RAM     $/h",
                "a-long-ide… 1440 15.2000",
                "b             64  1.9000",
            ],
        );
        check(16, ["NAME         $/h", "a-long-… 15.2000", "b         1.9000"]);
        check(5, ["NAME       $/h", "a-lon… 15.2000", "b       1.9000"]);
    }

    #[test]
    fn words_give_way_before_rows_break() {
        let check = |room: usize, expected: [&str; 2]| {
            let mut seller = Column::words("SELLER", 10, 0);
            seller.cells = vec!["prime/hyperstack".into()];
            let mut total = Column::numbers("TOTAL", 0);
            total.cells = vec!["13052400.00".into()];
            assert_eq!(plain(vec![seller, total], room), expected, "{room}");
        };
        check(22, ["SELLER           TOTAL", "prime/hyp… 13052400.00"]);
        check(20, ["SELLER         TOTAL", "prime/h… 13052400.00"]);
        check(18, ["SELLER       TOTAL", "prime… 13052400.00"]);
        check(12, ["SELLER       TOTAL", "prime… 13052400.00"]);
    }

    fn plain(columns: Vec<Column>, room: usize) -> Vec<String> {
        let lines = lines(columns, room).into_iter();
        lines
            .map(|line| anstream::adapter::strip_str(&line).to_string())
            .collect()
    }

    #[test]
    fn identifiers_are_shortened_to_what_tells_them_apart() {
        let table = |ids: [&str; 2]| {
            let mut id = Column::ids("ID");
            id.cells = ids.map(str::to_owned).into();
            let mut state = Column::words("STATE", 5, 0).toned(super::super::paint::state);
            state.cells = vec!["ready".into(), "odd".into()];
            vec![id, state]
        };
        let check = |ids: [&str; 2], room: usize, expected: [&str; 3]| {
            assert_eq!(plain(table(ids), room), expected, "{ids:?} {room}");
        };
        let different = ["a74d0613-c4a3", "0123456789ab"];
        check(
            different,
            19,
            ["ID            STATE", "a74d0613-c4a3 ready", "0123456789ab  odd"],
        );
        check(different, 18, ["ID       STATE", "a74d0613 ready", "01234567 odd"]);
        check(
            ["a74d0613-c4a3", "a74d0613-d4a3"],
            18,
            ["ID         STATE", "a74d0613-c ready", "a74d0613-d odd"],
        );
        check(
            ["a74d0613-c4a3", "a74d0613-c4a3"],
            18,
            ["ID       STATE", "a74d0613 ready", "a74d0613 odd"],
        );
        check(["short", "-"], 3, ["ID    STATE", "short ready", "-     odd"]);
        let painted = lines(table(different), 40);
        assert!(painted[1].ends_with(&Tone::Good.paint("ready")), "{painted:?}");
    }

    #[test]
    fn sentences_go_on_below() {
        let mut about = Column::words("ABOUT", 5, 0);
        about.cells = vec!["key".into(), "clock".into()];
        let mut found = Column::sentences("FOUND");
        found.cells = vec!["it is not known whether it is".into(), "fine".into()];
        assert_eq!(
            plain(vec![about, found], 26),
            [
                "ABOUT FOUND",
                "key   it is not known",
                "      whether it is",
                "clock fine"
            ]
        );
    }
}

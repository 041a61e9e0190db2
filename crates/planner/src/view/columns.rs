//! Tables that fit: columns shrink, then leave, and rows never wrap.

use super::text::{cut, width};

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

impl Column {
    /// A column of words, cut down to `least` where there is no room.
    pub(crate) fn words(name: &str, least: usize, leaves: u8) -> Self {
        Self {
            name: name.to_owned(),
            right: false,
            least: Some(least),
            leaves,
            cells: Vec::new(),
        }
    }

    /// A column of numbers.
    pub(crate) fn numbers(name: impl Into<String>, leaves: u8) -> Self {
        Self {
            name: name.into(),
            right: true,
            least: None,
            leaves,
            cells: Vec::new(),
        }
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
        let leaving = leaving.max_by_key(|(_, column)| column.leaves).map(|(at, _)| at);
        if shrink(&columns, &mut widths, needed.saturating_sub(room), leaving.is_none()) {
            break;
        }
        columns.remove(leaving.unwrap_or_default());
        widths = columns.iter().map(Column::natural).collect();
    }
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let heading = line(&columns, &widths, |column| &column.name);
    std::iter::once(heading)
        .chain((0..rows).map(|row| {
            line(&columns, &widths, |column| {
                column.cells.get(row).map_or("", String::as_str)
            })
        }))
        .collect()
}

/// Takes `excess` from the columns that may be cut, widest first; false, and
/// nothing taken, when they cannot give so much and it is not the `last` hope.
fn shrink(columns: &[Column], widths: &mut [usize], excess: usize, last: bool) -> bool {
    let spare = |at: usize, widths: &[usize]| {
        let least = columns.get(at).and_then(|column| column.least);
        let width = widths.get(at).copied().unwrap_or_default();
        least.map_or(0, |least| width.saturating_sub(least))
    };
    let all = (0..widths.len()).map(|at| spare(at, widths)).sum::<usize>();
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

fn line<'a>(columns: &'a [Column], widths: &[usize], cell: impl Fn(&'a Column) -> &'a str) -> String {
    let mut line = String::new();
    for (at, (column, width)) in columns.iter().zip(widths).enumerate() {
        let text = cut(cell(column), *width);
        let padding = " ".repeat(width - super::text::width(&text));
        if at > 0 {
            line.push_str(GAP);
        }
        let (before, after) = if column.right {
            (padding.as_str(), "")
        } else {
            ("", padding.as_str())
        };
        line.extend([before, &text, after]);
    }
    line.truncate(line.trim_end().len());
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
        let check = |room: usize, expected: [&str; 3]| assert_eq!(lines(table(), room), expected, "{room}");
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
}

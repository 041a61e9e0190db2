//! The plot in a terminal: braille dots, a letter for each class.

use std::fmt::Write as _;

use gpu_broker_core::number::{Exact, Ratio};
use gpu_broker_core::quote::compare::{Class, Comparison, Course};

use super::{hours_axis, totals_axis};
use crate::view::compare::class_name;
use crate::view::text::width;

/// Dots of one character: two across, four up.
const ACROSS: usize = 2;
const UP: usize = 4;

/// Where the braille patterns begin, and the bit of each dot from the left
/// column's top.
const BLANK: u32 = 0x2800;
const DOTS: [[u8; UP]; ACROSS] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// Letters of one class stand this many characters apart.
const APART: usize = 16;

/// A grid of characters, each a pattern of dots or a letter.
struct Canvas {
    columns: usize,
    rows: usize,
    dots: Vec<u8>,
    letters: Vec<Option<char>>,
}

impl Canvas {
    fn new(columns: usize, rows: usize) -> Self {
        Self {
            columns,
            rows,
            dots: vec![0; columns * rows],
            letters: vec![None; columns * rows],
        }
    }

    /// The character that holds a dot, counted from the lower left.
    fn cell(&self, x: usize, y: usize) -> Option<usize> {
        let row = self.rows.checked_sub(1 + y / UP)?;
        (x / ACROSS < self.columns).then(|| row * self.columns + x / ACROSS)
    }

    fn dot(&mut self, x: usize, y: usize) {
        let bit = DOTS.get(x % ACROSS).and_then(|column| column.get(UP - 1 - y % UP));
        if let Some((cell, bit)) = self.cell(x, y).and_then(|at| self.dots.get_mut(at)).zip(bit) {
            *cell |= bit;
        }
    }

    fn letter(&mut self, x: usize, y: usize, letter: char) {
        if let Some(cell) = self.cell(x, y).and_then(|at| self.letters.get_mut(at)) {
            *cell = Some(letter);
        }
    }

    fn line(&self, row: usize) -> String {
        let cells = row * self.columns..(row + 1) * self.columns;
        let cell = |at| match (self.letters.get(at), self.dots.get(at)) {
            (Some(Some(letter)), _) => *letter,
            (_, Some(0) | None) => ' ',
            (_, Some(dots)) => char::from_u32(BLANK + u32::from(*dots)).unwrap_or(' '),
        };
        let line: String = cells.map(cell).collect();
        line.trim_end().to_owned()
    }
}

/// The totals of each class by hours, within so many columns and rows.
pub(crate) fn terminal(comparison: &Comparison, columns: usize, rows: usize) -> String {
    let top = totals_axis(comparison, 1).high();
    let room = width(&top.to_string()).max(width(comparison.currency.as_str()));
    let mut canvas = Canvas::new(columns.saturating_sub(room + 2).max(10), rows);
    let (wide, high) = (canvas.columns * ACROSS - 1, rows * UP - 1);
    let length = |dots: usize| u64::try_from(dots).unwrap_or(0);
    let (across, up) = (
        hours_axis(comparison, length(wide)),
        totals_axis(comparison, length(high)),
    );
    let dot = |position: Exact| {
        position
            .rounded(0)
            .to_whole()
            .and_then(|dots| usize::try_from(dots).ok())
    };

    for (number, course) in comparison.courses.iter().enumerate() {
        let heights: Vec<Option<usize>> = (0..=wide)
            .map(|x| dot(up.position(course.total_at(point(comparison, x, wide)?)?)))
            .collect();
        draw(&mut canvas, &heights, letter(course.class), number);
    }
    for crossing in &comparison.crossings {
        let x = crossing.at.to_exact().and_then(|at| dot(across.position(at)));
        if let (Some(x), Some(y)) = (x, dot(up.position(crossing.total))) {
            canvas.letter(x, y, '×');
        }
    }

    let mut text = format!("{:>room$}\n", comparison.currency.as_str());
    for row in 0..rows {
        let label = match row {
            0 => top.to_string(),
            row if row + 1 == rows => "0".to_owned(),
            _ => String::new(),
        };
        let _ = writeln!(text, "{label:>room$} │{}", canvas.line(row));
    }
    let _ = writeln!(text, "{:room$} └{}", "", "─".repeat(canvas.columns));
    let (from, to) = (format!("{} h", comparison.from), format!("{} h", comparison.to));
    let between = canvas.columns.saturating_sub(width(&from) + width(&to)).max(1);
    let _ = writeln!(text, "{:room$}  {from}{}{to}", "", " ".repeat(between));
    let drawn = comparison.courses.iter().filter(|course| !course.stretches.is_empty());
    let names: Vec<String> = drawn.map(key).collect();
    let _ = writeln!(text, "{:room$}  {}, × one overtakes another", "", names.join(", "));
    text
}

fn key(course: &Course) -> String {
    format!("{} {}", letter(course.class), class_name(course.class))
}

fn letter(class: Class) -> char {
    match class {
        Class::OnDemand => 'D',
        Class::Prepaid => 'P',
        Class::Spot => 'S',
        Class::Community => 'C',
    }
}

/// The hours at a dot, exactly.
fn point(comparison: &Comparison, x: usize, wide: usize) -> Option<Ratio> {
    let (from, to) = (comparison.from.number(), comparison.to.number());
    let along = to.minus(from)?.times_count(u64::try_from(x).ok()?)?;
    let wide = Exact::whole(u64::try_from(wide).ok()?);
    Ratio::of(from.times(wide)?.plus(along)?, wide)
}

/// Dots from each height to the next, and letters at intervals of which each
/// class has its own.
fn draw(canvas: &mut Canvas, heights: &[Option<usize>], letter: char, number: usize) {
    let mut before = None;
    for (x, height) in heights.iter().enumerate() {
        let Some(y) = *height else { continue };
        let from = before.map_or(y, |before: usize| if before < y { before + 1 } else { y });
        (from..=y).for_each(|y| canvas.dot(x, y));
        before = Some(y);
        let cell = x / ACROSS;
        if x % ACROSS == 0 && cell % APART == (number * APART / Class::ALL.len() + 2) % APART {
            canvas.letter(x, y, letter);
        }
    }
}

//! What stands on a screen once a program has written to it: what was written over is gone.

/// How a character looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Whether it is bold.
    pub bold: bool,
    /// Its colour among the 256 that terminals share; `None` for the usual one.
    pub colour: Option<u8>,
}

/// Rows of characters, as many as were ever written: nothing scrolls away, and no row is broken.
#[derive(Debug, Clone, Default)]
pub struct Screen {
    rows: Vec<Vec<(char, Look)>>,
    row: usize,
    column: usize,
    look: Look,
}

impl Screen {
    /// What stands there after all of this. What is not known of a terminal's commands does nothing.
    pub fn of(written: &str) -> Self {
        let mut screen = Self::default();
        let mut rest = written.chars();
        while let Some(c) = rest.next() {
            match c {
                '\n' => (screen.row, screen.column) = (screen.row + 1, 0),
                '\r' => screen.column = 0,
                '\u{1b}' if rest.next() == Some('[') => {
                    let mut numbers = String::new();
                    let end = rest.by_ref().find(|c| {
                        numbers.push(*c);
                        c.is_ascii_alphabetic()
                    });
                    numbers.pop();
                    screen.obey(end.unwrap_or_default(), &numbers);
                }
                // Of other commands, `(B` is the commonest; the guard above has read its first sign.
                '\u{1b}' => {
                    rest.next();
                }
                c if c.is_control() => {}
                c => screen.put(c),
            }
        }
        screen
    }

    /// The rows, each a row of characters.
    pub fn rows(&self) -> &[Vec<(char, Look)>] {
        &self.rows
    }

    /// The characters alone, without spaces at the ends of rows.
    pub fn text(&self) -> String {
        let row =
            |row: &Vec<(char, Look)>| row.iter().map(|(c, _)| *c).collect::<String>().trim_end().to_owned() + "\n";
        self.rows.iter().map(row).collect()
    }

    fn put(&mut self, c: char) {
        if self.rows.len() <= self.row {
            self.rows.resize(self.row + 1, Vec::new());
        }
        let row = &mut self.rows[self.row];
        if row.len() <= self.column {
            row.resize(self.column + 1, (' ', Look::default()));
        }
        row[self.column] = (c, self.look);
        self.column += 1;
    }

    fn obey(&mut self, command: char, numbers: &str) {
        let many = numbers.parse().unwrap_or(1);
        match command {
            'A' => self.row = self.row.saturating_sub(many),
            'B' => self.row += many,
            'C' => self.column += many,
            'D' => self.column = self.column.saturating_sub(many),
            'G' => self.column = many.saturating_sub(1),
            'H' => (self.row, self.column) = (0, 0),
            'J' => {
                let from = if numbers == "2" { 0 } else { self.row };
                self.rows.truncate(from);
            }
            'K' => {
                let from = if numbers == "2" { 0 } else { self.column };
                if let Some(row) = self.rows.get_mut(self.row) {
                    row.truncate(from);
                }
            }
            'm' => self.paint(numbers),
            _ => {}
        }
    }

    fn paint(&mut self, numbers: &str) {
        let mut numbers = numbers.split(';').map(|number| number.parse::<u8>().unwrap_or(0));
        while let Some(number) = numbers.next() {
            match number {
                0 => self.look = Look::default(),
                1 => self.look.bold = true,
                22 => self.look.bold = false,
                30..=37 => self.look.colour = Some(number - 30),
                38 if numbers.next() == Some(5) => self.look.colour = numbers.next(),
                39 => self.look.colour = None,
                90..=97 => self.look.colour = Some(number - 82),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_over_is_gone() {
        let check = |written: &str, expected: &str| assert_eq!(Screen::of(written).text(), expected, "{written:?}");
        check("one\r\ntwo\n", "one\ntwo\n");
        check("10 %\r100 %\n", "100 %\n");
        check("one\ntwo\u{1b}[1A\r\u{1b}[2K\u{1b}[1B\r\u{1b}[2Kthree", "\nthree\n");
        check("old\u{1b}[H\u{1b}[2Jnew", "new\n");
        check("a\u{1b}[2Cb\u{1b}[?25l\u{1b}(Bc", "a  bc\n");
        check("abc\u{1b}[2D\u{1b}[K", "a\n");
    }

    #[test]
    fn characters_keep_their_looks() {
        let screen = Screen::of("\u{1b}[1;38;5;161mx\u{1b}[0m y\u{1b}[32mz");
        let looks: Vec<(bool, Option<u8>)> = screen.rows()[0]
            .iter()
            .map(|(_, look)| (look.bold, look.colour))
            .collect();
        assert_eq!(
            looks,
            [(true, Some(161)), (false, None), (false, None), (false, Some(2))]
        );
    }
}

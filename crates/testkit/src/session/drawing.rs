//! A session as one picture: text that can be selected, no script, nothing loaded, readable on a light page and on a
//! dark one.

use std::fmt::Write as _;

use super::{COLUMNS, Shot};
use crate::terminal::Look;

/// Of one character, in tenths of a pixel: what monospaced fonts of 14 pixels take.
const ADVANCE: usize = 84;
/// From one row to the next.
const LINE: usize = 19;
/// Around all rows.
const MARGIN: usize = 18;

/// The colours of terminals that planner uses: number and value.
const COLOURS: [(u8, &str); 4] = [(28, "#008700"), (31, "#0087af"), (130, "#af5f00"), (161, "#d7005f")];

/// The picture.
pub fn svg(shots: &[Shot]) -> String {
    let rows: usize = shots.iter().map(|shot| shot.rows.len() + 2).sum();
    let width = 2 * MARGIN + usize::from(COLUMNS) * ADVANCE / 10;
    let height = 2 * MARGIN + rows.saturating_sub(1) * LINE;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"title\">\n<title id=\"title\">planner in a terminal: {}</title>\n",
        escaped(
            &shots
                .iter()
                .map(|shot| shot.command.as_str())
                .collect::<Vec<_>>()
                .join("; ")
        )
    );
    out.push_str(&style());
    let _ = writeln!(
        out,
        "<rect class=\"page\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\"/>",
        width - 1,
        height - 1
    );
    let mut at = MARGIN + LINE - 5;
    for shot in shots {
        let prompt = format!("$ {}", shot.command);
        let looks = |(at, c): (usize, char)| {
            let look = Look {
                bold: true,
                colour: (at == 0).then_some(28),
            };
            (c, look)
        };
        row(&mut out, &prompt.chars().enumerate().map(looks).collect::<Vec<_>>(), at);
        at += LINE;
        for cells in &shot.rows {
            row(&mut out, cells, at);
            at += LINE;
        }
        at += LINE;
    }
    out.push_str("</svg>\n");
    out
}

/// Light unless somebody prefers dark. The colours stand out from both.
fn style() -> String {
    let mut style = String::from(
        "<style>\ntext{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;\
         fill:#1f2328;white-space:pre}\n.page{fill:#ffffff;stroke:#d1d9e0}\n.b{font-weight:700}\n",
    );
    for (number, value) in COLOURS {
        let _ = writeln!(style, ".c{number}{{fill:{value}}}");
    }
    style.push_str(
        "@media (prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117;stroke:#30363d}\
         .c28{fill:#3fb950}.c31{fill:#39c5cf}.c130{fill:#d29922}.c161{fill:#ff7b9c}}\n</style>\n",
    );
    style
}

/// One row, in runs of one look. Each run begins where its column is, however wide the font.
fn row(out: &mut String, cells: &[(char, Look)], at: usize) {
    let end = cells.iter().rposition(|(c, _)| *c != ' ').map_or(0, |last| last + 1);
    let cells = &cells[..end];
    if cells.is_empty() {
        return;
    }
    let _ = write!(out, "<text y=\"{at}\" xml:space=\"preserve\">");
    let mut column = 0;
    for run in cells.chunk_by(|(_, one), (_, other)| one == other) {
        let text = escaped(&run.iter().map(|(c, _)| *c).collect::<String>());
        let from = MARGIN * 10 + column * ADVANCE;
        column += run.len();
        let look = run[0].1;
        let colour = look
            .colour
            .filter(|number| COLOURS.iter().any(|(known, _)| known == number));
        let bold = look.bold.then(|| "b".to_owned());
        let classes: Vec<String> = bold
            .into_iter()
            .chain(colour.map(|number| format!("c{number}")))
            .collect();
        let class = match classes.as_slice() {
            [] => String::new(),
            classes => format!(" class=\"{}\"", classes.join(" ")),
        };
        let _ = write!(out, "<tspan x=\"{}.{}\"{class}>{text}</tspan>", from / 10, from % 10);
    }
    out.push_str("</text>\n");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Screen;

    #[test]
    fn text_stays_text() {
        let shown = "\u{1b}[1mID <a>\u{1b}[0m\n\n\u{1b}[38;5;28mready\u{1b}[0m & more  \n";
        let shot = Shot {
            command: "planner ls".to_owned(),
            rows: Screen::of(shown).rows().to_vec(),
        };
        let drawn = svg(&[shot]);
        for expected in [
            "<tspan x=\"18.0\" class=\"b c28\">$</tspan><tspan x=\"26.4\" class=\"b\"> planner ls</tspan></text>",
            "xml:space=\"preserve\"><tspan x=\"18.0\" class=\"b\">ID &lt;a&gt;</tspan></text>",
            "<tspan x=\"18.0\" class=\"c28\">ready</tspan><tspan x=\"60.0\"> &amp; more</tspan></text>",
            "prefers-color-scheme:dark",
        ] {
            assert!(drawn.contains(expected), "{expected} is not in {drawn}");
        }
        for loaded in ["<script", "href", "url(", "@import", "http://"] {
            let own = drawn.replace("http://www.w3.org/2000/svg", "");
            assert!(!own.contains(loaded), "{loaded}");
        }
    }
}

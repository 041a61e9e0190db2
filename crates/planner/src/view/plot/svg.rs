//! The plot as an SVG file that stands alone: no script, no font, nothing to
//! load, and colours for light and dark pages.

use std::fmt::Write as _;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::number::Exact;
use gpu_broker_core::quote::compare::{Class, Comparison, Course, Crossing};

use super::axis::Axis;
use super::{hours_axis, totals_axis};
use crate::view::assumptions;
use crate::view::compare::rows::offers;
use crate::view::compare::{class_name, rounded};
use crate::view::text::{counted, cut, shown};

/// The drawing area, and what is around it.
const WIDTH: u64 = 760;
const HEIGHT: u64 = 360;
const LEFT: u64 = 88;
const RIGHT: u64 = 32;
const TITLE: u64 = 40;
/// A row of labels above the area, or of the legend below it.
const ROW: u64 = 18;
/// A character at the size of the labels, rather too wide than too narrow.
const LETTER: u64 = 8;

/// Letters of a line below the area, and of one that names plans.
const NOTE_LETTERS: usize = 96;

/// Crossings labelled at the most; of more, only those that lead.
const LABELS_MAX: usize = 12;

/// The colours and dashes of each class.
pub(crate) const STYLE: &str = "\
svg{font:12px system-ui,sans-serif}
.paper{fill:#fff}text{fill:#1f2328}.grid{stroke:#d1d9e0}.frame{stroke:#59636e;fill:none}
.line{fill:none;stroke-width:2.5}.mark{fill:#fff;stroke:#1f2328;stroke-width:1.5}.drop{stroke:#59636e;stroke-dasharray:2 4}
.on_demand{stroke:#0550ae}.prepaid{stroke:#8250df;stroke-dasharray:10 4}
.spot{stroke:#bc4c00;stroke-dasharray:3 4}.community{stroke:#116329;stroke-dasharray:12 4 3 4}
@media screen and (prefers-color-scheme:dark){
.paper{fill:#0d1117}text{fill:#e6edf3}.grid{stroke:#30363d}.frame{stroke:#9198a1}
.mark{fill:#0d1117;stroke:#e6edf3}.drop{stroke:#9198a1}
.on_demand{stroke:#79c0ff}.prepaid{stroke:#d2a8ff}.spot{stroke:#ffa657}.community{stroke:#7ee787}
}
";

/// The totals of each class by hours, with the crossings marked.
pub(crate) fn svg(comparison: &Comparison, demand: &Demand) -> String {
    let labels = labels(comparison, &hours_axis(comparison, WIDTH));
    let frame = Frame::of(comparison, WIDTH, TITLE, &labels);
    let drawn = drawn(comparison);
    let spot = drawn.iter().any(|course| course.class == Class::Spot);
    let expected = demand.interruptions.as_ref().filter(|_| spot);
    let assumed = expected.map_or_else(Vec::new, |expected| {
        wrapped(assumptions::interruptions(expected).text())
    });
    let notes = drawn.len() + assumed.len();
    let height = frame.bottom() + ROW * 3 + ROW * u64::try_from(notes).unwrap_or(0) + 8;
    let width = LEFT + WIDTH + RIGHT;
    let gpus: Vec<String> = demand.gpus.alternatives.iter().map(ToString::to_string).collect();
    let title = format!("{}: total by hours", gpus.join(", "));

    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">{}</title>\n\
         <desc id=\"desc\">{}</desc>\n<style>\n{STYLE}</style>\n<rect class=\"paper\" width=\"{width}\" \
         height=\"{height}\"/>\n",
        escaped(&title),
        escaped(&description(comparison)),
    );
    let _ = writeln!(
        text,
        "<text x=\"{LEFT}\" y=\"24\" font-weight=\"600\" font-size=\"15\">{}</text>",
        escaped(&title)
    );
    frame.draw(&mut text, comparison, &labels);
    let mut y = frame.bottom() + ROW * 3;
    for course in drawn {
        legend(&mut text, course, y);
        y += ROW;
    }
    for line in assumed {
        let _ = writeln!(text, "<text x=\"{LEFT}\" y=\"{y}\">{}</text>", escaped(&line));
        y += ROW;
    }
    text + "</svg>\n"
}

/// The same picture as part of a page, which has the [`STYLE`], a heading and
/// a legend of its own. `name` tells it apart from other pictures there.
pub(crate) fn inline(comparison: &Comparison, width: u64, name: &str) -> String {
    let labels = labels(comparison, &hours_axis(comparison, width));
    // Above the area stands at least the name of the currency.
    let frame = Frame::of(comparison, width, ROW + 4, &labels);
    let (across, height) = (LEFT + width + RIGHT, frame.bottom() + ROW * 2 + 8);
    let mut text = format!(
        "<svg class=\"plot {name}\" viewBox=\"0 0 {across} {height}\" role=\"img\" \
         aria-labelledby=\"{name}-desc\">\n<desc id=\"{name}-desc\">{}</desc>\n",
        escaped(&description(comparison)),
    );
    frame.draw(&mut text, comparison, &labels);
    text + "</svg>\n"
}

/// How the line of a class is drawn, for a legend beside the picture.
pub(crate) fn key(class: Class) -> String {
    format!(
        "<svg class=\"key\" viewBox=\"0 0 36 8\" width=\"36\" height=\"8\" aria-hidden=\"true\"><line class=\"line {class}\" \
         x1=\"0\" x2=\"36\" y1=\"4\" y2=\"4\"/></svg>"
    )
}

/// The classes that have any plan.
pub(crate) fn drawn(comparison: &Comparison) -> Vec<&Course> {
    let courses = comparison.courses.iter();
    courses.filter(|course| !course.stretches.is_empty()).collect()
}

/// The area in which totals are drawn.
struct Frame {
    across: Axis,
    up: Axis,
    /// Its upper edge.
    top: u64,
    /// Between its left and its right edge.
    width: u64,
}

/// The hours of a crossing, in a row in which nothing overlaps it.
struct Label<'a> {
    crossing: &'a Crossing,
    text: String,
    row: u64,
}

impl Frame {
    /// An area below a heading and the rows of labels.
    fn of(comparison: &Comparison, width: u64, heading: u64, labels: &[Label<'_>]) -> Self {
        let rows = labels.iter().map(|label| label.row + 1).max().unwrap_or(0);
        Self {
            across: hours_axis(comparison, width),
            up: totals_axis(comparison, HEIGHT),
            top: heading + ROW * rows,
            width,
        }
    }

    fn bottom(&self) -> u64 {
        self.top + HEIGHT
    }

    fn draw(&self, text: &mut String, comparison: &Comparison, labels: &[Label<'_>]) {
        self.grid(text, comparison);
        let first = labels.iter().map(|label| label.row + 1).max().unwrap_or(0);
        for label in labels {
            self.label(text, label, self.top - ROW * first);
        }
        for course in drawn(comparison) {
            self.line(text, course);
        }
        for crossing in &comparison.crossings {
            self.mark(text, crossing);
        }
    }

    fn x(&self, hours: Exact) -> Exact {
        let position = self.across.position(hours);
        position.plus(Exact::whole(LEFT)).unwrap_or(position)
    }

    fn y(&self, total: Exact) -> Exact {
        let floor = Exact::whole(self.bottom());
        floor.minus(self.up.position(total)).unwrap_or(floor)
    }

    fn grid(&self, text: &mut String, comparison: &Comparison) {
        let (bottom, right) = (self.bottom(), LEFT + self.width);
        for tick in self.up.ticks() {
            let y = self.y(tick);
            let _ = writeln!(
                text,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y}\" y2=\"{y}\"/>"
            );
            let _ = writeln!(
                text,
                "<text x=\"{}\" y=\"{y}\" dy=\"4\" text-anchor=\"end\">{tick}</text>",
                LEFT - 8
            );
        }
        for tick in self.across.ticks() {
            let x = self.x(tick);
            let _ = writeln!(
                text,
                "<line class=\"grid\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{bottom}\"/>",
                self.top
            );
            let _ = writeln!(
                text,
                "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{tick}</text>",
                bottom + ROW
            );
        }
        let _ = writeln!(
            text,
            "<rect class=\"frame\" x=\"{LEFT}\" y=\"{}\" width=\"{}\" height=\"{HEIGHT}\"/>",
            self.top, self.width
        );
        let _ = writeln!(
            text,
            "<text x=\"{right}\" y=\"{}\" text-anchor=\"end\">hours</text>",
            bottom + 2 * ROW
        );
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT - 8,
            self.top - 12,
            comparison.currency
        );
    }

    fn line(&self, text: &mut String, course: &Course) {
        let corners = course.corners();
        let points = corners.iter().filter_map(|corner| {
            let (hours, total) = (corner.to_exact()?, course.total_at(*corner)?);
            Some(format!("{},{}", self.x(hours), self.y(total)))
        });
        let points: Vec<String> = points.collect();
        let _ = writeln!(
            text,
            "<polyline class=\"line {}\" points=\"{}\"><title>{}</title></polyline>",
            course.class,
            points.join(" "),
            class_name(course.class)
        );
    }

    /// A label in its row below `above`.
    fn label(&self, text: &mut String, label: &Label<'_>, above: u64) {
        let Some(at) = label.crossing.at.to_exact() else { return };
        let (x, y) = (self.x(at), above + ROW * label.row + 12);
        let _ = writeln!(
            text,
            "<line class=\"drop\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{}\"/>",
            y + 3,
            self.bottom()
        );
        let weight = if label.crossing.leads {
            " font-weight=\"600\""
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\"{weight}>{}</text>",
            escaped(&label.text)
        );
    }

    fn mark(&self, text: &mut String, crossing: &Crossing) {
        let Some(at) = crossing.at.to_exact() else { return };
        let title = format!(
            "from {} h {} overtakes {}",
            rounded(crossing.at),
            class_name(crossing.cheaper),
            class_name(crossing.dearer)
        );
        let _ = writeln!(
            text,
            "<circle class=\"mark\" cx=\"{}\" cy=\"{}\" r=\"4\"><title>{title}</title></circle>",
            self.x(at),
            self.y(crossing.total)
        );
    }
}

/// Gives each label the lowest row in which there is room for it.
fn labels<'a>(comparison: &'a Comparison, across: &Axis) -> Vec<Label<'a>> {
    let all = comparison.crossings.len() <= LABELS_MAX;
    let mut ends: Vec<Exact> = Vec::new();
    let mut labels = Vec::new();
    for crossing in comparison
        .crossings
        .iter()
        .filter(|crossing| all || crossing.leads)
        .take(LABELS_MAX)
    {
        let Some(at) = crossing.at.to_exact() else { continue };
        let text = format!("{} h", at.rounded(2));
        let half = Exact::whole(LETTER * u64::try_from(text.len()).unwrap_or(0) / 2);
        let middle = across.position(at);
        let begins = middle.minus(half).unwrap_or(middle);
        let free = ends.iter().position(|end| *end < begins);
        let row = free.unwrap_or(ends.len());
        let end = middle.plus(half).unwrap_or(middle);
        match ends.get_mut(row) {
            Some(slot) => *slot = end,
            None => ends.push(end),
        }
        labels.push(Label {
            crossing,
            text,
            row: u64::try_from(row).unwrap_or(0),
        });
    }
    labels
}

fn legend(text: &mut String, course: &Course, y: u64) {
    let _ = writeln!(
        text,
        "<line class=\"line {}\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>",
        course.class,
        LEFT + 36,
        y - 4,
        y - 4
    );
    let plans: Vec<String> = course.stretches.iter().map(|stretch| offers(stretch.plan())).collect();
    let plans = plans.join(", then ");
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"{y}\">{}</text>",
        LEFT + 44,
        escaped(&cut(&format!("{}: {plans}", class_name(course.class)), NOTE_LETTERS))
    );
}

fn description(comparison: &Comparison) -> String {
    let crossings = comparison.crossings.iter().map(|crossing| {
        format!(
            "from {} h {} overtakes {}",
            rounded(crossing.at),
            class_name(crossing.cheaper),
            class_name(crossing.dearer)
        )
    });
    let crossings: Vec<String> = crossings.collect();
    format!(
        "What the best plan of each class costs in all, from {} to {}. {}",
        comparison.from,
        counted(comparison.to, "hour"),
        crossings.join("; ")
    )
}

/// A sentence in lines that fit below the area.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < NOTE_LETTERS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A stranger's word as XML text.
pub(crate) fn escaped(word: &str) -> String {
    let mut safe = String::with_capacity(word.len());
    for c in shown(word).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // No characters of XML, however they are written.
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests;

//! A report as one page: no script, nothing to load, and nothing that a
//! stranger's word could become but text.

use std::fmt::Write as _;

use super::{Block, Picture, Report};
use crate::view::columns::Column;
use crate::view::plot::{STYLE as PLOT, escaped};

/// How the page looks: on any screen, by day and by night, and on paper.
const STYLE: &str = include_str!("page.css");

/// Says of itself that nothing may be loaded or run, should a word ever slip through.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The report as a page that is well-formed XML but for its first line.
pub(crate) fn page(report: &Report) -> String {
    let title = escaped(&report.title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\"/>\n\
         <title>{title}</title>\n<style>\n{PLOT}{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<h1>{title}</h1>\n",
        escaped(POLICY)
    );
    blocks(&mut out, &report.lead);
    out.push_str("</header>\n");
    for section in &report.sections {
        let _ = writeln!(out, "<section>\n<h2>{}</h2>", escaped(section.title));
        blocks(&mut out, &section.blocks);
        out.push_str("</section>\n");
    }
    out + "</main>\n</body>\n</html>\n"
}

fn blocks(out: &mut String, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Facts(facts) => {
                out.push_str("<dl>\n");
                for (name, value) in facts {
                    let (name, value) = (escaped(name), escaped(value));
                    let _ = writeln!(out, "<div><dt>{name}</dt><dd><bdi>{value}</bdi></dd></div>");
                }
                out.push_str("</dl>\n");
            }
            Block::Warn(said) => {
                let _ = writeln!(out, "<p class=\"warning\"><strong>{}</strong></p>", escaped(said));
            }
            Block::Say(said) => {
                let _ = writeln!(out, "<p>{}</p>", escaped(said));
            }
            Block::List(list) => {
                out.push_str("<ul>\n");
                for item in list {
                    let _ = writeln!(out, "<li><bdi>{}</bdi></li>", escaped(item));
                }
                out.push_str("</ul>\n");
            }
            Block::Table(columns) => table(out, columns),
            Block::Command(command) => {
                let _ = writeln!(out, "<pre><code>{}</code></pre>", escaped(command));
            }
            Block::Part(title, within) => {
                let _ = writeln!(out, "<article>\n<h3><bdi>{}</bdi></h3>", escaped(title));
                self::blocks(out, within);
                out.push_str("</article>\n");
            }
            Block::Plot(picture) => plot(out, picture),
        }
    }
}

/// A table; where there is no room for it, each row becomes a card whose cells
/// say which column they are of.
fn table(out: &mut String, columns: &[Column]) {
    out.push_str("<div class=\"scroll\"><table>\n<thead><tr>");
    for column in columns {
        let _ = write!(out, "<th scope=\"col\"{}>{}</th>", class(column), escaped(&column.name));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    for row in 0..rows {
        out.push_str("<tr>");
        for column in columns {
            let cell = column.cells.get(row).map_or("", String::as_str);
            if cell.is_empty() {
                let _ = write!(out, "<td{}></td>", class(column));
            } else {
                let _ = write!(
                    out,
                    "<td{} data-label=\"{}\"><bdi>{}</bdi></td>",
                    class(column),
                    escaped(&column.name),
                    escaped(cell)
                );
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
}

fn class(column: &Column) -> &'static str {
    if column.right { " class=\"number\"" } else { "" }
}

fn plot(out: &mut String, picture: &Picture) {
    out.push_str("<figure>\n");
    out.push_str(&picture.wide);
    out.push_str(&picture.narrow);
    out.push_str("<figcaption>");
    for (key, name) in &picture.keys {
        let _ = write!(out, "<span class=\"class\">{key} {}</span>", escaped(name));
    }
    out.push_str("</figcaption>\n</figure>\n");
}

//! A report for a pull request: what matters first, the rest folded.

use std::fmt::Write as _;

use super::{Block, Report};
use crate::view::format::{fenced, markdown_table};
use crate::view::text;

/// Sections that are not folded.
const OPEN: usize = 1;

/// The report as Markdown, with `details` as code hosts know them.
pub(crate) fn markdown(report: &Report) -> String {
    let mut out = format!("## {}\n\n", text::markdown(&report.title));
    blocks(&mut out, &report.lead);
    for (at, section) in report.sections.iter().enumerate() {
        if at < OPEN {
            let _ = writeln!(out, "### {}\n", section.title);
            blocks(&mut out, &section.blocks);
        } else {
            // The empty line lets Markdown begin again within HTML.
            let _ = writeln!(out, "<details><summary>{}</summary>\n", section.title);
            blocks(&mut out, &section.blocks);
            out.push_str("</details>\n\n");
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn blocks(out: &mut String, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Facts(facts) => {
                for (name, value) in facts {
                    let _ = writeln!(out, "- {name}: {}", text::markdown(value));
                }
                out.push('\n');
            }
            Block::Say(said) => {
                let _ = writeln!(out, "{}\n", text::markdown(said));
            }
            Block::Warn(said) => {
                let _ = writeln!(out, "> **{}**\n", text::markdown(said));
            }
            Block::List(list) => {
                for item in list {
                    let _ = writeln!(out, "- {}", text::markdown(item));
                }
                out.push('\n');
            }
            Block::Table(columns) => {
                out.push_str(&markdown_table(columns));
                out.push('\n');
            }
            Block::Command(command) => {
                let _ = writeln!(out, "{}", fenced("sh", command));
            }
            Block::Part(title, within) => {
                let _ = writeln!(out, "#### {}\n", text::markdown(title));
                self::blocks(out, within);
            }
            // The table behind it says the same.
            Block::Plot(_) => (),
        }
    }
}

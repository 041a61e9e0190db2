//! The formats that programs read: CSV, Markdown, JSON, YAML.

use std::fmt::Display;

use serde::Serialize;

use super::columns::Column;
use super::text::{cell, markdown};
use crate::exit::Exit;
use crate::report::Trouble;

/// Rows with a heading, for CSV.
#[derive(Debug)]
pub(crate) struct Sheet {
    writer: csv::Writer<Vec<u8>>,
    row: Vec<String>,
}

impl Sheet {
    /// An empty sheet with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let mut sheet = Self {
            writer: csv::Writer::from_writer(Vec::new()),
            row: Vec::new(),
        };
        sheet.row = columns.iter().map(|name| (*name).to_owned()).collect();
        sheet.end_row();
        sheet
    }

    /// A word of somebody else's, made safe for a spreadsheet.
    pub(crate) fn word(&mut self, word: &str) {
        self.row.push(cell(word));
    }

    /// A number of ours.
    pub(crate) fn number(&mut self, number: impl Display) {
        self.row.push(number.to_string());
    }

    /// A number of ours, if there is one.
    pub(crate) fn maybe(&mut self, number: Option<impl Display>) {
        self.row
            .push(number.map(|number| number.to_string()).unwrap_or_default());
    }

    /// Ends the row.
    pub(crate) fn end_row(&mut self) {
        // Writing to memory does not fail, and every row has as many cells.
        let _ = self.writer.write_record(&self.row);
        self.row.clear();
    }

    /// The sheet as CSV.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.writer.into_inner().unwrap_or_default()
    }
}

/// Columns as a Markdown table.
pub(crate) fn markdown_table(columns: &[Column]) -> String {
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut line = |cells: Vec<String>| {
        text.push_str("| ");
        text.push_str(&cells.join(" | "));
        text.push_str(" |\n");
    };
    line(columns.iter().map(|column| markdown(&column.name)).collect());
    line(
        columns
            .iter()
            .map(|column| {
                if column.right {
                    "---:".to_owned()
                } else {
                    "---".to_owned()
                }
            })
            .collect(),
    );
    for row in 0..rows {
        line(
            columns
                .iter()
                .map(|column| column.cells.get(row).map(|cell| markdown(cell)).unwrap_or_default())
                .collect(),
        );
    }
    text
}

/// A document as JSON, ending in a newline.
pub(crate) fn json(document: &impl Serialize) -> Result<Vec<u8>, Trouble> {
    let mut bytes = serde_json::to_vec_pretty(document).map_err(|error| internal(&error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A document as JSON on one line.
pub(crate) fn json_line(document: &impl Serialize) -> Result<Vec<u8>, Trouble> {
    let mut bytes = serde_json::to_vec(document).map_err(|error| internal(&error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A document as YAML.
pub(crate) fn yaml(document: &impl Serialize) -> Result<Vec<u8>, Trouble> {
    serde_yaml_ng::to_string(document)
        .map(String::into_bytes)
        .map_err(|error| internal(&error))
}

fn internal(error: &dyn Display) -> Trouble {
    Trouble::new(Exit::Internal, format!("the answer cannot be written: {error}"))
}

//! Tables that people are given (*prospetti*): one value, written as CSV, as JSON, or as a page to be printed.
//!
//! ```text
//! rows ──> Sheet ──> to_csv    RFC 4180; no cell is a formula to a spreadsheet
//!                ──> to_json   one line, docs/schema/sheet-1.json
//!                ──> page      self-contained HTML, any number of sheets on it
//! ```
//!
//! Titles and words are Italian, as are those who read them; the names on the wire are those of JSON.

mod json;
mod month;
mod page;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::reconcile::instant::ROME;
use crate::text::{cell, printable};

pub use month::{MOST_MONTHS, Month, Months, NotMonths};
pub use page::page;

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in JSON.
    pub key: &'static str,
    /// What stands above it.
    pub title: &'static str,
}

/// What stands in a row and a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is known, or there is nothing.
    None,
    /// What somebody has written: shown as text and nothing else.
    Text(String),
    /// A word of ours: its name on the wire, and what people read.
    Word(&'static str, &'static str),
    /// So many.
    Number(u64),
    /// A moment: in Rome for people, in UTC for programs.
    Time(Timestamp),
    /// A month.
    Month(Month),
}

/// Something that holds for a whole sheet: for whom, for which months, as of when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub about: Column,
    /// Its value.
    pub value: Cell,
}

/// A table with a title (*prospetto*).
///
/// ```
/// use pec_core::sheet::{Cell, Column, CsvMark, Sheet};
/// const COLUMNS: &[Column] = &[Column { key: "mailbox", title: "Casella" }, Column { key: "new", title: "Nuovi" }];
/// let mut sheet = Sheet::new("mailboxes", "Caselle", COLUMNS);
/// sheet.rows.push(vec![Cell::text("=1+1"), Cell::Number(3)]);
/// assert_eq!(sheet.to_csv(CsvMark::Absent), "Casella,Nuovi\r\n'=1+1,3\r\n".as_bytes());
/// assert!(sheet.to_json().ends_with(r#""rows":[{"mailbox":"=1+1","new":3}]}"#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias = "prospetto")]
pub struct Sheet {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What holds for all of it.
    pub facts: Vec<Fact>,
    /// What a person has to be told about it.
    pub warning: Option<&'static str>,
    /// Its columns.
    pub columns: &'static [Column],
    /// Its rows, each with a cell for each column.
    pub rows: Vec<Vec<Cell>>,
    /// How many of what, where that is said beside the rows.
    pub totals: Vec<(Cell, u64)>,
    /// What it says and what it does not: a sentence each, below the table.
    pub notes: Vec<&'static str>,
}

/// Whether a table begins with the byte order mark by which spreadsheets know that it is UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CsvMark {
    /// It begins with the titles.
    #[default]
    Absent,
    /// It begins with the mark.
    Present,
}

impl Cell {
    /// A text.
    #[must_use]
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// A text, or nothing.
    #[must_use]
    pub fn text_of(text: Option<impl ToString>) -> Self {
        text.map_or(Self::None, Self::text)
    }

    /// A moment, or nothing.
    #[must_use]
    pub fn time_of(at: Option<Timestamp>) -> Self {
        at.map_or(Self::None, Self::Time)
    }

    /// A number, or nothing.
    #[must_use]
    pub fn number_of(number: Option<u64>) -> Self {
        number.map_or(Self::None, Self::Number)
    }

    /// What a person reads, in one line; empty where there is nothing.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) => printable(text),
            Self::Word(_, shown) => (*shown).to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Time(at) => at.to_zoned(ROME.clone()).strftime("%d/%m/%Y %H:%M").to_string(),
            Self::Month(month) => month.to_string(),
        }
    }
}

impl Sheet {
    /// One without rows.
    #[must_use]
    pub const fn new(name: &'static str, title: &'static str, columns: &'static [Column]) -> Self {
        Self {
            name,
            title,
            facts: Vec::new(),
            warning: None,
            columns,
            rows: Vec::new(),
            totals: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// With one more fact.
    #[must_use]
    pub fn fact(mut self, key: &'static str, title: &'static str, value: Cell) -> Self {
        self.facts.push(Fact { about: Column { key, title }, value });
        self
    }

    /// With one more sentence below the table.
    #[must_use]
    pub fn note(mut self, note: &'static str) -> Self {
        self.notes.push(note);
        self
    }

    /// As RFC 4180: the titles, then a line a row, UTF-8. What somebody has written is one line and no formula to a
    /// spreadsheet ([`crate::text::cell`]).
    #[must_use]
    pub fn to_csv(&self, mark: CsvMark) -> Vec<u8> {
        let begun = if mark == CsvMark::Present { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(begun);
        // Into memory: there is nothing that cannot be written.
        let _ = writer.write_record(self.columns.iter().map(|column| column.title));
        for row in &self.rows {
            let _ = writer.write_record(row.iter().map(|one| cell(&one.shown())));
        }
        writer.into_inner().unwrap_or_default()
    }

    /// As one line of JSON, without a line end (docs/schema/sheet-1.json): keys in fixed order, times in UTC, nothing is
    /// `null`.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::write(self)
    }

    /// As a page of its own.
    #[must_use]
    pub fn to_html(&self) -> String {
        page(self.title, std::slice::from_ref(self))
    }
}

//! The entries of the log for people and for other programs: who did what, when, to what.

use std::io::Write;
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LogRow {
    /// Its number, from 0.
    pub n: u64,
    /// When, by the host's clock, as it is written (RFC 3339, UTC).
    pub at: String,
    /// Who, as the host named him.
    pub actor: String,
    /// What was done.
    pub what: String,
    /// The rest of it: to which message, mailbox, class or case, by what right, with which outcome.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

/// How a log is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object in each line, as it stands in the log, with its number.
    Ndjson,
    /// RFC 4180: a line of names, then one line for each entry. What a sender wrote is no formula to a spreadsheet, and in one
    /// line.
    Csv,
    /// The same behind a byte order mark, by which spreadsheets know that it is UTF-8.
    CsvWithMark,
}

impl LogFormat {
    /// The format of this name: `ndjson`, `csv`, `csv-bom`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "ndjson" => Some(Self::Ndjson),
            "csv" => Some(Self::Csv),
            "csv-bom" => Some(Self::CsvWithMark),
            _ => None,
        }
    }
}

/// The columns of a table, in order; what has none stands in the last.
const COLUMNS: [&str; 8] = ["n", "at", "actor", "mandate", "what", "mailbox", "id", "details"];

impl LogRow {
    pub(crate) fn read(n: i64, entry: &str) -> Result<Self> {
        let broken = |what: &str| Error::Damaged(format!("the log: entry {n} {what}"));
        let mut details: Map<String, Value> = serde_json::from_str(entry).map_err(|_| broken("is not JSON"))?;
        let mut take = |name: &str| match details.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(broken(&format!("has no {name}"))),
        };
        let (at, actor, what) = (take("at")?, take("actor")?, take("what")?);
        Ok(Self { n: n.unsigned_abs(), at, actor, what, details })
    }

    fn cells(mut self) -> [String; COLUMNS.len()] {
        let mut take = |name: &str| match self.details.remove(name) {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let [mandate, mailbox, id] = ["mandate", "mailbox", "id"].map(&mut take);
        let rest = if self.details.is_empty() { String::new() } else { Value::Object(self.details).to_string() };
        [self.n.to_string(), self.at, self.actor, mandate, self.what, mailbox, id, rest]
    }
}

impl Archive {
    /// At most `limit` entries of the log from number `from` on. An operator gets those of what its scope covers: what was done to
    /// its mailboxes, their messages and its part of the organisation, and what it asked for itself.
    ///
    /// # Errors
    /// [`Error::Damaged`] where an entry is not one.
    pub fn log(&self, actor: &Actor, from: u64, limit: usize) -> Result<Vec<LogRow>> {
        let mut rows = Vec::new();
        self.rows(actor, from, &mut |row| {
            if rows.len() < limit {
                rows.push(row);
            }
            Ok(rows.len() < limit)
        })?;
        Ok(rows)
    }

    /// Gives the entries from this number on, of those that whoever asks may see, until `take` says that it is enough.
    fn rows(&self, actor: &Actor, from: u64, take: &mut dyn FnMut(LogRow) -> Result<bool>) -> Result<()> {
        let asked = Asked::new(actor, Call::Log);
        self.read_for(&asked, |view| {
            let sight = self.sight(view, &asked)?;
            view.log_entries(i64::try_from(from).unwrap_or(i64::MAX), &mut |n, entry| {
                let row = LogRow::read(n, entry)?;
                if self.shows_row(view, &sight, &row)? { take(row) } else { Ok(true) }
            })
        })
    }

    /// Writes the log out from number `from` on; gives the number of the entry that comes next. Secrets and the text of messages
    /// are never in it.
    ///
    /// It is a copy for people: what it says can be checked against the tree by [`Archive::prove_entry`] alone.
    ///
    /// # Errors
    /// [`Error::File`] when `sink` fails; [`Error::Damaged`] where an entry is not one: the entries before it were written.
    pub fn export_log(&self, actor: &Actor, from: u64, format: LogFormat, sink: &mut dyn Write) -> Result<u64> {
        let failed = |error: std::io::Error| Error::file(Path::new("output"), error);
        if format == LogFormat::CsvWithMark {
            sink.write_all(b"\xef\xbb\xbf").map_err(failed)?;
        }
        let mut writer = Sink::new(format, sink)?;
        let mut next = from;
        self.rows(actor, from, &mut |row| {
            next = row.n + 1;
            writer.write(row)?;
            Ok(true)
        })?;
        writer.end()?;
        Ok(next)
    }
}

enum Sink<'s> {
    Ndjson(&'s mut dyn Write),
    Csv(Box<csv::Writer<&'s mut dyn Write>>),
}

fn table(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::file(Path::new("output"), error),
        other => Error::Internal(format!("{other:?}")),
    }
}

impl<'s> Sink<'s> {
    fn new(format: LogFormat, sink: &'s mut dyn Write) -> Result<Self> {
        if format == LogFormat::Ndjson {
            return Ok(Self::Ndjson(sink));
        }
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(sink);
        writer.write_record(COLUMNS).map_err(table)?;
        Ok(Self::Csv(Box::new(writer)))
    }

    fn write(&mut self, row: LogRow) -> Result<()> {
        match self {
            Self::Ndjson(sink) => {
                let mut line = serde_json::to_vec(&row).map_err(|error| Error::Internal(error.to_string()))?;
                line.push(b'\n');
                sink.write_all(&line).map_err(|error| Error::file(Path::new("output"), error))
            }
            Self::Csv(writer) => {
                writer.write_record(row.cells().iter().map(|cell| pec_core::text::cell(cell))).map_err(table)
            }
        }
    }

    fn end(self) -> Result<()> {
        let flushed = match self {
            Self::Ndjson(sink) => sink.flush(),
            Self::Csv(mut writer) => writer.flush(),
        };
        flushed.map_err(|error| Error::file(Path::new("output"), error))
    }
}

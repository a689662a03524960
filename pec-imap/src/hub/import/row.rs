//! One row, cell by cell.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::column::{Column, expected};
use super::{RowError, RowFault};
use crate::net::Endpoint;

/// Days are those of Rome.
pub(in crate::hub) static ROME: TimeZone = jiff::tz::get!("Europe/Rome");

/// One row.
pub(super) struct Row<'r> {
    pub(super) number: u64,
    pub(super) columns: &'r [(usize, Column, String)],
    pub(super) cells: &'r csv::StringRecord,
    pub(super) errors: Vec<RowError>,
}

impl Row<'_> {
    /// What stands in a column; of two the first that says something.
    pub(super) fn cell(&self, column: Column) -> Option<&str> {
        let own = self.columns.iter().filter(|(_, known, _)| *known == column);
        own.filter_map(|(index, ..)| self.cells.get(*index)).map(str::trim).find(|text| !text.is_empty())
    }

    pub(super) fn wrong(&mut self, column: Column, fault: RowFault) {
        let shown = match column {
            Column::Password => String::new(),
            _ => self.cell(column).unwrap_or_default().to_owned(),
        };
        let named = self.columns.iter().find(|(_, known, _)| *known == column).map(|(.., name)| name.clone());
        let name = named.unwrap_or_else(|| expected(column).to_owned());
        self.errors.push(RowError { row: self.number, column: name, fault, shown });
    }

    /// A cell that has to be something, where it is not empty.
    pub(super) fn read<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Result<T, RowFault>) -> Option<T> {
        match self.cell(column).map(read)? {
            Ok(value) => Some(value),
            Err(fault) => {
                self.wrong(column, fault);
                None
            }
        }
    }
}

/// A server as `host:port`.
pub(super) fn server(text: &str) -> Result<Endpoint, RowFault> {
    text.parse().map_err(|_| RowFault::Server)
}

/// A day as people write it: `2026-01-31`, or `31/01/2026` with any of `/`, `-` and `.` between.
fn day(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse::<Date>() {
        return Some(date);
    }
    let mut parts = text.split(['/', '-', '.']).map(str::trim);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// From when on something holds that holds from a day on.
pub(super) fn start_of(text: &str) -> Option<Timestamp> {
    Some(day(text)?.to_zoned(ROME.clone()).ok()?.timestamp())
}

/// What holds until a day holds on that day.
pub(super) fn end_of(text: &str) -> Option<Timestamp> {
    Some(day(text)?.tomorrow().ok()?.to_zoned(ROME.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them_and_are_those_of_rome() {
        for text in ["2026-02-09", "09/02/2026", "9.2.2026", "9-2-2026"] {
            assert_eq!(start_of(text), Some("2026-02-08T23:00:00Z".parse().unwrap()), "{text}");
            assert_eq!(end_of(text), Some("2026-02-09T23:00:00Z".parse().unwrap()), "{text}");
        }
        for text in ["", "31/02/2026", "2026", "9/2/26", "02/2026", "9/2/2026/1"] {
            assert_eq!(start_of(text), None, "{text}");
        }
    }
}

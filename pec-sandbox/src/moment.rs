//! An instant with the offset of the place where it was read: certification data print local time (RFC 6109 §4.2).

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::Error;

/// An instant, to the second, and the offset from UTC in which it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    at: Timestamp,
    offset: Offset,
}

impl Moment {
    /// The whole second of `at`, printed `offset` from UTC.
    #[must_use]
    pub fn new(at: Timestamp, offset: Offset) -> Self {
        Self { at: Timestamp::from_second(at.as_second()).unwrap_or(at), offset }
    }

    /// The instant.
    #[must_use]
    pub const fn timestamp(self) -> Timestamp {
        self.at
    }

    /// `seconds` later, or earlier when negative, in the same offset.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        let at = Timestamp::from_second(self.at.as_second().saturating_add(seconds)).unwrap_or(self.at);
        Self { at, offset: self.offset }
    }

    /// `dd/mm/yyyy`, local.
    #[must_use]
    pub fn giorno(self) -> String {
        let local = self.local();
        format!("{:02}/{:02}/{:04}", local.day(), local.month(), local.year())
    }

    /// `hh:mm:ss`, local.
    #[must_use]
    pub fn ora(self) -> String {
        let local = self.local();
        format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second())
    }

    /// `+hhmm` or `-hhmm`.
    #[must_use]
    pub fn zona(self) -> String {
        let minutes = self.offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("{sign}{:02}{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }

    /// The value of a `Date:` header (RFC 5322 §3.3).
    #[must_use]
    pub fn date_header(self) -> String {
        const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let local = self.local();
        let day = DAYS[local.weekday().to_sunday_zero_offset() as usize % 7];
        let month = MONTHS[(local.month() as usize).saturating_sub(1) % 12];
        format!("{day}, {} {month} {:04} {} {}", local.day(), local.year(), self.ora(), self.zona())
    }

    /// `yyyymmddhhmmss`, local: the stamp inside identifiers.
    #[must_use]
    pub fn stamp(self) -> String {
        digits(self.local())
    }

    /// Seconds since 1970 in UTC.
    #[must_use]
    pub fn unix(self) -> i64 {
        self.at.as_second()
    }

    /// UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5), as a DER value.
    #[must_use]
    pub fn der(self) -> Vec<u8> {
        let text = format!("{}Z", digits(Offset::UTC.to_datetime(self.at)));
        if text.as_str() < "2050" {
            crate::der::tlv(crate::der::tag::UTC_TIME, &text.as_bytes()[2..])
        } else {
            crate::der::tlv(crate::der::tag::GENERALIZED_TIME, text.as_bytes())
        }
    }

    /// GeneralizedTime whatever the year, as a DER value.
    #[must_use]
    pub fn generalized(self) -> Vec<u8> {
        let text = format!("{}Z", digits(Offset::UTC.to_datetime(self.at)));
        crate::der::tlv(crate::der::tag::GENERALIZED_TIME, text.as_bytes())
    }

    fn local(self) -> DateTime {
        self.offset.to_datetime(self.at)
    }
}

fn digits(t: DateTime) -> String {
    format!("{:04}{:02}{:02}{:02}{:02}{:02}", t.year(), t.month(), t.day(), t.hour(), t.minute(), t.second())
}

impl fmt::Display for Moment {
    /// RFC 3339 in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.at)
    }
}

impl FromStr for Moment {
    type Err = Error;

    /// Reads RFC 3339, for example `2026-02-09T10:15:30+01:00`; the offset is kept.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || Error::Time(text.to_owned());
        let at: Timestamp = text.parse().map_err(|_| bad())?;
        let zone = text.get(19..).ok_or_else(bad)?;
        let seconds = match zone.as_bytes() {
            b"Z" => 0,
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                let number = |a: &u8, b: &u8| i32::from(a - b'0') * 10 + i32::from(b - b'0');
                let seconds = number(h1, h2) * 3600 + number(m1, m2) * 60;
                if *sign == b'-' { -seconds } else { seconds }
            }
            _ => return Err(bad()),
        };
        Ok(Self { at, offset: Offset::from_seconds(seconds).map_err(|_| bad())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_every_form() {
        let t: Moment = "2026-02-09T10:15:30+01:00".parse().unwrap();
        assert_eq!((t.giorno().as_str(), t.ora().as_str(), t.zona().as_str()), ("09/02/2026", "10:15:30", "+0100"));
        assert_eq!(t.date_header(), "Mon, 9 Feb 2026 10:15:30 +0100");
        assert_eq!(t.to_string(), "2026-02-09T09:15:30Z");
        assert_eq!(&t.der()[2..], b"260209091530Z");
        let t: Moment = "2028-02-29T00:00:00-00:30".parse().unwrap();
        assert_eq!((t.zona().as_str(), t.giorno().as_str()), ("-0030", "29/02/2028"));
        assert!("2026-02-09".parse::<Moment>().is_err());
    }
}

//! Months, as they are counted in Rome.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, date};

use crate::reconcile::instant::ROME;

/// The most months that are asked for at a time: ten years, as long as letters are kept (art. 2220 c.c.).
pub const MOST_MONTHS: u32 = 120;

/// A calendar month in Rome, written `2026-03`.
///
/// ```
/// use pec_core::sheet::Month;
/// let month: Month = "2026-03".parse()?;
/// assert_eq!((month.begins().to_string(), month.ends().to_string()),
///     ("2026-02-28T23:00:00Z".into(), "2026-03-31T22:00:00Z".into()));
/// assert_eq!(Month::of("2026-03-31T22:30:00Z".parse().unwrap()).to_string(), "2026-04");
/// assert!("2026-13".parse::<Month>().is_err());
/// # Ok::<(), pec_core::sheet::NotMonths>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Its first day.
    first: Date,
}

/// Months one after the other, the first and the last included; written `2026-01..2026-03`, or `2026-01`.
///
/// ```
/// use pec_core::sheet::Months;
/// let months: Months = "2025-12..2026-02".parse()?;
/// assert_eq!(months.iter().map(|month| month.to_string()).collect::<Vec<_>>(), ["2025-12", "2026-01", "2026-02"]);
/// assert_eq!("2026-01".parse::<Months>()?.iter().count(), 1);
/// assert!("2026-02..2026-01".parse::<Months>().is_err());
/// # Ok::<(), pec_core::sheet::NotMonths>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Months {
    first: Month,
    last: Month,
}

/// Why a text names no months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotMonths {
    /// It is not written so.
    #[error("months are written 2026-01, or 2026-01..2026-03")]
    Form,
    /// The last comes before the first.
    #[error("the last month comes before the first")]
    Order,
    /// There are more than [`MOST_MONTHS`].
    #[error("more than {MOST_MONTHS} months")]
    TooMany,
}

impl Month {
    /// The month in which a moment lies.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self { first: at.to_zoned(ROME.clone()).date().first_of_month() }
    }

    /// Its first moment.
    #[must_use]
    pub fn begins(self) -> Timestamp {
        self.first.to_zoned(ROME.clone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
    }

    /// The first moment after it.
    #[must_use]
    pub fn ends(self) -> Timestamp {
        self.next().map_or(Timestamp::MAX, Self::begins)
    }

    /// The month after it; `None` at the end of the calendar.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Some(Self { first: self.first.last_of_month().tomorrow().ok()? })
    }
}

impl Months {
    /// From one to another, both included.
    ///
    /// # Errors
    /// [`NotMonths::Order`], [`NotMonths::TooMany`].
    pub fn new(first: Month, last: Month) -> Result<Self, NotMonths> {
        let months = Self { first, last };
        if last < first {
            return Err(NotMonths::Order);
        }
        // One more tells whether there are too many, however many there are.
        let count = months.iter().take(MOST_MONTHS as usize + 1).count();
        if count > MOST_MONTHS as usize { Err(NotMonths::TooMany) } else { Ok(months) }
    }

    /// One month alone.
    #[must_use]
    pub const fn one(month: Month) -> Self {
        Self { first: month, last: month }
    }

    /// The first of them.
    #[must_use]
    pub const fn first(self) -> Month {
        self.first
    }

    /// The last of them.
    #[must_use]
    pub const fn last(self) -> Month {
        self.last
    }

    /// All of them, in order.
    pub fn iter(self) -> impl Iterator<Item = Month> {
        std::iter::successors(Some(self.first), |month| month.next()).take_while(move |month| *month <= self.last)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl fmt::Display for Months {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { self.first.fmt(f) } else { write!(f, "{}..{}", self.first, self.last) }
    }
}

impl FromStr for Month {
    type Err = NotMonths;

    fn from_str(text: &str) -> Result<Self, NotMonths> {
        let (year, month) = text.split_once('-').ok_or(NotMonths::Form)?;
        let number = |text: &str, digits: usize| {
            let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
            if plain { text.parse::<i16>().ok() } else { None }
        };
        let (year, month) = number(year, 4).zip(number(month, 2)).ok_or(NotMonths::Form)?;
        let is_month = year > 0 && (1..=12).contains(&month);
        if is_month {
            Ok(Self { first: date(year, i8::try_from(month).unwrap_or(1), 1) })
        } else {
            Err(NotMonths::Form)
        }
    }
}

impl FromStr for Months {
    type Err = NotMonths;

    fn from_str(text: &str) -> Result<Self, NotMonths> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        Self::new(first.parse()?, last.parse()?)
    }
}

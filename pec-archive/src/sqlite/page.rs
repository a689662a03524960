//! What a search finds, as entries.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;

use super::{find, get};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::search::Query;

/// Where a page ends and the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(i64);

impl Cursor {
    /// As a number, for a host that keeps it between two calls.
    #[must_use]
    pub const fn to_number(self) -> i64 {
        self.0
    }

    /// From [`Cursor::to_number`].
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }
}

/// Some of what a query finds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Where the next page begins; `None` when nothing older is found.
    pub next: Option<Cursor>,
}

/// What the index knows of one message. It is what verification said when the message came in, or was last judged: a
/// cache. What has to be proven is verified from the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// SHA-256 of the bytes.
    #[serde(serialize_with = "displayed")]
    pub id: Id,
    /// Bytes.
    pub size: u64,
    /// When it was stored, by the host's clock.
    pub stored_at: Option<Timestamp>,
    /// `tipo`, `anomalia` or `ordinary`.
    pub kind: String,
    /// The verdict.
    pub verdict: String,
    /// Codes of what is wrong with it, where a person should look at it.
    pub quarantine: Vec<String>,
    /// What the provider certified as the time of the event.
    pub certified_at: Option<Timestamp>,
    /// When the certificate of its signer ends.
    pub expires: Option<Timestamp>,
    /// *identificativo*.
    pub pec_id: Option<String>,
    /// *msgid*, or the Message-ID of a copy.
    pub message_id: Option<String>,
    /// The sender, certified where anything is.
    pub sender: Option<String>,
    /// The subject, certified where anything is.
    pub subject: Option<String>,
    /// The mailboxes in which it was found.
    pub mailboxes: Vec<String>,
    /// Tags of the host.
    pub tags: Vec<String>,
}

fn displayed<S: serde::Serializer>(id: &Id, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

pub(crate) fn read(connection: &Connection, query: &Query, from: Option<Cursor>, limit: usize) -> Result<Page> {
    // One more tells whether anything is left.
    let mut numbers = find::newest(connection, query, from.map(|cursor| cursor.0), limit.saturating_add(1))?;
    let more = numbers.len() > limit;
    numbers.truncate(limit);
    let next = numbers.last().copied().filter(|_| more).map(Cursor);
    let entries = numbers.into_iter().map(|number| entry(connection, number)).collect::<Result<_>>()?;
    Ok(Page { entries, next })
}

/// The entry of the message of this number.
///
/// # Errors
/// [`Error::Damaged`] names the message.
pub(crate) fn entry(connection: &Connection, number: i64) -> Result<Entry> {
    indexed(connection, number).map_err(|error| match get::id_of(connection, number) {
        Ok(id) => error.of_message(id),
        Err(_) => error,
    })
}

fn indexed(connection: &Connection, number: i64) -> Result<Entry> {
    let instant = |second: Option<i64>| second.and_then(|second| Timestamp::from_second(second).ok());
    let mut query = connection.prepare_cached(
        "SELECT sha256, size, stored_at, kind, verdict, quarantine, at, expires, pec_id, message_id, sender, subject
         FROM message JOIN judged ON judged.message = message.id WHERE message.id = ?1",
    )?;
    let entry = query.query_row([number], |row| {
        Ok(Entry {
            id: row.get(0)?,
            size: row
                .get::<_, i64>(1)
                .and_then(|size| u64::try_from(size).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(1, size)))?,
            stored_at: instant(row.get(2)?),
            kind: row.get(3)?,
            verdict: row.get(4)?,
            quarantine: row.get::<_, String>(5)?.split_whitespace().map(str::to_owned).collect(),
            certified_at: instant(row.get(6)?),
            expires: instant(row.get(7)?),
            pec_id: row.get(8)?,
            message_id: row.get(9)?,
            sender: row.get(10)?,
            subject: row.get(11)?,
            mailboxes: Vec::new(),
            tags: Vec::new(),
        })
    });
    let mut entry = entry.optional()?.ok_or_else(|| Error::Damaged(format!("the index of message number {number}")))?;
    let texts = |sql: &str| -> Result<Vec<String>> {
        let mut query = connection.prepare_cached(sql)?;
        let rows = query.query_map([number], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    entry.mailboxes = texts("SELECT mailbox FROM found WHERE message = ?1 ORDER BY mailbox")?;
    entry.tags = texts("SELECT tag FROM tag WHERE message = ?1 ORDER BY tag")?;
    Ok(entry)
}

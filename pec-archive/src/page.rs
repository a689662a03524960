//! What a search finds, as entries.

use jiff::Timestamp;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::id::Id;
use crate::search::Query;
use crate::store::{Number, View};

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
    pub id: Id,
    /// Bytes.
    pub size: u64,
    /// When it was stored, by the host's clock.
    pub stored_at: Option<Timestamp>,
    /// The date by which it stands in lists, and by which `dopo:` and `prima:` find it: what was certified, else the date of its
    /// header, else when it was stored; to the second.
    pub dated_at: Option<Timestamp>,
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

impl Entry {
    /// An entry that says nothing yet, for a backend to fill in.
    #[must_use]
    pub fn of(id: Id) -> Self {
        Self {
            id,
            size: 0,
            stored_at: None,
            dated_at: None,
            kind: String::new(),
            verdict: String::new(),
            quarantine: Vec::new(),
            certified_at: None,
            expires: None,
            pec_id: None,
            message_id: None,
            sender: None,
            subject: None,
            mailboxes: Vec::new(),
            tags: Vec::new(),
        }
    }
}

pub(crate) fn read(view: &dyn View, query: &Query, from: Option<Cursor>, limit: usize) -> Result<Page> {
    // One more tells whether anything is left.
    let mut numbers = view.newest(query, from.map(|cursor| cursor.0), limit.saturating_add(1))?;
    let more = numbers.len() > limit;
    numbers.truncate(limit);
    let next = numbers.last().copied().filter(|_| more).map(Cursor);
    Ok(Page { entries: view.entries(&numbers)?, next })
}

/// The entry of the message of this number.
///
/// # Errors
/// [`Error::Damaged`] names the message.
pub(crate) fn entry(view: &dyn View, number: Number) -> Result<Entry> {
    let entry = view.entries(&[number])?.into_iter().next();
    entry.ok_or_else(|| Error::Damaged(format!("the index of message number {number}")))
}

//! What has happened, in its order, and what rules have done.

use super::rows::Number;
use crate::error::Result;

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Seconds since 1970, by the host's clock.
    pub at: i64,
    /// What.
    pub kind: String,
    /// To which message. When that is erased, the event goes with it.
    pub message: Option<Number>,
    /// More about it, JSON; may be empty.
    pub detail: String,
}

/// What a rule has done with a message, or suggests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledRow {
    /// The message.
    pub message: Number,
    /// The name of the rule.
    pub rule: String,
    /// `applied`, `suggested`, `accepted` or `dismissed`.
    pub state: String,
    /// What it does, JSON.
    pub actions: String,
    /// Seconds since 1970.
    pub at: i64,
}

/// What an index is asked of it.
///
/// # Errors
/// As those of [`Index`](super::Index).
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait HappenedIndex {
    /// The events after this number, in their order; 0 is before the first.
    fn events(&self, after: u64, limit: usize) -> Result<Vec<(u64, EventRow)>>;

    /// Up to which event somebody has finished; `None` where nobody of this name has.
    fn follower(&self, name: &str) -> Result<Option<u64>>;

    /// The keys of the dossiers to which a message belongs, in their order.
    fn keys_of(&self, number: Number) -> Result<Vec<String>>;

    /// The recipients of the dossier of this key and their states, as they are kept.
    fn states_of(&self, key: &str) -> Result<Vec<(String, String)>>;

    /// What the rule of this name has done with a message, or suggests.
    fn filed(&self, message: Number, rule: &str) -> Result<Option<FiledRow>>;

    /// What waits for somebody to decide, oldest first.
    fn suggested(&self, limit: usize) -> Result<Vec<FiledRow>>;
}

/// What an index is told of it.
///
/// # Errors
/// As those of [`IndexWriter`](super::IndexWriter).
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait HappenedWriter: HappenedIndex {
    /// Writes an event; gives its number, which is above all that were ever given.
    fn put_event(&self, event: &EventRow) -> Result<u64>;

    /// Notes up to which event somebody has finished.
    fn put_follower(&self, name: &str, n: u64) -> Result<()>;

    /// Takes away the events up to this number; gives how many.
    fn forget_events(&self, up_to: u64) -> Result<u64>;

    /// Notes what a rule has done with a message, in the place of what was noted.
    fn put_filed(&self, row: &FiledRow) -> Result<()>;
}

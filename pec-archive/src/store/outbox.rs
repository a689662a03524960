//! What is kept of messages that are to be sent, and of what became of them.

use super::rows::Number;
use crate::error::Result;
use crate::id::Id;
use crate::outbox::TicketState;

/// A message that was given to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRow {
    /// Its number: later ones have higher ones. What is written anew is given one.
    pub number: i64,
    /// The mailbox from which it goes.
    pub mailbox: String,
    /// The caller's own name for it.
    pub key: String,
    /// SHA-256 of its bytes.
    pub id: Id,
    /// The message; nothing after it was erased.
    pub message: Option<Number>,
    /// Its Message-ID, without brackets; empty where it has none.
    pub message_id: String,
    /// The SMTP reverse path.
    pub sender: String,
    /// The SMTP recipients.
    pub recipients: Vec<String>,
    /// Where it stands.
    pub state: TicketState,
    /// When it was given; seconds since 1970, as all times here.
    pub queued_at: i64,
    /// When its state last changed.
    pub changed_at: i64,
    /// When it was last about to be handed over.
    pub begun_at: Option<i64>,
    /// Before then it is not tried again.
    pub not_before: Option<i64>,
    /// How often it was about to be handed over.
    pub attempts: u32,
    /// What the server said, as JSON.
    pub answers: String,
    /// When it was put into the folder of sent mail.
    pub filed_at: Option<i64>,
}

/// What an index is asked of what is to be sent.
///
/// # Errors
/// As those of [`Index`](super::Index).
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait OutboxIndex {
    /// One ticket.
    fn ticket(&self, number: i64) -> Result<Option<TicketRow>>;

    /// That of this key.
    fn ticket_of_key(&self, mailbox: &str, key: &str) -> Result<Option<TicketRow>>;

    /// At most `limit` tickets of a mailbox in a state, behind this number, in the order of numbers.
    fn tickets(&self, mailbox: &str, state: TicketState, after: i64, limit: usize) -> Result<Vec<TicketRow>>;

    /// The tickets of a message, in the order of numbers.
    fn tickets_of(&self, message: Number) -> Result<Vec<TicketRow>>;

    /// When messages of a mailbox were about to be handed over since this second, in the order of times.
    fn begun(&self, mailbox: &str, since: i64) -> Result<Vec<i64>>;
}

/// What an index is told of what is to be sent.
///
/// # Errors
/// As those of [`IndexWriter`](super::IndexWriter).
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait OutboxWriter: OutboxIndex {
    /// Writes a ticket whose key is new in its mailbox; gives its number.
    fn put_ticket(&self, row: &TicketRow) -> Result<i64>;

    /// Writes what has become of a ticket that is there: its state, times, attempts and answers.
    fn set_ticket(&self, row: &TicketRow) -> Result<()>;
}

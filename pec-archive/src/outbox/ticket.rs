//! A ticket: what was given to be sent, and where it stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::TicketRow;

/// Where a message that is to be sent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TicketState {
    /// It waits.
    Queued,
    /// It is about to be handed over, or is just being.
    Sending,
    /// The server has taken it. What becomes of it, its dossier says.
    Sent,
    /// The server does not take it. It is not tried again.
    Refused,
    /// Nobody knows whether the server has taken it: the connection broke at the wrong moment, or this program did. It is not
    /// sent again before that is known.
    Unknown,
}

impl TicketState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Sending, Self::Sent, Self::Refused, Self::Unknown];

    /// Its name. Stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    /// That of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether something is still to come.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Sending | Self::Unknown)
    }
}

/// What a server said (RFC 5321 §4.2, RFC 2034).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Three digits; 0 where no server said it.
    pub code: u16,
    /// The enhanced status code, `5.7.1`, where there is one.
    #[serde(default)]
    pub enhanced: Option<String>,
    /// Its text, made harmless.
    pub text: String,
}

/// What a server said of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The recipient.
    pub recipient: String,
    /// What it said.
    #[serde(flatten)]
    pub reply: Reply,
}

/// Everything that a server said of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Of the message as a whole: the last word on it, or what happened in its place.
    #[serde(default)]
    pub message: Option<Reply>,
    /// Of each recipient of whom it was asked, in their order.
    #[serde(default)]
    pub recipients: Vec<Answer>,
}

/// A message that was given to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Ticket {
    /// Its number in the outbox.
    pub number: i64,
    /// The mailbox from which it goes.
    pub mailbox: String,
    /// The caller's own name for it.
    pub key: String,
    /// The message: the SHA-256 of its bytes.
    pub id: Id,
    /// Its Message-ID, without brackets; empty where it has none, and after it was erased.
    pub message_id: String,
    /// The SMTP reverse path; empty after the message was erased.
    pub sender: String,
    /// The SMTP recipients; none after the message was erased.
    pub recipients: Vec<String>,
    /// Where it stands.
    pub state: TicketState,
    /// When it was given.
    pub queued_at: Timestamp,
    /// When its state last changed.
    pub changed_at: Timestamp,
    /// When it was last about to be handed over.
    pub begun_at: Option<Timestamp>,
    /// Before then it is not tried again.
    pub not_before: Option<Timestamp>,
    /// How often it was about to be handed over.
    pub attempts: u32,
    /// What the server said; nothing after the message was erased.
    pub answers: Answers,
    /// When it was put into the folder of sent mail.
    pub filed_at: Option<Timestamp>,
}

impl Ticket {
    pub(super) fn of(row: TicketRow) -> Result<Self> {
        let answers = serde_json::from_str(&row.answers);
        let answers = answers.map_err(|_| Error::Damaged(format!("what was said of ticket {}", row.number)))?;
        let maybe = |at: Option<i64>| at.map(instant).transpose();
        Ok(Self {
            number: row.number,
            mailbox: row.mailbox,
            key: row.key,
            id: row.id,
            message_id: row.message_id,
            sender: row.sender,
            recipients: row.recipients,
            state: row.state,
            queued_at: instant(row.queued_at)?,
            changed_at: instant(row.changed_at)?,
            begun_at: maybe(row.begun_at)?,
            not_before: maybe(row.not_before)?,
            attempts: row.attempts,
            answers,
            filed_at: maybe(row.filed_at)?,
        })
    }
}

pub(super) fn instant(second: i64) -> Result<Timestamp> {
    Timestamp::from_second(second).map_err(|error| Error::Damaged(format!("a time of the outbox: {error}")))
}

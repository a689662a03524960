//! What has happened in the archive, one event after the other, for whoever goes on from it: an accounting program, a
//! workflow. Written in the transaction that it tells of: what is told has happened, and what has happened is told.
//!
//! Who follows them reads, does his work, and then says that he has: interrupted between the two, he is told once more.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::filing::Action;
use crate::id::Id;
use crate::store::{Change, EventRow, Number};

/// Events that are passed over at a time.
const MANY: usize = 4096;

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// Its number: above those of all events before it. Numbers may be left out.
    pub n: u64,
    /// When, by the host's clock.
    pub at: Timestamp,
    /// To which message.
    pub id: Option<Id>,
    /// What.
    #[serde(flatten)]
    pub what: Happened,
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Happened {
    /// A message came into the archive. Its entry says what it is.
    Stored {
        /// The mailbox in which it was found; none where nobody has said one.
        mailbox: Option<String>,
    },
    /// A message that the archive had, byte for byte, was found in a mailbox as well, for the first time there.
    Found {
        /// The mailbox.
        mailbox: String,
    },
    /// A recipient of something that was sent, or received, is in another state (*stato della consegna*). It is what
    /// verification made of the messages that are here; the proof is worked out from them.
    State {
        /// *identificativo*, where a provider has given one.
        pec_id: Option<String>,
        /// *msgid*, or the Message-ID of a copy.
        message_id: Option<String>,
        /// The recipient.
        recipient: String,
        /// The state before; none where he was not known.
        from: Option<String>,
        /// The state now.
        to: String,
    },
    /// It is gone from the server of a mailbox: deleted or moved there by somebody else. The archive has it.
    Gone {
        /// The mailbox.
        mailbox: String,
        /// The folder, as it goes over the wire.
        folder: String,
    },
    /// What was given to be sent has come to an end, or nobody knows to which.
    Ticket {
        /// The mailbox from which it goes.
        mailbox: String,
        /// The caller's own name for it.
        key: String,
        /// `sent`, `refused` or `unknown`.
        state: String,
    },
    /// The access to a managed mailbox is in another state: lost, or there again.
    Access {
        /// The mailbox.
        mailbox: String,
        /// The state before; none where nobody had looked, or the credential was replaced since.
        from: Option<String>,
        /// The state now.
        to: String,
    },
    /// A rule has acted on it.
    Filed {
        /// The name of the rule.
        rule: String,
        /// What it has done; what is to be forwarded waits for whoever forwards.
        actions: Vec<Action>,
    },
    /// A rule suggests something, and waits for somebody to decide.
    Suggested {
        /// The name of the rule.
        rule: String,
        /// What it would do.
        actions: Vec<Action>,
    },
}

impl Archive {
    /// The events after this number, in their order; 0 is before the first.
    ///
    /// # Errors
    /// [`Error::Damaged`] where one cannot be read.
    pub fn events(&self, actor: &Actor, after: u64, limit: usize) -> Result<Vec<Event>> {
        self.read_for(&Asked::new(actor, Call::Events), |view| {
            let rows = view.events(after, limit)?;
            rows.into_iter()
                .map(|(n, row)| {
                    let id = row.message.map(|number| crate::content::id_of(view, number)).transpose()?;
                    read(n, row, id)
                })
                .collect()
        })
    }

    /// The events that the follower of this name has not finished yet, in their order. They are given again until he
    /// [says so](Archive::finished); a new name begins with the first event that is kept.
    ///
    /// # Errors
    /// As [`Archive::events`].
    pub fn next_events(&self, actor: &Actor, follower: &str, limit: usize) -> Result<Vec<Event>> {
        let after = self.read(|view| view.follower(follower))?.unwrap_or(0);
        self.events(actor, after, limit)
    }

    /// Notes that a follower has finished everything up to this number, on stable storage when it returns. He never goes
    /// backwards.
    ///
    /// # Errors
    /// [`Error::BadValue`] for an empty name; and those of [`Archive::put`].
    pub fn finished(&self, actor: &Actor, follower: &str, n: u64) -> Result<()> {
        if follower.trim().is_empty() {
            return Err(Error::BadValue { what: "follower", value: follower.to_owned() });
        }
        self.change_for(&Asked::new(actor, Call::Events), |change, _| {
            let before = change.follower(follower)?.unwrap_or(0);
            change.put_follower(follower, n.max(before))
        })
    }

    /// Lets a follower of this name begin behind everything that has happened so far, unless he has begun before. Says whether
    /// he is new.
    ///
    /// # Errors
    /// As [`Archive::finished`].
    pub fn follow_from_now(&self, actor: &Actor, follower: &str) -> Result<bool> {
        self.allow(&Asked::new(actor, Call::Events))?;
        if self.read(|view| view.follower(follower))?.is_some() {
            return Ok(false);
        }
        let mut last = 0;
        while let Some(event) = self.read(|view| view.events(last, MANY))?.last() {
            last = event.0;
        }
        self.finished(actor, follower, last)?;
        Ok(true)
    }

    /// Takes away the events up to this number: whoever has not read them never will. Gives how many.
    ///
    /// # Errors
    /// Those of [`Archive::put`].
    pub fn forget_events(&self, actor: &Actor, up_to: u64) -> Result<u64> {
        self.change_for(&Asked::new(actor, Call::Events), |change, _| change.forget_events(up_to))
    }
}

/// Writes an event.
pub(crate) fn tell(change: &dyn Change, at: Timestamp, message: Option<Number>, what: &Happened) -> Result<()> {
    let (kind, detail) = match what {
        // The most frequent one needs no more than its row.
        Happened::Stored { mailbox } => ("stored", mailbox.clone().unwrap_or_default()),
        other => (other.kind(), serde_json::to_string(other).map_err(|error| Error::Internal(error.to_string()))?),
    };
    change.put_event(&EventRow { at: at.as_second(), kind: kind.to_owned(), message, detail }).map(drop)
}

fn read(n: u64, row: EventRow, id: Option<Id>) -> Result<Event> {
    let damaged = |why: String| Error::Damaged(format!("event {n}: {why}"));
    let at = Timestamp::from_second(row.at).map_err(|error| damaged(error.to_string()))?;
    let what = match (row.kind.as_str(), row.detail.as_str()) {
        ("stored", mailbox) => {
            Happened::Stored { mailbox: Some(mailbox.to_owned()).filter(|mailbox| !mailbox.is_empty()) }
        }
        (_, detail) => serde_json::from_str(detail).map_err(|error| damaged(error.to_string()))?,
    };
    Ok(Event { n, at, id, what })
}

impl Happened {
    /// Its name. Stable.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Stored { .. } => "stored",
            Self::Found { .. } => "found",
            Self::State { .. } => "state",
            Self::Gone { .. } => "gone",
            Self::Ticket { .. } => "ticket",
            Self::Access { .. } => "access",
            Self::Filed { .. } => "filed",
            Self::Suggested { .. } => "suggested",
        }
    }
}

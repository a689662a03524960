//! What runs over connections came to.

use jiff::Timestamp;
use pec_archive::Id;
use pec_archive::report::{Report as _, lines};
use serde::Serialize;

use super::{Folder, Problem, Room};
use crate::error::Error;
use crate::hub::{RefreshOutcome, RefreshReport};
use crate::{check, delete, hub, relay, smtp, sync};

/// What a look at a mailbox shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The mailbox.
    pub mailbox: String,
    /// Its folders that hold messages.
    pub folders: Vec<Folder>,
    /// Messages in all of them.
    pub messages: u64,
    /// Messages in incoming folders that nobody has marked as read.
    pub unread: u64,
    /// Room, where the server says it.
    pub room: Option<Room>,
    /// When the password ends, where that is known.
    pub password_ends: Option<Timestamp>,
    /// What the server can do, in capitals.
    pub capabilities: Vec<String>,
}

impl Checked {
    /// Of a look at this mailbox.
    #[must_use]
    pub fn of(mailbox: &str, checked: &check::Checked) -> Self {
        Self {
            mailbox: mailbox.to_owned(),
            folders: checked.folders.iter().map(Folder::of).collect(),
            messages: checked.messages(),
            unread: checked.unseen(),
            room: checked.quota.map(|quota| Room::of(quota.used, quota.limit)),
            password_ends: checked.password_ends,
            capabilities: checked.capabilities.clone(),
        }
    }
}

/// What bringing in a mailbox came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Synced {
    /// The mailbox.
    pub mailbox: String,
    /// Messages that were not in the archive.
    pub new: u64,
    /// Whether every folder was read to its end and nothing is withheld.
    pub complete: bool,
    /// Each folder, in the order of their names on the wire.
    pub folders: Vec<FolderSynced>,
}

/// What became of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FolderSynced {
    /// Its name for people.
    pub name: String,
    /// Messages that were not in the archive.
    pub new: u64,
    /// Messages that were.
    pub known: u64,
    /// Bytes that came.
    pub bytes: u64,
    /// Messages that the server had and has no longer, by identifier; they stay in the archive.
    pub gone: Vec<String>,
    /// What the server lists and does not give.
    pub withheld: Vec<Withheld>,
    /// Whether the server has numbered the folder anew.
    pub renumbered: bool,
    /// Why it could not be read to its end.
    pub problem: Option<Problem>,
}

/// A message that a server lists and does not give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// The server's number of it.
    pub uid: u32,
    /// Why.
    pub why: String,
}

impl Synced {
    /// Of a run over this mailbox.
    #[must_use]
    pub fn of(mailbox: &str, synced: &sync::Synced) -> Self {
        let folder = |folder: &sync::FolderSynced| FolderSynced {
            name: folder.name.clone(),
            new: folder.new,
            known: folder.known,
            bytes: folder.bytes,
            gone: folder.gone.iter().map(ToString::to_string).collect(),
            withheld: folder.withheld.iter().map(|(uid, why)| Withheld { uid: *uid, why: why.clone() }).collect(),
            renumbered: folder.renumbered,
            problem: folder.problem.as_ref().map(Problem::of),
        };
        Self {
            mailbox: mailbox.to_owned(),
            new: synced.new_messages(),
            complete: synced.is_complete(),
            folders: synced.folders.iter().map(folder).collect(),
        }
    }
}

/// What a look at one of many mailboxes came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refreshed {
    /// The mailbox.
    pub mailbox: String,
    /// `fresh`, `fresh-in-part` where its messages were not all brought in, `failed`, `spared`, `out-of-time`.
    pub outcome: &'static str,
    /// For one that was spared: why, as the state of its access.
    pub access: Option<&'static str>,
    /// What was brought in; `None` where nothing was wanted, or it was not seen.
    pub synced: Option<Synced>,
    /// Why it was not seen, or not all of it.
    pub problem: Option<Problem>,
}

/// A look at many mailboxes as a whole; its last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Refresh {
    /// Mailboxes that are managed.
    pub mailboxes: u64,
    /// Those that were seen as they are.
    pub fresh: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Refreshed {
    /// Of a look at a mailbox.
    #[must_use]
    pub fn of(refreshed: &hub::Refreshed) -> Self {
        let mailbox = refreshed.address.clone();
        let (outcome, access, synced, problem) = match &refreshed.outcome {
            RefreshOutcome::Fresh { synced, problem } => {
                let outcome = if problem.is_some() { "fresh-in-part" } else { "fresh" };
                (outcome, None, synced.as_ref(), problem.as_ref())
            }
            RefreshOutcome::Failed(error) => ("failed", error.access(), None, Some(error)),
            RefreshOutcome::Spared(access) => ("spared", Some(*access), None, None),
            RefreshOutcome::OutOfTime => ("out-of-time", None, None, None),
        };
        Self {
            outcome,
            access: access.map(crate::AccessState::as_str),
            synced: synced.map(|synced| Synced::of(&mailbox, synced)),
            problem: problem.map(Problem::of),
            mailbox,
        }
    }
}

impl RefreshReport {
    /// A line for each mailbox, and one for the whole.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let each: Vec<Refreshed> = self.mailboxes.iter().map(Refreshed::of).collect();
        let whole = Refresh {
            mailboxes: self.mailboxes.len() as u64,
            fresh: self.fresh() as u64,
            took_ms: u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
        };
        lines(&each) + &whole.to_json() + "\n"
    }
}

/// What sending came to: keys of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dispatch {
    /// The mailbox.
    pub mailbox: String,
    /// The server has taken them.
    pub sent: Vec<String>,
    /// The server does not take them.
    pub refused: Vec<String>,
    /// They wait.
    pub later: Vec<String>,
    /// Nobody knows.
    pub unknown: Vec<String>,
    /// When the next one may go, where something waits for a time.
    pub next_at: Option<Timestamp>,
    /// What ended the run before everything was tried, else what the first message suffers from that cannot be read.
    pub problem: Option<Problem>,
}

impl Dispatch {
    /// Of a run over the outbox of this mailbox.
    #[must_use]
    pub fn of(mailbox: &str, dispatch: &smtp::Dispatch) -> Self {
        Self {
            mailbox: mailbox.to_owned(),
            sent: dispatch.sent.clone(),
            refused: dispatch.refused.clone(),
            later: dispatch.later.clone(),
            unknown: dispatch.unknown.clone(),
            next_at: dispatch.next_at,
            problem: dispatch.trouble().map(Problem::of),
        }
    }
}

/// What became of one place of a message on its server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deleted {
    /// The mailbox.
    pub mailbox: String,
    /// The folder, as it goes over the wire.
    pub folder: String,
    /// The number that it had there.
    pub uid: u32,
    /// The message, which is in the archive.
    pub id: String,
    /// Why it is still there; `None` where it is gone.
    pub problem: Option<Problem>,
}

impl Deleted {
    /// Of a place in this mailbox.
    #[must_use]
    pub fn of(mailbox: &str, deleted: &delete::Deleted) -> Self {
        Self {
            mailbox: mailbox.to_owned(),
            folder: deleted.folder.clone(),
            uid: deleted.uid,
            id: deleted.id.to_string(),
            problem: deleted.problem.as_ref().map(Problem::of),
        }
    }
}

/// What became of one message that was put into a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Relayed {
    /// Which one.
    pub id: String,
    /// Whether it was read back from the other side and compared.
    pub read_back: bool,
    /// Why it is not there, or not as it was given; `None` where it is.
    pub problem: Option<Problem>,
}

impl Relayed {
    /// Of a message.
    #[must_use]
    pub fn of(relayed: &relay::Relayed) -> Self {
        Self { id: relayed.id.to_string(), read_back: relayed.read_back, problem: None }
    }

    fn passed_over((id, error): &(Id, Error)) -> Self {
        Self { id: id.to_string(), read_back: false, problem: Some(Problem::of(error)) }
    }
}

/// What putting elsewhere what has come into a mailbox came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivered {
    /// The mailbox.
    pub mailbox: String,
    /// What is there now, and what was passed over, which has a problem of its own: neither is tried again.
    pub relayed: Vec<Relayed>,
    /// What ended the run before its end; the rest is put there the next time.
    pub problem: Option<Problem>,
}

impl Delivered {
    /// Of a run for this mailbox.
    #[must_use]
    pub fn of(mailbox: &str, delivered: &hub::Delivered) -> Self {
        let there = delivered.relayed.iter().map(Relayed::of);
        Self {
            mailbox: mailbox.to_owned(),
            relayed: there.chain(delivered.passed_over.iter().map(Relayed::passed_over)).collect(),
            problem: delivered.problem.as_ref().map(Problem::of),
        }
    }
}

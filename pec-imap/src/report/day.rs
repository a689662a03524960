//! What needs somebody, and what has happened.

use jiff::Timestamp;
use pec_archive::Entry;
use serde::Serialize;

use super::HubMailbox;
use crate::hub;

/// What needs somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Radar {
    /// Mailboxes whose password ends, the first to end first.
    pub passwords: Vec<HubMailbox>,
    /// Mailboxes that are nearly full, the fullest first.
    pub full: Vec<HubMailbox>,
    /// Mailboxes that cannot be read.
    pub access: Vec<HubMailbox>,
    /// Mailboxes whose mandate ends, the first to end first.
    pub mandates: Vec<HubMailbox>,
    /// Receipts that should have come, the oldest first.
    pub overdue: Vec<Overdue>,
    /// Messages whose proof weakens.
    pub proofs: Vec<Entry>,
}

/// A receipt that should have come by now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overdue {
    /// The mailbox from which the message was sent.
    pub mailbox: String,
    /// *identificativo*; `None` before the acceptance.
    pub pec_id: Option<String>,
    /// The Message-ID of the sender's program.
    pub message_id: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// About whom; `None` for the message as a whole.
    pub recipient: Option<String>,
    /// Which receipt.
    pub owed: &'static str,
    /// Since when.
    pub since: Timestamp,
}

impl Radar {
    /// Of what needs somebody.
    #[must_use]
    pub fn of(radar: &hub::Radar) -> Self {
        let mailboxes = |list: &[hub::HubMailbox]| list.iter().map(HubMailbox::of).collect();
        let overdue = radar.overdue.iter().map(|one| Overdue {
            mailbox: one.mailbox.clone(),
            pec_id: one.pec_id.clone(),
            message_id: one.message_id.clone(),
            subject: one.subject.clone(),
            recipient: one.recipient.clone(),
            owed: one.owed.as_str(),
            since: one.since,
        });
        Self {
            passwords: mailboxes(&radar.passwords),
            full: mailboxes(&radar.full),
            access: mailboxes(&radar.access),
            mandates: mailboxes(&radar.mandates),
            overdue: overdue.collect(),
            proofs: radar.proofs.clone(),
        }
    }
}

/// What has happened since some time, by client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Today {
    /// Since when.
    pub since: Timestamp,
    /// As of when.
    pub now: Timestamp,
    /// Mailboxes that are managed.
    pub mailboxes: u64,
    /// Those of them that were well at the last look.
    pub well: u64,
    /// Clients of whom there is anything to be told, in the order of names.
    pub clients: Vec<Client>,
    /// What needs somebody.
    pub radar: Radar,
}

/// What has happened to one client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Client {
    /// The client, or the address of a mailbox that belongs to none.
    pub client: String,
    /// Messages that have arrived, newest first.
    pub arrived: Vec<Message>,
    /// Messages that say that something which was sent has not arrived.
    pub failed: Vec<Message>,
    /// How many receipts say that something has gone well.
    pub receipts: u64,
}

/// A message, and in which mailbox it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The mailbox.
    pub mailbox: String,
    /// What the archive knows of it.
    pub message: Entry,
}

impl Today {
    /// Of a day.
    #[must_use]
    pub fn of(today: &hub::Today) -> Self {
        let messages = |list: &[hub::Arrived]| {
            list.iter().map(|one| Message { mailbox: one.mailbox.clone(), message: one.entry.clone() }).collect()
        };
        let clients = today.clients.iter().map(|day| Client {
            client: day.client.clone(),
            arrived: messages(&day.arrived),
            failed: messages(&day.failed),
            receipts: day.receipts,
        });
        Self {
            since: today.since,
            now: today.now,
            mailboxes: today.mailboxes.0 as u64,
            well: today.mailboxes.1 as u64,
            clients: clients.collect(),
            radar: Radar::of(&today.radar),
        }
    }
}

/// What became of the attachments of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// The message.
    pub id: String,
    /// Files that hold them.
    pub files: Vec<String>,
    /// Why nothing was saved: the verdict, where nothing certifies the message.
    pub withheld: Option<&'static str>,
}

impl Saved {
    /// Of a message.
    #[must_use]
    pub fn of(saved: &hub::Saved) -> Self {
        Self {
            id: saved.id.to_string(),
            files: saved.files.iter().map(|path| path.display().to_string()).collect(),
            withheld: saved.withheld.map(pec_core::verify::Verdict::as_str),
        }
    }
}

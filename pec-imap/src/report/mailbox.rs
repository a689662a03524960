//! Mailboxes that are managed, and what is kept for them.

use jiff::Timestamp;
use pec_core::finding::Language;
use serde::Serialize;

use super::Problem;
use crate::check::FolderCounts;
use crate::hub;
use crate::profile::Texts;
use crate::secret::SecretEntry;

/// A managed mailbox, and how it stands since the last look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HubMailbox {
    /// Its address, in lower case.
    pub mailbox: String,
    /// The client to whom it belongs.
    pub client: Option<String>,
    /// For a person.
    pub description: Option<String>,
    /// Of its holder.
    pub tax_id: Option<String>,
    /// The profile of its provider.
    pub provider: Option<String>,
    /// By what right it is opened.
    pub mandate: Option<Mandate>,
    /// Messages that came in since somebody saw it.
    pub new: u64,
    /// Messages in incoming folders that nobody has marked as read.
    pub unread: u64,
    /// Messages in all folders.
    pub messages: u64,
    /// Room, where the server says it.
    pub room: Option<Room>,
    /// The state of its access; `None` before the first look.
    pub access: Option<String>,
    /// Since when it is that.
    pub access_since: Option<Timestamp>,
    /// What went wrong at the last look.
    pub problem: Option<String>,
    /// When it was looked at the last time.
    pub tried_at: Option<Timestamp>,
    /// When that worked the last time.
    pub ok_at: Option<Timestamp>,
    /// When the password ends, where that is known.
    pub password_ends: Option<Timestamp>,
    /// What its provider allows to programs, where he restricts that.
    pub terms: Option<Texts>,
}

/// The right to open a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mandate {
    /// It holds from then on.
    pub from: Timestamp,
    /// It no longer holds from then on.
    pub until: Option<Timestamp>,
    /// SHA-256 of the document by which it was given.
    pub evidence: Option<String>,
}

/// Room in a mailbox, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Room {
    /// What is taken.
    pub used: u64,
    /// What there is.
    pub limit: u64,
    /// How full that is; `None` where there is nothing to be filled.
    pub percent: Option<u64>,
}

impl Room {
    pub(super) fn of(used: u64, limit: u64) -> Self {
        Self { used, limit, percent: used.saturating_mul(100).checked_div(limit) }
    }
}

impl HubMailbox {
    /// Of a managed mailbox.
    #[must_use]
    pub fn of(mailbox: &hub::HubMailbox) -> Self {
        let (said, standing) = (mailbox.said.clone(), mailbox.standing.clone());
        Self {
            mailbox: said.address,
            client: said.client,
            description: said.description,
            tax_id: said.tax_id,
            provider: said.profile,
            mandate: said.mandate.map(|mandate| Mandate {
                from: mandate.from,
                until: mandate.until,
                evidence: mandate.evidence.map(|id| id.to_string()),
            }),
            new: standing.new,
            unread: standing.unread,
            messages: standing.total,
            room: standing.quota.map(|(used, limit)| Room::of(used, limit)),
            access: standing.access,
            access_since: standing.access_since,
            problem: standing.problem,
            tried_at: standing.tried_at,
            ok_at: standing.ok_at,
            password_ends: standing.password_ends,
            terms: mailbox.terms.clone(),
        }
    }
}

/// A folder of a mailbox on its server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Folder {
    /// Its name for people.
    pub name: String,
    /// What it is for, where the server says so.
    pub purpose: Option<&'static str>,
    /// Messages in it.
    pub messages: u32,
    /// Those that nobody has marked as read.
    pub unread: u32,
}

impl Folder {
    pub(super) fn of(counts: &FolderCounts) -> Self {
        Self {
            name: counts.folder.name.clone(),
            purpose: counts.folder.purpose,
            messages: counts.messages,
            unread: counts.unseen,
        }
    }
}

/// What became of a table of mailboxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Addresses that are managed now.
    pub added: Vec<String>,
    /// Everything that is wrong, in the order of rows.
    pub errors: Vec<Cell>,
    /// Columns of whose name nothing is known: they were passed over.
    pub ignored: Vec<String>,
}

/// A cell in which something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The row as a spreadsheet numbers it: that of the names is 1.
    pub row: u64,
    /// The column, by its name in the table, or by the one that is missing.
    pub column: String,
    /// What stands there; nothing where it is a password.
    pub shown: String,
    /// What is wrong, in Italian.
    pub it: String,
    /// The same in English.
    pub en: String,
}

impl Imported {
    /// Of what became of a table.
    #[must_use]
    pub fn of(imported: &hub::Imported) -> Self {
        let cell = |error: &hub::RowError| Cell {
            row: error.row,
            column: error.column.clone(),
            shown: error.shown.clone(),
            it: error.fault.text(Language::It),
            en: error.fault.text(Language::En),
        };
        Self {
            added: imported.added.clone(),
            errors: imported.errors.iter().map(cell).collect(),
            ignored: imported.ignored.clone(),
        }
    }
}

/// A credential that is kept, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Secret {
    /// The mailbox; empty where not even that can be read.
    pub mailbox: String,
    /// The field; `None` where it cannot be read.
    pub field: Option<&'static str>,
    /// The name of the user.
    pub login: Option<String>,
    /// Where the secret comes from.
    pub origin: Option<&'static str>,
    /// When it ends, where that is known.
    pub expires: Option<Timestamp>,
    /// Who renews it, or where.
    pub renewal: Option<String>,
    /// Why nothing is known of it.
    pub problem: Option<Problem>,
}

impl Secret {
    /// Of an entry of a store.
    #[must_use]
    pub fn of(entry: &SecretEntry) -> Self {
        let (facts, problem) = match &entry.facts {
            Ok(facts) => (Some(facts), None),
            Err(error) => (None, Some(Problem::of_secret(error))),
        };
        Self {
            mailbox: entry.mailbox.clone(),
            field: entry.field.map(crate::SecretField::as_str),
            login: facts.map(|facts| facts.login.clone()),
            origin: facts.map(|facts| facts.origin.as_str()),
            expires: facts.and_then(|facts| facts.expires),
            renewal: facts.and_then(|facts| facts.renewal.clone()),
            problem,
        }
    }
}

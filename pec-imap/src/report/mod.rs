//! What the wire answers, as JSON: the same for the program, C and Python.
//!
//! ```
//! use pec_archive::report::Report as _;
//! use pec_imap::{Deadlines, Error, report};
//! let late = Error::Deadline(Deadlines::default().quiet);
//! let line = report::Problem::of(&late).to_json();
//! assert!(line.starts_with(r#"{"schema":"pec-wire/1","report":"problem","code":"wire.deadline","layer":"network","#));
//! ```

mod day;
mod forwarded;
mod gateway;
mod mailbox;
mod run;

pub use day::{Client, Message, Overdue, Radar, Saved, Today};
pub use forwarded::{Forwarded, Refusal};
pub use gateway::GatewayEvent;
pub use mailbox::{Cell, Folder, HubMailbox, Imported, Mandate, Room, Secret};
pub use run::{Checked, Deleted, Delivered, Dispatch, FolderSynced, Refresh, Refreshed, Relayed, Synced, Withheld};

use pec_archive::report::Report;
use pec_core::finding::Language;
use serde::Serialize;

use crate::error::Error;
use crate::secret::SecretError;

/// The form of every report, `docs/schema/wire-1.json`.
pub const SCHEMA: &str = "pec-wire/1";

macro_rules! reports {
    ($($report:ty: $name:literal;)*) => {
        $(impl Report for $report { const SCHEMA: &'static str = SCHEMA; const NAME: &'static str = $name; })*
    };
}

reports! {
    Checked: "checked";
    Deleted: "deleted";
    Delivered: "delivered";
    Dispatch: "dispatch";
    Forwarded: "forwarded";
    GatewayEvent: "gateway";
    HubMailbox: "mailbox";
    Imported: "imported-mailboxes";
    Problem: "problem";
    Radar: "radar";
    Refresh: "refresh";
    Refreshed: "refreshed";
    Relayed: "relayed";
    Saved: "saved";
    Secret: "secret";
    Synced: "synced";
    Today: "today";
}

/// Why something was not done, where that ended nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The name of the code.
    pub code: &'static str,
    /// Where it arose.
    pub layer: &'static str,
    /// What it is about: a server and what it said, a file.
    pub evidence: String,
    /// What it says about the access to the mailbox: a state; `None` where it says nothing.
    pub access: Option<&'static str>,
    /// What it means and what can be done, in Italian.
    pub it: &'static str,
    /// The same in English.
    pub en: &'static str,
}

impl Problem {
    /// Of an error.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        Self {
            code: error.code(),
            layer: error.layer(),
            evidence: error.to_string(),
            access: error.access().map(crate::AccessState::as_str),
            it: error.explanation(Language::It),
            en: error.explanation(Language::En),
        }
    }

    /// Of an error of a store of credentials.
    #[must_use]
    pub fn of_secret(error: &SecretError) -> Self {
        Self {
            code: error.code(),
            layer: "secret",
            evidence: error.to_string(),
            access: None,
            it: error.explanation(Language::It),
            en: error.explanation(Language::En),
        }
    }
}

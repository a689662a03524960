//! Keeps certified e-mail: exact bytes, what they come to, and how they are found again.
//!
//! What it promises, and what was tried to break the promise, is in the README of this crate.

#![forbid(unsafe_code)]

mod actor;
mod archive;
mod audit;
mod base64;
mod batch;
mod care;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod content;
pub mod deposit;
mod dossiers;
mod enforce;
mod error;
mod events;
mod evidence;
mod filing;
mod guard;
mod id;
mod import;
mod intake;
mod log;
mod login;
mod lookups;
mod mailbox;
mod managed;
mod organisation;
mod outbox;
mod page;
mod pool;
mod prepare;
mod press;
mod proof;
mod queue;
mod ready;
pub mod report;
mod retention;
mod seal;
pub mod search;
mod seen;
mod shares;
mod sheets;
mod split;
mod sqlite;
mod stamps;
mod stats;
pub mod store;
mod submitted;
mod words;
mod writer;

pub use actor::Actor;
pub use archive::{Archive, Put, Stored, Submission};
pub use audit::{
    BrokenEntry, CheckedRoot, EntryProof, Flaw, GrowthProof, KeptRoot, LogCheck, LogFormat, LogKey, LogRow, NotKept,
    NotProven, VouchedBy, Voucher,
};
pub use care::{Changed, Check, Collected, Progress, Watch};
pub use error::{Error, Result};
pub use events::{Event, Happened};
pub use filing::{Action, Explained, Filed, Rule, Suggestion};
pub use id::{Id, NotAnId};
pub use import::{Exception, Imported};
pub use intake::Intake;
pub use mailbox::{Place, PreparedBatch, Progressed, Reached, Withheld, mailbox_key};
pub use managed::{Managed, ManagedEvent, Mandate, Mark, Standing};
pub use outbox::{Answer, Answers, Ending, Outcome, Outgoing, Reply, Resolution, Ticket, TicketState};
pub use page::{Cursor, Entry, Page};
pub use proof::{Ask, Stamped};
pub use retention::{Case, Erasure, Expiring, Kept, Retention};
pub use seal::{HostKey, Keys, Searchable};
pub use sheets::ReportKind;
pub use sqlite::salvage::Salvaged;
pub use stats::Stats;
pub use submitted::Submitted;

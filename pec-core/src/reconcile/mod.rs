//! Receipts tied to the message they speak of, and what they come to for each recipient.
//!
//! ```text
//! Message + Verification ──> record    proof, claim, copy, bounce: a plain value, made on any thread
//!         ──> ledger     records by identificativo and sender, by msgid; bounce, store and intern below it
//!         ──> weigh      which certified events count: who may say what of whom
//!         ──> state      the table of VERDICT §7, over the set of events; notice: 12 h or 24 h
//!         ──> dossier    states, timeline, claims, findings; form: which receipt was due; silence: what has not come
//!         ──> report     the same as JSON
//!
//! receipt + message sent ──> compare (complete), brief (hashes) ──┐
//! Certified receipt ──> instant ──────────────────────────────────┴─> examine (a dossier's messages) ──> page (HTML)
//! ```
//!
//! Only what [`crate::verify::Verification::certified`] lets through is proof. Everything else is listed beside it.

mod bounce;
pub mod brief;
pub mod compare;
mod dossier;
mod event;
pub mod examine;
mod form;
pub mod instant;
mod intern;
mod ledger;
mod notice;
pub mod page;
mod record;
mod report;
mod silence;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod weigh;

pub use dossier::{Bounce, Claim, Dossier, Look, Recipient, Remark, Side};
pub use event::{Carried, Event, EventKind, Standing};
pub use form::{Addressed, expected_form};
pub use intern::{HashKey, LedgerFull};
pub use ledger::{Ledger, ServiceReceipts, Stray};
pub use record::{Record, Role, Source};
pub use report::{Report, StrayReport};
pub use silence::{Owed, Silence};
pub use state::{State, Tone};

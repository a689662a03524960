//! Certification data (`daticert.xml`, RFC 6109 §4.4): the signed facts of every PEC message except the anomaly envelope.
//!
//! ```text
//! bytes ──> parse    pieces.rs cuts, the checklist of xml.rs decides whether the pieces are XML, read.rs fills the slots
//!      ──> CertData  the model, beside the findings and the repairs
//! CertData ──> write  the bytes again, in the layout of one or the other provider family
//! ```
//!
//! The reader is strict first. A document that is not XML gets a second pass, which repairs nothing but single characters
//! inside the text of `oggetto` and `errore-esteso` (VERDICT §6): a repaired address would be another address. A damaged
//! `risposte` or `msgid` counts as absent, because the sender writes both (VERDICT §5). Which elements there are, and
//! where they end, no repair ever changes. Harmless bytes around the document and a declared encoding in which it reads
//! the same are schema findings.

mod checks;
mod model;
mod parse;
mod pieces;
mod read;
mod time;
mod write;
mod xml;

pub use model::{
    Address, AddressClass, CertData, CertTime, ErrorDetail, ErrorKind, Kind, ReceiptForm, Recipient, Unknown,
};
pub use parse::{Parsed, parse};
pub use write::{Layout, WriteError, write};
pub use xml::{Flaw, Repair, RepairKind};

#[cfg(test)]
mod tests;

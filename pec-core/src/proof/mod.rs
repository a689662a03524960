//! A bundle: everything that proves one transaction, in one file that is checked without us (*fascicolo di prova*).
//!
//! ```text
//! build   messages, evidence, witnesses of the log, time-stamps ──> objects ──> manifest ──> zip
//! check   zip ──> objects, each against the manifest, damage named by its 4 KiB block
//!             ──> each message verified anew, by the reader's own trust data
//!             ──> witness (tree) ──> checkpoint ──> time-stamp, by an authority that the reader names (stamps)
//!                                                   ──> witness of its entry ──> the checkpoint that renews it, and so on
//!             ──> ledger ──> dossier ──> the page once more, and the text for the expert, compared
//! ```
//!
//! What a bundle says of itself counts for nothing: it is read again, judged again, written again and compared. It never
//! brings its own anchors.

mod build;
mod check;
mod expert;
mod manifest;
mod report;
mod stamps;
mod tree;
mod zip;

pub use build::{Bundle, Checkpoint, Witness};
pub use check::{Fault, LookupProof, MessageProof, ObjectFault, ProofReport, Witnessed, check, check_with};
pub use manifest::BLOCK;
pub use report::expert_commands;
pub use zip::{Frames, TooLarge};

/// The form of the bundle; a reader refuses another.
pub const FORM: &str = "pec-proof/1";

const MANIFEST: &str = "manifest.json";
const PAGE: &str = "index.html";
const EXPERT: &str = "perito.txt";

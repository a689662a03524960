//! PEC messages where people keep them: files, folders, Maildir, mbox and ZIP, for every face. What they mean, pec-core decides.
//!
//! ```text
//! paths ──> place     what is to be read, in a fixed order; mbox and ZIP taken apart (mbox, zipped)
//!       ──> judge     each message read and verified, on all cores, in the order of the places, in bounded memory
//!       ──> link      the same into a ledger; the messages read again for the dossiers
//!       ──> work      either of them in the background: events that are asked for, progress, an end at any time
//! bytes ──> new_files under names from inside a message, never out of one folder, never over what is there
//! ```
//!
//! ```
//! use pec_core::trust::TrustStore;
//! use pec_core::verify::Verdict;
//! use pec_files::Judge;
//! # let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance"));
//! # let trust = TrustStore::built_in().with_host_anchor(&std::fs::read(folder.join("artefacts/root.crt"))?)?;
//! # let receipt = folder.join("kind-delivery-a.eml");
//! let judge = Judge::new(trust); // elsewhere `TrustStore::built_in()`
//! let now = "2026-03-01T12:00:00Z".parse()?;
//! let judged = judge.file(&receipt, now).map_err(|unread| unread.reason.of(pec_core::finding::Language::En).to_owned())?;
//! assert_eq!(judged.verification.verdict(), Verdict::Certified);
//!
//! // What cannot be read is told, in words for a person.
//! let unread = judge.file(&folder.join("nothing here.eml"), now).err().expect("there is no such file");
//! assert!(unread.reason.of(pec_core::finding::Language::It).contains("non esiste"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod judge;
pub mod link;
mod mbox;
mod messages;
mod new_files;
mod place;
mod reason;
pub mod work;
mod zipped;

pub use judge::{Judge, Judged, Position, Unread};
pub use mbox::Quoting;
pub use messages::Messages;
pub use new_files::{NewFiles, safe_name};
pub use place::{Item, Opened, Place, is_taken_for_message, no_message, open, places, read_one};
pub use reason::{Kind, Reason};

//! The C face of pec: the functions of `include/pec.h`. No logic of its own: what it answers, pec-core decides;
//! files and work in the background are pec-files'.
//!
//! ```text
//! C ──> border     fork, panics, NULL, lengths, UTF-8 ──> failure   a number, an error object, a line for the log
//!   ──> trust      trust store, evidence; directory of providers (directory)
//!   ──> limits     how much of a message is read
//!   ──> verifier   shared by threads; its chain caches in a pool
//!   ──> message    a copy of the bytes; the tree of its parts; extract: what is inside
//!   ──> cades      signed files that travel inside: the signatures, the document
//!   ──> verification   every answer, findings, certified and claimed data, JSON
//!   ──> ledger     receipts tied to what was sent: dossiers as values, JSON, a page
//!   ──> explain    what a finding code means
//!   ──> work       the same in the background: events that are asked for
//!   ──> compose    drafts become exact bytes; what a provider would refuse is known before
//!   ──> archive    what is kept, found and proven (feature `archive`); proof: bundles, checked without an archive
//!   ──> wire       mailboxes on servers: passwords, hubs, what runs over connections (feature `wire`)
//!   ──> sandbox    PEC providers in a box, for tests and trials (feature `sandbox`)
//!       flat       whole tasks in one call, into the caller's buffer
//! ```
//!
//! The laws of the border, which `include/pec.h` states at its head for those who call:
//!
//! 1. A fallible function returns [`pec_result`]; outputs come through out-parameters, written on `PEC_OK` only.
//! 2. Handles are opaque. What C owns is a `Box` here, what it lends a reference: NULL is `None`, and cannot be missed.
//! 3. A non-`const` handle is used by one thread alone, a `const` one by any number at once.
//! 4. Texts and bytes that are read ([`pec_str`], [`pec_bytes`]) belong to the object that they were read from.
//! 5. Enumerations come in as `uint32_t` and are checked; new numbers may be added, none is used again.

#![allow(non_camel_case_types, reason = "types and constants bear the names that C sees")]

#[cfg(feature = "archive")]
mod archive;
mod blob;
mod border;
mod cades;
mod compose;
mod directory;
mod explain;
mod failure;
mod flat;
#[cfg(feature = "test-hooks")]
mod hooks;
mod ledger;
mod limits;
mod log;
mod message;
mod proof;
#[cfg(feature = "sandbox")]
mod sandbox;
mod text;
mod trust;
mod verification;
mod verifier;
mod version;
#[cfg(feature = "wire")]
mod wire;
mod work;

#[cfg(feature = "archive")]
pub use archive::*;
pub use blob::*;
pub use cades::*;
pub use compose::*;
pub use directory::*;
pub use explain::*;
pub use failure::*;
pub use flat::{
    pec_explain_flat, pec_last_error_json, pec_link_folder_at_json, pec_link_folder_json, pec_verify_bytes_json,
    pec_verify_file_json, pec_verify_folder_at_json, pec_verify_folder_json,
};
#[cfg(feature = "test-hooks")]
pub use hooks::*;
pub use ledger::*;
pub use limits::*;
pub use log::*;
pub use message::*;
pub use proof::*;
#[cfg(feature = "sandbox")]
pub use sandbox::*;
pub use text::*;
pub use trust::*;
pub use verification::*;
pub use verifier::*;
pub use version::*;
#[cfg(feature = "wire")]
pub use wire::*;
pub use work::*;

/// Handles cross threads.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<pec_error>();
    shared::<pec_trust_store>();
    shared::<pec_evidence>();
    shared::<pec_directory>();
    shared::<pec_verifier>();
    shared::<pec_message>();
    shared::<pec_extracted>();
    shared::<pec_parts>();
    shared::<pec_cades>();
    shared::<pec_limits>();
    shared::<pec_verification>();
    shared::<pec_text>();
    shared::<pec_ledger>();
    shared::<pec_dossiers>();
    shared::<pec_work>();
    shared::<pec_event>();
    shared::<pec_blob>();
    shared::<pec_proof>();
    shared::<pec_draft>();
    shared::<pec_composed>();
    shared::<pec_conditions>();
    shared::<pec_refusals>();
    #[cfg(feature = "archive")]
    shared::<pec_archive>();
    #[cfg(feature = "archive")]
    shared::<pec_intake>();
    #[cfg(feature = "archive")]
    shared::<pec_ids>();
    #[cfg(feature = "archive")]
    shared::<pec_page>();
    #[cfg(feature = "archive")]
    shared::<pec_deposit>();
    #[cfg(feature = "archive")]
    shared::<pec_keys>();
    #[cfg(feature = "archive")]
    shared::<pec_rules>();
    #[cfg(feature = "archive")]
    shared::<pec_log_key>();
    #[cfg(feature = "archive")]
    shared::<pec_kept_roots>();
    #[cfg(feature = "wire")]
    shared::<pec_credential>();
    #[cfg(feature = "wire")]
    shared::<pec_secrets>();
    #[cfg(feature = "wire")]
    shared::<pec_hub>();
    #[cfg(feature = "sandbox")]
    shared::<pec_sandbox>();
    #[cfg(feature = "sandbox")]
    shared::<pec_submission>();
};

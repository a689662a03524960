//! Reads and verifies Italian certified e-mail (PEC, *posta elettronica certificata*), offline.
//!
//! ```text
//! bytes ──> message/      MIME tree with byte ranges over the input; nothing decoded, nothing trusted, limits enforced
//!      ──> signature/    the CMS view: digest and signature, facts about each signer
//!      ──> trust/        pinned PEC authorities, certification path at a given time, CRL and OCSP given by the caller
//!      ──> daticert/     certification data: strict first, then recovering with every repair listed; also written
//!      ──> verify/       all cross-checks, one verdict; the only maker of Certified<_>
//!      ──> reconcile/    certified receipts tied to the sent message, a state for each recipient
//!          compose/      the way out: a draft as exact bytes, and every reason why a provider would refuse a message
//!          delegation/   who may do what in which mailbox, what is worked on, how a mailbox lives
//!          attachment/   files before they are sent: what they are, what would keep others from opening them
//!          directory/    the index of providers, for those who have it
//!          sheet/        tables for people: CSV, JSON, a page to be printed
//!          lookup.rs     what a register of addresses answered to the host
//!          tax_id.rs     codice fiscale and partita IVA, form and check character
//!          text.rs       text from messages, made harmless for whoever shows it
//!          finding.rs    the one table of codes: severity, rule, text in Italian and English
//!          limits.rs     one value; each limit says where it comes from
//! ```
//!
//! No clock, no I/O, no global state: time, trust, evidence and limits are parameters.
//!
//! ```
//! use pec_core::finding::Language;
//! use pec_core::limits::Limits;
//! use pec_core::message::Message;
//! use pec_core::trust::{ChainCache, TrustStore};
//! use pec_core::verify::{Verdict, Verifier};
//!
//! let trust = TrustStore::built_in();
//! # let root = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/artefacts/root.crt"))?;
//! # let trust = trust.with_host_anchor(&root)?; // the example message is the sandbox's
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/kind-delivery-a.eml");
//! let message = Message::parse(std::fs::read(path)?, &Limits::DEFAULT);
//! let now = "2026-03-01T12:00:00Z".parse()?;
//! let verification = Verifier::new(&trust).verify(&message, now, &mut ChainCache::default());
//!
//! assert_eq!(verification.verdict(), Verdict::Certified);
//! let proof = verification.certified().expect("a certified receipt");
//! println!("delivered to {:?}", proof.value().delivered_to);
//! for finding in &verification.findings {
//!     println!("{}: {}", finding.code, finding.code.explanation(Language::It));
//! }
//!
//! // One bit changed in the original message inside: no proof any more.
//! let inside = message.original().expect("the original").range().end - 3;
//! let mut bytes = message.into_bytes();
//! bytes[inside] ^= 1;
//! let message = Message::parse(bytes, &Limits::DEFAULT);
//! let verification = Verifier::new(&trust).verify(&message, now, &mut ChainCache::default());
//! assert_eq!(verification.verdict(), Verdict::Altered);
//! assert!(verification.certified().is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod asn1;
pub mod attachment;
pub mod compose;
mod crypto;
pub mod daticert;
pub mod delegation;
pub mod directory;
pub mod finding;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod limits;
pub mod lookup;
pub mod message;
pub mod proof;
pub mod reconcile;
pub mod sheet;
pub mod signature;
pub mod tax_id;
pub mod text;
pub mod trust;
pub mod verify;

pub use crypto::{Digest, DigestAlgorithm};

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

//! PEC providers in a box: test authorities, provider certificates, and the issuing of every message kind in both
//! layout families, at any given time. The same input gives the same bytes, on every machine.
//!
//! ```text
//! Submission ──accept──> Transaction ──transport, acceptance, delivery …──> Draft ──seal──> bytes
//!                                                    Provider (key, certificate, dialect)
//! Network: two or more of them, with mailboxes and a clock (network/)
//! CardOffice: cards with which people log in (cards.rs)
//! Server:  a network behind SMTP and in front of Maildirs (server/, feature `smtp`)
//! ```
//!
//! ```
//! use pec_sandbox::compose::submission::{ReceiptForm, Recipient, Submission};
//! use pec_sandbox::World;
//!
//! # fn main() -> Result<(), pec_sandbox::Error> {
//! let alfa = World::new()?.alfa;
//! let submission = Submission {
//!     message: b"From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\nSubject: Ciao\r\n\r\nCiao\r\n".to_vec(),
//!     sender: "anna@pec.alfa.example".into(),
//!     recipients: vec![Recipient::certified("ufficio@cert.beta.example")],
//!     receipt: ReceiptForm::Full,
//! };
//! let transaction = alfa.accept(submission, Some("Ciao"), "2026-02-09T10:15:30+01:00".parse()?);
//! let envelope = alfa.seal(&alfa.transport(&transaction))?;
//! let text = String::from_utf8_lossy(&envelope);
//! assert!(text.contains("X-Trasporto: posta-certificata\r\n"));
//! assert!(text.contains(&format!("Message-ID: <{}>\r\n", transaction.pec_id)));
//! # Ok(())
//! # }
//! ```
//!
//! Nothing here is secret: the keys are committed test keys, the names are the sandbox's own, and whoever trusts
//! [`World`]'s authorities trusts everybody.

mod authority;
pub mod cards;
mod certificate;
pub mod cms;
pub mod compose;
pub mod der;
#[cfg(feature = "smtp")]
pub mod dovecot;
mod key;
mod moment;
pub mod network;
mod provider;
mod revocation;
#[cfg(feature = "smtp")]
pub mod server;
mod timestamp;
pub mod vectors;
pub mod world;

pub use authority::{Admitted, Authority, Generation, Leaf, PEC_POLICY, Subordinate};
pub use certificate::{Certificate, Template, extension, key_id, name};
pub use key::{COMMITTED, Curve, Digest, Key, Scheme, generate};
pub use moment::Moment;
pub use provider::{Delay, Dialect, Failure, FormHeader, Provider};
pub use revocation::{Crl, Ocsp, Reason, Revoked, Status};
pub use timestamp::TimeStamper;
pub use world::World;

/// What can go wrong while issuing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A key is unknown or does not fit the use made of it.
    #[error("key: {0}")]
    Key(String),
    /// A time is not RFC 3339.
    #[error("not a time: {0}")]
    Time(String),
}

/// Lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

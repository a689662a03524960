//! PEC providers in a box: test authorities, provider certificates, and the issuing of every message kind in both
//! layout families, at any given time. The same input gives the same bytes, on every machine.
//!
//! ```text
//! Submission ──accept──> Transaction ──transport, acceptance, delivery …──> Draft ──seal──> bytes
//!                                                    Provider (key, certificate, dialect)
//! ```
//!
//! Nothing here is secret: the keys are committed test keys, the names are the sandbox's own, and whoever trusts
//! [`World`]'s authorities trusts everybody.

mod authority;
mod certificate;
pub mod cms;
pub mod compose;
pub mod der;
mod key;
mod moment;
mod provider;
mod revocation;
mod timestamp;
pub mod vectors;
pub mod world;

pub use authority::{Admitted, Authority, Generation, Leaf, PEC_POLICY, Subordinate};
pub use certificate::{Certificate, Template, extension, key_id, name};
pub use key::{COMMITTED, Curve, Digest, Key, Scheme, generate};
pub use moment::Moment;
pub use provider::{Delay, Dialect, Failure, Provider};
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

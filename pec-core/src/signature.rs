//! The signature object: one CMS SignedData (RFC 5652), read without copying, and every check that needs nothing but
//! the signed content and the certificates that travel with it.
//!
//! `view` reads, `verify` states facts about each signer, `findings` says what the facts mean for a PEC message. Nothing here knows which authorities are trusted or what time it is: a signature that "passes" was made
//! with the key of the certificate found in the same file, and a forger can do as much. Trust is the business of
//! `trust` and `verify`.
//!
//! Beside the signatures of providers there are two other uses: [`timestamp`] reads time-stamp tokens, [`cades`]
//! opens signed attachments (`.p7m`).

pub mod cades;
pub mod timestamp;

mod attributes;
mod certificate;
pub(crate) mod findings;
pub(crate) mod oid;
pub(crate) mod verify;
pub(crate) mod view;

#[cfg(test)]
mod tests;

pub(crate) use attributes::CertificateBinding;
pub(crate) use findings::{Placement, error_finding, push_findings};
pub(crate) use verify::{Check, Content, ContentDigest, ContentHasher, Keys, SignerFacts, verify_with};
pub(crate) use view::SignedData;

use std::ops::Range;

use crate::asn1::Asn1Error;
use crate::limits::Limits;

/// Where the certificates stand that travel with a signature (RFC 5652 §5.1): from the first byte of the first one to the
/// last of the last one, with whatever stands between them, as offsets into `signature`. Nothing where it brings none, or
/// cannot be read within the limits. Says nothing about whose they are.
#[must_use]
pub fn certificates(signature: &[u8], limits: &Limits) -> Option<Range<usize>> {
    let signed = SignedData::parse(signature, limits).ok()?;
    let (first, last) = (signed.certificates.first()?, signed.certificates.last()?);
    // They are slices of it.
    let offset = |bytes: &[u8]| (bytes.as_ptr() as usize).checked_sub(signature.as_ptr() as usize);
    Some(offset(first)?..offset(last)? + last.len())
}

/// Why a signature object cannot be judged at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is larger or has more parts than [`Limits`] allow; the text names the limit.
    #[error("too much of: {0}")]
    Limit(&'static str),
    /// It is not encoded as BER or DER, or does not have the structure of RFC 5652 §5.1.
    #[error("unreadable: {0}")]
    Malformed(String),
    /// It is a CMS object of another type, or no CMS object.
    #[error("no CMS SignedData")]
    NotSignedData,
}

impl From<Asn1Error> for Error {
    fn from(error: Asn1Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

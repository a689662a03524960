//! Who vouches for a signer: certificates, paths to the pinned authorities of PEC, revocation, at a time that is given.

mod cache;
mod certificate;
mod distinguished_name;
mod names;
mod owner;
mod path;
mod pec;
mod person;
mod policy;
mod revocation;
mod store;
mod timestamp;

#[cfg(test)]
mod pkits;
#[cfg(test)]
mod workshop;

pub use cache::ChainCache;
pub(crate) use certificate::Certificate;
#[cfg(feature = "fuzzing")]
pub(crate) use certificate::usage;
use distinguished_name::{DistinguishedName, attribute};
pub(crate) use owner::Owner;
pub use pec::{Judgement, PathCertificate, Question, TrustAtSigning, TrustNow, judge};
pub(crate) use person::{Person, PersonFault, judge_person};
pub use revocation::{Evidence, Reason, Revocation};
pub use store::{Anchor, Facts, Fingerprint, TrustStore, TrustStoreError};
pub use timestamp::{TimeAuthority, TimeStampTrust, judge_time_stamp};

use crate::asn1::Reader;
use crate::crypto::{self, DigestAlgorithm};

/// An encoded Name (X.501), such as [`crate::signature::cades::Signer::subject`], for display: common name, else
/// organisation, else the whole name. `None` when it cannot be read. It is what the certificate says, not who signed.
///
/// ```
/// # use pec_core::trust::name_for_display;
/// let name = b"\x30\x0f\x31\x0d\x30\x0b\x06\x03\x55\x04\x03\x0c\x04Anna";
/// assert_eq!(name_for_display(name).as_deref(), Some("Anna"));
/// assert_eq!(name_for_display(b"Anna"), None);
/// ```
#[must_use]
pub fn name_for_display(encoded: &[u8]) -> Option<String> {
    let mut reader = Reader::der(encoded);
    let name = DistinguishedName::parse(&reader.next().ok()?).ok()?;
    let short = name.text(attribute::COMMON_NAME).or_else(|| name.text(attribute::ORGANIZATION));
    Some(short.unwrap_or_else(|| name.display()))
}

/// SHA-256 of a certificate.
pub(crate) fn fingerprint(certificate: &[u8]) -> Fingerprint {
    Fingerprint(sha256(certificate))
}

/// SHA-256, the identity of certificates and keys here.
fn sha256(data: &[u8]) -> [u8; 32] {
    let mut value = [0; 32];
    let digest = crypto::digest(DigestAlgorithm::Sha256, data);
    value.copy_from_slice(digest.as_bytes());
    value
}

//! Who vouches for a signer: certificates, paths to the pinned authorities of PEC, revocation, at a time that is given.

mod cache;
mod certificate;
mod distinguished_name;
mod names;
mod path;
mod pec;
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
pub(crate) use distinguished_name::attribute;
pub use pec::{Judgement, PathCertificate, Question, TrustAtSigning, TrustNow, judge};
pub use revocation::{Evidence, Reason, Revocation};
pub use store::{Anchor, Facts, Fingerprint, TrustStore, TrustStoreError};
pub use timestamp::{TimeStampTrust, judge_time_stamp};

use crate::crypto::{self, DigestAlgorithm};

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

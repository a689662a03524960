//! The judgement on a time-stamp: does its signer lead to an authority that the host believes for time?

use super::certificate::Certificate;
use super::path::{self, Candidate, Options, Role};
use super::policy::PolicyInput;
use super::store::TrustStore;
use crate::crypto::DigestAlgorithm;
use crate::limits::Limits;
use crate::signature::timestamp::TimeStamp;

/// Why a time-stamp that is intact proves no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeStampTrust {
    /// The host has named no authority for time-stamps.
    #[error("no authority for time-stamps is given")]
    NoAnchor,
    /// No path leads to such an authority at the time of the token.
    #[error("its authority is not one of those given")]
    Untrusted,
    /// The data are named, or the token is signed, by SHA-1: other data could be given the same token.
    #[error("it rests on SHA-1")]
    Weak,
    /// The token states a time after the caller's now.
    #[error("it states a time that has not come")]
    Future,
}

/// Judges a token that has been verified, at its own time.
///
/// `Ok` proves that an authority which the host believes stated that the data existed at [`TimeStamp::time`]. Whether
/// the authority's certificate was revoked is not checked.
///
/// # Errors
/// When the token proves nothing; see [`TimeStampTrust`].
pub fn judge_time_stamp(
    stamp: &TimeStamp<'_>,
    store: &TrustStore,
    now: i64,
    limits: &Limits,
) -> Result<(), TimeStampTrust> {
    if [stamp.imprint_algorithm, stamp.signature_algorithm].contains(&DigestAlgorithm::Sha1) {
        return Err(TimeStampTrust::Weak);
    }
    if stamp.time > now {
        return Err(TimeStampTrust::Future);
    }
    let leaf = Certificate::parse(stamp.certificate).map_err(|_| TimeStampTrust::Untrusted)?;
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for der in store.time_stamp_anchors() {
        // An authority may sign its tokens with the very certificate that the host names.
        let life = leaf.not_before..=leaf.not_after;
        if der == leaf.raw && life.contains(&stamp.time) {
            return Ok(());
        }
        candidates.extend(Certificate::parse(der).map(|certificate| Candidate { certificate, role: Role::Anchor }));
    }
    if candidates.is_empty() {
        return Err(TimeStampTrust::NoAnchor);
    }
    for der in stamp.certificates.iter().take(limits.certificates) {
        candidates
            .extend(Certificate::parse(der).map(|certificate| Candidate { certificate, role: Role::Intermediate }));
    }
    let options = Options { time: Some(stamp.time), email_protection: false, policies: PolicyInput::default() };
    path::find(&leaf, &candidates, &options, limits).map(|_| ()).map_err(|_| TimeStampTrust::Untrusted)
}

//! The judgement on a time-stamp: does its signer lead to an authority that the host believes for time?

use super::certificate::Certificate;
use super::path::{self, Candidate, Options, Role};
use super::pec::{has_weak_signature, weak_key};
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
    /// The data are named, or the token or a certificate of its path is signed, by SHA-1 or with a key that is too
    /// short: other data, or another signer, could be given the same token.
    #[error("it rests on SHA-1 or on a key that is too short")]
    Weak,
    /// The token states a time after the caller's now.
    #[error("it states a time that has not come")]
    Future,
}

/// An authority that the host believes for time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeAuthority {
    /// Its name, as its certificate gives it, for display.
    pub name: String,
    /// The name of whoever issued that certificate.
    pub issuer: String,
    /// When the first of the certificates on its path ends, that of the anchor too, seconds since 1970, UTC. From then on
    /// nobody guards that key, and whoever comes by it can make a token of the past: this one stands on its own no longer,
    /// unless a later one shows that it had been there before.
    pub ends: i64,
}

impl TimeAuthority {
    /// Whoever signed this token, as the certificates in it say, from issuer to issuer; nobody vouches for that, and of an
    /// anchor that is not among them nothing is known. `None` where the signer's is unreadable.
    #[must_use]
    pub fn of(stamp: &TimeStamp<'_>) -> Option<Self> {
        let mut carried: Vec<_> = stamp.certificates.iter().filter_map(|der| Certificate::parse(der).ok()).collect();
        let leaf = Certificate::parse(stamp.certificate).ok()?;
        let (mut ends, mut above) = (Vec::new(), leaf.issuer);
        // Of two by one name the one that ends later: who reads it finds that path too. None is looked at twice.
        carried.sort_by_key(|certificate| certificate.not_after);
        while let Some(place) = carried.iter().rposition(|certificate| certificate.subject.matches(&above)) {
            let issuer = carried.remove(place);
            ends.push(issuer.not_after);
            above = issuer.issuer;
        }
        Some(Self::new(&leaf, ends.into_iter()))
    }

    fn new(leaf: &Certificate<'_>, others_end: impl Iterator<Item = i64>) -> Self {
        let ends = others_end.fold(leaf.not_after, i64::min);
        Self { name: leaf.subject.display(), issuer: leaf.issuer.display(), ends }
    }
}

/// Judges a token that has been verified, at its own time.
///
/// `Ok` proves that an authority which the host believes stated that the data existed at [`TimeStamp::time`]: as long as its
/// certificate lives, [`TimeAuthority::ends`], or for ever where a later token covers this one in time. Whether the authority's
/// certificate was revoked is not checked.
///
/// # Errors
/// When the token proves nothing; see [`TimeStampTrust`].
pub fn judge_time_stamp(
    stamp: &TimeStamp<'_>,
    store: &TrustStore,
    now: i64,
    limits: &Limits,
) -> Result<TimeAuthority, TimeStampTrust> {
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
            return if weak_key(&leaf).is_some() {
                Err(TimeStampTrust::Weak)
            } else {
                Ok(TimeAuthority::new(&leaf, std::iter::empty()))
            };
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
    let path = path::find(&leaf, &candidates, &options, limits).map_err(|_| TimeStampTrust::Untrusted)?;
    let above = path.iter().filter_map(|index| candidates.get(*index));
    let ends = above.clone().map(|found| found.certificate.not_after);
    let weak_above = above.clone().any(|found| weak_key(&found.certificate).is_some());
    // The anchor's own signature is not relied on: the host has given the anchor itself.
    let signed = above.filter(|found| found.role != Role::Anchor).map(|found| &found.certificate);
    let weak = weak_above || weak_key(&leaf).is_some() || signed.chain([&leaf]).any(has_weak_signature);
    if weak { Err(TimeStampTrust::Weak) } else { Ok(TimeAuthority::new(&leaf, ends)) }
}

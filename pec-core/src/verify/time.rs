//! When it was signed, and what that rests on (VERDICT §4).

use std::ops::RangeInclusive;

use super::certdata::TOLERANCE;
use super::{JudgedAt, TimeProof, Verifier, cms};
use crate::finding::{Code, Finding, Severity};
use crate::limits::Limits;
use crate::trust::Judgement;

/// Seconds by which a signing time may lie after the caller's now: clocks differ.
const AHEAD: i64 = 600;

/// The times of a signature, seconds since 1970.
pub(super) struct Time {
    /// When it was signed: proven, else as the signer states it, else as certified.
    pub(super) signed_at: Option<i64>,
    /// When the signer is judged.
    pub(super) judged: Option<i64>,
    pub(super) proof: TimeProof,
    /// `signingTime` itself.
    signing_time: Option<i64>,
}

/// The time at which the signer is judged; `cms.signing_time` and `cms.signing_time_future` on the way.
pub(super) fn judged(
    checked: &cms::Checked<'_>,
    certified_at: Option<i64>,
    verifier: &Verifier<'_>,
    now: i64,
    limits: &Limits,
    findings: &mut Vec<Finding>,
) -> Time {
    let signing_time = checked.signing_time;
    match (signing_time, certified_at) {
        (None, _) => findings.push(Finding::new(Code::CmsSigningTime).with("absent")),
        (Some(signed), _) if signed > now.saturating_add(AHEAD) => {
            findings.push(Finding::new(Code::CmsSigningTimeFuture).with(format!("{} s ahead", signed - now)));
        }
        (Some(signed), Some(certified)) if (signed - certified).abs() > TOLERANCE => {
            let detail = format!("{} s from the certified time", signed - certified);
            findings.push(Finding::new(Code::CmsSigningTime).with(detail));
        }
        _ => {}
    }
    let proven = checked.stamped_at(verifier.trust, now, limits, findings);
    let signed_at = proven.or(signing_time).or(certified_at);
    let judged = match verifier.judged_at {
        JudgedAt::Signing => signed_at,
        JudgedAt::Now => Some(now),
        JudgedAt::At(time) => Some(time.as_second()),
    };
    let proof = if proven.is_some() { TimeProof::Proven } else { TimeProof::Claimed };
    Time { signed_at, judged, proof, signing_time }
}

/// `cms.signing_time` as an error: the signature or the certification data state a time at which the certificate did
/// not live. The latter is how a signature looks that was made with an old key for data of today.
pub(super) fn check_life(
    time: &Time,
    certified_at: Option<i64>,
    life: &RangeInclusive<i64>,
    findings: &mut Vec<Finding>,
) {
    let outside = |time: Option<i64>| time.is_some_and(|time| !life.contains(&time));
    let what = match (outside(time.signing_time), outside(certified_at)) {
        (false, false) => return,
        (true, _) => "the signing time is outside the life of the certificate",
        (false, true) => "the certified time is outside the life of the certificate",
    };
    findings.retain(|finding| finding.code != Code::CmsSigningTime);
    findings.push(Finding::new(Code::CmsSigningTime).graded(Severity::Error).with(what));
}

/// `time.claimed`: once a certificate of the path has ended, whoever holds its key can state any earlier time.
pub(super) fn check_ends(time: &Time, judgement: &Judgement, now: i64, findings: &mut Vec<Finding>) {
    if time.proof == TimeProof::Proven || judgement.earliest_end.is_none_or(|end| now <= end) {
        return;
    }
    let severity = if judgement.weak_key { Severity::Error } else { Severity::Warning };
    findings.push(Finding::new(Code::TimeClaimed).graded(severity));
}

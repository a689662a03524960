//! The judgement where no path is valid at the judged time: a signer out of order, an honest stranger, or somebody who
//! poses as a provider (VERDICT §3)?

use super::profile::{leaf_findings, weak_key};
use super::{
    Chain, Judgement, PathCertificate, Pool, Question, TrustAtSigning, TrustNow, date, revocation_finding, trust_now,
};
use crate::finding::{Code, Finding};
use crate::limits::Limits;
use crate::trust::certificate::Certificate;
use crate::trust::distinguished_name::oid_text;
use crate::trust::path::{self, Candidate, PathError, PathFailure, Role};
use crate::trust::revocation::{Moment, Revocation};
use crate::trust::store::{self, Anchor};

/// 2015-01-01 UTC: before it providers worked under authorities that are not known here.
pub(super) const KNOWN_AUTHORITIES_FROM: i64 = 1_420_070_400;

/// The local part of every provider's service address (RFC 6109 §3.1).
const SERVICE: &str = "posta-certificata";

/// The judgement where no path is valid at the judged time.
pub(super) fn without_path(
    leaf: &Certificate<'_>,
    pool: &Pool<'_>,
    failure: &PathFailure,
    question: &Question<'_>,
) -> Judgement {
    let complete = failure.path.as_deref().unwrap_or_default();
    let mut findings = leaf_findings(leaf);
    let outside_life = question.time.is_some_and(|time| !(leaf.not_before..=leaf.not_after).contains(&time));
    if outside_life || matches!(failure.error, PathError::Expired | PathError::NotYetValid) {
        let detail = format!("{} to {}", date(leaf.not_before), date(leaf.not_after));
        findings.push(Finding::new(Code::CertValidityAtSigning).with(if outside_life {
            detail
        } else {
            failure.detail(leaf, pool)
        }));
    }
    if failure.path.is_none() {
        unknown_signer(leaf, pool, failure, question, &mut findings);
    } else if let Some(code) = failure_code(failure.error) {
        findings.push(Finding::new(code).with(failure.detail(leaf, pool)));
    }
    let anchor = pool.anchor(complete).map(|(anchor, _)| anchor);
    if let Some(Anchor::Host(print)) = anchor {
        findings.push(Finding::new(Code::TrustHostAnchor).with(Anchor::Host(print).to_string()));
    }
    let chain = Chain::new(leaf, pool, complete, question);
    let moment = Moment { time: question.time, proven: question.proven, now: question.now };
    let revocation = chain.map_or(Revocation::NotChecked, |chain| chain.revocation(moment));
    findings.extend(revocation_finding(revocation));
    let certificates: Vec<_> =
        if complete.is_empty() { Vec::new() } else { pool.chain(leaf, complete).map(PathCertificate::new).collect() };
    let trust_now = trust_now(leaf, pool, question);
    let earliest_end = certificates.iter().map(|certificate| certificate.not_after).min();
    if trust_now == TrustNow::Expired {
        findings.push(Finding::new(Code::CertExpiredNow).with(date(earliest_end.unwrap_or(leaf.not_after))));
    }
    Judgement {
        trust_at_signing: TrustAtSigning::Untrusted,
        trust_now,
        revocation,
        anchor,
        earliest_end,
        path: certificates.into(),
        weak_key: weak_key(leaf).is_some(),
        findings,
    }
}

/// The code of a complete path's failure; failures of validity have been told already.
const fn failure_code(error: PathError) -> Option<Code> {
    match error {
        PathError::Expired | PathError::NotYetValid => None,
        PathError::Names(_) => Some(Code::CertNameConstraints),
        PathError::Policy(_) => Some(Code::CertPolicy),
        PathError::Purpose => Some(Code::CertEku),
        PathError::Refused => Some(Code::CertCaUnknownIssue),
        _ => Some(Code::CertPath),
    }
}

impl PathFailure {
    fn detail(&self, leaf: &Certificate<'_>, pool: &Pool<'_>) -> String {
        let path = self.path.as_deref().unwrap_or_default();
        let above = self.depth.checked_sub(1).and_then(|at| path.get(at)).and_then(|index| pool.candidates.get(*index));
        let certificate = above.map_or(leaf, |candidate| &candidate.certificate);
        let mut detail = format!("{}: {}", certificate.subject.display(), self.error);
        if self.error == PathError::CriticalExtension
            && let Some(oid) = certificate.extensions.unknown_critical
        {
            detail.push_str(", ");
            detail.push_str(&oid_text(oid));
        }
        detail
    }
}

/// No path leads to an anchor: an honest stranger, or somebody who poses as a provider (VERDICT §3)?
fn unknown_signer(
    leaf: &Certificate<'_>,
    pool: &Pool<'_>,
    failure: &PathFailure,
    question: &Question<'_>,
    findings: &mut Vec<Finding>,
) {
    if let Some(anchor) = question.store.signed_by_pinned_key(leaf) {
        // A genuine signer without the certificate of its authority: whether its constraints hold cannot be said.
        let detail = format!("issued by {anchor}, whose certificate is missing or not usable");
        findings.push(Finding::new(Code::CertPath).with(detail));
        return;
    }
    let self_issued = leaf.is_self_issued();
    let public = !self_issued && leads_to_public_root(leaf, pool, question.limits);
    let base = if public { Code::CertAnchorPublicOnly } else { Code::CertPath };
    findings.push(Finding::new(base).with(failure.detail(leaf, pool)));

    let addresses = || leaf.email_addresses().chain(question.from).filter_map(service_host);
    if addresses().next().is_none() {
        return;
    }
    let bears_pinned_name = question.store.names_pinned_authority(&leaf.issuer);
    let host = addresses().find(|host| question.store.is_provider_host(host));
    let known_period = KNOWN_AUTHORITIES_FROM..=question.store.data_end();
    let impersonation = match host {
        _ if self_issued => Some("the certificate of a service address names itself as its issuer".to_owned()),
        _ if bears_pinned_name && question.time.is_none_or(|time| time <= question.store.data_end()) => {
            Some("its issuer bears the name of a PEC authority but not its key".to_owned())
        }
        Some(host) if question.time.is_some_and(|time| known_period.contains(&time)) => {
            Some(format!("{host} is a provider's host, and the certificate is not from a PEC authority"))
        }
        _ => None,
    };
    match impersonation {
        Some(detail) => findings.push(Finding::new(Code::CertImpersonation).with(detail)),
        None if question.time.is_some_and(|time| time > question.store.data_end()) => {
            findings.push(Finding::new(Code::TrustDataOutdated).with(question.store.data_date()));
        }
        None => {}
    }
}

/// The host of a service address.
fn service_host(address: &str) -> Option<&str> {
    let (local, host) = address.rsplit_once('@')?;
    local.trim().eq_ignore_ascii_case(SERVICE).then_some(host.trim())
}

/// Whether signatures lead to a root of the public Web PKI, or to a self-signed authority that the message carries.
fn leads_to_public_root(leaf: &Certificate<'_>, pool: &Pool<'_>, limits: &Limits) -> bool {
    let mut candidates: Vec<Candidate<'_>> = pool
        .candidates
        .iter()
        .map(|Candidate { certificate, .. }| {
            let root = certificate.is_ca()
                && certificate.is_self_issued()
                && path::verify_signature(certificate, certificate).is_ok();
            Candidate { certificate: certificate.clone(), role: if root { Role::Anchor } else { Role::Intermediate } }
        })
        .collect();
    let roots = store::public_roots().filter_map(|der| Certificate::parse(der).ok()).filter(|root| {
        leaf.is_issued_by(root) || pool.candidates.iter().any(|candidate| candidate.certificate.is_issued_by(root))
    });
    candidates.extend(roots.map(|certificate| Candidate { certificate, role: Role::Anchor }));
    path::find_signed(leaf, &candidates, limits).is_ok()
}

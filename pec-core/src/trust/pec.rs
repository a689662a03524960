//! The judgement on a PEC signer (VERDICT §3 and §4): does its certificate lead to AgID CA1, DigitPA CA1 or an anchor
//! of the host, was it in order when it signed, is it now?

mod profile;
mod stranger;

use std::sync::Arc;

use super::cache::ChainCache;
use super::certificate::Certificate;
use super::path::{self, Candidate, Options, PathError, Role};
use super::policy::PolicyInput;
use super::revocation::{self, Evidence, Fact, Moment, Revocation};
use super::store::{Anchor, Fingerprint, PinnedIssue, TrustStore};
use crate::finding::{Code, Finding};
use crate::limits::Limits;
use profile::leaf_findings;
pub(super) use profile::{has_weak_signature, weak_key};

/// The end of 2018-01-14 UTC: the last day on which RSA below 2048 bits and SHA-1 under DigitPA CA1 are accepted.
const WEAK_END: i64 = 1_515_974_399;

/// What is asked about a signer.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// The signer's certificate, DER.
    pub leaf: &'q [u8],
    /// The other certificates that travel in the signature, DER.
    pub carried: &'q [&'q [u8]],
    /// The judged time, seconds since 1970; `None` when nothing says when it was signed.
    pub time: Option<i64>,
    /// Whether somebody else than the signer shows that time.
    pub proven: bool,
    /// The present, seconds since 1970.
    pub now: i64,
    /// The address in From, if there is one.
    pub from: Option<&'q str>,
    /// Revocation evidence given by the host.
    pub evidence: &'q Evidence,
    /// Whom to trust.
    pub store: &'q TrustStore,
    /// How far to search.
    pub limits: &'q Limits,
}

/// Whether the signer was trusted when it signed (VERDICT §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrustAtSigning {
    /// A valid path led to an anchor.
    Trusted,
    /// It did not, or the certificate is not a PEC signer's.
    Untrusted,
    /// No usable time, or no readable certificate.
    Unknown,
}

impl TrustAtSigning {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Untrusted => "untrusted",
            Self::Unknown => "unknown",
        }
    }
}

/// Whether the signer is trusted now (VERDICT §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrustNow {
    /// A valid path leads to an anchor.
    Trusted,
    /// A certificate of the path has ended since.
    Expired,
    /// There is no path, or the certificate is not a PEC signer's, or it was revoked.
    Untrusted,
    /// No readable certificate.
    Unknown,
}

impl TrustNow {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Expired => "expired",
            Self::Untrusted => "untrusted",
            Self::Unknown => "unknown",
        }
    }
}

/// A certificate of the path, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathCertificate {
    /// Its owner's name.
    pub subject: String,
    /// Its issuer's name.
    pub issuer: String,
    /// Its first second, since 1970.
    pub not_before: i64,
    /// Its last second, since 1970.
    pub not_after: i64,
    /// SHA-256 of the certificate.
    pub sha256: Fingerprint,
}

/// The judgement.
///
/// `trust_at_signing: Trusted` proves that the owner of the certificate was admitted as a PEC provider (gestore) by
/// the authority in `anchor` at the judged time. It does not prove the judged time itself, unless that was proven, nor
/// that the signature is the certificate's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a judgement that nobody reads trusts nobody"]
pub struct Judgement {
    /// Trusted when it signed?
    pub trust_at_signing: TrustAtSigning,
    /// Trusted now?
    pub trust_now: TrustNow,
    /// Revoked, at the judged time?
    pub revocation: Revocation,
    /// The authority whose key ends the path, even when the path is not valid.
    pub anchor: Option<Anchor>,
    /// The path, the signer first, the anchor last; empty when no path is complete.
    pub path: Arc<[PathCertificate]>,
    /// When the first certificate of the path ends, seconds since 1970.
    pub earliest_end: Option<i64>,
    /// Whether the signer's key or one above it is RSA below 2048 bits.
    pub weak_key: bool,
    /// What there is to say.
    pub findings: Vec<Finding>,
}

/// What holds of a path at every time: the value that [`ChainCache`] keeps.
#[derive(Debug)]
pub(super) struct Chain {
    /// The first second at which the whole path is in its life.
    from: i64,
    /// The last one.
    until: i64,
    leaf_until: i64,
    anchor: Anchor,
    path: Arc<[PathCertificate]>,
    weak_key: bool,
    /// Uses keys or digests that only the old period allows.
    weak: bool,
    /// What revocation evidence says, for each certificate below the anchor, with its end.
    facts: Vec<(i64, Vec<Fact>)>,
    /// Findings that do not depend on the time.
    findings: Vec<Finding>,
}

/// Judges a signer.
///
/// # Limits
/// `certificates`, `path_signatures` and `path_length` of [`Limits`].
pub fn judge(question: &Question<'_>, cache: Option<&mut ChainCache>) -> Judgement {
    let Some(cache) = cache else { return judge_anew(question).0 };
    if let Some(chain) = cache.find(question)
        && chain.answers(question)
    {
        return chain.conclude(question);
    }
    let (judgement, chain) = judge_anew(question);
    if let Some(chain) = chain.filter(|_| judgement.trust_at_signing == TrustAtSigning::Trusted) {
        cache.keep(question, Arc::new(chain));
    }
    judgement
}

fn judge_anew(question: &Question<'_>) -> (Judgement, Option<Chain>) {
    let leaf = match Certificate::parse(question.leaf) {
        Ok(leaf) => leaf,
        Err(error) => return (Judgement::unreadable(Finding::new(Code::CertUnreadable).with(error.to_string())), None),
    };
    let pool = Pool::new(&leaf, question);
    let options = Options { time: question.time, email_protection: true, policies: PolicyInput::default() };
    match path::find(&leaf, &pool.candidates, &options, question.limits) {
        Ok(found) => {
            let Some(chain) = Chain::new(&leaf, &pool, &found, question) else {
                return (Judgement::unreadable(Finding::new(Code::CertPath)), None);
            };
            let mut judgement = chain.conclude(question);
            if judgement.trust_now == TrustNow::Expired && question.now <= leaf.not_after {
                // Another issue of the authority may have taken the place of the one that ended.
                judgement.renew(&leaf, &pool, question);
            }
            (judgement, Some(chain))
        }
        Err(failure) => (stranger::without_path(&leaf, &pool, &failure, question), None),
    }
}

/// The certificates that may stand above the leaf, with the anchors among them.
struct Pool<'q> {
    candidates: Vec<Candidate<'q>>,
    /// For each candidate: the anchor that it is, and whether it is known by its own fingerprint.
    anchors: Vec<Option<(Anchor, bool)>>,
}

impl<'q> Pool<'q> {
    fn new(leaf: &Certificate<'_>, question: &Question<'q>) -> Self {
        let count = question.carried.len().min(question.limits.certificates);
        let mut pool = Self { candidates: Vec::with_capacity(count + 2), anchors: Vec::with_capacity(count + 2) };
        let carried = question.carried.iter().copied().take(count).filter(|der| *der != leaf.raw);
        for der in carried.chain(question.store.intermediates()) {
            // A certificate that cannot be read is nobody's issuer.
            if let Ok(certificate) = Certificate::parse(der) {
                pool.add(certificate, question.store);
            }
        }
        for (print, der) in question.store.host_anchor_certificates() {
            if let Ok(certificate) = Certificate::parse(der) {
                pool.candidates.push(Candidate { certificate, role: Role::Anchor });
                pool.anchors.push(Some((Anchor::Host(print), true)));
            }
        }
        pool
    }

    fn add(&mut self, certificate: Certificate<'q>, store: &TrustStore) {
        let given = store.host_anchor_certificates().find(|(_, der)| *der == certificate.raw);
        let (role, anchor) = match store.pinned(&certificate) {
            PinnedIssue::Known { anchor, listed } => (Role::Anchor, Some((anchor, listed))),
            _ if given.is_some() => (Role::Anchor, given.map(|(print, _)| (Anchor::Host(print), true))),
            PinnedIssue::Unknown => (Role::Refused, None),
            PinnedIssue::NotPinned => (Role::Intermediate, None),
        };
        self.candidates.push(Candidate { certificate, role });
        self.anchors.push(anchor);
    }

    /// Leaf first, anchor last.
    fn chain<'p>(&'p self, leaf: &'p Certificate<'q>, path: &[usize]) -> impl Iterator<Item = &'p Certificate<'q>> {
        let above = path.iter().filter_map(|index| self.candidates.get(*index)).map(|found| &found.certificate);
        std::iter::once(leaf).chain(above.collect::<Vec<_>>())
    }

    fn anchor(&self, path: &[usize]) -> Option<(Anchor, bool)> {
        self.anchors.get(*path.last()?).copied().flatten()
    }
}

impl Chain {
    fn new<'q>(leaf: &Certificate<'q>, pool: &Pool<'q>, path: &[usize], question: &Question<'_>) -> Option<Self> {
        let (anchor, listed) = pool.anchor(path)?;
        let certificates: Vec<&Certificate<'_>> = pool.chain(leaf, path).collect();
        let mut chain = Self {
            from: i64::MIN,
            until: i64::MAX,
            leaf_until: leaf.not_after,
            anchor,
            path: certificates.iter().map(|certificate| PathCertificate::new(certificate)).collect(),
            weak_key: false,
            weak: false,
            facts: Vec::new(),
            findings: Vec::new(),
        };
        for (at, certificate) in certificates.iter().enumerate() {
            chain.from = chain.from.max(certificate.not_before);
            chain.until = chain.until.min(certificate.not_after);
            chain.weak_key |= weak_key(certificate).is_some();
            // The signature of a certificate that is trusted by its own fingerprint is not relied on.
            let signature_counts = at + 1 < certificates.len() || !listed;
            chain.weak |= signature_counts && has_weak_signature(certificate);
        }
        chain.weak |= chain.weak_key;
        chain.findings = leaf_findings(leaf);
        if let Anchor::Host(_) = anchor {
            chain.findings.push(Finding::new(Code::TrustHostAnchor).with(anchor.to_string()));
        }
        if question.evidence.id().is_some() {
            chain.facts = revocation::facts(&certificates, &pool.candidates, question.evidence, question.limits);
        }
        Some(chain)
    }

    /// Whether the kept chain says everything about the times in question.
    fn answers(&self, question: &Question<'_>) -> bool {
        let alive = question.time.is_none_or(|time| (self.from..=self.until).contains(&time));
        alive && !(question.now > self.until && question.now <= self.leaf_until)
    }

    fn weak_allowed(&self, time: Option<i64>) -> bool {
        !self.weak || self.anchor == Anchor::DigitPaCa1 && time.is_some_and(|time| time <= WEAK_END)
    }

    fn revocation(&self, moment: Moment) -> Revocation {
        revocation::over(&self.facts, moment)
    }

    /// The judgement for the times of the question; the path is valid at the judged time.
    fn conclude(&self, question: &Question<'_>) -> Judgement {
        let mut findings = Vec::with_capacity(self.findings.len() + 2);
        findings.extend_from_slice(&self.findings);
        let fit = !findings.iter().any(is_fatal);
        if !self.weak_allowed(question.time) {
            findings.push(Finding::new(Code::CertWeakOutsidePeriod));
        }
        let now = question.now;
        let revocation = self.revocation(Moment { time: question.time, proven: question.proven, now });
        let revoked_now = self.revocation(Moment { time: Some(now), proven: true, now });
        findings.extend(revocation_finding(revocation));
        let trust_now = match () {
            () if !fit || matches!(revoked_now, Revocation::Revoked { .. }) => TrustNow::Untrusted,
            () if now > self.until => TrustNow::Expired,
            () if now < self.from || !self.weak_allowed(Some(now)) => TrustNow::Untrusted,
            () => TrustNow::Trusted,
        };
        if trust_now == TrustNow::Expired {
            findings.push(Finding::new(Code::CertExpiredNow).with(date(self.until)));
        }
        Judgement {
            trust_at_signing: match question.time {
                _ if findings.iter().any(is_fatal) => TrustAtSigning::Untrusted,
                Some(_) => TrustAtSigning::Trusted,
                None => TrustAtSigning::Unknown,
            },
            trust_now,
            revocation,
            anchor: Some(self.anchor),
            path: Arc::clone(&self.path),
            earliest_end: Some(self.until),
            weak_key: self.weak_key,
            findings,
        }
    }
}

impl Judgement {
    fn unreadable(finding: Finding) -> Self {
        Self {
            trust_at_signing: TrustAtSigning::Unknown,
            trust_now: TrustNow::Unknown,
            revocation: Revocation::NotChecked,
            anchor: None,
            path: Arc::new([]),
            earliest_end: None,
            weak_key: false,
            findings: vec![finding],
        }
    }

    /// Looks for a path that is valid now, where the one of the judged time has ended and the leaf has not.
    fn renew(&mut self, leaf: &Certificate<'_>, pool: &Pool<'_>, question: &Question<'_>) {
        if trust_now(leaf, pool, question) == TrustNow::Trusted {
            self.trust_now = TrustNow::Trusted;
            self.findings.retain(|finding| finding.code != Code::CertExpiredNow);
        }
    }
}

/// Whether a path is valid now, and what its chain says of now.
fn trust_now(leaf: &Certificate<'_>, pool: &Pool<'_>, question: &Question<'_>) -> TrustNow {
    let question = Question { time: Some(question.now), proven: true, ..*question };
    let options = Options { time: question.time, email_protection: true, policies: PolicyInput::default() };
    match path::find(leaf, &pool.candidates, &options, question.limits) {
        Ok(found) => Chain::new(leaf, pool, &found, &question)
            .map_or(TrustNow::Untrusted, |chain| chain.conclude(&question).trust_now),
        Err(failure) if failure.error == PathError::Expired => TrustNow::Expired,
        Err(_) => TrustNow::Untrusted,
    }
}

impl PathCertificate {
    fn new(certificate: &Certificate<'_>) -> Self {
        Self {
            subject: certificate.subject.display(),
            issuer: certificate.issuer.display(),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            sha256: Fingerprint(certificate.sha256()),
        }
    }
}

fn is_fatal(finding: &Finding) -> bool {
    finding.severity == crate::finding::Severity::Fatal
}

fn date(time: i64) -> String {
    jiff::Timestamp::from_second(time).map_or_else(|_| time.to_string(), |time| time.to_string())
}

fn revocation_finding(revocation: Revocation) -> Option<Finding> {
    match revocation {
        Revocation::Good => None,
        Revocation::NotChecked => Some(Finding::new(Code::CertRevocationUnknown)),
        Revocation::Revoked { when, reason } => {
            Some(Finding::new(Code::CertRevoked).with(format!("{} ({reason})", date(when))))
        }
    }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

//! What the specification says about a case.

use pec_core::finding::{Code, Severity};

use super::{FATAL, INFO, WARNING};

/// The expected answer. A field that is `None` is left open by the specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Signed kind: value of `tipo`, `anomalia` or `ordinary`.
    pub kind: Option<&'static str>,
    /// Verdict.
    pub verdict: &'static str,
    /// `intact`, `altered`, `unsigned` or `unknown`.
    pub integrity: Option<&'static str>,
    /// `trusted`, `untrusted` or `unknown`.
    pub trust_at_signing: Option<&'static str>,
    /// Findings with their severity; the order does not matter.
    pub findings: Vec<(Code, Severity)>,
    /// Whether `findings` is the whole list; else others may stand beside, and these must be there.
    pub complete: bool,
}

/// Codes that neither a message nor a reconciliation case provokes, each with the reason.
pub const SKIPPED: &[(Code, &str)] = &[];

/// A genuine message of this kind under the sandbox root, without revocation evidence.
pub(crate) fn certified(kind: &'static str) -> Expectation {
    Expectation {
        kind: Some(kind),
        verdict: "certified",
        integrity: Some("intact"),
        trust_at_signing: Some("trusted"),
        findings: vec![(Code::TrustHostAnchor, INFO), (Code::CertRevocationUnknown, INFO)],
        complete: true,
    }
}

/// A genuine anomaly envelope.
pub(crate) fn anomaly() -> Expectation {
    Expectation { verdict: "anomaly", ..certified("anomalia") }.with(Code::AnomalyNotCertified, WARNING)
}

/// Ordinary mail, without a signature.
pub(crate) fn not_pec() -> Expectation {
    Expectation {
        kind: Some("ordinary"),
        verdict: "not-pec",
        integrity: Some("unsigned"),
        trust_at_signing: None,
        findings: vec![(Code::MimeRootNotSigned, FATAL)],
        complete: true,
    }
}

/// Mail with a signed PEC somewhere below its root.
pub(crate) fn contains_pec() -> Expectation {
    Expectation { verdict: "contains-pec", kind: Some("ordinary"), ..not_pec() }.with(Code::MimeSignedNested, FATAL)
}

/// The signature cannot be judged.
pub(crate) fn unverifiable(code: Code) -> Expectation {
    Expectation {
        kind: None,
        verdict: "unverifiable",
        integrity: Some("unknown"),
        trust_at_signing: None,
        findings: vec![(code, FATAL)],
        complete: false,
    }
}

impl Expectation {
    /// One more finding.
    pub(crate) fn with(mut self, code: Code, severity: Severity) -> Self {
        self.findings.push((code, severity));
        self
    }

    /// Without a finding of the usual ones.
    pub(crate) fn without(mut self, code: Code) -> Self {
        self.findings.retain(|(c, _)| *c != code);
        self
    }

    /// Genuine, with errors around it.
    pub(crate) fn problem(mut self, code: Code) -> Self {
        self.verdict = "certified-with-problems";
        self.with(code, Severity::Error)
    }

    /// Forged, because of this; integrity and trust stay as they are.
    pub(crate) fn forged(mut self, code: Code) -> Self {
        self.verdict = "forged";
        self.with(code, FATAL)
    }

    /// Altered, because of this.
    pub(crate) fn altered(mut self, code: Code) -> Self {
        self.verdict = "altered";
        self.integrity = Some("altered");
        self.with(code, FATAL)
    }

    /// Nobody vouches for the signer, because of this. What is said about anchors and revocation then is left open.
    pub(crate) fn untrusted(mut self, code: Code) -> Self {
        self.verdict = "intact-but-untrusted";
        self.trust_at_signing = Some("untrusted");
        self.findings.retain(|(c, _)| !matches!(c, Code::TrustHostAnchor | Code::CertRevocationUnknown));
        self.complete = false;
        self.with(code, FATAL)
    }

    /// Signed with SHA-1.
    pub(crate) fn sha1(self) -> Self {
        self.with(Code::CmsWeakDigest, WARNING)
    }

    /// A certificate of the path has ended since.
    pub(crate) fn expired(self) -> Self {
        self.with(Code::CertExpiredNow, INFO).with(Code::TimeClaimed, WARNING)
    }

    /// Other findings may stand beside these.
    pub(crate) fn partial(mut self) -> Self {
        self.complete = false;
        self
    }

    /// The kind is left open.
    pub(crate) fn any_kind(mut self) -> Self {
        self.kind = None;
        self
    }

    /// Integrity is left open.
    pub(crate) fn any_integrity(mut self) -> Self {
        self.integrity = None;
        self
    }

    /// Trust is left open.
    pub(crate) fn any_trust(mut self) -> Self {
        self.trust_at_signing = None;
        self
    }
}

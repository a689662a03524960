//! What the facts of a detached signature mean for a PEC message (PEC-SPEC §10.2, VERDICT §2 and §3).

use super::CertificateBinding;
use super::verify::{Check, SignerCertificate, SignerFacts, Unsupported};
use super::{Error, SignedData, oid};
use crate::crypto::DigestAlgorithm;
use crate::finding::{Code, Finding, Severity};

/// The finding for a signature object that cannot be judged.
pub(crate) fn error_finding(error: &Error) -> Finding {
    match error {
        Error::Limit(what) => Finding::new(Code::CmsLimits).with(*what),
        Error::Malformed(_) | Error::NotSignedData => Finding::new(Code::CmsParse).with(error.to_string()),
    }
}

/// Where the signed content stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// Beside the signature: `multipart/signed`.
    Detached,
    /// Inside the signature: `application/pkcs7-mime`.
    Opaque,
}

/// The findings on a SignedData over the content of a message, and on each of its signers.
pub(crate) fn push_findings(
    signed: &SignedData<'_>,
    placement: Placement,
    signers: &[SignerFacts<'_>],
    findings: &mut Vec<Finding>,
) {
    if signed.content.is_some() && placement == Placement::Detached {
        findings.push(Finding::new(Code::CmsEcontentPresent));
    }
    if signed.content.is_none() && placement == Placement::Opaque {
        findings.push(Finding::new(Code::CmsParse).with("there is no content inside"));
    }
    if signers.is_empty() {
        findings.push(Finding::new(Code::CmsNoSigner));
    }
    if signers.len() > 1 {
        let agree = signers.iter().all(SignerFacts::verifies) && have_one_owner(signers);
        let severity = if agree { Severity::Warning } else { Severity::Fatal };
        let detail = format!("{} signers", signers.len());
        findings.push(Finding::new(Code::CmsMultiSigner).graded(severity).with(detail));
    }
    for signer in signers {
        push_signer(signed, signer, findings);
    }
}

fn have_one_owner(signers: &[SignerFacts<'_>]) -> bool {
    let Some(first) = signers.first().and_then(SignerFacts::certificate) else { return false };
    signers.iter().all(|signer| signer.certificate().is_some_and(|other| first.is_same_owner(other)))
}

fn push_signer(signed: &SignedData<'_>, signer: &SignerFacts<'_>, findings: &mut Vec<Finding>) {
    let mut push = |code| findings.push(Finding::new(code));
    match signer.certificate {
        SignerCertificate::Found(_) => {}
        SignerCertificate::Unreadable => push(Code::CertUnreadable),
        SignerCertificate::Missing => push(Code::CertMissing),
    }
    if signer.attributes.is_none() {
        push(Code::CmsSignedAttrsMissing);
    }
    if signer.content_looks_like_attributes {
        push(Code::CmsContentLooksLikeAttrs);
    }
    // RFC 5652 §5.3: whatever is not id-data needs signed attributes; the content of a PEC is id-data (RFC 8551 §2.4.2).
    if signed.content_type != oid::DATA || signer.attributes.as_ref().is_some_and(|facts| !facts.complete) {
        let detail = match signer.attributes.as_ref().map(|facts| facts.content_type) {
            Some(Some(found)) => oid::dotted(found),
            Some(None) => "none".to_owned(),
            None => oid::dotted(signed.content_type),
        };
        findings.push(Finding::new(Code::CmsContentTypeAttr).with(detail));
    }
    if let Some(facts) = &signer.attributes {
        if let Some(kind) = facts.repeated {
            findings.push(Finding::new(Code::CmsAttributeRepeated).with(oid::dotted(kind)));
        }
        if facts.binding == CertificateBinding::OtherCertificate {
            findings.push(Finding::new(Code::CmsCertificateBinding));
        }
        if facts.only_as_der {
            findings.push(Finding::new(Code::CmsAttributesNotDer));
        }
    }
    push_algorithms(signer, findings);
    if signer.digest == Check::Failed {
        findings.push(Finding::new(Code::CmsDigestMismatch));
    }
    if signer.signature == Check::Failed {
        findings.push(Finding::new(Code::CmsSignatureInvalid));
    }
    if signer.sha1_collision {
        findings.push(Finding::new(Code::CmsSha1Collision));
    }
}

fn push_algorithms(signer: &SignerFacts<'_>, findings: &mut Vec<Finding>) {
    if signer.algorithms_conflict {
        findings.push(Finding::new(Code::CmsAlgConflict));
    }
    findings.extend(signer.unsupported.as_ref().map(|what| match what {
        Unsupported::BrokenDigest(name) => Finding::new(Code::CmsWeakDigest).graded(Severity::Fatal).with(name.clone()),
        Unsupported::Digest(name) | Unsupported::Signature(name) | Unsupported::Key(name) => {
            Finding::new(Code::CmsUnsupported).with(name.clone())
        }
    }));
    if [signer.digest_algorithm, signer.scheme.map(|scheme| scheme.digest())].contains(&Some(DigestAlgorithm::Sha1)) {
        findings.push(Finding::new(Code::CmsWeakDigest).with(DigestAlgorithm::Sha1.as_str()));
    }
}

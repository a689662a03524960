//! What the signer's certificate itself shows, at any time: is it the certificate of a PEC signer (RFC 6109 §5.5,
//! VERDICT §3)?

use crate::crypto::{DigestAlgorithm, KeyKind, PublicKey, SignatureScheme};
use crate::finding::{Code, Finding};
use crate::trust::certificate::{Certificate, purpose, usage};

/// Certificate policy of PEC signers, 1.3.76.16.3.1.1.
pub(super) const PEC_POLICY: &[u8] = &[0x2b, 0x4c, 0x10, 0x03, 0x01, 0x01];

/// The bits of an RSA key below 2048.
pub(in crate::trust) fn weak_key(certificate: &Certificate<'_>) -> Option<u32> {
    match PublicKey::parse(certificate.spki).ok()?.kind() {
        KeyKind::Rsa { bits } if bits < 2048 => Some(bits),
        _ => None,
    }
}

pub(in crate::trust) fn has_weak_signature(certificate: &Certificate<'_>) -> bool {
    SignatureScheme::from_x509(&certificate.signature_algorithm)
        .is_some_and(|scheme| scheme.digest() == DigestAlgorithm::Sha1)
}

/// What the leaf itself shows, at any time: is it the certificate of a PEC signer?
pub(super) fn leaf_findings(leaf: &Certificate<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let extensions = &leaf.extensions;
    if leaf.is_ca() {
        findings.push(Finding::new(Code::CertIsCa));
    }
    if !leaf.lists_policy(PEC_POLICY) {
        findings.push(Finding::new(Code::CertPolicy).with("1.3.76.16.3.1.1"));
    }
    if !leaf.allows(usage::DIGITAL_SIGNATURE) {
        findings.push(Finding::new(Code::CertKeyUsage));
    }
    if !leaf.serves(purpose::EMAIL_PROTECTION) {
        findings.push(Finding::new(Code::CertEku));
    }
    if let Some(bits) = weak_key(leaf) {
        findings.push(Finding::new(Code::CertKeyWeak).with(format!("RSA {bits}")));
    }
    let mut deviations = String::new();
    for (deviates, what) in [
        (extensions.basic_constraints.is_some_and(|constraints| !constraints.ca), "basicConstraints present"),
        (extensions.key_usage.is_none(), "no keyUsage"),
        (extensions.key_usage.is_some() && !extensions.key_usage_critical, "keyUsage not critical"),
        (leaf.subject_email_addresses().next().is_some(), "e-mail address in the subject"),
        (leaf.email_addresses().next().is_none(), "no e-mail address in subjectAltName"),
        (extensions.authority_key_id.is_none(), "no authorityKeyIdentifier"),
        (extensions.subject_key_id.is_none(), "no subjectKeyIdentifier"),
        (leaf.version != 2, "not version 3"),
    ] {
        if deviates {
            deviations.push_str(if deviations.is_empty() { "" } else { ", " });
            deviations.push_str(what);
        }
    }
    if !deviations.is_empty() {
        findings.push(Finding::new(Code::CertProfile).with(deviations));
    }
    findings
}

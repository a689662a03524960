//! The signature object: slices of the input, no signature over other bytes than the signed ones, and the reading of
//! the crate `cms` where that crate can read it.

use ::cms::cert::CertificateChoices;
use der::Decode;

use super::TIGHT;
use crate::limits::Limits;
use crate::signature::verify::verify;
use crate::signature::{
    Content, ContentDigest, Error, Placement, SignedData, SignerFacts, cades, oid, push_findings, timestamp,
};

/// The content that the signatures of the corpus sign, where they do not hold it themselves.
const CONTENT: &[u8] = b"Content-Type: text/plain\r\n\r\nsigned\r\n";

/// Asserts the invariants of a signature object: a provider's signature, a time-stamp token or a signed attachment. Says whether
/// something in it verifies.
///
/// # Panics
/// When an invariant does not hold.
pub fn cms(data: &[u8]) -> bool {
    let signed = SignedData::parse(data, &Limits::DEFAULT);
    let mut verifies = false;
    if let Ok(signed) = &signed {
        check_view(signed, data);
        verifies = check_signers(signed);
    }
    match SignedData::parse(data, &TIGHT) {
        Ok(tight) => assert!(signed.is_ok() && tight.signers.len() <= TIGHT.signers),
        Err(Error::Limit(_)) => {}
        Err(error) => assert_eq!(Some(&error), signed.as_ref().err(), "a limit changes what is read"),
    }
    compare(data, signed.as_ref());
    check_token(data);
    check_attachment(data);
    verifies
}

fn check_view(signed: &SignedData<'_>, data: &[u8]) {
    let limits = Limits::DEFAULT;
    assert!(signed.signers.len() <= limits.signers && signed.certificates.len() <= limits.certificates);
    let range = data.as_ptr_range();
    for slice in signed.certificates.iter().chain(&signed.crls) {
        assert!(range.contains(&slice.as_ptr()) && slice.as_ptr_range().end <= range.end);
    }
}

fn check_signers(signed: &SignedData<'_>) -> bool {
    let opaque = signed.content_octets().ok().flatten();
    let content = opaque.as_deref().unwrap_or(CONTENT);
    let facts = facts(signed, content);
    assert_eq!(facts.len(), signed.signers.len());
    assert_eq!(facts, self::facts(signed, content), "not deterministic");
    for placement in [Placement::Detached, Placement::Opaque] {
        let mut findings = Vec::new();
        push_findings(signed, placement, &facts, &mut findings);
        for finding in &findings {
            assert!(finding.code.severities().contains(&finding.severity));
        }
    }
    if let Some(other) = super::flipped(content) {
        for signer in self::facts(signed, &other) {
            assert!(!signer.verifies(), "a signature holds over content that nobody signed");
        }
    }
    facts.iter().any(SignerFacts::verifies)
}

fn facts<'a>(signed: &SignedData<'a>, content: &[u8]) -> Vec<SignerFacts<'a>> {
    let start = content.get(..64).unwrap_or(content);
    verify(signed, &[], Content { start, digest: &mut |algorithm| ContentDigest::of(algorithm, content) })
}

/// What the crate `cms` reads, we read too, and the same. It refuses much that we take, so that the other way round
/// nothing is asked.
fn compare(data: &[u8], ours: Result<&SignedData<'_>, &Error>) {
    let Ok(info) = ::cms::content_info::ContentInfo::from_der(data) else { return };
    let Ok(theirs) = info.content.decode_as::<::cms::signed_data::SignedData>() else { return };
    let ours = match ours {
        Ok(ours) => ours,
        Err(Error::Limit(_)) => return,
        Err(_) if info.content_type.as_bytes() != oid::SIGNED_DATA => return,
        // The crate does not look into attributes.
        Err(_) if theirs.signer_infos.0.iter().any(has_odd_attribute) => return,
        Err(error) => panic_with("the crate cms reads it, we do not", error),
    };
    assert_eq!(theirs.encap_content_info.econtent_type.as_bytes(), ours.content_type);
    assert_eq!(theirs.encap_content_info.econtent.is_some(), ours.content.is_some());
    assert_eq!(theirs.signer_infos.0.len(), ours.signers.len());
    let certificates = theirs.certificates.map(|set| set.0.into_vec()).unwrap_or_default();
    let certificates = certificates.iter().filter_map(|choice| match choice {
        CertificateChoices::Certificate(certificate) => Some(certificate),
        CertificateChoices::Other(_) => None,
    });
    assert_eq!(certificates.count(), ours.certificates.len());
    let mut signatures: Vec<&[u8]> = ours.signers.iter().map(|signer| &*signer.signature).collect();
    for signer in theirs.signer_infos.0.iter() {
        let at = signatures.iter().position(|signature| *signature == signer.signature.as_bytes());
        assert!(at.is_some(), "a signature is missing");
        at.map(|at| signatures.swap_remove(at));
    }
}

/// contentType is no object identifier, or messageDigest no OCTET STRING.
fn has_odd_attribute(signer: &::cms::signed_data::SignerInfo) -> bool {
    use der::{Tag, Tagged};
    let attributes = signer.signed_attrs.iter().flat_map(|set| set.iter());
    attributes.flat_map(|one| one.values.iter().map(|value| (one.oid, value.tag()))).any(|(kind, tag)| {
        match kind.as_bytes() {
            oid::CONTENT_TYPE => tag != Tag::ObjectIdentifier,
            oid::MESSAGE_DIGEST => tag != Tag::OctetString,
            _ => false,
        }
    })
}

#[allow(clippy::panic, reason = "that is how a fuzz target reports")]
fn panic_with(what: &str, error: &Error) -> ! {
    panic!("{what}: {error}")
}

fn check_token(data: &[u8]) {
    if let Ok(stamp) = timestamp::verify(data, CONTENT, &Limits::DEFAULT) {
        assert!(stamp.certificates.contains(&stamp.certificate));
        if let Some(other) = super::flipped(CONTENT) {
            let other = timestamp::verify(data, &other, &Limits::DEFAULT);
            assert_eq!(other.err(), Some(timestamp::TimeStampError::Imprint));
        }
    }
    let _ = timestamp::token_of_response(data);
}

fn check_attachment(data: &[u8]) {
    if let Ok(cades) = cades::unwrap(data, &Limits::DEFAULT) {
        assert!(!cades.layers.is_empty() && cades.layers.len() <= 8);
        assert!(cades.content.len() <= data.len());
    }
}

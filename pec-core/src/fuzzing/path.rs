//! Certification paths: a signer is trusted only along a complete, living path to an anchor, whatever stands beside
//! it, and the cache changes nothing.

use crate::asn1::{Element, Reader, tag};
use crate::finding::{Finding, Severity};
use crate::limits::Limits;
use crate::trust::{
    Certificate, ChainCache, Evidence, Judgement, Question, Revocation, TrustAtSigning, TrustNow, TrustStore, judge,
    usage,
};

/// The caller's now: 2026-06-01.
const NOW: i64 = 1_780_272_000;

/// Judged times: 2026-02-09, unknown, 2014-06-01, 2018-11-13, 2031-01-01.
const TIMES: [Option<i64>; 5] =
    [Some(1_770_595_200), None, Some(1_401_580_800), Some(1_542_067_200), Some(1_924_992_000)];

/// Asserts the invariants of the judgement on a signer. `data` are DER elements one after the other: the signer's
/// certificate, then what travels with it; what is no certificate is given as revocation evidence. Says whether the
/// signer was trusted at one of the times.
///
/// A changed certificate nearly always fails at its signature. So all is judged a second time, each certificate and
/// revocation list signed anew by `sign`: an authority that is trusted, and signs whatever it is given.
///
/// # Panics
/// When an invariant does not hold.
pub fn path(data: &[u8], store: &TrustStore, sign: &dyn Fn(&[u8]) -> Vec<u8>) -> bool {
    let mut reader = Reader::der(data);
    let mut elements = Vec::new();
    while let Ok(element) = reader.next() {
        elements.push(element);
    }
    let dice = super::dice(data);
    let trusted = elements_judged(&elements.iter().map(|element| element.raw).collect::<Vec<_>>(), store, dice);
    let signed: Option<Vec<Vec<u8>>> = elements.iter().map(|element| signed_anew(element, sign)).collect();
    let Some(signed) = signed else { return trusted };
    trusted | elements_judged(&signed.iter().map(Vec::as_slice).collect::<Vec<_>>(), store, dice)
}

/// ecdsa-with-SHA256, the one algorithm that `sign` knows.
const ECDSA_SHA256: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";

/// What X.509 signs, with another signature; nothing where it is none of this algorithm.
fn signed_anew(element: &Element<'_>, sign: &dyn Fn(&[u8]) -> Vec<u8>) -> Option<Vec<u8>> {
    let mut fields = element.children();
    let (body, algorithm) = (fields.next().ok()?, fields.next().ok()?);
    (algorithm.raw == ECDSA_SHA256).then(|| {
        let signature = tlv(tag::BIT_STRING, &[&[0], &sign(body.raw)[..]].concat());
        tlv(tag::SEQUENCE, &[body.raw, algorithm.raw, &signature].concat())
    })
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let bytes = content.len().to_be_bytes();
    let length = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1)..];
    let long = u8::try_from(length.len()).map_or(0, |count| 0x80 | count);
    let header = if content.len() < 0x80 { vec![tag] } else { vec![tag, long] };
    [&header, length, content].concat()
}

fn elements_judged(elements: &[&[u8]], store: &TrustStore, dice: usize) -> bool {
    let Some((leaf, others)) = elements.split_first() else { return false };
    let (mut carried, mut evidence) = (Vec::new(), Evidence::none());
    for der in others {
        if Certificate::parse(der).is_ok() {
            carried.push(*der);
        } else {
            evidence = evidence.with_crl(*der).with_ocsp(*der);
        }
    }
    let parsed = Certificate::parse(leaf).ok();
    let from = parsed.as_ref().and_then(|leaf| leaf.email_addresses().next());
    let limits = Limits::DEFAULT;
    // All at the time of most of the corpus, and a little at another.
    let mut cache = ChainCache::default();
    let mut trusted = false;
    for (time, thorough) in [(TIMES[dice % TIMES.len()], false), (TIMES[0], true)] {
        if !thorough && !(dice / 120).is_multiple_of(3) {
            continue;
        }
        let proven = (dice / 5).is_multiple_of(2);
        let question = Question {
            leaf,
            carried: &carried,
            time,
            proven,
            now: NOW,
            from: from.filter(|_| (dice / 10).is_multiple_of(2)),
            evidence: &evidence,
            store,
            limits: &limits,
        };
        let cold = judge(&question, None);
        check(&question, &cold);
        trusted |= cold.trust_at_signing == TrustAtSigning::Trusted;
        assert_eq!(judge(&question, Some(&mut cache)), cold, "the cache changes an answer");
        if !cache.is_empty() {
            assert_eq!(judge(&question, Some(&mut cache)), cold, "the second time is another");
        }
        if thorough && (dice / 40).is_multiple_of(3) {
            bystanders(&question, &cold, dice);
        }
    }
    if let Some(certificate) = &parsed {
        let _ = (certificate.subject.display(), certificate.issuer.display());
    }
    trusted
}

fn fatal(finding: &Finding) -> bool {
    finding.severity == Severity::Fatal
}

fn check(question: &Question<'_>, judgement: &Judgement) {
    for finding in &judgement.findings {
        assert!(finding.code.severities().contains(&finding.severity), "{finding:?}");
    }
    for pair in judgement.path.windows(2) {
        assert_eq!(pair[0].issuer, pair[1].subject);
    }
    let revoked = matches!(judgement.revocation, Revocation::Revoked { .. });
    assert!(!revoked || judgement.trust_at_signing != TrustAtSigning::Trusted);
    assert!(question.evidence.id().is_some() || judgement.revocation == Revocation::NotChecked);
    if judgement.trust_at_signing == TrustAtSigning::Trusted {
        assert!(!judgement.findings.iter().any(fatal), "{:?}", judgement.findings);
        let time = question.time.unwrap_or(i64::MIN);
        assert!(judgement.path.iter().all(|one| (one.not_before..=one.not_after).contains(&time)));
        check_ends(question, judgement);
    } else {
        let excuse = judgement.findings.iter().any(fatal) || question.time.is_none();
        assert!(excuse || judgement.trust_at_signing == TrustAtSigning::Unknown, "nothing says why: {judgement:?}");
    }
    if judgement.trust_now == TrustNow::Trusted {
        assert!(judgement.anchor.is_some() || judgement.path.is_empty());
    }
}

/// The path goes from the leaf to a certificate that the store knows.
fn check_ends(question: &Question<'_>, judgement: &Judgement) {
    let path = &judgement.path;
    assert!(judgement.anchor.is_some() && (2..=question.limits.path_length).contains(&path.len()));
    assert_eq!(path.first().map(|leaf| leaf.sha256), Some(crate::trust::fingerprint(question.leaf)));
    let others = || {
        let carried = question.carried.iter().copied().chain(question.store.intermediates());
        carried.chain(question.store.host_anchor_certificates().map(|(_, der)| der))
    };
    let known: Vec<_> = others().map(crate::trust::fingerprint).collect();
    assert!(path.iter().skip(1).all(|above| known.contains(&above.sha256)), "a certificate from nowhere");
    // The rules that no path may break, looked up in the certificates once more.
    let of = |print| others().find(|der| crate::trust::fingerprint(der) == print);
    for (below, authority) in path.iter().skip(1).map(|above| of(above.sha256)).enumerate() {
        let Some(Ok(authority)) = authority.map(Certificate::parse) else { continue };
        assert!(authority.is_ca() && authority.allows(usage::KEY_CERT_SIGN), "issued by no authority");
        assert!(authority.extensions.unknown_critical.is_none() && authority.extensions.repeated.is_none());
        let length = authority.extensions.basic_constraints.and_then(|found| found.path_length);
        let between = path.iter().skip(1).take(below).filter(|one| one.subject != one.issuer).count();
        assert!(length.is_none_or(|length| between <= length as usize), "a path longer than allowed");
    }
    let Ok(leaf) = Certificate::parse(question.leaf) else { return };
    assert!(leaf.lists_policy(PEC_POLICY) && leaf.extensions.unknown_critical.is_none());
}

/// 1.3.76.16.3.1.1
const PEC_POLICY: &[u8] = &[0x2b, 0x4c, 0x10, 0x03, 0x01, 0x01];

/// What is beside the path does not matter: rubbish among the certificates, or their order.
fn bystanders(question: &Question<'_>, cold: &Judgement, dice: usize) {
    let mut carried = vec![&b"\x30\x00"[..], b"rubbish"];
    carried.extend_from_slice(question.carried);
    if carried.len() > question.limits.certificates {
        return;
    }
    if (dice / 20).is_multiple_of(2) {
        let with_rubbish = judge(&Question { carried: &carried, ..*question }, None);
        assert_eq!(&with_rubbish, cold, "rubbish beside the path changes the judgement");
    } else {
        carried.reverse();
        let reversed = judge(&Question { carried: &carried, ..*question }, None);
        assert_eq!(reversed.trust_at_signing, cold.trust_at_signing, "the order of certificates decides");
    }
}

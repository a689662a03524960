//! Certification paths: a signer is trusted only along a complete, living path to an anchor, whatever stands beside
//! it, and the cache changes nothing.

use crate::asn1::Reader;
use crate::finding::{Finding, Severity};
use crate::limits::Limits;
use crate::trust::{
    Certificate, ChainCache, Evidence, Judgement, Question, Revocation, TrustAtSigning, TrustNow, TrustStore, judge,
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
/// # Panics
/// When an invariant does not hold.
pub fn path(data: &[u8], store: &TrustStore) -> bool {
    let mut reader = Reader::der(data);
    let mut elements = Vec::new();
    while let Ok(element) = reader.next() {
        elements.push(element.raw);
    }
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
    let dice = super::dice(data);
    let mut cache = ChainCache::default();
    let mut trusted = false;
    for (time, thorough) in [(TIMES[dice % TIMES.len()], false), (TIMES[0], true)] {
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
        if thorough {
            assert_eq!(judge(&question, Some(&mut cache)), cold, "the second time is another");
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
    let carried = question.carried.iter().copied().chain(question.store.intermediates());
    let known = carried.chain(question.store.host_anchor_certificates().map(|(_, der)| der));
    let known: Vec<_> = known.map(crate::trust::fingerprint).collect();
    assert!(path.iter().skip(1).all(|above| known.contains(&above.sha256)), "a certificate from nowhere");
}

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

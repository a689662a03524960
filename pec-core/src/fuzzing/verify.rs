//! The whole verification: the verdict follows from the answers and the findings, and the cache changes nothing.
//!
//! A changed message nearly always fails at its signature, and nothing behind it is reached. So each message is
//! verified a second time with a signature made anew over what it is now: only the key of a provider is beyond the
//! attacker of this game.

use jiff::Timestamp;

use super::TIGHT;
use crate::finding::{Code, Effect, Severity};
use crate::limits::Limits;
use crate::message::Message;
use crate::trust::{ChainCache, TrustAtSigning, TrustStore};
use crate::verify::{Integrity, JudgedAt, Kind, Report, Verdict, Verification, Verifier, opened, restored};

/// What the game is played with.
pub struct Signing<'s> {
    /// Whom the verification trusts.
    pub store: &'s TrustStore,
    /// The caller's now.
    pub now: Timestamp,
    /// A trusted provider's signature over any content, in base64.
    pub sign: &'s dyn Fn(&[u8]) -> Vec<u8>,
    /// A cache that already knows the provider.
    pub warm: &'s ChainCache,
}

/// Asserts the invariants of the verification of one message, as it is and signed anew. Says whether the new
/// signature makes it certified.
///
/// # Panics
/// When an invariant does not hold.
pub fn verify(data: &[u8], game: &Signing<'_>) -> bool {
    check(data, game);
    let Some((resigned, signed)) = resigned(data, game) else { return false };
    let verification = check(&resigned, game);
    let unreadable = verification.findings.iter().any(|finding| {
        finding.severity == Severity::Fatal && matches!(finding.code, Code::MimeLimits | Code::MimeParameterConflict)
    });
    let not_signed = matches!(verification.verdict, Verdict::NotPec | Verdict::ContainsPec);
    assert!(
        verification.integrity == Integrity::Intact || unreadable || not_signed,
        "a new signature does not hold: {:?}",
        verification.findings
    );
    if verification.verdict.is_certified() {
        tamper(&resigned, signed, game);
    }
    verification.verdict.is_certified()
}

/// The message with a new signature over its signed part, and where that part stands.
fn resigned(data: &[u8], game: &Signing<'_>) -> Option<(Vec<u8>, std::ops::Range<usize>)> {
    let message = Message::parse(data, &Limits::DEFAULT);
    let (signed, signature) = (message.signed_part()?, message.signature_part()?);
    if !signature.media_type().ends_with("pkcs7-signature")
        || signature.transfer_encoding() != crate::message::TransferEncoding::Base64
    {
        return None;
    }
    let place = signature.range().end.checked_sub(signature.body().len())?..signature.range().end;
    let new = (game.sign)(signed.raw());
    let whole = [data.get(..place.start)?, &new, data.get(place.end..)?].concat();
    // A header without an end, or a delimiter that was part of a broken signature, can make another message of it.
    let again = Message::parse(&whole[..], &Limits::DEFAULT);
    let same = again.signed_part()?.range() == signed.range() && again.signature_part()?.body() == new;
    same.then(|| signed.range()).map(|range| (whole, range))
}

/// One bit of the signed part flipped: no longer certified.
fn tamper(data: &[u8], signed: std::ops::Range<usize>, game: &Signing<'_>) {
    let Some(part) = data.get(signed.clone()).and_then(super::flipped) else { return };
    let mut changed = data.to_vec();
    changed.splice(signed, part);
    let message = Message::parse(&changed[..], &Limits::DEFAULT);
    let verification = Verifier::new(game.store).verify(&message, game.now, &mut game.warm.clone());
    consistent(&verification);
    let verdict = verification.verdict;
    assert!(!verdict.is_certified(), "certified after a change");
}

/// Verifies and asserts what must hold of every verification.
fn check(data: &[u8], game: &Signing<'_>) -> Verification {
    let message = Message::parse(data, &Limits::DEFAULT);
    let verifier = Verifier::new(game.store);
    let cold = verifier.verify(&message, game.now, &mut ChainCache::new(0));
    consistent(&cold);
    reported(data, &message, &cold);
    // One more question a message: each costs as much as the first.
    let dice = super::dice(data);
    let mut cache = if dice.is_multiple_of(2) { game.warm.clone() } else { ChainCache::default() };
    match dice / 2 % 4 {
        0 => {
            let today = verifier.judged_at(JudgedAt::Now).verify(&message, game.now, &mut cache);
            consistent(&today);
            assert_eq!(today.integrity, cold.integrity, "the judged time changes the bytes");
        }
        1 => consistent(&verifier.verify(&Message::parse(data, &TIGHT), game.now, &mut cache)),
        _ => {
            assert_eq!(verifier.verify(&message, game.now, &mut cache), cold, "a cache changes the answer");
            assert_eq!(verifier.verify(&message, game.now, &mut cache), cold, "the second time is another");
        }
    }
    if let Some(inside) = opened(&message) {
        consistent(&verifier.verify(&inside, game.now, &mut cache));
    }
    if let Some(bytes) = restored(&message) {
        assert!(bytes.len() < data.len());
        let again = verifier.verify(&Message::parse(bytes, &Limits::DEFAULT), game.now, &mut cache);
        assert_ne!(again.integrity, Integrity::Altered, "restored, and still altered");
    }
    cold
}

/// VERDICT §2, read backwards: what each verdict says of answers and findings.
fn consistent(verification: &Verification) {
    let findings = &verification.findings;
    for finding in findings {
        assert!(finding.code.severities().contains(&finding.severity), "{finding:?}");
    }
    let fatal = |effect: Effect| {
        findings.iter().any(|finding| finding.severity == Severity::Fatal && finding.code.effect() == effect)
    };
    let any_fatal = findings.iter().any(|finding| finding.severity == Severity::Fatal);
    let error = findings.iter().any(|finding| finding.severity == Severity::Error);
    let proven = verification.integrity == Integrity::Intact
        && verification.trust_at_signing == TrustAtSigning::Trusted
        && verification.anchor.is_some()
        && verification.signer.is_some()
        && verification.signed_at.is_some()
        && !any_fatal;
    match verification.verdict {
        Verdict::Certified => assert!(proven && !error, "{verification:?}"),
        Verdict::CertifiedWithProblems => assert!(proven && error, "{verification:?}"),
        Verdict::Anomaly => assert!(proven && verification.kind == Kind::Anomaly, "{verification:?}"),
        Verdict::IntactButUntrusted => {
            assert_eq!(verification.integrity, Integrity::Intact);
            assert!(fatal(Effect::Untrusted) || verification.trust_at_signing != TrustAtSigning::Trusted);
        }
        Verdict::Altered => assert!(fatal(Effect::Altered) || verification.integrity == Integrity::Altered),
        Verdict::Forged => assert!(fatal(Effect::Forged), "{verification:?}"),
        Verdict::Unverifiable => assert!(
            fatal(Effect::Unverifiable) || matches!(verification.integrity, Integrity::Unknown | Integrity::Unsigned)
        ),
        Verdict::NotPec | Verdict::ContainsPec => assert!(verification.daticert.is_none()),
    }
    assert_eq!(verification.verdict.is_certified(), verification.certified().is_some(), "{verification:?}");
    assert_eq!(verification.clone().into_certified().is_some(), verification.certified().is_some());
}

fn reported(data: &[u8], message: &Message<&[u8]>, verification: &Verification) {
    let json = Report::new("fuzz.eml", message, verification).to_json();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap_or_default();
    assert_eq!(value["verdict"], verification.verdict.as_str(), "{json}");
    assert_eq!(value["findings"].as_array().map(Vec::len), Some(verification.findings.len()));
    assert!(!json.contains('\n'));
    assert_eq!(message.bytes(), data);
}

//! The signature object over the signed bytes: which form of the bytes was signed, whether digest and signature hold,
//! who signed.

use std::borrow::Cow;

use super::Integrity;
use super::canonical::{self, Form};
use crate::crypto::DigestAlgorithm;
use crate::finding::{Code, Finding};
use crate::limits::Limits;
use crate::message::Message;
use crate::signature::{self, Check, Content, Keys, Placement, SignedData, SignerFacts, timestamp};
use crate::trust::{Certificate, ChainCache, TrustStore, judge_time_stamp};

/// What the signature object says, once its bytes and the signed bytes are compared.
pub(super) struct Checked<'a> {
    pub(super) integrity: Integrity,
    pub(super) digest_algorithm: Option<DigestAlgorithm>,
    /// Seconds since 1970, UTC, as the signer states it.
    pub(super) signing_time: Option<i64>,
    /// The signer's certificate.
    pub(super) leaf: Option<&'a [u8]>,
    /// The certificates of further signers.
    pub(super) further: Vec<&'a [u8]>,
    /// The signature object itself, with every certificate that travels along.
    pub(super) signed: SignedData<'a>,
}

/// The content inside an opaque signature.
fn opaque_content<'a>(der: &'a [u8], limits: &Limits) -> Option<Cow<'a, [u8]>> {
    let content = SignedData::parse(der, limits).ok()?.content?;
    content.octets().ok()
}

/// Checks a signature over `content`: the first part of a `multipart/signed`, or what the signature itself holds.
pub(super) fn check<'a>(
    der: &'a [u8],
    content: &[u8],
    placement: Placement,
    keys: &mut dyn Keys,
    limits: &Limits,
    findings: &mut Vec<Finding>,
) -> Option<Checked<'a>> {
    let signed = match SignedData::parse(der, limits) {
        Ok(signed) => signed,
        Err(error) => {
            findings.push(signature::error_finding(&error));
            return None;
        }
    };
    let likely = if placement == Placement::Opaque { Form::Received } else { canonical::likely_form(content) };
    let mut form = likely;
    let mut signers = over(&signed, content, likely, keys);
    if placement == Placement::Detached && signers.iter().any(is_mismatch) {
        let other = if likely == Form::Received { Form::Canonical } else { Form::Received };
        let again = over(&signed, content, other, keys);
        if again.iter().all(|signer| !is_mismatch(signer)) {
            (signers, form) = (again, other);
        } else if let Some(restored) = canonical::latin_1(content)
            && holds(&signed, &restored, keys)
        {
            findings.push(Finding::new(Code::CmsRestorableTranscoding));
        }
    }
    signature::push_findings(&signed, placement, &signers, findings);
    if form == Form::Canonical && signers.iter().any(|signer| !is_mismatch(signer)) {
        findings.push(Finding::new(Code::CmsEolFixed));
    }
    Some(Checked::of(signed, &signers))
}

/// The facts over one form of the content.
fn over<'a>(signed: &SignedData<'a>, content: &[u8], form: Form, keys: &mut dyn Keys) -> Vec<SignerFacts<'a>> {
    let start = content.get(..64).unwrap_or(content);
    let mut digest = |algorithm| canonical::digest(algorithm, content, form);
    signature::verify_with(keys, signed, &[], Content { start, digest: &mut digest })
}

/// The content is not what was signed.
fn is_mismatch(signer: &SignerFacts<'_>) -> bool {
    signer.digest == Check::Failed || (signer.attributes.is_none() && signer.signature == Check::Failed)
}

/// Every signature holds over this content, in one or the other form.
fn holds(signed: &SignedData<'_>, content: &[u8], keys: &mut dyn Keys) -> bool {
    [Form::Received, Form::Canonical].into_iter().any(|form| {
        let signers = over(signed, content, form, keys);
        !signers.is_empty() && signers.iter().all(SignerFacts::verifies)
    })
}

impl<'a> Checked<'a> {
    /// The time of a token over the signature, under an authority that the host believes for time-stamps. A token
    /// made after the signer's certificate has ended shows nothing: by then its key may have been anybody's.
    pub(super) fn stamped_at(
        &self,
        trust: &TrustStore,
        now: i64,
        limits: &Limits,
        findings: &mut Vec<Finding>,
    ) -> Option<i64> {
        let signer = self.signed.signers.first()?;
        let stamps = timestamp::of_signer(signer, limits);
        if stamps.is_empty() {
            return None;
        }
        let ends = Certificate::parse(self.leaf?).ok()?.not_after;
        let mut earliest: Option<(i64, String)> = None;
        for stamp in stamps {
            let judged = stamp.map_err(|error| error.to_string()).and_then(|stamp| {
                let authority = judge_time_stamp(&stamp, trust, now, limits).map_err(|error| error.to_string())?;
                let in_time = stamp.time <= ends;
                in_time
                    .then_some((stamp.time, authority.name))
                    .ok_or_else(|| "made after the certificate had ended".to_owned())
            });
            match judged {
                Ok(stamp) if earliest.as_ref().is_none_or(|earliest| stamp.0 < earliest.0) => earliest = Some(stamp),
                Ok(_) => {}
                Err(reason) => findings.push(Finding::new(Code::TimeStampInvalid).with(reason)),
            }
        }
        let (time, authority) = earliest?;
        let printed = jiff::Timestamp::from_second(time).map(|time| time.to_string()).unwrap_or_default();
        findings.push(Finding::new(Code::TimeStamped).with(format!("{printed}, {authority}")));
        Some(time)
    }

    fn of(signed: SignedData<'a>, signers: &[SignerFacts<'a>]) -> Self {
        let integrity = if signers.is_empty() {
            Integrity::Unknown
        } else if signers.iter().all(SignerFacts::verifies) {
            Integrity::Intact
        } else if signers.iter().all(|signer| signer.digest != Check::Failed && signer.signature == Check::Unknown) {
            Integrity::Unknown
        } else {
            Integrity::Altered
        };
        let first = signers.first();
        Self {
            integrity,
            digest_algorithm: first.and_then(|signer| signer.digest_algorithm),
            signing_time: first.and_then(SignerFacts::signing_time),
            leaf: first.and_then(SignerFacts::certificate).map(|certificate| certificate.raw),
            further: signers.iter().skip(1).filter_map(SignerFacts::certificate).map(|other| other.raw).collect(),
            signed,
        }
    }
}

/// The content of an opaque signed message (`smime.p7m`) as a message of its own: the entity that a `multipart/signed`
/// would have as its first part. Nothing is verified here.
#[must_use]
pub fn opened<B: AsRef<[u8]>>(message: &Message<B>) -> Option<Message<Vec<u8>>> {
    let root = message.root();
    if !root.media_type().ends_with("pkcs7-mime") {
        return None;
    }
    let der = root.content();
    let content = opaque_content(&der, message.limits())?;
    Some(Message::parse(content.into_owned(), message.limits()))
}

/// The message as it was before a program read it as Latin-1 and wrote it as UTF-8, when its signature holds again
/// that way (finding `cms.restorable_transcoding`). The restored bytes are another file: verify them on their own.
#[must_use]
pub fn restored<B: AsRef<[u8]>>(message: &Message<B>) -> Option<Vec<u8>> {
    let bytes = canonical::latin_1(message.bytes())?;
    let again = Message::parse(bytes, message.limits());
    let der = again.signature_part()?.content().into_owned();
    let signed = SignedData::parse(&der, message.limits()).ok()?;
    let holds = holds(&signed, again.signed_part()?.raw(), &mut ChainCache::new(0));
    drop(signed);
    holds.then(|| again.into_bytes())
}

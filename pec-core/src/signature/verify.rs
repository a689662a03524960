//! The facts about each signer (RFC 5652 §5.4 and §5.6): which certificate, digest right, signature right, what is odd.
//!
//! No verdict here: [`super::findings`] turns facts into findings, and trust in the certificate is judged elsewhere.

use std::sync::Arc;

use smallvec::SmallVec;

use super::attributes::{self, CertificateBinding};
use super::certificate::CarriedCertificate;
use super::oid;
use super::view::{SignedData, SignerInfo};
use crate::crypto::{
    CollisionCheckedSha1, Digest, DigestAlgorithm, Hasher, PublicKey, SignatureScheme, Verifier, digest,
};

/// The outcome of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    Passed,
    Failed,
    /// Not made, because something that it needs is missing or not supported.
    Unknown,
}

/// The digest of the signed content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentDigest {
    pub(crate) digest: Digest,
    /// The content is one half of a SHA-1 collision.
    pub(crate) collision: bool,
}

impl ContentDigest {
    /// The digest of content that lies in one slice.
    pub(crate) fn of(algorithm: DigestAlgorithm, content: &[u8]) -> Self {
        if algorithm != DigestAlgorithm::Sha1 {
            // In one step the library keeps what it works with on the stack.
            return Self { digest: digest(algorithm, content), collision: false };
        }
        let mut hasher = ContentHasher::new(algorithm);
        hasher.update(content);
        hasher.finish()
    }
}

/// Digests content piece by piece, SHA-1 with collision detection (VERDICT §3).
#[derive(Clone)]
pub(crate) enum ContentHasher {
    Plain(Hasher),
    Sha1(Box<CollisionCheckedSha1>),
}

impl ContentHasher {
    pub(crate) fn new(algorithm: DigestAlgorithm) -> Self {
        match algorithm {
            DigestAlgorithm::Sha1 => Self::Sha1(Box::new(CollisionCheckedSha1::new())),
            _ => Self::Plain(Hasher::new(algorithm)),
        }
    }

    pub(crate) fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Plain(hasher) => hasher.update(piece),
            Self::Sha1(hasher) => hasher.update(piece),
        }
    }

    pub(crate) fn finish(self) -> ContentDigest {
        match self {
            Self::Plain(hasher) => ContentDigest { digest: hasher.finish(), collision: false },
            Self::Sha1(hasher) => {
                let (digest, collision) = hasher.finish();
                ContentDigest { digest, collision }
            }
        }
    }
}

/// The content that was signed, in the caller's canonical form.
pub(crate) struct Content<'c> {
    /// Its first bytes, 16 or more where there are so many.
    pub(crate) start: &'c [u8],
    /// Digests all of it. Asked at most once for each algorithm.
    pub(crate) digest: &'c mut dyn FnMut(DigestAlgorithm) -> ContentDigest,
}

/// Keys made ready before. A key depends on nothing but its certificate and the scheme, so that where it comes from
/// changes no answer, only the time that it takes: a third of what checking a signature costs.
pub(crate) trait Keys {
    /// The key of this certificate, if it is there.
    fn ready(&mut self, certificate: &[u8], scheme: SignatureScheme) -> Option<Arc<Verifier>>;
}

/// No key is ready.
struct NoKeys;

impl Keys for NoKeys {
    fn ready(&mut self, _certificate: &[u8], _scheme: SignatureScheme) -> Option<Arc<Verifier>> {
        None
    }
}

/// Which certificate is the signer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignerCertificate<'a> {
    Found(CarriedCertificate<'a>),
    /// Named by the signer, but its key cannot be read; or none is named and one of those that are there is unreadable.
    Unreadable,
    Missing,
}

/// What is not supported, with the object identifier in dotted form or the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unsupported {
    /// MD5 or older: would be accepted nowhere.
    BrokenDigest(String),
    Digest(String),
    Signature(String),
    Key(String),
}

/// Everything that can be said of one signer from the signature object and the content alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignerFacts<'a> {
    pub(crate) certificate: SignerCertificate<'a>,
    pub(crate) unsupported: Option<Unsupported>,
    pub(crate) digest_algorithm: Option<DigestAlgorithm>,
    pub(crate) scheme: Option<SignatureScheme>,
    /// The content has the digest that was signed. Without signed attributes the signature says it: `Unknown` here.
    pub(crate) digest: Check,
    /// The signature was made with the key of the certificate, over the attributes or, without them, the content.
    pub(crate) signature: Check,
    pub(crate) sha1_collision: bool,
    /// What only exists when there are signed attributes.
    pub(crate) attributes: Option<AttributeFacts<'a>>,
    /// There are no signed attributes, and the content looks like some (attack C1).
    pub(crate) content_looks_like_attributes: bool,
    /// The digest of the SignerInfo is not the one of its signature algorithm, or CMSAlgorithmProtection says
    /// something else (RFC 6211).
    pub(crate) algorithms_conflict: bool,
}

/// What the signed attributes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttributeFacts<'a> {
    pub(crate) content_type: Option<&'a [u8]>,
    /// There is a contentType, it is the one of the SignedData, and there is a messageDigest (RFC 5652 §5.3).
    pub(crate) complete: bool,
    /// The first attribute type that stands there twice.
    pub(crate) repeated: Option<&'a [u8]>,
    /// The signature holds only over the attributes in DER, not as they were received.
    pub(crate) only_as_der: bool,
    /// Seconds since 1970, UTC.
    pub(crate) signing_time: Option<i64>,
    /// Whether the certificate that was found is the one that the signer meant.
    pub(crate) binding: CertificateBinding,
}

impl AttributeFacts<'_> {
    fn are_sound(&self) -> bool {
        self.complete && self.repeated.is_none() && self.binding != CertificateBinding::OtherCertificate
    }
}

impl<'a> SignerFacts<'a> {
    /// Content and signature are both right. Says nothing about who the signer is.
    pub(crate) fn verifies(&self) -> bool {
        self.signature == Check::Passed
            && self.attributes.as_ref().map_or(Check::Passed, |_| self.digest) == Check::Passed
            && self.attributes.as_ref().is_none_or(AttributeFacts::are_sound)
            && !self.content_looks_like_attributes
            && !self.algorithms_conflict
            && !self.sha1_collision
    }

    /// The certificate of the signer, where it was found.
    pub(crate) const fn certificate(&self) -> Option<&CarriedCertificate<'a>> {
        match &self.certificate {
            SignerCertificate::Found(certificate) => Some(certificate),
            _ => None,
        }
    }

    /// Seconds since 1970, UTC, as the signer states it.
    pub(crate) fn signing_time(&self) -> Option<i64> {
        self.attributes.as_ref().and_then(|facts| facts.signing_time)
    }
}

/// Checks every signer. `supplied` are certificates that the caller knows beside those that travel along.
pub(crate) fn verify<'a>(signed: &SignedData<'a>, supplied: &[&'a [u8]], content: Content<'_>) -> Vec<SignerFacts<'a>> {
    verify_with(&mut NoKeys, signed, supplied, content)
}

/// The same with keys that may be ready.
pub(crate) fn verify_with<'a>(
    keys: &mut dyn Keys,
    signed: &SignedData<'a>,
    supplied: &[&'a [u8]],
    mut content: Content<'_>,
) -> Vec<SignerFacts<'a>> {
    let mut known: SmallVec<[ContentDigest; 1]> = SmallVec::new();
    let mut digest = |algorithm| match known.iter().find(|one| one.digest.algorithm() == algorithm) {
        Some(one) => *one,
        None => {
            let one = (content.digest)(algorithm);
            known.push(one);
            one
        }
    };
    let start = std::mem::take(&mut content.start);
    signed.signers.iter().map(|signer| verify_signer(keys, signed, signer, supplied, start, &mut digest)).collect()
}

fn verify_signer<'a>(
    keys: &mut dyn Keys,
    signed: &SignedData<'a>,
    signer: &SignerInfo<'a>,
    supplied: &[&'a [u8]],
    start: &[u8],
    content: &mut dyn FnMut(DigestAlgorithm) -> ContentDigest,
) -> SignerFacts<'a> {
    let mut facts = SignerFacts {
        certificate: SignerCertificate::Missing,
        unsupported: None,
        digest_algorithm: DigestAlgorithm::from_oid(signer.digest_oid),
        scheme: None,
        digest: Check::Unknown,
        signature: Check::Unknown,
        sha1_collision: false,
        attributes: None,
        content_looks_like_attributes: false,
        algorithms_conflict: false,
    };
    if let Some(found) = &signer.signed_attributes {
        facts.attributes = Some(AttributeFacts {
            content_type: found.content_type,
            complete: found.content_type == Some(signed.content_type) && found.message_digest.is_some(),
            repeated: found.repeated,
            only_as_der: false,
            signing_time: found.signing_time,
            binding: CertificateBinding::Absent,
        });
        facts.algorithms_conflict = found.algorithms_conflict(&signer.digest_algorithm, &signer.signature_algorithm);
    } else {
        facts.content_looks_like_attributes = attributes::content_looks_like_attributes(start);
    }

    let Some(algorithm) = facts.digest_algorithm else {
        let name = oid::dotted(signer.digest_oid);
        let broken = oid::is_broken_digest(signer.digest_oid);
        facts.unsupported = Some(if broken { Unsupported::BrokenDigest(name) } else { Unsupported::Digest(name) });
        facts.certificate = find(signed, signer, supplied, 0).0;
        return facts;
    };
    let content = content(algorithm);
    facts.sha1_collision = content.collision;
    if let Some(wanted) = signer.signed_attributes.as_ref().and_then(|found| found.message_digest.as_deref()) {
        facts.digest = if *wanted == *content.digest.as_bytes() { Check::Passed } else { Check::Failed };
    }

    facts.scheme = SignatureScheme::from_cms(algorithm, &signer.signature_algorithm);
    let Some(scheme) = facts.scheme else {
        let name = oid::dotted(signer.signature_oid);
        let broken = oid::is_broken_digest(signer.signature_oid);
        facts.unsupported = Some(if broken { Unsupported::BrokenDigest(name) } else { Unsupported::Signature(name) });
        facts.certificate = find(signed, signer, supplied, 0).0;
        return facts;
    };
    facts.algorithms_conflict |= scheme.digest() != algorithm;

    let attempt = try_certificates(keys, signed, signer, supplied, scheme, &content.digest);
    facts.certificate = attempt.certificate;
    facts.unsupported = attempt.unsupported;
    facts.signature = attempt.signature;
    if let Some(attributes) = &mut facts.attributes {
        attributes.only_as_der = attempt.only_as_der;
        if let (Some(found), SignerCertificate::Found(certificate)) = (&signer.signed_attributes, attempt.certificate) {
            attributes.binding = found.binding(certificate.raw);
        }
    }
    facts
}

/// The outcome of the check with one certificate.
struct Attempt<'a> {
    certificate: SignerCertificate<'a>,
    unsupported: Option<Unsupported>,
    signature: Check,
    only_as_der: bool,
}

impl<'a> Attempt<'a> {
    const fn with(certificate: SignerCertificate<'a>) -> Self {
        Self { certificate, unsupported: None, signature: Check::Unknown, only_as_der: false }
    }
}

/// Certificates of one name that are tried, so that a heap of them costs little.
const MAX_ATTEMPTS: usize = 4;

/// Several certificates may bear the name that the signer gives: the one whose key signed is meant. Where none signed,
/// the first one is reported.
fn try_certificates<'a>(
    keys: &mut dyn Keys,
    signed: &SignedData<'a>,
    signer: &SignerInfo<'a>,
    supplied: &[&'a [u8]],
    scheme: SignatureScheme,
    content: &Digest,
) -> Attempt<'a> {
    let mut first = None;
    let mut from = 0;
    for _ in 0..MAX_ATTEMPTS {
        let (found, next) = find(signed, signer, supplied, from);
        let SignerCertificate::Found(certificate) = found else {
            return first.unwrap_or(Attempt::with(found));
        };
        let attempt = try_certificate(keys, signer, certificate, scheme, content);
        if attempt.signature == Check::Passed {
            return attempt;
        }
        first.get_or_insert(attempt);
        from = next;
    }
    first.unwrap_or(Attempt::with(SignerCertificate::Missing))
}

/// The first certificate that the signer names among those from number `from` on, and the number after it.
fn find<'a>(
    signed: &SignedData<'a>,
    signer: &SignerInfo<'a>,
    supplied: &[&'a [u8]],
    from: usize,
) -> (SignerCertificate<'a>, usize) {
    let mut otherwise = SignerCertificate::Missing;
    for (at, raw) in signed.certificates.iter().chain(supplied).enumerate().skip(from) {
        match CarriedCertificate::parse(raw) {
            Ok(certificate) if certificate.is_named_by(&signer.id) => {
                return (SignerCertificate::Found(certificate), at + 1);
            }
            Ok(_) => {}
            Err(_) => otherwise = SignerCertificate::Unreadable,
        }
    }
    (otherwise, usize::MAX)
}

fn try_certificate<'a>(
    keys: &mut dyn Keys,
    signer: &SignerInfo<'a>,
    certificate: CarriedCertificate<'a>,
    scheme: SignatureScheme,
    content: &Digest,
) -> Attempt<'a> {
    let mut attempt = Attempt::with(SignerCertificate::Found(certificate));
    let verifier = match keys.ready(certificate.raw, scheme) {
        Some(verifier) => verifier,
        None => {
            let Ok(key) = PublicKey::parse(certificate.public_key) else {
                return Attempt::with(SignerCertificate::Unreadable);
            };
            match Verifier::new(&key, scheme) {
                Ok(verifier) => Arc::new(verifier),
                Err(why) => {
                    attempt.unsupported = Some(Unsupported::Key(why.to_string()));
                    return attempt;
                }
            }
        }
    };
    let passes = |digest: &Digest| verifier.verify_digest(digest, &signer.signature);
    let over = |pieces: &[&[u8]]| {
        // A few hundred bytes, which are digested faster in one step.
        let mut whole = SmallVec::<[u8; 1024]>::new();
        pieces.iter().for_each(|piece| whole.extend_from_slice(piece));
        digest(scheme.digest(), &whole)
    };
    let passed = match &signer.signed_attributes {
        // Where the SignerInfo contradicts itself about the digest, this cannot hold.
        None => passes(content),
        Some(signed) => {
            signed.received().is_some_and(|pieces| passes(&over(&pieces))) || {
                attempt.only_as_der = signed.reencoded().is_ok_and(|der| passes(&over(&[&der])));
                attempt.only_as_der
            }
        }
    };
    attempt.signature = if passed { Check::Passed } else { Check::Failed };
    attempt
}

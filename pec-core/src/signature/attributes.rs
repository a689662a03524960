//! Signed attributes (RFC 5652 §5.3 and §11): what the signature really covers.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::view::{algorithm_oid, octet_string};
use super::{Error, oid};
use crate::asn1::{Asn1Error, Element, Reader, tag};
use crate::crypto::{DigestAlgorithm, SignatureScheme, digest};

/// The signed attributes of one signer, with the values that the checks need.
#[derive(Debug)]
pub(crate) struct SignedAttributes<'a> {
    /// The set as received, under its tag `[0]`.
    raw: Element<'a>,
    /// The type of the signed content, an object identifier.
    pub(crate) content_type: Option<&'a [u8]>,
    pub(crate) message_digest: Option<Cow<'a, [u8]>>,
    /// Seconds since 1970, UTC; also absent when it cannot be read. The signer states it, nothing proves it.
    pub(crate) signing_time: Option<i64>,
    /// The first attribute type that stands there more than once, or has more values than it may have.
    pub(crate) repeated: Option<&'a [u8]>,
    /// The content of CMSAlgorithmProtection (RFC 6211).
    algorithm_protection: Option<Element<'a>>,
    /// SigningCertificate and SigningCertificateV2 (RFC 5035).
    signing_certificate: Option<Element<'a>>,
    signing_certificate_v2: Option<Element<'a>>,
}

/// What the signed attributes say about the signer's certificate (RFC 5035).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CertificateBinding {
    /// No such attribute: the key alone was bound.
    Absent,
    /// The digest of the certificate is signed.
    Bound,
    /// The signer meant another certificate.
    OtherCertificate,
    /// The attribute is unreadable, or uses a digest that is not supported.
    Unknown,
}

impl<'a> SignedAttributes<'a> {
    pub(super) fn parse(set: &Element<'a>, limit: usize) -> Result<Self, Error> {
        let mut found = Self {
            raw: *set,
            content_type: None,
            message_digest: None,
            signing_time: None,
            repeated: None,
            algorithm_protection: None,
            signing_certificate: None,
            signing_certificate_v2: None,
        };
        let mut types: SmallVec<[&[u8]; 8]> = SmallVec::new();
        let mut members = set.children();
        while !members.is_empty() {
            if types.len() == limit {
                return Err(Error::Limit("signed attributes"));
            }
            let (kind, mut values) = attribute(&mut members)?;
            if types.contains(&kind) {
                found.repeated.get_or_insert(kind);
                // The first one counts, so that the other facts are about one and the same attribute.
                continue;
            }
            types.push(kind);
            found.take(kind, &mut values)?;
        }
        Ok(found)
    }

    fn take(&mut self, kind: &'a [u8], values: &mut Reader<'a>) -> Result<(), Asn1Error> {
        let known = [
            oid::CONTENT_TYPE,
            oid::MESSAGE_DIGEST,
            oid::SIGNING_TIME,
            oid::ALGORITHM_PROTECTION,
            oid::SIGNING_CERTIFICATE,
            oid::SIGNING_CERTIFICATE_V2,
        ];
        if !known.contains(&kind) || values.is_empty() {
            return Ok(());
        }
        let value = values.next()?;
        if !values.is_empty() {
            self.repeated.get_or_insert(kind);
        }
        match kind {
            oid::CONTENT_TYPE => self.content_type = Some(value.oid()?),
            oid::MESSAGE_DIGEST => self.message_digest = Some(octet_string(&value)?),
            oid::SIGNING_TIME => self.signing_time = value.time().ok(),
            oid::ALGORITHM_PROTECTION => self.algorithm_protection = Some(value),
            oid::SIGNING_CERTIFICATE => self.signing_certificate = Some(value),
            _ => self.signing_certificate_v2 = Some(value),
        }
        Ok(())
    }

    /// What was signed, as received: the set with the tag SET instead of `[0]` (§5.4), in two pieces. `None` for an
    /// indefinite length, which can never be what was signed.
    pub(super) fn received(&self) -> Option<[&'a [u8]; 2]> {
        match self.raw.raw {
            [_, 0x80, ..] => None,
            [_, rest @ ..] => Some([&[tag::SET], rest]),
            [] => None,
        }
    }

    /// What should have been signed: the same attributes in DER, sorted (§5.4). Some signers sign this and send
    /// something else.
    pub(super) fn reencoded(&self) -> Result<Vec<u8>, Asn1Error> {
        if self.raw.raw.len() > MAX_REENCODED {
            return Err(Asn1Error::Length);
        }
        to_der(&self.raw)
    }

    /// Whether the attribute CMSAlgorithmProtection contradicts the algorithms of the SignerInfo (RFC 6211 §2). Two
    /// spellings of one algorithm (`rsaEncryption` beside a digest, and the identifier that names both) agree.
    pub(super) fn algorithms_conflict(&self, digest: &Element<'a>, signature: &Element<'a>) -> bool {
        let Some(protection) = self.algorithm_protection else { return false };
        algorithms_agree(&protection, digest, signature) != Ok(true)
    }

    /// Whether the signer meant this certificate. When both attributes are there, both must agree.
    pub(super) fn binding(&self, certificate: &[u8]) -> CertificateBinding {
        let one = |attribute: Option<Element<'a>>, v2| match attribute {
            Some(value) => certificate_identifier(&value, v2, certificate).unwrap_or(CertificateBinding::Unknown),
            None => CertificateBinding::Absent,
        };
        match (one(self.signing_certificate, false), one(self.signing_certificate_v2, true)) {
            (CertificateBinding::OtherCertificate, _) | (_, CertificateBinding::OtherCertificate) => {
                CertificateBinding::OtherCertificate
            }
            (CertificateBinding::Bound, _) | (_, CertificateBinding::Bound) => CertificateBinding::Bound,
            (CertificateBinding::Unknown, _) | (_, CertificateBinding::Unknown) => CertificateBinding::Unknown,
            _ => CertificateBinding::Absent,
        }
    }
}

/// Reads over a set of attributes to see that it is one and not too long.
pub(super) fn count(set: &Element<'_>, limit: usize) -> Result<(), Error> {
    let mut members = set.children();
    for _ in 0..limit {
        if members.is_empty() {
            return Ok(());
        }
        attribute(&mut members)?;
    }
    if members.is_empty() { Ok(()) } else { Err(Error::Limit("unsigned attributes")) }
}

/// The type and the values of the next attribute.
pub(super) fn attribute<'a>(members: &mut Reader<'a>) -> Result<(&'a [u8], Reader<'a>), Asn1Error> {
    let mut fields = members.expect(tag::SEQUENCE)?.children();
    let kind = fields.expect(tag::OID)?.oid()?;
    let values = fields.expect(tag::SET)?.children();
    fields.finish()?;
    Ok((kind, values))
}

/// Whether content starts like a DER SET OF Attribute: with signed attributes dropped, the attributes of a genuine
/// signature can be passed off as content, and the signature still verifies (attack C1). No MIME header starts so.
pub(super) fn content_looks_like_attributes(start: &[u8]) -> bool {
    inside(start, tag::SET)
        .and_then(|set| inside(set, tag::SEQUENCE))
        .is_some_and(|rest| rest.first() == Some(&tag::OID))
}

/// What follows the header of an element of which only the start is there.
fn inside(start: &[u8], tag: u8) -> Option<&[u8]> {
    match start.strip_prefix(&[tag])? {
        [length, rest @ ..] if length & 0x80 == 0 => Some(rest),
        [length, rest @ ..] => rest.get(usize::from(length & 0x7f)..),
        [] => None,
    }
}

/// CMSAlgorithmProtection ::= SEQUENCE { digest, signature [1] } (RFC 6211 §2).
fn algorithms_agree(
    protection: &Element<'_>,
    digest: &Element<'_>,
    signature: &Element<'_>,
) -> Result<bool, Asn1Error> {
    if protection.tag != tag::SEQUENCE {
        return Err(Asn1Error::UnexpectedTag);
    }
    let mut fields = protection.children();
    let protected_digest = fields.expect(tag::SEQUENCE)?;
    let protected_signature = fields.expect(tag::context(1))?;
    fields.finish()?;
    if algorithm_oid(&protected_digest)? != algorithm_oid(digest)? {
        return Ok(false);
    }
    if protected_signature.content == signature.content {
        return Ok(true);
    }
    let Some(digest) = DigestAlgorithm::from_oid(algorithm_oid(digest)?) else { return Ok(false) };
    let scheme = SignatureScheme::from_cms(digest, signature);
    Ok(scheme.is_some() && scheme == SignatureScheme::from_cms(digest, &protected_signature))
}

/// The first ESSCertID or ESSCertIDv2 names the signer's certificate (RFC 5035 §5.4.1 and §5.4.2).
fn certificate_identifier(value: &Element<'_>, v2: bool, certificate: &[u8]) -> Result<CertificateBinding, Asn1Error> {
    let mut list = value.children().expect(tag::SEQUENCE)?.children();
    let mut fields = list.expect(tag::SEQUENCE)?.children();
    let algorithm = match (v2, fields.optional(tag::SEQUENCE)?) {
        (false, None) => Some(DigestAlgorithm::Sha1),
        (true, None) => Some(DigestAlgorithm::Sha256),
        (true, Some(identifier)) => DigestAlgorithm::from_oid(algorithm_oid(&identifier)?),
        (false, Some(_)) => return Err(Asn1Error::UnexpectedTag),
    };
    let hash = octet_string(&fields.next()?)?;
    Ok(match algorithm {
        None => CertificateBinding::Unknown,
        Some(algorithm) if digest(algorithm, certificate).as_bytes() == &*hash => CertificateBinding::Bound,
        Some(_) => CertificateBinding::OtherCertificate,
    })
}

/// Bytes of attributes that are encoded again, which needs many small pieces of memory. Real ones have below 2 KB.
const MAX_REENCODED: usize = 64 << 10;

/// Levels of nested elements inside one set of attributes. Real ones have up to eight.
const MAX_LEVELS: usize = 16;

/// A set of attributes in DER: definite minimal lengths, sets sorted, under the tag SET.
fn to_der(set: &Element<'_>) -> Result<Vec<u8>, Asn1Error> {
    struct Level<'a> {
        tag: u8,
        members: Reader<'a>,
        written: Vec<Vec<u8>>,
    }
    let mut levels = vec![Level { tag: tag::SET, members: set.children(), written: Vec::new() }];
    loop {
        let Some(level) = levels.last_mut() else { return Err(Asn1Error::Value) };
        if !level.members.is_empty() {
            let member = level.members.next()?;
            if member.tag & tag::CONSTRUCTED == 0 {
                level.written.push(encoded(member.tag, &[member.content]));
            } else if levels.len() == MAX_LEVELS {
                return Err(Asn1Error::TooDeep);
            } else {
                levels.push(Level { tag: member.tag, members: member.children(), written: Vec::new() });
            }
            continue;
        }
        let Some(mut done) = levels.pop() else { return Err(Asn1Error::Value) };
        if done.tag == tag::SET {
            // X.690 §11.6; no DER encoding is the start of another, so plain order is enough.
            done.written.sort_unstable();
        }
        let pieces: Vec<&[u8]> = done.written.iter().map(Vec::as_slice).collect();
        let whole = encoded(done.tag, &pieces);
        match levels.last_mut() {
            Some(outer) => outer.written.push(whole),
            None => return Ok(whole),
        }
    }
}

pub(super) fn encoded(tag: u8, pieces: &[&[u8]]) -> Vec<u8> {
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    let mut whole = Vec::with_capacity(length + 6);
    whole.push(tag);
    if length < 0x80 {
        whole.extend(u8::try_from(length));
    } else {
        let bytes = length.to_be_bytes();
        let significant = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(0)..];
        whole.extend(u8::try_from(significant.len()).map(|count| 0x80 | count));
        whole.extend_from_slice(significant);
    }
    for piece in pieces {
        whole.extend_from_slice(piece);
    }
    whole
}

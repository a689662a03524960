//! Online status answers given by the host (RFC 6960).

use super::{Context, Entry, Fact, Reason, Revocation};
use crate::asn1::{Asn1Error, Element, Reader, tag};
use crate::crypto::{self, DigestAlgorithm};
use crate::trust::certificate::{Certificate, purpose};
use crate::trust::distinguished_name::DistinguishedName;
use crate::trust::path;

/// id-pkix-ocsp-basic.
const BASIC: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
/// id-pkix-ocsp-archive-cutoff.
const ARCHIVE_CUTOFF: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 6];
/// Certificates in one answer that are looked at.
const MAX_CERTIFICATES: usize = 8;

/// A basic answer, read where it lies.
#[derive(Debug, Clone)]
pub(super) struct Answer<'e> {
    signed: &'e [u8],
    algorithm: Element<'e>,
    signature: &'e [u8],
    responder: Responder<'e>,
    produced: i64,
    responses: Element<'e>,
    certificates: Vec<Certificate<'e>>,
}

#[derive(Debug, Clone, Copy)]
enum Responder<'e> {
    Name(DistinguishedName<'e>),
    /// SHA-1 of the key.
    Key(&'e [u8]),
}

impl<'e> Answer<'e> {
    /// Reads an OCSPResponse that is successful and basic.
    pub(super) fn parse(der: &'e [u8]) -> Result<Self, Asn1Error> {
        let mut input = Reader::der(der);
        let mut outer = input.expect(tag::SEQUENCE)?.children();
        input.finish()?;
        if outer.expect(tag::ENUMERATED)?.small()? != 0 {
            return Err(Asn1Error::Value);
        }
        let mut bytes = outer.expect(tag::context(0))?.children().expect(tag::SEQUENCE)?.children();
        if bytes.expect(tag::OID)?.oid()? != BASIC {
            return Err(Asn1Error::Value);
        }
        let mut basic = Reader::der(bytes.expect(tag::OCTET_STRING)?.content).expect(tag::SEQUENCE)?.children();
        let tbs = basic.expect(tag::SEQUENCE)?;
        let algorithm = basic.expect(tag::SEQUENCE)?;
        let signature = basic.expect(tag::BIT_STRING)?.bit_string()?;
        let mut certificates = Vec::new();
        if let Some(explicit) = basic.optional(tag::context(0))? {
            let mut list = explicit.children().expect(tag::SEQUENCE)?.children();
            while !list.is_empty() && certificates.len() < MAX_CERTIFICATES {
                certificates.extend(Certificate::parse(list.next()?.raw));
            }
        }
        basic.finish()?;

        let mut fields = tbs.children();
        fields.optional(tag::context(0))?;
        let responder = fields.next()?;
        let inner = responder.children().next()?;
        let responder = match responder.tag {
            0xa1 => Responder::Name(DistinguishedName::parse(&inner)?),
            0xa2 if inner.tag == tag::OCTET_STRING => Responder::Key(inner.content),
            _ => return Err(Asn1Error::UnexpectedTag),
        };
        let produced = fields.next()?.time()?;
        let responses = fields.expect(tag::SEQUENCE)?;
        if let Some(explicit) = fields.optional(tag::context(1))? {
            let mut list = explicit.children().expect(tag::SEQUENCE)?.children();
            while !list.is_empty() {
                refuse_critical(&mut list)?;
            }
        }
        fields.finish()?;
        Ok(Self { signed: tbs.raw, algorithm, signature, responder, produced, responses, certificates })
    }

    /// Whether the answer comes from the issuer, or from a responder that the issuer itself has appointed (RFC 6960
    /// §4.2.2.2) and that needs no check or was not revoked.
    fn is_authentic(&self, context: &Context<'_, '_>, issuer: &Certificate<'_>) -> bool {
        let signed_by = |certificate: &Certificate<'_>| {
            self.responder.is(certificate)
                && path::verify_signed(&self.algorithm, self.signed, self.signature, certificate.spki).is_ok()
        };
        if signed_by(issuer) {
            return true;
        }
        self.certificates.iter().filter(|certificate| signed_by(certificate)).any(|responder| {
            responder.names_purpose(purpose::OCSP_SIGNING)
                && responder.extensions.unknown_critical.is_none()
                && responder.extensions.repeated.is_none()
                && (responder.not_before..=responder.not_after).contains(&self.produced)
                && responder.is_issued_by(issuer)
                && path::verify_signature(responder, issuer).is_ok()
                && (responder.extensions.ocsp_no_check || context.nested_status(responder) == Revocation::Good)
        })
    }

    /// What the answer says of a certificate, signatures aside.
    fn fact(&self, certificate: &Certificate<'_>, issuer: &Certificate<'_>) -> Result<Option<Fact>, Asn1Error> {
        let mut responses = self.responses.children();
        while !responses.is_empty() {
            let mut fields = responses.expect(tag::SEQUENCE)?.children();
            let about = is_about(&fields.expect(tag::SEQUENCE)?, certificate, issuer)?;
            let status = fields.next()?;
            let known = fields.next()?.time()?;
            let until = fields.optional(tag::context(0))?.map(|next| next.children().next()?.time()).transpose()?;
            let mut cutoff = None;
            if let Some(explicit) = fields.optional(tag::context(1))? {
                let mut list = explicit.children().expect(tag::SEQUENCE)?.children();
                while !list.is_empty() {
                    if let Some(time) = refuse_critical(&mut list)? {
                        cutoff = Some(time);
                    }
                }
            }
            if !about {
                continue;
            }
            let revoked = match status.tag {
                0x80 => None,
                0xa1 => {
                    let mut fields = status.children();
                    let when = fields.next()?.time()?;
                    let reason = match fields.optional(tag::context(0))? {
                        Some(reason) => Reason::from_number(reason.children().expect(tag::ENUMERATED)?.small()?),
                        None => Reason::Unspecified,
                    };
                    Some(Entry { when, reason, invalid_since: None })
                }
                // unknown, or something else: nothing is said.
                _ => continue,
            };
            let covers_ended = cutoff.is_some_and(|cutoff| cutoff <= certificate.not_after);
            return Ok(Some(Fact { known, until, covers_ended, revoked }));
        }
        Ok(None)
    }
}

/// The archive cutoff, if this extension is one; an unknown critical extension makes the answer unusable.
fn refuse_critical(list: &mut Reader<'_>) -> Result<Option<i64>, Asn1Error> {
    let mut fields = list.expect(tag::SEQUENCE)?.children();
    let oid = fields.expect(tag::OID)?.oid()?;
    let critical = fields.optional(tag::BOOLEAN)?.map_or(Ok(false), |flag| flag.boolean())?;
    let value = fields.expect(tag::OCTET_STRING)?.content;
    match oid {
        ARCHIVE_CUTOFF => Reader::der(value).next()?.time().map(Some),
        _ if critical => Err(Asn1Error::Value),
        _ => Ok(None),
    }
}

impl Responder<'_> {
    fn is(&self, certificate: &Certificate<'_>) -> bool {
        match self {
            Self::Name(name) => name.matches(&certificate.subject),
            Self::Key(hash) => key_hash(DigestAlgorithm::Sha1, certificate).is_some_and(|own| own.as_bytes() == *hash),
        }
    }
}

/// The digest of the key's bits, without SubjectPublicKeyInfo around them.
fn key_hash(algorithm: DigestAlgorithm, certificate: &Certificate<'_>) -> Option<crypto::Digest> {
    let mut fields = Reader::der(certificate.spki).next().ok()?.children();
    fields.next().ok()?;
    Some(crypto::digest(algorithm, fields.next().ok()?.bit_string().ok()?))
}

/// Whether a CertID names the certificate (RFC 6960 §4.1.1).
fn is_about(id: &Element<'_>, certificate: &Certificate<'_>, issuer: &Certificate<'_>) -> Result<bool, Asn1Error> {
    let mut fields = id.children();
    let algorithm = fields.expect(tag::SEQUENCE)?.children().expect(tag::OID)?.oid()?;
    let name = fields.expect(tag::OCTET_STRING)?.content;
    let key = fields.expect(tag::OCTET_STRING)?.content;
    let serial = fields.expect(tag::INTEGER)?.content;
    fields.finish()?;
    let Some(algorithm) = DigestAlgorithm::from_oid(algorithm) else { return Ok(false) };
    Ok(serial == certificate.serial
        && crypto::digest(algorithm, certificate.issuer_raw).as_bytes() == name
        && key_hash(algorithm, issuer).is_some_and(|own| own.as_bytes() == key))
}

/// What the answers say about one certificate of the path.
pub(super) fn facts(
    context: &Context<'_, '_>,
    certificate: &Certificate<'_>,
    issuer: &Certificate<'_>,
    facts: &mut Vec<Fact>,
) {
    for answer in &context.answers {
        if let Ok(Some(fact)) = answer.fact(certificate, issuer)
            && answer.is_authentic(context, issuer)
        {
            facts.push(fact);
        }
    }
}

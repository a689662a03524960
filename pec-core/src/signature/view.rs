//! ContentInfo and SignedData as slices of the input (RFC 5652 §3 and §5.1), BER or DER.
//!
//! Only the frame is read: a certificate is one slice whatever stands in it, so that an odd one that nobody needs
//! does not hide the signature. Bytes after the ContentInfo are ignored, as every other reader does; nothing in them
//! is ever used.

use std::borrow::Cow;

use super::attributes::{self, SignedAttributes};
use super::{Error, oid};
use crate::asn1::{Asn1Error, Element, Reader, tag};
use crate::limits::Limits;

/// One SignedData. `digestAlgorithms` and the version numbers are not kept: they are not protected, and every signer
/// repeats what matters.
#[derive(Debug)]
pub(crate) struct SignedData<'a> {
    /// `eContentType`, an object identifier.
    pub(crate) content_type: &'a [u8],
    /// What stands in `eContent`, when it is there: an OCTET STRING, in one piece or several.
    pub(crate) content: Option<Element<'a>>,
    /// The certificates that travel with the signature, each its whole encoding. Attribute certificates and other
    /// choices of CertificateSet (§10.2.2) are left out.
    pub(crate) certificates: Vec<&'a [u8]>,
    /// The CRLs that travel with the signature, each its whole encoding.
    pub(crate) crls: Vec<&'a [u8]>,
    pub(crate) signers: Vec<SignerInfo<'a>>,
}

/// One signer (§5.3).
#[derive(Debug)]
pub(crate) struct SignerInfo<'a> {
    pub(crate) id: SignerId<'a>,
    /// `digestAlgorithm`, an AlgorithmIdentifier; its object identifier has been read.
    pub(crate) digest_algorithm: Element<'a>,
    pub(crate) digest_oid: &'a [u8],
    pub(crate) signed_attributes: Option<SignedAttributes<'a>>,
    /// `signatureAlgorithm`, an AlgorithmIdentifier; its object identifier has been read.
    pub(crate) signature_algorithm: Element<'a>,
    pub(crate) signature_oid: &'a [u8],
    /// The signature value.
    pub(crate) signature: Cow<'a, [u8]>,
    pub(crate) unsigned_attributes: Option<Element<'a>>,
}

/// How a signer says which certificate is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignerId<'a> {
    /// The encoded Name, and the content of the INTEGER.
    IssuerAndSerial {
        issuer: &'a [u8],
        serial: &'a [u8],
    },
    SubjectKeyIdentifier(&'a [u8]),
}

impl<'a> SignedData<'a> {
    /// Reads a ContentInfo that holds a SignedData.
    ///
    /// # Errors
    /// When it is none, or when a limit of `limits` is passed.
    pub(crate) fn parse(input: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        if input.len() > limits.signature_bytes {
            return Err(Error::Limit("bytes of the signature"));
        }
        let mut info = Reader::ber(input).expect(tag::SEQUENCE)?.children();
        if info.expect(tag::OID)?.content != oid::SIGNED_DATA {
            return Err(Error::NotSignedData);
        }
        let mut explicit = info.expect(tag::context(0))?.children();
        let mut fields = explicit.expect(tag::SEQUENCE)?.children();

        fields.expect(tag::INTEGER)?;
        fields.expect(tag::SET)?;
        let (content_type, content) = encapsulated_content(&fields.expect(tag::SEQUENCE)?)?;
        let certificates = sequences(fields.optional(tag::context(0))?, limits, "certificates")?;
        let crls = sequences(fields.optional(tag::context(1))?, limits, "revocation lists")?;
        let mut infos = fields.expect(tag::SET)?.children();
        fields.finish()?;

        let mut signers = Vec::new();
        while !infos.is_empty() {
            if signers.len() == limits.signers {
                return Err(Error::Limit("signers"));
            }
            signers.push(SignerInfo::parse(&infos.expect(tag::SEQUENCE)?, limits)?);
        }
        Ok(Self { content_type, content, certificates, crls, signers })
    }

    /// The bytes of `eContent`, when it is there.
    ///
    /// # Errors
    /// When it is not an OCTET STRING (PKCS #7 allowed other types).
    pub(crate) fn content_octets(&self) -> Result<Option<Cow<'a, [u8]>>, Error> {
        Ok(self.content.as_ref().map(octet_string).transpose()?)
    }

    /// Whether the input starts like a ContentInfo with a SignedData, without reading further.
    pub(super) fn is_likely(input: &[u8]) -> bool {
        // The header of the outer element is 2 to 6 bytes long (4 GiB), the object identifier 11.
        let header = match input {
            [tag::SEQUENCE, 0x80, ..] => 2,
            [tag::SEQUENCE, length @ 0x81..=0x84, ..] => 2 + usize::from(length & 0x7f),
            [tag::SEQUENCE, ..] => 2,
            _ => return false,
        };
        input
            .get(header..)
            .and_then(|rest| rest.strip_prefix(&[tag::OID, 9]))
            .is_some_and(|rest| rest.starts_with(oid::SIGNED_DATA))
    }
}

impl<'a> SignerInfo<'a> {
    fn parse(element: &Element<'a>, limits: &Limits) -> Result<Self, Error> {
        let mut fields = element.children();
        fields.expect(tag::INTEGER)?;
        let id = SignerId::read(&mut fields)?;
        let digest_algorithm = fields.expect(tag::SEQUENCE)?;
        let signed_attributes = match fields.optional(tag::context(0))? {
            Some(set) => Some(SignedAttributes::parse(&set, limits.attributes)?),
            None => None,
        };
        let signature_algorithm = fields.expect(tag::SEQUENCE)?;
        let signature = octet_string(&fields.next()?)?;
        let unsigned_attributes = fields.optional(tag::context(1))?;
        fields.finish()?;
        if let Some(set) = unsigned_attributes {
            attributes::count(&set, limits.attributes)?;
        }
        Ok(Self {
            id,
            digest_algorithm,
            digest_oid: algorithm_oid(&digest_algorithm)?,
            signed_attributes,
            signature_algorithm,
            signature_oid: algorithm_oid(&signature_algorithm)?,
            signature,
            unsigned_attributes,
        })
    }
}

impl<'a> SignerId<'a> {
    fn read(fields: &mut Reader<'a>) -> Result<Self, Asn1Error> {
        const KEY_IDENTIFIER: u8 = tag::context_primitive(0);
        let element = fields.next()?;
        match element.tag {
            tag::SEQUENCE => {
                let mut parts = element.children();
                let issuer = parts.expect(tag::SEQUENCE)?.raw;
                let serial = parts.expect(tag::INTEGER)?.content;
                parts.finish()?;
                Ok(Self::IssuerAndSerial { issuer, serial })
            }
            KEY_IDENTIFIER => Ok(Self::SubjectKeyIdentifier(element.content)),
            _ => Err(Asn1Error::UnexpectedTag),
        }
    }
}

/// EncapsulatedContentInfo (§5.2).
fn encapsulated_content<'a>(element: &Element<'a>) -> Result<(&'a [u8], Option<Element<'a>>), Asn1Error> {
    let mut fields = element.children();
    let content_type = fields.expect(tag::OID)?.oid()?;
    let content = match fields.optional(tag::context(0))? {
        Some(explicit) => {
            let mut inside = explicit.children();
            let content = inside.next()?;
            inside.finish()?;
            Some(content)
        }
        None => None,
    };
    fields.finish()?;
    Ok((content_type, content))
}

/// The SEQUENCEs in a set of choices, whole and unread.
fn sequences<'a>(set: Option<Element<'a>>, limits: &Limits, what: &'static str) -> Result<Vec<&'a [u8]>, Error> {
    let mut found = Vec::new();
    let Some(set) = set else { return Ok(found) };
    let mut members = set.children();
    let mut count = 0;
    while !members.is_empty() {
        count += 1;
        if count > limits.certificates {
            return Err(Error::Limit(what));
        }
        let member = members.next()?;
        if member.tag == tag::SEQUENCE {
            found.push(member.raw);
        }
    }
    Ok(found)
}

/// The bytes of an OCTET STRING, which BER may have cut into pieces.
pub(super) fn octet_string<'a>(element: &Element<'a>) -> Result<Cow<'a, [u8]>, Asn1Error> {
    if element.tag & !tag::CONSTRUCTED == tag::OCTET_STRING { element.octets() } else { Err(Asn1Error::UnexpectedTag) }
}

/// The object identifier of an AlgorithmIdentifier.
pub(super) fn algorithm_oid<'a>(identifier: &Element<'a>) -> Result<&'a [u8], Asn1Error> {
    identifier.children().expect(tag::OID)?.oid()
}

//! The few fields of a certificate that show whether it is a signer's. The full view is made by `trust`.

use super::oid;
use super::view::SignerId;
use crate::asn1::{Asn1Error, Element, Reader, tag};

/// A certificate that travels with a signature: read just far enough, believed in nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CarriedCertificate<'a> {
    /// The whole encoding.
    pub(crate) raw: &'a [u8],
    /// The content of the INTEGER.
    pub(crate) serial: &'a [u8],
    /// The encoded Name.
    pub(crate) issuer: &'a [u8],
    /// The encoded Name.
    pub(crate) subject: &'a [u8],
    /// The encoded SubjectPublicKeyInfo.
    pub(crate) public_key: &'a [u8],
    extensions: Option<Element<'a>>,
}

/// Bytes of a certificate that is read. Real ones have below 4 KB; what is read may be copied and hashed repeatedly.
const MAX_BYTES: usize = 64 << 10;

impl<'a> CarriedCertificate<'a> {
    /// Reads TBSCertificate (RFC 5280 §4.1) up to the extensions.
    pub(crate) fn parse(raw: &'a [u8]) -> Result<Self, Asn1Error> {
        if raw.len() > MAX_BYTES {
            return Err(Asn1Error::Length);
        }
        let mut fields = Reader::ber(raw).expect(tag::SEQUENCE)?.children().expect(tag::SEQUENCE)?.children();
        fields.optional(tag::context(0))?;
        let serial = fields.expect(tag::INTEGER)?.content;
        fields.expect(tag::SEQUENCE)?;
        let issuer = fields.expect(tag::SEQUENCE)?.raw;
        fields.expect(tag::SEQUENCE)?;
        let subject = fields.expect(tag::SEQUENCE)?.raw;
        let public_key = fields.expect(tag::SEQUENCE)?.raw;
        fields.optional(tag::context_primitive(1))?;
        fields.optional(tag::context_primitive(2))?;
        let extensions = fields.optional(tag::context(3))?;
        Ok(Self { raw, serial, issuer, subject, public_key, extensions })
    }

    /// Whether the signer means this certificate (RFC 5652 §5.3).
    pub(super) fn is_named_by(&self, id: &SignerId<'_>) -> bool {
        match *id {
            SignerId::IssuerAndSerial { issuer, serial } => {
                trimmed(self.serial) == trimmed(serial)
                    && (self.issuer == issuer || names_agree(self.issuer, issuer).unwrap_or(false))
            }
            SignerId::SubjectKeyIdentifier(wanted) => self
                .extension(oid::SUBJECT_KEY_IDENTIFIER)
                .and_then(|(_, value)| Reader::der(value).expect(tag::OCTET_STRING).ok())
                .is_some_and(|identifier| identifier.content == wanted),
        }
    }

    /// The critical flag and the value of the extension, when it stands there exactly once.
    pub(super) fn extension(&self, wanted: &[u8]) -> Option<(bool, &'a [u8])> {
        let mut list = self.extensions?.children().expect(tag::SEQUENCE).ok()?.children();
        let mut found = None;
        while !list.is_empty() {
            let mut fields = list.expect(tag::SEQUENCE).ok()?.children();
            if fields.expect(tag::OID).ok()?.content != wanted {
                continue;
            }
            if found.is_some() {
                return None;
            }
            let critical = match fields.optional(tag::BOOLEAN).ok()? {
                Some(flag) => flag.boolean().ok()?,
                None => false,
            };
            found = Some((critical, fields.expect(tag::OCTET_STRING).ok()?.content));
        }
        found
    }

    /// Whether both are certificates of one provider, as far as the signature alone can tell: the same key, or the
    /// same subject name byte for byte.
    pub(super) fn is_same_owner(&self, other: &Self) -> bool {
        self.public_key == other.public_key || self.subject == other.subject
    }
}

fn trimmed(serial: &[u8]) -> &[u8] {
    match serial {
        [0, rest @ ..] if !rest.is_empty() => rest,
        other => other,
    }
}

/// Whether two Names are the same text in the same order, whatever the string types and ASCII case: some signers
/// re-encode the name of the issuer. Being found this way proves nothing; the signature still has to verify.
fn names_agree(one: &[u8], other: &[u8]) -> Result<bool, Asn1Error> {
    let mut sides =
        [Reader::ber(one).expect(tag::SEQUENCE)?.children(), Reader::ber(other).expect(tag::SEQUENCE)?.children()];
    while !sides[0].is_empty() && !sides[1].is_empty() {
        let [one, other] = &mut sides;
        let mut sets = [one.expect(tag::SET)?.children(), other.expect(tag::SET)?.children()];
        while !sets[0].is_empty() && !sets[1].is_empty() {
            let [one, other] = &mut sets;
            let [mut one, mut other] = [one.expect(tag::SEQUENCE)?.children(), other.expect(tag::SEQUENCE)?.children()];
            if one.expect(tag::OID)?.content != other.expect(tag::OID)?.content
                || !one.next()?.content.eq_ignore_ascii_case(other.next()?.content)
            {
                return Ok(false);
            }
        }
        if !sets.iter().all(Reader::is_empty) {
            return Ok(false);
        }
    }
    Ok(sides.iter().all(Reader::is_empty))
}

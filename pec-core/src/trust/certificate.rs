//! One X.509 certificate, read where it lies: every field is a slice of the DER bytes (RFC 5280 §4).
//!
//! Reading is strict where a doubt could change the judgement (versions, algorithm identifiers, repeated
//! extensions) and lazy where only path validation needs the inside (name constraints, policies).

use super::distinguished_name::{DistinguishedName, attribute};
use crate::asn1::{Asn1Error, Element, Reader, tag};

/// Object identifiers of extended key usages (RFC 5280 §4.2.1.12), content bytes only.
pub(crate) mod purpose {
    pub(crate) const CLIENT_AUTHENTICATION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
    pub(crate) const EMAIL_PROTECTION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 4];
    pub(crate) const OCSP_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 9];
    pub(crate) const ANY: &[u8] = &[0x55, 0x1d, 0x25, 0];
}

/// Bits of keyUsage (RFC 5280 §4.2.1.3).
pub(crate) mod usage {
    pub(crate) const DIGITAL_SIGNATURE: u16 = 0x8000;
    pub(crate) const KEY_CERT_SIGN: u16 = 0x0400;
    pub(crate) const CRL_SIGN: u16 = 0x0200;
}

/// id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1).
const OCSP_NO_CHECK: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 5];

/// Extensions of one certificate; real ones have below twenty.
const MAX_EXTENSIONS: usize = 64;

/// Whether this certificate may act as a certification authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BasicConstraints {
    pub(crate) ca: bool,
    /// CA certificates that may follow, self-issued ones not counted.
    pub(crate) path_length: Option<u32>,
}

/// policyConstraints (RFC 5280 §4.2.1.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PolicyConstraints {
    pub(crate) require_explicit: Option<u32>,
    pub(crate) inhibit_mapping: Option<u32>,
}

/// The extensions that path validation and the PEC profile know. Values are the elements inside the OCTET STRING.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extensions<'a> {
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) key_usage: Option<u16>,
    pub(crate) key_usage_critical: bool,
    pub(crate) extended_key_usage: Option<Element<'a>>,
    pub(crate) subject_alt_name: Option<Element<'a>>,
    pub(crate) name_constraints: Option<Element<'a>>,
    pub(crate) policies: Option<Element<'a>>,
    pub(crate) policy_mappings: Option<Element<'a>>,
    pub(crate) policy_constraints: PolicyConstraints,
    pub(crate) inhibit_any_policy: Option<u32>,
    pub(crate) authority_key_id: Option<&'a [u8]>,
    pub(crate) subject_key_id: Option<&'a [u8]>,
    pub(crate) crl_distribution_points: Option<Element<'a>>,
    pub(crate) ocsp_no_check: bool,
    /// The first critical extension that is not in this list: such a certificate must not be relied on.
    pub(crate) unknown_critical: Option<&'a [u8]>,
    /// The first extension that stands twice, against RFC 5280 §4.2.
    pub(crate) repeated: Option<&'a [u8]>,
}

/// A certificate that can be read. Nothing about it is proven.
#[derive(Debug, Clone)]
pub(crate) struct Certificate<'a> {
    /// The whole certificate.
    pub(crate) raw: &'a [u8],
    /// The signed part.
    pub(crate) tbs: &'a [u8],
    /// 0 for version 1.
    pub(crate) version: u32,
    /// Content bytes of the serial number, as encoded.
    pub(crate) serial: &'a [u8],
    pub(crate) issuer_raw: &'a [u8],
    pub(crate) issuer: DistinguishedName<'a>,
    /// Seconds since 1970, inclusive.
    pub(crate) not_before: i64,
    /// Seconds since 1970, inclusive.
    pub(crate) not_after: i64,
    pub(crate) subject_raw: &'a [u8],
    pub(crate) subject: DistinguishedName<'a>,
    /// SubjectPublicKeyInfo, whole.
    pub(crate) spki: &'a [u8],
    pub(crate) extensions: Extensions<'a>,
    pub(crate) signature_algorithm: Element<'a>,
    pub(crate) signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads one certificate that fills `der`.
    pub(crate) fn parse(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut input = Reader::der(der);
        let certificate = input.expect(tag::SEQUENCE)?;
        input.finish()?;
        let mut outer = certificate.children();
        let tbs = outer.expect(tag::SEQUENCE)?;
        let signature_algorithm = outer.expect(tag::SEQUENCE)?;
        let signature = outer.expect(tag::BIT_STRING)?.bit_string()?;
        outer.finish()?;

        let mut fields = tbs.children();
        let version = match fields.optional(tag::context(0))? {
            Some(explicit) => explicit.children().expect(tag::INTEGER)?.small()?,
            None => 0,
        };
        let serial = fields.expect(tag::INTEGER)?.content;
        // RFC 5280 §4.1.1.2: both must be the same; a difference is an algorithm substitution.
        if serial.is_empty() || version > 2 || fields.expect(tag::SEQUENCE)?.raw != signature_algorithm.raw {
            return Err(Asn1Error::Value);
        }
        let issuer = fields.expect(tag::SEQUENCE)?;
        let mut validity = fields.expect(tag::SEQUENCE)?.children();
        let (not_before, not_after) = (validity.next()?.time()?, validity.next()?.time()?);
        validity.finish()?;
        let subject = fields.expect(tag::SEQUENCE)?;
        let spki = fields.expect(tag::SEQUENCE)?.raw;
        fields.optional(tag::context_primitive(1))?;
        fields.optional(tag::context_primitive(2))?;
        let extensions = match fields.optional(tag::context(3))? {
            Some(explicit) if version == 2 => Extensions::parse(&explicit)?,
            Some(_) => return Err(Asn1Error::Value),
            None => Extensions::default(),
        };
        fields.finish()?;
        Ok(Self {
            raw: certificate.raw,
            tbs: tbs.raw,
            version,
            serial,
            issuer_raw: issuer.raw,
            issuer: DistinguishedName::parse(&issuer)?,
            not_before,
            not_after,
            subject_raw: subject.raw,
            subject: DistinguishedName::parse(&subject)?,
            spki,
            extensions,
            signature_algorithm,
            signature,
        })
    }

    /// SHA-256 of the whole certificate.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        super::sha256(self.raw)
    }

    /// SHA-256 of SubjectPublicKeyInfo: the same for every issue of one key.
    pub(crate) fn spki_sha256(&self) -> [u8; 32] {
        super::sha256(self.spki)
    }

    /// Subject and issuer are the same name (RFC 5280 §6.1). It may still be signed by another key.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.subject_raw == self.issuer_raw || self.subject.matches(&self.issuer)
    }

    pub(crate) fn is_issued_by(&self, issuer: &Self) -> bool {
        self.issuer_raw == issuer.subject_raw || self.issuer.matches(&issuer.subject)
    }

    /// Whether basicConstraints make it a CA.
    pub(crate) fn is_ca(&self) -> bool {
        self.extensions.basic_constraints.is_some_and(|constraints| constraints.ca)
    }

    /// Whether every bit of `bits` is allowed; a certificate without keyUsage allows everything.
    pub(crate) fn allows(&self, bits: u16) -> bool {
        self.extensions.key_usage.is_none_or(|usage| usage & bits == bits)
    }

    /// Whether extendedKeyUsage, if present, lists `purpose` or anyExtendedKeyUsage.
    pub(crate) fn serves(&self, purpose: &[u8]) -> bool {
        self.extensions
            .extended_key_usage
            .is_none_or(|list| oids(&list).any(|found| found == purpose || found == purpose::ANY))
    }

    /// Whether extendedKeyUsage lists `purpose` itself.
    pub(crate) fn names_purpose(&self, purpose: &[u8]) -> bool {
        self.extensions.extended_key_usage.is_some_and(|list| oids(&list).any(|found| found == purpose))
    }

    /// The rfc822Names of subjectAltName; names that are not ASCII text are left out.
    pub(crate) fn email_addresses(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let mut names = self.extensions.subject_alt_name.map_or(Reader::der(&[]), |names| names.children());
        std::iter::from_fn(move || names.next().ok())
            .filter(|name| name.tag == tag::context_primitive(1))
            .filter_map(|name| std::str::from_utf8(name.content).ok().filter(|text| text.is_ascii()))
    }

    /// The emailAddress attributes of the subject.
    pub(crate) fn subject_email_addresses(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.subject.attributes().filter(|(oid, _)| *oid == attribute::EMAIL_ADDRESS).map(|(_, value)| value.content)
    }

    /// Whether certificatePolicies list `policy`.
    pub(crate) fn lists_policy(&self, policy: &[u8]) -> bool {
        let mut policies = self.extensions.policies.map_or(Reader::der(&[]), |list| list.children());
        std::iter::from_fn(move || policies.next().ok()).any(|information| {
            information.children().next().is_ok_and(|oid| oid.tag == tag::OID && oid.content == policy)
        })
    }
}

/// The object identifiers of a SEQUENCE OF OBJECT IDENTIFIER.
fn oids<'a>(list: &Element<'a>) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let mut list = list.children();
    std::iter::from_fn(move || list.next().ok()?.oid().ok())
}

/// One extension before its value is understood.
struct Extension<'a> {
    oid: &'a [u8],
    critical: bool,
    /// The element inside the OCTET STRING.
    value: Element<'a>,
}

impl<'a> Extension<'a> {
    fn parse(list: &mut Reader<'a>) -> Result<Self, Asn1Error> {
        let mut fields = list.expect(tag::SEQUENCE)?.children();
        let oid = fields.expect(tag::OID)?.oid()?;
        let critical = fields.optional(tag::BOOLEAN)?.map_or(Ok(false), |flag| flag.boolean())?;
        let content = fields.expect(tag::OCTET_STRING)?.content;
        fields.finish()?;
        let mut inner = Reader::der(content);
        // A value that nobody here understands need not be DER.
        if !is_known(oid) {
            return Ok(Self { oid, critical, value: Reader::der(&[tag::NULL, 0]).next()? });
        }
        let value = inner.next()?;
        inner.finish()?;
        Ok(Self { oid, critical, value })
    }
}

const fn is_known(oid: &[u8]) -> bool {
    // issuerAltName (18) and freshestCRL (46) constrain no path: to know them is enough.
    matches!(oid, [0x55, 0x1d, 14 | 15 | 17 | 18 | 19 | 30..=33 | 35..=37 | 46 | 54] | OCSP_NO_CHECK)
}

impl<'a> Extensions<'a> {
    fn parse(explicit: &Element<'a>) -> Result<Self, Asn1Error> {
        let mut extensions = Self::default();
        let mut inner = explicit.children();
        let mut list = inner.expect(tag::SEQUENCE)?.children();
        inner.finish()?;
        let mut seen: [&[u8]; MAX_EXTENSIONS] = [&[]; MAX_EXTENSIONS];
        let mut count = 0;
        while !list.is_empty() {
            let extension = Extension::parse(&mut list)?;
            if seen[..count].contains(&extension.oid) {
                extensions.repeated.get_or_insert(extension.oid);
                continue;
            }
            *seen.get_mut(count).ok_or(Asn1Error::TooDeep)? = extension.oid;
            count += 1;
            extensions.read(&extension)?;
        }
        Ok(extensions)
    }

    fn read(&mut self, extension: &Extension<'a>) -> Result<(), Asn1Error> {
        let value = extension.value;
        let sequence = || if value.tag == tag::SEQUENCE { Ok(Some(value)) } else { Err(Asn1Error::UnexpectedTag) };
        match extension.oid {
            [0x55, 0x1d, 14] => self.subject_key_id = Some(octet_string(&value)?),
            [0x55, 0x1d, 15] => {
                self.key_usage = Some(bits(&value)?);
                self.key_usage_critical = extension.critical;
            }
            [0x55, 0x1d, 17] => self.subject_alt_name = sequence()?,
            [0x55, 0x1d, 19] => self.basic_constraints = Some(basic_constraints(&value)?),
            [0x55, 0x1d, 30] => self.name_constraints = sequence()?,
            [0x55, 0x1d, 31] => self.crl_distribution_points = sequence()?,
            [0x55, 0x1d, 32] => self.policies = sequence()?,
            [0x55, 0x1d, 33] => self.policy_mappings = sequence()?,
            [0x55, 0x1d, 35] => {
                sequence()?;
                self.authority_key_id = value.children().optional(tag::context_primitive(0))?.map(|id| id.content);
            }
            [0x55, 0x1d, 36] => self.policy_constraints = policy_constraints(&value)?,
            [0x55, 0x1d, 37] => {
                self.extended_key_usage = sequence()?;
                let mut list = value.children();
                while !list.is_empty() {
                    list.next()?.oid()?;
                }
            }
            [0x55, 0x1d, 54] => self.inhibit_any_policy = Some(skip_certificates(&value)?),
            OCSP_NO_CHECK => self.ocsp_no_check = true,
            oid if extension.critical && !is_known(oid) => {
                self.unknown_critical.get_or_insert(oid);
            }
            _ => {}
        }
        Ok(())
    }
}

fn octet_string<'a>(value: &Element<'a>) -> Result<&'a [u8], Asn1Error> {
    if value.tag == tag::OCTET_STRING { Ok(value.content) } else { Err(Asn1Error::UnexpectedTag) }
}

/// The first sixteen bits of a named bit list, the first bit highest.
pub(crate) fn bits(value: &Element<'_>) -> Result<u16, Asn1Error> {
    match value.content {
        [unused @ 0..=7, bytes @ ..] if value.tag & 0x1f == tag::BIT_STRING || value.tag & 0x80 != 0 => {
            let mask = if bytes.is_empty() { 0 } else { 0xffu8 << unused };
            let byte = |at: usize| {
                let byte = bytes.get(at).copied().unwrap_or(0);
                u16::from(if at + 1 == bytes.len() { byte & mask } else { byte })
            };
            Ok(byte(0) << 8 | byte(1))
        }
        _ => Err(Asn1Error::Value),
    }
}

fn basic_constraints(value: &Element<'_>) -> Result<BasicConstraints, Asn1Error> {
    if value.tag != tag::SEQUENCE {
        return Err(Asn1Error::UnexpectedTag);
    }
    let mut fields = value.children();
    let ca = fields.optional(tag::BOOLEAN)?.map_or(Ok(false), |flag| flag.boolean())?;
    let path_length = fields.optional(tag::INTEGER)?.map(|length| skip_certificates(&length)).transpose()?;
    fields.finish()?;
    Ok(BasicConstraints { ca, path_length })
}

fn policy_constraints(value: &Element<'_>) -> Result<PolicyConstraints, Asn1Error> {
    if value.tag != tag::SEQUENCE {
        return Err(Asn1Error::UnexpectedTag);
    }
    let mut fields = value.children();
    let mut number = |n| -> Result<Option<u32>, Asn1Error> {
        fields.optional(tag::context_primitive(n))?.map(|found| skip_certificates(&found)).transpose()
    };
    let constraints = PolicyConstraints { require_explicit: number(0)?, inhibit_mapping: number(1)? };
    fields.finish()?;
    Ok(constraints)
}

/// A count of certificates (`SkipCerts`, pathLenConstraint), possibly under an implicit tag; larger values than fit
/// mean the same as the largest.
fn skip_certificates(value: &Element<'_>) -> Result<u32, Asn1Error> {
    if value.tag != tag::INTEGER && value.tag & 0x80 == 0 {
        return Err(Asn1Error::UnexpectedTag);
    }
    match value.content {
        [] => Err(Asn1Error::Value),
        [first, ..] if first & 0x80 != 0 => Err(Asn1Error::Value),
        bytes if bytes.len() > 5 => Ok(u32::MAX),
        bytes => {
            let number = bytes.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
            Ok(u32::try_from(number).unwrap_or(u32::MAX))
        }
    }
}

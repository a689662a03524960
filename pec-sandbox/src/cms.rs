//! SignedData (RFC 5652) with full control: the encodings that real signers use, and the faults that attackers try.

use crate::authority::Authority;
use crate::certificate::Certificate;
use crate::key::{Digest, Key, Scheme};
use crate::timestamp::TimeStamper;
use crate::{Error, Moment, der};

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
/// id-data.
pub const DATA: &str = "1.2.840.113549.1.7.1";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
const CAPABILITIES: &str = "1.2.840.113549.1.9.15";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";
const TIME_STAMP_TOKEN: &str = "1.2.840.113549.1.9.16.2.14";
const ALGORITHM_PROTECTION: &str = "1.2.840.113549.1.9.52";

/// How lengths are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Definite lengths everywhere.
    Der,
    /// Indefinite lengths on the outer layers, as the signers of 2026 write.
    Ber,
}

/// Where the content stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Outside: `multipart/signed`.
    Detached,
    /// Inside: `application/pkcs7-mime`.
    Opaque,
    /// Outside, and something else stands inside all the same.
    DetachedBeside(Vec<u8>),
}

/// How a signer names its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignerId {
    /// Issuer and serial number (version 1).
    IssuerAndSerial,
    /// Subject key identifier (version 3).
    KeyId,
}

/// How the signature algorithm is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `rsaEncryption`: the hash comes from digestAlgorithm.
    KeyOnly,
    /// `sha256WithRSAEncryption` and its like.
    Full,
}

/// The algorithm-protection attribute (RFC 6211).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Absent.
    None,
    /// Present and true.
    True,
    /// Present, naming another digest.
    Wrong,
}

/// Something wrong with one signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The last byte of the signature value is flipped.
    BrokenSignature,
    /// messageDigest is that of something else; the attributes are signed properly.
    WrongDigest,
    /// No signed attributes; the signature is over the content.
    NoAttributes,
    /// contentType is missing.
    NoContentType,
    /// contentType names this other type.
    ContentType(&'static str),
    /// messageDigest is missing.
    NoMessageDigest,
    /// The attribute of this type stands twice, the second time with this value.
    Repeated(&'static str, Vec<u8>),
    /// messageDigest has two values in its set, the right one and zeros.
    TwoDigestValues,
    /// Attributes are stored in reverse order; the signature is over the sorted ones.
    StoredUnsorted,
    /// Attributes are stored in reverse order and signed so.
    SignedUnsorted,
    /// The digestAlgorithm field names this digest, the signature uses another.
    DigestField(Digest),
    /// This signature value in place of the right one.
    Signature(Vec<u8>),
    /// This signatureAlgorithm, complete, in place of the right one.
    Algorithm(Vec<u8>),
}

/// One signer.
#[derive(Debug, Clone)]
pub struct Signer {
    /// Private key.
    pub key: Key,
    /// Its certificate.
    pub certificate: Certificate,
    /// How the certificate is named.
    pub id: SignerId,
    /// Digest of the content.
    pub digest: Digest,
    /// Signature scheme.
    pub scheme: Scheme,
    /// Spelling of the signature algorithm.
    pub spelling: Spelling,
    /// signingTime, or none.
    pub signing_time: Option<Moment>,
    /// SMIMECapabilities.
    pub capabilities: bool,
    /// signingCertificateV2.
    pub signing_certificate: bool,
    /// CMSAlgorithmProtection.
    pub protection: Protection,
    /// A time-stamp token over the signature, by whom and when.
    pub time_stamp: Option<(TimeStamper, Moment)>,
    /// Further signed attributes, complete.
    pub more_attributes: Vec<Vec<u8>>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl Signer {
    /// A signer as providers are: issuer and serial, signing time, capabilities.
    #[must_use]
    pub fn new(key: &Key, certificate: &Certificate, digest: Digest, at: Moment) -> Self {
        Self {
            key: key.clone(),
            certificate: certificate.clone(),
            id: SignerId::IssuerAndSerial,
            digest,
            scheme: key.scheme(digest),
            spelling: if matches!(key.scheme(digest), Scheme::Pkcs1(_)) { Spelling::KeyOnly } else { Spelling::Full },
            signing_time: Some(at),
            capabilities: true,
            signing_certificate: false,
            protection: Protection::None,
            time_stamp: None,
            more_attributes: Vec::new(),
            faults: Vec::new(),
        }
    }

    fn has(&self, fault: &Fault) -> bool {
        self.faults.contains(fault)
    }

    fn algorithm(&self) -> Vec<u8> {
        let other = self.faults.iter().find_map(|f| if let Fault::Algorithm(a) = f { Some(a.clone()) } else { None });
        if let Some(algorithm) = other {
            return algorithm;
        }
        match self.spelling {
            Spelling::KeyOnly => der::sequence(&[der::oid("1.2.840.113549.1.1.1"), der::null()]),
            Spelling::Full => self.scheme.algorithm(),
        }
    }

    /// The signed attributes over `content`, each in DER, in the order in which they will be stored.
    #[must_use]
    pub fn attributes(&self, content: &[u8], content_type: &str) -> Vec<Vec<u8>> {
        let attribute = |oid: &str, value: Vec<u8>| der::sequence(&[der::oid(oid), der::set_of(&[value])]);
        let mut list = Vec::new();
        if !self.has(&Fault::NoContentType) {
            let wrong =
                self.faults.iter().find_map(|f| if let Fault::ContentType(oid) = f { Some(*oid) } else { None });
            list.push(attribute(CONTENT_TYPE, der::oid(wrong.unwrap_or(content_type))));
        }
        if let Some(at) = self.signing_time {
            list.push(attribute(SIGNING_TIME, at.der()));
        }
        if !self.has(&Fault::NoMessageDigest) {
            let other = self.has(&Fault::WrongDigest);
            let digest = self.digest.of(if other { b"something else" } else { content });
            if self.has(&Fault::TwoDigestValues) {
                let values = [der::octets(&digest), der::octets(&vec![0; digest.len()])];
                list.push(der::sequence(&[der::oid(MESSAGE_DIGEST), der::set_of(&values)]));
            } else {
                list.push(attribute(MESSAGE_DIGEST, der::octets(&digest)));
            }
        }
        if self.capabilities {
            let cipher = |oid: &str| der::sequence(&[der::oid(oid)]);
            let ciphers = [cipher("2.16.840.1.101.3.4.1.42"), cipher("1.2.840.113549.3.7")];
            list.push(attribute(CAPABILITIES, der::sequence(&ciphers)));
        }
        if self.signing_certificate {
            list.push(attribute(SIGNING_CERTIFICATE_V2, signing_certificate(&self.certificate)));
        }
        if self.protection != Protection::None {
            let digest = if self.protection == Protection::True { self.digest } else { Digest::Sha512 };
            let algorithm = der::retagged(0xA1, self.algorithm());
            list.push(attribute(ALGORITHM_PROTECTION, der::sequence(&[digest.algorithm(), algorithm])));
        }
        list.extend(self.more_attributes.iter().cloned());
        for fault in &self.faults {
            if let Fault::Repeated(oid, value) = fault {
                list.push(attribute(oid, value.clone()));
            }
        }
        list.sort();
        if self.has(&Fault::StoredUnsorted) || self.has(&Fault::SignedUnsorted) {
            list.reverse();
        }
        list
    }

    fn signer_info(&self, content: &[u8], content_type: &str) -> Result<Vec<u8>, Error> {
        let (version, id) = match self.id {
            SignerId::IssuerAndSerial => {
                (1, der::sequence(&[self.certificate.issuer.clone(), self.certificate.serial.clone()]))
            }
            SignerId::KeyId => (3, der::implicit(0, &self.certificate.key_id)),
        };
        let bare = self.has(&Fault::NoAttributes);
        let attributes = self.attributes(content, content_type);
        let mut signature = if bare {
            self.key.sign(self.scheme, content)?
        } else if self.has(&Fault::SignedUnsorted) {
            self.key.sign(self.scheme, &der::set_unsorted(&attributes))?
        } else {
            self.key.sign(self.scheme, &der::set_of(&attributes))?
        };
        let mut digest_field = self.digest;
        for fault in &self.faults {
            match fault {
                Fault::BrokenSignature => signature.iter_mut().rev().take(1).for_each(|b| *b ^= 1),
                Fault::Signature(value) => signature.clone_from(value),
                Fault::DigestField(digest) => digest_field = *digest,
                _ => {}
            }
        }
        let mut fields = vec![der::integer(version), id, digest_field.algorithm()];
        if !bare {
            fields.push(der::retagged(0xA0, der::set_unsorted(&attributes)));
        }
        fields.push(self.algorithm());
        fields.push(der::octets(&signature));
        if let Some((stamper, at)) = &self.time_stamp {
            let token = stamper.token(&signature, *at)?;
            let attribute = der::sequence(&[der::oid(TIME_STAMP_TOKEN), der::set_of(&[token])]);
            fields.push(der::retagged(0xA1, der::set_of(&[attribute])));
        }
        Ok(der::sequence(&fields))
    }
}

/// The signed attribute signingCertificateV2 that names this certificate.
pub(crate) fn signing_certificate_attribute(certificate: &Certificate) -> Vec<u8> {
    let value = der::set_of(&[signing_certificate(certificate)]);
    der::sequence(&[der::oid(SIGNING_CERTIFICATE_V2), value])
}

/// SigningCertificateV2 (RFC 5035) of one certificate, with the default hash SHA-256.
pub(crate) fn signing_certificate(certificate: &Certificate) -> Vec<u8> {
    let id = der::sequence(&[der::octets(&Digest::Sha256.of(&certificate.der))]);
    der::sequence(&[der::sequence(&[id])])
}

/// Everything that goes into one SignedData.
#[derive(Debug, Clone)]
pub struct SignedData {
    /// Lengths.
    pub encoding: Encoding,
    /// Where the content stands.
    pub content: Content,
    /// eContentType.
    pub content_type: &'static str,
    /// Signers: none, one, or more.
    pub signers: Vec<Signer>,
    /// Certificates that travel inside, DER.
    pub certificates: Vec<Vec<u8>>,
}

impl SignedData {
    /// A detached signature of one signer, with its certificate and that of its authority, as PEC signatures are.
    #[must_use]
    pub fn detached(signer: Signer, authority: &Authority) -> Self {
        let certificates = vec![signer.certificate.der.clone(), authority.certificate.der.clone()];
        Self {
            encoding: Encoding::Der,
            content: Content::Detached,
            content_type: DATA,
            signers: vec![signer],
            certificates,
        }
    }

    /// The ContentInfo over `content`.
    ///
    /// # Errors
    /// When a key and its scheme do not fit each other.
    pub fn build(&self, content: &[u8]) -> Result<Vec<u8>, Error> {
        let infos: Vec<_> = self
            .signers
            .iter()
            .map(|signer| signer.signer_info(content, self.content_type))
            .collect::<Result<_, _>>()?;
        let ber = self.encoding == Encoding::Ber;
        let wrap = |tag: u8, content: &[u8]| if ber { der::indefinite(tag, content) } else { der::tlv(tag, content) };

        let inside = match &self.content {
            Content::Detached => None,
            Content::Opaque => Some(content),
            Content::DetachedBeside(other) => Some(other.as_slice()),
        };
        let econtent = inside.map_or_else(Vec::new, |bytes| {
            // BER signers cut the content into pieces (X.690 §8.7.3).
            let pieces: Vec<_> = bytes.chunks(if ber { 1000 } else { usize::MAX }).map(der::octets).collect();
            let string = if ber { der::indefinite(0x24, &der::concat(&pieces)) } else { der::octets(bytes) };
            wrap(0xA0, &string)
        });
        let encapsulated = wrap(der::tag::SEQUENCE, &[der::oid(self.content_type), econtent].concat());

        let mut digests: Vec<_> = self.signers.iter().map(|s| s.digest.algorithm()).collect();
        digests.sort();
        digests.dedup();
        let by_key = self.signers.iter().any(|s| s.id == SignerId::KeyId) || self.content_type != DATA;
        let mut fields = vec![der::integer(if by_key { 3 } else { 1 }), der::set_of(&digests), encapsulated];
        if !self.certificates.is_empty() {
            fields.push(wrap(0xA0, &der::concat(&self.certificates)));
        }
        fields.push(der::set_of(&infos));
        let signed_data = wrap(der::tag::SEQUENCE, &der::concat(&fields));
        let content = wrap(0xA0, &signed_data);
        Ok(wrap(der::tag::SEQUENCE, &[der::oid(SIGNED_DATA), content].concat()))
    }
}

//! Time-stamp tokens (RFC 3161): somebody states that data existed before an instant.
//!
//! What a token proves depends wholly on whose certificate signed it. That is not decided here: the caller leads
//! [`TimeStamp::certificate`] to an anchor for time-stamping that the host has given (VERDICT §1 and §4), at the time
//! of the token.

use super::attributes::{self, CertificateBinding};
use super::certificate::CarriedCertificate;
use super::verify::{self, Check, Content, ContentDigest, SignerCertificate, SignerFacts};
use super::view::{SignedData, SignerInfo, algorithm_oid};
use super::{Error, oid};
use crate::asn1::{Asn1Error, Element, Reader, tag};
use crate::crypto::{self, Digest, DigestAlgorithm};
use crate::limits::Limits;

/// A token whose signature holds and whose imprint is the one of the data.
///
/// This proves that the owner of [`certificate`](Self::certificate)'s key stated that the data existed at
/// [`time`](Self::time). It does not prove that this owner is an authority for time, that the certificate was valid,
/// or that the statement is true.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeStamp<'a> {
    /// `genTime`, seconds since 1970, UTC; fractions of a second are cut off.
    pub time: i64,
    /// How far the clock may have been off, in seconds, rounded up; absent when the token does not say.
    pub accuracy: Option<u32>,
    /// The policy under which it was made, an object identifier in dotted form.
    pub policy: String,
    /// The token's number, big-endian, as encoded.
    pub serial: Vec<u8>,
    /// The digest by which the data are named. A weak one makes a weak proof: the caller decides.
    pub imprint_algorithm: DigestAlgorithm,
    /// The digest that was signed.
    pub signature_algorithm: DigestAlgorithm,
    /// The certificate of the signer, DER. It says that it is for time-stamping and for nothing else.
    pub certificate: &'a [u8],
    /// All certificates in the token, DER, for the search of a path; the signer's is among them.
    pub certificates: Vec<&'a [u8]>,
    /// The revocation lists in the token, DER.
    pub crls: Vec<&'a [u8]>,
}

/// Why a token proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeStampError {
    /// It is not a readable CMS SignedData.
    #[error(transparent)]
    Signature(#[from] Error),
    /// It is a signature, but not over a readable TSTInfo (RFC 3161 §2.4.2).
    #[error("not a time-stamp token")]
    NotToken,
    /// A token has exactly one signer (RFC 3161 §2.4.2).
    #[error("the token has {0} signers")]
    Signers(usize),
    /// Signed attributes are missing, incomplete, repeated, or contradict the algorithms (RFC 5652 §5.3).
    #[error("the signed attributes of the token are wrong")]
    SignedAttributes,
    /// An algorithm or a key that is not supported; the text says which.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The signer's certificate is not in the token.
    #[error("the certificate of the time-stamping authority is missing")]
    CertificateMissing,
    /// The signer's certificate is unreadable.
    #[error("the certificate of the time-stamping authority is unreadable")]
    CertificateUnreadable,
    /// The signed attribute that names the certificate is missing, or names another one (RFC 3161 §2.4.1, RFC 5816).
    #[error("the token is not bound to the certificate of its signer")]
    CertificateNotBound,
    /// The certificate does not say, critically, that it is for time-stamping and nothing else (RFC 3161 §2.3).
    #[error("the certificate is not one for time-stamping only")]
    CertificatePurpose,
    /// The token is about other data.
    #[error("the token is about other data")]
    Imprint,
    /// The token was changed after it was signed.
    #[error("the token was altered")]
    Altered,
}

/// Checks a token that stands alone over the data that it is about.
///
/// See [`TimeStamp`] for what this proves and what it does not.
///
/// # Errors
/// When the token is unreadable, was altered, is about other data, or its signer's certificate is missing or not one
/// for time-stamping.
///
/// # Limits
/// Size, certificates and attributes of the token as in `limits`.
pub fn verify<'a>(token: &'a [u8], data: &[u8], limits: &Limits) -> Result<TimeStamp<'a>, TimeStampError> {
    verify_imprint(token, |algorithm| crypto::digest(algorithm, data), limits)
}

/// The same for data of which the caller computes the digest.
///
/// # Errors
/// As [`verify`].
pub fn verify_imprint<'a>(
    token: &'a [u8],
    imprint: impl FnOnce(DigestAlgorithm) -> Digest,
    limits: &Limits,
) -> Result<TimeStamp<'a>, TimeStampError> {
    let signed = SignedData::parse(token, limits)?;
    if signed.content_type != oid::TST_INFO {
        return Err(TimeStampError::NotToken);
    }
    let content = signed.content_octets()?.ok_or(TimeStampError::NotToken)?;
    let info = TstInfo::parse(&content).map_err(|_| TimeStampError::NotToken)?;

    let digest = &mut |algorithm| ContentDigest::of(algorithm, &content);
    let signers = verify::verify(&signed, &[], Content { start: &content, digest });
    let [signer] = &signers[..] else { return Err(TimeStampError::Signers(signers.len())) };
    let (certificate, signature_algorithm) = judge(signer)?;

    let imprint_algorithm = DigestAlgorithm::from_oid(info.imprint_algorithm)
        .ok_or_else(|| TimeStampError::Unsupported(oid::dotted(info.imprint_algorithm)))?;
    if imprint(imprint_algorithm).as_bytes() != info.imprint {
        return Err(TimeStampError::Imprint);
    }
    Ok(TimeStamp {
        time: info.time,
        accuracy: info.accuracy,
        policy: oid::dotted(info.policy),
        serial: info.serial.to_vec(),
        imprint_algorithm,
        signature_algorithm,
        certificate: certificate.raw,
        certificates: signed.certificates,
        crls: signed.crls,
    })
}

/// The request for a token over `data` (RFC 3161 §2.4.1): by SHA-256, with the authority's certificate, without a nonce, which
/// nobody here would look for.
///
/// ```
/// let request = pec_core::signature::timestamp::request(b"pec-archive\n");
/// assert_eq!(request.len(), 59);
/// assert!(request.starts_with(&[0x30, 0x39, 0x02, 0x01, 0x01]));
/// assert_ne!(request, pec_core::signature::timestamp::request(b"another"));
/// ```
#[must_use]
pub fn request(data: &[u8]) -> Vec<u8> {
    const VERSION_AND_ALGORITHM: [u8; 24] = [
        0x30, 0x39, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
        0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
    ];
    const WITH_CERTIFICATE: [u8; 3] = [0x01, 0x01, 0xff];
    let digest = crypto::digest(DigestAlgorithm::Sha256, data);
    [&VERSION_AND_ALGORITHM[..], digest.as_bytes(), &WITH_CERTIFICATE].concat()
}

/// The token inside a TimeStampResp, the answer of an authority (RFC 3161 §2.4.2); not yet verified.
///
/// # Errors
/// When it is none, or holds no token because the authority refused.
pub fn token_of_response(response: &[u8]) -> Result<&[u8], TimeStampError> {
    let read = || {
        let mut fields = Reader::ber(response).expect(tag::SEQUENCE)?.children();
        fields.expect(tag::SEQUENCE)?;
        fields.expect(tag::SEQUENCE)
    };
    Ok(read().map_err(|_: Asn1Error| TimeStampError::NotToken)?.raw)
}

/// Tokens of one signature that are looked at. One is usual; anybody can add more, each costs a signature check.
const MAX_TOKENS: usize = 4;

/// The time-stamps over a signer's signature value (id-aa-timeStampToken, RFC 3161 Appendix A). They travel in
/// unsigned attributes: a bad one says nothing about the signature.
pub(crate) fn of_signer<'a>(signer: &SignerInfo<'a>, limits: &Limits) -> Vec<Result<TimeStamp<'a>, TimeStampError>> {
    let mut found = Vec::new();
    let Some(mut members) = signer.unsigned_attributes.map(|set| set.children()) else { return found };
    while let Ok((kind, mut values)) = attributes::attribute(&mut members) {
        while kind == oid::TIME_STAMP_TOKEN && found.len() < MAX_TOKENS {
            let Ok(token) = values.next() else { break };
            found.push(verify(token.raw, &signer.signature, limits));
        }
    }
    found
}

/// Everything about the signer except the imprint.
fn judge<'a>(signer: &SignerFacts<'a>) -> Result<(CarriedCertificate<'a>, DigestAlgorithm), TimeStampError> {
    use verify::Unsupported::{BrokenDigest, Digest, Key, Signature};
    let certificate = match signer.certificate {
        SignerCertificate::Found(certificate) => certificate,
        SignerCertificate::Missing => return Err(TimeStampError::CertificateMissing),
        SignerCertificate::Unreadable => return Err(TimeStampError::CertificateUnreadable),
    };
    if let Some(BrokenDigest(name) | Digest(name) | Key(name) | Signature(name)) = &signer.unsupported {
        return Err(TimeStampError::Unsupported(name.clone()));
    }
    if signer.digest != Check::Passed || signer.signature != Check::Passed || signer.sha1_collision {
        // Without signed attributes the digest is not known to be right, which falls here, too.
        return Err(if signer.attributes.is_none() {
            TimeStampError::SignedAttributes
        } else {
            TimeStampError::Altered
        });
    }
    match (&signer.attributes, signer.digest_algorithm) {
        (Some(attributes), Some(_)) if attributes.binding != CertificateBinding::Bound => {
            Err(TimeStampError::CertificateNotBound)
        }
        (Some(_), Some(_)) if !is_for_time_stamping_only(&certificate) => Err(TimeStampError::CertificatePurpose),
        (Some(_), Some(digest)) if signer.verifies() => Ok((certificate, digest)),
        _ => Err(TimeStampError::SignedAttributes),
    }
}

/// Whether the extended key usage is critical and names time-stamping alone (RFC 3161 §2.3).
fn is_for_time_stamping_only(certificate: &CarriedCertificate<'_>) -> bool {
    let Some((true, value)) = certificate.extension(oid::EXTENDED_KEY_USAGE) else { return false };
    let purpose = |value| {
        let mut list = Reader::der(value).expect(tag::SEQUENCE)?.children();
        let purpose = list.expect(tag::OID)?.content;
        list.finish().map(|()| purpose)
    };
    purpose(value) == Ok(oid::TIME_STAMPING)
}

/// What a token says (RFC 3161 §2.4.2).
struct TstInfo<'a> {
    policy: &'a [u8],
    imprint_algorithm: &'a [u8],
    imprint: &'a [u8],
    serial: &'a [u8],
    time: i64,
    accuracy: Option<u32>,
}

impl<'a> TstInfo<'a> {
    fn parse(content: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut reader = Reader::ber(content);
        let mut fields = reader.expect(tag::SEQUENCE)?.children();
        reader.finish()?;
        if fields.expect(tag::INTEGER)?.small()? != 1 {
            return Err(Asn1Error::Value);
        }
        let policy = fields.expect(tag::OID)?.oid()?;
        let mut imprint = fields.expect(tag::SEQUENCE)?.children();
        let imprint_algorithm = algorithm_oid(&imprint.expect(tag::SEQUENCE)?)?;
        let hashed = imprint.expect(tag::OCTET_STRING)?.content;
        imprint.finish()?;
        let serial = fields.expect(tag::INTEGER)?.content;
        let time = fields.expect(tag::GENERALIZED_TIME)?.time()?;
        let accuracy = fields.optional(tag::SEQUENCE)?.map(|field| seconds_of_accuracy(&field)).transpose()?;
        // ordering, nonce, name and extensions follow: nothing in them changes what is proven.
        Ok(Self { policy, imprint_algorithm, imprint: hashed, serial, time, accuracy })
    }
}

/// Accuracy ::= SEQUENCE { seconds, millis [0], micros [1] }, each optional.
fn seconds_of_accuracy(field: &Element<'_>) -> Result<u32, Asn1Error> {
    let mut parts = field.children();
    let seconds = parts.optional(tag::INTEGER)?.map_or(Ok(0), |seconds| seconds.small())?;
    let fraction = [0, 1].map(|n| parts.optional(tag::context_primitive(n)));
    parts.finish()?;
    let mut round_up = 0;
    for part in fraction {
        round_up |= u32::from(part?.is_some_and(|part| part.content.iter().any(|byte| *byte != 0)));
    }
    Ok(seconds.saturating_add(round_up))
}

#[cfg(test)]
mod tests;

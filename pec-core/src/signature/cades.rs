//! Signed attachments (`.p7m`): what is inside, and whether it is still what was signed.
//!
//! Decrees, contracts and invoices travel inside PEC as CAdES (ETSI EN 319 122-1): an opaque CMS SignedData around
//! the document, sometimes as base64 text, sometimes several around each other. This room takes them off.
//!
//! It checks integrity only, with the certificates found in the file itself. Whether a signer is who the certificate
//! says, whether the certificate was valid, whether the signature is a qualified one (eIDAS art. 25): none of that is
//! looked at, and nothing here may be shown as if it were. A forger can make a file that is perfectly [`Intact`].
//!
//! [`Intact`]: Integrity::Intact

use std::borrow::Cow;

use encodify::{base64, pem};

use super::Error;
use super::attributes::CertificateBinding;
use super::verify::{Check, Content, ContentDigest, SignerCertificate, SignerFacts, verify};
use super::view::SignedData;
use crate::crypto::DigestAlgorithm;
use crate::limits::Limits;

/// A signed file, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cades<'a> {
    /// The signatures around the document, the outermost first; at least one.
    pub layers: Vec<Layer>,
    /// The document inside all of them. Where `layers` tells of anything but [`Integrity::Intact`], it is not known
    /// to be the document that was signed.
    pub content: Cow<'a, [u8]>,
}

/// One SignedData around a document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layer {
    /// Everybody who signed, in the order of the file. May be empty: a wrapper that nobody signed.
    pub signers: Vec<Signer>,
}

/// Somebody who signed, as the file itself says. Not verified against anything outside the file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signer {
    /// Whether the document is the one that the key signed.
    pub integrity: Integrity,
    /// The certificate that the signer names, DER, when the file holds it.
    pub certificate: Option<Vec<u8>>,
    /// The subject of that certificate, an encoded Name. A claim.
    pub subject: Option<Vec<u8>>,
    /// Whether the signature names that certificate by its digest, as CAdES asks (ETSI EN 319 122-1 §5.2.2).
    pub names_certificate: bool,
    /// Seconds since 1970, UTC, as the signer states it. A claim.
    pub signing_time: Option<i64>,
    /// The digest over the document, when it is a supported one.
    pub digest_algorithm: Option<DigestAlgorithm>,
}

/// Whether the document is the one that was signed. Says nothing about who signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Integrity {
    /// Document and signature belong together, by the key of the certificate in the file.
    Intact,
    /// They do not: the document, the signature or its attributes were changed, or never fitted.
    Altered,
    /// The algorithm is not supported, or nobody should rely on it any more (MD5).
    Unsupported,
    /// The file does not hold a readable certificate of the signer.
    CertificateMissing,
}

impl Integrity {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::Altered => "altered",
            Self::Unsupported => "unsupported",
            Self::CertificateMissing => "certificate-missing",
        }
    }
}

/// Signatures around each other that are taken off. Two are common, four have been seen described.
const MAX_LAYERS: usize = 8;

/// Parallel signers and certificates of one attachment. A deed has more signers than a PEC message has.
const MAX_SIGNERS: usize = 64;
const MAX_CERTIFICATES: usize = 256;

/// Takes the signatures off a `.p7m`: DER or BER, as bytes, as base64 text or as PEM, also several around each other.
///
/// This proves at most that the document is the one that the key in the file signed. It does not prove who signed,
/// or when, or that the signature has any legal effect.
///
/// ```
/// use pec_core::limits::Limits;
/// use pec_core::signature::{Error, cades};
///
/// let file = b"%PDF-1.7 is not signed";
/// assert_eq!(cades::unwrap(file, &Limits::DEFAULT), Err(Error::NotSignedData));
/// ```
///
/// # Errors
/// [`Error::NotSignedData`] when it is no such file or holds no document (a detached `.p7s`), [`Error::Malformed`]
/// when it is damaged. An inner layer that cannot be opened is not an error: it is then the content.
///
/// # Limits
/// `decoded_bytes` and `attributes` of `limits`; 8 layers, 64 signers and 256 certificates a layer.
pub fn unwrap<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Cades<'a>, Error> {
    if bytes.len() > limits.decoded_bytes {
        return Err(Error::Limit("bytes of the attachment"));
    }
    let limits = Limits {
        signature_bytes: limits.decoded_bytes,
        signers: limits.signers.max(MAX_SIGNERS),
        certificates: limits.certificates.max(MAX_CERTIFICATES),
        ..*limits
    };
    let mut layers = Vec::new();
    let mut content = Cow::Borrowed(bytes);
    while let Some(object) = binary(&content) {
        if layers.len() == MAX_LAYERS {
            return Err(Error::Limit("signatures around each other"));
        }
        // What lies in the input stays borrowed; what was decoded or joined is owned from there on.
        let opened = match (object, &content) {
            (None, Cow::Borrowed(input)) => open(input, &limits),
            (None, Cow::Owned(input)) => open(input, &limits).map(owned),
            (Some(decoded), _) => open(&decoded, &limits).map(owned),
        };
        match opened {
            Ok((layer, inside)) => {
                layers.push(layer);
                content = inside;
            }
            Err(error) if layers.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    if layers.is_empty() { Err(Error::NotSignedData) } else { Ok(Cades { layers, content }) }
}

fn owned<'a>((layer, content): (Layer, Cow<'_, [u8]>)) -> (Layer, Cow<'a, [u8]>) {
    (layer, Cow::Owned(content.into_owned()))
}

/// The CMS object in the input: `Some(None)` when the input is it, `Some(Some(_))` when it had to be decoded from
/// text, `None` when there is none.
pub(crate) fn binary(input: &[u8]) -> Option<Option<Vec<u8>>> {
    if SignedData::is_likely(input) {
        return Some(None);
    }
    let text = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input).trim_ascii_start();
    let decoded = if text.starts_with(b"-----BEGIN ") {
        pem::STANDARD.decode(text).ok()?.contents
    } else {
        // Look at the first bytes before all of a large text is decoded.
        let start: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(32).collect();
        if !base64::LENIENT.decode(&start).is_ok_and(|start| SignedData::is_likely(&start)) {
            return None;
        }
        base64::LENIENT.decode(text).ok()?
    };
    SignedData::is_likely(&decoded).then_some(Some(decoded))
}

fn open<'a>(object: &'a [u8], limits: &Limits) -> Result<(Layer, Cow<'a, [u8]>), Error> {
    let signed = SignedData::parse(object, limits)?;
    let content = signed.content_octets()?.ok_or(Error::NotSignedData)?;
    let digest = &mut |algorithm| ContentDigest::of(algorithm, &content);
    let facts = verify(&signed, &[], Content { start: &content, digest });
    let signers = facts.iter().map(Signer::from_facts).collect();
    Ok((Layer { signers }, content))
}

impl Signer {
    fn from_facts(facts: &SignerFacts<'_>) -> Self {
        let certificate = facts.certificate();
        let integrity = match (&facts.certificate, &facts.unsupported) {
            _ if facts.verifies() => Integrity::Intact,
            _ if facts.digest == Check::Failed || facts.signature == Check::Failed => Integrity::Altered,
            (_, Some(_)) => Integrity::Unsupported,
            (SignerCertificate::Missing | SignerCertificate::Unreadable, None) => Integrity::CertificateMissing,
            (SignerCertificate::Found(_), None) => Integrity::Altered,
        };
        Self {
            integrity,
            certificate: certificate.map(|found| found.raw.to_vec()),
            subject: certificate.map(|found| found.subject.to_vec()),
            names_certificate: facts
                .attributes
                .as_ref()
                .is_some_and(|attributes| attributes.binding == CertificateBinding::Bound),
            signing_time: facts.signing_time(),
            digest_algorithm: facts.digest_algorithm,
        }
    }
}

#[cfg(test)]
mod tests;

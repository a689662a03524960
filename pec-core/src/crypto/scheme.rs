//! Signature algorithms as X.509 and CMS name them.

use super::DigestAlgorithm;
use crate::asn1::{Asn1Error, Element, tag};

/// How a signature was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SignatureScheme {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    RsaPkcs1(DigestAlgorithm),
    /// RSASSA-PSS (RFC 8017 §8.1); the salt length is in bytes.
    RsaPss { digest: DigestAlgorithm, mgf_digest: DigestAlgorithm, salt_len: u16 },
    /// ECDSA, the signature being a SEQUENCE of two integers (RFC 5480 Appendix A).
    Ecdsa(DigestAlgorithm),
}

const PKCS1: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
const ANSI_X962: [u8; 5] = [0x2a, 0x86, 0x48, 0xce, 0x3d];

impl SignatureScheme {
    /// The scheme of a certificate, CRL or OCSP response (RFC 3279 §2.2, RFC 4055, RFC 5758); `None` when the
    /// algorithm or its parameters are not understood.
    pub(crate) fn from_x509(algorithm_identifier: &Element<'_>) -> Option<Self> {
        Self::parse(algorithm_identifier, None).ok().flatten()
    }

    /// The scheme of a SignerInfo (RFC 3370 §3.2, RFC 5754 §3): an identifier that names only the kind of key
    /// (`rsaEncryption`) takes the digest from the field `digestAlgorithm`. One that names a digest keeps its own:
    /// compare [`Self::digest`] with the field.
    pub(crate) fn from_cms(digest: DigestAlgorithm, algorithm_identifier: &Element<'_>) -> Option<Self> {
        Self::parse(algorithm_identifier, Some(digest)).ok().flatten()
    }

    /// The digest that is signed.
    pub(crate) const fn digest(self) -> DigestAlgorithm {
        match self {
            Self::RsaPkcs1(digest) | Self::RsaPss { digest, .. } | Self::Ecdsa(digest) => digest,
        }
    }

    fn parse(identifier: &Element<'_>, cms: Option<DigestAlgorithm>) -> Result<Option<Self>, Asn1Error> {
        use DigestAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};

        let mut fields = identifier.children();
        let oid = fields.expect(tag::OID)?.oid()?;
        let parameters = if fields.is_empty() { None } else { Some(fields.next()?) };
        fields.finish()?;

        if let Some(rest) = oid.strip_prefix(&PKCS1) {
            if rest == [10] {
                return parameters.map_or(Ok(Some(Self::PSS_DEFAULT)), |found| pss(&found));
            }
            let digest = match rest {
                [1] => cms,
                [5] => Some(Sha1),
                [11] => Some(Sha256),
                [12] => Some(Sha384),
                [13] => Some(Sha512),
                [14] => Some(Sha224),
                _ => None,
            };
            return Ok(digest.filter(|_| null_or_absent(parameters.as_ref())).map(Self::RsaPkcs1));
        }
        let digest = match oid.strip_prefix(&ANSI_X962) {
            Some([2, 1]) => return Ok(cms.map(Self::Ecdsa)),
            Some([4, 1]) => Some(Sha1),
            Some([4, 3, 1]) => Some(Sha224),
            Some([4, 3, 2]) => Some(Sha256),
            Some([4, 3, 3]) => Some(Sha384),
            Some([4, 3, 4]) => Some(Sha512),
            _ => None,
        };
        Ok(digest.filter(|_| null_or_absent(parameters.as_ref())).map(Self::Ecdsa))
    }

    /// What stands for absent parameters (RFC 4055 §3.1).
    const PSS_DEFAULT: Self =
        Self::RsaPss { digest: DigestAlgorithm::Sha1, mgf_digest: DigestAlgorithm::Sha1, salt_len: 20 };
}

/// Both spellings of "no parameters" are on the wire.
pub(super) fn null_or_absent(parameters: Option<&Element<'_>>) -> bool {
    parameters.is_none_or(|found| found.tag == tag::NULL && found.content.is_empty())
}

/// RSASSA-PSS-params (RFC 4055 §3.1).
fn pss(parameters: &Element<'_>) -> Result<Option<SignatureScheme>, Asn1Error> {
    const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
    if parameters.tag != tag::SEQUENCE {
        return Err(Asn1Error::UnexpectedTag);
    }
    let mut fields = parameters.children();
    let [hash, mask, salt, trailer] = [0, 1, 2, 3].map(|n| fields.optional(tag::context(n)));
    fields.finish()?;

    let digest = match hash? {
        Some(field) => digest_identifier(&field)?,
        None => Some(DigestAlgorithm::Sha1),
    };
    let mgf_digest = match mask? {
        Some(field) => {
            let mut mask = field.children().expect(tag::SEQUENCE)?.children();
            if mask.expect(tag::OID)?.oid()? != MGF1 {
                return Ok(None);
            }
            digest_fields(&mask.expect(tag::SEQUENCE)?)?
        }
        None => Some(DigestAlgorithm::Sha1),
    };
    let salt_len = match salt? {
        Some(field) => field.children().expect(tag::INTEGER)?.small()?,
        None => 20,
    };
    let trailer = match trailer? {
        Some(field) => field.children().expect(tag::INTEGER)?.small()?,
        None => 1,
    };
    Ok(match (digest, mgf_digest, u16::try_from(salt_len)) {
        (Some(digest), Some(mgf_digest), Ok(salt_len)) if trailer == 1 => {
            Some(SignatureScheme::RsaPss { digest, mgf_digest, salt_len })
        }
        _ => None,
    })
}

fn digest_identifier(tagged: &Element<'_>) -> Result<Option<DigestAlgorithm>, Asn1Error> {
    digest_fields(&tagged.children().expect(tag::SEQUENCE)?)
}

fn digest_fields(identifier: &Element<'_>) -> Result<Option<DigestAlgorithm>, Asn1Error> {
    let mut fields = identifier.children();
    let oid = fields.expect(tag::OID)?.oid()?;
    let parameters = if fields.is_empty() { None } else { Some(fields.next()?) };
    fields.finish()?;
    Ok(DigestAlgorithm::from_oid(oid).filter(|_| null_or_absent(parameters.as_ref())))
}

//! Digests and public-key primitives: the only room that names a cryptographic library.
//!
//! `aws-lc-rs` does what it can. What it does not offer and PEC may still bring (SHA-224, RSA-1024 with SHA-384, PSS
//! with another salt length than the digest's) goes through the pure Rust crate `rsa`. Whether an algorithm is
//! *acceptable* is decided by `trust` and `verify`, never here.

mod scheme;
#[cfg(test)]
pub(crate) mod tests;

use std::fmt;

use aws_lc_rs::{digest as aws, signature as aws_signature};
use rsa::BoxedUint;

use crate::asn1::{Asn1Error, Element, Reader, tag};

pub(crate) use scheme::SignatureScheme;

/// The digest algorithms that are understood. MD5 and older are not among them (RFC 6151).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DigestAlgorithm {
    /// SHA-1, 20 bytes. Every PEC of the first decade uses it (RFC 6109 §2.2.2).
    Sha1,
    /// SHA-224, 28 bytes.
    Sha224,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl DigestAlgorithm {
    /// The algorithm with this object identifier (RFC 5754 §2), given without tag and length.
    pub(crate) const fn from_oid(oid: &[u8]) -> Option<Self> {
        Some(match oid {
            [0x2b, 0x0e, 0x03, 0x02, 0x1a] => Self::Sha1,
            [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last] => match last {
                1 => Self::Sha256,
                2 => Self::Sha384,
                3 => Self::Sha512,
                4 => Self::Sha224,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// The name on the wire: `sha1`, `sha224`, `sha256`, `sha384` or `sha512`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// The length of a digest in bytes.
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn aws(self) -> &'static aws::Algorithm {
        match self {
            Self::Sha1 => &aws::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha224 => &aws::SHA224,
            Self::Sha256 => &aws::SHA256,
            Self::Sha384 => &aws::SHA384,
            Self::Sha512 => &aws::SHA512,
        }
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A digest value, on the stack.
#[derive(Clone, Copy)]
pub struct Digest {
    algorithm: DigestAlgorithm,
    bytes: [u8; 64],
}

impl Digest {
    /// The value, as many bytes as the algorithm gives.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.algorithm.output_len()]
    }

    /// The algorithm that gave it.
    #[must_use]
    pub const fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    fn from_aws(algorithm: DigestAlgorithm, value: &aws::Digest) -> Self {
        let mut bytes = [0; 64];
        let value = value.as_ref();
        bytes[..value.len()].copy_from_slice(value);
        Self { algorithm, bytes }
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm && self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.algorithm)?;
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The digest of one slice.
pub(crate) fn digest(algorithm: DigestAlgorithm, data: &[u8]) -> Digest {
    Digest::from_aws(algorithm, &aws::digest(algorithm.aws(), data))
}

/// A digest that is fed piece by piece.
#[derive(Clone)]
pub(crate) struct Hasher {
    algorithm: DigestAlgorithm,
    context: aws::Context,
}

impl Hasher {
    pub(crate) fn new(algorithm: DigestAlgorithm) -> Self {
        Self { algorithm, context: aws::Context::new(algorithm.aws()) }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        self.context.update(data);
    }

    pub(crate) fn finish(self) -> Digest {
        Digest::from_aws(self.algorithm, &self.context.finish())
    }
}

/// SHA-1 that notices whether the data were made to collide with other data (VERDICT §3). Five times slower than
/// [`Hasher`]: for content that a sender chose, not for certificates.
#[derive(Clone)]
pub(crate) struct CollisionCheckedSha1(sha1_checked::Sha1);

impl CollisionCheckedSha1 {
    pub(crate) fn new() -> Self {
        // The plain value is wanted: it is compared with what was signed, and the collision is reported beside it.
        Self(sha1_checked::Sha1::builder().safe_hash(false).build())
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        sha1_checked::Digest::update(&mut self.0, data);
    }

    /// The plain SHA-1 value, and whether the data are one half of a known kind of collision.
    pub(crate) fn finish(self) -> (Digest, bool) {
        let result = self.0.try_finalize();
        let mut bytes = [0; 64];
        bytes[..20].copy_from_slice(result.hash());
        (Digest { algorithm: DigestAlgorithm::Sha1, bytes }, result.has_collision())
    }
}

/// The elliptic curves that are understood (RFC 5480 §2.1.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

/// What kind of key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// RSA with a modulus of so many bits.
    Rsa {
        bits: u32,
    },
    Ec(Curve),
    /// Anything else: no signature of it can be checked.
    Other,
}

/// A public key as a certificate carries it (RFC 5280 §4.1.2.7), not yet prepared for use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicKey<'a> {
    kind: KeyKind,
    /// RSAPublicKey or the encoded point.
    bits: &'a [u8],
    /// The key may be used for RSA-PSS only (RFC 4055 §1.2), perhaps with these parameters only.
    pss: Option<Option<SignatureScheme>>,
}

impl<'a> PublicKey<'a> {
    /// Reads a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// When it is not one, or when its RSA key is not an RSAPublicKey. A key of an unknown kind is no error.
    pub(crate) fn parse(spki_der: &'a [u8]) -> Result<Self, Asn1Error> {
        const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
        const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
        const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];

        let mut reader = Reader::der(spki_der);
        let mut info = reader.expect(tag::SEQUENCE)?.children();
        reader.finish()?;
        let identifier = info.expect(tag::SEQUENCE)?;
        let bits = info.expect(tag::BIT_STRING)?.bit_string()?;
        info.finish()?;

        let mut algorithm = identifier.children();
        let oid = algorithm.expect(tag::OID)?.oid()?;
        let parameters = if algorithm.is_empty() { None } else { Some(algorithm.next()?) };
        algorithm.finish()?;
        let mut pss = None;
        let kind = match oid {
            RSA if !scheme::null_or_absent(parameters.as_ref()) => return Err(Asn1Error::Value),
            RSA => KeyKind::Rsa { bits: modulus_bits(bits)? },
            RSA_PSS => {
                pss = Some(match parameters {
                    None => None,
                    Some(_) => Some(SignatureScheme::from_x509(&identifier).ok_or(Asn1Error::Value)?),
                });
                KeyKind::Rsa { bits: modulus_bits(bits)? }
            }
            EC => match parameters.filter(|curve| curve.tag == tag::OID).map(|curve| curve.content) {
                Some([0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]) => KeyKind::Ec(Curve::P256),
                Some([0x2b, 0x81, 0x04, 0x00, 0x22]) => KeyKind::Ec(Curve::P384),
                Some([0x2b, 0x81, 0x04, 0x00, 0x23]) => KeyKind::Ec(Curve::P521),
                _ => KeyKind::Other,
            },
            _ => KeyKind::Other,
        };
        Ok(Self { kind, bits, pss })
    }

    pub(crate) const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Whether the key's own parameters allow the scheme (RFC 4055 §3.3).
    fn allows(&self, scheme: SignatureScheme) -> bool {
        use SignatureScheme::RsaPss;
        match (self.pss, scheme) {
            (None, _) | (Some(None), RsaPss { .. }) => true,
            (Some(Some(RsaPss { digest, mgf_digest, salt_len: least })), RsaPss { salt_len, .. }) => {
                scheme == RsaPss { digest, mgf_digest, salt_len } && salt_len >= least
            }
            _ => false,
        }
    }
}

/// The two integers of an RSAPublicKey (RFC 8017 §A.1.1).
fn rsa_integers(key: &[u8]) -> Result<[&[u8]; 2], Asn1Error> {
    let mut reader = Reader::der(key);
    let mut integers = reader.expect(tag::SEQUENCE)?.children();
    reader.finish()?;
    let [modulus, exponent] = [integers.expect(tag::INTEGER)?, integers.expect(tag::INTEGER)?];
    integers.finish()?;
    Ok([modulus.unsigned()?, exponent.unsigned()?])
}

fn modulus_bits(key: &[u8]) -> Result<u32, Asn1Error> {
    let [modulus, _] = rsa_integers(key)?;
    let first = modulus.first().filter(|first| **first != 0).ok_or(Asn1Error::Value)?;
    let bits = u32::try_from(modulus.len()).ok().and_then(|bytes| bytes.checked_mul(8)).ok_or(Asn1Error::Value)?;
    Ok(bits - first.leading_zeros())
}

/// Why no signature can be checked with a key and a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsupported {
    #[error("the key is of a kind that is not supported")]
    KeyKind,
    #[error("the key is not of the kind that the signature algorithm needs")]
    KeyMismatch,
    #[error("the key has a size that is not supported")]
    KeySize,
    #[error("the key is not a valid one")]
    KeyInvalid,
    #[error("the parameters of the signature algorithm are not supported")]
    Parameters,
}

/// A key made ready to check signatures of one scheme. Owned, so that a cache can keep it.
#[derive(Debug, Clone)]
pub(crate) struct Verifier {
    digest: DigestAlgorithm,
    key: Key,
}

#[derive(Debug, Clone)]
enum Key {
    /// `digest` is the one that the library computes with; a shorter one is padded in front to its length.
    Aws {
        key: aws_signature::ParsedPublicKey,
        digest: DigestAlgorithm,
    },
    Rsa {
        key: rsa::RsaPublicKey,
        scheme: SignatureScheme,
    },
}

impl Verifier {
    /// # Errors
    /// When the key is unusable, of another kind than the scheme's, or one of the two is not supported.
    pub(crate) fn new(key: &PublicKey<'_>, scheme: SignatureScheme) -> Result<Self, Unsupported> {
        if !key.allows(scheme) {
            return Err(Unsupported::KeyMismatch);
        }
        let aws = |parameters, digest| {
            let key = aws_signature::ParsedPublicKey::new(parameters, key.bits).map_err(|_| Unsupported::KeyInvalid)?;
            Ok(Self { digest: scheme.digest(), key: Key::Aws { key, digest } })
        };
        match (key.kind, scheme) {
            (KeyKind::Other, _) => Err(Unsupported::KeyKind),
            (KeyKind::Rsa { bits }, SignatureScheme::RsaPkcs1(_) | SignatureScheme::RsaPss { .. }) => {
                if !(1024..=8192).contains(&bits) {
                    return Err(Unsupported::KeySize);
                }
                match aws_rsa(bits, scheme) {
                    Some(parameters) => aws(parameters, scheme.digest()),
                    None => Self::with_rsa(key, scheme),
                }
            }
            (KeyKind::Ec(curve), SignatureScheme::Ecdsa(digest)) => {
                let (parameters, digest) = aws_ecdsa(curve, digest);
                aws(parameters, digest)
            }
            _ => Err(Unsupported::KeyMismatch),
        }
    }

    fn with_rsa(key: &PublicKey<'_>, scheme: SignatureScheme) -> Result<Self, Unsupported> {
        if let SignatureScheme::RsaPss { digest, mgf_digest, .. } = scheme
            && digest != mgf_digest
        {
            return Err(Unsupported::Parameters);
        }
        let [modulus, exponent] = rsa_integers(key.bits).map_err(|_| Unsupported::KeyInvalid)?;
        let integer = |bytes| BoxedUint::from_be_slice_vartime(bytes);
        let key = rsa::RsaPublicKey::new(integer(modulus), integer(exponent)).map_err(|_| Unsupported::KeyInvalid)?;
        Ok(Self { digest: scheme.digest(), key: Key::Rsa { key, scheme } })
    }

    /// Whether `signature` is one of the key's owner over `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verify_digest(&digest(self.digest, message), signature)
    }

    /// The same for a message whose digest is known; never true for a digest of another algorithm than the scheme's.
    pub(crate) fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> bool {
        if digest.algorithm != self.digest {
            return false;
        }
        match &self.key {
            Key::Aws { key, digest: wide } => {
                let mut bytes = [0; 64];
                let padding = wide.output_len().saturating_sub(digest.as_bytes().len());
                bytes[padding..wide.output_len()].copy_from_slice(digest.as_bytes());
                aws::Digest::import_less_safe(&bytes[..wide.output_len()], wide.aws())
                    .is_ok_and(|digest| key.verify_digest_sig(&digest, signature).is_ok())
            }
            Key::Rsa { key, scheme } => verify_with_rsa(key, *scheme, digest, signature),
        }
    }
}

/// The parameters with which `aws-lc-rs` checks the scheme, where it can.
fn aws_rsa(bits: u32, scheme: SignatureScheme) -> Option<&'static aws_signature::RsaParameters> {
    use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
    match scheme {
        SignatureScheme::RsaPkcs1(digest) => match digest {
            Sha1 => Some(&aws_signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
            Sha256 => Some(&aws_signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
            Sha384 if bits >= 2048 => Some(&aws_signature::RSA_PKCS1_2048_8192_SHA384),
            Sha512 => Some(&aws_signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
            _ => None,
        },
        SignatureScheme::RsaPss { digest, mgf_digest, salt_len } => match digest {
            _ if bits < 2048 || mgf_digest != digest || usize::from(salt_len) != digest.output_len() => None,
            Sha256 => Some(&aws_signature::RSA_PSS_2048_8192_SHA256),
            Sha384 => Some(&aws_signature::RSA_PSS_2048_8192_SHA384),
            Sha512 => Some(&aws_signature::RSA_PSS_2048_8192_SHA512),
            _ => None,
        },
        SignatureScheme::Ecdsa(_) => None,
    }
}

/// The parameters with which `aws-lc-rs` checks ECDSA, and the digest to compute with. ECDSA takes the digest as a
/// number (FIPS 186-5 §6.4.1), so a digest shorter than the curve's order may be passed with zeroes in front.
fn aws_ecdsa(
    curve: Curve,
    digest: DigestAlgorithm,
) -> (&'static aws_signature::EcdsaVerificationAlgorithm, DigestAlgorithm) {
    use DigestAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};
    match (curve, digest) {
        (Curve::P256, Sha1) => (&aws_signature::ECDSA_P256_SHA1_ASN1, Sha1),
        (Curve::P256, Sha224 | Sha256) => (&aws_signature::ECDSA_P256_SHA256_ASN1, Sha256),
        (Curve::P256, Sha384) => (&aws_signature::ECDSA_P256_SHA384_ASN1, Sha384),
        (Curve::P256, Sha512) => (&aws_signature::ECDSA_P256_SHA512_ASN1, Sha512),
        (Curve::P384, Sha1 | Sha224 | Sha384) => (&aws_signature::ECDSA_P384_SHA384_ASN1, Sha384),
        (Curve::P384, Sha256) => (&aws_signature::ECDSA_P384_SHA256_ASN1, Sha256),
        (Curve::P384, Sha512) => (&aws_signature::ECDSA_P384_SHA512_ASN1, Sha512),
        (Curve::P521, Sha1) => (&aws_signature::ECDSA_P521_SHA1_ASN1, Sha1),
        (Curve::P521, Sha224) => (&aws_signature::ECDSA_P521_SHA224_ASN1, Sha224),
        (Curve::P521, Sha256) => (&aws_signature::ECDSA_P521_SHA256_ASN1, Sha256),
        (Curve::P521, Sha384) => (&aws_signature::ECDSA_P521_SHA384_ASN1, Sha384),
        (Curve::P521, Sha512) => (&aws_signature::ECDSA_P521_SHA512_ASN1, Sha512),
    }
}

fn verify_with_rsa(key: &rsa::RsaPublicKey, scheme: SignatureScheme, digest: &Digest, signature: &[u8]) -> bool {
    use rsa::pkcs1v15::Pkcs1v15Sign;
    use rsa::pss::Pss;
    use rsa::sha2::{Sha224, Sha256, Sha384, Sha512};
    use sha1::Sha1;

    let hashed = digest.as_bytes();
    match scheme {
        SignatureScheme::RsaPkcs1(algorithm) => {
            let padding = match algorithm {
                DigestAlgorithm::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
                DigestAlgorithm::Sha224 => Pkcs1v15Sign::new::<Sha224>(),
                DigestAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                DigestAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                DigestAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
            };
            key.verify(padding, hashed, signature).is_ok()
        }
        SignatureScheme::RsaPss { digest, salt_len, .. } => {
            let salt = usize::from(salt_len);
            match digest {
                DigestAlgorithm::Sha1 => key.verify(Pss::<Sha1>::new_with_salt(salt), hashed, signature),
                DigestAlgorithm::Sha224 => key.verify(Pss::<Sha224>::new_with_salt(salt), hashed, signature),
                DigestAlgorithm::Sha256 => key.verify(Pss::<Sha256>::new_with_salt(salt), hashed, signature),
                DigestAlgorithm::Sha384 => key.verify(Pss::<Sha384>::new_with_salt(salt), hashed, signature),
                DigestAlgorithm::Sha512 => key.verify(Pss::<Sha512>::new_with_salt(salt), hashed, signature),
            }
            .is_ok()
        }
        SignatureScheme::Ecdsa(_) => false,
    }
}

//! The library by default: aws-lc-rs, which contains C and assembly.

use aws_lc_rs::{digest as aws, signature as aws_signature};

use super::provider::Provider;
use super::{Curve, Digest, DigestAlgorithm, KeyKind, PublicKey, SignatureScheme, Unsupported};

/// aws-lc-rs.
#[derive(Debug)]
pub(crate) struct AwsLc;

/// `digest` is the one that the library computes with; a shorter one is padded in front to its length.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    key: aws_signature::ParsedPublicKey,
    digest: DigestAlgorithm,
}

impl Provider for AwsLc {
    type Context = aws::Context;
    type Key = Key;

    fn context(algorithm: DigestAlgorithm) -> aws::Context {
        aws::Context::new(named(algorithm))
    }

    fn update(context: &mut aws::Context, data: &[u8]) {
        context.update(data);
    }

    fn finish(algorithm: DigestAlgorithm, context: aws::Context) -> Digest {
        Digest::new(algorithm, context.finish().as_ref())
    }

    fn digest(algorithm: DigestAlgorithm, data: &[u8]) -> Digest {
        Digest::new(algorithm, aws::digest(named(algorithm), data).as_ref())
    }

    fn key(key: &PublicKey<'_>, scheme: SignatureScheme) -> Option<Result<Key, Unsupported>> {
        let parsed = |parameters, digest| {
            let key =
                aws_signature::ParsedPublicKey::new(parameters, key.bits()).map_err(|_| Unsupported::KeyInvalid)?;
            Ok(Key { key, digest })
        };
        match (key.kind(), scheme) {
            (KeyKind::Rsa { bits }, _) => Some(parsed(rsa(bits, scheme)?, scheme.digest())),
            (KeyKind::Ec(curve), SignatureScheme::Ecdsa(digest)) => {
                let (parameters, digest) = ecdsa(curve, digest);
                Some(parsed(parameters, digest))
            }
            _ => None,
        }
    }

    fn verify(Key { key, digest: wide }: &Key, digest: &Digest, signature: &[u8]) -> bool {
        let mut bytes = [0; 64];
        let padding = wide.output_len().saturating_sub(digest.as_bytes().len());
        bytes[padding..wide.output_len()].copy_from_slice(digest.as_bytes());
        aws::Digest::import_less_safe(&bytes[..wide.output_len()], named(*wide))
            .is_ok_and(|digest| key.verify_digest_sig(&digest, signature).is_ok())
    }
}

fn named(algorithm: DigestAlgorithm) -> &'static aws::Algorithm {
    match algorithm {
        DigestAlgorithm::Sha1 => &aws::SHA1_FOR_LEGACY_USE_ONLY,
        DigestAlgorithm::Sha224 => &aws::SHA224,
        DigestAlgorithm::Sha256 => &aws::SHA256,
        DigestAlgorithm::Sha384 => &aws::SHA384,
        DigestAlgorithm::Sha512 => &aws::SHA512,
    }
}

/// The parameters with which the scheme is checked, where it can.
fn rsa(bits: u32, scheme: SignatureScheme) -> Option<&'static aws_signature::RsaParameters> {
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

/// The parameters with which ECDSA is checked, and the digest to compute with. ECDSA takes the digest as a
/// number (FIPS 186-5 §6.4.1), so a digest shorter than the curve's order may be passed with zeroes in front.
fn ecdsa(
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

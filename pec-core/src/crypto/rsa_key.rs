//! RSA by the pure Rust crate `rsa`: what the chosen library does not offer and PEC may still bring (SHA-224, RSA-1024
//! with SHA-384, PSS with another salt length than the digest's); without aws-lc-rs, all of RSA.

use rsa::BoxedUint;

use super::public_key::rsa_integers;
use super::{Digest, DigestAlgorithm, PublicKey, SignatureScheme, Unsupported};

/// An RSA key made ready for one scheme.
#[derive(Debug, Clone)]
pub(crate) struct RsaKey {
    key: rsa::RsaPublicKey,
    scheme: SignatureScheme,
}

impl RsaKey {
    /// # Errors
    /// When the key is unusable, or the mask is made with another digest than the message's.
    pub(super) fn new(key: &PublicKey<'_>, scheme: SignatureScheme) -> Result<Self, Unsupported> {
        if let SignatureScheme::RsaPss { digest, mgf_digest, .. } = scheme
            && digest != mgf_digest
        {
            return Err(Unsupported::Parameters);
        }
        let [modulus, exponent] = rsa_integers(key.bits()).map_err(|_| Unsupported::KeyInvalid)?;
        let integer = |bytes| BoxedUint::from_be_slice_vartime(bytes);
        let key = rsa::RsaPublicKey::new(integer(modulus), integer(exponent)).map_err(|_| Unsupported::KeyInvalid)?;
        Ok(Self { key, scheme })
    }

    pub(super) fn verify(&self, digest: &Digest, signature: &[u8]) -> bool {
        use rsa::pkcs1v15::Pkcs1v15Sign;
        use rsa::pss::Pss;
        use rsa::sha2::{Sha224, Sha256, Sha384, Sha512};
        use sha1::Sha1;

        let (key, hashed) = (&self.key, digest.as_bytes());
        match self.scheme {
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
}

//! The library without C: the crates of RustCrypto. RSA is checked by [`super::rsa_key`] altogether.

use ecdsa::signature::hazmat::PrehashVerifier;
use sha1::Sha1;
use sha2::digest::FixedOutput;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};

use super::provider::Provider;
use super::{Curve, Digest, DigestAlgorithm, KeyKind, PublicKey, SignatureScheme, Unsupported};

/// `sha1`, `sha2`, `p256`, `p384` and `p521`.
#[derive(Debug)]
pub(crate) struct RustCrypto;

/// The state of one of the digests.
#[derive(Clone)]
pub(crate) enum Context {
    Sha1(Sha1),
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

/// A point of one of the curves.
#[derive(Debug, Clone)]
pub(crate) enum Key {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
}

impl Provider for RustCrypto {
    type Context = Context;
    type Key = Key;

    fn context(algorithm: DigestAlgorithm) -> Context {
        match algorithm {
            DigestAlgorithm::Sha1 => Context::Sha1(Sha1::new()),
            DigestAlgorithm::Sha224 => Context::Sha224(Sha224::new()),
            DigestAlgorithm::Sha256 => Context::Sha256(Sha256::new()),
            DigestAlgorithm::Sha384 => Context::Sha384(Sha384::new()),
            DigestAlgorithm::Sha512 => Context::Sha512(Sha512::new()),
        }
    }

    fn update(context: &mut Context, data: &[u8]) {
        match context {
            Context::Sha1(state) => state.update(data),
            Context::Sha224(state) => state.update(data),
            Context::Sha256(state) => state.update(data),
            Context::Sha384(state) => state.update(data),
            Context::Sha512(state) => state.update(data),
        }
    }

    fn finish(algorithm: DigestAlgorithm, context: Context) -> Digest {
        match context {
            Context::Sha1(state) => Digest::new(algorithm, &state.finalize_fixed()),
            Context::Sha224(state) => Digest::new(algorithm, &state.finalize_fixed()),
            Context::Sha256(state) => Digest::new(algorithm, &state.finalize_fixed()),
            Context::Sha384(state) => Digest::new(algorithm, &state.finalize_fixed()),
            Context::Sha512(state) => Digest::new(algorithm, &state.finalize_fixed()),
        }
    }

    fn digest(algorithm: DigestAlgorithm, data: &[u8]) -> Digest {
        let mut context = Self::context(algorithm);
        Self::update(&mut context, data);
        Self::finish(algorithm, context)
    }

    fn key(key: &PublicKey<'_>, _: SignatureScheme) -> Option<Result<Key, Unsupported>> {
        let KeyKind::Ec(curve) = key.kind() else { return None };
        let point = key.bits();
        let key = match curve {
            Curve::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Key::P256),
            Curve::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Key::P384),
            Curve::P521 => p521::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Key::P521),
        };
        Some(key.map_err(|_| Unsupported::KeyInvalid))
    }

    fn verify(key: &Key, digest: &Digest, signature: &[u8]) -> bool {
        // A digest longer than the order of the curve is cut, a shorter one is a smaller number (FIPS 186-5 §6.4.1).
        let hashed = digest.as_bytes();
        match key {
            Key::P256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(hashed, &signature).is_ok()),
            Key::P384(key) => p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(hashed, &signature).is_ok()),
            Key::P521(key) => p521::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(hashed, &signature).is_ok()),
        }
    }
}

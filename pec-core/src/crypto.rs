//! Digests and public-key primitives: the only room that names a cryptographic library.
//!
//! ```text
//! provider      what is asked of a library, and which one is asked
//!   aws_lc        aws-lc-rs: the default, the fastest, contains C
//!   rust_crypto   the crates of RustCrypto: no C compiler is needed
//! rsa_key       what no library does
//! public_key, scheme   what certificates and signatures name
//! ```
//!
//! Whether an algorithm is *acceptable* is decided by `trust` and `verify`, never here.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
mod provider;
mod public_key;
mod rsa_key;
// Beside aws-lc-rs only the tests use it, which compare the two.
#[cfg(any(test, all(feature = "rust-crypto", not(feature = "aws-lc-rs"))))]
mod rust_crypto;
mod scheme;
#[cfg(test)]
pub(crate) mod tests;

use std::fmt;

use provider::{Chosen, Provider};
use rsa_key::RsaKey;

pub(crate) use public_key::{Curve, KeyKind, PublicKey};
pub(crate) use scheme::SignatureScheme;

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
compile_error!("pec-core needs a cryptographic library: its feature `aws-lc-rs` (on by default) or `rust-crypto`");

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

    /// `value` has the length of the algorithm.
    fn new(algorithm: DigestAlgorithm, value: &[u8]) -> Self {
        let mut bytes = [0; 64];
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
    Chosen::digest(algorithm, data)
}

/// A digest that is fed piece by piece.
#[derive(Clone)]
pub(crate) struct Hasher {
    algorithm: DigestAlgorithm,
    context: <Chosen as Provider>::Context,
}

impl Hasher {
    pub(crate) fn new(algorithm: DigestAlgorithm) -> Self {
        Self { algorithm, context: Chosen::context(algorithm) }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        Chosen::update(&mut self.context, data);
    }

    pub(crate) fn finish(self) -> Digest {
        Chosen::finish(self.algorithm, self.context)
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
        (Digest::new(DigestAlgorithm::Sha1, result.hash()), result.has_collision())
    }
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
pub(crate) type Verifier = VerifierBy<Chosen>;

/// A [`Verifier`] that asks the library `P`.
#[derive(Debug, Clone)]
pub(crate) struct VerifierBy<P: Provider> {
    digest: DigestAlgorithm,
    key: Key<P::Key>,
}

#[derive(Debug, Clone)]
enum Key<K> {
    Library(K),
    Rsa(RsaKey),
}

impl<P: Provider> VerifierBy<P> {
    /// # Errors
    /// When the key is unusable, of another kind than the scheme's, or one of the two is not supported.
    pub(crate) fn new(key: &PublicKey<'_>, scheme: SignatureScheme) -> Result<Self, Unsupported> {
        if !key.allows(scheme) {
            return Err(Unsupported::KeyMismatch);
        }
        match (key.kind(), scheme) {
            (KeyKind::Other, _) => return Err(Unsupported::KeyKind),
            (KeyKind::Rsa { bits }, SignatureScheme::RsaPkcs1(_) | SignatureScheme::RsaPss { .. }) => {
                if !(1024..=8192).contains(&bits) {
                    return Err(Unsupported::KeySize);
                }
            }
            (KeyKind::Ec(curve), SignatureScheme::Ecdsa(_)) => {
                if !key.is_plain_point(curve) {
                    return Err(Unsupported::KeyInvalid);
                }
            }
            _ => return Err(Unsupported::KeyMismatch),
        }
        let key = match P::key(key, scheme) {
            Some(ready) => Key::Library(ready?),
            None => Key::Rsa(RsaKey::new(key, scheme)?),
        };
        Ok(Self { digest: scheme.digest(), key })
    }

    /// Whether `signature` is one of the key's owner over `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verify_digest(&P::digest(self.digest, message), signature)
    }

    /// The same for a message whose digest is known; never true for a digest of another algorithm than the scheme's.
    pub(crate) fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> bool {
        digest.algorithm == self.digest
            && match &self.key {
                Key::Library(key) => P::verify(key, digest, signature),
                Key::Rsa(key) => key.verify(digest, signature),
            }
    }
}

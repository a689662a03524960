//! What is asked of a cryptographic library, and which one is asked.
//!
//! Nothing secret passes here: digests of messages, and signatures checked with public keys. Whether a library runs in
//! constant time is therefore of no concern, and neither is its source of randomness.

use super::{Digest, DigestAlgorithm, PublicKey, SignatureScheme, Unsupported};

/// The library of this build: aws-lc-rs where both features are on.
#[cfg(feature = "aws-lc-rs")]
pub(crate) type Chosen = super::aws_lc::AwsLc;
/// The library of this build.
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
pub(crate) type Chosen = super::rust_crypto::RustCrypto;

/// A cryptographic library.
pub(crate) trait Provider {
    /// A digest that is fed piece by piece.
    type Context: Clone;
    /// A key made ready for one scheme.
    type Key: Clone + std::fmt::Debug;

    fn context(algorithm: DigestAlgorithm) -> Self::Context;

    fn update(context: &mut Self::Context, data: &[u8]);

    /// `algorithm` is the one that the context was made for.
    fn finish(algorithm: DigestAlgorithm, context: Self::Context) -> Digest;

    fn digest(algorithm: DigestAlgorithm, data: &[u8]) -> Digest;

    /// `None` for what the library leaves to [`super::rsa_key`]. The key is of the kind that the scheme needs, an RSA key
    /// has 1024 to 8192 bits, and a point has the form and length of the curve's.
    fn key(key: &PublicKey<'_>, scheme: SignatureScheme) -> Option<Result<Self::Key, Unsupported>>;

    /// `digest` is of the scheme's algorithm.
    fn verify(key: &Self::Key, digest: &Digest, signature: &[u8]) -> bool;
}

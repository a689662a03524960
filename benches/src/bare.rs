//! The floor: what the cryptography alone costs, with the library that `pec-core` uses.

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use pec_sandbox::{Digest, Key, Scheme};

use crate::Result;

/// As many bytes as signed attributes have.
const ATTRIBUTES: [u8; 105] = [0x31; 105];

/// An RSA-2048 key made ready, and a signature of it.
pub struct Signature {
    key: ParsedPublicKey,
    signature: Vec<u8>,
}

impl Signature {
    /// # Errors
    /// When the sandbox has no such key.
    pub fn new() -> Result<Self> {
        let key = Key::committed("alfa-2048")?;
        let signature = key.sign(Scheme::Pkcs1(Digest::Sha256), &ATTRIBUTES)?;
        Ok(Self { key: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.spki()?)?, signature })
    }

    /// One verification, the digest of the signed attributes included.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.key.verify_sig(&ATTRIBUTES, &self.signature).is_ok()
    }
}

/// One SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut value = [0; 32];
    value.copy_from_slice(digest::digest(&SHA256, bytes).as_ref());
    value
}

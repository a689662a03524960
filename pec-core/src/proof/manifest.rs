//! What is in a bundle, with digests: of each object, and of each of its blocks, so that damage is named to the block.

use encodify::base64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::crypto::{DigestAlgorithm, digest};

/// Bytes of a block.
pub const BLOCK: usize = 4096;

/// The first object that is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) form: String,
    pub(super) engine: String,
    pub(super) made_at: Timestamp,
    /// *identificativo* or *msgid* of the transaction.
    pub(super) transaction: String,
    pub(super) objects: Vec<Listed>,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    pub(super) path: String,
    pub(super) bytes: u64,
    /// SHA-256, lower-case hexadecimal.
    pub(super) sha256: String,
    /// SHA-256 of each block, one after the other, in base64.
    pub(super) blocks: String,
}

impl Listed {
    pub(super) fn of(path: &str, content: &[u8]) -> Self {
        Self {
            path: path.to_owned(),
            bytes: content.len() as u64,
            sha256: hex(&sha256(content)),
            blocks: base64::STANDARD.encode(blocks(content).concat()),
        }
    }

    /// Where `content` is not what is listed: positions of blocks, the first is 0. A content that is shorter or longer is
    /// damaged in its last block too.
    pub(super) fn damaged(&self, content: &[u8]) -> Vec<u64> {
        if content.len() as u64 == self.bytes && hex(&sha256(content)) == self.sha256 {
            return Vec::new();
        }
        let listed = base64::STANDARD.decode(&self.blocks).unwrap_or_default();
        let found = blocks(content);
        let listed: Vec<&[u8]> = listed.chunks(32).collect();
        let differs = |n: &usize| listed.get(*n).copied() != found.get(*n).map(|block| &block[..]);
        let mut damaged: Vec<u64> = (0..listed.len().max(found.len())).filter(differs).map(|n| n as u64).collect();
        if damaged.is_empty() {
            // The digests of the blocks are those of another object than the digest of the whole.
            damaged.push(0);
        }
        damaged
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut found = [0; 32];
    found.copy_from_slice(digest(DigestAlgorithm::Sha256, bytes).as_bytes());
    found
}

fn blocks(content: &[u8]) -> Vec<[u8; 32]> {
    content.chunks(BLOCK).map(sha256).collect()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

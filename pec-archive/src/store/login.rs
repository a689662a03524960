//! Challenges for logging in, as rows: a store does not read what is to be signed.

use crate::error::Result;

/// A challenge that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeRow {
    /// The random bytes by which it is known.
    pub nonce: [u8; 32],
    /// For which mailbox.
    pub mailbox: String,
    /// What is to be signed.
    pub text: String,
    /// From then on it can be forgotten: seconds since 1970.
    pub expires_at: i64,
    /// Whether somebody has used it.
    pub is_used: bool,
}

/// What an index is asked of challenges.
///
/// # Errors
/// As those of [`Index`](super::Index).
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait LoginIndex {
    /// That with these random bytes.
    fn challenge(&self, nonce: &[u8; 32]) -> Result<Option<ChallengeRow>>;

    /// How many there are of a mailbox, used or not.
    fn challenges(&self, mailbox: &str) -> Result<u64>;
}

/// What an index is told of challenges.
///
/// # Errors
/// As those of [`IndexWriter`](super::IndexWriter).
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait LoginWriter: LoginIndex {
    /// Writes one whose random bytes nobody has had.
    fn put_challenge(&self, row: &ChallengeRow) -> Result<()>;

    /// Notes that it is used; says whether it was there and nobody had used it.
    fn use_challenge(&self, nonce: &[u8; 32]) -> Result<bool>;

    /// Forgets those that expire at this second or before; gives how many.
    fn forget_challenges(&self, up_to: i64) -> Result<u64>;
}

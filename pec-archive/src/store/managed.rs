//! The mailboxes that a host manages, as rows: two texts of which a store understands nothing.

use crate::error::Result;

/// A mailbox that is managed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedRow {
    /// Its address, in lower case.
    pub address: String,
    /// What the host has said of it.
    pub said: String,
    /// What the last look at it has shown; `None` before the first one.
    pub standing: Option<String>,
}

/// What an index is asked of managed mailboxes.
///
/// # Errors
/// As those of [`Index`](super::Index).
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait ManagedIndex {
    /// All of them, in the order of their addresses, byte by byte.
    fn managed(&self) -> Result<Vec<ManagedRow>>;

    /// That of this address.
    fn managed_at(&self, address: &str) -> Result<Option<ManagedRow>>;
}

/// What an index is told of managed mailboxes.
///
/// # Errors
/// As those of [`IndexWriter`](super::IndexWriter).
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait ManagedWriter: ManagedIndex {
    /// Writes what the host says of a mailbox; what the last look has shown stays.
    fn put_managed(&self, address: &str, said: &str) -> Result<()>;

    /// Writes what a look has shown; nothing where the mailbox is not managed any more. Says whether it is.
    fn put_standing(&self, address: &str, standing: &str) -> Result<bool>;

    /// Forgets a mailbox; says whether it was there.
    fn forget_managed(&self, address: &str) -> Result<bool>;
}

//! What is kept of mailboxes on their servers: how far each folder has been read, and where messages lie.

use super::rows::Number;
use crate::error::Result;

/// How far a folder has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FolderRow {
    /// The numbers of the server hold as long as this stays what it is (UIDVALIDITY).
    pub uid_validity: u32,
    /// Everything up to this number has been read, but for what was withheld.
    pub last_uid: u32,
    /// Up to which change the server's numbers are known (HIGHESTMODSEQ); `None` where it counts none.
    pub mod_seq: Option<u64>,
}

/// Where a message lies, or lay, on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRow {
    /// The mailbox.
    pub mailbox: String,
    /// The folder, as it goes over the wire.
    pub folder: String,
    /// Its number there.
    pub uid: u32,
    /// The message.
    pub message: Number,
    /// When it was seen to be gone, seconds since 1970.
    pub gone_at: Option<i64>,
}

/// A message that the server lists and does not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithheldRow {
    /// Its number.
    pub uid: u32,
    /// What the server says, or does.
    pub why: String,
    /// Since when, seconds since 1970.
    pub since: i64,
}

/// What an index is asked of mailboxes.
///
/// # Errors
/// As those of [`Index`](super::Index).
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait MailboxIndex {
    /// How far a folder has been read; `None` where it has never been.
    fn folder(&self, mailbox: &str, folder: &str) -> Result<Option<FolderRow>>;

    /// The folders of a mailbox that have been read, in the order of their names.
    fn folders(&self, mailbox: &str) -> Result<Vec<(String, FolderRow)>>;

    /// The numbers of a folder at which a message lies, in their order; not those that are gone.
    fn present(&self, mailbox: &str, folder: &str) -> Result<Vec<(u32, Number)>>;

    /// Where a message lies or lay, in the order of mailboxes, folders and numbers.
    fn places(&self, number: Number) -> Result<Vec<PlaceRow>>;

    /// What is gone from the server of a mailbox since this second, in the order of folders and numbers.
    fn gone(&self, mailbox: &str, since: i64) -> Result<Vec<PlaceRow>>;

    /// What the server withholds, in the order of numbers.
    fn withheld(&self, mailbox: &str, folder: &str) -> Result<Vec<WithheldRow>>;
}

/// What an index is told of mailboxes.
///
/// # Errors
/// As those of [`IndexWriter`](super::IndexWriter).
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait MailboxWriter: MailboxIndex {
    /// Writes how far a folder has been read. Where its validity is another than before, what was known of its numbers is
    /// forgotten: they mean nothing any more.
    fn put_folder(&self, mailbox: &str, folder: &str, row: &FolderRow) -> Result<()>;

    /// Notes that a message lies at a number of a folder that is known; what was said of the number before gives way, also
    /// that it is withheld.
    fn put_place(&self, mailbox: &str, folder: &str, uid: u32, number: Number) -> Result<()>;

    /// Notes that nothing is at these numbers any more; gives the messages that lay there. What was gone before stays so.
    fn put_gone(&self, mailbox: &str, folder: &str, uids: &[u32], at: i64) -> Result<Vec<Number>>;

    /// Notes that the server withholds a message; the first time stays.
    fn put_withheld(&self, mailbox: &str, folder: &str, row: &WithheldRow) -> Result<()>;

    /// Forgets that a message is withheld.
    fn give_up_withheld(&self, mailbox: &str, folder: &str, uid: u32) -> Result<()>;
}

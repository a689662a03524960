//! What an index is told.

use super::index::Index;
use super::rows::{
    CheckpointRow, DepositRow, DerivedRow, DossierRow, ImportedRow, KeyRow, NewMessage, Number, SubmissionRow,
};
use crate::deposit::DepositState;
use crate::error::Result;
use crate::id::Id;
use crate::words::Words;

/// What a change writes. Nothing is seen by others before the commit, so that a backend may hold writes back and send them
/// together, as long as the change itself sees them.
///
/// # Errors
/// Each operation can answer what writing can meet: `Locked`, `Full`, `ReadOnly`, `Device`, and `Damaged` where a row
/// contradicts those that are there. The change is undone then.
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait IndexWriter: Index {
    /// Whether anybody else may have written since the last change through this handle: what it holds in memory of messages is
    /// read again then.
    fn others_wrote(&self) -> bool;

    // Messages.

    /// Writes a message; gives it the first number from `first` on that no message of the same second has, and that is
    /// above those of that second.
    fn put_message(&self, first: Number, message: &NewMessage<'_>) -> Result<Number>;

    /// Writes the size of a message that is here, what stands around its bodies and where they stand once more: it was found damaged.
    /// Its number, its entry and when it was stored stay.
    fn mend_message(&self, number: Number, message: &NewMessage<'_>) -> Result<()>;

    /// Notes where a message was found, and when for the first time: the same mailbox once. Says whether it was new there.
    fn put_found(&self, number: Number, mailbox: &str, at: i64) -> Result<bool>;

    /// Notes what the host submitted; what was noted first stays.
    fn put_submission(&self, number: Number, submission: &SubmissionRow) -> Result<()>;

    /// Notes by what a message was judged. The blob has been put.
    fn put_evidence(&self, number: Number, kind: &str, blob: Id) -> Result<()>;

    /// Takes a message out of every row; that it was deposited stays known by its digest, and that it was sent by its key: the
    /// Message-ID, sender, recipients and answers of a ticket are empty then. Gives the blobs that it named: others may name them too.
    fn erase(&self, number: Number) -> Result<Vec<Id>>;

    /// Takes what this change has erased out of whatever only marks it, as indexes of words do.
    fn purge(&self) -> Result<()>;

    // What is worked out.

    /// Writes what was worked out of a message; the caller has taken away what was there.
    fn put_derived(&self, number: Number, derived: &DerivedRow<'_>) -> Result<()>;

    /// Writes the words of a message. Called in the order of numbers within a change, where it can be.
    fn put_words(&self, number: Number, words: &Words) -> Result<()>;

    /// Takes away what was worked out of a message, with its words.
    fn forget_derived(&self, number: Number) -> Result<()>;

    /// Writes a dossier in the place of that with its key and of those that it replaces.
    fn put_dossier(&self, dossier: &DossierRow<'_>) -> Result<()>;

    /// Takes away the dossiers to which a message belongs.
    fn dissolve(&self, number: Number) -> Result<()>;

    /// Makes ready for every message to be worked out anew: what is sound stays, without what belongs to no message; what
    /// cannot be trusted is replaced by nothing.
    fn prepare_index(&self) -> Result<()>;

    // What people decide.

    /// Gives a tag; says whether it is new.
    fn tag(&self, number: Number, tag: &str) -> Result<bool>;

    /// Takes a tag away; says whether it was there.
    fn untag(&self, number: Number, tag: &str) -> Result<bool>;

    /// Gives a class, new or not, its term in months.
    fn set_term(&self, class: &str, months: u32) -> Result<()>;

    /// Puts a message into a class that is there, and out of any other.
    fn classify(&self, number: Number, class: &str) -> Result<()>;

    /// Holds a message for a case; the same case once.
    fn hold(&self, number: Number, case: &str) -> Result<()>;

    /// Ends a case; gives the number of messages that it held.
    fn release(&self, case: &str) -> Result<usize>;

    // The log, imports, deposits.

    /// Writes the entry that comes next, and the nodes of the tree that it completes: the first has this index, the others
    /// follow.
    fn append_log(&self, n: u64, entry: &str, first_node: u64, nodes: &[[u8; 32]]) -> Result<()>;

    /// Writes the checkpoint at this size, in the place of an older one.
    fn put_checkpoint(&self, size: u64, checkpoint: &CheckpointRow) -> Result<()>;

    /// Notes a key; the same key once.
    fn put_key(&self, key: &KeyRow) -> Result<()>;

    /// Notes that an import has finished a file.
    fn put_imported(&self, file: &ImportedRow) -> Result<()>;

    /// Notes a package; its documents wait. The messages belong to it now, and to no older one.
    fn put_deposit(&self, deposit: &DepositRow<'_>) -> Result<()>;

    /// Keeps a report, once; gives its number, and whether it is new.
    fn put_report(&self, id: Id, at: i64, bytes: &[u8]) -> Result<(i64, bool)>;

    /// Writes down where a document of a package stands, and by which report; by none where the host has said so.
    fn answer(&self, deposit: i64, digest: Id, state: &DepositState, report: Option<i64>) -> Result<()>;
}

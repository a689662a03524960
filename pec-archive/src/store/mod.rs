//! What an archive asks of whatever keeps it: one SQLite file, or a database with an object store beside it.
//!
//! ```text
//!            intake, dossiers, search, retention, log, proofs: worked out once, above
//! ───────────────────────────────────────┬─────────────────────────────────────────────
//!   Backend     one tenant: read, change │ View      one consistent state: BlobStore and what asks
//!                                        │ Change    all or nothing: View and what writes
//!   BlobStore   bytes under their SHA-256│ Index…    every row that says something of them
//!                                        │ Mailbox…  what is known of servers
//!                                        │ Happened… events, and what rules have done
//!                                        │ Managed…  the mailboxes that the host manages
//!                                        │ Outbox…   what is to be sent
//!                                        │ Login…    what is to be signed to log in
//! ```
//!
//! A backend stores and finds; it decides nothing. It is opened for one tenant, and in a store that several tenants share
//! the tenant is the first part of every key: no operation names another.
//!
//! # The contract
//!
//! - **Durable.** When [`Backend::change`] returns `Ok`, all of it is on stable storage. When it returns an error nothing of
//!   it is seen by anybody, except that the commit itself may have been made when [`Error::Device`]
//!   says that its answer was lost.
//! - **Blobs first.** A blob that a committed row names is there, whole, at any later time. Where blobs live outside the
//!   transaction, [`BlobStore::put`] makes them durable before it returns, and a change that comes to nothing leaves
//!   orphans: they are harmless, and [`Archive::collect`](crate::Archive::collect) takes them away.
//! - **Nothing that is used is removed.** [`BlobStore::remove`] takes effect with the commit. Between
//!   [`BlobStore::missing`] and the commit of a change no other change may remove what was found: changes of one tenant
//!   are one after the other, or take a lock of the tenant when they put or remove blobs.
//! - **One state.** A [`View`] sees one committed state from its first question to its last; a [`Change`] sees it with what
//!   it has written itself.
//! - **Order.** Messages have numbers that rise with their date ([`first_number`]); every list of
//!   messages is in the order of numbers, so that nothing needs to be sorted.
//! - **Errors** are those of [`crate::Error`]: `Locked`, `Full`, `ReadOnly` and `Device` for what the store meets, `Damaged`
//!   for what is not as it was written. A row that cannot be read says so; it is never left out in silence.
//!
//! Whether a backend keeps to it, the functions of `pec_archive::conformance` ask (feature `conformance`).

mod blobs;
mod happened;
mod index;
mod login;
mod mailbox;
mod managed;
mod outbox;
mod rows;
mod write;

use std::fmt::Debug;
use std::path::Path;

pub use blobs::{Blob, BlobStore, PIECE, Piece};
pub use happened::{EventRow, FiledRow, HappenedIndex, HappenedWriter};
pub use index::Index;
pub use login::{ChallengeRow, LoginIndex, LoginWriter};
pub use mailbox::{FolderRow, MailboxIndex, MailboxWriter, PlaceRow, WithheldRow};
pub use managed::{ManagedIndex, ManagedRow, ManagedWriter};
pub use outbox::{OutboxIndex, OutboxWriter, TicketRow};
pub use rows::{
    CheckpointRow, DepositRow, DerivedRow, DossierRow, Hole, ImportedRow, KeptRow, KeyRow, KindRow, KnownDeposit,
    MessageRow, NewMessage, Number, SentRow, Speaking, SubmissionRow, Survey, first_number, second_of,
};
pub use write::IndexWriter;

pub use crate::intake::Judged;
pub use crate::words::{Attachment, Words};

use crate::error::{Error, Result};

/// One state of the archive of one tenant, for reading.
pub trait View: BlobStore + Index + MailboxIndex + HappenedIndex + ManagedIndex + OutboxIndex + LoginIndex {}

impl<T: BlobStore + Index + MailboxIndex + HappenedIndex + ManagedIndex + OutboxIndex + LoginIndex> View for T {}

/// A change on its way: what it writes, it sees; others see all of it after the commit, or nothing.
pub trait Change:
    View + IndexWriter + MailboxWriter + HappenedWriter + ManagedWriter + OutboxWriter + LoginWriter
{
}

impl<T: BlobStore + IndexWriter + MailboxWriter + HappenedWriter + ManagedWriter + OutboxWriter + LoginWriter> Change
    for T
{
}

/// What keeps the archive of one tenant. See the [contract](crate::store).
pub trait Backend: Debug + Send + Sync {
    /// Calls `work` once with one consistent state. Any number of threads read at a time, and none waits for a change.
    ///
    /// # Errors
    /// Those of `work`, and what reading can meet.
    fn read(&self, work: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()>;

    /// Calls `work` once, and commits what it has written when it returns `Ok`; any error undoes all of it. Changes of one
    /// tenant that touch the same messages are one after the other.
    ///
    /// # Errors
    /// Those of `work`; [`Error::ReadOnly`] where nothing may be changed, [`Error::Locked`] where another writer takes
    /// longer than the wait, [`Error::Full`], [`Error::Device`].
    fn change(&self, work: &mut dyn FnMut(&dyn Change) -> Result<()>) -> Result<()>;

    /// Does what a store may put off at a change and do beside the next ones, such as bringing its log to where it belongs.
    /// Called from time to time while several threads write; whatever comes of it, what was changed is durable already.
    fn tidy(&self) {}

    /// Says whether [`Backend::change`] may be called at all.
    ///
    /// # Errors
    /// [`Error::ReadOnly`].
    fn writable(&self) -> Result<()>;

    /// Overwrites what is left of what was erased as far as that is quickly done; called after each erasure. What keeps it from that
    /// is tried again after the next change.
    ///
    /// # Errors
    /// [`Error::Locked`] while somebody reads an older state.
    fn wipe(&self) -> Result<()> {
        Ok(())
    }

    /// Overwrites what is left of what was erased, wherever the store still has it: logs, old versions, deleted objects, gaps. It may
    /// write everything anew. When it returns `Ok`, nothing is left within the reach of the store.
    ///
    /// # Errors
    /// [`Error::Locked`] while somebody reads an older state.
    fn scrub(&self) -> Result<()>;

    /// Writes one state as an archive of its own in one file at `to`, while others read and write.
    ///
    /// # Errors
    /// [`Error::Exists`]; [`Error::Unsupported`] where that is a matter of the tools of the store.
    fn backup(&self, to: &Path) -> Result<()> {
        let _ = to;
        Err(Error::Unsupported("backup"))
    }

    /// The file that it is, where it is one.
    fn path(&self) -> Option<&Path> {
        None
    }

    /// Which of these paths lead to files that belong to the store, so that an import leaves them alone.
    fn are_own(&self, paths: &[&Path]) -> Vec<bool> {
        vec![false; paths.len()]
    }
}

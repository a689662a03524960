//! What an index is asked.

use std::collections::BTreeSet;
use std::ops::Range;

use super::rows::{
    CheckpointRow, ImportedRow, KeptRow, KeyRow, KindRow, KnownDeposit, MessageRow, Number, SentRow, Speaking,
    SubmissionRow, Survey,
};
use crate::deposit::{Deposit, DepositState, Deposited};
use crate::error::Result;
use crate::id::Id;
use crate::page::Entry;
use crate::search::Query;
use crate::stats::Stats;

/// Every row of one tenant that says something of messages, in one committed state. Lists of messages are in the order of
/// their numbers unless an operation says otherwise. A number that no message has is answered as if nothing were known.
///
/// # Errors
/// Each operation can answer what reading can meet: `Locked`, `Device`, and `Damaged` where a row is not as it was written.
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait Index {
    // Messages.

    /// The number of each of these messages, in their order, where it is here. One question for a whole batch.
    fn numbers(&self, ids: &[Id]) -> Result<Vec<Option<Number>>>;

    /// The identifier of a message.
    fn id(&self, number: Number) -> Result<Option<Id>>;

    /// A message as it is kept.
    fn message(&self, number: Number) -> Result<Option<MessageRow>>;

    /// A dictionary by its number.
    fn dictionary(&self, dictionary: i64) -> Result<Option<Vec<u8>>>;

    /// What is known of each of these messages, in their order: one question for a page. `Damaged` names the message of
    /// which nothing is.
    fn entries(&self, numbers: &[Number]) -> Result<Vec<Entry>>;

    /// The verdict that is stored, and the date of the trust data by which it was found.
    fn verdict(&self, number: Number) -> Result<Option<(String, String)>>;

    /// At most `limit` messages behind this one, oldest first.
    fn oldest(&self, after: Option<Number>, limit: usize) -> Result<Vec<Number>>;

    // Search.

    /// At most `limit` messages that a query finds, newest first, all older than `before`. Words are compared without case
    /// and accents, as the tokenizer `unicode61 remove_diacritics 2` of SQLite does; letters and digits make words.
    fn newest(&self, query: &Query, before: Option<Number>, limit: usize) -> Result<Vec<Number>>;

    // Transactions.

    /// The messages that speak of any of these identifiers.
    fn about(&self, texts: &[String], speaking: Speaking) -> Result<Vec<Number>>;

    /// The identifiers of which any of these messages speaks.
    fn texts_of(&self, numbers: &[Number], speaking: Speaking) -> Result<Vec<String>>;

    /// What the host reported of a message that it submitted.
    fn submission(&self, number: Number) -> Result<Option<SubmissionRow>>;

    /// Kind and blob of what these messages were judged by: `trust`, `crl`, `ocsp`.
    fn evidence(&self, numbers: &[Number]) -> Result<BTreeSet<(String, Id)>>;

    // Reports.

    /// The mailboxes in which messages were found, in the order of their names, byte by byte.
    fn mailboxes(&self) -> Result<Vec<String>>;

    /// Of the messages that were found in a mailbox, numbered from the first of these numbers on and before the second: how many
    /// there are of each kind, and their bytes, by kind. Those of which nothing is worked out have the kind `""`.
    fn kinds_in(&self, mailbox: &str, numbers: Range<Number>) -> Result<Vec<KindRow>>;

    /// The recipients of what was sent: of the dossiers of side `sent` whose oldest message has one of these numbers, by that and
    /// by address. A dossier without a sender is nobody's.
    fn sent_in(&self, numbers: Range<Number>, take: &mut dyn FnMut(SentRow<'_>) -> Result<()>) -> Result<()>;

    // Retention.

    /// The classes and their terms in months, by name.
    fn terms(&self) -> Result<Vec<(String, u32)>>;

    /// The term of a class in months.
    fn months(&self, class: &str) -> Result<Option<i64>>;

    /// The class of a message; `""` where it was put in none.
    fn class_of(&self, number: Number) -> Result<String>;

    /// A message and every message of the dossiers to which it belongs.
    fn kept_with(&self, number: Number) -> Result<Vec<KeptRow>>;

    /// The cases for which a message is held, by name.
    fn cases_of(&self, number: Number) -> Result<Vec<String>>;

    /// The cases for which messages are held, by name, and how many each holds.
    fn cases(&self) -> Result<Vec<(String, u64)>>;

    /// The messages that are held for a case.
    fn held(&self, case: &str) -> Result<Vec<Number>>;

    /// At most `limit` certified messages whose signer's certificate ends within these seconds, both included, and whose
    /// entry of the log no checkpoint covers: by the end of the certificate, then by number.
    fn ending_proofs(&self, from: i64, until: i64, limit: usize) -> Result<Vec<Number>>;

    // The log.

    /// The number of the last entry.
    fn last_entry(&self) -> Result<Option<i64>>;

    /// An entry, as it was written.
    fn log_entry(&self, n: u64) -> Result<Option<String>>;

    /// Gives the entries from this number on, in the order of their numbers, until `take` says that it is enough.
    fn log_entries(&self, from: i64, take: &mut dyn FnMut(i64, &str) -> Result<bool>) -> Result<()>;

    /// The same, of the entries that say what was done to the organisation alone: those in which `"what":"organisation"` stands,
    /// which no text of another entry can hold, since quotation marks are escaped.
    fn organisation_entries(&self, from: i64, take: &mut dyn FnMut(i64, &str) -> Result<bool>) -> Result<()>;

    /// These nodes of the tree, in their order (numbered as C2SP tlog-tiles stores them). One question for each entry.
    fn log_nodes(&self, indexes: &[u64]) -> Result<Vec<Option<[u8; 32]>>>;

    /// At most `limit` nodes from this number on, in the order of their numbers.
    fn log_nodes_from(&self, first: i64, limit: usize) -> Result<Vec<(i64, [u8; 32])>>;

    /// How many nodes there are.
    fn log_node_count(&self) -> Result<u64>;

    /// The checkpoint at this size of the log.
    fn checkpoint(&self, size: i64) -> Result<Option<CheckpointRow>>;

    /// The smallest size above an entry at which there is a checkpoint.
    fn checkpoint_above(&self, entry: i64) -> Result<Option<u64>>;

    /// Sizes at which there are checkpoints, smallest first.
    fn checkpoints(&self) -> Result<Vec<i64>>;

    // Deposits.

    /// The packages, oldest first.
    fn deposits(&self) -> Result<Vec<Deposit>>;

    /// The package of this name.
    fn deposit(&self, name: &str) -> Result<Option<KnownDeposit>>;

    /// The documents of a package, in the order of their digests.
    fn deposited(&self, deposit: i64) -> Result<Vec<Deposited>>;

    /// Whether any package has this message.
    fn is_deposited(&self, number: Number) -> Result<bool>;

    /// Messages that this package has, that were refused, and that no newer package has.
    fn refused(&self, deposit: i64) -> Result<Vec<Number>>;

    /// The newest package whose index or ZIP has this digest.
    fn deposit_with_digest(&self, digest: Id) -> Result<Option<i64>>;

    /// The packages that have the document of this digest, newest first; also after the message was erased.
    fn deposits_with_document(&self, digest: Id) -> Result<Vec<i64>>;

    /// Where a document of a package stands, and the number and the digest of the report that said so: later ones have higher numbers.
    fn answered(&self, deposit: i64, digest: Id) -> Result<Option<(DepositState, i64, Id)>>;

    /// A report of deposit that is kept, byte for byte.
    fn report(&self, id: Id) -> Result<Option<Vec<u8>>>;

    // Care.

    /// The keys that were noted, in the order of their identifiers; none where nothing is encrypted.
    fn keys(&self) -> Result<Vec<KeyRow>>;

    /// Whether an import has finished a file that was as it is now.
    fn is_imported(&self, file: &ImportedRow) -> Result<bool>;

    /// Those of these blobs that neither a message nor evidence names.
    fn unused(&self, blobs: &[Id]) -> Result<Vec<Id>>;

    /// Everything that is kept, in numbers.
    fn stats(&self) -> Result<Stats>;

    /// Every message that can still be told, whatever cannot be read beside it.
    fn survey(&self) -> Result<Survey>;

    /// What is wrong with the store itself, beside the bytes of messages, evidence and checkpoints: each a sentence. Empty
    /// when nothing is.
    fn structure(&self) -> Result<Vec<String>>;

    /// The blobs that are kept as evidence, each once; what cannot be read is noted in `unread`.
    fn evidence_blobs(&self, unread: &mut Vec<String>) -> Result<Vec<Id>>;

    /// Messages of which what is worked out is missing in part, or there twice.
    fn not_indexed(&self) -> Result<u64>;
}

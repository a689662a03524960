//! What rows say.

use crate::id::Id;
use crate::intake::Judged;
use crate::words::Attachment;

/// The number of a message: the second of its date, since 1970, times 2^20, plus a counter. Numbers of messages that were
/// erased may be given again.
pub type Number = i64;

/// Room for messages of one second.
const SECOND: i64 = 1 << 20;

/// The first number of a second; seconds before 1970, and those that no number reaches, are the nearest one.
#[must_use]
pub fn first_number(second: i64) -> Number {
    second.clamp(0, i64::MAX / SECOND - 1) * SECOND
}

/// The second from which a message is numbered.
#[must_use]
pub const fn second_of(number: Number) -> i64 {
    number / SECOND
}

/// A body that was cut out of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Where it stood: an offset of the skeleton.
    pub at: u64,
    /// The blob that stands there.
    pub body: Id,
}

/// A message to be written. Its blobs have been put.
#[derive(Debug, Clone, Copy)]
pub struct NewMessage<'m> {
    /// SHA-256 of all its bytes. No other message has it.
    pub id: Id,
    /// Bytes.
    pub size: u64,
    /// Seconds since 1970, by the host's clock.
    pub stored_at: i64,
    /// Number of the entry of the log that says that it was put.
    pub entry: u64,
    /// By which dictionary the skeleton is compressed; 0 is none.
    pub dictionary: i64,
    /// Bytes of the skeleton, before compression.
    pub skeleton_size: u64,
    /// What stands around its bodies, compressed.
    pub skeleton: &'m [u8],
    /// In the order of their places.
    pub holes: &'m [Hole],
}

/// A message as it is kept. Sizes are what the row says: damage may have changed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// SHA-256 of all its bytes.
    pub id: Id,
    /// Bytes.
    pub size: i64,
    /// Number of the entry of the log that says that it was put.
    pub entry: i64,
    /// By which dictionary the skeleton is compressed; 0 is none.
    pub dictionary: i64,
    /// Bytes of the skeleton, before compression.
    pub skeleton_size: i64,
    /// What stands around its bodies, compressed.
    pub skeleton: Vec<u8>,
    /// In the order of their places.
    pub holes: Vec<Hole>,
}

/// What was worked out of a message, but for its words: all of it can be made anew.
#[derive(Debug, Clone)]
pub struct DerivedRow<'d> {
    /// What verification made of it.
    pub judged: &'d Judged,
    /// Names, sizes and digests of its attachments.
    pub attachments: &'d [Attachment],
    /// The identifiers of transactions of which it speaks.
    pub about: Vec<&'d str>,
    /// Whether it can move a state: proofs, copies and submissions do, claims and bounces do not.
    pub counts: bool,
}

/// Which messages of a transaction are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaking {
    /// Those that can move a state.
    Counting,
    /// Claims and bounces too.
    All,
}

/// What the host reported that it submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionRow {
    /// The SMTP reverse path.
    pub sender: String,
    /// The SMTP recipients.
    pub recipients: Vec<String>,
    /// Seconds since 1970.
    pub at: i64,
}

/// What the messages of a transaction come to.
#[derive(Debug, Clone)]
pub struct DossierRow<'d> {
    /// By what it is known: *identificativo* and sender, or the Message-ID alone while nothing certified is here.
    pub key: String,
    /// Keys of dossiers that it takes the place of, beside its own.
    pub replaces: Vec<String>,
    /// *identificativo*.
    pub pec_id: Option<&'d str>,
    /// The first *msgid*.
    pub message_id: Option<&'d str>,
    /// The sender.
    pub sender: Option<&'d str>,
    /// `sent`, `received` or what else reconciliation says.
    pub side: &'d str,
    /// Address, in lower case, and state of each recipient; of two with the same address the first counts.
    pub recipients: Vec<(String, &'d str)>,
    /// Its messages. Each is found by the state of every recipient.
    pub messages: Vec<Number>,
}

/// Messages of one kind, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindRow {
    /// `tipo`, `anomalia` or `ordinary`.
    pub kind: String,
    /// How many.
    pub messages: u64,
    /// Their bytes as they came.
    pub bytes: u64,
}

/// One recipient of something that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentRow<'r> {
    /// The oldest message of the dossier.
    pub first: Number,
    /// Who sent it, in lower case.
    pub sender: &'r str,
    /// Where the recipient stands.
    pub state: &'r str,
}

/// A key under which what is stored was encrypted above: nothing of the key itself can be told from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRow {
    /// By which what is encrypted names it.
    pub id: [u8; 8],
    /// Whether words may stand in the index.
    pub words: bool,
}

/// A root of the log and the token over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// The root, as a C2SP checkpoint.
    pub note: Vec<u8>,
    /// The RFC 3161 token over it.
    pub token: Vec<u8>,
}

/// A file that an import has finished, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportedRow {
    /// Its place: the digest of its absolute path and of the mailbox in which it was found; in older rows these themselves.
    pub place: String,
    /// Bytes.
    pub size: i64,
    /// When it was changed: nanoseconds since 1970.
    pub modified: i64,
}

/// A package made ready for deposit, to be noted.
#[derive(Debug, Clone, Copy)]
pub struct DepositRow<'r> {
    /// Its name. No other package has it.
    pub name: &'r str,
    /// Seconds since 1970.
    pub made_at: i64,
    /// SHA-256 of its PIndex.xml.
    pub pindex: Id,
    /// SHA-256 of the file, where it is a ZIP.
    pub zip: Option<Id>,
    /// The package of which it brings refused documents once more.
    pub again_of: Option<&'r str>,
    /// Number of the entry of the log that says that it was made.
    pub entry: u64,
    /// Its documents.
    pub documents: &'r [(Number, Id)],
}

/// What the end of the term of a message depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRow {
    /// The message, whose number says the date by which it was stored: one that was certified only later keeps it.
    pub number: Number,
    /// Its class; `""` where it was put in none.
    pub class: String,
    /// The date that a provider has certified, in seconds since 1970, where one has.
    pub certified_at: Option<i64>,
    /// When it was stored, in seconds since 1970.
    pub stored_at: i64,
}

/// A package that is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownDeposit {
    /// Its number: newer packages have higher ones.
    pub number: i64,
    /// SHA-256 of its PIndex.xml.
    pub pindex: Id,
}

/// The messages of an archive, as far as they can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// By number, oldest first.
    pub known: std::collections::BTreeMap<Number, Id>,
    /// Numbers of messages of which the identifier cannot be read, and why.
    pub nameless: std::collections::BTreeMap<Number, String>,
    /// What kept others from being seen.
    pub unread: Vec<String>,
}

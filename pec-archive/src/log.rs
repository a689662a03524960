//! What was done to the archive, in a Merkle tree (C2SP tlog-tiles, RFC 6962 hashes): an entry that was written cannot be
//! changed, taken out or put between others without changing the root, and the root is time-stamped outside.

use std::cell::RefCell;

use jiff::Timestamp;
use pec_core::delegation::{Event, MandateId};
use pec_core::trust::Fingerprint;
use serde::Serialize;
use tlog_tiles::{Hash, HashReader, stored_hash_index, stored_hashes, tree_hash};

use crate::actor::Actor;
use crate::enforce::Under;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::managed::Mandate;
use crate::store::{Change, View};

/// The first line of every checkpoint of a log.
pub(crate) const ORIGIN: &str = "pec-archive";

/// One entry, as it stands in the log: JSON, keys in this order.
#[derive(Debug, Serialize)]
pub(crate) struct LogEntry<'a> {
    pub(crate) at: Timestamp,
    pub(crate) actor: &'a str,
    /// In what capacity; a user, or the program, where it is not said.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub(crate) capacity: Option<&'a str>,
    /// Under which mandate of the mailbox's holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mandate: Option<&'a str>,
    #[serde(flatten)]
    pub(crate) what: What<'a>,
}

/// What was done.
#[derive(Debug, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub(crate) enum What<'a> {
    /// A message was stored.
    Put { id: Id, size: u64 },
    /// A message was judged anew, and otherwise than before.
    Judged {
        id: Id,
        before: &'a str,
        after: &'a str,
        /// The date of the trust data by which it is judged now.
        trust_data: &'a str,
    },
    /// A message was taken into a class with a term of its own.
    Classify { id: Id, class: &'a str },
    /// A message was given a tag.
    Tag { id: Id, tag: &'a str },
    /// A tag was taken away.
    Untag { id: Id, tag: &'a str },
    /// A register was asked for the address of a recipient, and what it answered is kept.
    LookUp {
        id: Id,
        /// What it answered, salted: the log tells nobody who was looked up, nor where.
        lookup: Id,
    },
    /// A class was given a term.
    Term { class: &'a str, months: u32 },
    /// A message must not be erased for this case.
    Hold { id: Id, case: &'a str },
    /// A case is over.
    Release { case: &'a str },
    /// A package was made ready for deposit.
    Deposit {
        package: &'a str,
        /// Of its PIndex.xml, which names every document by its digest.
        pindex: Id,
        documents: u64,
        /// The package of which it brings refused documents once more.
        #[serde(skip_serializing_if = "Option::is_none")]
        again_of: Option<&'a str>,
    },
    /// A report of deposit was read.
    DepositReport { report: Id, accepted: u64, refused: u64 },
    /// A package was given up: the documents that waited still are to be deposited once more.
    DepositWithdrawn { package: &'a str, documents: u64, reason: &'a str },
    /// A root was time-stamped. The next root covers this entry: a token is renewed before it weakens.
    Stamp {
        /// Entries under the root.
        size: u64,
        token: Id,
        authority: &'a str,
        time: Timestamp,
    },
    /// Something was done to the organisation, which is the fold of these.
    Organisation { did: &'a Event },
    /// Something was asked for that is not permitted, or cannot be done; nothing of it was done.
    Denied(Refused<'a>),
    /// Somebody has logged in with a signature kit.
    Login {
        mailbox: &'a str,
        /// As whom; the holder, or somebody in his place, where it is not said.
        #[serde(skip_serializing_if = "Option::is_none")]
        user: Option<&'a str>,
        /// Why it was let in: `tax-id`, that of the holder, or `kit`, which was registered.
        by: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        kit: Option<&'a str>,
        /// SHA-256 of the certificate, and of that of the authority to which it leads.
        certificate: Fingerprint,
        anchor: Fingerprint,
        /// `good`, or `not-checked`.
        revocation: &'a str,
    },
    /// Somebody wanted to log in, or to have a kit registered, and was refused.
    LoginRefused {
        mailbox: &'a str,
        /// SHA-256 of the certificate, where it could be judged.
        #[serde(skip_serializing_if = "Option::is_none")]
        certificate: Option<Fingerprint>,
        code: &'a str,
        about: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        missing: Option<&'a str>,
    },
    /// The root of the log was signed by the host's key of this name, to be kept elsewhere.
    Signed {
        /// Entries under the root.
        size: u64,
        key: &'a str,
    },
    /// This archive was made of what could be read of a broken one; the entries before are those of that one.
    Salvage {
        /// Messages that were brought over.
        messages: u64,
        /// Messages that were lost.
        lost: u64,
    },
    /// A message that is here, re-read and found whole, is about to be taken from the server where it lies.
    ServerDelete { id: Id, size: u64, mailbox: &'a str, folder: &'a str, uid_validity: u32, uid: u32 },
    /// It was not taken from the server: why.
    ServerDeleteFailed { id: Id, mailbox: &'a str, folder: &'a str, uid: u32, why: &'a str },
    /// A mailbox is managed from now on, or something else is said of it; by what right it is opened.
    Manage {
        mailbox: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        mandate: Option<Mandate>,
    },
    /// A mailbox is no longer managed.
    Unmanage { mailbox: &'a str },
    /// The credential of a managed mailbox was replaced.
    Credential { mailbox: &'a str },
    /// A managed mailbox was opened, by this right.
    Opened {
        mailbox: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        mandate: Option<Mandate>,
    },
    /// So many managed mailboxes were looked at.
    Refreshed { mailboxes: u64 },
    /// A user of the organisation has asked for the bytes of a message.
    Read { id: Id },
    /// A user of the organisation has asked for the bundle that proves this transaction.
    Exported { about: &'a str },
    /// A dossier that was shared was opened by whom it is shared with.
    ShareOpened { share: &'a str, mailbox: &'a str },
    /// A message of it was read.
    ShareRead { id: Id, share: &'a str, mailbox: &'a str },
    /// A message was given to be sent.
    Queue { id: Id, mailbox: &'a str, key: &'a str, recipients: u64 },
    /// It was sent.
    Sent {
        id: Id,
        mailbox: &'a str,
        key: &'a str,
        /// Who says so: `server`, a certified `receipt`, or the `host`.
        by: &'a str,
    },
    /// The server does not take it.
    SendRefused { id: Id, mailbox: &'a str, key: &'a str, why: &'a str },
    /// Nobody knows whether the server has taken it.
    SendUnknown { id: Id, mailbox: &'a str, key: &'a str, why: &'a str },
    /// The host has said whether it had gone.
    Resolve { id: Id, mailbox: &'a str, key: &'a str, sent: bool },
    /// A message was erased after its term: its certificate of erasure.
    Erase { id: Id, size: u64, class: &'a str, term_ended: Timestamp, reason: &'a str },
}

/// What was refused, and why.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Refused<'a> {
    pub(crate) code: &'a str,
    pub(crate) about: &'a str,
    /// The permission that was missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) missing: Option<&'a str>,
    /// Which call of the archive it was; none for what was to be done to the organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) call: Option<&'a str>,
    /// In which mailbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mailbox: Option<&'a str>,
    /// In which folder of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<&'a str>,
    /// For which message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Id>,
}

/// Nodes of the tree, where they are stored; and why one could not be read, which the reader of the tree cannot carry.
pub(crate) struct Nodes<'v> {
    view: &'v dyn View,
    failed: RefCell<Option<Error>>,
}

impl HashReader for Nodes<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::tlog::Error> {
        self.read(indexes).map_err(|error| {
            *self.failed.borrow_mut() = Some(error);
            tlog_tiles::tlog::Error::InvalidInput("nodes".into())
        })
    }
}

impl<'v> Nodes<'v> {
    const fn new(view: &'v dyn View) -> Self {
        Self { view, failed: RefCell::new(None) }
    }

    fn read(&self, indexes: &[u64]) -> Result<Vec<Hash>> {
        let nodes = self.view.log_nodes(indexes)?;
        if nodes.len() != indexes.len() {
            return Err(broken("nodes are missing"));
        }
        nodes.into_iter().map(|node| node.map(Hash).ok_or_else(|| broken("a node is missing"))).collect()
    }

    /// What `work` finds in the tree, or what kept it from reading.
    pub(crate) fn ask<T>(
        view: &'v dyn View,
        work: impl FnOnce(&Self) -> Result<T, tlog_tiles::tlog::Error>,
    ) -> Result<T> {
        let nodes = Self::new(view);
        let found = work(&nodes);
        found.map_err(|error| nodes.failed.into_inner().unwrap_or_else(|| broken(error)))
    }
}

pub(crate) fn broken(error: impl std::fmt::Display) -> Error {
    Error::Damaged(format!("the log: {error}"))
}

/// More entries than anybody writes; up to there nothing overflows that is worked out of their numbers.
const MOST: u64 = 1 << 40;

/// Entries so far.
pub(crate) fn size(view: &dyn View) -> Result<u64> {
    let Some(last) = view.last_entry()? else { return Ok(0) };
    let last = u64::try_from(last).ok().filter(|last| *last < MOST);
    last.map(|last| last + 1).ok_or_else(|| broken("the numbers of its entries"))
}

/// The root of the tree of the first `size` entries.
pub(crate) fn root(view: &dyn View, size: u64) -> Result<[u8; 32]> {
    if size > MOST {
        return Err(broken("a size that no log has"));
    }
    Ok(Nodes::ask(view, |nodes| tree_hash(size, nodes))?.0)
}

/// The nodes beside the path from an entry to the root of the first `size` entries, from the leaf up.
pub(crate) fn path(view: &dyn View, n: u64, size: u64) -> Result<Vec<[u8; 32]>> {
    if size > MOST || n >= size {
        return Err(broken(format!("no entry {n} of {size}")));
    }
    let proof = Nodes::ask(view, |nodes| tlog_tiles::prove_record(size, n, nodes))?;
    Ok(proof.into_iter().map(|node| node.0).collect())
}

/// The checkpoint (C2SP tlog-checkpoint) that says that the first `size` entries have this root.
pub(crate) fn checkpoint(size: u64, root: [u8; 32]) -> Result<Vec<u8>> {
    let checkpoint = tlog_tiles::Checkpoint::new(ORIGIN, size, Hash(root), "");
    Ok(checkpoint.map_err(|error| Error::Internal(error.to_string()))?.to_bytes())
}

/// Writes entries at the end.
pub(crate) struct Appender<'c> {
    change: &'c dyn Change,
    next: u64,
    at: Timestamp,
    actor: &'c Actor,
    mandate: Option<MandateId>,
}

impl<'c> Appender<'c> {
    pub(crate) fn new(change: &'c dyn Change, actor: &'c Actor, at: Timestamp) -> Result<Self> {
        Ok(Self { change, next: size(change)?, at, actor, mandate: None })
    }

    /// The same, of a call that may go on: its entries cite the mandate.
    pub(crate) fn under(mut self, under: &Under) -> Self {
        self.cite(under);
        self
    }

    /// What is written from now on was done under this.
    pub(crate) fn cite(&mut self, under: &Under) {
        self.mandate = under.mandate().cloned();
    }

    /// Writes one entry and the nodes of the tree that it completes.
    pub(crate) fn append(&mut self, what: What<'_>) -> Result<u64> {
        let mandate = self.mandate.take();
        let n = self.append_under(mandate.as_ref(), what);
        self.mandate = mandate;
        n
    }

    /// The same, done under this mandate.
    pub(crate) fn append_under(&mut self, mandate: Option<&MandateId>, what: What<'_>) -> Result<u64> {
        let mandate = mandate.map(MandateId::as_str);
        let capacity = self.actor.capacity();
        let entry = LogEntry { at: self.at, actor: self.actor.name(), capacity, mandate, what };
        let entry = serde_json::to_string(&entry).map_err(|error| Error::Internal(error.to_string()))?;
        let n = self.next;
        write(self.change, n, &entry)?;
        self.next += 1;
        Ok(n)
    }
}

/// Writes the entry that comes next, and the nodes of the tree that it completes.
pub(crate) fn write(change: &dyn Change, n: u64, entry: &str) -> Result<()> {
    let hashes = Nodes::ask(change, |nodes| stored_hashes(n, entry.as_bytes(), nodes))?;
    let nodes: Vec<[u8; 32]> = hashes.into_iter().map(|hash| hash.0).collect();
    change.append_log(n, entry, stored_hash_index(0, n), &nodes)
}

/// The first entry from `from` on and before `below` in which this stands: a part of its JSON with quotation marks, which no text
/// inside can hold.
pub(crate) fn find(view: &dyn View, from: u64, below: u64, says: &str) -> Result<Option<u64>> {
    let mut found = None;
    if from < below.min(MOST) {
        view.log_entries(from as i64, &mut |n, entry| {
            let n = n.unsigned_abs();
            found = (n < below && entry.contains(says)).then_some(n);
            Ok(found.is_none() && n + 1 < below)
        })?;
    }
    Ok(found)
}

/// Whether an entry is there and says that this message was put.
pub(crate) fn puts(view: &dyn View, n: u64, id: Id) -> Result<bool> {
    Ok(n < MOST && view.log_entry(n)?.is_some_and(|entry| entry.contains(&format!("\"what\":\"put\",\"id\":\"{id}\""))))
}

/// Sizes of the checkpoints that are not over the root that the log has at their size.
pub(crate) fn broken_checkpoints(view: &dyn View) -> Result<Vec<i64>> {
    let mut sizes = view.checkpoints()?;
    sizes.retain(|size| !is_over_root(view, *size).unwrap_or(false));
    Ok(sizes)
}

fn is_over_root(view: &dyn View, size: i64) -> Result<bool> {
    let Some(checkpoint) = view.checkpoint(size)? else { return Ok(false) };
    let note = tlog_tiles::Checkpoint::from_bytes(&checkpoint.note).map_err(|_| broken("a checkpoint"))?;
    let size = u64::try_from(size).map_err(|_| broken("the size of a checkpoint"))?;
    Ok(note.size() == size && note.hash().0 == root(view, size)?)
}

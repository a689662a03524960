//! The archive as its host sees it.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use jiff::Timestamp;
use pec_core::message::Message;
use pec_core::reconcile::Ledger;
use pec_core::trust::ChainCache;
use pec_core::verify::Verification;

use crate::actor::Actor;
use crate::care::readable;
use crate::content;
use crate::dossiers::{self, Judge, Records};
use crate::enforce::{Asked, Call, On, Sight};
use crate::error::{Error, Result};
use crate::evidence::{LastUsed, Used};
use crate::guard::Guarded;
use crate::id::Id;
use crate::intake::{Intake, Prepared};
use crate::log::What;
use crate::organisation::Keeper;
use crate::page::{self, Cursor, Entry, Page};
use crate::pool::Pool;
use crate::press::Press;
use crate::queue::Queue;
use crate::ready::{Compressed, Ready};
use crate::seal::{Keys, NOT_ENCRYPTED, Seal};
use crate::search::Query;
use crate::seen::Seen;
use crate::sqlite::Sqlite;
use crate::store::{Backend, Change, Speaking, View};
use crate::writer::{Gate, Order, With, Writer};

/// Everything that was received and sent, kept for as long as it has to be (*archivio*).
///
/// One file, unless it is [over](Archive::over) another backend. One writer at a time, any number of readers, in this
/// process and in others; a handle is shared by threads.
///
/// What is stored is the bytes as they came. Verdicts, states and the index are worked out from them and can be made
/// anew. An archive proves nothing by itself: it gives back the bytes, which are verified again wherever it matters.
///
/// ```
/// use pec_archive::{Actor, Archive, Intake, Stored};
/// use pec_core::trust::TrustStore;
///
/// let folder = tempfile::tempdir()?;
/// let archive = Archive::create(&folder.path().join("posta.pecarchive"))?;
/// let (host, trust) = (Actor::host(), TrustStore::built_in());
/// let intake = Intake::new(&trust, "2026-02-09T10:00:00Z".parse()?).mailbox("ufficio@cert.beta.example");
///
/// let message = b"Message-ID: <1@ditta.example>\r\nSubject: Preventivo\r\n\r\nBuongiorno.\r\n".to_vec();
/// let put = archive.put(&host, &intake, message.clone())?;
/// assert_eq!(put.stored, Stored::New);
/// assert_eq!(archive.get(&host, put.id)?, message);
/// assert_eq!(archive.put(&host, &intake, message)?.stored, Stored::Known);
/// assert!(archive.get(&host, pec_archive::Id::of(b"another")).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Archive {
    backend: Box<dyn Backend>,
    writer: Mutex<Writer>,
    waiting: Queue,
    seal: Arc<Seal>,
    caches: Pool<ChainCache>,
    presses: Pool<Press>,
    used: LastUsed,
    keeper: Keeper,
}

/// What became of a message that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Put {
    /// Its identifier: the SHA-256 of its bytes.
    pub id: Id,
    /// Whether it was here.
    pub stored: Stored,
}

/// Whether a message was here before it was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It was not; now it is, on stable storage.
    New,
    /// The same bytes were here.
    Known,
}

/// What the host reports with a message that it has submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission<'a> {
    /// The SMTP reverse path.
    pub sender: &'a str,
    /// The SMTP recipients.
    pub recipients: &'a [&'a str],
    /// When it was handed over.
    pub at: Timestamp,
}

impl Archive {
    /// Makes an empty archive.
    ///
    /// # Errors
    /// [`Error::Exists`] where anything is there, [`Error::Network`] on a network file system, and what the system says.
    pub fn create(path: &Path) -> Result<Self> {
        Self::create_with(path, &Keys::none())
    }

    /// Makes an empty archive whose bodies are encrypted under the first of these keys. What is readable all the same by
    /// whoever has the file is told at [`Searchable`](crate::Searchable); identifiers are digests, so that he can also see
    /// whether something that he has is there.
    ///
    /// # Errors
    /// As [`Archive::create`].
    pub fn create_with(path: &Path, keys: &Keys) -> Result<Self> {
        let made = Self::over_with(Sqlite::create(path)?, keys);
        if made.is_err() {
            let _ = std::fs::remove_file(path);
        }
        made
    }

    /// Opens an archive for reading and writing, and brings it to the present format.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::NotAnArchive`], [`Error::Newer`], [`Error::Network`]; [`Error::ReadOnly`] where the
    /// file or its folder cannot be written.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, &Keys::none())
    }

    /// Opens an archive that is encrypted. Where the first key is new to it, what comes in is encrypted under that from now on.
    ///
    /// # Errors
    /// As [`Archive::open`]; [`Error::Key`] where a key is missing, or the archive is not encrypted: nothing is written then.
    pub fn open_with(path: &Path, keys: &Keys) -> Result<Self> {
        Self::over_with(Sqlite::open(path)?, keys)
    }

    /// Opens an archive that nobody may change through this handle, also where the disk or the folder cannot be written.
    ///
    /// # Errors
    /// As [`Archive::open`]; [`Error::ReadOnly`] where the folder cannot be written and the last writer has left a log
    /// beside the file, which only a writer can take in; [`Error::Older`] where an older version has written it last.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        Self::open_read_only_with(path, &Keys::none())
    }

    /// Opens an archive that is encrypted, for reading.
    ///
    /// # Errors
    /// As [`Archive::open_read_only`] and [`Archive::open_with`].
    pub fn open_read_only_with(path: &Path, keys: &Keys) -> Result<Self> {
        Self::over_with(Sqlite::open_read_only(path)?, keys)
    }

    /// An archive over whatever keeps it: see [`crate::store`].
    ///
    /// # Errors
    /// [`Error::Internal`] where there is no memory for compression.
    pub fn over(backend: impl Backend + 'static) -> Result<Self> {
        Self::over_with(backend, &Keys::none())
    }

    /// An archive over whatever keeps it, encrypted: one that is empty from now on, another where it is already.
    ///
    /// # Errors
    /// [`Error::Key`], as [`Archive::open_with`]; what the backend meets.
    pub fn over_with(backend: impl Backend + 'static, keys: &Keys) -> Result<Self> {
        let is_writable = backend.writable().is_ok();
        let is_empty = |view: &dyn View| view.last_entry().is_ok_and(|last| last.is_none());
        let (mut registered, mut empty) = (None, false);
        backend.read(&mut |view| {
            registered = readable(view.keys())?;
            empty = is_empty(view);
            Ok(())
        })?;
        let (seal, new) = Seal::new(keys, registered.as_deref(), empty)?;
        if let Some(key) = new.filter(|_| is_writable) {
            backend.change(&mut |change| {
                // Somebody else may have begun meanwhile.
                let known = change.keys()?;
                if known.is_empty() && !is_empty(change) {
                    return Err(NOT_ENCRYPTED);
                }
                seal.still_fits(&known)?;
                change.put_key(&key)
            })?;
        }
        let seal = Arc::new(seal);
        let backend = Guarded::new(backend, Arc::clone(&seal));
        let writer = Mutex::new(Writer::new(&seal)?);
        Ok(Self {
            backend: Box::new(backend),
            writer,
            waiting: Queue::default(),
            seal,
            caches: Pool::default(),
            presses: Pool::default(),
            used: LastUsed::default(),
            keeper: Keeper::default(),
        })
    }

    /// Where it is: the path by which it was opened, absolute. Empty for an archive that is no file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.backend.path().unwrap_or(Path::new(""))
    }

    /// Stores one message; when it returns, the message and its place in the index are on stable storage. Nothing is
    /// refused for what it says: what is wrong with it is kept beside it.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::ReadOnly`], [`Error::Locked`] and the like: then nothing was stored. [`Error::Device`]: it
    /// can have reached the disk, wholly, when all that failed was the last word of the disk; put again, it is stored once.
    /// [`Error::Moved`]: nothing was stored in the file that is at this place now.
    pub fn put(&self, actor: &Actor, intake: &Intake<'_>, message: Vec<u8>) -> Result<Put> {
        let put = self.put_batch(actor, intake, vec![message])?;
        put.first().copied().ok_or_else(|| Error::Internal("a batch of one".into()))
    }

    /// Stores one message that is read from somewhere. One within the limits of the intake is held in memory, and is as one
    /// that was [put](Archive::put). One beyond them is not lost: it goes into the archive piece by piece, judged as what is
    /// too long to be verified, and [`Archive::get_to`] gives it back; so much as the limits allow is held of it.
    ///
    /// # Errors
    /// As [`Archive::put`]; [`Error::File`] when `source` fails. Nothing is stored then.
    ///
    /// # Limits
    /// 1 TiB. While the rest of a message beyond the limits is read, nobody else can write: give a file, not a slow
    /// connection, and nothing that itself writes to this archive.
    pub fn put_from(&self, actor: &Actor, intake: &Intake<'_>, source: &mut dyn Read) -> Result<Put> {
        let asked = Asked::put(actor, intake);
        let most = intake.limits.message_bytes;
        let mut begun = Vec::new();
        let read = source.take((most as u64).saturating_add(1)).read_to_end(&mut begun);
        read.map_err(|error| Error::file(Path::new("input"), error))?;
        if begun.len() <= most {
            return self.put(actor, intake, begun);
        }
        let (message, verification) = self.verified(intake, &begun[..]);
        let derived = self.seal.hide(intake.derive(&message, &verification, &Seen::default()));
        let (gate, mut source) = (self.gate(&asked), (&begun[..]).chain(source));
        let used = self.used(intake);
        let stored = self.writer().store_long(self.backend(), actor, &gate, (intake, &used), derived, &mut source);
        self.noted(&asked, stored)
    }

    /// Stores messages in one transaction: all of them, or none. About a hundred at a time cost a tenth of one by one. Threads that
    /// store at the same time share what a commit costs, and nothing else: what becomes of one batch does not depend on the others.
    ///
    /// # Errors
    /// As [`Archive::put`].
    ///
    /// # Limits
    /// All are held in memory, and worked on by all cores; while somebody else writes, by all but one.
    pub fn put_batch(&self, actor: &Actor, intake: &Intake<'_>, messages: Vec<Vec<u8>>) -> Result<Vec<Put>> {
        self.backend.writable()?;
        let prepared = self.prepare_all(intake, messages);
        let stored = self.store_with_others(self.ready(actor, intake, prepared)?);
        self.noted(&Asked::put(actor, intake), stored)
    }

    /// Stores the message that the host has just submitted: its recipients are pending until a certified event comes. A user says
    /// so of mailboxes from which it may send: the one in which the message lies, and the one that is its sender.
    ///
    /// # Errors
    /// As [`Archive::put`].
    pub fn put_submitted(
        &self,
        actor: &Actor,
        intake: &Intake<'_>,
        message: Vec<u8>,
        submission: &Submission<'_>,
    ) -> Result<Put> {
        let asked = Cell::new(Asked::put(actor, intake));
        let gate = |change: &dyn Change| {
            let put = asked.get();
            let under = self.judge(change, &put)?;
            if put.call == Call::Put {
                for mailbox in [intake.mailbox, submission.sender] {
                    asked.set(Asked { call: Call::Filed, ..put }.on(On::Mailbox(mailbox)));
                    self.judge(change, &asked.get())?;
                }
            }
            Ok(under)
        };
        let stored = self.store_one(actor, &gate, intake, message, With::Submission(submission));
        self.noted(&asked.get(), stored)
    }

    /// Stores one message and what goes with it.
    pub(crate) fn store_one(
        &self,
        actor: &Actor,
        gate: Gate<'_>,
        intake: &Intake<'_>,
        message: Vec<u8>,
        with: With<'_>,
    ) -> Result<Put> {
        self.backend.writable()?;
        let prepared = self.examine(intake, vec![self.verified(intake, message)]);
        let compressed = self.compress(intake, &prepared)?;
        let stored = self.write_prepared(actor, gate, intake, &prepared, &compressed, with)?;
        stored.first().copied().ok_or_else(|| Error::Internal("a batch of one".into()))
    }

    /// The exact bytes of a message. That a user of the organisation asked for them is an entry of the log before they are given;
    /// through a handle that is open for reading alone nothing can be written down.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Damaged`] where they are no longer what was stored.
    pub fn get(&self, actor: &Actor, id: Id) -> Result<Vec<u8>> {
        let asked = Asked::new(actor, Call::Get).on(On::Message(id));
        self.consulted(&asked, || What::Read { id })?;
        self.read_for(&asked, |view| content::whole(self.seal(), view, content::number_of(view, id)?))
    }

    /// Writes the exact bytes of a message to `sink`, a piece at a time.
    ///
    /// # Errors
    /// As [`Archive::get`], after what could be read was written; [`Error::File`] when `sink` fails.
    pub fn get_to(&self, actor: &Actor, id: Id, sink: &mut dyn std::io::Write) -> Result<()> {
        let asked = Asked::new(actor, Call::Get).on(On::Message(id));
        self.consulted(&asked, || What::Read { id })?;
        self.read_for(&asked, |view| {
            let failed = |error| Error::file(Path::new("output"), error);
            let number = content::number_of(view, id)?;
            content::stream(self.seal(), view, number, |piece| sink.write_all(piece).map_err(failed)).map(drop)
        })
    }

    /// A message as it was received, and what is found out about it now: by what the intake brings, and by the revocation evidence
    /// that is kept with it. What was known to be revoked when it came in is so for whoever brings no list.
    ///
    /// # Errors
    /// As [`Archive::get`]; [`Error::Damaged`] where what is kept cannot be read.
    pub fn verify(&self, actor: &Actor, intake: &Intake<'_>, id: Id) -> Result<(Message<Vec<u8>>, Verification)> {
        let message = Message::parse(self.get(actor, id)?, &intake.limits);
        let mut judge = Judge::by(intake, self.seal(), self.cache());
        let verified = self.read(|view| judge.verify(view, content::number_of(view, id)?, &message));
        self.give_back(judge.cache);
        Ok((message, verified?))
    }

    /// Everything that speaks of the transaction of this *identificativo* or *msgid*, as a ledger: its dossiers are worked
    /// out from the bytes as `intake` judges them, not from what is stored beside them.
    ///
    /// # Errors
    /// [`Error::Damaged`] where a message of it cannot be read.
    pub fn ledger(&self, actor: &Actor, intake: &Intake<'_>, identifier: &str) -> Result<Ledger> {
        let mut judge = Judge::by(intake, self.seal(), self.cache());
        let texts = BTreeSet::from([bare(identifier)]);
        let asked = Asked::new(actor, Call::Ledger).at(intake.now);
        self.read_for(&asked, |view| {
            let related = self.shown(view, &asked, dossiers::related(view, &texts, Speaking::All)?)?;
            dossiers::ledger_of(view, related, &mut Records::default(), &mut judge)
        })
    }

    /// What a query finds, newest first. The next page begins at [`Page::next`]; messages that come in meanwhile neither
    /// repeat nor hide any.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn search(&self, actor: &Actor, query: &Query, from: Option<Cursor>, limit: usize) -> Result<Page> {
        let asked = Asked::new(actor, Call::search(query));
        self.seal.answers(query)?;
        self.read_for(&asked, |view| match self.sight(view, &asked)? {
            Sight::All => page::read(view, query, from, limit),
            sight => self.search_seen(view, &sight, query, from, limit),
        })
    }

    /// The entry of one message.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Damaged`] where the index has lost it: [`Archive::rebuild_index`] mends that.
    pub fn entry(&self, actor: &Actor, id: Id) -> Result<Entry> {
        let asked = Asked::new(actor, Call::Entry).on(On::Message(id));
        self.read_for(&asked, |view| {
            let number = content::number_of(view, id)?;
            let mut entry = page::entry(view, number)?;
            self.hide_mailboxes(view, &self.sight(view, &asked)?, number, &mut entry)?;
            Ok(entry)
        })
    }

    /// The messages that speak of the transaction of this *identificativo* or *msgid*, oldest first.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn messages_about(&self, actor: &Actor, identifier: &str) -> Result<Vec<Id>> {
        let texts = BTreeSet::from([bare(identifier)]);
        let asked = Asked::new(actor, Call::Ledger);
        self.read_for(&asked, |view| {
            let related = self.shown(view, &asked, dossiers::related(view, &texts, Speaking::All)?)?;
            related.into_iter().map(|number| content::id_of(view, number)).collect()
        })
    }

    pub(crate) fn cache(&self) -> ChainCache {
        self.caches.take().unwrap_or_default()
    }

    pub(crate) fn give_back(&self, cache: ChainCache) {
        self.caches.give_back(cache);
    }

    pub(crate) const fn waiting(&self) -> &Queue {
        &self.waiting
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        // A batch that panicked has been undone.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody has the writer just now.
    pub(crate) fn is_writing(&self) -> bool {
        matches!(self.writer.try_lock(), Err(TryLockError::WouldBlock))
    }

    /// What an intake judges by.
    pub(crate) fn used(&self, intake: &Intake<'_>) -> Arc<Used> {
        self.used.by(intake)
    }

    pub(crate) const fn presses(&self) -> &Pool<Press> {
        &self.presses
    }

    /// Writes what is prepared; a refusal is for the caller to [note](Archive::noted). The writer is held for what only one can do at a time.
    pub(crate) fn write_prepared(
        &self,
        actor: &Actor,
        gate: Gate<'_>,
        intake: &Intake<'_>,
        prepared: &[Prepared],
        compressed: &Compressed,
        with: With<'_>,
    ) -> Result<Vec<Put>> {
        self.backend.writable()?;
        let used = self.used(intake);
        let ready = Ready::of(prepared, &used, compressed);
        let (submission, also) = match with {
            With::Submission(submission) => (Some(submission), None),
            With::Also(also) => (None, Some(also)),
        };
        let order = Order { actor, gate, intake, ready: &ready, submission, done: &[] };
        let stored = self.writer().store(self.backend(), &[order], also)?;
        stored.into_iter().next().unwrap_or_else(|| Err(uncalled()))
    }

    pub(crate) const fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    pub(crate) const fn seal(&self) -> &Arc<Seal> {
        &self.seal
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        self.backend.as_ref()
    }

    /// Runs `work` in one consistent view.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&dyn View) -> Result<T>) -> Result<T> {
        let (mut work, mut answer) = (Some(work), None);
        self.backend.read(&mut |view| {
            answer = work.take().map(|work| work(view)).transpose()?;
            Ok(())
        })?;
        answer.ok_or_else(uncalled)
    }

    /// Runs `work` in a change of its own: all of it is on stable storage when it returns, or nothing of it is.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&dyn Change) -> Result<T>) -> Result<T> {
        let (mut work, mut answer) = (Some(work), None);
        self.backend.change(&mut |change| {
            answer = work.take().map(|work| work(change)).transpose()?;
            Ok(())
        })?;
        answer.ok_or_else(uncalled)
    }
}

fn uncalled() -> Error {
    Error::Internal("the backend has not called what it was given".into())
}

/// An identifier without angle brackets and white space, as reconciliation keys it.
pub(crate) fn bare(identifier: &str) -> String {
    let text: String = identifier.chars().filter(|c| !c.is_whitespace()).collect();
    text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).map_or(text.clone(), str::to_owned)
}

//! The archive as its host sees it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use pec_core::reconcile::Ledger;
use pec_core::trust::ChainCache;
use rayon::prelude::*;
use rusqlite::Connection;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::intake::{Intake, Prepared};
use crate::search::Query;
use crate::sqlite::dossiers::{self, Gather, Judge, Records};
use crate::sqlite::open::{self, Access};
use crate::sqlite::page::{self, Cursor, Entry, Page};
use crate::sqlite::place::Place;
use crate::sqlite::{get, put};
use crate::writer::Writer;

/// Everything that was received and sent, kept for as long as it has to be (*archivio*).
///
/// One file. One writer at a time, any number of readers, in this process and in others; a handle is shared by threads.
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
    place: Place,
    // Closed before the writer: the last to close an archive takes its log in, and only a writer can.
    readers: Mutex<Vec<Connection>>,
    writer: Option<Mutex<Writer>>,
    caches: Mutex<Vec<ChainCache>>,
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
        open::create(path)?;
        Self::open(path)
    }

    /// Opens an archive for reading and writing, and brings it to the present format.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::NotAnArchive`], [`Error::Newer`], [`Error::Network`]; [`Error::ReadOnly`] where the
    /// file or its folder cannot be written.
    pub fn open(path: &Path) -> Result<Self> {
        let place = Place::of(path)?;
        let connection = open::open(&place, Access::Write)?;
        Ok(Self { writer: Some(Mutex::new(Writer::new(connection, place.clone())?)), ..Self::closed(place) })
    }

    /// Opens an archive that nobody may change through this handle, also where the disk or the folder cannot be written.
    ///
    /// # Errors
    /// As [`Archive::open`]; [`Error::ReadOnly`] where the folder cannot be written and the last writer has left a log
    /// beside the file, which only a writer can take in.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        let place = Place::of(path)?;
        let connection = open::open(&place, Access::Read)?;
        Ok(Self { readers: Mutex::new(vec![connection]), ..Self::closed(place) })
    }

    fn closed(place: Place) -> Self {
        Self { place, writer: None, readers: Mutex::default(), caches: Mutex::default() }
    }

    /// Where it is: the path by which it was opened, absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.place.path()
    }

    /// Whether a path leads to a file of this archive.
    pub(crate) fn is_own(&self, path: &Path) -> bool {
        self.place.is_own(path)
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

    /// Stores messages in one transaction: all of them, or none. About a hundred at a time cost a tenth of one by one.
    ///
    /// # Errors
    /// As [`Archive::put`].
    ///
    /// # Limits
    /// All are held in memory, and worked on by all cores.
    pub fn put_batch(&self, actor: &Actor, intake: &Intake<'_>, messages: Vec<Vec<u8>>) -> Result<Vec<Put>> {
        let prepared: Vec<Prepared> = messages
            .into_par_iter()
            .map(|bytes| {
                let mut cache = self.cache();
                let prepared = intake.prepare(bytes, &mut cache);
                self.give_back(cache);
                prepared
            })
            .collect();
        self.writer()?.store(actor, intake, self.cache(), prepared, None)
    }

    /// Stores the message that the host has just submitted: its recipients are pending until a certified event comes.
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
        let mut cache = self.cache();
        let prepared = intake.prepare(message, &mut cache);
        let stored = self.writer()?.store(actor, intake, cache, vec![prepared], Some(submission))?;
        stored.first().copied().ok_or_else(|| Error::Internal("a batch of one".into()))
    }

    /// The exact bytes of a message.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Damaged`] where they are no longer what was stored.
    pub fn get(&self, _: &Actor, id: Id) -> Result<Vec<u8>> {
        self.read(|connection| {
            let number = put::find(connection, id)?.ok_or_else(|| Error::absent(id))?;
            get::whole(connection, number)
        })
        .map_err(|error| error.of_message(id))
    }

    /// Writes the exact bytes of a message to `sink`, a piece at a time.
    ///
    /// # Errors
    /// As [`Archive::get`], after what could be read was written; [`Error::File`] when `sink` fails.
    pub fn get_to(&self, _: &Actor, id: Id, sink: &mut dyn std::io::Write) -> Result<()> {
        self.read(|connection| {
            let number = put::find(connection, id)?.ok_or_else(|| Error::absent(id))?;
            let failed = |error| Error::file(Path::new("output"), error);
            get::stream(connection, number, |piece| sink.write_all(piece).map_err(failed))?;
            Ok(())
        })
        .map_err(|error| error.of_message(id))
    }

    /// Everything that speaks of the transaction of this *identificativo* or *msgid*, as a ledger: its dossiers are worked
    /// out from the bytes as `intake` judges them, not from what is stored beside them.
    ///
    /// # Errors
    /// [`Error::Damaged`] where a message of it cannot be read.
    pub fn ledger(&self, _: &Actor, intake: &Intake<'_>, identifier: &str) -> Result<Ledger> {
        let mut judge = Judge { verifier: intake.verifier(), now: intake.now, cache: self.cache() };
        let texts = BTreeSet::from([bare(identifier)]);
        self.read(|connection| dossiers::ledger(connection, &texts, Gather::All, &mut Records::default(), &mut judge))
    }

    /// What a query finds, newest first. The next page begins at [`Page::next`]; messages that come in meanwhile neither
    /// repeat nor hide any.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn search(&self, _: &Actor, query: &Query, from: Option<Cursor>, limit: usize) -> Result<Page> {
        self.read(|connection| page::read(connection, query, from, limit))
    }

    /// The entry of one message.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Damaged`] where the index has lost it: [`Archive::rebuild_index`] mends that.
    pub fn entry(&self, _: &Actor, id: Id) -> Result<Entry> {
        self.read(|connection| {
            let number = put::find(connection, id)?.ok_or_else(|| Error::absent(id))?;
            page::entry(connection, number)
        })
        .map_err(|error| error.of_message(id))
    }

    /// The messages that speak of the transaction of this *identificativo* or *msgid*, oldest first.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn messages_about(&self, _: &Actor, identifier: &str) -> Result<Vec<Id>> {
        let texts = BTreeSet::from([bare(identifier)]);
        self.read(|connection| {
            let related = dossiers::related(connection, &texts, true)?;
            related.into_iter().map(|number| get::id_of(connection, number)).collect()
        })
    }

    pub(crate) fn cache(&self) -> ChainCache {
        self.caches.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(crate) fn give_back(&self, cache: ChainCache) {
        self.caches.lock().unwrap_or_else(PoisonError::into_inner).push(cache);
    }

    pub(crate) fn writer(&self) -> Result<MutexGuard<'_, Writer>> {
        let writer = self.writer.as_ref().ok_or(Error::ReadOnly)?;
        // A writer that panicked has rolled its transaction back.
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `work` on a connection of its own, outside any transaction.
    pub(crate) fn plain<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.place.confirm()?;
        work(&open::open(&self.place, Access::Read)?)
    }

    /// Runs `work` on a connection of its own, in one consistent view.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.place.confirm()?;
        let pooled = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match pooled {
            Some(connection) => connection,
            None => open::open(&self.place, Access::Read)?,
        };
        let view = connection.transaction()?;
        let answer = work(&view);
        view.finish()?;
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }
}

/// An identifier without angle brackets and white space, as reconciliation keys it.
pub(crate) fn bare(identifier: &str) -> String {
    let text: String = identifier.chars().filter(|c| !c.is_whitespace()).collect();
    text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).map_or(text.clone(), str::to_owned)
}

//! What people have, taken in: files, folders, Maildir, mbox, ZIP.

mod files;

use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::UNIX_EPOCH;

use pec_core::finding::Language;
use pec_files::{Judge, Judged, Kind, Place, Position, Reason, Unread, is_taken_for_message, no_message};
use rayon::prelude::*;
use serde::Serialize;

use self::files::Files;
use crate::actor::Actor;
use crate::archive::{Archive, Put, Stored};
use crate::care::{Progress, Watch};
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::intake::Intake;
use crate::mailbox::mailbox_key;
use crate::prepare::Verified;
use crate::queue::Waiting;
use crate::store::ImportedRow;

/// So many batches wait for the writer while the next one is read: he stores as many at a time as he takes.
const ON_THE_WAY: usize = 8;

/// So many bytes of messages, but for a batch that has more by itself.
const BYTES_ON_THE_WAY: usize = 64 << 20;

/// Bytes at the beginning of a long file that tell what it is.
const BEGINNING: u64 = 256;

/// What an import has done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Imported {
    /// Messages that were not here.
    pub new: u64,
    /// Messages that were.
    pub known: u64,
    /// Files that an earlier import had finished, unchanged since: they were not opened.
    pub skipped: u64,
    /// What could not be read. It stopped nothing, and is tried again the next time.
    pub exceptions: Vec<Exception>,
    /// Whether everything was read, or the work was ended before.
    pub complete: bool,
}

/// Something that could not be taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Exception {
    /// The file, with `#` and a number where it holds several messages.
    pub place: String,
    /// Why, in Italian.
    pub it: String,
    /// Why, in English.
    pub en: String,
}

impl Archive {
    /// Takes in everything below these paths: files of one message, mbox files, ZIP files, folders of them, Maildir; `-` is
    /// standard input. Nothing that cannot be read stops it. A file of one message that is beyond the limits of the intake is taken
    /// in as by [`Archive::put_from`]; one inside an mbox or a ZIP is an exception. So is a file in a folder, or a ZIP, that is neither
    /// called a message (`.eml`) nor begins as one; what is named itself is taken whatever it is. A second import goes on where the first was ended, even by a crash: what
    /// it has finished is skipped, what it had begun is taken once.
    ///
    /// # Errors
    /// As [`Archive::put`]; what was taken in before stays.
    ///
    /// # Limits
    /// The files of this archive are left out, by whatever name or link. Another archive that this process has open must
    /// not lie below these paths: reading it as a file would take its locks away (POSIX).
    /// Of a batch are held at most 256 messages; of an mbox or a ZIP no more than 64 MiB and one message, beside the files among the
    /// same 256 places. While one is read, others are stored: eight at most, and 64 MiB at most, or one that has more. Who ends it
    /// is heard when one of them is stored; those on their way are stored as well.
    pub fn import(&self, actor: &Actor, intake: &Intake<'_>, paths: &[PathBuf], watch: Watch<'_>) -> Result<Imported> {
        self.allow(&Asked::new(actor, Call::Import).at(intake.now))?;
        let (places, seen, skipped) = self.not_imported(paths, intake.mailbox);
        let (total, imported) = (skipped + places.len() as u64, Imported { skipped, ..Imported::default() });
        let judge = Judge::new(intake.trust.clone()).limits(intake.limits);
        let judge = match intake.evidence {
            Some(evidence) => judge.evidence(evidence.clone()),
            None => judge,
        };
        let make = |position: Position, judged: Result<Judged, Unread>| {
            (position, judged.map(|judged| (judged.message, judged.verification)))
        };
        let into = Destination { archive: self, actor, intake };
        thread::scope(|scope| {
            let (named, files) = (paths.iter().map(PathBuf::as_path).collect(), Files::of(seen));
            let mut run = Run { into, imported, places: &places, named, files, total, storing: VecDeque::new(), watch };
            let read = judge.each(&places, intake.now, &|| (), make, |batch| run.take(scope, batch));
            match read.and_then(|()| run.all_stored()) {
                Ok(()) => run.imported.complete = true,
                Err(Stopped::Ended) => run.count_others()?,
                Err(Stopped::By(error)) => return Err(error),
            }
            run.finish()?;
            Ok(run.imported)
        })
    }

    /// What is to be read below these paths, as it is now, and how many files an import has finished.
    fn not_imported(&self, paths: &[PathBuf], mailbox: &str) -> (Vec<Place>, Vec<Option<ImportedRow>>, u64) {
        let mut places = pec_files::places(paths);
        let files: Vec<&Path> = places.iter().map(|place| file_of(place).unwrap_or(Path::new(""))).collect();
        let mut are_own = self.backend().are_own(&files).into_iter();
        places.retain(|_| !are_own.next().unwrap_or_default());
        let mut found: Vec<_> = places.into_par_iter().map(|place| (describe(&place, mailbox), place)).collect();
        let all = found.len();
        // Where it cannot be told, all are read again.
        let _ = self.read(|view| {
            let is_known = |file: &ImportedRow| view.is_imported(file).unwrap_or(false);
            found.retain(|(file, _)| !file.as_ref().is_some_and(|file| is_known(&unnamed(file)) || is_known(file)));
            Ok(())
        });
        let skipped = (all - found.len()) as u64;
        let (seen, places): (Vec<_>, _) = found.into_iter().unzip();
        (places, seen.iter().map(|file| file.as_ref().map(unnamed)).collect(), skipped)
    }
}

/// Where an import stores, and for whom.
#[derive(Clone, Copy)]
struct Destination<'r> {
    archive: &'r Archive,
    actor: &'r Actor,
    intake: &'r Intake<'r>,
}

impl Destination<'_> {
    /// Makes a batch ready, and that its files are done, on the threads of whoever imports: those that store have none of their own,
    /// so that he may be one of those for whom they would wait.
    fn ready(self, messages: Vec<Verified>, done: Vec<ImportedRow>) -> Result<Waiting> {
        let Self { archive, actor, intake } = self;
        let prepared = archive.preparing(|| archive.examine(intake, messages));
        Ok(archive.ready(actor, intake, prepared)?.ending(done))
    }

    /// Stores a batch and what ends with it, or nothing of both.
    fn store(self, batch: Waiting) -> Result<Vec<Put>> {
        let stored = self.archive.store_with_others(batch);
        self.archive.noted(&Asked::put(self.actor, self.intake), stored)
    }
}

/// A batch on its way into the archive.
struct Storing<'s> {
    thread: ScopedJoinHandle<'s, Result<Vec<Put>>>,
    bytes: usize,
    /// The places before which all is done then.
    until: usize,
}

/// Why an import goes no further.
enum Stopped {
    /// Who watches it has ended it.
    Ended,
    By(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::By(error)
    }
}

/// An import on its way.
struct Run<'r, 's> {
    into: Destination<'r>,
    imported: Imported,
    places: &'r [Place],
    /// What was named itself, and not found in a folder.
    named: BTreeSet<&'r Path>,
    files: Files,
    total: u64,
    /// Batches on their way, in their order.
    storing: VecDeque<Storing<'s>>,
    watch: Watch<'r>,
}

impl<'r: 's, 's> Run<'r, 's> {
    /// Sends a batch on its way.
    fn take(
        &mut self,
        scope: &'s Scope<'s, 'r>,
        batch: Vec<(Position, Result<Verified, Unread>)>,
    ) -> Result<(), Stopped> {
        while self.storing.front().is_some_and(|first| first.thread.is_finished()) {
            self.stored()?;
        }
        let Some((last, _)) = batch.last() else { return Ok(()) };
        let last = *last;
        let mut messages = Vec::with_capacity(batch.len());
        for (position, message) in batch {
            match message {
                Ok((message, _)) if position.number == 0 && !self.is_taken(position, message.bytes()) => {
                    let name = self.file(position).map(|path| path.display().to_string()).unwrap_or_default();
                    self.except(position, Unread { name, reason: no_message() });
                }
                Ok(verified) => messages.push(verified),
                Err(unread) if unread.reason.kind == Kind::TooLarge && position.number == 0 => {
                    self.take_large(position, unread)?;
                }
                Err(unread) => self.except(position, unread),
            }
        }
        let bytes = messages.iter().map(|(message, _)| message.bytes().len()).sum();
        while self.is_full(bytes) {
            self.stored()?;
        }
        let into = self.into;
        let batch = into.ready(messages, self.files.begin(last))?;
        let store = thread::Builder::new().spawn_scoped(scope, move || into.store(batch));
        let thread = store.map_err(|error| Error::Internal(format!("a thread that stores: {error}")))?;
        self.storing.push_back(Storing { thread, bytes, until: self.files.taken() });
        Ok(())
    }

    /// Whether so many bytes have to wait.
    fn is_full(&self, bytes: usize) -> bool {
        let on_the_way: usize = self.storing.iter().map(|batch| batch.bytes).sum();
        self.storing.len() == ON_THE_WAY || (on_the_way > 0 && on_the_way + bytes > BYTES_ON_THE_WAY)
    }

    /// Waits until the first batch on its way is on stable storage.
    fn stored(&mut self) -> Result<(), Stopped> {
        let Some(until) = self.count_first()? else { return Ok(()) };
        let done = self.imported.skipped + until as u64;
        if (self.watch)(Progress { done, total: self.total }).is_break() { Err(Stopped::Ended) } else { Ok(()) }
    }

    fn all_stored(&mut self) -> Result<(), Stopped> {
        while !self.storing.is_empty() {
            self.stored()?;
        }
        Ok(())
    }

    /// Counts what was on its way when the import was ended.
    fn count_others(&mut self) -> Result<()> {
        while self.count_first()?.is_some() {}
        Ok(())
    }

    /// Counts what the first batch on its way has brought; gives the places before which all is done.
    fn count_first(&mut self) -> Result<Option<usize>> {
        let Some(Storing { thread, until, .. }) = self.storing.pop_front() else { return Ok(None) };
        self.files.end();
        for put in thread.join().unwrap_or_else(|panic| resume_unwind(panic))? {
            self.count(put.stored);
        }
        Ok(Some(until))
    }

    /// A message that is too long to be held: piece by piece.
    fn take_large(&mut self, position: Position, unread: Unread) -> Result<()> {
        let Some(path) = self.file(position) else {
            self.except(position, unread);
            return Ok(());
        };
        let opened = File::open(path).and_then(|mut file| {
            let mut beginning = Vec::new();
            file.by_ref().take(BEGINNING).read_to_end(&mut beginning)?;
            file.rewind()?;
            Ok((file, beginning))
        });
        let put = match opened {
            Ok((_, beginning)) if !self.is_taken(position, &beginning) => {
                self.except(position, Unread { reason: no_message(), ..unread });
                return Ok(());
            }
            Ok((mut file, _)) => self.into.archive.put_from(self.into.actor, self.into.intake, &mut file),
            Err(error) => Err(Error::file(path, error)),
        };
        match put {
            Ok(put) => self.count(put.stored),
            // What is wrong with one file is no fault of the archive.
            Err(Error::File { source, .. }) => {
                self.except(position, Unread { reason: Reason::of_io(&source), ..unread });
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn file(&self, position: Position) -> Option<&'r Path> {
        self.places.get(position.place).and_then(file_of)
    }

    /// Whether a file of one message is one: what somebody names is, whatever it is.
    fn is_taken(&self, position: Position, beginning: &[u8]) -> bool {
        self.file(position).is_none_or(|path| self.named.contains(path) || is_taken_for_message(path, beginning))
    }

    fn count(&mut self, stored: Stored) {
        match stored {
            Stored::New => self.imported.new += 1,
            Stored::Known => self.imported.known += 1,
        }
    }

    /// What could not be read is told, and tried again the next time.
    fn except(&mut self, position: Position, unread: Unread) {
        self.files.try_again(position.place);
        self.imported.exceptions.push(Exception {
            place: unread.name,
            it: unread.reason.of(Language::It).to_owned(),
            en: unread.reason.of(Language::En).to_owned(),
        });
    }

    /// Notes what else is done: of everything that was read an mbox or a ZIP is when nothing comes after it.
    fn finish(&mut self) -> Result<()> {
        let done = if self.imported.complete { self.files.rest() } else { self.files.late() };
        if done.is_empty() {
            return Ok(());
        }
        self.into.archive.change(|change| done.iter().try_for_each(|file| change.put_imported(file)))
    }
}

fn file_of(place: &Place) -> Option<&Path> {
    let Place::File(path) = place else { return None };
    Some(path)
}

/// The same by the digest of its place: mail programs call files by subject and sender, and a message that was erased leaves nothing of
/// what it said. Older versions have noted the place itself.
fn unnamed(file: &ImportedRow) -> ImportedRow {
    ImportedRow { place: Id::of(file.place.as_bytes()).to_string(), ..file.clone() }
}

/// A file by its absolute path, size and time of change, as it was found in a mailbox: in another one it is found once more. Nothing
/// for what is no file.
fn describe(place: &Place, mailbox: &str) -> Option<ImportedRow> {
    let path = std::path::absolute(file_of(place)?).ok()?;
    let found = path.metadata().ok()?;
    let modified = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let (size, modified) = (i64::try_from(found.len()).ok()?, i64::try_from(modified.as_nanos()).ok()?);
    let mut place = path.to_str()?.to_owned();
    if !mailbox.is_empty() {
        // An absolute path has no two separators in a row.
        place = format!("{place}//{}", mailbox_key(mailbox));
    }
    Some(ImportedRow { place, size, modified })
}

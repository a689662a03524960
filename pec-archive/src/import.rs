//! What people have, taken in: files, folders, Maildir, mbox, ZIP.

use std::fs::File;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::UNIX_EPOCH;

use pec_core::finding::Language;
use pec_files::{Judge, Judged, Kind, Place, Position, Reason, Unread};
use serde::Serialize;

use crate::actor::Actor;
use crate::archive::{Archive, Put, Stored};
use crate::care::{Progress, Watch};
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::intake::{Intake, Prepared};
use crate::prepare::Verified;
use crate::ready::Compressed;
use crate::store::{Change, ImportedRow};
use crate::writer::With;

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
    /// in as by [`Archive::put_from`]; one inside an mbox or a ZIP is an exception. A second import goes on where the first was ended, even by a crash: what
    /// it has finished is skipped, what it had begun is taken once.
    ///
    /// # Errors
    /// As [`Archive::put`]; what was taken in before stays.
    ///
    /// # Limits
    /// The files of this archive are left out, by whatever name or link. Another archive that this process has open must
    /// not lie below these paths: reading it as a file would take its locks away (POSIX).
    /// While a batch is stored, the next one is read: of each are held at most 256 messages; of an mbox or a ZIP no more than 64 MiB
    /// and one message, beside the files among the same 256 places.
    pub fn import(&self, actor: &Actor, intake: &Intake<'_>, paths: &[PathBuf], watch: Watch<'_>) -> Result<Imported> {
        self.allow(&Asked::new(actor, Call::Import).at(intake.now))?;
        let mut all = pec_files::places(paths);
        all.retain(|place| !matches!(place, Place::File(path) if self.is_own(path)));
        let total = all.len() as u64;
        let mut imported = Imported::default();
        let (mut places, mut seen) = (Vec::new(), Vec::new());
        for place in all {
            let file = describe(&place);
            if file.as_ref().is_some_and(|file| self.read(|view| view.is_imported(file)).unwrap_or(false)) {
                imported.skipped += 1;
            } else {
                places.push(place);
                seen.push(file);
            }
        }
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
            let mut run = Run { into, imported, places: &places, seen, taken: 0, total, storing: None, watch };
            let outcome = judge.each(&places, intake.now, &|| (), make, |batch| run.take(scope, batch));
            match outcome.and_then(|()| run.stored()) {
                Ok(()) => run.finish()?,
                Err(Stopped::Ended) => return Ok(run.imported),
                Err(Stopped::By(error)) => return Err(error),
            }
            run.imported.complete = true;
            Ok(run.imported)
        })
    }
}

/// Where an import stores, and for whom.
#[derive(Clone, Copy)]
struct Destination<'r> {
    archive: &'r Archive,
    actor: &'r Actor,
    intake: &'r Intake<'r>,
}

/// A batch that is ready to be stored, and the files that it ends.
struct Batch {
    prepared: Vec<Prepared>,
    compressed: Compressed,
    done: Vec<ImportedRow>,
}

impl Destination<'_> {
    /// Stores a batch, and that its files are done, or nothing of both.
    fn store(&self, batch: &Batch) -> Result<Vec<Put>> {
        let Self { archive, actor, intake } = *self;
        let mut also = |change: &dyn Change| batch.done.iter().try_for_each(|file| change.put_imported(file));
        let asked = Asked::put(actor, intake);
        let gate = archive.gate(&asked);
        let with = With::Also(&mut also);
        let stored = archive.write_prepared(actor, &gate, intake, &batch.prepared, &batch.compressed, with);
        archive.noted(&asked, stored)
    }
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
    /// The places, as they were when the import began.
    seen: Vec<Option<ImportedRow>>,
    /// Places before this one are done, or are stored just now.
    taken: usize,
    total: u64,
    /// What stores the batch before, while this one is read; and the places before which all is done then.
    storing: Option<(ScopedJoinHandle<'s, Result<Vec<Put>>>, usize)>,
    watch: Watch<'r>,
}

impl<'r: 's, 's> Run<'r, 's> {
    /// Makes a batch ready while the one before it is stored, and begins to store it.
    fn take(
        &mut self,
        scope: &'s Scope<'s, 'r>,
        batch: Vec<(Position, Result<Verified, Unread>)>,
    ) -> Result<(), Stopped> {
        if self.storing.as_ref().is_some_and(|(storing, _)| storing.is_finished()) {
            self.stored()?;
        }
        let Some((last, _)) = batch.last() else { return Ok(()) };
        // An mbox or a ZIP may go on; a file of one message is done.
        let until = if last.number == 0 { last.place + 1 } else { last.place };
        let mut messages = Vec::with_capacity(batch.len());
        for (position, message) in batch {
            match message {
                Ok(verified) => messages.push(verified),
                Err(unread) if unread.reason.kind == Kind::TooLarge && position.number == 0 => {
                    self.take_large(position, unread)?;
                }
                Err(unread) => self.except(position, unread),
            }
        }
        let into = self.into;
        let prepared = into.archive.preparing(|| into.archive.examine(into.intake, messages));
        let compressed = into.archive.compress(into.intake, &prepared)?;
        self.stored()?;
        let batch = Batch { prepared, compressed, done: self.done(until) };
        let store = thread::Builder::new().spawn_scoped(scope, move || into.store(&batch));
        let storing = store.map_err(|error| Error::Internal(format!("a thread that stores: {error}")))?;
        self.storing = Some((storing, until));
        Ok(())
    }

    /// Waits until the batch that is stored just now is on stable storage.
    fn stored(&mut self) -> Result<(), Stopped> {
        let Some((storing, until)) = self.storing.take() else { return Ok(()) };
        for put in storing.join().unwrap_or_else(|panic| resume_unwind(panic))? {
            self.count(put.stored);
        }
        let done = self.imported.skipped + until as u64;
        if (self.watch)(Progress { done, total: self.total }).is_break() { Err(Stopped::Ended) } else { Ok(()) }
    }

    /// The files that are done when everything before `until` is.
    fn done(&mut self, until: usize) -> Vec<ImportedRow> {
        let done = self.seen.get(self.taken..until).unwrap_or_default().iter().flatten().cloned().collect();
        self.taken = until;
        done
    }

    /// A message that is too long to be held: piece by piece.
    fn take_large(&mut self, position: Position, unread: Unread) -> Result<()> {
        let Some(Place::File(path)) = self.places.get(position.place) else {
            self.except(position, unread);
            return Ok(());
        };
        let put = match File::open(path) {
            Ok(mut file) => self.into.archive.put_from(self.into.actor, self.into.intake, &mut file),
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

    fn count(&mut self, stored: Stored) {
        match stored {
            Stored::New => self.imported.new += 1,
            Stored::Known => self.imported.known += 1,
        }
    }

    /// What could not be read is told, and tried again the next time.
    fn except(&mut self, position: Position, unread: Unread) {
        if let Some(seen) = self.seen.get_mut(position.place) {
            *seen = None;
        }
        self.imported.exceptions.push(Exception {
            place: unread.name,
            it: unread.reason.of(Language::It).to_owned(),
            en: unread.reason.of(Language::En).to_owned(),
        });
    }

    /// Notes that everything is done: an mbox or a ZIP is when nothing comes after it.
    fn finish(&mut self) -> Result<()> {
        let done = self.done(self.places.len());
        self.into.archive.change(|change| done.iter().try_for_each(|file| change.put_imported(file)))
    }
}

/// A file by its absolute path, size and time of change; nothing for what is no file.
fn describe(place: &Place) -> Option<ImportedRow> {
    let Place::File(path) = place else { return None };
    let path = std::path::absolute(path).ok()?;
    let found = path.metadata().ok()?;
    let modified = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let (size, modified) = (i64::try_from(found.len()).ok()?, i64::try_from(modified.as_nanos()).ok()?);
    Some(ImportedRow { place: path.to_str()?.to_owned(), size, modified })
}

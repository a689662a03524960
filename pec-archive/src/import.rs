//! What people have, taken in: files, folders, Maildir, mbox, ZIP.

use std::fs::File;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use pec_core::finding::Language;
use pec_files::{Judge, Judged, Kind, Place, Position, Reason, Unread};
use serde::Serialize;

use crate::actor::Actor;
use crate::archive::{Archive, Stored};
use crate::care::{Progress, Watch};
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::intake::Intake;
use crate::store::ImportedRow;

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
    /// At most 256 messages, or 64 MiB of an mbox or ZIP, are held at a time.
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
        let mut run = Run { archive: self, actor, intake, imported, places: &places, seen, finished: 0 };
        let judge = Judge::new(intake.trust.clone()).limits(intake.limits);
        let mut ended = false;
        let make = |position: Position, judged: Result<Judged, Unread>| {
            (position, judged.map(|judged| judged.message.into_bytes()))
        };
        let outcome = judge.each(&places, intake.now, &|| (), make, |batch| {
            run.take(batch).map_err(Some)?;
            let done = run.imported.skipped + run.finished as u64;
            if watch(Progress { done, total }).is_break() { Err(None) } else { Ok(()) }
        });
        match outcome {
            Ok(()) => run.finish(places.len())?,
            Err(None) => ended = true,
            Err(Some(error)) => return Err(error),
        }
        run.imported.complete = !ended;
        Ok(run.imported)
    }
}

/// An import on its way.
struct Run<'r> {
    archive: &'r Archive,
    actor: &'r Actor,
    intake: &'r Intake<'r>,
    imported: Imported,
    places: &'r [Place],
    /// The places, as they were when the import began.
    seen: Vec<Option<ImportedRow>>,
    /// Places before this one are done.
    finished: usize,
}

impl Run<'_> {
    fn take(&mut self, batch: Vec<(Position, Result<Vec<u8>, Unread>)>) -> Result<()> {
        let Some((last, _)) = batch.last() else { return Ok(()) };
        // An mbox or a ZIP may go on; a file of one message is done.
        let finished = if last.number == 0 { last.place + 1 } else { last.place };
        let mut messages = Vec::with_capacity(batch.len());
        for (position, message) in batch {
            match message {
                Ok(bytes) => messages.push(bytes),
                Err(unread) if unread.reason.kind == Kind::TooLarge && position.number == 0 => {
                    self.take_large(position, unread)?;
                }
                Err(unread) => self.except(position, unread),
            }
        }
        for put in self.archive.put_batch(self.actor, self.intake, messages)? {
            self.count(put.stored);
        }
        self.finish(finished)
    }

    /// A message that is too long to be held: piece by piece.
    fn take_large(&mut self, position: Position, unread: Unread) -> Result<()> {
        let Some(Place::File(path)) = self.places.get(position.place) else {
            self.except(position, unread);
            return Ok(());
        };
        let put = match File::open(path) {
            Ok(mut file) => self.archive.put_from(self.actor, self.intake, &mut file),
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

    /// Notes that the places before `until` are done: their messages are on stable storage.
    fn finish(&mut self, until: usize) -> Result<()> {
        let done = self.seen.get(self.finished..until).unwrap_or_default().iter().flatten();
        let done: Vec<&ImportedRow> = done.collect();
        self.archive.change(|change| done.into_iter().try_for_each(|file| change.put_imported(file)))?;
        self.finished = until;
        Ok(())
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

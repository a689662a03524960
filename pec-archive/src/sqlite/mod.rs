//! The embedded backend: one SQLite file.
//!
//! ```text
//! open     create, recognise, migrate, refuse       schema.sql   what is true, and what is worked out from it
//! tables   the operations of a transaction          blobs        bytes under their digest, in pieces
//! messages rows of messages, written and read       dossiers     states of what was sent
//! find     a query as SQL, newest first             decided      classes, holds, tags
//! log      what was done, and its tree              deposits     packages and what was answered
//! place    which file it is, and whether still      survey       what can be read of a file that is damaged
//! index    what is worked out, made anew            erase        what is gone from the file
//! salvage  what can still be read, into a new file  values       how identifiers and errors are told
//! login    what is to be signed to log in           digests      what a digest stands for
//! tallies  what reports count
//! ```

mod blobs;
mod decided;
mod deposits;
mod digests;
mod dossiers;
mod erase;
mod find;
mod fold;
mod happened;
mod index;
mod log;
mod login;
mod mailbox;
mod managed;
mod messages;
mod open;
mod outbox;
mod place;
pub(crate) mod salvage;
mod stats;
mod survey;
mod tables;
mod tallies;
mod values;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

use self::open::Access;
pub(crate) use self::open::sync_folder;
use self::place::Place;
use self::tables::Tables;
use crate::error::{Error, Result};
use crate::store::{Backend, Change, View};

/// An archive in one file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    place: Place,
    // Closed before the writer: the last to close an archive takes its log in, and only a writer can.
    readers: Mutex<Vec<Connection>>,
    /// What brings the log into the file while the writer goes on; opened when several threads write.
    tidier: Mutex<Option<Connection>>,
    writer: Option<Mutex<Writer>>,
}

/// The connection that writes.
#[derive(Debug)]
struct Writer {
    connection: Connection,
    /// Whether what was erased may still stand in the log of the file.
    unscrubbed: bool,
    /// What SQLite called the state that the last change began with: the same as long as nobody else writes.
    version: Option<i64>,
}

impl Sqlite {
    /// Makes an empty archive where nothing is yet, and opens it.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        open::create(path)?;
        Self::open(path)
    }

    /// Opens an archive for reading and writing, and brings it to the present format.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let place = Place::of(path)?;
        let has_log = std::fs::metadata(place.beside("-wal")).is_ok_and(|log| log.len() > 0);
        let connection = open::open(&place, Access::Write)?;
        if has_log {
            // Whoever erased something last may have been kept from taking it out of the log. Once, and without waiting for anybody.
            let _ = open::at_once(&connection, erase::scrub);
        }
        let writer = Writer { connection, unscrubbed: false, version: None };
        Ok(Self { writer: Some(Mutex::new(writer)), ..Self::reading(place, Vec::new()) })
    }

    /// Opens an archive that nobody may change through this handle.
    pub(crate) fn open_read_only(path: &Path) -> Result<Self> {
        let place = Place::of(path)?;
        let connection = open::open(&place, Access::Read)?;
        Ok(Self::reading(place, vec![connection]))
    }

    /// Opens an archive of this format or an older one for reading, and leaves it so.
    fn as_it_is(path: &Path) -> Result<Self> {
        let place = Place::of(path)?;
        let connection = open::as_it_is(&place, Access::Read)?;
        Ok(Self::reading(place, vec![connection]))
    }

    fn reading(place: Place, readers: Vec<Connection>) -> Self {
        Self { place, readers: Mutex::new(readers), tidier: Mutex::default(), writer: None }
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>> {
        let writer = self.writer.as_ref().ok_or(Error::ReadOnly)?;
        // A writer that panicked has rolled its transaction back.
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes what was erased out of the log of the file; what keeps it from that is tried again after the next change.
    fn scrub_log(&self, writer: &mut Writer) -> Result<()> {
        writer.unscrubbed = true;
        self.place.confirm()?;
        erase::scrub(&writer.connection)?;
        writer.unscrubbed = false;
        Ok(())
    }

    /// Brings the log into the file, as far as nobody else needs it: the writer, who may go on meanwhile, has the less to bring when
    /// it grows too long, and the disk works while messages are judged.
    fn bring_log_in(&self, tidier: &mut Option<Connection>) -> Result<()> {
        self.place.confirm()?;
        let connection = match tidier {
            Some(connection) => connection,
            None => tidier.insert(open::as_it_is(&self.place, Access::Write)?),
        };
        Ok(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
    }

    /// Calls `work` with the tables in one consistent view.
    fn view<T>(&self, work: impl FnOnce(&Tables<'_>) -> Result<T>) -> Result<T> {
        self.place.confirm()?;
        let pooled = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match pooled {
            Some(connection) => connection,
            None => open::open(&self.place, Access::Read)?,
        };
        let view = connection.transaction()?;
        let answer = work(&Tables::of(&view));
        view.finish()?;
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }

    /// Calls `work` with the tables in a transaction, and commits it.
    fn transaction(&self, work: impl FnOnce(&Tables<'_>) -> Result<()>) -> Result<()> {
        let mut writer = self.writer()?;
        self.place.confirm()?;
        let known = writer.version.take();
        let transaction = writer.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = Some(transaction.pragma_query_value(None, "data_version", |row| row.get(0))?);
        let tables = Tables::of(&transaction);
        let is_unchanged = version == known;
        if !is_unchanged {
            open::still_known(&transaction)?;
        }
        work(&if is_unchanged { tables.unchanged() } else { tables })?;
        if transaction.is_autocommit() {
            return Err(Error::Device("SQLite has undone the change".into()));
        }
        transaction.commit()?;
        writer.version = version;
        // Its file is still the archive, and what an earlier call could not do is done.
        self.place.confirm()?;
        if writer.unscrubbed && open::at_once(&writer.connection, erase::scrub).is_ok() {
            // The change is done whatever comes of this, and nobody waits for it.
            writer.unscrubbed = false;
        }
        Ok(())
    }
}

impl Backend for Sqlite {
    fn read(&self, work: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.view(|tables| work(tables))
    }

    fn change(&self, work: &mut dyn FnMut(&dyn Change) -> Result<()>) -> Result<()> {
        self.transaction(|tables| work(tables))
    }

    fn tidy(&self) {
        // One thread at a time is enough. What keeps it from that is told to the writer, who does what is left.
        if let (Some(_), Ok(mut tidier)) = (&self.writer, self.tidier.try_lock()) {
            let _ = self.bring_log_in(&mut tidier);
        }
    }

    fn writable(&self) -> Result<()> {
        self.writer.as_ref().map(drop).ok_or(Error::ReadOnly)
    }

    fn wipe(&self) -> Result<()> {
        self.scrub_log(&mut *self.writer()?)
    }

    fn scrub(&self) -> Result<()> {
        let mut writer = self.writer()?;
        // Before everything is written twice: while somebody reads an older state, nothing would come of it.
        self.scrub_log(&mut writer)?;
        writer.version = None;
        let transaction = writer.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        open::still_known(&transaction)?;
        erase::tickets(&transaction)?;
        transaction.commit()?;
        erase::rewrite(&writer.connection)?;
        self.scrub_log(&mut writer)
    }

    fn backup(&self, to: &Path) -> Result<()> {
        let to = &place::absolute(to)?;
        let name = to.to_str().ok_or_else(|| Error::BadValue { what: "path", value: to.display().to_string() })?;
        self.place.confirm()?;
        // What keeps a file from being made the system says better than SQLite, which fills an empty one.
        place::make(to)?;
        // Outside any transaction, on a connection of its own.
        let copied = open::open(&self.place, Access::Read)
            .and_then(|connection| Ok(connection.execute("VACUUM INTO ?1", [name]).map(drop)?));
        if copied.is_err() {
            // Half a copy must not pass for one.
            let _ = std::fs::remove_file(to);
        }
        copied?;
        let file = std::fs::OpenOptions::new().write(true).open(to);
        file.and_then(|file| file.sync_all()).map_err(|error| Error::file(to, error))?;
        open::sync_folder(to)
    }

    fn path(&self) -> Option<&Path> {
        Some(self.place.path())
    }

    fn are_own(&self, paths: &[&Path]) -> Vec<bool> {
        self.place.are_own(paths)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_handle_hears_that_another_has_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pecarchive");
        let (one, other) = (Sqlite::create(&path).unwrap(), Sqlite::open(&path).unwrap());
        let months = Cell::new(1);
        let heard = |it: &Sqlite| {
            let heard = Cell::new(false);
            // What changes nothing is no change.
            months.set(months.get() + 1);
            it.change(&mut |change| {
                heard.set(change.others_wrote());
                change.set_term("breve", months.get())
            })
            .unwrap();
            heard.get()
        };
        assert_eq!([heard(&one), heard(&one)], [true, false]);
        // To read changes nothing, nor does bringing the log in.
        other.read(&mut |view| view.terms().map(drop)).unwrap();
        one.tidy();
        assert!(!heard(&one));
        assert_eq!([heard(&other), heard(&one), heard(&one), heard(&other)], [true, true, false, true]);
        // After a change that failed nobody knows.
        let failed = one.change(&mut |_| Err(Error::ReadOnly));
        assert!(failed.is_err() && heard(&one) && !heard(&one));
    }
}

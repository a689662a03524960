//! What can still be read of a broken archive, brought into a new one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use pec_core::delegation::{By, Denied};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde::Serialize;

use super::tables::Tables;
use super::{Sqlite, messages, open, survey};
use crate::actor::Actor;
use crate::archive::Archive;
use crate::batch::{Row, put_message};
use crate::care::{Progress, Watch, noted, readable};
use crate::error::{Error, Result};
use crate::evidence::keep;
use crate::id::Id;
use crate::intake::Intake;
use crate::log::{self, Appender, What};
use crate::organisation::Keeper;
use crate::press::Press;
use crate::seal::{Keys, Seal};
use crate::split::{Hole, Skeleton};
use crate::store::{Index as _, IndexWriter as _, Number};
use crate::{audit, content};

/// Messages that are brought over at a time.
const BATCH: usize = 256;

/// Rows of messages that no verification could find again, and their order.
const KEPT: [(&str, &[&str]); 5] = [
    ("found", &["message", "mailbox"]),
    ("submission", &["message"]),
    ("tag", &["message", "tag"]),
    ("classified", &["message"]),
    ("held", &["name", "message"]),
];

/// What a salvage has brought over, and what it could not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Salvaged {
    /// Messages that are in the new archive, byte for byte.
    pub messages: u64,
    /// Messages that are lost, and why: by identifier, or by number where that cannot be read.
    pub lost: Vec<(String, String)>,
    /// What else could not be read: each a reason, or a row as it stood.
    pub unread: Vec<String>,
    /// Entries of the log that were brought over, with the time-stamps over them.
    pub log_entries: u64,
    /// Entries of the log behind the first one that is missing or is not what was logged: the new log does not vouch for
    /// them, and they are kept nowhere else.
    pub unproven_log: Vec<String>,
    /// Whether everything was tried, or the work was ended before.
    pub complete: bool,
}

impl Archive {
    /// Brings everything that can still be read of the archive at `from` into a new one at `to`: messages whose bytes are
    /// those that were stored, where they were found, submissions, the outbox, tags, classes, holds, evidence, deposits, and the log up
    /// to the first entry that is not what was logged; terms, classes and holds that have lost their rows as that log says. `from` is
    /// only read. Verdicts, dossiers and the index are worked out
    /// anew as `intake` judges, with the evidence that could be read: where [`Salvaged::unread`] names a list that could not, bring it
    /// again. The new log ends with an entry that says what was lost.
    ///
    /// Which files an import had finished is not brought over: importing them again brings what was lost.
    ///
    /// It proves of each message that its bytes are those that were stored. It does not prove that there were no others.
    ///
    /// # Errors
    /// [`crate::Error::Exists`]; [`crate::Error::Damaged`] or [`crate::Error::NotAnArchive`] where not even the first page can
    /// be read; and those of [`Archive::put`]: then nothing is left at `to`.
    pub fn salvage(actor: &Actor, intake: &Intake<'_>, from: &Path, to: &Path, watch: Watch<'_>) -> Result<Salvaged> {
        Self::salvage_with(actor, intake, from, to, &Keys::none(), watch)
    }

    /// As [`Archive::salvage`], of an archive that is encrypted: the new one is encrypted too, under the first of these keys.
    ///
    /// # Errors
    /// As [`Archive::salvage`]; [`crate::Error::Key`].
    pub fn salvage_with(
        actor: &Actor,
        intake: &Intake<'_>,
        from: &Path,
        to: &Path,
        keys: &Keys,
        watch: Watch<'_>,
    ) -> Result<Salvaged> {
        let source = Sqlite::as_it_is(from)?;
        // One view of what may still be written to.
        source.view(|source| {
            everything_is_theirs(source, actor)?;
            let (seal, _) = Seal::new(keys, readable(source.keys())?.as_deref(), false)?;
            let target = Sqlite::create(to)?;
            let path = target.place.path().to_owned();
            let salvaged = take_over(source, target, &Arc::new(seal), keys, actor, intake, watch);
            if salvaged.is_err() {
                // Half of what can be read must not pass for all of it.
                let _ = std::fs::remove_file(path);
            }
            salvaged
        })
    }
}

/// Whoever gets a copy of everything must be allowed everything, as far as what is left of the log says.
fn everything_is_theirs(source: &Tables<'_>, actor: &Actor) -> Result<()> {
    if actor.by() == Some(&By::Host) {
        return Ok(());
    }
    let judged = Keeper::default().with_rules(source, |organisation| match (organisation, actor.by()) {
        (None, _) => Ok(()),
        (_, None) => Err(Denied::nobody(actor.name())),
        (Some(organisation), Some(by)) => organisation.administer(by, None),
    })?;
    judged.map_err(Error::Denied)
}

fn take_over(
    source: &Tables<'_>,
    target: Sqlite,
    seal: &Arc<Seal>,
    keys: &Keys,
    actor: &Actor,
    intake: &Intake<'_>,
    watch: Watch<'_>,
) -> Result<Salvaged> {
    let mut salvaged = Salvaged::default();
    let broken = audit::first_broken(source)?;
    let kept = proven_log(source, broken, &mut salvaged)?;
    let is_whole = broken.is_none() && salvaged.unproven_log.is_empty() && salvaged.unread.is_empty();
    target.transaction(|target| {
        if let Some(key) = seal.key() {
            target.put_key(&key)?;
        }
        write_log(target, source, &kept, &mut salvaged)
    })?;
    let found = survey::messages(source.connection())?;
    salvaged.unread.extend(found.unread);
    salvaged.lost.extend(found.nameless.into_iter().map(|(number, why)| (format!("number {number}"), why)));
    let numbers: Vec<(Number, Id)> = found.known.into_iter().collect();
    let (total, mut done, mut ended) = (numbers.len() as u64, 0, false);
    for batch in numbers.chunks(BATCH) {
        target.transaction(|target| {
            let mut carrier = Carrier { source, target, seal, actor, intake, press: Press::new(seal)? };
            batch.iter().try_for_each(|(number, id)| carrier.message(*number, *id, &mut salvaged))
        })?;
        done += batch.len() as u64;
        if watch(Progress { done, total }).is_break() {
            ended = done < total;
            break;
        }
    }
    target.transaction(|target| {
        rows(source.connection(), target.connection(), &mut salvaged)?;
        evidence(source, target, seal, &mut salvaged)?;
        let format = open::format_of(source.connection())?;
        if format >= 2 {
            deposits(source.connection(), target.connection(), &mut salvaged)?;
        }
        if format >= super::happened::SINCE {
            // Nothing is done a second time. Events are not brought over: who follows them begins anew.
            copy(source.connection(), target.connection(), "filed", &["message", "rule"], &mut salvaged.unread)?;
        }
        if format >= super::mailbox::SINCE {
            mailboxes(source.connection(), target.connection(), &mut salvaged.unread)?;
        }
        if format >= super::managed::SINCE {
            copy(source.connection(), target.connection(), "managed", &["address"], &mut salvaged.unread)?;
        }
        if format >= super::outbox::SINCE {
            outbox(source.connection(), target.connection(), &mut salvaged.unread)?;
        }
        super::fold::mailboxes(target.connection())?;
        let mut log = Appender::new(target, actor, intake.now)?;
        audit::Said::by(target)?.restore(target, &mut log, is_whole, &mut salvaged.unread)?;
        let what = What::Salvage { messages: salvaged.messages, lost: salvaged.lost.len() as u64 };
        log.append(what).map(drop)
    })?;
    Archive::over_with(target, keys)?.rebuild_index(actor, intake, &mut |_| std::ops::ControlFlow::Continue(()))?;
    salvaged.complete = !ended;
    Ok(salvaged)
}

/// The entries of the log up to the first that is not what was logged; what stands behind it is noted.
fn proven_log(source: &Tables<'_>, broken: Option<u64>, salvaged: &mut Salvaged) -> Result<Vec<String>> {
    let mut entries = BTreeMap::new();
    survey::each_row(source.connection(), "SELECT n, entry FROM log", &["n"], &mut salvaged.unread, |row| {
        entries.insert(row.get::<_, i64>(0)?, row.get::<_, String>(1)?);
        Ok(())
    })?;
    let mut proven = Vec::new();
    for (n, entry) in entries {
        if u64::try_from(n) == Ok(proven.len() as u64) && broken.is_none_or(|broken| (proven.len() as u64) < broken) {
            proven.push(entry);
        } else {
            salvaged.unproven_log.push(entry);
        }
    }
    Ok(proven)
}

/// Writes the entries that are proven, and the time-stamps that are over a root of theirs.
fn write_log(target: &Tables<'_>, source: &Tables<'_>, entries: &[String], salvaged: &mut Salvaged) -> Result<()> {
    for (n, entry) in (0..).zip(entries) {
        log::write(target, n, entry)?;
    }
    salvaged.log_entries = entries.len() as u64;
    copy(source.connection(), target.connection(), "checkpoint", &["size"], &mut salvaged.unread)?;
    // A time-stamp over entries that are not brought over proves nothing here.
    for size in log::broken_checkpoints(target)? {
        target.connection().execute("DELETE FROM checkpoint WHERE size = ?1", [size])?;
        salvaged.unread.push(format!("checkpoint {size}: the log does not reach it"));
    }
    Ok(())
}

/// Brings messages over.
struct Carrier<'c> {
    source: &'c Tables<'c>,
    target: &'c Tables<'c>,
    seal: &'c Seal,
    actor: &'c Actor,
    intake: &'c Intake<'c>,
    press: Press,
}

impl Carrier<'_> {
    fn message(&mut self, number: Number, id: Id, salvaged: &mut Salvaged) -> Result<()> {
        let mut size = 0;
        let read = content::stream(self.seal, self.source, number, |piece| {
            size += piece.len() as u64;
            Ok(())
        });
        match read {
            // The index may have named another message than the row does.
            Ok(found) if found == id && content::find(self.target, id)?.is_none() => {
                self.store(number, id, size)?;
                salvaged.messages += 1;
            }
            Ok(_) => salvaged.lost.push((id.to_string(), "table and index contradict each other".into())),
            Err(error) if error.is_local() => salvaged.lost.push((id.to_string(), error.to_string())),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Stores a message that was read, cut as it is there. What its bodies are called there counts for nothing.
    fn store(&mut self, number: Number, id: Id, size: u64) -> Result<()> {
        let kept = content::row(self.source, number)?;
        let mut skeleton = Skeleton { bytes: content::skeleton(self.seal, self.source, &kept)?, holes: Vec::new() };
        let mut body = Vec::new();
        for hole in &kept.holes {
            body.clear();
            content::body(self.seal, self.source, hole.body, |piece| {
                body.extend_from_slice(piece);
                Ok(())
            })?;
            let id = Id::of(&body);
            keep(self.target, &mut self.press, id, &body)?;
            skeleton.holes.push(Hole { at: hole.at as usize, range: 0..body.len(), id });
        }
        // The entry that says that it was put, where it was brought over; else the new log says it.
        let entry = match u64::try_from(kept.entry) {
            Ok(entry) if log::puts(self.target, entry, id)? => entry,
            _ => Appender::new(self.target, self.actor, self.intake.now)?.append(What::Put { id, size })?,
        };
        let row = Row { id, size, stored_at: messages::stored_at(self.source.connection(), number)?, entry };
        // No message of the new file has the number yet.
        let pressed = self.press.skeleton(row.id, &skeleton.bytes)?;
        put_message(self.target, number, &row, &skeleton, &pressed).map(drop)
    }
}

/// Brings over what was said of messages.
fn rows(source: &Connection, transaction: &Connection, salvaged: &mut Salvaged) -> Result<()> {
    // The class of everything else is there already.
    transaction.execute("DELETE FROM class", [])?;
    copy(source, transaction, "class", &["name"], &mut salvaged.unread)?;
    transaction.execute("INSERT OR IGNORE INTO class (name, months) VALUES ('', 120)", [])?;
    for (table, order) in KEPT {
        copy(source, transaction, table, order, &mut salvaged.unread)?;
    }
    Ok(())
}

/// Brings over what was deposited and what was answered: it outlives the messages that are lost.
fn deposits(source: &Connection, transaction: &Connection, salvaged: &mut Salvaged) -> Result<()> {
    // Whatever refers to what is lost is mended before the end of the transaction.
    transaction.pragma_update(None, "defer_foreign_keys", true)?;
    for (table, order) in [("deposit", &["id"][..]), ("deposit_report", &["id"]), ("deposited", &["deposit", "sha256"])]
    {
        copy(source, transaction, table, order, &mut salvaged.unread)?;
    }
    transaction.execute_batch(
        "UPDATE deposit SET again_of = NULL WHERE again_of NOT IN (SELECT id FROM deposit);
         DELETE FROM deposited WHERE deposit NOT IN (SELECT id FROM deposit);
         UPDATE deposited SET message = NULL WHERE message NOT IN (SELECT id FROM message);
         UPDATE deposited SET report = NULL WHERE report NOT IN (SELECT id FROM deposit_report);",
    )?;
    Ok(())
}

/// Brings over where messages lie on their servers. How far folders were read is not believed: what is lost here may still
/// be there, so that they are read again from the beginning, and what is here is known.
fn mailboxes(source: &Connection, transaction: &Connection, unread: &mut Vec<String>) -> Result<()> {
    copy(source, transaction, "folder", &["id"], unread)?;
    transaction.execute("UPDATE folder SET last_uid = 0, mod_seq = NULL", [])?;
    copy(source, transaction, "place", &["folder", "uid"], unread)
}

/// Brings over what was to be sent: also where the message is lost its key stays, so that it is not sent once more.
fn outbox(source: &Connection, transaction: &Connection, unread: &mut Vec<String>) -> Result<()> {
    transaction.pragma_update(None, "defer_foreign_keys", true)?;
    copy(source, transaction, "outbox", &["id"], unread)?;
    transaction.execute("UPDATE outbox SET message = NULL WHERE message NOT IN (SELECT id FROM message)", [])?;
    // What waits without its message can never go.
    transaction.execute("UPDATE outbox SET state = 'refused' WHERE state = 'queued' AND message IS NULL", [])?;
    Ok(())
}

/// Copies the rows of a table that can be read; those of messages that are lost are lost with them.
fn copy(
    source: &Connection,
    transaction: &Connection,
    table: &str,
    order: &[&str],
    unread: &mut Vec<String>,
) -> Result<()> {
    let mut refused = Vec::new();
    survey::each_row(source, &format!("SELECT * FROM {table}"), order, unread, |row| {
        let columns = row.as_ref().column_count();
        let values = (0..columns).map(|n| row.get::<_, Value>(n)).collect::<Result<Vec<_>, _>>()?;
        let places = vec!["?"; columns].join(", ");
        let sql = format!("INSERT OR IGNORE INTO {table} VALUES ({places})");
        match transaction.prepare_cached(&sql)?.execute(params_from_iter(&values)) {
            Ok(_) => {}
            Err(error) if is_orphan(&error) => {}
            // A value of another type than its column.
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {
                refused.push(format!("{table}: {values:?}"));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    })?;
    unread.extend(refused);
    Ok(())
}

fn is_orphan(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
}

/// Brings over by what messages were judged.
fn evidence(source: &Tables<'_>, target: &Tables<'_>, seal: &Arc<Seal>, salvaged: &mut Salvaged) -> Result<()> {
    let mut rows = Vec::new();
    let (from, sql) = (source.connection(), "SELECT body, kind, message FROM evidence");
    survey::each_row(from, sql, &["body"], &mut salvaged.unread, |row| {
        rows.push((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?));
        Ok(())
    })?;
    let mut press = Press::new(seal)?;
    let mut brought: BTreeMap<i64, Option<Id>> = BTreeMap::new();
    for (body, kind, message) in rows {
        let new = match brought.get(&body) {
            Some(known) => *known,
            None => {
                let read =
                    survey::evidence_of(from, body).and_then(|id| Ok((id, content::whole_body(seal, source, id)?)));
                let read = noted(&mut salvaged.unread, read)?;
                let kept = read.map(|(id, bytes)| keep(target, &mut press, id, &bytes).map(|()| id)).transpose()?;
                brought.insert(body, kept);
                kept
            }
        };
        let Some(id) = new else { continue };
        // Messages that are lost are judged by nothing.
        if target.id(message)?.is_some() {
            target.put_evidence(message, &kind, id)?;
        }
    }
    Ok(())
}

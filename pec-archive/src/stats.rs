//! What an archive holds, in numbers; and the tags that a host gives.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::Connection;
use serde::Serialize;

use crate::actor::Actor;
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::sqlite::log::{Appender, What};
use crate::sqlite::put;

/// An archive in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Messages.
    pub messages: u64,
    /// Their bytes as they came.
    pub bytes: u64,
    /// Bodies that are stored once, whatever number of messages contain them.
    pub bodies: u64,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Dossiers.
    pub dossiers: u64,
    /// Messages that a person should look at.
    pub quarantined: u64,
    /// Messages that are held for some case.
    pub held: u64,
    /// Entries of the log.
    pub log_entries: u64,
    /// Entries that a time-stamp covers.
    pub stamped_entries: u64,
    /// Messages by verdict.
    pub verdicts: BTreeMap<String, u64>,
    /// Messages by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Recipients of dossiers by state.
    pub states: BTreeMap<String, u64>,
}

impl Archive {
    /// The archive in numbers.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn stats(&self, _: &Actor) -> Result<Stats> {
        self.read(|connection| {
            let one =
                |sql: &str| -> Result<u64> { Ok(connection.query_row(sql, [], |row| row.get::<_, i64>(0))? as u64) };
            Ok(Stats {
                messages: one("SELECT count(*) FROM message")?,
                bytes: one("SELECT coalesce(sum(size), 0) FROM message")?,
                bodies: one("SELECT count(*) FROM body")?,
                file_bytes: one("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?,
                dossiers: one("SELECT count(*) FROM dossier")?,
                quarantined: one("SELECT count(*) FROM judged WHERE quarantine <> ''")?,
                held: one("SELECT count(DISTINCT message) FROM held")?,
                log_entries: one("SELECT count(*) FROM log")?,
                stamped_entries: one("SELECT coalesce(max(size), 0) FROM checkpoint")?,
                verdicts: by(connection, "SELECT verdict, count(*) FROM judged GROUP BY verdict")?,
                kinds: by(connection, "SELECT kind, count(*) FROM judged GROUP BY kind")?,
                states: by(connection, "SELECT state, count(*) FROM recipient GROUP BY state")?,
            })
        })
    }

    /// Gives messages a tag of the host's.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a message that is not here, [`Error::BadValue`] for an empty tag: then none is tagged.
    pub fn tag(&self, actor: &Actor, now: Timestamp, ids: &[Id], tag: &str) -> Result<()> {
        self.tagged(actor, now, ids, tag, true)
    }

    /// Takes a tag away again.
    ///
    /// # Errors
    /// As [`Archive::tag`].
    pub fn untag(&self, actor: &Actor, now: Timestamp, ids: &[Id], tag: &str) -> Result<()> {
        self.tagged(actor, now, ids, tag, false)
    }

    fn tagged(&self, actor: &Actor, now: Timestamp, ids: &[Id], tag: &str, on: bool) -> Result<()> {
        if tag.trim().is_empty() {
            return Err(Error::BadValue { what: "tag", value: tag.to_owned() });
        }
        let sql = if on {
            "INSERT OR IGNORE INTO tag (tag, message) VALUES (?1, ?2)"
        } else {
            "DELETE FROM tag WHERE tag = ?1 AND message = ?2"
        };
        self.writer()?.change(|transaction| {
            let mut log = Appender::new(transaction, actor, now)?;
            for id in ids {
                let number = put::find(transaction, *id)?.ok_or_else(|| Error::absent(*id))?;
                if transaction.prepare_cached(sql)?.execute((tag, number))? > 0 {
                    log.append(if on { What::Tag { id: *id, tag } } else { What::Untag { id: *id, tag } })?;
                }
            }
            Ok(())
        })
    }
}

fn by(connection: &Connection, sql: &str) -> Result<BTreeMap<String, u64>> {
    let mut query = connection.prepare(sql)?;
    let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)? as u64)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

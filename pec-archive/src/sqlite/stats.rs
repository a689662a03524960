//! The file in numbers.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::digests::{self, Kind};
use crate::error::Result;
use crate::stats::Stats;

pub(super) fn of(connection: &Connection) -> Result<Stats> {
    let one = |sql: &str| -> Result<u64> { Ok(connection.query_row(sql, [], |row| row.get::<_, i64>(0))? as u64) };
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
}

fn by(connection: &Connection, sql: &str) -> Result<BTreeMap<String, u64>> {
    let mut query = connection.prepare(sql)?;
    let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)? as u64)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Messages of which a row or the words are missing, or there twice.
pub(super) fn not_indexed(connection: &Connection) -> Result<u64> {
    let count = |sql: &str| -> Result<i64> { Ok(connection.query_row(sql, [], |row| row.get(0))?) };
    let unjudged = count(
        "SELECT count(*) FROM message WHERE NOT EXISTS (SELECT 1 FROM judged WHERE judged.message = message.id)",
    )?;
    let messages = count("SELECT count(*) FROM message")?;
    let worded = count("SELECT count(*) FROM words_docsize")?;
    let not_found =
        digests::not_found(connection, Kind::Message)?.max(digests::not_found(connection, Kind::Attachment)?);
    Ok(not_found.max(unjudged.max((messages - worded).abs()) as u64))
}

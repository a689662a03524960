//! What people decide: how long messages are kept, for which cases they are held, what they are tagged, and under which keys
//! they are encrypted.

use rusqlite::{Connection, OptionalExtension as _};

use crate::error::Result;
use crate::store::{KeptRow, KeyRow, Number};

pub(super) fn terms(connection: &Connection) -> Result<Vec<(String, u32)>> {
    let mut query = connection.prepare_cached("SELECT name, months FROM class ORDER BY name")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn months(connection: &Connection, class: &str) -> Result<Option<i64>> {
    let mut query = connection.prepare_cached("SELECT months FROM class WHERE name = ?1")?;
    Ok(query.query_row([class], |row| row.get(0)).optional()?)
}

pub(super) fn set_term(connection: &Connection, class: &str, months: u32) -> Result<()> {
    connection.execute(
        "INSERT INTO class (name, months) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET months = ?2",
        (class, months),
    )?;
    Ok(())
}

pub(super) fn class_of(connection: &Connection, number: Number) -> Result<String> {
    let mut query = connection.prepare_cached("SELECT class FROM classified WHERE message = ?1")?;
    Ok(query.query_row([number], |row| row.get(0)).optional()?.unwrap_or_default())
}

pub(super) fn classify(connection: &Connection, number: Number, class: &str) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO classified (message, class) VALUES (?1, ?2)")?
        .execute((number, class))?;
    Ok(())
}

/// A message and those of its dossiers.
pub(super) fn kept_with(connection: &Connection, number: Number) -> Result<Vec<KeptRow>> {
    let mut query = connection.prepare_cached(
        "SELECT message.id, coalesce(classified.class, ''), judged.at, stored_at FROM message
         LEFT JOIN classified ON classified.message = message.id LEFT JOIN judged ON judged.message = message.id
         WHERE message.id = ?1 OR message.id IN
         (SELECT other.message FROM part_of AS own JOIN part_of AS other USING (dossier) WHERE own.message = ?1)
         ORDER BY message.id",
    )?;
    let rows = query.query_map([number], |row| {
        Ok(KeptRow { number: row.get(0)?, class: row.get(1)?, certified_at: row.get(2)?, stored_at: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn cases_of(connection: &Connection, number: Number) -> Result<Vec<String>> {
    let mut query = connection.prepare_cached("SELECT name FROM held WHERE message = ?1 ORDER BY name")?;
    Ok(query.query_map([number], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

pub(super) fn cases(connection: &Connection) -> Result<Vec<(String, u64)>> {
    let mut query = connection.prepare_cached("SELECT name, count(*) FROM held GROUP BY name ORDER BY name")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn held(connection: &Connection, case: &str) -> Result<Vec<Number>> {
    let mut query = connection.prepare_cached("SELECT message FROM held WHERE name = ?1 ORDER BY message")?;
    Ok(query.query_map([case], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

pub(super) fn hold(connection: &Connection, number: Number, case: &str) -> Result<()> {
    connection.prepare_cached("INSERT OR IGNORE INTO held (name, message) VALUES (?1, ?2)")?.execute((case, number))?;
    Ok(())
}

pub(super) fn release(connection: &Connection, case: &str) -> Result<usize> {
    Ok(connection.execute("DELETE FROM held WHERE name = ?1", [case])?)
}

/// Certified messages whose signer's certificate ends within these seconds and whose entry no checkpoint covers.
pub(super) fn ending_proofs(connection: &Connection, from: i64, until: i64, limit: usize) -> Result<Vec<Number>> {
    let mut query = connection.prepare_cached(
        "SELECT judged.message FROM judged JOIN message ON message.id = judged.message
         WHERE expires BETWEEN ?1 AND ?2 AND verdict IN ('certified', 'certified-with-problems')
         AND entry >= (SELECT coalesce(max(size), 0) FROM checkpoint) ORDER BY expires, judged.message LIMIT ?3",
    )?;
    let rows = query.query_map((from, until, i64::try_from(limit).unwrap_or(i64::MAX)), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn tag(connection: &Connection, number: Number, tag: &str) -> Result<bool> {
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO tag (tag, message) VALUES (?1, ?2)")?;
    Ok(insert.execute((tag, number))? > 0)
}

pub(super) fn untag(connection: &Connection, number: Number, tag: &str) -> Result<bool> {
    let mut delete = connection.prepare_cached("DELETE FROM tag WHERE tag = ?1 AND message = ?2")?;
    Ok(delete.execute((tag, number))? > 0)
}

pub(super) fn keys(connection: &Connection) -> Result<Vec<KeyRow>> {
    if super::open::format_of(connection)? < 3 {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare("SELECT key, words FROM sealed ORDER BY key")?;
    let rows = query.query_map([], |row| Ok(KeyRow { id: row.get(0)?, words: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn put_key(connection: &Connection, key: &KeyRow) -> Result<()> {
    connection.execute("INSERT OR IGNORE INTO sealed (key, words) VALUES (?1, ?2)", (key.id, key.words))?;
    Ok(())
}

//! The rows of the log: entries, nodes of the tree over them, checkpoints.

use rusqlite::{Connection, OptionalExtension as _};

use super::digests;
use crate::error::Result;
use crate::store::CheckpointRow;

pub(super) fn last(connection: &Connection) -> Result<Option<i64>> {
    let mut last = connection.prepare_cached("SELECT max(n) FROM log")?;
    Ok(last.query_row([], |row| row.get(0))?)
}

pub(super) fn entry(connection: &Connection, n: u64) -> Result<Option<String>> {
    let mut query = connection.prepare_cached("SELECT entry FROM log WHERE n = ?1")?;
    Ok(query.query_row([n as i64], |row| row.get(0)).optional()?)
}

pub(super) fn entries(
    connection: &Connection,
    from: i64,
    take: &mut dyn FnMut(i64, &str) -> Result<bool>,
) -> Result<()> {
    each(connection, "SELECT n, entry FROM log WHERE n >= ?1 ORDER BY n", from, take)
}

/// The entries that say what was done to the organisation, by the index that has these alone.
pub(super) fn organisation(
    connection: &Connection,
    from: i64,
    take: &mut dyn FnMut(i64, &str) -> Result<bool>,
) -> Result<()> {
    let sql = r#"SELECT n, entry FROM log INDEXED BY log_organisation
        WHERE n >= ?1 AND instr(entry, '"what":"organisation"') > 0 ORDER BY n"#;
    each(connection, sql, from, take)
}

fn each(connection: &Connection, sql: &str, from: i64, take: &mut dyn FnMut(i64, &str) -> Result<bool>) -> Result<()> {
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([from])?;
    while let Some(row) = rows.next()? {
        let entry = row.get_ref(1)?.as_str().map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, Box::new(error))
        })?;
        if !take(row.get(0)?, entry)? {
            break;
        }
    }
    Ok(())
}

pub(super) fn nodes_from(connection: &Connection, first: i64, limit: usize) -> Result<Vec<(i64, [u8; 32])>> {
    let mut query = connection.prepare_cached("SELECT i, hash FROM log_node WHERE i >= ?1 ORDER BY i LIMIT ?2")?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_map([first, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn nodes(connection: &Connection, indexes: &[u64]) -> Result<Vec<Option<[u8; 32]>>> {
    let mut query = connection.prepare_cached("SELECT hash FROM log_node WHERE i = ?1")?;
    let mut node = |index: &u64| Ok(query.query_row([*index as i64], |row| row.get(0)).optional()?);
    indexes.iter().map(&mut node).collect()
}

pub(super) fn node_count(connection: &Connection) -> Result<u64> {
    let stored: i64 = connection.query_row("SELECT count(*) FROM log_node", [], |row| row.get(0))?;
    Ok(stored as u64)
}

pub(super) fn append(connection: &Connection, n: u64, entry: &str, first: u64, nodes: &[[u8; 32]]) -> Result<()> {
    connection.prepare_cached("INSERT INTO log (n, entry) VALUES (?1, ?2)")?.execute((n as i64, entry))?;
    let mut insert = connection.prepare_cached("INSERT INTO log_node (i, hash) VALUES (?1, ?2)")?;
    for (index, node) in (first..).zip(nodes) {
        insert.execute((index as i64, node))?;
    }
    digests::settle(connection, n)
}

pub(super) fn checkpoint(connection: &Connection, size: i64) -> Result<Option<CheckpointRow>> {
    let mut query = connection.prepare_cached("SELECT note, token FROM checkpoint WHERE size = ?1")?;
    Ok(query.query_row([size], |row| Ok(CheckpointRow { note: row.get(0)?, token: row.get(1)? })).optional()?)
}

pub(super) fn checkpoint_above(connection: &Connection, entry: i64) -> Result<Option<u64>> {
    let mut query = connection.prepare_cached("SELECT min(size) FROM checkpoint WHERE size > ?1")?;
    Ok(query.query_row([entry], |row| row.get::<_, Option<i64>>(0))?.map(|size| size as u64))
}

pub(super) fn checkpoints(connection: &Connection) -> Result<Vec<i64>> {
    let mut query = connection.prepare("SELECT size FROM checkpoint ORDER BY size")?;
    Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

pub(super) fn put_checkpoint(connection: &Connection, size: u64, checkpoint: &CheckpointRow) -> Result<()> {
    connection.execute(
        "INSERT OR REPLACE INTO checkpoint (size, note, token) VALUES (?1, ?2, ?3)",
        (size as i64, &checkpoint.note, &checkpoint.token),
    )?;
    Ok(())
}

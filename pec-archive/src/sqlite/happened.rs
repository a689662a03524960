//! Events, those who follow them, and what rules have done.

use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::error::{Error, Result};
use crate::store::{EventRow, FiledRow, Number};

/// The format that has these tables.
pub(super) const SINCE: u32 = 5;

/// An older file that nobody may write has nothing of it.
fn is_older(connection: &Connection) -> Result<bool> {
    Ok(super::open::format_of(connection)? < SINCE)
}

pub(super) fn events(connection: &Connection, after: u64, limit: usize) -> Result<Vec<(u64, EventRow)>> {
    if is_older(connection)? {
        return Ok(Vec::new());
    }
    let mut query =
        connection.prepare_cached("SELECT n, at, kind, message, detail FROM event WHERE n > ?1 ORDER BY n LIMIT ?2")?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_map((i64::try_from(after).unwrap_or(i64::MAX), limit), |row| {
        let event = EventRow { at: row.get(1)?, kind: row.get(2)?, message: row.get(3)?, detail: row.get(4)? };
        Ok((row.get::<_, i64>(0)?.cast_unsigned(), event))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn follower(connection: &Connection, name: &str) -> Result<Option<u64>> {
    if is_older(connection)? {
        return Ok(None);
    }
    let mut query = connection.prepare_cached("SELECT n FROM follower WHERE name = ?1")?;
    Ok(query.query_row([name], |row| row.get::<_, i64>(0)).optional()?.map(i64::cast_unsigned))
}

pub(super) fn keys_of(connection: &Connection, number: Number) -> Result<Vec<String>> {
    let mut query = connection.prepare_cached(
        "SELECT key FROM dossier WHERE id IN (SELECT dossier FROM part_of WHERE message = ?1) ORDER BY key",
    )?;
    Ok(query.query_map([number], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

pub(super) fn states_of(connection: &Connection, key: &str) -> Result<Vec<(String, String)>> {
    let mut query = connection.prepare_cached(
        "SELECT address, state FROM recipient WHERE dossier = (SELECT id FROM dossier WHERE key = ?1) ORDER BY address",
    )?;
    let rows = query.query_map([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn filed(connection: &Connection, message: Number, rule: &str) -> Result<Option<FiledRow>> {
    if is_older(connection)? {
        return Ok(None);
    }
    let mut query = connection
        .prepare_cached("SELECT message, rule, state, actions, at FROM filed WHERE message = ?1 AND rule = ?2")?;
    Ok(query.query_row((message, rule), filed_row).optional()?)
}

pub(super) fn suggested(connection: &Connection, limit: usize) -> Result<Vec<FiledRow>> {
    if is_older(connection)? {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare_cached(
        "SELECT message, rule, state, actions, at FROM filed WHERE state = 'suggested' ORDER BY at, message, rule LIMIT ?1",
    )?;
    let rows = query.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], filed_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn filed_row(row: &Row<'_>) -> rusqlite::Result<FiledRow> {
    Ok(FiledRow { message: row.get(0)?, rule: row.get(1)?, state: row.get(2)?, actions: row.get(3)?, at: row.get(4)? })
}

pub(super) fn put_event(connection: &Connection, event: &EventRow) -> Result<u64> {
    let EventRow { at, kind, message, detail } = event;
    let n = connection
        .prepare_cached("INSERT INTO event (at, kind, message, detail) VALUES (?1, ?2, ?3, ?4)")?
        .insert((at, kind, message, detail));
    match n.map_err(Error::from) {
        // SQLite calls it a full disk where the last number was given.
        Err(Error::Full) if is_last_given(connection)? => Err(Error::Damaged("the numbers of events".into())),
        n => Ok(n?.cast_unsigned()),
    }
}

/// Whether a number is there that nobody reaches by counting.
fn is_last_given(connection: &Connection) -> Result<bool> {
    let mut last = connection.prepare_cached(
        "SELECT max(coalesce((SELECT max(n) FROM event), 0),
                    coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'event'), 0))",
    )?;
    Ok(last.query_row([], |row| row.get::<_, i64>(0))? == i64::MAX)
}

pub(super) fn put_follower(connection: &Connection, name: &str, n: u64) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO follower (name, n) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET n = ?2")?
        .execute((name, n.cast_signed()))?;
    Ok(())
}

pub(super) fn forget_events(connection: &Connection, up_to: u64) -> Result<u64> {
    let up_to = i64::try_from(up_to).unwrap_or(i64::MAX);
    Ok(connection.execute("DELETE FROM event WHERE n <= ?1", [up_to])? as u64)
}

pub(super) fn put_filed(connection: &Connection, row: &FiledRow) -> Result<()> {
    let FiledRow { message, rule, state, actions, at } = row;
    connection
        .prepare_cached("INSERT OR REPLACE INTO filed (message, rule, state, actions, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((message, rule, state, actions, at))?;
    Ok(())
}

//! Folders of mailboxes, and where messages lie on their servers.

use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::error::{Error, Result};
use crate::store::{FolderRow, Number, PlaceRow, WithheldRow};

/// The format that has these tables.
pub(super) const SINCE: u32 = 4;

/// Whether there is anything to be read: an older file that nobody may write has nothing of it.
fn is_older(connection: &Connection) -> Result<bool> {
    Ok(super::open::format_of(connection)? < SINCE)
}

pub(super) fn folder(connection: &Connection, mailbox: &str, folder: &str) -> Result<Option<FolderRow>> {
    if is_older(connection)? {
        return Ok(None);
    }
    let mut query = connection
        .prepare_cached("SELECT uid_validity, last_uid, mod_seq FROM folder WHERE mailbox = ?1 AND name = ?2")?;
    Ok(query.query_row((mailbox, folder), |row| folder_row(row, 0)).optional()?)
}

pub(super) fn folders(connection: &Connection, mailbox: &str) -> Result<Vec<(String, FolderRow)>> {
    if is_older(connection)? {
        return Ok(Vec::new());
    }
    let mut query = connection
        .prepare_cached("SELECT name, uid_validity, last_uid, mod_seq FROM folder WHERE mailbox = ?1 ORDER BY name")?;
    let rows = query.query_map([mailbox], |row| Ok((row.get(0)?, folder_row(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn folder_row(row: &Row<'_>, from: usize) -> rusqlite::Result<FolderRow> {
    Ok(FolderRow {
        uid_validity: row.get(from)?,
        last_uid: row.get(from + 1)?,
        // SQLite has no unsigned numbers: the bits are what counts.
        mod_seq: row.get::<_, Option<i64>>(from + 2)?.map(i64::cast_unsigned),
    })
}

pub(super) fn present(connection: &Connection, mailbox: &str, folder: &str) -> Result<Vec<(u32, Number)>> {
    if is_older(connection)? {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare_cached(
        "SELECT uid, message FROM place WHERE folder = (SELECT id FROM folder WHERE mailbox = ?1 AND name = ?2)
         AND gone_at IS NULL ORDER BY uid",
    )?;
    let rows = query.query_map((mailbox, folder), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const PLACE: &str = "SELECT folder.mailbox, folder.name, place.uid, place.message, place.gone_at
                     FROM place JOIN folder ON folder.id = place.folder";

fn place(row: &Row<'_>) -> rusqlite::Result<PlaceRow> {
    Ok(PlaceRow {
        mailbox: row.get(0)?,
        folder: row.get(1)?,
        uid: row.get(2)?,
        message: row.get(3)?,
        gone_at: row.get(4)?,
    })
}

pub(super) fn places(connection: &Connection, number: Number) -> Result<Vec<PlaceRow>> {
    if is_older(connection)? {
        return Ok(Vec::new());
    }
    let mut query = connection
        .prepare_cached(&format!("{PLACE} WHERE place.message = ?1 ORDER BY folder.mailbox, folder.name, place.uid"))?;
    let rows = query.query_map([number], place)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn gone(connection: &Connection, mailbox: &str, since: i64) -> Result<Vec<PlaceRow>> {
    if is_older(connection)? {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare_cached(&format!(
        "{PLACE} WHERE folder.mailbox = ?1 AND place.gone_at >= ?2 ORDER BY folder.name, place.uid"
    ))?;
    let rows = query.query_map((mailbox, since), place)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn withheld(connection: &Connection, mailbox: &str, folder: &str) -> Result<Vec<WithheldRow>> {
    if is_older(connection)? {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare_cached(
        "SELECT uid, why, since FROM withheld WHERE folder = (SELECT id FROM folder WHERE mailbox = ?1 AND name = ?2)
         ORDER BY uid",
    )?;
    let rows = query.query_map((mailbox, folder), |row| {
        Ok(WithheldRow { uid: row.get(0)?, why: row.get(1)?, since: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn put_folder(connection: &Connection, mailbox: &str, name: &str, row: &FolderRow) -> Result<()> {
    let known = folder(connection, mailbox, name)?;
    if known.is_some_and(|known| known.uid_validity != row.uid_validity) {
        let id = id_of(connection, mailbox, name)?;
        connection.execute("DELETE FROM place WHERE folder = ?1", [id])?;
        connection.execute("DELETE FROM withheld WHERE folder = ?1", [id])?;
    }
    connection
        .prepare_cached(
            "INSERT INTO folder (mailbox, name, uid_validity, last_uid, mod_seq) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (mailbox, name) DO UPDATE SET uid_validity = ?3, last_uid = ?4, mod_seq = ?5",
        )?
        .execute((mailbox, name, row.uid_validity, row.last_uid, row.mod_seq.map(u64::cast_signed)))?;
    Ok(())
}

fn id_of(connection: &Connection, mailbox: &str, name: &str) -> Result<i64> {
    let mut query = connection.prepare_cached("SELECT id FROM folder WHERE mailbox = ?1 AND name = ?2")?;
    let id = query.query_row((mailbox, name), |row| row.get(0)).optional()?;
    id.ok_or_else(|| Error::NotFound(format!("folder {name} of {mailbox}")))
}

pub(super) fn put_place(connection: &Connection, mailbox: &str, name: &str, uid: u32, number: Number) -> Result<()> {
    let id = id_of(connection, mailbox, name)?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO place (folder, uid, message, gone_at) VALUES (?1, ?2, ?3, NULL)")?
        .execute((id, uid, number))?;
    give_up(connection, id, uid)
}

pub(super) fn put_gone(
    connection: &Connection,
    mailbox: &str,
    name: &str,
    uids: &[u32],
    at: i64,
) -> Result<Vec<Number>> {
    let id = id_of(connection, mailbox, name)?;
    let mut update = connection.prepare_cached(
        "UPDATE place SET gone_at = ?3 WHERE folder = ?1 AND uid = ?2 AND gone_at IS NULL RETURNING message",
    )?;
    let mut messages = Vec::new();
    for uid in uids {
        messages.extend(update.query_row((id, uid, at), |row| row.get::<_, Number>(0)).optional()?);
        give_up(connection, id, *uid)?;
    }
    Ok(messages)
}

pub(super) fn put_withheld(connection: &Connection, mailbox: &str, name: &str, row: &WithheldRow) -> Result<()> {
    let id = id_of(connection, mailbox, name)?;
    connection
        .prepare_cached(
            "INSERT INTO withheld (folder, uid, why, since) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (folder, uid) DO UPDATE SET why = ?3",
        )?
        .execute((id, row.uid, &row.why, row.since))?;
    Ok(())
}

pub(super) fn give_up_withheld(connection: &Connection, mailbox: &str, name: &str, uid: u32) -> Result<()> {
    give_up(connection, id_of(connection, mailbox, name)?, uid)
}

fn give_up(connection: &Connection, folder: i64, uid: u32) -> Result<()> {
    connection.prepare_cached("DELETE FROM withheld WHERE folder = ?1 AND uid = ?2")?.execute((folder, uid))?;
    Ok(())
}

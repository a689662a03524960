//! Blobs: bytes under their digest, in pieces of 1 MiB before compression.

use std::collections::BTreeSet;

use rusqlite::{Connection, MAIN_DB, OptionalExtension as _};

use super::digests::{self, Bodies, Kind};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::{Blob, PIECE, Piece};

/// Pieces of one body: 1 TiB.
const PIECES: i64 = 1 << 20;

pub(super) fn missing(connection: &Connection, bodies: &Bodies, ids: &[Id]) -> Result<Vec<Id>> {
    let mut missing = BTreeSet::new();
    for id in ids {
        if bodies.find(connection, *id)?.is_none() {
            missing.insert(*id);
        }
    }
    Ok(missing.into_iter().collect())
}

pub(super) fn put(connection: &Connection, bodies: &Bodies, blobs: &[Blob<'_>]) -> Result<()> {
    for blob in blobs {
        if bodies.find(connection, blob.id)?.is_some() {
            continue;
        }
        let mut insert = connection.prepare_cached("INSERT INTO body (sha256, size) VALUES (?1, ?2)")?;
        let body = insert.insert((blob.id, blob.size as i64))?;
        bodies.put(connection, blob.id, body)?;
        put_pieces(connection, body, blob)?;
    }
    Ok(())
}

fn put_pieces(connection: &Connection, body: i64, blob: &Blob<'_>) -> Result<()> {
    let mut insert = connection.prepare_cached("INSERT INTO piece (id, data) VALUES (?1, ?2)")?;
    for (n, data) in (0..).zip(blob.pieces) {
        insert.insert((place(body, n)?, data))?;
    }
    Ok(())
}

/// Writes the pieces of bodies anew: those that are here are damaged.
pub(super) fn replace(connection: &Connection, bodies: &Bodies, blobs: &[Blob<'_>]) -> Result<()> {
    for blob in blobs {
        let Some(body) = bodies.find(connection, blob.id)? else {
            put(connection, bodies, std::slice::from_ref(blob))?;
            continue;
        };
        let mut size = connection.prepare_cached("UPDATE body SET size = ?2 WHERE id = ?1")?;
        size.execute((body, blob.size as i64))?;
        remove_pieces(connection, body)?;
        put_pieces(connection, body, blob)?;
    }
    Ok(())
}

fn remove_pieces(connection: &Connection, body: i64) -> Result<()> {
    let mut delete = connection.prepare_cached("DELETE FROM piece WHERE id BETWEEN ?1 AND ?2")?;
    delete.execute([place(body, 0)?, place(body, PIECES - 1)?])?;
    Ok(())
}

/// The number of a piece.
fn place(body: i64, n: i64) -> Result<i64> {
    let first = body.checked_mul(PIECES).filter(|_| (0..PIECES).contains(&n));
    first.and_then(|first| first.checked_add(n)).ok_or_else(|| Error::Damaged(format!("the number of body {body}")))
}

pub(super) fn get(connection: &Connection, id: Id, take: &mut dyn FnMut(Piece<'_>) -> Result<()>) -> Result<()> {
    let (body, size) = body(connection, id)?.ok_or_else(|| Error::Damaged(format!("body {id} is missing")))?;
    let size = u64::try_from(size).map_err(|_| Error::Damaged(format!("the size of body {id}")))?;
    let mut query = connection.prepare_cached("SELECT data FROM piece WHERE id = ?1")?;
    for n in 0..size.div_ceil(PIECE as u64) {
        let damaged = |why: &str| Error::Damaged(format!("piece {n} of body {id}{why}"));
        let number = i64::try_from(n).map_err(|_| damaged(""))?;
        let data: Option<Vec<u8>> = query.query_row([place(body, number)?], |row| row.get(0)).optional().map_err(
            |error| match Error::from(error) {
                Error::Damaged(why) => damaged(&format!(" ({why})")),
                other => other,
            },
        )?;
        let data = data.ok_or_else(|| damaged(" is missing"))?;
        take(Piece { n, blob_size: size, data: &data })?;
    }
    Ok(())
}

/// Number and size of a body.
type Numbered = (i64, i64);

/// A body that is here.
fn body(connection: &Connection, id: Id) -> Result<Option<Numbered>> {
    let by_table = |sql: &str| -> Result<Option<Numbered>> {
        let mut query = connection.prepare_cached(sql)?;
        Ok(query.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    };
    // The digests may have lost what the table has. A file of an older format has an index of its own for them, which may
    // have lost it too.
    let ways: [&dyn Fn() -> Result<Option<Numbered>>; 2] =
        [&|| by_digest(connection, id), &|| by_table("SELECT id, size FROM body WHERE sha256 = ?1")];
    for way in ways {
        match way() {
            Ok(Some(found)) => return Ok(Some(found)),
            Err(error) if !error.is_local() => return Err(error),
            // A disk that fails undoes a change: what went on would be committed by itself.
            Err(error @ Error::Device(_)) if !connection.is_readonly(MAIN_DB)? => return Err(error),
            _ => {}
        }
    }
    by_table("SELECT id, size FROM body NOT INDEXED WHERE sha256 = ?1")
}

fn by_digest(connection: &Connection, id: Id) -> Result<Option<Numbered>> {
    let Some(body) = digests::find(connection, Kind::Body, id)? else { return Ok(None) };
    let mut query = connection.prepare_cached("SELECT id, size FROM body WHERE id = ?1")?;
    Ok(query.query_row([body], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

pub(super) fn remove(connection: &Connection, bodies: &Bodies, ids: &[Id]) -> Result<()> {
    for id in ids {
        let Some(body) = bodies.find(connection, *id)? else { continue };
        remove_pieces(connection, body)?;
        connection.prepare_cached("DELETE FROM body WHERE id = ?1")?.execute([body])?;
        bodies.remove(connection, *id, body)?;
    }
    Ok(())
}

/// Bodies behind a digest: three lists, each in its order, are read side by side.
pub(super) const LIST: &str = "SELECT listed.sha256, size FROM (
      SELECT sha256, row FROM digest_new WHERE sha256 > ?1 AND kind = 1
      UNION ALL SELECT sha256, row FROM digest_recent WHERE sha256 > ?1 AND kind = 1
      UNION ALL SELECT sha256, row FROM digest_settled WHERE sha256 > ?1 AND kind = 1
      ORDER BY sha256 LIMIT ?2
    ) AS listed JOIN body ON body.id = listed.row ORDER BY listed.sha256";

pub(super) fn list(connection: &Connection, after: Option<Id>, limit: usize) -> Result<Vec<(Id, u64)>> {
    let mut query = connection.prepare_cached(LIST)?;
    let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
    let rows = query.query_map((after, i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
        // A size that damage has made negative counts for nothing.
        Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those that neither a message nor evidence names.
pub(super) fn unused(connection: &Connection, bodies: &Bodies, ids: &[Id]) -> Result<Vec<Id>> {
    let mut used = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM hole WHERE hole.body = body.id)
           OR EXISTS (SELECT 1 FROM evidence WHERE evidence.body = body.id) FROM body WHERE id = ?1",
    )?;
    let mut unused = Vec::new();
    for id in ids {
        let Some(body) = bodies.find(connection, *id)? else { continue };
        if used.query_row([body], |row| row.get::<_, bool>(0)).optional()? == Some(false) {
            unused.push(*id);
        }
    }
    Ok(unused)
}

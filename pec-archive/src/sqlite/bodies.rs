//! Bodies: bytes under their digest, in compressed pieces of 1 MiB.

use rusqlite::{Connection, OptionalExtension as _};

use crate::error::{Error, Result};
use crate::id::Id;
use crate::press::{Press, unpress};

/// Bytes of one piece before compression.
pub(crate) const PIECE: usize = 1 << 20;

/// Pieces of one body: 1 TiB.
const PIECES: i64 = 1 << 20;

/// The number of a body that is here.
pub(crate) fn find(connection: &Connection, id: Id) -> Result<Option<i64>> {
    let mut query = connection.prepare_cached("SELECT id FROM body WHERE sha256 = ?1")?;
    Ok(query.query_row([id], |row| row.get(0)).optional()?)
}

/// Stores compressed pieces under the digest of the whole. The caller has seen that it is not here.
pub(crate) fn put(connection: &Connection, id: Id, size: usize, pieces: &[Vec<u8>]) -> Result<i64> {
    let body = begin(connection, id, size)?;
    for (n, data) in (0..).zip(pieces) {
        put_piece(connection, body, n, data)?;
    }
    Ok(body)
}

/// Stores bytes that stand for themselves, unless they are here; gives the number of their body.
pub(crate) fn keep(connection: &Connection, bytes: &[u8]) -> Result<i64> {
    let id = Id::of(bytes);
    match find(connection, id)? {
        Some(body) => Ok(body),
        None => put(connection, id, bytes.len(), &super::put::pieces(bytes, &mut Press::new(None)?)?),
    }
}

fn begin(connection: &Connection, id: Id, size: usize) -> Result<i64> {
    let mut insert = connection.prepare_cached("INSERT INTO body (sha256, size) VALUES (?1, ?2)")?;
    Ok(insert.insert((id, size as i64))?)
}

fn put_piece(connection: &Connection, body: i64, n: i64, data: &[u8]) -> Result<()> {
    let mut insert = connection.prepare_cached("INSERT INTO piece (id, data) VALUES (?1, ?2)")?;
    insert.insert((place(body, n)?, data))?;
    Ok(())
}

/// The number of a piece.
fn place(body: i64, n: i64) -> Result<i64> {
    let first = body.checked_mul(PIECES).filter(|_| (0..PIECES).contains(&n));
    first.and_then(|first| first.checked_add(n)).ok_or_else(|| Error::Damaged(format!("the number of body {body}")))
}

/// Gives the bytes of a body, piece by piece.
///
/// # Errors
/// [`Error::Damaged`] where a piece is missing or is not what was stored. That the whole has its digest, the caller sees.
pub(crate) fn read(connection: &Connection, body: i64, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let size: i64 = connection
        .prepare_cached("SELECT size FROM body WHERE id = ?1")?
        .query_row([body], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Error::Damaged(format!("body {body} is missing")))?;
    let mut query = connection.prepare_cached("SELECT data FROM piece WHERE id = ?1")?;
    let mut left = usize::try_from(size).map_err(|_| Error::Damaged(format!("the size of body {body}")))?;
    let mut n = 0;
    while left > 0 {
        let damaged = |why: &str| Error::Damaged(format!("piece {n} of body {body}{why}"));
        let data: Option<Vec<u8>> =
            query.query_row([place(body, n)?], |row| row.get(0)).optional().map_err(|error| {
                match Error::from(error) {
                    Error::Damaged(why) => damaged(&format!(" ({why})")),
                    other => other,
                }
            })?;
        let data = data.ok_or_else(|| damaged(" is missing"))?;
        let piece = unpress(&data, left.min(PIECE), None).map_err(|_| damaged(""))?;
        take(&piece)?;
        left -= piece.len();
        n += 1;
    }
    Ok(())
}

/// The bodies that no message and no evidence uses.
pub(crate) fn orphans(connection: &Connection) -> Result<Vec<i64>> {
    let mut query = connection.prepare(
        "SELECT id FROM body WHERE NOT EXISTS (SELECT 1 FROM hole WHERE hole.body = body.id)
         AND NOT EXISTS (SELECT 1 FROM evidence WHERE evidence.body = body.id)",
    )?;
    Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Takes away those of these bodies that nothing uses any more; gives their number and their bytes.
pub(crate) fn collect(connection: &Connection, bodies: &[i64]) -> Result<(u64, u64)> {
    let mut used = connection.prepare_cached(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM hole WHERE body = ?1) OR EXISTS (SELECT 1 FROM evidence WHERE body = ?1)",
    )?;
    let mut size = connection.prepare_cached("SELECT size FROM body WHERE id = ?1")?;
    let (mut number, mut bytes) = (0, 0);
    for body in bodies {
        let Some(size) = size.query_row([body], |row| row.get::<_, i64>(0)).optional()? else { continue };
        if used.exists([body])? {
            continue;
        }
        connection
            .prepare_cached("DELETE FROM piece WHERE id BETWEEN ?1 AND ?2")?
            .execute([place(*body, 0)?, place(*body, PIECES - 1)?])?;
        connection.prepare_cached("DELETE FROM body WHERE id = ?1")?.execute([body])?;
        number += 1;
        bytes += u64::try_from(size).unwrap_or_default();
    }
    Ok((number, bytes))
}

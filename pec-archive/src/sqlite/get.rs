//! Messages given back, byte for byte.

use rusqlite::{Connection, OptionalExtension as _};
use sha2::{Digest as _, Sha256};

use super::bodies;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::press::unpress;

/// A message as its row has it.
struct Row {
    id: Id,
    size: i64,
    dictionary: i64,
    skeleton_size: i64,
    skeleton: Vec<u8>,
}

/// Gives the bytes of the message of this number in order, and says at the end whether they are those that were stored.
///
/// # Errors
/// [`Error::Damaged`] names the message and what of it cannot be given.
pub(crate) fn stream(connection: &Connection, number: i64, take: impl FnMut(&[u8]) -> Result<()>) -> Result<Id> {
    let row = row(connection, number)?;
    let id = row.id;
    pour(connection, number, &row, take).map_err(|error| error.of_message(id))
}

/// The bytes of the message of this number.
pub(crate) fn whole(connection: &Connection, number: i64) -> Result<Vec<u8>> {
    let row = row(connection, number)?;
    // The size is our own, but damage may have changed it: it is a hint, not a promise.
    let mut bytes = Vec::with_capacity(usize::try_from(row.size).unwrap_or_default().min(64 << 20));
    let taken = pour(connection, number, &row, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    taken.map_err(|error| error.of_message(row.id))?;
    Ok(bytes)
}

/// Reads a message again and compares all that its row says of it.
pub(crate) fn check(connection: &Connection, number: i64) -> Result<()> {
    let row = row(connection, number)?;
    let mut size = 0_u64;
    let taken = pour(connection, number, &row, |piece| {
        size += piece.len() as u64;
        Ok(())
    });
    let sized = taken.and_then(|_| match u64::try_from(row.size) {
        Ok(stated) if stated == size => Ok(()),
        _ => Err(Error::Damaged(format!("its size, which is {size} and not {}; its bytes are intact", row.size))),
    });
    sized.map_err(|error| error.of_message(row.id))
}

/// The identifier of the message of this number.
pub(crate) fn id_of(connection: &Connection, number: i64) -> Result<Id> {
    let mut query = connection.prepare_cached("SELECT sha256 FROM message WHERE id = ?1")?;
    let id = query.query_row([number], |row| row.get(0)).optional().map_err(|error| by_number(number, error.into()))?;
    id.ok_or_else(|| by_number(number, Error::Damaged("its row is missing".into())))
}

/// Where the log says that a message was put, and when by the host's clock.
pub(crate) struct Origin {
    pub(crate) stored_at: i64,
    pub(crate) entry: i64,
}

/// The origin of the message of this number.
pub(crate) fn origin(connection: &Connection, number: i64) -> Result<Origin> {
    let mut query = connection.prepare_cached("SELECT stored_at, entry FROM message WHERE id = ?1")?;
    let origin = query.query_row([number], |row| Ok(Origin { stored_at: row.get(0)?, entry: row.get(1)? }));
    origin.map_err(|error| by_number(number, error.into()))
}

fn row(connection: &Connection, number: i64) -> Result<Row> {
    let mut query = connection
        .prepare_cached("SELECT sha256, size, dictionary, skeleton_size, skeleton FROM message WHERE id = ?1")?;
    let found = query.query_row([number], |row| {
        Ok(Row {
            id: row.get(0)?,
            size: row.get(1)?,
            dictionary: row.get(2)?,
            skeleton_size: row.get(3)?,
            skeleton: row.get(4)?,
        })
    });
    let found = found.optional().map_err(|error| by_number(number, error.into()))?;
    found.ok_or_else(|| by_number(number, Error::Damaged("its row is missing".into())))
}

/// Names a message of which not even the identifier can be read.
fn by_number(number: i64, error: Error) -> Error {
    match error {
        Error::Damaged(what) => Error::Damaged(format!("message number {number}: {what}")),
        Error::Device(what) => Error::Device(format!("message number {number}: {what}")),
        other => other,
    }
}

fn pour(connection: &Connection, number: i64, row: &Row, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<Id> {
    let damaged = |what: &str| Error::Damaged(what.to_owned());
    let dictionary = dictionary_of(connection, row.dictionary)?;
    let skeleton =
        usize::try_from(row.skeleton_size).map_err(|_| damaged("the size of what stands around its bodies"))?;
    let skeleton = unpress(&row.skeleton, skeleton, dictionary.as_deref())
        .map_err(|_| damaged("what stands around its bodies"))?;
    let mut holes = connection.prepare_cached("SELECT at, body FROM hole WHERE message = ?1 ORDER BY n")?;
    let holes = holes.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let holes = holes.collect::<Result<Vec<(i64, i64)>, _>>()?;

    let mut hasher = Sha256::new();
    let mut give = |bytes: &[u8]| {
        hasher.update(bytes);
        take(bytes)
    };
    let mut done = 0;
    for (at, body) in holes {
        let before = usize::try_from(at).ok().and_then(|at| Some((at, skeleton.get(done..at)?)));
        let (at, before) = before.ok_or_else(|| damaged("the places of its bodies"))?;
        give(before)?;
        done = at;
        bodies::read(connection, body, &mut give)?;
    }
    give(skeleton.get(done..).unwrap_or_default())?;
    if Id::finished(hasher) == row.id { Ok(row.id) } else { Err(damaged("its digest")) }
}

/// A dictionary by its number; 0 is none.
pub(crate) fn dictionary_of(connection: &Connection, dictionary: i64) -> Result<Option<Vec<u8>>> {
    if dictionary == 0 {
        return Ok(None);
    }
    let mut query = connection.prepare_cached("SELECT data FROM dictionary WHERE id = ?1")?;
    let data = query.query_row([dictionary], |row| row.get(0)).optional()?;
    data.map(Some).ok_or_else(|| Error::Damaged(format!("dictionary {dictionary} is missing")))
}

//! Messages given back, byte for byte.

use rusqlite::{Connection, OptionalExtension as _};
use sha2::{Digest as _, Sha256};

use super::bodies;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::press::unpress;

/// Gives the bytes of the message of this number in order, and says at the end whether they are those that were stored.
pub(crate) fn stream(connection: &Connection, number: i64, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<Id> {
    let mut query =
        connection.prepare_cached("SELECT sha256, dictionary, skeleton_size, skeleton FROM message WHERE id = ?1")?;
    let row = query
        .query_row([number], |row| {
            Ok((row.get::<_, Id>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, row.get::<_, Vec<u8>>(3)?))
        })
        .optional()?;
    let (id, dictionary, size, data) = row.ok_or_else(|| Error::NotFound(number.to_string()))?;
    let damaged = |what: &str| Error::Damaged(format!("message {id}: {what}"));
    let dictionary = dictionary_of(connection, dictionary)?;
    let skeleton =
        unpress(&data, size as usize, dictionary.as_deref()).map_err(|_| damaged("what stands around its bodies"))?;
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
        let at = at as usize;
        give(skeleton.get(done..at).ok_or_else(|| damaged("the places of its bodies"))?)?;
        done = at;
        bodies::read(connection, body, &mut give)?;
    }
    give(skeleton.get(done..).unwrap_or_default())?;
    if Id::finished(hasher) == id { Ok(id) } else { Err(damaged("its digest")) }
}

/// The bytes of the message of this number.
pub(crate) fn whole(connection: &Connection, number: i64) -> Result<Vec<u8>> {
    let mut query = connection.prepare_cached("SELECT size FROM message WHERE id = ?1")?;
    let size: i64 =
        query.query_row([number], |row| row.get(0)).optional()?.ok_or_else(|| Error::NotFound(number.to_string()))?;
    // The size is our own, but damage may have changed it: it is a hint, not a promise.
    let mut bytes = Vec::with_capacity((size as usize).min(64 << 20));
    stream(connection, number, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(bytes)
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

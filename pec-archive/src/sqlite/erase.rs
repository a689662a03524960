//! What is erased is gone from the file.

use rusqlite::Connection;

use super::digests::{self, Kind};
use super::messages;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::Number;

/// Tables with rows of a message, before the message itself.
const TABLES: [&str; 14] = [
    "hole",
    "found",
    "place",
    "event",
    "filed",
    "submission",
    "evidence",
    "tag",
    "judged",
    "attachment",
    "about",
    "in_state",
    "part_of",
    "classified",
];

/// Takes a message out of every table. Its bodies stay, and are given back: other messages may use them.
pub(super) fn message(connection: &Connection, number: Number) -> Result<Vec<Id>> {
    let mut query = connection.prepare_cached(
        "SELECT sha256 FROM body WHERE id IN
         (SELECT body FROM hole WHERE message = ?1 UNION SELECT body FROM evidence WHERE message = ?1)",
    )?;
    let bodies = query.query_map([number], |row| row.get(0))?.collect::<Result<_, _>>()?;
    // A dossier of which nothing is left.
    connection
        .prepare_cached(
            "DELETE FROM dossier WHERE id IN (SELECT dossier FROM part_of WHERE message = ?1) AND NOT EXISTS
             (SELECT 1 FROM part_of AS other WHERE other.dossier = dossier.id AND other.message <> ?1)",
        )?
        .execute([number])?;
    connection.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([number])?;
    digests::remove_attachments(connection, number)?;
    if let Some(id) = messages::id_of(connection, number)? {
        digests::remove(connection, Kind::Message, id, number)?;
    }
    for table in TABLES {
        connection.prepare_cached(&format!("DELETE FROM {table} WHERE message = ?1"))?.execute([number])?;
    }
    // That it was deposited stays known, by its digest.
    connection.prepare_cached("UPDATE deposited SET message = NULL WHERE message = ?1")?.execute([number])?;
    // And that it was sent under its key.
    connection.prepare_cached("UPDATE outbox SET message = NULL WHERE message = ?1")?.execute([number])?;
    connection.prepare_cached("DELETE FROM message WHERE id = ?1")?.execute([number])?;
    Ok(bodies)
}

/// Takes what was erased out of the index of words, which until then only marks it.
pub(super) fn words(connection: &Connection) -> Result<()> {
    connection.execute("INSERT INTO words (words) VALUES ('optimize')", [])?;
    Ok(())
}

/// Takes what was erased out of the log of the file; no transaction may be open.
///
/// # Errors
/// [`Error::Locked`] while somebody reads an older state.
pub(super) fn scrub(connection: &Connection) -> Result<()> {
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 { Ok(()) } else { Err(Error::Locked) }
}

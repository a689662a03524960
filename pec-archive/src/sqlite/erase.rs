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
    // And that it was sent under its key; not to whom, nor what was answered.
    connection
        .prepare_cached(
            "UPDATE outbox SET message = NULL, message_id = '', sender = '', recipients = '[]', answers = '{}'
             WHERE message = ?1",
        )?
        .execute([number])?;
    connection.prepare_cached("DELETE FROM message WHERE id = ?1")?.execute([number])?;
    Ok(bodies)
}

/// Takes what was erased out of the index of words, which until then only marks it.
pub(super) fn words(connection: &Connection) -> Result<()> {
    connection.execute("INSERT INTO words (words) VALUES ('optimize')", [])?;
    Ok(())
}

/// Takes out of the outbox what older versions have left there of messages that were erased.
pub(super) fn tickets(connection: &Connection) -> Result<()> {
    connection.execute(
        "UPDATE outbox SET message_id = '', sender = '', recipients = '[]', answers = '{}' WHERE message IS NULL",
        [],
    )?;
    Ok(())
}

/// Writes every page of the file anew: where a page was divided as the archive grew, what stood on it may stand in gaps of it, which
/// SQLite overwrites for what it deletes and not for what it moves. No transaction may be open.
pub(super) fn rewrite(connection: &Connection) -> Result<()> {
    // A second copy of everything does not belong into memory.
    connection.pragma_update(None, "temp_store", "FILE")?;
    let rewritten = connection.execute_batch("VACUUM");
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(rewritten?)
}

/// Takes what was erased out of the log of the file; no transaction may be open.
///
/// # Errors
/// [`Error::Locked`] while somebody reads an older state.
pub(super) fn scrub(connection: &Connection) -> Result<()> {
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 { Ok(()) } else { Err(Error::Locked) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sqlite::Sqlite;
    use crate::store::Backend as _;

    /// As pages are divided, what stood on them is moved, and stands twice.
    #[test]
    fn nothing_of_what_was_erased_is_left_when_all_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pecarchive");
        let archive = Sqlite::create(&path).unwrap();
        let text = |n: u64| format!("{}traccia{n:05}x@ditta.example", &Id::of(&n.to_le_bytes()).to_string()[..6]);
        let all: Vec<u64> = (0..8000).collect();
        let gone: Vec<u64> =
            all.iter().copied().filter(|n| Id::of(&(n + 7).to_le_bytes()).as_bytes()[0] < 32).collect();
        let message = "INSERT INTO message (id, sha256, size, stored_at, entry, dictionary, skeleton_size, skeleton)
             VALUES (1, zeroblob(32), 0, 0, 0, 0, 0, x'')";
        archive.transaction(|tables| Ok(tables.connection().execute(message, []).map(drop)?)).unwrap();
        let each = |numbers: &[u64], sql: &str| {
            for some in numbers.chunks(20) {
                archive
                    .transaction(|tables| {
                        let mut row = tables.connection().prepare_cached(sql)?;
                        some.iter().try_for_each(|n| Ok(row.execute([text(*n)]).map(drop)?))
                    })
                    .unwrap();
            }
        };
        each(&all, "INSERT INTO about (text, message, counts) VALUES (?1, 1, 1)");
        each(&gone, "DELETE FROM about WHERE text = ?1");
        let left = || {
            let file = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            let there: BTreeSet<u64> = file.split("traccia").filter_map(|rest| rest.get(..5)?.parse().ok()).collect();
            gone.iter().filter(|n| there.contains(n)).count()
        };
        archive.wipe().unwrap();
        // Or this test would show nothing.
        assert!(left() > 0);
        archive.scrub().unwrap();
        assert_eq!(left(), 0);
        assert_eq!(archive.view(|tables| Ok(count(tables.connection()))).unwrap(), all.len() - gone.len());
    }

    fn count(connection: &Connection) -> usize {
        connection.query_row("SELECT count(*) FROM about", [], |row| row.get::<_, i64>(0)).unwrap() as usize
    }
}

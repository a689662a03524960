//! What is worked out from the messages, made anew where it is missing or cannot be read.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::digests;
use super::open;
use super::survey::refresh_words;
use crate::error::Result;

/// Tables with rows of messages that are worked out, but for their words.
const OF_MESSAGES: [&str; 5] = ["judged", "attachment", "about", "in_state", "part_of"];

/// Their names, those that refer to others first; `words` brings tables of its own.
const TABLES: [&str; 13] = [
    "recipient",
    "in_state",
    "part_of",
    "dossier",
    "judged",
    "attachment",
    "about",
    "words",
    "words_data",
    "words_idx",
    "words_content",
    "words_docsize",
    "words_config",
];

/// Makes ready for every message to be worked out anew: a sound index stays, so that nothing is hidden meanwhile, without
/// what belongs to no message; one that cannot be trusted is replaced by an empty one.
///
/// # Errors
/// [`crate::Error::Damaged`] where pages of the file itself have to be given up: [`crate::Archive::salvage`] does that.
pub(super) fn prepare(connection: &Connection) -> Result<()> {
    if !is_sound(connection)? {
        for table in TABLES {
            connection.execute_batch(&format!("DROP TABLE IF EXISTS {table}"))?;
        }
        open::write_derived(connection)?;
        return digests::refill(connection);
    }
    for table in OF_MESSAGES {
        connection.execute(&format!("DELETE FROM {table} WHERE message NOT IN (SELECT id FROM message)"), [])?;
    }
    connection
        .execute("DELETE FROM dossier WHERE NOT EXISTS (SELECT 1 FROM part_of WHERE dossier = dossier.id)", [])?;
    digests::refill(connection)?;
    if open::found_schema(connection)?.get("words").is_some_and(|found| open::is_of_format_1("words", found)) {
        // Once in the life of an archive words are found again only as they are made anew.
        return open::write_words(connection);
    }
    connection.execute(
        "DELETE FROM words WHERE rowid IN (SELECT id FROM words_docsize WHERE id NOT IN (SELECT id FROM message))",
        [],
    )?;
    Ok(())
}

/// Whether all tables and indexes are there, as this format has them, and SQLite finds nothing wrong with them.
fn is_sound(connection: &Connection) -> Result<bool> {
    let (expected, found) = (open::expected_schema()?, open::found_schema(connection)?);
    let derived = open::derived_schema();
    let mut ours = expected.iter().filter(|(name, sql)| derived.contains(sql.as_str()) || name.starts_with("words"));
    if !ours.all(|(name, sql)| found.get(name).is_some_and(|found| open::is_ours(name, found, sql))) {
        return Ok(false);
    }
    refresh_words(connection);
    for table in TABLES.into_iter().filter(|table| expected.contains_key(*table)) {
        match said(connection, table) {
            Ok(lines) if lines == ["ok"] => {}
            // A disk that fails has undone the change.
            Err(error) if !error.is_local() || connection.is_autocommit() => return Err(error),
            _ => return Ok(false),
        }
    }
    // A word list that has lost a message cannot forget its words either.
    let numbers = |sql: &str| -> Result<BTreeSet<i64>> {
        let mut query = connection.prepare(sql)?;
        Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    };
    Ok(numbers("SELECT message FROM judged")?.is_subset(&numbers("SELECT id FROM words_docsize")?))
}

fn said(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut query = connection.prepare(&format!("PRAGMA integrity_check({table})"))?;
    Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

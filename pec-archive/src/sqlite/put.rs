//! One message written inside a transaction.

use rusqlite::{Connection, OptionalExtension as _};

use super::bodies;
use crate::archive::Submission;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::intake::Prepared;
use crate::split::Skeleton;

/// Room for messages of one second.
const SECOND: i64 = 1 << 20;

/// The second from which a message is numbered.
pub(crate) const fn second_of(number: i64) -> i64 {
    number / SECOND
}

/// The number of a message that is here.
pub(crate) fn find(connection: &Connection, id: Id) -> Result<Option<i64>> {
    let mut query = connection.prepare_cached("SELECT id FROM message WHERE sha256 = ?1")?;
    Ok(query.query_row([id], |row| row.get(0)).optional()?)
}

/// Notes where a message was found; the same mailbox once.
pub(crate) fn found(connection: &Connection, message: i64, mailbox: &str, at: i64) -> Result<()> {
    if !mailbox.is_empty() {
        connection
            .prepare_cached("INSERT OR IGNORE INTO found (message, mailbox, at) VALUES (?1, ?2, ?3)")?
            .execute((message, mailbox, at))?;
    }
    Ok(())
}

/// A skeleton, compressed by the dictionary of this number.
pub(crate) struct Pressed {
    pub(crate) dictionary: i64,
    pub(crate) data: Vec<u8>,
}

/// Writes the bytes of a message; its bodies have been stored. Gives its number.
pub(crate) fn message(connection: &Connection, prepared: &Prepared, pressed: &Pressed, entry: u64) -> Result<i64> {
    let number = free_number(connection, prepared.judged.order)?;
    let stored_at = prepared.judged.at.as_second();
    let row_of = Row { number, id: prepared.id, size: prepared.bytes.len(), stored_at, entry };
    row(connection, &row_of, &prepared.skeleton, pressed)?;
    Ok(number)
}

/// What the row of a message says beside its skeleton.
pub(crate) struct Row {
    pub(crate) number: i64,
    pub(crate) id: Id,
    pub(crate) size: usize,
    /// Seconds since 1970, by the host's clock.
    pub(crate) stored_at: i64,
    /// Number of the entry of the log that says that it was put.
    pub(crate) entry: u64,
}

/// Writes the row of a message and the places of its bodies.
pub(crate) fn row(connection: &Connection, row: &Row, skeleton: &Skeleton, pressed: &Pressed) -> Result<()> {
    let Skeleton { bytes, holes } = skeleton;
    connection
        .prepare_cached(
            "INSERT INTO message (id, sha256, size, stored_at, entry, dictionary, skeleton_size, skeleton)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            row.number,
            row.id,
            row.size as i64,
            row.stored_at,
            row.entry as i64,
            pressed.dictionary,
            bytes.len() as i64,
            &pressed.data,
        ))?;
    for (n, hole) in (0_i64..).zip(holes) {
        connection
            .prepare_cached(
                "INSERT INTO hole (message, n, at, body) SELECT ?1, ?2, ?3, id FROM body WHERE sha256 = ?4",
            )?
            .execute((row.number, n, hole.at as i64, hole.id))?;
    }
    Ok(())
}

/// The first number from `second` on that no message has.
fn free_number(connection: &Connection, second: i64) -> Result<i64> {
    let first = second.min(i64::MAX / SECOND - 1) * SECOND;
    let mut last = connection.prepare_cached("SELECT max(id) FROM message WHERE id >= ?1 AND id < ?2")?;
    let last: Option<i64> = last.query_row([first, first + SECOND], |row| row.get(0))?;
    let mut number = last.map_or(first, |last| last + 1);
    let mut taken = connection.prepare_cached("SELECT 1 FROM message WHERE id = ?1")?;
    while taken.exists([number])? {
        number += 1;
    }
    Ok(number)
}

/// Writes what was worked out of a message: all that a rebuild makes anew, but for its words.
pub(crate) fn derived(connection: &Connection, number: i64, prepared: &Prepared) -> Result<()> {
    let judged = &prepared.judged;
    connection
        .prepare_cached(
            "INSERT INTO judged (message, judged_at, trust_data, verdict, kind, quarantine, at, expires, pec_id,
               message_id, sender, subject) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute((
            number,
            judged.at.as_second(),
            &judged.trust_data,
            judged.verdict,
            &judged.kind,
            &judged.quarantine,
            judged.certified_at,
            judged.expires,
            &judged.pec_id,
            &judged.message_id,
            &judged.sender,
            &judged.subject,
        ))?;
    for (n, attachment) in (0_i64..).zip(&prepared.words.attachments) {
        connection
            .prepare_cached("INSERT INTO attachment (message, n, name, size, sha256) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute((number, n, &attachment.name, attachment.size as i64, attachment.id))?;
    }
    if let Some(record) = &prepared.record {
        let counts = super::dossiers::counts(record.role());
        for text in record.about() {
            connection
                .prepare_cached("INSERT OR IGNORE INTO about (text, message, counts) VALUES (?1, ?2, ?3)")?
                .execute((text, number, counts))?;
        }
    }
    Ok(())
}

/// The verdict that is stored, and the date of the trust data by which it was found.
pub(crate) fn verdict(connection: &Connection, number: i64) -> Result<Option<(String, String)>> {
    let mut query = connection.prepare_cached("SELECT verdict, trust_data FROM judged WHERE message = ?1")?;
    Ok(query.query_row([number], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Takes away what was worked out of a message, so that it can be made anew.
pub(crate) fn forget_derived(connection: &Connection, number: i64) -> Result<()> {
    for table in ["judged", "attachment", "about"] {
        connection.prepare_cached(&format!("DELETE FROM {table} WHERE message = ?1"))?.execute([number])?;
    }
    connection.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([number])?;
    Ok(())
}

/// Notes what the host submitted; gives the identifiers of the transactions that it changes.
pub(crate) fn submitted(
    connection: &Connection,
    number: i64,
    submission: &Submission<'_>,
    prepared: &Prepared,
) -> Result<Vec<String>> {
    let recipients =
        serde_json::to_string(submission.recipients).map_err(|error| Error::Internal(error.to_string()))?;
    connection
        .prepare_cached("INSERT OR IGNORE INTO submission (message, sender, recipients, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute((number, submission.sender, recipients, submission.at.as_second()))?;
    Ok(prepared.record.iter().flat_map(|record| record.about().map(str::to_owned)).collect())
}

/// Writes the words of a message. Called in the order of the numbers: the index closes a segment at every step back.
pub(crate) fn words(connection: &Connection, number: i64, prepared: &Prepared) -> Result<()> {
    let words = &prepared.words;
    let names: Vec<&str> = words.attachments.iter().filter_map(|attachment| attachment.name.as_deref()).collect();
    connection
        .prepare_cached(
            "INSERT INTO words (rowid, subject, sender, recipients, text, attachments) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((number, &words.subject, &words.sender, &words.recipients, &words.text, names.join("\n")))?;
    Ok(())
}

/// Compresses a body of a prepared message into the pieces that are stored.
pub(crate) fn pieces(bytes: &[u8], press: &mut crate::press::Press) -> Result<Vec<Vec<u8>>> {
    bytes.chunks(bodies::PIECE).map(|piece| press.piece(piece)).collect()
}

//! The rows of messages.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::digests::{self, Bodies, Kind};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::page::Entry;
use crate::store::{DerivedRow, Hole, MessageRow, NewMessage, Number, SubmissionRow, Words, first_number, second_of};

/// The number of a message that is here.
pub(super) fn find(connection: &Connection, id: Id) -> Result<Option<Number>> {
    digests::find(connection, Kind::Message, id)
}

/// The identifier of the message of this number.
pub(super) fn id_of(connection: &Connection, number: Number) -> Result<Option<Id>> {
    let mut query = connection.prepare_cached("SELECT sha256 FROM message WHERE id = ?1")?;
    query.query_row([number], |row| row.get(0)).optional().map_err(|error| by_number(number, error.into()))
}

/// Names a message of which not even the identifier can be read.
fn by_number(number: Number, error: Error) -> Error {
    match error {
        Error::Damaged(what) => Error::Damaged(format!("message number {number}: {what}")),
        Error::Device(what) => Error::Device(format!("message number {number}: {what}")),
        other => other,
    }
}

pub(super) fn message(connection: &Connection, number: Number) -> Result<Option<MessageRow>> {
    let mut query = connection
        .prepare_cached("SELECT sha256, size, entry, dictionary, skeleton_size, skeleton FROM message WHERE id = ?1")?;
    let found = query.query_row([number], |row| {
        Ok(MessageRow {
            id: row.get(0)?,
            size: row.get(1)?,
            entry: row.get(2)?,
            dictionary: row.get(3)?,
            skeleton_size: row.get(4)?,
            skeleton: row.get(5)?,
            holes: Vec::new(),
        })
    });
    let Some(mut message) = found.optional().map_err(|error| by_number(number, error.into()))? else { return Ok(None) };
    message.holes = holes(connection, number).map_err(|error| error.of_message(message.id))?;
    Ok(Some(message))
}

fn holes(connection: &Connection, number: Number) -> Result<Vec<Hole>> {
    let mut query = connection.prepare_cached(
        "SELECT at, sha256, hole.body FROM hole LEFT JOIN body ON body.id = hole.body WHERE message = ?1 ORDER BY n",
    )?;
    let mut rows = query.query([number])?;
    let mut holes = Vec::new();
    while let Some(row) = rows.next()? {
        let at = u64::try_from(row.get::<_, i64>(0)?).map_err(|_| Error::Damaged("the places of its bodies".into()))?;
        let Some(body) = row.get(1)? else {
            return Err(Error::Damaged(format!("body {} is missing", row.get::<_, i64>(2)?)));
        };
        holes.push(Hole { at, body });
    }
    Ok(holes)
}

/// When a message was stored, by the host's clock.
pub(super) fn stored_at(connection: &Connection, number: Number) -> Result<i64> {
    let mut query = connection.prepare_cached("SELECT stored_at FROM message WHERE id = ?1")?;
    query.query_row([number], |row| row.get(0)).map_err(|error| by_number(number, error.into()))
}

/// A dictionary by its number.
pub(super) fn dictionary(connection: &Connection, dictionary: i64) -> Result<Option<Vec<u8>>> {
    let mut query = connection.prepare_cached("SELECT data FROM dictionary WHERE id = ?1")?;
    Ok(query.query_row([dictionary], |row| row.get(0)).optional()?)
}

/// Notes where a message was found; the same mailbox once.
pub(super) fn put_found(connection: &Connection, message: Number, mailbox: &str, at: i64) -> Result<bool> {
    let added = connection
        .prepare_cached("INSERT OR IGNORE INTO found (message, mailbox, at) VALUES (?1, ?2, ?3)")?
        .execute((message, mailbox, at))?;
    Ok(added > 0)
}

/// Writes the row of a message, under the first number that is free, and the places of its bodies.
pub(super) fn put(connection: &Connection, bodies: &Bodies, first: Number, message: &NewMessage<'_>) -> Result<Number> {
    let number = free_number(connection, first)?;
    connection
        .prepare_cached(
            "INSERT INTO message (id, sha256, size, stored_at, entry, dictionary, skeleton_size, skeleton)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            number,
            message.id,
            message.size as i64,
            message.stored_at,
            message.entry as i64,
            message.dictionary,
            message.skeleton_size as i64,
            message.skeleton,
        ))?;
    digests::put(connection, Kind::Message, message.id, number)?;
    put_holes(connection, bodies, number, message)?;
    Ok(number)
}

fn put_holes(connection: &Connection, bodies: &Bodies, number: Number, message: &NewMessage<'_>) -> Result<()> {
    for (n, hole) in (0_i64..).zip(message.holes) {
        let body = bodies.find(connection, hole.body)?;
        connection.prepare_cached("INSERT INTO hole (message, n, at, body) VALUES (?1, ?2, ?3, ?4)")?.execute((
            number,
            n,
            hole.at as i64,
            body,
        ))?;
    }
    Ok(())
}

/// Writes what is damaged in the row of a message once more, and the places of its bodies.
pub(super) fn mend(connection: &Connection, bodies: &Bodies, number: Number, message: &NewMessage<'_>) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE message SET size = ?2, dictionary = ?3, skeleton_size = ?4, skeleton = ?5 WHERE id = ?1",
        )?
        .execute((number, message.size as i64, message.dictionary, message.skeleton_size as i64, message.skeleton))?;
    connection.prepare_cached("DELETE FROM hole WHERE message = ?1")?.execute([number])?;
    put_holes(connection, bodies, number, message)
}

/// The first number from `first` on that is above those of its second.
fn free_number(connection: &Connection, first: Number) -> Result<Number> {
    let next_second = first_number(second_of(first)).saturating_add(first_number(1));
    let mut last = connection.prepare_cached("SELECT max(id) FROM message WHERE id >= ?1 AND id < ?2")?;
    let last: Option<i64> = last.query_row([first, next_second], |row| row.get(0))?;
    let mut number = last.map_or(first, |last| last + 1);
    let mut taken = connection.prepare_cached("SELECT 1 FROM message WHERE id = ?1")?;
    while taken.exists([number])? {
        number += 1;
    }
    Ok(number)
}

/// Writes what was worked out of a message: all that a rebuild makes anew, but for its words.
pub(super) fn put_derived(connection: &Connection, number: Number, derived: &DerivedRow<'_>) -> Result<()> {
    let judged = derived.judged;
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
    for (n, attachment) in (0_i64..).zip(derived.attachments) {
        connection
            .prepare_cached("INSERT INTO attachment (message, n, name, size, sha256) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute((number, n, &attachment.name, attachment.size as i64, attachment.id))?;
        digests::put(connection, Kind::Attachment, attachment.id, number)?;
    }
    for text in &derived.about {
        connection
            .prepare_cached("INSERT OR IGNORE INTO about (text, message, counts) VALUES (?1, ?2, ?3)")?
            .execute((text, number, derived.counts))?;
    }
    Ok(())
}

/// Writes the words of a message: the index closes a segment at every step back.
pub(super) fn put_words(connection: &Connection, number: Number, words: &Words) -> Result<()> {
    let names: Vec<&str> = words.attachments.iter().filter_map(|attachment| attachment.name.as_deref()).collect();
    connection
        .prepare_cached(
            "INSERT INTO words (rowid, subject, sender, recipients, text, attachments) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((number, &words.subject, &words.sender, &words.recipients, &words.text, names.join("\n")))?;
    Ok(())
}

/// Takes away what was worked out of a message, so that it can be made anew.
pub(super) fn forget_derived(connection: &Connection, number: Number) -> Result<()> {
    digests::remove_attachments(connection, number)?;
    for table in ["judged", "attachment", "about"] {
        connection.prepare_cached(&format!("DELETE FROM {table} WHERE message = ?1"))?.execute([number])?;
    }
    connection.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([number])?;
    Ok(())
}

/// The verdict that is stored, and the date of the trust data by which it was found.
pub(super) fn verdict(connection: &Connection, number: Number) -> Result<Option<(String, String)>> {
    let mut query = connection.prepare_cached("SELECT verdict, trust_data FROM judged WHERE message = ?1")?;
    Ok(query.query_row([number], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Notes what the host submitted.
pub(super) fn put_submission(connection: &Connection, number: Number, submission: &SubmissionRow) -> Result<()> {
    let recipients =
        serde_json::to_string(&submission.recipients).map_err(|error| Error::Internal(error.to_string()))?;
    connection
        .prepare_cached("INSERT OR IGNORE INTO submission (message, sender, recipients, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute((number, &submission.sender, recipients, submission.at))?;
    Ok(())
}

/// What the host reported that it submitted.
pub(super) fn submission(connection: &Connection, number: Number) -> Result<Option<SubmissionRow>> {
    let mut query = connection.prepare_cached("SELECT sender, recipients, at FROM submission WHERE message = ?1")?;
    let mut rows = query.query([number])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (sender, recipients, at): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let damaged = |_| Error::Damaged(format!("submission of message {number}"));
    Ok(Some(SubmissionRow { sender, recipients: serde_json::from_str(&recipients).map_err(damaged)?, at }))
}

/// Notes by what a message was judged.
pub(super) fn put_evidence(
    connection: &Connection,
    bodies: &Bodies,
    number: Number,
    kind: &str,
    blob: Id,
) -> Result<()> {
    let body = bodies.find(connection, blob)?;
    connection
        .prepare_cached("INSERT OR IGNORE INTO evidence (message, kind, body) VALUES (?1, ?2, ?3)")?
        .execute((number, kind, body))?;
    Ok(())
}

/// Kind and blob of what these messages were judged by.
pub(super) fn evidence(connection: &Connection, numbers: &[Number]) -> Result<BTreeSet<(String, Id)>> {
    let mut query = connection.prepare_cached(
        "SELECT kind, sha256 FROM evidence LEFT JOIN body ON body.id = evidence.body WHERE message = ?1",
    )?;
    let mut evidence = BTreeSet::new();
    for number in numbers {
        let rows = query.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        evidence.extend(rows.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(evidence)
}

/// The entry of the message of this number.
///
/// # Errors
/// [`Error::Damaged`] names the message.
pub(super) fn entry(connection: &Connection, number: Number) -> Result<Entry> {
    indexed(connection, number).map_err(|error| match id_of(connection, number) {
        Ok(Some(id)) => error.of_message(id),
        _ => error,
    })
}

fn indexed(connection: &Connection, number: Number) -> Result<Entry> {
    let instant = |second: Option<i64>| second.and_then(|second| Timestamp::from_second(second).ok());
    let mut query = connection.prepare_cached(
        "SELECT sha256, size, stored_at, kind, verdict, quarantine, at, expires, pec_id, message_id, sender, subject
         FROM message JOIN judged ON judged.message = message.id WHERE message.id = ?1",
    )?;
    let entry = query.query_row([number], |row| {
        Ok(Entry {
            id: row.get(0)?,
            size: row
                .get::<_, i64>(1)
                .and_then(|size| u64::try_from(size).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(1, size)))?,
            stored_at: instant(row.get(2)?),
            dated_at: instant(Some(second_of(number))),
            kind: row.get(3)?,
            verdict: row.get(4)?,
            quarantine: row.get::<_, String>(5)?.split_whitespace().map(str::to_owned).collect(),
            certified_at: instant(row.get(6)?),
            expires: instant(row.get(7)?),
            pec_id: row.get(8)?,
            message_id: row.get(9)?,
            sender: row.get(10)?,
            subject: row.get(11)?,
            mailboxes: Vec::new(),
            tags: Vec::new(),
        })
    });
    let mut entry = entry.optional()?.ok_or_else(|| Error::Damaged(format!("the index of message number {number}")))?;
    let texts = |sql: &str| -> Result<Vec<String>> {
        let mut query = connection.prepare_cached(sql)?;
        let rows = query.query_map([number], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    entry.mailboxes = texts("SELECT mailbox FROM found WHERE message = ?1 ORDER BY mailbox")?;
    entry.tags = texts("SELECT tag FROM tag WHERE message = ?1 ORDER BY tag")?;
    Ok(entry)
}

/// Messages behind this one, oldest first.
pub(super) fn oldest(connection: &Connection, after: Option<Number>, limit: usize) -> Result<Vec<Number>> {
    let mut query = connection.prepare_cached("SELECT id FROM message WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let rows =
        query.query_map((after.unwrap_or(i64::MIN), i64::try_from(limit).unwrap_or(i64::MAX)), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether an import has finished a file as it is now.
pub(super) fn is_imported(connection: &Connection, file: &crate::store::ImportedRow) -> Result<bool> {
    let mut query =
        connection.prepare_cached("SELECT 1 FROM imported WHERE place = ?1 AND size = ?2 AND modified = ?3")?;
    Ok(query.exists((&file.place, file.size, file.modified))?)
}

/// Notes that an import has finished a file.
pub(super) fn put_imported(connection: &Connection, file: &crate::store::ImportedRow) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO imported (place, size, modified) VALUES (?1, ?2, ?3)")?
        .execute((&file.place, file.size, file.modified))?;
    Ok(())
}

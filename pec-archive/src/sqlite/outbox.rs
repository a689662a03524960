//! What is to be sent, and what became of it.

use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::error::{Error, Result};
use crate::outbox::TicketState;
use crate::store::{Number, TicketRow};

/// The format that has this table.
pub(super) const SINCE: u32 = 8;

/// Whether there is anything to be read: an older file that nobody may write has nothing of it.
fn is_older(connection: &Connection) -> Result<bool> {
    Ok(super::open::format_of(connection)? < SINCE)
}

const TICKET: &str =
    "SELECT id, mailbox, key, sha256, message, message_id, sender, recipients, state, queued_at, changed_at,
                      begun_at, not_before, attempts, answers, filed_at FROM outbox";

/// A row as it stands; lists and states are read behind it, so that what is wrong is told as damage.
type Raw = (TicketRow, String, String);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let ticket = TicketRow {
        number: row.get(0)?,
        mailbox: row.get(1)?,
        key: row.get(2)?,
        id: row.get(3)?,
        message: row.get(4)?,
        message_id: row.get(5)?,
        sender: row.get(6)?,
        recipients: Vec::new(),
        state: TicketState::Unknown,
        queued_at: row.get(9)?,
        changed_at: row.get(10)?,
        begun_at: row.get(11)?,
        not_before: row.get(12)?,
        attempts: row.get(13)?,
        answers: row.get(14)?,
        filed_at: row.get(15)?,
    };
    Ok((ticket, row.get(7)?, row.get(8)?))
}

fn read((ticket, recipients, state): Raw) -> Result<TicketRow> {
    let damaged = || Error::Damaged(format!("ticket {} of the outbox", ticket.number));
    let recipients = serde_json::from_str(&recipients).map_err(|_| damaged())?;
    let state = TicketState::from_name(&state).ok_or_else(damaged)?;
    Ok(TicketRow { recipients, state, ..ticket })
}

pub(super) fn ticket(connection: &Connection, number: i64) -> Result<Option<TicketRow>> {
    if is_older(connection)? {
        return Ok(None);
    }
    let mut query = connection.prepare_cached(&format!("{TICKET} WHERE id = ?1"))?;
    query.query_row([number], raw).optional()?.map(read).transpose()
}

pub(super) fn of_key(connection: &Connection, mailbox: &str, key: &str) -> Result<Option<TicketRow>> {
    if is_older(connection)? {
        return Ok(None);
    }
    let mut query = connection.prepare_cached(&format!("{TICKET} WHERE mailbox = ?1 AND key = ?2"))?;
    query.query_row((mailbox, key), raw).optional()?.map(read).transpose()
}

pub(super) fn in_state(
    connection: &Connection,
    mailbox: &str,
    state: TicketState,
    after: i64,
    limit: usize,
) -> Result<Vec<TicketRow>> {
    if is_older(connection)? {
        return Ok(Vec::new());
    }
    let mut query = connection
        .prepare_cached(&format!("{TICKET} WHERE mailbox = ?1 AND state = ?2 AND id > ?3 ORDER BY id LIMIT ?4"))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_map((mailbox, state.as_str(), after, limit), raw)?;
    rows.map(|row| read(row?)).collect()
}

pub(super) fn of_message(connection: &Connection, message: Number) -> Result<Vec<TicketRow>> {
    if is_older(connection)? {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare_cached(&format!("{TICKET} WHERE message = ?1 ORDER BY id"))?;
    let rows = query.query_map([message], raw)?;
    rows.map(|row| read(row?)).collect()
}

pub(super) fn begun(connection: &Connection, mailbox: &str, since: i64) -> Result<Vec<i64>> {
    if is_older(connection)? {
        return Ok(Vec::new());
    }
    let mut query = connection
        .prepare_cached("SELECT begun_at FROM outbox WHERE mailbox = ?1 AND begun_at >= ?2 ORDER BY begun_at")?;
    let rows = query.query_map((mailbox, since), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn put(connection: &Connection, row: &TicketRow) -> Result<i64> {
    let recipients = serde_json::to_string(&row.recipients).map_err(|error| Error::Internal(error.to_string()))?;
    connection
        .prepare_cached(
            "INSERT INTO outbox (mailbox, key, sha256, message, message_id, sender, recipients, state, queued_at, changed_at,
             begun_at, not_before, attempts, answers, filed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute((
            &row.mailbox,
            &row.key,
            row.id,
            row.message,
            &row.message_id,
            &row.sender,
            recipients,
            row.state.as_str(),
            row.queued_at,
            row.changed_at,
            row.begun_at,
            row.not_before,
            row.attempts,
            &row.answers,
            row.filed_at,
        ))?;
    Ok(connection.last_insert_rowid())
}

pub(super) fn set(connection: &Connection, row: &TicketRow) -> Result<()> {
    let changed = connection
        .prepare_cached(
            "UPDATE outbox SET state = ?2, changed_at = ?3, begun_at = ?4, not_before = ?5, attempts = ?6, answers = ?7,
             filed_at = ?8 WHERE id = ?1",
        )?
        .execute((
            row.number,
            row.state.as_str(),
            row.changed_at,
            row.begun_at,
            row.not_before,
            row.attempts,
            &row.answers,
            row.filed_at,
        ))?;
    if changed == 0 { Err(Error::NotFound(format!("ticket {}", row.number))) } else { Ok(()) }
}

/// What a check finds: tickets that cannot be read, and those that wait for a message that is not here.
pub(super) fn check(connection: &Connection) -> Result<Vec<String>> {
    let (mut wrong, mut unread) = (Vec::new(), Vec::new());
    if is_older(connection)? {
        return Ok(wrong);
    }
    super::survey::each_row(connection, TICKET, &["id"], &mut unread, |row| {
        let number: i64 = row.get(0)?;
        match raw(row).map_err(Error::from).and_then(read) {
            Ok(ticket) if ticket.state.is_open() && ticket.message.is_none() => {
                wrong.push(format!("ticket {number} of the outbox has no message"));
            }
            Ok(_) => {}
            Err(_) => wrong.push(format!("ticket {number} of the outbox")),
        }
        Ok(())
    })?;
    wrong.extend(unread);
    Ok(wrong)
}

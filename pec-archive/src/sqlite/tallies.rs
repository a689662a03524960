//! What reports count.

use std::ops::Range;

use rusqlite::Connection;

use crate::error::Result;
use crate::store::{KindRow, Number, SentRow};

/// One name after the other by the index, whatever number of messages each has.
pub(super) fn mailboxes(connection: &Connection) -> Result<Vec<String>> {
    let mut query = connection.prepare_cached(
        "WITH RECURSIVE known (name) AS (
           SELECT min(mailbox) FROM found
           UNION ALL SELECT (SELECT min(mailbox) FROM found WHERE mailbox > name) FROM known WHERE name IS NOT NULL)
         SELECT name FROM known WHERE name IS NOT NULL",
    )?;
    let rows = query.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn kinds_in(connection: &Connection, mailbox: &str, numbers: &Range<Number>) -> Result<Vec<KindRow>> {
    let mut query = connection.prepare_cached(
        "SELECT coalesce(kind, ''), count(*), sum(size) FROM found JOIN message ON message.id = found.message
         LEFT JOIN judged ON judged.message = found.message
         WHERE mailbox = ?1 AND found.message >= ?2 AND found.message < ?3 GROUP BY 1 ORDER BY 1",
    )?;
    let rows = query.query_map((mailbox, numbers.start, numbers.end), |row| {
        Ok(KindRow { kind: row.get(0)?, messages: row.get::<_, i64>(1)? as u64, bytes: row.get::<_, i64>(2)? as u64 })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn sent_in(
    connection: &Connection,
    numbers: &Range<Number>,
    take: &mut dyn FnMut(SentRow<'_>) -> Result<()>,
) -> Result<()> {
    // A dossier whose oldest message lies there has a message there: only those are looked at.
    let mut query = connection.prepare_cached(
        "SELECT begun.first, lower(sender), state
         FROM (SELECT dossier, min(message) AS first FROM part_of
               WHERE dossier IN (SELECT dossier FROM part_of WHERE message >= ?1 AND message < ?2) GROUP BY dossier) AS begun
         JOIN dossier ON dossier.id = begun.dossier JOIN recipient ON recipient.dossier = begun.dossier
         WHERE side = 'sent' AND sender IS NOT NULL AND begun.first >= ?1 AND begun.first < ?2
         ORDER BY begun.first, address, sender, state",
    )?;
    let mut rows = query.query((numbers.start, numbers.end))?;
    while let Some(row) = rows.next()? {
        let (sender, state): (String, String) = (row.get(1)?, row.get(2)?);
        take(SentRow { first: row.get(0)?, sender: &sender, state: &state })?;
    }
    Ok(())
}

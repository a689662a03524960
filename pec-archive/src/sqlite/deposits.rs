//! Packages that were made ready for deposit, what is in them, and what was answered.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::deposit::{Deposit, DepositState, Deposited};
use crate::error::Result;
use crate::id::Id;
use crate::store::{DepositRow, KnownDeposit, Number};

/// Notes a package; its documents wait.
pub(super) fn put(connection: &Connection, row: &DepositRow<'_>) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO deposit (name, made_at, pindex, zip, again_of, entry)
             VALUES (?1, ?2, ?3, ?4, (SELECT id FROM deposit WHERE name = ?5), ?6)",
        )?
        .execute((row.name, row.made_at, row.pindex, row.zip, row.again_of, row.entry as i64))?;
    let deposit = connection.last_insert_rowid();
    let mut older = connection.prepare_cached("UPDATE deposited SET message = NULL WHERE message = ?1")?;
    let mut insert = connection
        .prepare_cached("INSERT INTO deposited (deposit, sha256, message, state) VALUES (?1, ?2, ?3, 'waiting')")?;
    for (number, id) in row.documents {
        older.execute([number])?;
        insert.execute((deposit, id, number))?;
    }
    Ok(())
}

/// Whether any package has this message.
pub(super) fn has(connection: &Connection, number: Number) -> Result<bool> {
    Ok(connection.prepare_cached("SELECT 1 FROM deposited WHERE message = ?1")?.exists([number])?)
}

/// The package of this name.
pub(super) fn named(connection: &Connection, name: &str) -> Result<Option<KnownDeposit>> {
    let mut query = connection.prepare_cached("SELECT id, pindex FROM deposit WHERE name = ?1")?;
    Ok(query.query_row([name], |row| Ok(KnownDeposit { number: row.get(0)?, pindex: row.get(1)? })).optional()?)
}

/// Messages that this package has, that were refused, and that no newer package has.
pub(super) fn refused(connection: &Connection, deposit: i64) -> Result<Vec<i64>> {
    let mut query = connection.prepare_cached(
        "SELECT message FROM deposited WHERE deposit = ?1 AND state = 'refused' AND message IS NOT NULL",
    )?;
    let rows = query.query_map([deposit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn all(connection: &Connection) -> Result<Vec<Deposit>> {
    let mut query = connection.prepare(
        "SELECT name, made_at, pindex, (SELECT name FROM deposit AS earlier WHERE earlier.id = deposit.again_of),
           count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'accepted'),
           count(*) FILTER (WHERE state = 'refused')
         FROM deposit JOIN deposited ON deposited.deposit = deposit.id GROUP BY deposit.id ORDER BY deposit.id",
    )?;
    let rows = query.query_map([], |row| {
        let count = |column| row.get::<_, i64>(column).map(|count| count as u64);
        let made_at = Timestamp::from_second(row.get(1)?).unwrap_or_default();
        Ok(Deposit {
            name: row.get(0)?,
            made_at,
            pindex: row.get(2)?,
            again_of: row.get(3)?,
            waiting: count(4)?,
            accepted: count(5)?,
            refused: count(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn documents(connection: &Connection, deposit: i64) -> Result<Vec<Deposited>> {
    let mut query = connection.prepare_cached(
        "SELECT sha256, state, coalesce(reason, ''), EXISTS
           (SELECT 1 FROM deposited AS newer WHERE newer.sha256 = deposited.sha256 AND newer.deposit > deposited.deposit)
         FROM deposited WHERE deposit = ?1 ORDER BY sha256",
    )?;
    let rows = query.query_map([deposit], |row| {
        let state = state(&row.get::<_, String>(1)?, row.get(2)?);
        Ok(Deposited { id: row.get(0)?, state, superseded: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The package whose index or ZIP has this digest.
pub(super) fn with_digest(connection: &Connection, digest: Id) -> Result<Option<i64>> {
    let mut query =
        connection.prepare_cached("SELECT max(id) FROM deposit WHERE pindex = ?1 OR (zip IS NOT NULL AND zip = ?1)")?;
    Ok(query.query_row([digest], |row| row.get(0))?)
}

/// The packages that have the document of this digest, newest first.
pub(super) fn with_document(connection: &Connection, digest: Id) -> Result<Vec<i64>> {
    let mut query =
        connection.prepare_cached("SELECT deposit FROM deposited WHERE sha256 = ?1 ORDER BY deposit DESC")?;
    let rows = query.query_map([digest], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps a report, once; its number, and whether it is new.
pub(super) fn put_report(connection: &Connection, id: Id, at: i64, bytes: &[u8]) -> Result<(i64, bool)> {
    let inserted = connection
        .prepare_cached("INSERT OR IGNORE INTO deposit_report (sha256, read_at, bytes) VALUES (?1, ?2, ?3)")?
        .execute((id, at, bytes))?;
    let mut kept = connection.prepare_cached("SELECT id FROM deposit_report WHERE sha256 = ?1")?;
    Ok((kept.query_row([id], |row| row.get(0))?, inserted > 0))
}

/// A report that is kept.
pub(super) fn report(connection: &Connection, id: Id) -> Result<Option<Vec<u8>>> {
    let mut query = connection.prepare_cached("SELECT bytes FROM deposit_report WHERE sha256 = ?1")?;
    Ok(query.query_row([id], |row| row.get(0)).optional()?)
}

/// Where a document stands, and the report that said so.
pub(super) fn answered(connection: &Connection, deposit: i64, digest: Id) -> Result<Option<(DepositState, i64, Id)>> {
    let mut query = connection.prepare_cached(
        "SELECT state, coalesce(reason, ''), deposit_report.id, deposit_report.sha256 FROM deposited JOIN deposit_report ON deposit_report.id = report
         WHERE deposit = ?1 AND deposited.sha256 = ?2",
    )?;
    let found = query.query_row((deposit, digest), |row| {
        Ok((state(&row.get::<_, String>(0)?, row.get(1)?), row.get(2)?, row.get(3)?))
    });
    Ok(found.optional()?)
}

fn state(stored: &str, reason: String) -> DepositState {
    match stored {
        "accepted" => DepositState::Accepted,
        "refused" => DepositState::Refused { reason },
        _ => DepositState::Waiting,
    }
}

/// Writes down where a document stands.
pub(super) fn answer(
    connection: &Connection,
    deposit: i64,
    digest: Id,
    state: &DepositState,
    report: Option<i64>,
) -> Result<()> {
    let (state, reason) = match state {
        DepositState::Waiting => ("waiting", None),
        DepositState::Accepted => ("accepted", None),
        DepositState::Refused { reason } => ("refused", Some(reason)),
    };
    connection
        .prepare_cached("UPDATE deposited SET state = ?3, reason = ?4, report = ?5 WHERE deposit = ?1 AND sha256 = ?2")?
        .execute((deposit, digest, state, reason, report))?;
    Ok(())
}

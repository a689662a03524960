//! The mailboxes that the host manages.

use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::error::Result;
use crate::store::ManagedRow;

/// The format that has this table.
pub(super) const SINCE: u32 = 7;

const ROW: &str = "SELECT address, said, standing FROM managed";

fn row(row: &Row<'_>) -> rusqlite::Result<ManagedRow> {
    Ok(ManagedRow { address: row.get(0)?, said: row.get(1)?, standing: row.get(2)? })
}

pub(super) fn all(connection: &Connection) -> Result<Vec<ManagedRow>> {
    if super::open::format_of(connection)? < SINCE {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare_cached(&format!("{ROW} ORDER BY address"))?;
    Ok(query.query_map([], row)?.collect::<Result<_, _>>()?)
}

pub(super) fn at(connection: &Connection, address: &str) -> Result<Option<ManagedRow>> {
    if super::open::format_of(connection)? < SINCE {
        return Ok(None);
    }
    let mut query = connection.prepare_cached(&format!("{ROW} WHERE address = ?1"))?;
    Ok(query.query_row([address], row).optional()?)
}

pub(super) fn put(connection: &Connection, address: &str, said: &str) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO managed (address, said) VALUES (?1, ?2) ON CONFLICT (address) DO UPDATE SET said = ?2",
        )?
        .execute((address, said))?;
    Ok(())
}

pub(super) fn put_standing(connection: &Connection, address: &str, standing: &str) -> Result<bool> {
    let mut update = connection.prepare_cached("UPDATE managed SET standing = ?2 WHERE address = ?1")?;
    Ok(update.execute((address, standing))? > 0)
}

pub(super) fn forget(connection: &Connection, address: &str) -> Result<bool> {
    Ok(connection.prepare_cached("DELETE FROM managed WHERE address = ?1")?.execute([address])? > 0)
}

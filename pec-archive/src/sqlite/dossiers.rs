//! The rows of dossiers, and which messages speak of which transactions.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::error::Result;
use crate::store::{DossierRow, Number, Speaking};

/// The messages that speak of any of these identifiers.
pub(super) fn about(connection: &Connection, texts: &[String], speaking: Speaking) -> Result<Vec<Number>> {
    let mut query = connection.prepare_cached("SELECT message FROM about WHERE text = ?1 AND (counts OR ?2)")?;
    let mut messages = BTreeSet::new();
    for text in texts {
        let rows = query.query_map((text, speaking == Speaking::All), |row| row.get(0))?;
        messages.extend(rows.collect::<Result<Vec<Number>, _>>()?);
    }
    Ok(messages.into_iter().collect())
}

/// The identifiers of which any of these messages speaks.
pub(super) fn texts_of(connection: &Connection, numbers: &[Number], speaking: Speaking) -> Result<Vec<String>> {
    let mut query = connection.prepare_cached("SELECT text FROM about WHERE message = ?1 AND (counts OR ?2)")?;
    let mut texts = BTreeSet::new();
    for number in numbers {
        let rows = query.query_map((number, speaking == Speaking::All), |row| row.get(0))?;
        texts.extend(rows.collect::<Result<Vec<String>, _>>()?);
    }
    Ok(texts.into_iter().collect())
}

/// Takes away the dossiers of which this message is a part.
pub(super) fn dissolve(connection: &Connection, number: Number) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM dossier WHERE id IN (SELECT dossier FROM part_of WHERE message = ?1)")?
        .execute([number])?;
    Ok(())
}

pub(super) fn put(connection: &Connection, dossier: &DossierRow<'_>) -> Result<()> {
    for key in dossier.replaces.iter().chain([&dossier.key]) {
        connection.prepare_cached("DELETE FROM dossier WHERE key = ?1")?.execute([key])?;
    }
    let row = connection
        .prepare_cached("INSERT INTO dossier (key, pec_id, message_id, sender, side) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .insert((&dossier.key, dossier.pec_id, dossier.message_id, dossier.sender, dossier.side))?;
    for (address, state) in &dossier.recipients {
        connection
            .prepare_cached("INSERT OR IGNORE INTO recipient (dossier, address, state) VALUES (?1, ?2, ?3)")?
            .execute((row, address, state))?;
    }
    let states: BTreeSet<&str> = dossier.recipients.iter().map(|(_, state)| *state).collect();
    for message in &dossier.messages {
        for state in &states {
            connection
                .prepare_cached("INSERT OR IGNORE INTO in_state (state, message, dossier) VALUES (?1, ?2, ?3)")?
                .execute((state, message, row))?;
        }
        connection
            .prepare_cached("INSERT OR IGNORE INTO part_of (dossier, message) VALUES (?1, ?2)")?
            .execute((row, message))?;
    }
    Ok(())
}

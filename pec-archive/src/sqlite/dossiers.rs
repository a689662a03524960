//! The states of what was sent, kept beside the messages so that they can be searched for.
//!
//! They are worked out anew from the messages of a transaction whenever one comes in: no order of arrival can change
//! them. The messages that move states are read back as records, which are made by verification alone.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::reconcile::{Dossier, HashKey, Ledger, Record, Role, Source};
use pec_core::trust::ChainCache;
use pec_core::verify::Verifier;
use rusqlite::Connection;

use super::get;
use crate::error::{Error, Result};

/// Whether a record can move a state: claims and bounces are only shown beside it.
pub(crate) const fn counts(role: Role) -> bool {
    matches!(role, Role::Proof | Role::Copy | Role::Submission)
}

/// Records held from one batch to the next.
const HELD: usize = 20_000;

/// The number of a message as reconciliation knows it.
pub(crate) const fn source(number: i64) -> Source {
    Source(number as u64)
}

/// The number again.
pub(crate) const fn number(source: Source) -> i64 {
    source.0 as i64
}

/// Records of messages, made once.
#[derive(Default)]
pub(crate) struct Records {
    held: HashMap<i64, Option<Record>>,
}

impl Records {
    /// A record that was just made.
    pub(crate) fn hold(&mut self, number: i64, record: Option<Record>) {
        if self.held.len() >= HELD {
            self.held.clear();
        }
        self.held.insert(number, record.map(|record| record.numbered(source(number))));
    }

    /// After a transaction that failed, numbers may be given again.
    pub(crate) fn forget(&mut self) {
        self.held.clear();
    }

    /// What a message contributes, read from its bytes where it is not held.
    pub(crate) fn of(&mut self, connection: &Connection, number: i64, judge: &mut Judge<'_>) -> Result<Option<Record>> {
        if let Some(record) = self.held.get(&number) {
            return Ok(record.clone());
        }
        let record = judge.record(connection, number)?;
        self.hold(number, record.clone());
        Ok(record)
    }
}

/// By what messages are judged again.
pub(crate) struct Judge<'a> {
    pub(crate) verifier: Verifier<'a>,
    pub(crate) now: Timestamp,
    pub(crate) cache: ChainCache,
}

impl Judge<'_> {
    fn record(&mut self, connection: &Connection, number: i64) -> Result<Option<Record>> {
        let message = Message::parse(get::whole(connection, number)?, &Limits::DEFAULT);
        if let Some(submitted) = submission(connection, number, &message)? {
            return Ok(Some(submitted));
        }
        let verification = self.verifier.verify(&message, self.now, &mut self.cache);
        Ok(Record::of(source(number), &message, &verification))
    }
}

/// What the host reported that it submitted, where this message is that.
pub(crate) fn submission(connection: &Connection, number: i64, message: &Message<Vec<u8>>) -> Result<Option<Record>> {
    let mut query = connection.prepare_cached("SELECT sender, recipients, at FROM submission WHERE message = ?1")?;
    let mut rows = query.query([number])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (sender, recipients, at): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let damaged = || Error::Damaged(format!("submission of message {number}"));
    let recipients: Vec<String> = serde_json::from_str(&recipients).map_err(|_| damaged())?;
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let at = Timestamp::from_second(at).map_err(|_| damaged())?;
    Ok(Some(Record::submitted(source(number), message, &sender, &recipients, at)))
}

/// The numbers of the messages that speak of the same transactions as these texts: those that share a text, those that
/// share one with them, and so on.
pub(crate) fn related(connection: &Connection, texts: &BTreeSet<String>, all: bool) -> Result<BTreeSet<i64>> {
    let mut messages = BTreeSet::new();
    let (mut known, mut open) = (texts.clone(), texts.iter().cloned().collect::<Vec<_>>());
    let mut by_text = connection.prepare_cached("SELECT message FROM about WHERE text = ?1 AND (counts OR ?2)")?;
    let mut by_message = connection.prepare_cached("SELECT text FROM about WHERE message = ?1 AND counts")?;
    while let Some(text) = open.pop() {
        let found = by_text.query_map((&text, all), |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        for message in found {
            if messages.insert(message) {
                for text in by_message.query_map([message], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()? {
                    if known.insert(text.clone()) {
                        open.push(text);
                    }
                }
            }
        }
    }
    Ok(messages)
}

/// Which messages of a transaction are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gather {
    /// Those that move states.
    Counting,
    /// Claims and bounces too.
    All,
}

/// A ledger of everything that speaks of these transactions.
pub(crate) fn ledger(
    connection: &Connection,
    texts: &BTreeSet<String>,
    gather: Gather,
    records: &mut Records,
    judge: &mut Judge<'_>,
) -> Result<Ledger> {
    let mut ledger = Ledger::new(key());
    for number in related(connection, texts, gather == Gather::All)? {
        if let Some(record) = records.of(connection, number, judge)? {
            ledger.add(record).map_err(|full| Error::Internal(full.to_string()))?;
        }
    }
    Ok(ledger)
}

/// The key of a table that hostile identifiers must not be able to fill: no answer depends on it.
pub(crate) fn key() -> HashKey {
    use std::hash::BuildHasher as _;
    let random = std::hash::RandomState::new();
    let mut bytes = [0; 16];
    for (half, n) in bytes.chunks_exact_mut(8).zip([1_u8, 2]) {
        half.copy_from_slice(&random.hash_one(n).to_le_bytes());
    }
    HashKey::new(bytes)
}

/// Takes away the dossiers of which this message is a part; gives the identifiers of which it speaks, as they are stored:
/// by them what is left of those dossiers is found again.
pub(crate) fn dissolve(connection: &Connection, number: i64) -> Result<Vec<String>> {
    connection
        .prepare_cached("DELETE FROM dossier WHERE id IN (SELECT dossier FROM part_of WHERE message = ?1)")?
        .execute([number])?;
    let mut query = connection.prepare_cached("SELECT text FROM about WHERE message = ?1 AND counts")?;
    Ok(query.query_map([number], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Brings the stored states of the transactions of these texts up to date.
pub(crate) fn refresh(
    connection: &Connection,
    texts: &BTreeSet<String>,
    records: &mut Records,
    judge: &mut Judge<'_>,
) -> Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    let now = judge.now;
    let ledger = ledger(connection, texts, Gather::Counting, records, judge)?;
    for dossier in ledger.dossiers(now) {
        write(connection, &dossier)?;
    }
    Ok(())
}

fn write(connection: &Connection, dossier: &Dossier<'_>) -> Result<()> {
    let message_id = dossier.message_ids.first();
    let key = match dossier.pec_id {
        Some(pec_id) => format!("{pec_id}\n{}", dossier.sender.unwrap_or_default().to_ascii_lowercase()),
        None => format!("\n{}", message_id.copied().unwrap_or_default()),
    };
    connection.prepare_cached("DELETE FROM dossier WHERE key = ?1")?.execute([&key])?;
    // What was waiting for its first receipt has got it.
    if dossier.pec_id.is_some() {
        for message_id in &dossier.message_ids {
            let waiting = format!("\n{message_id}");
            connection.prepare_cached("DELETE FROM dossier WHERE key = ?1")?.execute([waiting])?;
        }
    }
    let row = connection
        .prepare_cached("INSERT INTO dossier (key, pec_id, message_id, sender, side) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .insert((&key, dossier.pec_id, message_id, dossier.sender, dossier.side.as_str()))?;
    for recipient in &dossier.recipients {
        connection
            .prepare_cached("INSERT OR IGNORE INTO recipient (dossier, address, state) VALUES (?1, ?2, ?3)")?
            .execute((row, recipient.address.to_ascii_lowercase(), recipient.state.as_str()))?;
    }
    let states: BTreeSet<&str> = dossier.recipients.iter().map(|recipient| recipient.state.as_str()).collect();
    let events = dossier.events.iter().map(|event| event.source);
    for source in dossier.copies.iter().copied().chain(dossier.submission).chain(events) {
        for state in &states {
            connection
                .prepare_cached("INSERT OR IGNORE INTO in_state (state, message, dossier) VALUES (?1, ?2, ?3)")?
                .execute((state, number(source), row))?;
        }
        connection
            .prepare_cached("INSERT OR IGNORE INTO part_of (dossier, message) VALUES (?1, ?2)")?
            .execute((row, number(source)))?;
    }
    Ok(())
}

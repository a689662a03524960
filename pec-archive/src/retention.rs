//! How long messages are kept, what must not be erased, and what may be.
//!
//! Companies keep letters and dispatches for ten years (art. 2220 c.c.); no rule names PEC expressly. The term of a
//! message ends with that of the last message of its dossier: a proof is never torn apart.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;

use crate::actor::Actor;
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::sqlite::log::{Appender, What};
use crate::sqlite::page::{self, Entry};
use crate::sqlite::{bodies, erase, put};

/// Terms are counted in the calendar of Rome.
pub(crate) static ROME: TimeZone = jiff::tz::get!("Europe/Rome");

/// Why a message was not erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// Its term ends then.
    Until(Timestamp),
    /// It is held for this case.
    HeldFor(String),
}

/// What became of one message that was to be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erasure {
    /// It is gone; this entry of the log is the certificate of it.
    Erased {
        /// Number of the entry.
        log: u64,
    },
    /// It is still here.
    Refused(Kept),
}

/// What will soon be over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Expiring {
    /// Messages whose term ends by then, and those whose term is over, oldest first, with the end of their term.
    pub terms: Vec<(Entry, Timestamp)>,
    /// Messages whose signer's certificate ends by then, or has ended since `now`, and which no time-stamp covers yet: from then on
    /// only the provider's word says when they were signed.
    pub proofs: Vec<Entry>,
}

impl Archive {
    /// Gives a class a term, or another term; `""` is the class of everything that was put in no other.
    ///
    /// # Errors
    /// [`Error::BadValue`] for no months at all.
    pub fn set_term(&self, actor: &Actor, now: Timestamp, class: &str, months: u32) -> Result<()> {
        if months == 0 {
            return Err(Error::BadValue { what: "months", value: "0".into() });
        }
        self.writer()?.change(|transaction| {
            transaction.execute(
                "INSERT INTO class (name, months) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET months = ?2",
                (class, months),
            )?;
            Appender::new(transaction, actor, now)?.append(What::Term { class, months })?;
            Ok(())
        })
    }

    /// The classes and their terms in months.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn terms(&self, _: &Actor) -> Result<Vec<(String, u32)>> {
        self.read(|connection| {
            let mut query = connection.prepare("SELECT name, months FROM class ORDER BY name")?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Puts messages into a class.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a message or a class that is not here: then nothing was changed.
    pub fn classify(&self, actor: &Actor, now: Timestamp, ids: &[Id], class: &str) -> Result<()> {
        self.writer()?.change(|transaction| {
            months(transaction, class)?;
            let mut log = Appender::new(transaction, actor, now)?;
            for id in ids {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO classified (message, class) VALUES (?1, ?2)")?
                    .execute((number(transaction, *id)?, class))?;
                log.append(What::Classify { id: *id, class })?;
            }
            Ok(())
        })
    }

    /// Holds messages for a case (a lawsuit, an inspection): none of them can be erased until the case is released.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a message that is not here: then none is held.
    pub fn hold(&self, actor: &Actor, now: Timestamp, ids: &[Id], case: &str) -> Result<()> {
        if case.trim().is_empty() {
            return Err(Error::BadValue { what: "case", value: case.into() });
        }
        self.writer()?.change(|transaction| {
            let mut log = Appender::new(transaction, actor, now)?;
            for id in ids {
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO held (name, message) VALUES (?1, ?2)")?
                    .execute((case, number(transaction, *id)?))?;
                log.append(What::Hold { id: *id, case })?;
            }
            Ok(())
        })
    }

    /// Ends the hold of a case; gives the number of messages that it held.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing is held for it.
    pub fn release(&self, actor: &Actor, now: Timestamp, case: &str) -> Result<usize> {
        self.writer()?.change(|transaction| {
            let released = transaction.execute("DELETE FROM held WHERE name = ?1", [case])?;
            if released == 0 {
                return Err(Error::NotFound(case.to_owned()));
            }
            Appender::new(transaction, actor, now)?.append(What::Release { case })?;
            Ok(released)
        })
    }

    /// Erases messages whose term is over and which no case holds; the others are refused, each with its reason. What is
    /// erased is overwritten in the file. The log keeps its identifier and size, who erased it, when and why: nothing of
    /// what it said.
    ///
    /// Where somebody reads an older state meanwhile, or the disk fails just after, the last traces in the log of the file
    /// are overwritten with the next change; [`Archive::scrub`] does it at once and says whether it could.
    ///
    /// It proves nothing about copies elsewhere: backups, exports, the provider.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a message that is not here, [`Error::BadValue`] for an empty reason: then nothing was erased.
    pub fn erase(&self, actor: &Actor, now: Timestamp, ids: &[Id], reason: &str) -> Result<Vec<Erasure>> {
        if reason.trim().is_empty() {
            return Err(Error::BadValue { what: "reason", value: reason.into() });
        }
        let mut writer = self.writer()?;
        let done = writer.change(|transaction| {
            let mut log = Appender::new(transaction, actor, now)?;
            let judged = ids.iter().map(|id| Ok((*id, number(transaction, *id)?))).collect::<Result<Vec<_>>>()?;
            // All are judged before any is gone: the end of a term depends on the others of the dossier.
            let judged = judged.into_iter().map(|(id, number)| Ok((id, number, refusal(transaction, number, now)?)));
            let (mut done, mut bodies) = (Vec::new(), Vec::new());
            for (id, number, refusal) in judged.collect::<Result<Vec<_>>>()? {
                done.push(match refusal {
                    Err(kept) => Erasure::Refused(kept),
                    Ok(Over { class, ended, size }) => {
                        bodies.extend(erase::message(transaction, number)?);
                        let what = What::Erase { id, size, class: &class, term_ended: ended, reason };
                        Erasure::Erased { log: log.append(what)? }
                    }
                });
            }
            bodies::collect(transaction, &bodies)?;
            if any_erased(&done) {
                erase::words(transaction)?;
            }
            Ok(done)
        })?;
        if any_erased(&done) {
            writer.forget();
            // The messages are gone and the log says so: no error may claim that nothing was done.
            let _ = writer.scrub();
        }
        Ok(done)
    }

    /// Overwrites what is left in the file of erased messages: what [`Archive::erase`] does by itself, unless somebody
    /// was reading an older state just then, or the disk failed. When it returns `Ok`, nothing is left.
    ///
    /// # Errors
    /// [`Error::Locked`] while somebody reads an older state.
    pub fn scrub(&self, _: &Actor) -> Result<()> {
        self.writer()?.scrub()
    }

    /// What ends between `now` and `until`, at most `limit` of each kind: terms, and certificates on which proofs rest.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn expiring(&self, _: &Actor, now: Timestamp, until: Timestamp, limit: usize) -> Result<Expiring> {
        self.read(|connection| {
            let mut expiring = Expiring::default();
            let mut query = connection.prepare(
                "SELECT judged.message FROM judged JOIN message ON message.id = judged.message
                 WHERE expires BETWEEN ?1 AND ?2 AND verdict IN ('certified', 'certified-with-problems')
                 AND entry >= (SELECT coalesce(max(size), 0) FROM checkpoint) ORDER BY expires, judged.message LIMIT ?3",
            )?;
            let limited = i64::try_from(limit).unwrap_or(i64::MAX);
            let numbers = query.query_map((now.as_second(), until.as_second(), limited), |row| row.get(0))?;
            for number in numbers.collect::<Result<Vec<i64>, _>>()? {
                expiring.proofs.push(page::entry(connection, number)?);
            }
            let mut query = connection.prepare("SELECT id FROM message ORDER BY id")?;
            let mut rows = query.query([])?;
            let shortest: i64 = connection.query_row("SELECT min(months) FROM class", [], |row| row.get(0))?;
            while let Some(row) = rows.next()? {
                let number: i64 = row.get(0)?;
                // Messages stand in the order of their dates: after the first that no term can reach, none is over.
                if expiring.terms.len() >= limit || after(put::second_of(number), shortest)? > until {
                    break;
                }
                let (_, ends) = term(connection, number)?;
                if ends <= until {
                    expiring.terms.push((page::entry(connection, number)?, ends));
                }
            }
            Ok(expiring)
        })
    }
}

fn any_erased(done: &[Erasure]) -> bool {
    done.iter().any(|erasure| matches!(erasure, Erasure::Erased { .. }))
}

fn number(connection: &Connection, id: Id) -> Result<i64> {
    put::find(connection, id)?.ok_or_else(|| Error::absent(id))
}

pub(crate) fn months(connection: &Connection, class: &str) -> Result<i64> {
    let mut query = connection.prepare_cached("SELECT months FROM class WHERE name = ?1")?;
    let months = query.query_row([class], |row| row.get(0)).optional()?;
    months.ok_or_else(|| Error::NotFound(format!("class {class}")))
}

/// A message whose term is over.
struct Over {
    class: String,
    ended: Timestamp,
    size: u64,
}

/// Why a message has to stay.
fn refusal(connection: &Connection, number: i64, now: Timestamp) -> Result<Result<Over, Kept>> {
    let mut held = connection.prepare_cached("SELECT name FROM held WHERE message = ?1 ORDER BY name LIMIT 1")?;
    if let Some(case) = held.query_row([number], |row| row.get(0)).optional()? {
        return Ok(Err(Kept::HeldFor(case)));
    }
    let (class, ended) = term(connection, number)?;
    if ended > now {
        return Ok(Err(Kept::Until(ended)));
    }
    let size: i64 = connection.query_row("SELECT size FROM message WHERE id = ?1", [number], |row| row.get(0))?;
    let size = u64::try_from(size).map_err(|_| Error::Damaged(format!("the size of message number {number}")))?;
    Ok(Ok(Over { class, ended, size }))
}

/// The class of a message, and the end of its term: that of the last message of its dossiers.
fn term(connection: &Connection, number: i64) -> Result<(String, Timestamp)> {
    let mut query = connection.prepare_cached(
        "SELECT message.id, coalesce(classified.class, '') FROM message LEFT JOIN classified
         ON classified.message = message.id WHERE message.id = ?1 OR message.id IN
         (SELECT other.message FROM part_of AS own JOIN part_of AS other USING (dossier) WHERE own.message = ?1)",
    )?;
    let rows = query.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (mut class, mut ends) = (String::new(), Timestamp::MIN);
    for (other, other_class) in rows.collect::<Result<Vec<(i64, String)>, _>>()? {
        let months = months(connection, &other_class).map_err(|error| match error {
            Error::NotFound(class) => Error::Damaged(format!("{class} of message number {other} is missing")),
            other => other,
        })?;
        ends = ends.max(after(put::second_of(other), months)?);
        if other == number {
            class = other_class;
        }
    }
    Ok((class, ends))
}

/// The same moment, months later, in Rome. Where the calendar ends, it is the end of the calendar.
fn after(second: i64, months: i64) -> Result<Timestamp> {
    let begins = Timestamp::from_second(second).map_err(|error| Error::Damaged(error.to_string()))?;
    let span = Span::new().try_months(months).map_err(|error| Error::Damaged(error.to_string()))?;
    Ok(begins.to_zoned(ROME.clone()).saturating_add(span).timestamp())
}

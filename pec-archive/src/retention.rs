//! How long messages are kept, what must not be erased, and what may be.
//!
//! Companies keep letters and dispatches for ten years (art. 2220 c.c.); no rule names PEC expressly. A proof is never torn
//! apart: the term of a message ends with that of the last message of its dossier, and what holds one of them holds all. A
//! term begins with the date that a provider certified. Where none has, it does not begin before the message was stored: its
//! sender could have written any date, and what was forged today is not what may be erased today.

use std::collections::hash_map::Entry as Known;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Serialize;

use crate::actor::Actor;
use crate::archive::Archive;
use crate::care::remove_unused;
use crate::content::{self, number_of};
use crate::dossiers;
use crate::enforce::{Asked, Call, On, Sight};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::log::{Appender, What};
use crate::page::Entry;
use crate::proof::Stamped;
use crate::stamps;
use crate::store::{Change, KeptRow, MessageRow, Number, View, second_of};

/// Terms are counted in the calendar of Rome.
pub(crate) static ROME: TimeZone = jiff::tz::get!("Europe/Rome");

/// Why a message was not erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// Its term ends then.
    Until(Timestamp),
    /// It, or another message of its dossiers, is held for this case, or waits in the outbox under this key.
    HeldFor(String),
}

/// How long a message is kept, and what else keeps it.
#[doc(alias = "conservazione")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Retention {
    /// The message.
    pub id: Id,
    /// The class into which it was put; empty where it was put in none.
    pub class: String,
    /// The end of its term: of that which ends last in its dossiers.
    pub until: Timestamp,
    /// The cases for which it, or another message of its dossiers, is held, by name: it stays until all of them are released.
    pub cases: Vec<String>,
    /// The keys under which one of them waits in the outbox.
    pub waits: Vec<String>,
}

/// A case for which messages are held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Case {
    /// What it is called.
    pub case: String,
    /// How many messages it holds; those of their dossiers, which stay with them, are not counted.
    pub messages: u64,
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
    /// Messages whose signer's certificate ends by then, and those whose has ended before `now`, by its end, which no time-stamp
    /// covers yet: from then on only the provider's word says when they were signed. Where there is no room for all, those that can
    /// be stamped in time come before those that cannot.
    pub proofs: Vec<Entry>,
    /// The newest time-stamp over the log, where the certificate of its authority ends by then or has ended: stamping again before
    /// that renews it and all before it ([`Archive::renew`]). Not shown to whoever sees a part of the archive alone.
    pub stamp: Option<Stamped>,
}

impl Archive {
    /// Gives a class a term, or another term; `""` is the class of everything that was put in no other.
    ///
    /// # Errors
    /// [`Error::BadValue`] for no months at all, and for more than a thousand years.
    pub fn set_term(&self, actor: &Actor, now: Timestamp, class: &str, months: u32) -> Result<()> {
        if !(1..=LONGEST_TERM).contains(&months) {
            return Err(Error::BadValue { what: "months", value: format!("{months}, and not 1 to {LONGEST_TERM}") });
        }
        self.change_for(&Asked::new(actor, Call::Terms).at(now), |change, _| {
            change.set_term(class, months)?;
            Appender::new(change, actor, now)?.append(What::Term { class, months }).map(drop)
        })
    }

    /// The classes and their terms in months.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn terms(&self, actor: &Actor) -> Result<Vec<(String, u32)>> {
        self.read_for(&Asked::new(actor, Call::Terms), |view| view.terms())
    }

    /// Puts messages into a class.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a message or a class that is not here: then nothing was changed.
    pub fn classify(&self, actor: &Actor, now: Timestamp, ids: &[Id], class: &str) -> Result<()> {
        self.change_each(actor, Call::Classify, ids, now, |change, log, id, number| {
            months(change, class)?;
            change.classify(number, class)?;
            log.append(What::Classify { id, class }).map(drop)
        })?;
        // Of no messages the class has to be there all the same.
        self.read(|view| months(view, class)).map(drop)
    }

    /// Holds messages for a case (a lawsuit, an inspection): none of them, and nothing that belongs to their dossiers, can be erased
    /// until the case is released; a receipt that comes in later is held with them.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a message that is not here: then none is held.
    pub fn hold(&self, actor: &Actor, now: Timestamp, ids: &[Id], case: &str) -> Result<()> {
        if case.trim().is_empty() {
            return Err(Error::BadValue { what: "case", value: case.into() });
        }
        self.change_each(actor, Call::Hold, ids, now, |change, log, id, number| {
            change.hold(number, case)?;
            log.append(What::Hold { id, case }).map(drop)
        })
    }

    /// Ends the hold of a case; gives the number of messages that it held.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing is held for it.
    pub fn release(&self, actor: &Actor, now: Timestamp, case: &str) -> Result<usize> {
        self.change_for(&Asked::new(actor, Call::Hold).at(now), |change, _| {
            let released = change.release(case)?;
            if released == 0 {
                return Err(Error::NotFound(case.to_owned()));
            }
            Appender::new(change, actor, now)?.append(What::Release { case })?;
            Ok(released)
        })
    }

    /// The cases for which messages are held, by name.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn cases(&self, actor: &Actor) -> Result<Vec<Case>> {
        self.read_for(&Asked::new(actor, Call::Hold), |view| {
            let cases = view.cases()?.into_iter().map(|(case, messages)| Case { case, messages });
            Ok(cases.collect())
        })
    }

    /// The messages that are held for a case, in the order of their dates.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing is held for it.
    pub fn held(&self, actor: &Actor, case: &str) -> Result<Vec<Id>> {
        self.read_for(&Asked::new(actor, Call::Hold), |view| {
            let held = view.held(case)?;
            if held.is_empty() {
                return Err(Error::NotFound(case.to_owned()));
            }
            held.into_iter().map(|number| Ok(content::row(view, number)?.id)).collect()
        })
    }

    /// How long a message is kept, and what else keeps it: what [`Archive::erase`] would say of it, before anybody asks to erase it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn retention(&self, actor: &Actor, id: Id) -> Result<Retention> {
        self.read_for(&Asked::new(actor, Call::Retention).on(On::Message(id)), |view| {
            let number = number_of(view, id)?;
            let Keeping { class, until, cases, waits } = keeping(view, number, &mut Holders::default())?;
            Ok(Retention { id, class, until, cases, waits })
        })
    }

    /// Erases messages whose term is over and which no case holds; the others are refused, each with its reason. What is
    /// erased is overwritten where it stands in the file. The log keeps its identifier and size, who erased it, when and why: nothing
    /// of what it said.
    ///
    /// Where somebody reads an older state meanwhile, or the disk fails just after, the last traces in the log of the file
    /// are overwritten with the next change, or when it is opened for writing again. As a file grows rows are moved within it, and
    /// single values of those that moved, such as a Message-ID, may be left in gaps between others: [`Archive::scrub`] writes
    /// everything anew, and says whether it could.
    ///
    /// Where a part of a dossier is erased, its states are from then on what the rest of it proves: without its delivery receipt
    /// nothing is delivered any more. Nobody is told so as of something that has happened.
    ///
    /// It proves nothing about copies elsewhere: backups, exports, the provider.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a message that is not here, [`Error::BadValue`] for an empty reason: then nothing was erased.
    ///
    /// # Limits
    /// The whole index of words is written anew, in the same change, while nobody else can write: name many messages at once.
    pub fn erase(&self, actor: &Actor, now: Timestamp, ids: &[Id], reason: &str) -> Result<Vec<Erasure>> {
        if reason.trim().is_empty() {
            return Err(Error::BadValue { what: "reason", value: reason.into() });
        }
        // No batch may work with what is held of messages that are going.
        let mut writer = self.writer();
        let done = self.change_for(&Asked::new(actor, Call::Erase).at(now), |change, _| {
            let mut log = Appender::new(change, actor, now)?;
            let judged = ids.iter().map(|id| Ok((*id, number_of(change, *id)?))).collect::<Result<Vec<_>>>()?;
            // All are judged before any is gone: the end of a term depends on the others of the dossier.
            let mut holders = Holders::default();
            let judged =
                judged.into_iter().map(|(id, number)| Ok((id, number, refusal(change, number, now, &mut holders)?)));
            let (mut done, mut bodies, mut erased) = (Vec::new(), Vec::new(), BTreeMap::new());
            let mut texts = BTreeSet::new();
            for (id, number, refusal) in judged.collect::<Result<Vec<_>>>()? {
                done.push(match (refusal, erased.get(&id)) {
                    (Err(kept), _) => Erasure::Refused(kept),
                    // It was named twice.
                    (Ok(_), Some(log)) => Erasure::Erased { log: *log },
                    (Ok(Over { class, ended, size }), None) => {
                        texts.extend(dossiers::dissolve(change, number, &mut dossiers::Before::new())?);
                        bodies.extend(change.erase(number)?);
                        let what = What::Erase { id, size, class: &class, term_ended: ended, reason };
                        let log = log.append(what)?;
                        erased.insert(id, log);
                        Erasure::Erased { log }
                    }
                });
            }
            remove_unused(change, &bodies)?;
            dossiers::without_erased(change, self.seal(), &texts, now)?;
            if any_erased(&done) {
                change.purge()?;
            }
            Ok(done)
        })?;
        if any_erased(&done) {
            writer.forget();
            // The messages are gone and the log says so: no error may claim that nothing was done.
            let _ = self.backend().wipe();
        }
        Ok(done)
    }

    /// Overwrites what is left in the file of erased messages, by writing all of it anew without them. When it returns `Ok`, nothing
    /// is left. Reading goes on meanwhile; whoever writes by another handle waits some seconds, and is told that the archive is locked.
    ///
    /// # Limits
    /// It takes as long as a copy, and room for two: one where the system keeps temporary files, one beside the archive.
    ///
    /// # Errors
    /// [`Error::Locked`] while somebody reads an older state.
    pub fn scrub(&self, actor: &Actor) -> Result<()> {
        self.allow(&Asked::new(actor, Call::Care))?;
        self.backend().scrub()
    }

    /// What ends by `until`, or has ended before `now`, at most `limit` of each kind: terms, certificates on which proofs rest, and
    /// that of the authority which stamped the log last.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn expiring(&self, actor: &Actor, now: Timestamp, until: Timestamp, limit: usize) -> Result<Expiring> {
        let asked = Asked::new(actor, Call::Expiring).at(now);
        self.read_for(&asked, |view| {
            let sight = self.sight(view, &asked)?;
            let ending = |from, until, room| -> Result<Vec<Number>> {
                let most = if matches!(sight, Sight::All) { room } else { usize::MAX };
                let mut shown = self.shown(view, &asked, view.ending_proofs(from, until, most)?)?;
                shown.truncate(room);
                Ok(shown)
            };
            let (now, last) = (now.as_second(), until.as_second());
            let in_time = ending(now, last, limit)?;
            let mut proofs = ending(i64::MIN, last.min(now.saturating_sub(1)), limit - in_time.len())?;
            proofs.extend(in_time);
            let mut shows = |number| self.shows(view, &sight, number, None);
            let terms = ending_terms(view, until, limit, &mut shows)?;
            let (numbers, ends): (Vec<Number>, Vec<Timestamp>) = terms.into_iter().unzip();
            let newest = if matches!(sight, Sight::All) { stamps::newest(view)? } else { None };
            Ok(Expiring {
                stamp: newest.filter(|stamped| stamped.ends.is_some_and(|ends| ends <= until)),
                proofs: self.entries_seen(view, &sight, &proofs)?,
                terms: self.entries_seen(view, &sight, &numbers)?.into_iter().zip(ends).collect(),
            })
        })
    }
}

/// Months of the longest term: a thousand years.
const LONGEST_TERM: u32 = 12_000;

/// Messages that are looked at together.
const BATCH: usize = 256;

/// At most `limit` messages whose term ends by `until`, oldest first.
fn ending_terms(
    view: &dyn View,
    until: Timestamp,
    limit: usize,
    shows: &mut dyn FnMut(Number) -> Result<bool>,
) -> Result<Vec<(Number, Timestamp)>> {
    let shortest = view.terms()?.into_iter().map(|(_, months)| i64::from(months)).min().unwrap_or_default();
    let (mut ending, mut after_it) = (Vec::new(), None);
    'all: loop {
        let numbers = view.oldest(after_it, BATCH)?;
        for number in &numbers {
            // Messages stand in the order of their dates: after the first that no term can reach, none is over.
            if ending.len() >= limit || after(second_of(*number), shortest)? > until {
                break 'all;
            }
            let (_, ends) = term(view, *number, &view.kept_with(*number)?)?;
            if ends <= until && shows(*number)? {
                ending.push((*number, ends));
            }
        }
        after_it = numbers.last().copied();
        if numbers.len() < BATCH {
            break;
        }
    }
    Ok(ending)
}

fn any_erased(done: &[Erasure]) -> bool {
    done.iter().any(|erasure| matches!(erasure, Erasure::Erased { .. }))
}

/// The term of a class.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) fn months(view: &dyn View, class: &str) -> Result<i64> {
    view.months(class)?.ok_or_else(|| Error::NotFound(format!("class {class}")))
}

/// A message whose term is over.
struct Over {
    class: String,
    ended: Timestamp,
    size: u64,
}

/// What keeps a message.
struct Keeping {
    class: String,
    until: Timestamp,
    cases: Vec<String>,
    waits: Vec<String>,
}

/// For which cases a message is held, and under which keys it waits.
type Holder = (Vec<String>, Vec<String>);

/// The same of each message that was asked about: the messages of a dossier have each other in common.
#[derive(Default)]
struct Holders(HashMap<Number, Holder>);

impl Holders {
    fn of(&mut self, view: &dyn View, number: Number) -> Result<&Holder> {
        Ok(match self.0.entry(number) {
            Known::Occupied(known) => known.into_mut(),
            Known::Vacant(unknown) => {
                let open = view.tickets_of(number)?.into_iter().filter(|ticket| ticket.state.is_open());
                unknown.insert((view.cases_of(number)?, open.map(|ticket| ticket.key).collect()))
            }
        })
    }
}

fn keeping(view: &dyn View, number: Number, holders: &mut Holders) -> Result<Keeping> {
    let family = view.kept_with(number)?;
    let (class, until) = term(view, number, &family)?;
    let (mut cases, mut waits) = (BTreeSet::new(), BTreeSet::new());
    for other in &family {
        let (held, open) = holders.of(view, other.number)?;
        cases.extend(held.iter().cloned());
        waits.extend(open.iter().cloned());
    }
    Ok(Keeping { class, until, cases: cases.into_iter().collect(), waits: waits.into_iter().collect() })
}

/// Why a message has to stay.
fn refusal(change: &dyn Change, number: Number, now: Timestamp, holders: &mut Holders) -> Result<Result<Over, Kept>> {
    let Keeping { class, until: ended, cases, waits } = keeping(change, number, holders)?;
    if let Some(name) = cases.into_iter().chain(waits).next() {
        return Ok(Err(Kept::HeldFor(name)));
    }
    if ended > now {
        return Ok(Err(Kept::Until(ended)));
    }
    let MessageRow { size, .. } = content::row(change, number)?;
    let size = u64::try_from(size).map_err(|_| Error::Damaged(format!("the size of message number {number}")))?;
    Ok(Ok(Over { class, ended, size }))
}

/// The class of a message, and the end of its term: that of the last message of its dossiers.
fn term(view: &dyn View, number: Number, family: &[KeptRow]) -> Result<(String, Timestamp)> {
    // Beside what is certified a date of a sender's changes nothing: the dossier ends with its last message.
    let is_dated = family.iter().any(|other| other.certified_at.is_some());
    let (mut class, mut ends) = (String::new(), Timestamp::MIN);
    for other in family {
        let months = months(view, &other.class).map_err(|error| match error {
            Error::NotFound(class) => Error::Damaged(format!("{class} of message number {} is missing", other.number)),
            other => other,
        })?;
        let dated = second_of(other.number);
        let begins = match other.certified_at {
            // Where it was certified only when it was judged again, its number still says what its sender wrote.
            Some(certified) => dated.max(certified),
            None if is_dated => dated,
            None => dated.max(other.stored_at),
        };
        ends = ends.max(after(begins, months)?);
        if other.number == number {
            class.clone_from(&other.class);
        }
    }
    Ok((class, ends))
}

/// The same moment, months later, in Rome. Where the calendar ends, it is the end of the calendar.
fn after(second: i64, months: i64) -> Result<Timestamp> {
    let begins = Timestamp::from_second(second).map_err(|error| Error::Damaged(error.to_string()))?;
    // A longer one that an older version took lasts as long.
    let span = Span::new().months(months.min(i64::from(LONGEST_TERM)));
    Ok(begins.to_zoned(ROME.clone()).saturating_add(span).timestamp())
}

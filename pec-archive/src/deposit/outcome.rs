//! What a report of deposit changes: each document found by its digest.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::report::{self, Outcome, ReportForm, Said};
use super::{DepositState, plan};
use crate::actor::Actor;
use crate::archive::Archive;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::log::{Appender, What};
use crate::store::View;

/// What a report said of the documents that are here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DepositReport {
    /// SHA-256 of the report.
    pub id: Id,
    /// What the report calls itself.
    pub name: Option<String>,
    /// Its time, as it says.
    pub at: Option<Timestamp>,
    /// Whether it had been read before: then no more was changed than what it says by the words that are given now.
    pub known: bool,
    /// Documents that it accepts.
    pub accepted: Vec<Id>,
    /// Documents that it refuses.
    pub refused: Vec<Refused>,
    /// Documents that it names without an outcome that the form knows: they wait.
    pub unclear: Vec<Id>,
    /// Documents of which another report has spoken, one of a later time, or, where this one had been read before, since then: they
    /// stand as that one says.
    pub overruled: Vec<Id>,
    /// Digests that belong to nothing that was deposited from here.
    pub unknown: Vec<Id>,
}

/// A document that a report refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refused {
    /// The message.
    pub id: Id,
    /// Why, in the words of the report; empty where it does not say.
    pub reason: String,
}

impl Archive {
    /// Reads a report of deposit (*rapporto di versamento*) and writes down what it says of each document. A document is
    /// found by its SHA-256; where the report names a package by the digest of its index or ZIP, what it says counts for
    /// every document of it of which it says nothing by itself. A document of several packages is that of the package which
    /// the report names, else of the newest. A report overrules what was read before, unless both say when they were made and it is the
    /// earlier one. The same one again changes what it says by other words, where the first time they were not known.
    ///
    /// The report is kept as it is. Nothing proves that it is genuine: a signature on it is for the host to check.
    ///
    /// # Errors
    /// [`Error::Report`] when it is no XML in UTF-8, has a DOCTYPE, or names nothing by a SHA-256: then nothing is changed.
    ///
    /// # Limits
    /// 64 MiB, 256 elements inside each other.
    pub fn deposit_report(
        &self,
        actor: &Actor,
        now: Timestamp,
        bytes: &[u8],
        form: &ReportForm,
    ) -> Result<DepositReport> {
        let report = report::read(bytes, form)?;
        if report.said.is_empty() {
            return Err(Error::Report("it names no document by its SHA-256".into()));
        }
        let id = Id::of(bytes);
        let nothing = DepositReport {
            id,
            name: report.name,
            at: report.at,
            known: false,
            accepted: Vec::new(),
            refused: Vec::new(),
            unclear: Vec::new(),
            overruled: Vec::new(),
            unknown: Vec::new(),
        };
        self.change_for(&Asked::new(actor, Call::Deposit).at(now), |change, _| {
            let Matched { mut answers, unknown } = matched(change, report.said)?;
            if answers.is_empty() {
                // It is about something else.
                return Ok(DepositReport { unknown, ..nothing });
            }
            let (row, is_new) = change.put_report(id, now.as_second(), bytes)?;
            let (mut overruled, mut others) = (Vec::new(), Others { form, times: BTreeMap::new() });
            let mut stands = BTreeMap::new();
            for key in answers.keys().copied().collect::<Vec<_>>() {
                // Of what others have said since it was read first, the same one again takes nothing back.
                let Some(known) = change.answered(key.0, key.1)? else { continue };
                let (_, other, by) = &known;
                if *by != id && (*other > row || others.is_later(change, *by, report.at)?) {
                    answers.remove(&key);
                    overruled.push(key.1);
                }
                stands.insert(key, known);
            }
            let mut answer = DepositReport { known: !is_new, overruled, unknown, ..nothing };
            for ((_, id), said) in &answers {
                match said {
                    DepositState::Accepted => answer.accepted.push(*id),
                    DepositState::Refused { reason } => {
                        answer.refused.push(Refused { id: *id, reason: reason.clone() });
                    }
                    DepositState::Waiting => answer.unclear.push(*id),
                }
            }
            let mut changes = is_new;
            for ((deposit, digest), state) in &answers {
                let is_said =
                    stands.get(&(*deposit, *digest)).is_some_and(|(known, _, by)| known == state && *by == id);
                if *state != DepositState::Waiting && !is_said {
                    change.answer(*deposit, *digest, state, Some(row))?;
                    changes = true;
                }
            }
            if changes {
                let (accepted, refused) = (answer.accepted.len() as u64, answer.refused.len() as u64);
                Appender::new(change, actor, now)?.append(What::DepositReport { report: id, accepted, refused })?;
            }
            Ok(answer)
        })
    }

    /// Gives up a package of which no report will speak, because it was lost on its way or sent back as a whole: its documents that
    /// wait still count as refused, for this reason, so that [`Archive::deposit_again`] brings them. Gives how many it will
    /// bring; where none waits nothing is changed.
    ///
    /// What reports have said stays, and one that comes later all the same overrules this. It proves nothing about what the
    /// conservation service has.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such package, [`Error::BadValue`] for an empty reason.
    pub fn withdraw_deposit(&self, actor: &Actor, now: Timestamp, package: &str, reason: &str) -> Result<u64> {
        if reason.trim().is_empty() {
            return Err(Error::BadValue { what: "reason", value: reason.into() });
        }
        self.change_for(&Asked::new(actor, Call::Deposit).at(now), |change, _| {
            let deposit = plan::named(change, package)?.number;
            let state = DepositState::Refused { reason: reason.to_owned() };
            let before = change.refused(deposit)?.len();
            let mut waited = false;
            for document in change.deposited(deposit)? {
                if document.state == DepositState::Waiting {
                    change.answer(deposit, document.id, &state, None)?;
                    waited = true;
                }
            }
            // What was erased since, or is in a newer package, is brought no more.
            let documents = (change.refused(deposit)?.len() - before) as u64;
            if waited {
                let what = What::DepositWithdrawn { package, documents, reason };
                Appender::new(change, actor, now)?.append(what)?;
            }
            Ok(documents)
        })
    }
}

/// Reports that were read before, and when they say that they were made.
struct Others<'f> {
    form: &'f ReportForm,
    times: BTreeMap<Id, Option<Timestamp>>,
}

impl Others<'_> {
    /// Whether a report says that it was made later than this.
    fn is_later(&mut self, view: &dyn View, id: Id, at: Option<Timestamp>) -> Result<bool> {
        let Some(at) = at else { return Ok(false) };
        let made = match self.times.get(&id) {
            Some(made) => *made,
            None => {
                let bytes = view.report(id)?.unwrap_or_default();
                // It may have been read by the words of another service.
                let read = |form: &ReportForm| report::read(&bytes, form).ok().and_then(|report| report.at);
                let made = read(self.form).or_else(|| read(&ReportForm::default()));
                *self.times.entry(id).or_insert(made)
            }
        };
        Ok(made.is_some_and(|made| made > at))
    }
}

struct Matched {
    /// By package and digest.
    answers: BTreeMap<(i64, Id), DepositState>,
    unknown: Vec<Id>,
}

fn matched(view: &dyn View, said: Vec<Said>) -> Result<Matched> {
    let (mut packages, mut documents, mut unknown) = (BTreeMap::new(), Vec::new(), Vec::new());
    for said in said {
        match view.deposit_with_digest(said.digest)? {
            Some(package) => graver(&mut packages, package, state(&said)),
            None => {
                let holders = view.deposits_with_document(said.digest)?;
                if holders.is_empty() { unknown.push(said.digest) } else { documents.push((said, holders)) }
            }
        }
    }
    let mut single = BTreeMap::new();
    for (said, holders) in documents {
        // The newest comes first.
        let named = holders.iter().find(|holder| packages.contains_key(*holder));
        if let Some(holder) = named.or(holders.first()) {
            graver(&mut single, (*holder, said.digest), state(&said));
        }
    }
    let mut answers = BTreeMap::new();
    for (package, state) in packages {
        for document in view.deposited(package)? {
            answers.insert((package, document.id), state.clone());
        }
    }
    for (key, state) in single {
        // A document that is only listed is part of what is said of the whole.
        if state != DepositState::Waiting || !answers.contains_key(&key) {
            answers.insert(key, state);
        }
    }
    unknown.sort_unstable();
    unknown.dedup();
    Ok(Matched { answers, unknown })
}

fn state(said: &Said) -> DepositState {
    match said.outcome {
        None => DepositState::Waiting,
        Some(Outcome::Accepted) => DepositState::Accepted,
        Some(Outcome::Refused) => DepositState::Refused { reason: said.reason.clone() },
    }
}

/// Of two things that a report says of the same, the graver counts.
fn graver<K: Ord>(all: &mut BTreeMap<K, DepositState>, key: K, state: DepositState) {
    const fn weight(state: &DepositState) -> u8 {
        match state {
            DepositState::Waiting => 0,
            DepositState::Accepted => 1,
            DepositState::Refused { .. } => 2,
        }
    }
    match all.get(&key) {
        Some(known) if weight(known) >= weight(&state) => {}
        _ => {
            all.insert(key, state);
        }
    }
}

//! Looking after an archive: check, collection, backup, a new index, a new judgement.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use pec_core::trust::Evidence;
use rayon::prelude::*;
use serde::Serialize;

use crate::actor::Actor;
use crate::archive::Archive;
use crate::audit::Said;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::evidence::Kept;
use crate::id::Id;
use crate::intake::{Derived, Intake, Judged};
use crate::seal::Seal;
use crate::seen::Seen;
use crate::store::{Change, Number, View};
use crate::writer::Anew;
use crate::{audit, content, log};

/// Identifier and bytes of a message, and the evidence that is kept with it, if it can be read, where that is more than is brought.
type Read = (Id, Vec<u8>, Option<Option<Arc<Evidence>>>);

/// Messages that are worked on at a time.
const BATCH: usize = 256;

/// Bodies that are looked at together.
const BLOBS: usize = 4096;

/// How far a long work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Done so far.
    pub done: u64,
    /// To be done.
    pub total: u64,
}

/// Told about the progress of a long work; [`ControlFlow::Break`] ends it.
pub type Watch<'w> = &'w mut dyn FnMut(Progress) -> ControlFlow<()>;

/// What reading everything again has found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// Messages that are exactly what was stored.
    pub sound: u64,
    /// Messages that are not, and why: by identifier where it could be read.
    pub damaged: Vec<(String, String)>,
    /// What is wrong beside the bytes of messages: pages, tables and indexes as SQLite names them, rows that say nothing,
    /// evidence, time-stamps that are not over the log; messages, terms, classes and holds that the log says are here, and are not.
    /// Empty when nothing is.
    pub structure: Vec<String>,
    /// Messages that the index does not know, or knows twice: [`Archive::rebuild_index`] mends it.
    pub not_indexed: u64,
    /// The first entry of the log that is not what was logged.
    pub log_broken_at: Option<u64>,
    /// Whether everything was read, or the work was ended before.
    pub complete: bool,
}

impl Check {
    /// Whether everything was read and nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.complete
            && self.damaged.is_empty()
            && self.structure.is_empty()
            && self.not_indexed == 0
            && self.log_broken_at.is_none()
    }
}

/// What a collection took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Collected {
    /// Bodies that no message used.
    pub bodies: u64,
    /// Their bytes, before compression.
    pub bytes: u64,
}

/// A message that is judged otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// The message.
    pub id: String,
    /// The verdict that was stored.
    pub before: String,
    /// The date of the trust data by which it was found.
    pub before_trust_data: String,
    /// The verdict now.
    pub after: String,
    /// The findings, warnings and worse, that explain it now.
    pub findings: Vec<String>,
}

impl Archive {
    /// Reads every message again and compares its digest; checks the structure of the file, the index, the log and the
    /// evidence. All damage is named, whatever else is damaged; nothing is repaired.
    ///
    /// What was worked out of them, verdicts and states, is not judged again: [`Archive::reverify`] does that.
    ///
    /// This proves that the bytes are those that were stored under these digests. It does not prove that nobody has
    /// written another archive in its place: that, only a time-stamped checkpoint kept elsewhere can show.
    ///
    /// # Errors
    /// What keeps it from reading at all.
    pub fn check(&self, actor: &Actor, watch: Watch<'_>) -> Result<Check> {
        self.read_for(&Asked::new(actor, Call::Care), |view| {
            let mut check = Check { structure: structure(self.seal(), view)?, complete: true, ..Check::default() };
            let found = view.survey()?;
            check.structure.extend(found.unread);
            check.damaged.extend(found.nameless.into_iter().map(|(number, why)| (format!("number {number}"), why)));
            check.log_broken_at = audit::first_broken(view)?;
            // A log that is broken says nothing of what is here.
            let said = if check.log_broken_at.is_none() { noted(&mut check.structure, Said::by(view))? } else { None };
            if let Some(said) = &said {
                let wrong = noted(&mut check.structure, said.contradicts(view, &found.known))?;
                check.structure.extend(wrong.unwrap_or_default());
            }
            let total = found.known.len() as u64;
            for (done, (number, id)) in (1..).zip(&found.known) {
                match content::check(self.seal(), view, *number) {
                    Ok(entry) if said.as_ref().is_some_and(|said| !said.is_put(*id, entry)) => {
                        let why =
                            format!("entry {entry} of the log, which it names, did not put it; its bytes are intact");
                        check.damaged.push((id.to_string(), why));
                    }
                    Ok(_) => check.sound += 1,
                    Err(error) if error.is_local() => check.damaged.push((id.to_string(), error.to_string())),
                    Err(error) => return Err(error),
                }
                if watch(Progress { done, total }).is_break() {
                    check.complete = done == total;
                    break;
                }
            }
            // What cannot be counted is not indexed.
            check.not_indexed = noted(&mut check.structure, view.not_indexed())?.unwrap_or(total);
            Ok(check)
        })
    }

    /// Takes away what no message uses. Nothing of it can be seen; it only takes room.
    ///
    /// # Errors
    /// As [`Archive::put`].
    pub fn collect(&self, actor: &Actor) -> Result<Collected> {
        self.change_for(&Asked::new(actor, Call::Care), |change, _| {
            let mut collected = Collected { bodies: 0, bytes: 0 };
            let mut after = None;
            loop {
                let blobs = change.list(after, BLOBS)?;
                let ids: Vec<Id> = blobs.iter().map(|(id, _)| *id).collect();
                let removed: BTreeSet<Id> = remove_unused(change, &ids)?.into_iter().collect();
                collected.bodies += removed.len() as u64;
                collected.bytes +=
                    blobs.iter().filter(|(id, _)| removed.contains(id)).map(|(_, size)| size).sum::<u64>();
                after = ids.last().copied();
                if ids.len() < BLOBS {
                    return Ok(collected);
                }
            }
        })
    }

    /// Writes a copy of the archive as it is at this moment, while others read and write; the copy is compact, and an
    /// archive itself.
    ///
    /// # Errors
    /// [`Error::Exists`] where anything is there already; [`Error::Unsupported`] where the archive is no file and its backend
    /// cannot write one.
    pub fn backup(&self, actor: &Actor, to: &Path) -> Result<()> {
        self.allow(&Asked::new(actor, Call::Care))?;
        self.backend().backup(to)
    }

    /// Makes everything anew that is worked out from the bytes: verdicts, dossiers, the index of words. What is there is
    /// replaced message by message, so that nothing is hidden meanwhile, nor when the work is ended by a crash; only an
    /// index that is missing or cannot be read is made from nothing, and the words of an archive that was made before
    /// format 6: they are found again as they are made.
    ///
    /// # Errors
    /// As [`Archive::put`]; what was done before stays. A damaged message is left out: [`Archive::check`] names it.
    /// [`Error::Damaged`] where pages of the index cannot even be given up: [`Archive::salvage`] makes a new file.
    pub fn rebuild_index(&self, actor: &Actor, intake: &Intake<'_>, watch: Watch<'_>) -> Result<()> {
        let asked = Asked::new(actor, Call::Care).at(intake.now);
        self.change_for(&asked, |change, _| change.prepare_index())?;
        self.again(actor, intake, Anew::Indexed, watch, |_, _, _| {})
    }

    /// Judges every message again, with newer trust data or a newer engine, and reports each verdict that has changed.
    /// The messages themselves cannot change. Each change is an entry of the log, also where the work ends early, and whoever follows
    /// events is told of recipients whose state it changes. Revocation evidence that is kept with a message counts beside what the
    /// intake brings, and what that brings is kept from now on.
    ///
    /// # Errors
    /// As [`Archive::put`]. A message that is damaged keeps the verdict that it has, and so does one whose evidence is, where it would
    /// be certified without: [`Archive::check`] names both.
    pub fn reverify(&self, actor: &Actor, intake: &Intake<'_>, watch: Watch<'_>) -> Result<Vec<Changed>> {
        let mut changed = Vec::new();
        self.again(actor, intake, Anew::Judged, watch, |(before, before_trust_data), id, judged| {
            changed.push(Changed {
                id: id.to_string(),
                before,
                before_trust_data,
                after: judged.verdict.to_owned(),
                findings: judged.findings.clone(),
            });
        })?;
        Ok(changed)
    }

    /// Works every message out anew, batch by batch.
    fn again(
        &self,
        actor: &Actor,
        intake: &Intake<'_>,
        why: Anew,
        watch: Watch<'_>,
        mut see: impl FnMut((String, String), Id, &Judged),
    ) -> Result<()> {
        let asked = Asked::new(actor, Call::Care).at(intake.now);
        let numbers: Vec<Number> = self.read_for(&asked, |view| Ok(view.survey()?.known.into_keys().collect()))?;
        let total = numbers.len() as u64;
        let mut done = 0;
        let (mut kept, used) = (Kept::beside(intake), self.used(intake));
        for batch in numbers.chunks(BATCH) {
            let read = self.read(|view| {
                let mut read = |number| {
                    let (id, bytes) = content::to_judge(self.seal(), view, number, &intake.limits)?;
                    Ok::<_, Error>((id, bytes, readable(kept.with(self.seal(), view, number))?))
                };
                Ok(batch.iter().map(|number| (*number, read(*number))).collect::<Vec<_>>())
            })?;
            let derive = |(number, read): (Number, Result<Read>)| {
                let Some((id, bytes, kept)) = readable(read)? else { return Ok(None) };
                let unread = kept.is_none();
                let kept = kept.flatten();
                let intake = Intake { evidence: kept.as_deref().or(intake.evidence), ..*intake };
                let (message, verification) = self.verified(&intake, bytes);
                let derived = intake.derive(&message, &verification, &Seen::default());
                // What is kept could say that it is revoked.
                let is_open = unread && derived.judged.verdict.starts_with("certified");
                Ok(Some((number, id, self.seal().hide(derived))).filter(|_| !is_open))
            };
            let derived: Vec<Option<(Number, Id, Derived)>> =
                read.into_par_iter().map(derive).collect::<Result<_>>()?;
            let derived: Vec<(Number, Id, Derived)> = derived.into_iter().flatten().collect();
            for (place, before) in self.writer().index(self.backend(), actor, why, (intake, &used), &derived)? {
                if let Some((_, id, derived)) = derived.get(place) {
                    see(before, *id, &derived.judged);
                }
            }
            done += batch.len() as u64;
            if watch(Progress { done, total }).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The root of the log, and the number of entries under it.
    ///
    /// # Errors
    /// [`Error::Damaged`] where nodes of the log are missing.
    pub fn log_root(&self, _: &Actor) -> Result<(u64, [u8; 32])> {
        self.read(|view| {
            let size = log::size(view)?;
            Ok((size, log::root(view, size)?))
        })
    }

    /// One entry of the log, as JSON.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn log_entry(&self, actor: &Actor, n: u64) -> Result<Option<String>> {
        let asked = Asked::new(actor, Call::Log);
        self.read_for(&asked, |view| {
            let sight = self.sight(view, &asked)?;
            let Some(entry) = view.log_entry(n)? else { return Ok(None) };
            let shown = self.shows_entry(view, &sight, n, &entry)?;
            Ok(Some(entry).filter(|_| shown))
        })
    }
}

/// What is wrong with all that is not the bytes of messages: the store itself, evidence, checkpoints.
fn structure(seal: &Seal, view: &dyn View) -> Result<Vec<String>> {
    let mut wrong = view.structure()?;
    for id in view.evidence_blobs(&mut wrong)? {
        match content::whole_body(seal, view, id) {
            Err(error) if error.is_local() => wrong.push(format!("evidence: {error}")),
            read => drop(read?),
        }
    }
    let broken = noted(&mut wrong, log::broken_checkpoints(view))?.unwrap_or_default();
    wrong
        .extend(broken.into_iter().map(|size| format!("checkpoint {size}: not over the root of the log at this size")));
    Ok(wrong)
}

/// Takes away those of these blobs that nothing names any more, and gives them.
pub(crate) fn remove_unused(change: &dyn Change, blobs: &[Id]) -> Result<Vec<Id>> {
    let unused = change.unused(blobs)?;
    change.remove(&unused)?;
    Ok(unused)
}

/// Notes why something cannot be read, once.
pub(crate) fn note(unread: &mut Vec<String>, error: &Error) {
    let text = error.to_string();
    if !unread.contains(&text) {
        unread.push(text);
    }
}

/// What `found` is, or nothing where it cannot be read, which is noted.
pub(crate) fn noted<T>(unread: &mut Vec<String>, found: Result<T>) -> Result<Option<T>> {
    if let Err(error) = &found {
        note(unread, error);
    }
    readable(found)
}

/// What `found` is, or nothing where it cannot be read.
pub(crate) fn readable<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_local() => Ok(None),
        Err(error) => Err(error),
    }
}

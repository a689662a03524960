//! The one writer of a handle: what it keeps from one batch to the next, and how a batch becomes one change.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use pec_core::trust::ChainCache;
use sha2::{Digest as _, Sha256};

use crate::actor::Actor;
use crate::archive::{Put, Stored, Submission};
use crate::batch::{Batch, mend_message, put_words};
use crate::care::{readable, remove_unused};
use crate::content;
use crate::dossiers::{self, Before, Judge, Records, Telling};
use crate::enforce::Under;
use crate::error::{Error, Result};
use crate::evidence::Used;
use crate::id::Id;
use crate::intake::{Derived, Intake, Prepared};
use crate::log::{Appender, What};
use crate::press::Press;
use crate::ready::{Compressed, Ready};
use crate::seal::Seal;
use crate::split::Skeleton;
use crate::store::{Backend, Blob, Change, ImportedRow, Number, PIECE};

/// Judges, on the state that is about to be changed, whether whoever asks may.
pub(crate) type Gate<'g> = &'g dyn Fn(&dyn Change) -> Result<Under>;

/// A batch to be stored.
pub(crate) struct Order<'o> {
    pub(crate) actor: &'o Actor,
    pub(crate) gate: Gate<'o>,
    pub(crate) intake: &'o Intake<'o>,
    pub(crate) ready: &'o Ready<'o>,
    /// That the host has submitted it.
    pub(crate) submission: Option<&'o Submission<'o>>,
    /// Files that an import has finished with it.
    pub(crate) done: &'o [ImportedRow],
}

/// Whatever else has to be true with a batch, or not at all.
pub(crate) type Also<'a> = &'a mut dyn FnMut(&dyn Change) -> Result<()>;

/// What is written with a batch.
pub(crate) enum With<'w> {
    /// That the host has submitted it.
    Submission(&'w Submission<'w>),
    /// Whatever else.
    Also(Also<'w>),
}

/// What a handle keeps from one batch to the next.
pub(crate) struct Writer {
    seal: Arc<Seal>,
    press: Press,
    records: Records,
    cache: ChainCache,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// Why messages that are here are worked out anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anew {
    /// Somebody judges them by other data: what changes by that has happened.
    Judged,
    /// Their index is made anew.
    Indexed,
}

impl Writer {
    pub(crate) fn new(seal: &Arc<Seal>) -> Result<Self> {
        Ok(Self {
            seal: Arc::clone(seal),
            press: Press::new(seal)?,
            records: Records::default(),
            cache: ChainCache::default(),
        })
    }

    /// Lets go of what is held of messages, after some have been erased.
    pub(crate) fn forget(&mut self) {
        self.records.forget();
    }

    /// Stores batches in one change: all that may be stored, or none. Gives what became of each, or why it may not.
    pub(crate) fn store(
        &mut self,
        backend: &dyn Backend,
        orders: &[Order<'_>],
        also: Option<Also<'_>>,
    ) -> Result<Vec<Result<Vec<Put>>>> {
        let seal = Arc::clone(&self.seal);
        let mut also = also;
        let mut answers = Vec::new();
        let Self { press, records, cache, .. } = self;
        let stored = backend.change(&mut |change| {
            records.heed(change);
            let mut all = Vec::with_capacity(orders.len());
            for order in orders {
                // Of what is refused nothing was written: it keeps nobody else out.
                all.push(match (order.gate)(change) {
                    Ok(under) => Ok(Batch { change, press, order, under }.write()?),
                    Err(refused) => Err(refused),
                });
            }
            put_words(change, all.iter().flatten())?;
            for (order, written) in orders.iter().zip(all) {
                let mut judge = Judge::by(order.intake, &seal, std::mem::take(cache));
                let finished = written.map(|written| written.finish(change, records, &mut judge));
                *cache = judge.cache;
                answers.push(match finished {
                    Ok(puts) => Ok(puts?),
                    Err(refused) => Err(refused),
                });
            }
            match &mut also {
                Some(also) if answers.iter().all(Result::is_ok) => also(change),
                _ => Ok(()),
            }
        });
        if stored.is_err() {
            // The numbers of what was not stored will be given again.
            self.records.forget();
            orders.iter().for_each(|order| order.ready.used.compare_again());
        }
        stored.map(|()| answers)
    }

    /// Stores a message that is too long to be read, piece by piece.
    pub(crate) fn store_long(
        &mut self,
        backend: &dyn Backend,
        actor: &Actor,
        gate: Gate<'_>,
        (intake, used): (&Intake<'_>, &Used),
        derived: Derived,
        source: &mut dyn Read,
    ) -> Result<Put> {
        let seal = Arc::clone(&self.seal);
        let mut judge = Judge::by(intake, &seal, std::mem::take(&mut self.cache));
        let mut prepared =
            Prepared { id: Id::of(&[]), size: 0, bytes: Vec::new(), skeleton: Skeleton::nothing(), derived };
        let mut puts = Vec::new();
        let Self { press, records, .. } = self;
        let stored = backend.change(&mut |change| {
            records.heed(change);
            let under = gate(change)?;
            (prepared.id, prepared.size) = take_in(&seal, change, source, &mut prepared.skeleton, press)?;
            used.put(change, &seal, press)?;
            let compressed = Compressed::default();
            let ready = Ready::of(std::slice::from_ref(&prepared), used, &compressed);
            let order = Order { actor, gate, intake, ready: &ready, submission: None, done: &[] };
            let written = Batch { change, press, order: &order, under }.write()?;
            put_words(change, [&written])?;
            puts = written.finish(change, records, &mut judge)?;
            if let Some(number) = content::find(change, prepared.id)?
                && puts.iter().any(|put| put.stored == Stored::Known)
            {
                // It is read again as a whole: nothing else compares it.
                if let Err(Error::Damaged(_)) = content::check(&seal, change, number) {
                    let pressed = press.skeleton(prepared.id, &prepared.skeleton.bytes)?;
                    mend_message(change, number, &prepared, &pressed)?;
                }
                // It may have been stored under other limits, cut otherwise.
                let cut: Vec<Id> = prepared.skeleton.holes.iter().map(|hole| hole.id).collect();
                remove_unused(change, &cut)?;
            }
            Ok(())
        });
        self.cache = judge.cache;
        if stored.is_err() {
            self.records.forget();
            used.compare_again();
        }
        stored?;
        puts.first().copied().ok_or_else(|| Error::Internal("a batch of one".into()))
    }

    /// Makes a change, and brings the dossiers of the transactions up to date that it gives.
    pub(crate) fn refresh_after(
        &mut self,
        backend: &dyn Backend,
        intake: &Intake<'_>,
        work: &mut dyn FnMut(&dyn Change) -> Result<BTreeSet<String>>,
    ) -> Result<()> {
        backend.writable()?;
        let seal = Arc::clone(&self.seal);
        let mut judge = Judge::by(intake, &seal, std::mem::take(&mut self.cache));
        let records = &mut self.records;
        let written = backend.change(&mut |change| {
            records.heed(change);
            let texts = work(change)?;
            if !texts.is_empty() {
                // What is held says that what was sent is a copy.
                records.forget();
            }
            dossiers::refresh(change, &texts, records, &mut judge, Telling::Aloud)
        });
        self.cache = judge.cache;
        if written.is_err() {
            self.records.forget();
        }
        written
    }

    /// Writes anew what is worked out of messages that are here, notes by what, and brings their dossiers up to date. Gives those that
    /// are judged otherwise than before, by their place, with the verdict and the date of the trust data that they had.
    pub(crate) fn index(
        &mut self,
        backend: &dyn Backend,
        actor: &Actor,
        why: Anew,
        (intake, used): (&Intake<'_>, &Used),
        derived: &[(Number, Id, Derived)],
    ) -> Result<Vec<(usize, (String, String))>> {
        // What is held was judged by other data.
        self.records.forget();
        let Self { press, records, .. } = self;
        let seal = Arc::clone(&self.seal);
        let mut judge = Judge::by(intake, &seal, std::mem::take(&mut self.cache));
        let mut changed = Vec::new();
        let written = backend.change(&mut |change| {
            used.put(change, &seal, press)?;
            changed.clear();
            let (mut texts, mut before) = (BTreeSet::new(), Before::new());
            let ids: Vec<Id> = derived.iter().map(|(_, id, _)| *id).collect();
            for (place, ((number, id, derived), here)) in derived.iter().zip(change.numbers(&ids)?).enumerate() {
                if here != Some(*number) {
                    // Erased since it was read.
                    continue;
                }
                let after = derived.judged.verdict;
                if let Some(was) = readable(change.verdict(*number))?.flatten().filter(|(verdict, _)| verdict != after)
                {
                    let trust_data = &derived.judged.trust_data;
                    let what = What::Judged { id: *id, before: &was.0, after, trust_data };
                    // A log that is damaged keeps nothing from being judged.
                    readable(Appender::new(change, actor, intake.now).and_then(|mut log| log.append(what)))?;
                    changed.push((place, was));
                }
                // Its dossiers are worked out anew: what it no longer says, they must not say either.
                texts.extend(dossiers::dissolve(change, *number, &mut before)?);
                change.forget_derived(*number)?;
                change.put_derived(*number, &derived.row())?;
                change.put_words(*number, &derived.words)?;
                used.note(change, *number)?;
                texts.extend(derived.record.iter().flat_map(|record| record.about().map(str::to_owned)));
            }
            let telling = match why {
                Anew::Judged => Telling::Since(&before),
                Anew::Indexed => Telling::Quietly,
            };
            dossiers::refresh(change, &texts, records, &mut judge, telling)
        });
        self.cache = judge.cache;
        if written.is_err() {
            used.compare_again();
        }
        written.map(|()| changed)
    }
}

/// Puts what `source` gives as pieces of a message, none of which is held for longer than it takes; gives its identifier and
/// its size.
fn take_in(
    seal: &Seal,
    change: &dyn Change,
    source: &mut dyn Read,
    skeleton: &mut Skeleton,
    press: &mut Press,
) -> Result<(Id, u64)> {
    let (mut hasher, mut size, mut piece) = (Sha256::new(), 0, Vec::with_capacity(PIECE));
    loop {
        piece.clear();
        let read = source.take(PIECE as u64).read_to_end(&mut piece);
        read.map_err(|error| Error::file(Path::new("input"), error))?;
        if piece.is_empty() {
            return Ok((Id::finished(hasher), size));
        }
        hasher.update(&piece);
        size += piece.len() as u64;
        let id = Id::of(&piece);
        let is_missing = !change.missing(&[id])?.is_empty();
        // No message rests on a piece that is here and damaged.
        if is_missing || !content::is_same(seal, change, id, &piece)? {
            change.replace(&[Blob { id, size: piece.len() as u64, pieces: &press.pieces(id, &piece)? }])?;
        }
        skeleton.piece(id, piece.len());
    }
}

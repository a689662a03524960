//! The one writer of a handle: what it keeps from one batch to the next, and how a batch becomes one change.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use pec_core::trust::ChainCache;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::actor::Actor;
use crate::archive::{Put, Stored, Submission};
use crate::batch::{Batch, Bodies, Pieces};
use crate::care::remove_unused;
use crate::dossiers::{self, Judge, Records, Telling};
use crate::error::{Error, Result};
use crate::evidence::Used;
use crate::id::Id;
use crate::intake::{Derived, Intake, Prepared};
use crate::press::Press;
use crate::seal::Seal;
use crate::split::Skeleton;
use crate::store::{Backend, Blob, Change, Number, PIECE};

/// What a handle keeps from one batch to the next.
pub(crate) struct Writer {
    seal: Arc<Seal>,
    press: Press,
    records: Records,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Writer {
    pub(crate) fn new(seal: &Arc<Seal>) -> Result<Self> {
        Ok(Self { seal: Arc::clone(seal), press: Press::new(seal)?, records: Records::default() })
    }

    /// Lets go of what is held of messages, after some have been erased.
    pub(crate) fn forget(&mut self) {
        self.records.forget();
    }

    /// Stores a batch.
    pub(crate) fn store(
        &mut self,
        backend: &dyn Backend,
        actor: &Actor,
        intake: &Intake<'_>,
        cache: ChainCache,
        prepared: &[Prepared],
        submission: Option<&Submission<'_>>,
    ) -> Result<Vec<Put>> {
        backend.writable()?;
        let used = Used::by(intake);
        let bodies = bodies(prepared, &used);
        let pieces = compressed(backend, &self.seal, &bodies)?;
        let seal = Arc::clone(&self.seal);
        let mut judge = Judge::by(intake, &seal, cache);
        let mut puts = Vec::new();
        let Self { press, records, .. } = self;
        let stored = backend.change(&mut |change| {
            let mut batch =
                Batch { change, press, bodies: &bodies, pieces: &pieces, used: &used, actor, intake, submission };
            let written = batch.write(prepared)?;
            puts = written.finish(change, records, &mut judge)?;
            Ok(())
        });
        if stored.is_err() {
            // The numbers of what was not stored will be given again.
            self.records.forget();
        }
        stored.map(|()| puts)
    }

    /// Stores a message that is too long to be read, piece by piece.
    pub(crate) fn store_long(
        &mut self,
        backend: &dyn Backend,
        actor: &Actor,
        intake: &Intake<'_>,
        cache: ChainCache,
        derived: Derived,
        source: &mut dyn Read,
    ) -> Result<Put> {
        let used = Used::by(intake);
        let bodies = bodies(&[], &used);
        let pieces = compressed(backend, &self.seal, &bodies)?;
        let seal = Arc::clone(&self.seal);
        let mut judge = Judge::by(intake, &seal, cache);
        let mut prepared =
            Prepared { id: Id::of(&[]), size: 0, bytes: Vec::new(), skeleton: Skeleton::nothing(), derived };
        let mut puts = Vec::new();
        let Self { press, records, .. } = self;
        let stored = backend.change(&mut |change| {
            (prepared.id, prepared.size) = take_in(change, source, &mut prepared.skeleton, press)?;
            let mut batch =
                Batch { change, press, bodies: &bodies, pieces: &pieces, used: &used, actor, intake, submission: None };
            let written = batch.write(std::slice::from_ref(&prepared))?;
            puts = written.finish(change, records, &mut judge)?;
            if puts.iter().any(|put| put.stored == Stored::Known) {
                // It may have been stored under other limits, cut otherwise.
                let cut: Vec<Id> = prepared.skeleton.holes.iter().map(|hole| hole.id).collect();
                remove_unused(change, &cut)?;
            }
            Ok(())
        });
        if stored.is_err() {
            self.records.forget();
        }
        stored?;
        puts.first().copied().ok_or_else(|| Error::Internal("a batch of one".into()))
    }

    /// Writes anew what is worked out of messages that are here, and brings their dossiers up to date.
    pub(crate) fn index(
        &mut self,
        backend: &dyn Backend,
        intake: &Intake<'_>,
        cache: ChainCache,
        derived: &[(Number, Id, Derived)],
    ) -> Result<()> {
        // What is held was judged by other data.
        self.records.forget();
        let records = &mut self.records;
        let seal = Arc::clone(&self.seal);
        let mut judge = Judge::by(intake, &seal, cache);
        backend.change(&mut |change| {
            let mut texts = BTreeSet::new();
            let ids: Vec<Id> = derived.iter().map(|(_, id, _)| *id).collect();
            for ((number, _, derived), here) in derived.iter().zip(change.numbers(&ids)?) {
                if here != Some(*number) {
                    // Erased since it was read.
                    continue;
                }
                // Its dossiers are worked out anew: what it no longer says, they must not say either.
                texts.extend(dossiers::dissolve(change, *number)?);
                change.forget_derived(*number)?;
                change.put_derived(*number, &derived.row())?;
                change.put_words(*number, &derived.words)?;
                texts.extend(derived.record.iter().flat_map(|record| record.about().map(str::to_owned)));
            }
            dossiers::refresh(change, &texts, records, &mut judge, Telling::Quietly)
        })
    }
}

/// The bodies of a batch, and what it is judged by.
fn bodies<'p>(prepared: &'p [Prepared], used: &'p Used) -> Bodies<'p> {
    let cut = prepared.iter().flat_map(|prepared| {
        let body = |range: &std::ops::Range<usize>| prepared.bytes.get(range.clone()).unwrap_or_default();
        prepared.skeleton.holes.iter().map(move |hole| (hole.id, body(&hole.range)))
    });
    cut.chain(used.bodies.iter().map(|(_, id, bytes)| (*id, bytes.as_slice()))).collect()
}

/// Compresses on all cores what the batch brings that is not here yet.
fn compressed(backend: &dyn Backend, seal: &Arc<Seal>, bodies: &Bodies<'_>) -> Result<Pieces> {
    let ids: Vec<Id> = bodies.keys().copied().collect();
    let mut missing = Vec::new();
    backend.read(&mut |view| {
        missing = view.missing(&ids)?;
        Ok(())
    })?;
    let compress = |press: &mut Result<Press>, id: Id| match press {
        Ok(press) => Ok((id, press.pieces(id, bodies.get(&id).copied().unwrap_or_default())?)),
        Err(error) => Err(Error::Internal(error.to_string())),
    };
    missing.into_par_iter().map_init(|| Press::new(seal), compress).collect()
}

/// Puts what `source` gives as pieces of a message, none of which is held for longer than it takes; gives its identifier and
/// its size.
fn take_in(
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
        if !change.missing(&[id])?.is_empty() {
            change.put(&[Blob { id, size: piece.len() as u64, pieces: &press.pieces(id, &piece)? }])?;
        }
        skeleton.piece(id, piece.len());
    }
}

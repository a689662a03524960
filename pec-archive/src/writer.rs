//! The one writer of a handle: batches in transactions.

use std::collections::{BTreeSet, HashMap};

use pec_core::trust::ChainCache;
use rayon::prelude::*;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::actor::Actor;
use crate::archive::{Put, Stored, Submission};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::intake::{Intake, Prepared};
use crate::press::Press;
use crate::sqlite::dossiers::{self, Judge, Records};
use crate::sqlite::log::{Appender, What};
use crate::sqlite::place::Place;
use crate::sqlite::{bodies, erase, evidence, put};

/// A connection that writes, and what it keeps from one batch to the next.
pub(crate) struct Writer {
    connection: Connection,
    place: Place,
    /// Whether what was erased may still stand in the log of the file.
    unscrubbed: bool,
    press: Press,
    records: Records,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// The compressed pieces of bodies that are not here yet.
type Pieces = HashMap<Id, Vec<Vec<u8>>>;

impl Writer {
    pub(crate) fn new(connection: Connection, place: Place) -> Result<Self> {
        Ok(Self { connection, place, unscrubbed: false, press: Press::new(None)?, records: Records::default() })
    }

    /// Takes what was erased out of the log of the file; what keeps it from that is tried again after the next change.
    pub(crate) fn scrub(&mut self) -> Result<()> {
        self.unscrubbed = true;
        self.place.confirm()?;
        erase::scrub(&self.connection)?;
        self.unscrubbed = false;
        Ok(())
    }

    /// After a change that stands: its file is still the archive, and what an earlier call could not do is done.
    fn after(&mut self) -> Result<()> {
        self.place.confirm()?;
        if self.unscrubbed {
            // The change is done whatever comes of this.
            let _ = self.scrub();
        }
        Ok(())
    }

    /// Lets go of what is held of messages, after some have been erased.
    pub(crate) fn forget(&mut self) {
        self.records.forget();
    }

    /// Runs `work` in a transaction of its own: all of it is on stable storage when it returns, or nothing of it is.
    pub(crate) fn change<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.place.confirm()?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let answer = work(&transaction)?;
        transaction.commit()?;
        self.after()?;
        Ok(answer)
    }

    /// Stores a batch.
    pub(crate) fn store(
        &mut self,
        actor: &Actor,
        intake: &Intake<'_>,
        cache: ChainCache,
        prepared: Vec<Prepared>,
        submission: Option<&Submission<'_>>,
    ) -> Result<Vec<Put>> {
        self.place.confirm()?;
        let pieces = self.pieces(&prepared)?;
        let Self { connection, press, records, .. } = self;
        let mut judge = Judge { verifier: intake.verifier(), now: intake.now, cache };
        let stored = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(Error::from)
            .and_then(|transaction| {
                let mut batch = Batch { connection: &transaction, press, pieces: &pieces, actor, intake };
                let (puts, new, mut texts) = batch.write(prepared, submission)?;
                for (number, prepared) in new {
                    put::words(&transaction, number, &prepared)?;
                    if let Some(record) = prepared.record.as_ref().filter(|record| dossiers::counts(record.role())) {
                        texts.extend(record.about().map(str::to_owned));
                    }
                    records.hold(number, prepared.record);
                }
                if submission.is_some() {
                    // What is held says that the message is a copy.
                    records.forget();
                }
                dossiers::refresh(&transaction, &texts, records, &mut judge)?;
                transaction.commit()?;
                Ok(puts)
            });
        if stored.is_err() {
            // The numbers of what was not stored will be given again.
            records.forget();
        }
        let stored = stored?;
        self.after()?;
        Ok(stored)
    }

    /// Writes anew what is worked out of messages that are here, and brings their dossiers up to date.
    pub(crate) fn index(
        &mut self,
        intake: &Intake<'_>,
        cache: ChainCache,
        prepared: Vec<(i64, Prepared)>,
    ) -> Result<()> {
        self.place.confirm()?;
        let Self { connection, records, .. } = self;
        // What is held was judged by other data.
        records.forget();
        let mut judge = Judge { verifier: intake.verifier(), now: intake.now, cache };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut texts = BTreeSet::new();
        for (number, prepared) in &prepared {
            if put::find(&transaction, prepared.id)? != Some(*number) {
                // Erased since it was read.
                continue;
            }
            // Its dossiers are worked out anew: what it no longer says, they must not say either.
            texts.extend(dossiers::dissolve(&transaction, *number)?);
            put::forget_derived(&transaction, *number)?;
            put::derived(&transaction, *number, prepared)?;
            put::words(&transaction, *number, prepared)?;
            texts.extend(prepared.record.iter().flat_map(|record| record.about().map(str::to_owned)));
        }
        dossiers::refresh(&transaction, &texts, records, &mut judge)?;
        transaction.commit()?;
        self.after()
    }

    /// Compresses on all cores what the batch brings that is not here yet.
    fn pieces(&self, prepared: &[Prepared]) -> Result<Pieces> {
        let mut missing: HashMap<Id, &[u8]> = HashMap::new();
        for prepared in prepared {
            for hole in &prepared.skeleton.holes {
                if missing.contains_key(&hole.id) || bodies::find(&self.connection, hole.id)?.is_some() {
                    continue;
                }
                missing.insert(hole.id, prepared.bytes.get(hole.range.clone()).unwrap_or_default());
            }
        }
        let compress = |press: &mut Result<Press>, (id, bytes)| match press {
            Ok(press) => Ok((id, put::pieces(bytes, press)?)),
            Err(error) => Err(Error::Internal(error.to_string())),
        };
        missing.into_par_iter().map_init(|| Press::new(None), compress).collect()
    }
}

/// A batch on its way into the archive.
struct Batch<'b> {
    connection: &'b Connection,
    press: &'b mut Press,
    pieces: &'b Pieces,
    actor: &'b Actor,
    intake: &'b Intake<'b>,
}

/// What a batch has done: its answers, its new messages in the order of their numbers, and the identifiers of
/// transactions that have to be worked out anew.
type Written = (Vec<Put>, Vec<(i64, Prepared)>, BTreeSet<String>);

impl Batch<'_> {
    fn write(&mut self, prepared: Vec<Prepared>, submission: Option<&Submission<'_>>) -> Result<Written> {
        let (connection, at) = (self.connection, self.intake.now);
        let trust = evidence::keep(connection, self.intake)?;
        let mut log = Appender::new(connection, self.actor, at)?;
        let (mut puts, mut new, mut texts) = (Vec::with_capacity(prepared.len()), Vec::new(), BTreeSet::new());
        for prepared in prepared {
            let id = prepared.id;
            let known = put::find(connection, id)?;
            let number = match known {
                Some(number) => number,
                None => {
                    let entry = log.append(What::Put { id, size: prepared.bytes.len() as u64 })?;
                    let number = self.message(&prepared, entry)?;
                    evidence::used(connection, number, &trust)?;
                    number
                }
            };
            put::found(connection, number, self.intake.mailbox, at.as_second())?;
            if let Some(submission) = submission {
                texts.extend(put::submitted(connection, number, submission, &prepared)?);
            }
            puts.push(Put { id, stored: if known.is_some() { Stored::Known } else { Stored::New } });
            if known.is_none() {
                new.push((number, prepared));
            }
        }
        new.sort_unstable_by_key(|(number, _)| *number);
        Ok((puts, new, texts))
    }

    fn message(&mut self, prepared: &Prepared, entry: u64) -> Result<i64> {
        for hole in &prepared.skeleton.holes {
            if bodies::find(self.connection, hole.id)?.is_some() {
                continue;
            }
            match self.pieces.get(&hole.id) {
                Some(pieces) => bodies::put(self.connection, hole.id, hole.range.len(), pieces)?,
                // It was here a moment ago, and another process has taken it away since.
                None => {
                    let bytes = prepared.bytes.get(hole.range.clone()).unwrap_or_default();
                    bodies::put(self.connection, hole.id, bytes.len(), &put::pieces(bytes, self.press)?)?
                }
            };
        }
        let data = self.press.skeleton(&prepared.skeleton.bytes)?;
        let number = put::message(self.connection, prepared, &put::Pressed { dictionary: 0, data }, entry)?;
        put::derived(self.connection, number, prepared)?;
        Ok(number)
    }
}

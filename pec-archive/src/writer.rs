//! Batches on their way into the archive: what is compressed, logged, written and worked out together.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use pec_core::trust::ChainCache;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::actor::Actor;
use crate::archive::{Put, Stored, Submission};
use crate::care::remove_unused;
use crate::dossiers::{self, Judge, Records};
use crate::error::{Error, Result};
use crate::evidence::Used;
use crate::id::Id;
use crate::intake::{Derived, Intake, Prepared};
use crate::log::{Appender, What};
use crate::press::Press;
use crate::seal::Seal;
use crate::split::Skeleton;
use crate::store::{Backend, Blob, Change, DerivedRow, Hole, NewMessage, Number, PIECE, SubmissionRow, first_number};

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

/// Bytes of bodies, by their identifier.
type Bodies<'p> = HashMap<Id, &'p [u8]>;

/// The compressed pieces of bodies that are not here yet.
type Pieces = HashMap<Id, Vec<Vec<u8>>>;

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
            puts = finish(change, written, records, &mut judge)?;
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
            puts = finish(change, written, records, &mut judge)?;
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
            dossiers::refresh(change, &texts, records, &mut judge)
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

impl Derived {
    fn row(&self) -> DerivedRow<'_> {
        let record = self.record.as_ref();
        DerivedRow {
            judged: &self.judged,
            attachments: &self.words.attachments,
            about: record.map(|record| record.about().collect()).unwrap_or_default(),
            counts: record.is_some_and(|record| dossiers::counts(record.role())),
        }
    }
}

/// Writes the words of what is new, and brings the dossiers up to date.
fn finish(change: &dyn Change, written: Written<'_>, records: &mut Records, judge: &mut Judge<'_>) -> Result<Vec<Put>> {
    let Written { answers, new, submitted, mut texts } = written;
    for (number, derived) in new {
        change.put_words(number, &derived.words)?;
        if let Some(record) = derived.record.as_ref().filter(|record| dossiers::counts(record.role())) {
            texts.extend(record.about().map(str::to_owned));
        }
        records.hold(number, derived.record.clone());
    }
    if submitted {
        // What is held says that the message is a copy.
        records.forget();
    }
    dossiers::refresh(change, &texts, records, judge)?;
    Ok(answers)
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

/// A batch on its way into the archive.
struct Batch<'b> {
    change: &'b dyn Change,
    press: &'b mut Press,
    bodies: &'b Bodies<'b>,
    pieces: &'b Pieces,
    used: &'b Used,
    actor: &'b Actor,
    intake: &'b Intake<'b>,
    submission: Option<&'b Submission<'b>>,
}

/// What a batch has done.
struct Written<'p> {
    answers: Vec<Put>,
    /// New messages in the order of their numbers.
    new: Vec<(Number, &'p Derived)>,
    /// Whether the host has submitted them.
    submitted: bool,
    /// Identifiers of transactions that have to be worked out anew.
    texts: BTreeSet<String>,
}

impl<'b> Batch<'b> {
    fn write<'p>(&mut self, prepared: &'p [Prepared]) -> Result<Written<'p>> {
        let (change, at) = (self.change, self.intake.now.as_second());
        let ids: Vec<Id> = prepared.iter().map(|prepared| prepared.id).collect();
        let here = change.numbers(&ids)?;
        let mut known: HashMap<Id, Number> =
            ids.iter().zip(here).filter_map(|(id, number)| Some((*id, number?))).collect();
        self.put_bodies(prepared.iter().filter(|prepared| !known.contains_key(&prepared.id)))?;
        let mut log = Appender::new(change, self.actor, self.intake.now)?;
        let mut written = Written {
            answers: Vec::with_capacity(prepared.len()),
            new: Vec::new(),
            submitted: self.submission.is_some(),
            texts: BTreeSet::new(),
        };
        for prepared in prepared {
            let id = prepared.id;
            let (number, stored) = match known.get(&id) {
                Some(number) => (*number, Stored::Known),
                None => {
                    let entry = log.append(What::Put { id, size: prepared.size })?;
                    let number = self.message(prepared, entry)?;
                    known.insert(id, number);
                    written.new.push((number, &prepared.derived));
                    (number, Stored::New)
                }
            };
            if !self.intake.mailbox.is_empty() {
                change.put_found(number, self.intake.mailbox, at)?;
            }
            if let Some(submission) = self.submission {
                change.put_submission(number, &submission.row())?;
                let about = prepared.derived.record.iter().flat_map(|record| record.about());
                written.texts.extend(about.map(str::to_owned));
            }
            written.answers.push(Put { id, stored });
        }
        written.new.sort_unstable_by_key(|(number, _)| *number);
        Ok(written)
    }

    /// Puts the bodies of these messages, and what they are judged by, unless they are here.
    fn put_bodies<'p>(&mut self, messages: impl Iterator<Item = &'p Prepared>) -> Result<()> {
        let holes = messages.flat_map(|prepared| prepared.skeleton.holes.iter().map(|hole| hole.id));
        let wanted: BTreeSet<Id> = holes.chain(self.used.bodies.iter().map(|(_, id, _)| *id)).collect();
        let missing = self.change.missing(&wanted.into_iter().collect::<Vec<_>>())?;
        let mut late = Pieces::new();
        for id in &missing {
            // It was here a moment ago, and another process has taken it away since.
            if !self.pieces.contains_key(id) {
                late.insert(*id, self.press.pieces(*id, self.bytes(*id))?);
            }
        }
        let blob = |id: &Id| {
            let pieces = self.pieces.get(id).or_else(|| late.get(id)).map_or(&[][..], Vec::as_slice);
            Blob { id: *id, size: self.bytes(*id).len() as u64, pieces }
        };
        self.change.put(&missing.iter().map(blob).collect::<Vec<_>>())
    }

    fn bytes(&self, id: Id) -> &'b [u8] {
        self.bodies.get(&id).copied().unwrap_or_default()
    }

    fn message(&mut self, prepared: &Prepared, entry: u64) -> Result<Number> {
        let judged = &prepared.derived.judged;
        let row = Row { id: prepared.id, size: prepared.size, stored_at: judged.at.as_second(), entry };
        let number = put_message(self.change, first_number(judged.order), &row, &prepared.skeleton, self.press)?;
        self.change.put_derived(number, &prepared.derived.row())?;
        self.used.note(self.change, number)?;
        Ok(number)
    }
}

/// What the row of a message says beside its skeleton.
pub(crate) struct Row {
    pub(crate) id: Id,
    pub(crate) size: u64,
    pub(crate) stored_at: i64,
    pub(crate) entry: u64,
}

/// Writes a message whose bodies have been put.
pub(crate) fn put_message(
    change: &dyn Change,
    first: Number,
    row: &Row,
    skeleton: &Skeleton,
    press: &mut Press,
) -> Result<Number> {
    let holes: Vec<Hole> = skeleton.holes.iter().map(|hole| Hole { at: hole.at as u64, body: hole.id }).collect();
    change.put_message(
        first,
        &NewMessage {
            id: row.id,
            size: row.size,
            stored_at: row.stored_at,
            entry: row.entry,
            dictionary: 0,
            skeleton_size: skeleton.bytes.len() as u64,
            skeleton: &press.skeleton(row.id, &skeleton.bytes)?,
            holes: &holes,
        },
    )
}

impl Submission<'_> {
    fn row(&self) -> SubmissionRow {
        SubmissionRow {
            sender: self.sender.to_owned(),
            recipients: self.recipients.iter().map(|recipient| (*recipient).to_owned()).collect(),
            at: self.at.as_second(),
        }
    }
}

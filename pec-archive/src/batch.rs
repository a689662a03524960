//! A batch on its way into the archive: what is logged and written together.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use crate::archive::{Put, Stored, Submission};
use crate::dossiers::{self, Judge, Records, Telling};
use crate::enforce::Under;
use crate::error::Result;
use crate::events::{Happened, tell};
use crate::id::Id;
use crate::intake::{Derived, Prepared};
use crate::log::{Appender, What};
use crate::mailbox::mailbox_key;
use crate::press::Press;
use crate::ready::Pieces;
use crate::split::Skeleton;
use crate::store::{Blob, Change, DerivedRow, Hole, NewMessage, Number, SubmissionRow, first_number};
use crate::writer::Order;

/// A batch on its way into the archive.
pub(crate) struct Batch<'c, 'b> {
    pub(crate) change: &'c dyn Change,
    pub(crate) press: &'c mut Press,
    pub(crate) order: &'b Order<'b>,
    pub(crate) under: Under,
}

/// What a batch has done.
pub(crate) struct Written<'p> {
    answers: Vec<Put>,
    /// New messages in the order of their numbers.
    new: Vec<(Number, &'p Derived)>,
    /// Known ones that were not yet found in this mailbox.
    found: Vec<Number>,
    /// The mailbox in which they all were found.
    mailbox: Option<String>,
    /// Whether the host has submitted them.
    submitted: bool,
    /// Identifiers of transactions that have to be worked out anew.
    texts: BTreeSet<String>,
}

impl<'b> Batch<'_, 'b> {
    pub(crate) fn write(&mut self) -> Result<Written<'b>> {
        let Order { actor, intake, ready, submission, done, .. } = *self.order;
        let (change, at, prepared) = (self.change, intake.now.as_second(), ready.prepared);
        let ids: Vec<Id> = prepared.iter().map(|prepared| prepared.id).collect();
        let here = change.numbers(&ids)?;
        let mut known: HashMap<Id, Number> =
            ids.iter().zip(here).filter_map(|(id, number)| Some((*id, number?))).collect();
        let broken = &ready.compressed.broken;
        let is_put = |prepared: &&Prepared| !known.contains_key(&prepared.id) || broken.contains(&prepared.id);
        self.put_bodies(prepared.iter().filter(is_put))?;
        let mailbox = Some(mailbox_key(intake.mailbox)).filter(|mailbox| !mailbox.is_empty());
        let mut log = Appender::new(change, actor, intake.now)?.under(&self.under);
        let mut written = Written {
            answers: Vec::with_capacity(prepared.len()),
            new: Vec::new(),
            found: Vec::new(),
            mailbox: mailbox.clone(),
            submitted: submission.is_some(),
            texts: BTreeSet::new(),
        };
        for prepared in prepared {
            let id = prepared.id;
            let (number, stored) = match known.get(&id) {
                Some(number) => {
                    if let Some(pressed) = ready.compressed.skeletons.get(&id).filter(|_| broken.contains(&id)) {
                        mend_message(change, *number, prepared, pressed)?;
                    }
                    (*number, Stored::Known)
                }
                None => {
                    let entry = log.append(What::Put { id, size: prepared.size })?;
                    let number = self.message(prepared, entry)?;
                    known.insert(id, number);
                    written.new.push((number, &prepared.derived));
                    (number, Stored::New)
                }
            };
            if let Some(mailbox) = &mailbox
                && change.put_found(number, mailbox, at)?
                && stored == Stored::Known
            {
                written.found.push(number);
            }
            if let Some(submission) = submission {
                change.put_submission(number, &submission.row())?;
                let about = prepared.derived.record.iter().flat_map(|record| record.about());
                written.texts.extend(about.map(str::to_owned));
            }
            written.answers.push(Put { id, stored });
        }
        done.iter().try_for_each(|file| change.put_imported(file))?;
        written.new.sort_unstable_by_key(|(number, _)| *number);
        Ok(written)
    }

    /// Puts the bodies of these messages, and what they are judged by, unless they are here.
    fn put_bodies<'p>(&mut self, messages: impl Iterator<Item = &'p Prepared>) -> Result<()> {
        let holes = messages.flat_map(|prepared| prepared.skeleton.holes.iter().map(|hole| hole.id));
        let wanted: BTreeSet<Id> = holes.chain(self.order.ready.used.bodies.iter().map(|(_, id, _)| *id)).collect();
        let missing = self.change.missing(&wanted.into_iter().collect::<Vec<_>>())?;
        let mut late = Pieces::new();
        for id in &missing {
            // It was here a moment ago, and another process has taken it away since.
            if !self.order.ready.compressed.pieces.contains_key(id) {
                late.insert(*id, self.press.pieces(*id, self.order.ready.bytes(*id))?);
            }
        }
        let blob = |id: &Id| {
            let pieces =
                self.order.ready.compressed.pieces.get(id).or_else(|| late.get(id)).map_or(&[][..], Vec::as_slice);
            Blob { id: *id, size: self.order.ready.bytes(*id).len() as u64, pieces }
        };
        self.change.put(&missing.iter().map(blob).collect::<Vec<_>>())?;
        let damaged = &self.order.ready.compressed.damaged;
        self.change.replace(&damaged.iter().map(blob).collect::<Vec<_>>())
    }

    fn message(&mut self, prepared: &Prepared, entry: u64) -> Result<Number> {
        let judged = &prepared.derived.judged;
        let row = Row { id: prepared.id, size: prepared.size, stored_at: judged.at.as_second(), entry };
        let skeleton = match self.order.ready.compressed.skeletons.get(&prepared.id) {
            Some(pressed) => Cow::Borrowed(pressed.as_slice()),
            // It was here a moment ago, and another process has erased it since.
            None => Cow::Owned(self.press.skeleton(prepared.id, &prepared.skeleton.bytes)?),
        };
        let number = put_message(self.change, first_number(judged.order), &row, &prepared.skeleton, &skeleton)?;
        self.change.put_derived(number, &prepared.derived.row())?;
        self.order.ready.used.note(self.change, number)?;
        Ok(number)
    }
}

impl Written<'_> {
    /// Tells what has come in, and brings the dossiers up to date.
    pub(crate) fn finish(self, change: &dyn Change, records: &mut Records, judge: &mut Judge<'_>) -> Result<Vec<Put>> {
        let Self { answers, new, found, mailbox, submitted, mut texts } = self;
        for (number, derived) in new {
            tell(change, judge.intake.now, Some(number), &Happened::Stored { mailbox: mailbox.clone() })?;
            if let Some(record) = derived.record.as_ref().filter(|record| dossiers::counts(record.role())) {
                texts.extend(record.about().map(str::to_owned));
            }
            records.hold(number, derived.record.clone(), judge);
        }
        if let Some(mailbox) = mailbox {
            let what = Happened::Found { mailbox };
            found.into_iter().try_for_each(|number| tell(change, judge.intake.now, Some(number), &what))?;
        }
        if submitted {
            // What is held says that the message is a copy.
            records.forget();
        }
        dossiers::refresh(change, &texts, records, judge, Telling::Aloud)?;
        Ok(answers)
    }
}

/// Writes the words of what batches have brought, all in the order of numbers, as the index of words likes it best.
pub(crate) fn put_words<'w, 'p: 'w>(
    change: &dyn Change,
    batches: impl IntoIterator<Item = &'w Written<'p>>,
) -> Result<()> {
    let mut new: Vec<_> = batches.into_iter().flat_map(|batch| &batch.new).collect();
    new.sort_unstable_by_key(|(number, _)| *number);
    new.into_iter().try_for_each(|(number, derived)| change.put_words(*number, &derived.words))
}

impl Derived {
    pub(crate) fn row(&self) -> DerivedRow<'_> {
        let record = self.record.as_ref();
        DerivedRow {
            judged: &self.judged,
            attachments: &self.words.attachments,
            about: record.map(|record| record.about().collect()).unwrap_or_default(),
            counts: record.is_some_and(|record| dossiers::counts(record.role())),
        }
    }
}

/// What the row of a message says beside its skeleton.
pub(crate) struct Row {
    pub(crate) id: Id,
    pub(crate) size: u64,
    pub(crate) stored_at: i64,
    pub(crate) entry: u64,
}

/// Writes a message whose bodies have been put, with what stands around them compressed.
pub(crate) fn put_message(
    change: &dyn Change,
    first: Number,
    row: &Row,
    skeleton: &Skeleton,
    pressed: &[u8],
) -> Result<Number> {
    change.put_message(first, &written(row, skeleton, pressed, &holes(skeleton)))
}

/// Makes a message that is here and damaged what it was.
pub(crate) fn mend_message(change: &dyn Change, number: Number, prepared: &Prepared, pressed: &[u8]) -> Result<()> {
    let Prepared { id, size, skeleton, .. } = prepared;
    // When it was stored, and where that is logged, stays.
    let row = Row { id: *id, size: *size, stored_at: 0, entry: 0 };
    change.mend_message(number, &written(&row, skeleton, pressed, &holes(skeleton)))
}

fn holes(skeleton: &Skeleton) -> Vec<Hole> {
    skeleton.holes.iter().map(|hole| Hole { at: hole.at as u64, body: hole.id }).collect()
}

const fn written<'w>(row: &Row, skeleton: &Skeleton, pressed: &'w [u8], holes: &'w [Hole]) -> NewMessage<'w> {
    NewMessage {
        id: row.id,
        size: row.size,
        stored_at: row.stored_at,
        entry: row.entry,
        dictionary: 0,
        skeleton_size: skeleton.bytes.len() as u64,
        skeleton: pressed,
        holes,
    }
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

//! Into the archive, beside the reading: one portion is written while the next one is judged and one more comes.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use jiff::Timestamp;
use pec_archive::{Actor, Archive, Intake, PreparedBatch, Progressed, Reached, Stored};
use pec_core::limits::Limits;
use pec_core::trust::{Evidence, TrustStore};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::receiver::{Clock, FolderSynced};
use crate::error::{Error, Result};

/// Where messages go, and by what they are judged.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) archive: Arc<Archive>,
    pub(super) trust: Arc<TrustStore>,
    pub(super) evidence: Option<Arc<Evidence>>,
    pub(super) actor: Actor,
    pub(super) clock: Clock,
    pub(super) limits: Limits,
    pub(super) mailbox: String,
}

/// A message on its way, in memory as far as it can be judged, else in a file of its own without a name.
pub(super) enum Held {
    Memory(Vec<u8>),
    File(File),
}

impl Held {
    /// For a message of about this size.
    pub(super) fn new(hint: u32, limits: &Limits) -> Self {
        let mut bytes = Vec::new();
        // A server can say any size: room is made for some of it.
        bytes.reserve_exact((hint as usize).min(limits.message_bytes).min(64 << 20));
        Self::Memory(bytes)
    }

    pub(super) fn push(&mut self, piece: &[u8], limits: &Limits) -> Result<()> {
        let failed = |error: std::io::Error| Error::Internal(format!("a file for a long message: {error}"));
        if let Self::Memory(bytes) = self {
            if bytes.len() + piece.len() <= limits.message_bytes {
                bytes.extend_from_slice(piece);
                return Ok(());
            }
            let mut file = tempfile::tempfile().map_err(failed)?;
            file.write_all(bytes).map_err(failed)?;
            *self = Self::File(file);
        }
        match self {
            Self::File(file) => file.write_all(piece).map_err(failed),
            Self::Memory(_) => Ok(()),
        }
    }
}

/// Bytes of messages that are held at a time, from before they are read until they are stored; a message that is longer is held
/// alone. Batches are far below it.
const ROOM: u32 = 64 << 20;

/// The part of [`ROOM`] that something takes.
pub(super) type Room = OwnedSemaphorePermit;

/// What was read of a folder at a time.
pub(super) struct Portion {
    /// What was taken for it before it was read.
    pub(super) room: Option<Room>,
    pub(super) messages: Vec<(u32, Held)>,
    /// Numbers that the server did not give, and why.
    pub(super) withheld: Vec<(u32, String)>,
    /// Numbers at which nothing is any more.
    pub(super) gone: Vec<u32>,
    /// How far the folder has been read with it.
    pub(super) reached: Reached,
}

impl Portion {
    /// Of nothing but that the folder was read so far.
    pub(super) const fn of(reached: Reached) -> Self {
        Self { room: None, messages: Vec::new(), withheld: Vec::new(), gone: Vec::new(), reached }
    }

    /// The part of [`ROOM`] that its messages need.
    fn needs(&self) -> u32 {
        let held = self.messages.iter().map(|(_, held)| match held {
            Held::Memory(bytes) => bytes.len(),
            Held::File(_) => 0,
        });
        u32::try_from(held.sum::<usize>()).unwrap_or(ROOM).min(ROOM)
    }
}

/// Stores portions in their order, on two threads.
pub(super) struct Store {
    room: Arc<Semaphore>,
    portions: mpsc::Sender<Portion>,
    judging: JoinHandle<()>,
    writing: JoinHandle<Result<FolderSynced>>,
}

impl Store {
    pub(super) fn begin(target: Target, folder: String, mut synced: FolderSynced) -> Self {
        // One waits while one is judged and one is written.
        let (portions, mut waiting) = mpsc::channel::<Portion>(1);
        let (judged, next) = sync_channel::<Result<Judged>>(0);
        let judge = target.clone();
        let judging = tokio::task::spawn_blocking(move || {
            while let Some(portion) = waiting.blocking_recv() {
                // Where nobody takes it, he who writes says why.
                if judged.send(judge.judged(portion)).is_err() {
                    return;
                }
            }
        });
        let writing = tokio::task::spawn_blocking(move || {
            next.iter().try_for_each(|portion| target.write(&folder, portion?, &mut synced))?;
            Ok(synced)
        });
        Self { room: Arc::new(Semaphore::new(ROOM as usize)), portions, judging, writing }
    }

    /// Takes room for a message of this size, to be [handed over](Portion::room) with it; waits until what is ahead leaves so
    /// much.
    pub(super) async fn room(&self, bytes: u32) -> Result<Room> {
        let room = Arc::clone(&self.room).acquire_many_owned(bytes.min(ROOM)).await;
        room.map_err(|error| Error::Internal(error.to_string()))
    }

    /// Hands a portion over; waits where too many are ahead of it, and where it is longer than was said and they leave no room.
    pub(super) async fn put(&self, mut portion: Portion) -> Result<()> {
        let taken = portion.room.as_ref().map_or(0, Room::num_permits);
        let more = portion.needs().saturating_sub(u32::try_from(taken).unwrap_or(ROOM));
        let more = self.room(more).await?;
        match &mut portion.room {
            Some(room) => room.merge(more),
            none => *none = Some(more),
        }
        // Where nobody takes it, `end` says why.
        self.portions.send(portion).await.map_err(|_| Error::Cancelled)
    }

    /// Waits until all is stored.
    pub(super) async fn end(self) -> Result<FolderSynced> {
        drop(self.portions);
        let failed = |error| Error::Internal(format!("storing: {error}"));
        let written = self.writing.await.map_err(failed)?;
        self.judging.await.map_err(failed)?;
        written
    }
}

/// A portion whose messages in memory are judged.
struct Judged {
    /// Given back when all of it is stored.
    _room: Option<Room>,
    now: Timestamp,
    batch: PreparedBatch,
    files: Vec<(u32, File)>,
    withheld: Vec<(u32, String)>,
    gone: Vec<u32>,
    reached: Reached,
}

impl Target {
    fn intake(&self, now: Timestamp) -> Intake<'_> {
        let intake = Intake::new(&self.trust, now).mailbox(&self.mailbox).limits(self.limits);
        match &self.evidence {
            Some(evidence) => intake.evidence(evidence),
            None => intake,
        }
    }

    fn judged(&self, portion: Portion) -> Result<Judged> {
        let Portion { room, messages, withheld, gone, reached } = portion;
        let (mut batch, mut files) = (Vec::new(), Vec::new());
        for (uid, held) in messages {
            match held {
                Held::Memory(bytes) => batch.push((uid, bytes)),
                Held::File(file) => files.push((uid, file)),
            }
        }
        let now = (self.clock)();
        let batch = self.archive.prepare_batch(&self.intake(now), batch)?;
        Ok(Judged { _room: room, now, batch, files, withheld, gone, reached })
    }

    fn write(&self, folder: &str, judged: Judged, synced: &mut FolderSynced) -> Result<()> {
        let Judged { _room, now, batch, files, withheld, gone, reached } = judged;
        let (archive, actor, intake) = (&self.archive, &self.actor, self.intake(now));
        let (mut stored, mut puts) = (Vec::new(), Vec::new());
        for (uid, mut file) in files {
            let failed = |error| Error::Internal(format!("a file for a long message: {error}"));
            synced.bytes += file.stream_position().map_err(failed)?;
            file.rewind().map_err(failed)?;
            let put = archive.put_from(actor, &intake, &mut file)?;
            stored.push((uid, put.id));
            puts.push(put);
        }
        synced.bytes += batch.bytes();
        let progressed = Progressed { stored: &stored, withheld: &withheld, gone: &gone };
        let gone = if batch.is_empty() {
            archive.advance(actor, &self.mailbox, folder, reached, &progressed, now)?
        } else {
            let (new, gone) = archive.put_prepared(actor, &intake, batch, folder, reached, &progressed)?;
            puts.extend(new);
            gone
        };
        let count = |wanted| puts.iter().filter(|put| put.stored == wanted).count() as u64;
        synced.new += count(Stored::New);
        synced.known += count(Stored::Known);
        synced.gone.extend(gone);
        Ok(())
    }
}

#[cfg(test)]
mod tests;

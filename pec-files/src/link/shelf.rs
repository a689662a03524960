//! The messages again, by their numbers: files from where they lie, those of an mbox from a file of our own.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use pec_core::message::Message;
use pec_core::reconcile::Source;
use pec_core::reconcile::examine::Messages;
use pec_core::verify::Verification;

use super::Names;
use crate::judge::{Judge, Position};
use crate::place::{Place, read_one};

/// The number of a message: its place, and its number in it.
pub(super) const fn number(position: Position) -> Source {
    Source((position.place as u64) << 32 | position.number as u64)
}

/// Messages that stand in no file of their own, in a temporary file that nobody else sees.
#[derive(Debug)]
pub(super) struct Spool {
    file: File,
    end: u64,
    places: HashMap<Source, (u64, usize)>,
}

impl Spool {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, end: 0, places: HashMap::new() })
    }

    pub(super) fn keep(&mut self, source: Source, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.places.insert(source, (self.end, bytes.len()));
        self.end += bytes.len() as u64;
        Ok(())
    }

    fn read(&mut self, source: Source) -> Option<Vec<u8>> {
        let (from, length) = *self.places.get(&source)?;
        let mut bytes = vec![0; length];
        self.file.seek(SeekFrom::Start(from)).ok()?;
        self.file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// Where the messages are, and what they are called.
#[derive(Debug)]
pub(super) struct Shelf<'a> {
    judge: &'a Judge,
    now: Timestamp,
    names: Names,
    spool: Spool,
    files: Vec<Option<PathBuf>>,
}

impl<'a> Shelf<'a> {
    /// `places` are those that were read.
    pub(super) fn new(judge: &'a Judge, now: Timestamp, names: Names, spool: Spool, places: &[Place]) -> Self {
        let path = |place: &Place| match place {
            Place::File(path) => Some(path.clone()),
            _ => None,
        };
        Self { judge, now, names, spool, files: places.iter().map(path).collect() }
    }

    pub(super) fn names(&self) -> Names {
        self.names.clone()
    }

    fn bytes(&mut self, source: Source) -> Option<Vec<u8>> {
        if let Some(bytes) = self.spool.read(source) {
            return Some(bytes);
        }
        let file = self.files.get(usize::try_from(source.0 >> 32).ok()?)?.as_ref()?;
        read_one(file, self.judge.reading_limits().message_bytes).ok()
    }
}

impl Messages for Shelf<'_> {
    fn read(&mut self, source: Source) -> Option<(Message<Vec<u8>>, Verification)> {
        let bytes = self.bytes(source)?;
        Some(self.judge.bytes(bytes, self.now))
    }

    fn name(&self, source: Source) -> String {
        self.names.called(source)
    }
}

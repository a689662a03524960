//! The messages again, by their numbers: files from where they lie, those of an mbox from a file of our own.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::reconcile::Source;
use pec_core::reconcile::examine::Messages;
use pec_core::verify::Verification;

use crate::input;
use crate::judge::{Judge, Place};
use crate::text::Text;

/// The number of a message: its source, and its number in it.
pub(super) const fn number(place: Place) -> Source {
    Source((place.source as u64) << 32 | place.number as u64)
}

/// Messages that stand in no file of their own, in a temporary file that nobody else sees.
pub(super) struct Spool {
    file: File,
    end: u64,
    places: HashMap<Source, (u64, usize)>,
}

impl Spool {
    pub(super) fn new() -> Result<Self, Text> {
        let file = tempfile::tempfile().map_err(|error| Text::of_io(&error).about("temporary file"))?;
        Ok(Self { file, end: 0, places: HashMap::new() })
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
pub(super) struct Shelf<'a> {
    judge: &'a Judge<'a>,
    names: HashMap<Source, String>,
    spool: Spool,
    files: Vec<Option<PathBuf>>,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(judge: &'a Judge<'a>) -> Result<Self, Text> {
        Ok(Self { judge, names: HashMap::new(), spool: Spool::new()?, files: Vec::new() })
    }

    pub(super) fn name(&mut self, source: Source, name: String) {
        self.names.insert(source, name);
    }

    /// What was read is all there is.
    pub(super) fn spooled(&mut self, spool: Spool, sources: &[input::Source]) {
        self.spool = spool;
        let path = |source: &input::Source| match source {
            input::Source::File(path) => Some(path.clone()),
            _ => None,
        };
        self.files = sources.iter().map(path).collect();
    }

    pub(super) fn called(&self, source: Source) -> String {
        self.names.get(&source).cloned().unwrap_or_else(|| source.0.to_string())
    }

    fn bytes(&mut self, source: Source) -> Option<Vec<u8>> {
        if let Some(bytes) = self.spool.read(source) {
            return Some(bytes);
        }
        let file = self.files.get(usize::try_from(source.0 >> 32).ok()?)?.as_ref()?;
        input::read_one(file, Limits::DEFAULT.message_bytes).ok()
    }
}

impl Messages for Shelf<'_> {
    fn read(&mut self, source: Source) -> Option<(Message<Vec<u8>>, Verification)> {
        let bytes = self.bytes(source)?;
        Some(self.judge.bytes(bytes))
    }

    fn name(&self, source: Source) -> String {
        self.called(source)
    }
}

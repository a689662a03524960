//! Messages of a ZIP, one by one: files of one message and mbox files, whatever folders they stand in.
//!
//! Nothing is unpacked to a place that a name in the ZIP could choose, and nothing is believed that the ZIP says of sizes.
//! What cannot be read is told under its name, and the rest is read. The list of members is read as the ZIP goes on, since
//! it may be long; two members of the same name are two.

mod refused;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, Write as _};

use zip::read::{Config, ZipFileEntry};
use zip::result::ZipResult;
use zip::unstable::read::ZipIterable;
use zip::{SUPPORTED_COMPRESSION_METHODS, ZipReadOptions};

use crate::mbox;
use crate::messages::Numbered;
use crate::place::{Item, no_message, too_large};
use crate::reason::Reason;

/// Members of one ZIP. A mailbox of ten years has a tenth of it.
const MEMBERS: usize = 1_000_000;

/// Bytes that any ZIP may come to.
const FREE: u64 = 1 << 30;

/// Bytes that a larger ZIP may come to, for each of its own. Mail is packed to a half; only what was made to do harm (the
/// same data listed ten thousand times, gigabytes of one letter) goes beyond a hundred.
const RATIO: u64 = 100;

/// Entries of the list that are held at once.
const WINDOW: usize = 1 << 14;

/// What is looked at to tell what a member is.
const BEGINNING: u64 = 4096;

/// Whether what begins so is a ZIP, an empty one included.
pub(crate) fn is_zip(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"PK\x05\x06")
}

/// Iterates over the messages of a ZIP, each at most `limit` bytes.
pub(crate) struct Members {
    zip: ZipIterable<BufReader<File>>,
    name: String,
    limit: usize,
    /// Entries before this one have been taken from the list.
    taken: usize,
    waiting: VecDeque<ZipFileEntry<'static>>,
    /// An mbox that is being read.
    mbox: Option<Numbered>,
    /// Bytes that may still come out.
    budget: u64,
    /// Whether anything was said of it.
    told: bool,
    ended: bool,
}

impl std::fmt::Debug for Members {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Members").field("name", &self.name).field("taken", &self.taken).finish_non_exhaustive()
    }
}

impl Members {
    /// Finds the list at the end of the file.
    pub(crate) fn new(file: File, name: String, limit: usize) -> Result<Self, Reason> {
        let size = file.metadata().map_err(|error| Reason::of_io(&error))?.len();
        let zip = ZipIterable::try_new(BufReader::new(file), Config::default()).map_err(|e| refused::list(&e))?;
        if zip.len() > MEMBERS {
            return Err(refused::too_many(MEMBERS));
        }
        Ok(Self {
            zip,
            name,
            limit,
            taken: 0,
            waiting: VecDeque::new(),
            mbox: None,
            budget: size.saturating_mul(RATIO).max(FREE),
            told: false,
            ended: false,
        })
    }

    /// The next entry of the list.
    fn entry(&mut self) -> ZipResult<Option<ZipFileEntry<'static>>> {
        if self.waiting.is_empty() && self.taken < self.zip.len() {
            let entries = self.zip.files()?.skip(self.taken).take(WINDOW);
            self.waiting = entries.collect::<ZipResult<_>>()?;
            self.taken += self.waiting.len();
        }
        Ok(self.waiting.pop_front())
    }

    /// What a member is: a message, the first of many, or why it is none. Nothing where nobody would look for a message.
    fn member(&mut self, entry: ZipFileEntry<'static>) -> Option<Item> {
        let path = entry.name().map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), Into::into);
        if !entry.is_file() || is_hidden(&path) {
            return None;
        }
        let name = format!("{}/{path}", self.name);
        match self.read(entry, &path) {
            Ok(Member::Message(bytes)) => Some(Item::new(name, Ok(bytes))),
            Ok(Member::Mbox(file)) => {
                let mut messages = Numbered::new(Box::new(BufReader::new(file)), name, self.limit);
                let first = messages.next();
                self.mbox = Some(messages);
                first
            }
            Err(reason) => Some(Item::new(name, Err(reason))),
        }
    }

    fn read(&mut self, entry: ZipFileEntry<'static>, path: &str) -> Result<Member, Reason> {
        if entry.encrypted() {
            return Err(refused::encrypted());
        }
        let method = entry.compression();
        if !SUPPORTED_COMPRESSION_METHODS.contains(&method) {
            return Err(refused::method(method));
        }
        // The next window of the list finds its place again.
        let reader = self.zip.files().map_err(|error| refused::member(&error))?.reader_mut();
        let file = entry.with_reader(reader, ZipReadOptions::new()).map_err(|error| refused::member(&error))?;
        match (Metered { file, budget: &mut self.budget }).member(self.limit as u64, path) {
            Ok(read) => read,
            Err(_) if self.budget == 0 => {
                self.ended = true;
                Err(refused::bomb(RATIO))
            }
            Err(error) => Err(refused::damaged(&error)),
        }
    }
}

impl Iterator for Members {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.mbox.as_mut().and_then(Iterator::next) {
                return Some(item);
            }
            self.mbox = None;
            if self.ended {
                return None;
            }
            let item = match self.entry() {
                Ok(Some(entry)) => self.member(entry),
                Ok(None) => {
                    self.ended = true;
                    (!self.told).then(|| Item::new(self.name.clone(), Err(refused::empty())))
                }
                Err(error) => {
                    self.ended = true;
                    Some(Item::new(self.name.clone(), Err(refused::list(&error))))
                }
            };
            if item.is_some() {
                self.told = true;
                return item;
            }
        }
    }
}

enum Member {
    Message(Vec<u8>),
    /// Unpacked, since it may be longer than memory.
    Mbox(File),
}

/// A member, of which no more is read than the ZIP has left.
struct Metered<'b, R> {
    file: R,
    budget: &'b mut u64,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        match self.budget.checked_sub(read as u64) {
            Some(left) if left > 0 || read == 0 => *self.budget = left,
            _ => {
                *self.budget = 0;
                return Err(io::Error::other("more than a ZIP may come to"));
            }
        }
        Ok(read)
    }
}

impl<R: Read> Metered<'_, R> {
    fn member(&mut self, limit: u64, path: &str) -> io::Result<Result<Member, Reason>> {
        let mut bytes = Vec::new();
        self.by_ref().take(BEGINNING).read_to_end(&mut bytes)?;
        if is_zip(&bytes) {
            return Ok(Err(refused::nested()));
        }
        if mbox::is_mbox(&bytes) {
            let mut file = tempfile::tempfile()?;
            file.write_all(&bytes)?;
            io::copy(self, &mut file)?;
            file.rewind()?;
            return Ok(Ok(Member::Mbox(file)));
        }
        if !is_called_a_message(path) && !begins_with_field(&bytes) {
            return Ok(Err(no_message()));
        }
        if bytes.is_empty() {
            return Ok(Err(refused::nothing()));
        }
        let rest = (limit + 1).saturating_sub(bytes.len() as u64);
        self.by_ref().take(rest).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Ok(Err(too_large(limit as usize)));
        }
        Ok(Ok(Member::Message(bytes)))
    }
}

pub(crate) fn is_called_a_message(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("eml"))
}

/// Whether a text begins as a message does: with the name of a field and a colon (RFC 5322 §2.2; nobody uses more
/// characters of those that are allowed).
pub(crate) fn begins_with_field(bytes: &[u8]) -> bool {
    let in_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let name = bytes.iter().take_while(in_name).count();
    name > 0 && bytes.get(name) == Some(&b':')
}

/// Hidden files, as in a folder, and what the Finder of macOS puts beside each file.
fn is_hidden(path: &str) -> bool {
    path.starts_with("__MACOSX/") || path.rsplit(['/', '\\']).next().is_some_and(|name| name.starts_with('.'))
}

#[cfg(test)]
mod tests;

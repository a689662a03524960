//! The messages of a file that holds many, one by one.

use std::io::{self, BufRead};

use crate::mbox;
use crate::place::{Item, too_large};
use crate::reason::Reason;
use crate::zipped::Members;

pub(crate) type Reader = Box<dyn BufRead + Send>;

/// The messages of an mbox file or of a ZIP, one by one, in bounded memory.
#[derive(Debug)]
pub struct Messages(Kind);

#[derive(Debug)]
enum Kind {
    Mbox(Numbered),
    Zip(Box<Members>),
}

impl Messages {
    pub(crate) const fn mbox(messages: Numbered) -> Self {
        Self(Kind::Mbox(messages))
    }

    pub(crate) fn zip(members: Members) -> Self {
        Self(Kind::Zip(Box::new(members)))
    }
}

impl Iterator for Messages {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        match &mut self.0 {
            Kind::Mbox(messages) => messages.next(),
            Kind::Zip(members) => members.next(),
        }
    }
}

/// The messages of an mbox. One that stands there alone bears the name of the file, several are numbered.
pub(crate) struct Numbered {
    entries: mbox::Entries<Reader>,
    name: String,
    limit: usize,
    number: usize,
    held: Option<io::Result<mbox::Entry>>,
}

impl Numbered {
    pub(crate) const fn new(reader: Reader, name: String, limit: usize) -> Self {
        Self { entries: mbox::Entries::new(reader, limit), name, limit, number: 0, held: None }
    }
}

impl std::fmt::Debug for Numbered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Numbered").field("name", &self.name).field("number", &self.number).finish_non_exhaustive()
    }
}

impl Iterator for Numbered {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let entry = self.held.take().or_else(|| self.entries.next())?;
        self.number += 1;
        self.held = self.entries.next();
        let name = if self.number == 1 && self.held.is_none() {
            self.name.clone()
        } else {
            format!("{}#{}", self.name, self.number)
        };
        Some(match entry {
            Ok(entry) if entry.too_large => Item::new(name, Err(too_large(self.limit))),
            Ok(entry) => Item { name, quoting: entry.quoting, bytes: Ok(entry.bytes) },
            Err(error) => Item::new(name, Err(Reason::of_io(&error))),
        })
    }
}

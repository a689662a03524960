//! Which messages there are: paths and what stands below them, bytes, file objects, one after the other.

use std::collections::VecDeque;
use std::path::PathBuf;

use jiff::Timestamp;
use pec_files::{Messages, Opened, Place, open, places};
use pyo3::prelude::*;
use pyo3::types::PyIterator;

use crate::failure::Failure;
use crate::source::{self, Source};
use crate::verification::Verification;
use crate::verifier::Judge;

/// One thing that is to be read.
pub(crate) struct Item {
    /// Its place among the sources, and its number in an mbox.
    position: (u32, u32),
    what: What,
}

enum What {
    /// A file, or a place where nothing can be read.
    Place(Place),
    /// A message of an mbox.
    Message(pec_files::Item),
    Given(Source),
}

/// A message that was read and verified.
pub(crate) struct Seen {
    /// A number that no other message has; they rise in the order of the sources.
    pub(crate) number: u64,
    /// The file that holds it alone, where one does.
    pub(crate) file: Option<PathBuf>,
    /// Else what it is called, and why it cannot be read.
    pub(crate) verified: Result<Verification, (String, Failure)>,
}

/// What an item has turned out to be.
pub(super) enum Read {
    One(Box<Seen>),
    /// An mbox: its messages are read in their turn.
    Many(Mbox),
}

/// The messages of an mbox that are left.
#[derive(Debug)]
pub(super) struct Mbox {
    place: u32,
    taken: u32,
    messages: Messages,
}

impl Mbox {
    /// The next ones, `count` of them unless there are fewer.
    pub(super) fn next(&mut self, count: usize) -> Vec<Item> {
        let mut items = Vec::new();
        for message in self.messages.by_ref().take(count) {
            self.taken = self.taken.saturating_add(1);
            items.push(Item { position: (self.place, self.taken), what: What::Message(message) });
        }
        items
    }
}

impl Item {
    pub(super) fn read(self, judge: &Judge, now: Timestamp) -> Read {
        let (place, number) = self.position;
        let seen = |file, verified| Seen { number: u64::from(place) << 32 | u64::from(number), file, verified };
        let item = |item: pec_files::Item| {
            let name = item.name.clone();
            judge.item(item, None, now).map_err(|failure| (name, failure))
        };
        Read::One(Box::new(match self.what {
            What::Message(message) => seen(None, item(message)),
            What::Place(source) => match open(&source, judge.reading_limits().message_bytes) {
                Opened::Many(messages) => return Read::Many(Mbox { place, taken: 0, messages }),
                Opened::One(message) => {
                    let file = if let Place::File(path) = source { Some(path) } else { None };
                    seen(file, item(message))
                }
            },
            What::Given(source) => {
                let name =
                    if let Source::Message(message) = &source { message.name.to_string() } else { String::new() };
                seen(None, judge.judge(source, None, now).map_err(|failure| (name, failure)))
            }
        }))
    }
}

/// The messages of sources that are looked through one after the other.
#[derive(Debug)]
pub(crate) struct Walk {
    given: Option<Py<PyIterator>>,
    found: VecDeque<Place>,
    taken: u32,
}

impl Walk {
    /// `sources` is a path, or an iterable of whatever gives a message: paths of files and folders, bytes, file objects.
    pub(crate) fn new(sources: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut walk = Self { given: None, found: VecDeque::new(), taken: 0 };
        match source::path(sources)? {
            Some(path) => walk.look(path),
            None => walk.given = Some(sources.try_iter()?.unbind()),
        }
        Ok(walk)
    }

    /// The next things to read, `count` of them unless there are fewer.
    pub(super) fn next(&mut self, py: Python<'_>, count: usize) -> PyResult<Vec<Item>> {
        let mut items = Vec::new();
        while items.len() < count {
            let what = match self.found.pop_front() {
                Some(place) => What::Place(place),
                None => match self.given(py)? {
                    None => break,
                    Some(Source::Path(path)) => {
                        self.look(path);
                        continue;
                    }
                    Some(source) => What::Given(source),
                },
            };
            items.push(Item { position: (self.taken, 0), what });
            self.taken = self.taken.saturating_add(1);
        }
        Ok(items)
    }

    /// What the iterable gives next.
    fn given(&mut self, py: Python<'_>) -> PyResult<Option<Source>> {
        let Some(given) = &self.given else { return Ok(None) };
        let next = given.bind(py).clone().next().transpose()?;
        if next.is_none() {
            self.given = None;
        }
        next.map(|next| Source::of(&next)).transpose()
    }

    /// Looks what a path names. `-` is a file, not standard input.
    fn look(&mut self, path: PathBuf) {
        if path.is_dir() {
            self.found.extend(places(&[path]));
        } else {
            self.found.push_back(Place::File(path));
        }
    }
}

//! Every message of every source, verified on all cores, in the order of the sources and in bounded memory.

use std::sync::{Mutex, PoisonError};

use indicatif::ProgressBar;
use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::ChainCache;
use pec_core::verify::{Integrity, Verification, Verifier};
use rayon::prelude::*;

use crate::input::{self, Item, Messages, Opened, Quoting, Source};
use crate::setup::Setup;
use crate::text::{Stop, Text};

/// Messages judged before their results are taken: bounds the memory, keeps the order.
const BATCH: usize = 256;

/// Messages of an mbox that are held at once, in bytes.
const BATCH_BYTES: usize = 64 << 20;

/// Where a message stands among the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Position of its source.
    pub(crate) source: usize,
    /// Its number in an mbox or in standard input, from 1; 0 for a file that is one message.
    pub(crate) number: usize,
}

/// A message that was read and verified.
pub(crate) struct Judged {
    pub(crate) name: String,
    pub(crate) message: Message<Vec<u8>>,
    pub(crate) verification: Verification,
}

/// A source that could not be read.
pub(crate) struct Unread {
    pub(crate) name: String,
    pub(crate) reason: Text,
}

/// Everything that judging takes, shared by all cores.
pub(crate) struct Judge<'a> {
    verifier: Verifier<'a>,
    limits: Limits,
    now: Timestamp,
    /// One for each core.
    caches: Vec<Mutex<ChainCache>>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(setup: &'a Setup) -> Self {
        let caches = (0..rayon::current_num_threads()).map(|_| Mutex::default()).collect();
        Self { verifier: setup.verifier(), limits: Limits::DEFAULT, now: setup.now, caches }
    }

    /// Reads and verifies every source. `make` turns each message into what is kept of it, on any core; `take` gets
    /// these in order, some at a time.
    pub(crate) fn each<T: Send>(
        &self,
        sources: &[Source],
        progress: &ProgressBar,
        make: impl Fn(Place, Result<Judged, Unread>) -> T + Sync,
        mut take: impl FnMut(Vec<T>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        for (first, batch) in (0..).step_by(BATCH).zip(sources.chunks(BATCH)) {
            let opened: Vec<(usize, Begun<T>)> = batch
                .par_iter()
                .enumerate()
                .map(|(index, source)| {
                    let place = Place { source: first + index, number: usize::from(matches!(source, Source::Stdin)) };
                    let begun = match input::open(source, self.limits.message_bytes) {
                        Opened::One(item) => Begun::One(make(place, self.item(item))),
                        Opened::Many(messages) => Begun::Many(messages),
                    };
                    progress.inc(1);
                    (place.source, begun)
                })
                .collect();
            let mut made = Vec::with_capacity(opened.len());
            for (source, begun) in opened {
                match begun {
                    Begun::One(one) => made.push(one),
                    Begun::Many(messages) => {
                        take(std::mem::take(&mut made))?;
                        self.many(source, messages, &make, &mut take)?;
                    }
                }
            }
            take(made)?;
        }
        Ok(())
    }

    /// The messages of an mbox, in bounded groups.
    fn many<T: Send>(
        &self,
        source: usize,
        messages: Messages,
        make: &(impl Fn(Place, Result<Judged, Unread>) -> T + Sync),
        take: &mut impl FnMut(Vec<T>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut numbered = (1..).map(|number| Place { source, number }).zip(messages);
        loop {
            let mut bytes = 0;
            let mut group = Vec::new();
            while group.len() < BATCH && bytes < BATCH_BYTES {
                let Some((place, item)) = numbered.next() else { break };
                bytes += item.bytes.as_ref().map_or(0, Vec::len);
                group.push((place, item));
            }
            if group.is_empty() {
                return Ok(());
            }
            take(group.into_par_iter().map(|(place, item)| make(place, self.item(item))).collect())?;
        }
    }

    fn item(&self, item: Item) -> Result<Judged, Unread> {
        let bytes = match item.bytes {
            Ok(bytes) => bytes,
            Err(reason) => return Err(Unread { name: item.name, reason }),
        };
        let (mut message, mut verification) = self.bytes(bytes);
        if verification.integrity == Integrity::Altered
            && let Some(intact) = self.other_reading(message.bytes(), &item.quoting)
        {
            (message, verification) = intact;
        }
        Ok(Judged { name: item.name, message, verification })
    }

    /// The reading of a message from an mbox for which the signature holds.
    fn other_reading(&self, bytes: &[u8], quoting: &Quoting) -> Option<(Message<Vec<u8>>, Verification)> {
        quoting
            .readings(bytes)
            .map(|reading| self.bytes(reading))
            .find(|(_, found)| found.integrity == Integrity::Intact)
    }

    /// One message, verified.
    pub(crate) fn bytes(&self, bytes: Vec<u8>) -> (Message<Vec<u8>>, Verification) {
        let message = Message::parse(bytes, &self.limits);
        // A poisoned cache is one whose last chain was not stored: what it holds is whole.
        let slot = rayon::current_thread_index().and_then(|index| self.caches.get(index));
        let mut cache = slot.or(self.caches.first()).map(|cache| cache.lock().unwrap_or_else(PoisonError::into_inner));
        let mut own = ChainCache::default();
        let verification = self.verifier.verify(&message, self.now, cache.as_deref_mut().unwrap_or(&mut own));
        (message, verification)
    }
}

/// What became of one source.
enum Begun<T> {
    One(T),
    /// Many messages: they are judged in their turn, again on all cores.
    Many(Messages),
}

/// Progress is shown from this many sources on.
const MANY: usize = 50;

/// A bar on a terminal, nothing elsewhere.
pub(crate) fn progress(sources: usize) -> ProgressBar {
    use indicatif::ProgressStyle;
    use std::io::IsTerminal;
    if sources < MANY || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(sources as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}  {eta}") {
        bar.set_style(style);
    }
    bar
}

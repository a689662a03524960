//! Receipts tied to the messages they speak of, from files: the ledger is filled on all cores, and the messages are read
//! again when their dossier is worked out, so that memory stays small.

mod shelf;

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use pec_core::reconcile::examine::examine;
use pec_core::reconcile::instant::Reading;
use pec_core::reconcile::page::Entry;
use pec_core::reconcile::{HashKey, Ledger, LedgerFull, Record, Report, ServiceReceipts, Source, Stray, StrayReport};
use serde_json::Value;

use crate::judge::{Judge, Judged, Position, Unread};
use crate::place::Place;
use shelf::{Shelf, Spool};

/// What the caller knows of the messages.
#[derive(Debug, Clone)]
pub struct Options {
    /// The time taken for "now": measures silence, and is when the messages are verified.
    pub now: Timestamp,
    /// Mailboxes of the caller's own: receipts of messages that others sent are pointed out.
    pub own: Vec<String>,
    /// Whether take-charge receipts are expected among the messages.
    pub service: ServiceReceipts,
    /// How instants are read.
    pub reading: Reading,
}

impl Options {
    /// Users' mailboxes, instants as signed.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self { now, own: Vec::new(), service: ServiceReceipts::Hidden, reading: Reading::Plain }
    }
}

/// Why linking ends before it is done.
#[derive(Debug, thiserror::Error)]
pub enum Halt<E> {
    /// The ledger holds as much as it can.
    #[error(transparent)]
    Full(#[from] LedgerFull),
    /// The temporary file for messages of an mbox cannot be written.
    #[error("temporary file: {0}")]
    Spool(#[from] io::Error),
    /// The caller wants no more.
    #[error("ended by the caller")]
    Told(E),
}

/// How many messages were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Read, those of no transaction included.
    pub read: usize,
    /// Could not be read.
    pub unread: usize,
}

/// A key that nobody can guess, so that nobody can make a mailbox whose identifiers collide. No answer depends on it.
#[must_use]
pub fn hash_key() -> HashKey {
    let word = || u128::from(RandomState::new().build_hasher().finish());
    HashKey::new((word() << 64 | word()).to_le_bytes())
}

/// A ledger with everything that was read, and where the messages are.
#[derive(Debug)]
pub struct Linked<'j> {
    ledger: Ledger,
    shelf: Shelf<'j>,
    options: Options,
    seen: Seen,
}

/// What is kept of one message.
enum Kept<N> {
    Record(Box<(Source, String, Record)>, N),
    /// Neither receipt nor message: an attachment that was saved, a text.
    Nothing(N),
    Unread(Unread),
}

impl<'j> Linked<'j> {
    /// Reads every message of these places into a ledger.
    ///
    /// `opened` is called on any thread when a place is done; `note` makes of each message what the caller wants to hear of
    /// it, on any thread, and `tell` gets it in the order of the places, or what could not be read.
    ///
    /// # Errors
    /// [`Halt`]: the ledger is full, the temporary file cannot be written, or `tell` says so.
    pub fn gather<N: Send, E>(
        judge: &'j Judge,
        places: &[Place],
        options: Options,
        opened: &(dyn Fn() + Sync),
        note: impl Fn(&Judged) -> N + Sync,
        mut tell: impl FnMut(Result<N, Unread>) -> Result<(), E>,
    ) -> Result<Self, Halt<E>> {
        let ledger = Ledger::new(hash_key()).own_mailboxes(options.own.iter().map(String::as_str));
        let mut ledger = ledger.service_receipts(options.service);
        let (mut names, mut seen) = (HashMap::new(), Seen::default());
        let spool = Mutex::new(Spool::new()?);
        let make = |position: Position, judged: Result<Judged, Unread>| -> io::Result<Kept<N>> {
            match judged {
                Err(unread) => Ok(Kept::Unread(unread)),
                Ok(judged) => {
                    let (source, note) = (shelf::number(position), note(&judged));
                    let Judged { name, message, verification } = judged;
                    let Some(record) = Record::of(source, &message, &verification) else {
                        return Ok(Kept::Nothing(note));
                    };
                    if position.number > 0 {
                        spool.lock().unwrap_or_else(PoisonError::into_inner).keep(source, message.bytes())?;
                    }
                    Ok(Kept::Record(Box::new((source, name, record)), note))
                }
            }
        };
        judge.each(places, options.now, opened, make, |made| -> Result<(), Halt<E>> {
            for kept in made {
                let told = match kept? {
                    Kept::Record(kept, note) => {
                        let (source, name, record) = *kept;
                        ledger.add(record)?;
                        names.insert(source, name);
                        Ok(note)
                    }
                    Kept::Nothing(note) => Ok(note),
                    Kept::Unread(unread) => Err(unread),
                };
                *(if told.is_ok() { &mut seen.read } else { &mut seen.unread }) += 1;
                tell(told).map_err(Halt::Told)?;
            }
            Ok(())
        })?;
        let spool = spool.into_inner().unwrap_or_else(PoisonError::into_inner);
        let shelf = Shelf::new(judge, options.now, Names(Arc::new(names)), spool, places);
        Ok(Self { ledger, shelf, options, seen })
    }

    /// How many messages were read.
    #[must_use]
    pub const fn seen(&self) -> Seen {
        self.seen
    }

    /// Every dossier, its messages read again, and what speaks of no message that is here.
    pub fn all(&mut self) -> (Vec<Entry<'_>>, Vec<Stray<'_>>) {
        let Self { ledger, shelf, options, .. } = self;
        let dossiers = ledger.dossiers(options.now);
        let entry = |dossier| Entry { examination: examine(&dossier, shelf, options.reading), dossier };
        (dossiers.map(entry).collect(), ledger.strays())
    }

    /// The dossiers one at a time, with what a message is called, for whoever keeps none.
    ///
    /// # Errors
    /// What `each` says.
    pub fn each<E>(
        &mut self,
        mut each: impl FnMut(Entry<'_>, &dyn Fn(Source) -> String) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { ledger, shelf, options, .. } = self;
        for dossier in ledger.dossiers(options.now) {
            let examination = examine(&dossier, shelf, options.reading);
            let names = shelf.names();
            each(Entry { dossier, examination }, &|source| names.called(source))?;
        }
        Ok(())
    }

    /// Receipts and bounces that speak of nothing that is here.
    #[must_use]
    pub fn strays(&self) -> Vec<Stray<'_>> {
        self.ledger.strays()
    }

    /// What the messages are called.
    #[must_use]
    pub fn names(&self) -> Names {
        self.shelf.names()
    }
}

/// What messages are called, by their numbers.
#[derive(Debug, Clone)]
pub struct Names(Arc<HashMap<Source, String>>);

impl Names {
    /// The name of its file as given, with `#` and a number where that holds several.
    #[must_use]
    pub fn called(&self, source: Source) -> String {
        self.0.get(&source).cloned().unwrap_or_else(|| source.0.to_string())
    }
}

/// A report as it is written, and as values to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// One line of JSON, without a line end.
    pub json: String,
    /// The same.
    pub values: Value,
}

impl Written {
    /// A dossier.
    #[must_use]
    pub fn of(report: &Report<'_>) -> Self {
        // Strings and numbers only: there is nothing that cannot be written.
        Self { json: report.to_json(), values: serde_json::to_value(report).unwrap_or_default() }
    }

    /// A stray.
    #[must_use]
    pub fn of_stray(report: &StrayReport<'_>) -> Self {
        Self { json: report.to_json(), values: serde_json::to_value(report).unwrap_or_default() }
    }

    /// What could not be read.
    #[must_use]
    pub fn of_unread(unread: &Unread) -> Self {
        let json = unread.beside_dossiers();
        Self { values: serde_json::from_str(&json).unwrap_or_default(), json }
    }
}

/// The whole of a mailbox, written: what it comes to without the messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dossiers {
    /// One for each message that was sent.
    pub dossiers: Vec<Written>,
    /// What speaks of no message that is here.
    pub strays: Vec<Written>,
    /// What could not be read.
    pub unread: Vec<Written>,
}

impl Dossiers {
    /// One line a dossier, one a stray, one for what could not be read, as `pec link --json` prints them.
    #[must_use]
    pub fn lines(&self) -> String {
        self.dossiers
            .iter()
            .chain(&self.strays)
            .chain(&self.unread)
            .flat_map(|written| [&*written.json, "\n"])
            .collect()
    }
}

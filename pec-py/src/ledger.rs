//! Receipts tied to the messages they speak of: a ledger, filled message by message, and the dossiers it comes to.

mod dossiers;
mod mailboxes;
mod shelf;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use pec_core::limits::Limits;
use pec_core::reconcile::{self, HashKey, LedgerFull, Record, ServiceReceipts, Source};
use pyo3::prelude::*;

pub(crate) use dossiers::Dossiers;
pub(crate) use mailboxes::link;
pub(crate) use shelf::{Body, Kept};

use crate::failure::{Failure, Reason};
use crate::instant::{instant, now};
use crate::source;
use crate::verification::Verification;
use crate::verifier::Judge;
use crate::words::{reading, unknown};
use crate::work::released;

/// A ledger and the messages that it speaks of.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    ledger: reconcile::Ledger,
    shelf: BTreeMap<u64, Kept>,
}

/// Sixteen bytes that nobody can guess, so that nobody can make a mailbox whose identifiers collide.
fn random() -> [u8; 16] {
    let word = || u128::from(RandomState::new().build_hasher().finish());
    (word() << 64 | word()).to_le_bytes()
}

impl Book {
    pub(crate) fn new(own_mailboxes: &[String], service_receipts: &str) -> Result<Self, Failure> {
        let service = match service_receipts {
            "hidden" => ServiceReceipts::Hidden,
            "visible" => ServiceReceipts::Visible,
            other => return Err(unknown("service_receipts", other, &["hidden", "visible"])),
        };
        let ledger = reconcile::Ledger::new(HashKey::new(random())).service_receipts(service);
        Ok(Self { ledger: ledger.own_mailboxes(own_mailboxes.iter().map(String::as_str)), shelf: BTreeMap::new() })
    }

    /// A number that no message has.
    pub(crate) fn next(&self) -> Source {
        Source(self.shelf.last_key_value().map_or(0, |(last, _)| last + 1))
    }

    pub(crate) fn add(&mut self, record: Record, kept: Kept) -> Result<(), LedgerFull> {
        let Source(number) = record.source();
        self.ledger.add(record)?;
        self.shelf.insert(number, kept);
        Ok(())
    }
}

impl From<LedgerFull> for Failure {
    fn from(error: LedgerFull) -> Self {
        Self::new(Reason::PEC_LEDGER_FULL, error.to_string())
    }
}

/// Verified messages, tied to each other by what they are about. It may be shared by threads.
///
/// `own_mailboxes` are the caller's own addresses: receipts of messages that others sent are then pointed out.
/// `service_receipts` says whether take-charge receipts are expected among the messages: `"hidden"`, the mailboxes are users',
/// or `"visible"`, those of a provider's service mailbox are there too.
///
/// It keeps every message that is a receipt, an envelope or a copy of what was sent, with its bytes: their sum is the memory
/// that it takes. `link` ties mailboxes that are on disk without holding them.
///
/// >>> ledger = Ledger()
/// >>> ledger.add(verify(b"Subject: not of any transaction\r\n\r\n"))
/// False
/// >>> len(ledger.dossiers())
/// 0
/// >>> Ledger(service_receipts="some")
/// Traceback (most recent call last):
///     ...
/// pecpy.ArgumentError: ...
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Ledger {
    /// Dossiers that were made keep the book as it was.
    book: Mutex<Arc<Book>>,
}

impl Ledger {
    pub(crate) fn of(book: Book) -> Self {
        Self { book: Mutex::new(Arc::new(book)) }
    }

    fn book(&self) -> Arc<Book> {
        Arc::clone(&self.book.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Book) -> T) -> T {
        change(Arc::make_mut(&mut self.book.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

#[pymethods]
impl Ledger {
    #[new]
    #[pyo3(signature = (*, own_mailboxes = Vec::new(), service_receipts = "hidden"))]
    fn new(own_mailboxes: Vec<String>, service_receipts: &str) -> PyResult<Self> {
        Ok(Self { book: Mutex::new(Arc::new(Book::new(&own_mailboxes, service_receipts)?)) })
    }

    /// Adds a verified message, which the dossiers call `name`; `Verification.name`, unless given. Says whether it is of any
    /// transaction; one that is not is passed over. The order in which messages are added changes nothing.
    ///
    /// Only what is certified moves the state of a recipient; the rest is listed as a claim.
    ///
    /// Raises `LedgerFullError` when the ledger holds as much as it can.
    #[pyo3(signature = (verification, *, name = None))]
    fn add(&self, py: Python<'_>, verification: &Bound<'_, Verification>, name: Option<String>) -> PyResult<bool> {
        let given = verification.get();
        let added = released(py, || {
            self.change(|book| {
                let (message, verification) = (given.message.clone(), given.verification.clone());
                let Some(record) = Record::of(book.next(), &message.message, &verification) else { return Ok(false) };
                let name = name.unwrap_or_else(|| message.name.to_string());
                book.add(record, Kept { name, body: Body::Held(message, Box::new(verification)) }).map(|()| true)
            })
        })?;
        Ok(added.map_err(Failure::from)?)
    }

    /// Adds what the host itself submitted: `message`, whatever `Message` takes, was handed to the access point at the instant
    /// `at` for these SMTP `recipients`, with `sender` as the reverse path. Until a certified event comes, its recipients are
    /// `pending`.
    ///
    /// A message without Message-ID can never be tied to its receipts (RFC 6109 §2.2.1): it stays pending for ever.
    ///
    /// Raises as `Message`, and `LedgerFullError`.
    #[pyo3(signature = (message, *, sender, recipients, at, name = None))]
    fn add_submission(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        sender: &str,
        recipients: Vec<String>,
        at: &Bound<'_, PyAny>,
        name: Option<String>,
    ) -> PyResult<()> {
        let (message, at) = (source::Source::of(message)?, instant(at, "at")?);
        let added = released(py, || {
            let message = message.message(name, &Limits::DEFAULT)?;
            let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
            let verification = Judge::built_in().verify(&message.message, at);
            self.change(|book| {
                let record = Record::submitted(book.next(), &message.message, sender, &recipients, at);
                let name = message.name.to_string();
                Ok(book.add(record, Kept { name, body: Body::Held(message, Box::new(verification)) })?)
            })
        })?;
        added.map_err(|failure: Failure| failure.into())
    }

    /// The dossiers, each worked out from the set of the messages: states of the recipients, events, contents, legal
    /// instants. `now` measures silence and nothing else; the machine's clock, unless given. `reading` is `"plain"`, or
    /// `"art-147"` for notifications: also when a delivery counts by art. 147 c.p.c.
    #[pyo3(signature = (*, now = None, reading = "plain"))]
    fn dossiers(&self, py: Python<'_>, now: Option<&Bound<'_, PyAny>>, reading: &str) -> PyResult<Dossiers> {
        Dossiers::of(py, self.book(), self::now(now)?, self::reading(reading)?, Vec::new())
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Ledger of {} messages>", self.book().shelf.len())
    }
}

//! Receipts tied to the messages they speak of: a ledger, filled message by message, and the dossiers it comes to.

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take texts from C")]

#[cfg(test)]
#[path = "../tests/reconciliation/mod.rs"]
#[allow(dead_code, reason = "shared with the test of all cases, which uses more of it")]
mod cases;
mod dossier;
mod field;

use std::ffi::c_char;
use std::mem::{self, MaybeUninit};
use std::sync::Arc;

pub use dossier::*;
pub use field::pec_dossier_field;
use pec_core::finding::Language;
use pec_core::message::Message;
use pec_core::reconcile::examine::{Messages, examine};
use pec_core::reconcile::instant::Reading;
use pec_core::reconcile::page::{Entry, Page};
use pec_core::reconcile::{HashKey, Ledger, LedgerFull, Record, Report, ServiceReceipts, Source, StrayReport};
use pec_core::verify::Verification;
use pec_files::link::{Dossiers, Written, hash_key};

use crate::border::{self, enter, instant, list, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::{pec_language, unknown};
use crate::verification::{pec_text, pec_verification};

/// Verified messages, tied to each other by what they are about. Adding needs it alone; reading may be shared.
///
/// It keeps every message that is a receipt, an envelope or a copy of what was sent, with its bytes: their sum is the memory
/// that it takes.
#[derive(Debug)]
pub struct pec_ledger {
    ledger: Ledger,
    key: HashKey,
    own: Vec<String>,
    shelf: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    name: String,
    message: Arc<Message<Vec<u8>>>,
    verification: Verification,
}

/// The messages of a ledger, by their numbers: positions on its shelf.
struct Shelf<'l>(&'l [Kept]);

impl Shelf<'_> {
    fn kept(&self, source: Source) -> Option<&Kept> {
        self.0.get(usize::try_from(source.0).ok()?)
    }
}

impl Messages for Shelf<'_> {
    fn read(&mut self, source: Source) -> Option<(Message<Vec<u8>>, Verification)> {
        let kept = self.kept(source)?;
        Some((Message::clone(&kept.message), kept.verification.clone()))
    }

    fn name(&self, source: Source) -> String {
        self.kept(source).map(|kept| kept.name.clone()).unwrap_or_default()
    }
}

/// An empty ledger. Freed by `pec_ledger_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_ledger_new(
    out: Option<&mut MaybeUninit<Option<Box<pec_ledger>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        some(out, "out")?.write(Some(Box::new(pec_ledger::empty())));
        Ok(())
    })
}

impl pec_ledger {
    pub(crate) fn empty() -> Self {
        let key = hash_key();
        Self { ledger: Ledger::new(key), key, own: Vec::new(), shelf: Vec::new() }
    }

    /// A message of an archive: `submitted` makes its record where the host has submitted it.
    #[cfg(feature = "archive")]
    pub(crate) fn take(
        &mut self,
        given: &pec_verification,
        name: &str,
        submitted: impl FnOnce(Source, &Message<Vec<u8>>) -> Option<Record>,
    ) -> Result<(), Failure> {
        let record = submitted(self.next(), &given.message);
        match record.or_else(|| Record::of(self.next(), &given.message, &given.verification)) {
            Some(record) => self.keep(record, given, name),
            None => Ok(()),
        }
    }

    /// The number of the next message that is kept.
    fn next(&self) -> Source {
        Source(self.shelf.len() as u64)
    }

    fn keep(&mut self, record: Record, given: &pec_verification, name: &str) -> Result<(), Failure> {
        let full = |error: LedgerFull| Failure::new(pec_result::PEC_LEDGER_FULL).because(error.to_string());
        self.ledger.add(record).map_err(full)?;
        let (message, verification) = (Arc::clone(&given.message), given.verification.clone());
        self.shelf.push(Kept { name: name.to_owned(), message, verification });
        Ok(())
    }

    /// The options of a ledger are given with the whole of it.
    fn change(&mut self, change: impl FnOnce(Ledger) -> Ledger) {
        let ledger = mem::replace(&mut self.ledger, Ledger::new(self.key));
        self.ledger = change(ledger);
    }
}

/// Names a mailbox of the caller's own, UTF-8 ended by NUL: receipts of messages that others sent are then pointed out.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_ledger_add_own_mailbox(
    ledger: Option<&mut pec_ledger>,
    address: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let ledger = some(ledger, "ledger")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        ledger.own.push(address.to_owned());
        let own = ledger.own.clone();
        ledger.change(|it| it.own_mailboxes(own.iter().map(String::as_str)));
        Ok(())
    })
}

/// Whether take-charge receipts are expected among the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_service_receipts {
    /// No: the mailboxes are users'.
    PEC_SERVICE_RECEIPTS_HIDDEN = 0,
    /// Yes: those of a provider's service mailbox are there too.
    PEC_SERVICE_RECEIPTS_VISIBLE = 1,
}

/// For messages of a service mailbox too, or not (at first); `service` is a `pec_service_receipts`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_ledger_set_service_receipts(
    ledger: Option<&mut pec_ledger>,
    service: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    use pec_service_receipts as S;
    enter(error, || {
        let ledger = some(ledger, "ledger")?;
        let service = match service {
            n if n == S::PEC_SERVICE_RECEIPTS_HIDDEN as u32 => ServiceReceipts::Hidden,
            n if n == S::PEC_SERVICE_RECEIPTS_VISIBLE as u32 => ServiceReceipts::Visible,
            _ => return Err(unknown("service", service)),
        };
        ledger.change(|it| it.service_receipts(service));
        Ok(())
    })
}

/// Adds a verified message; `name`, UTF-8 ended by NUL, is what the dossiers call it. One that is of no transaction is passed
/// over. The order in which messages are added changes nothing. The verification may be freed at once.
///
/// Only what is certified moves the state of a recipient; the rest is listed as a claim.
///
/// # Safety
/// `name` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_ledger_add(
    ledger: Option<&mut pec_ledger>,
    verification: Option<&pec_verification>,
    name: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (ledger, given) = (some(ledger, "ledger")?, some(verification, "verification")?);
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        match Record::of(ledger.next(), &given.message, &given.verification) {
            Some(record) => ledger.keep(record, given, name),
            None => Ok(()),
        }
    })
}

/// Adds a message that the host itself has handed to the access point: at `at`, in seconds since 1970 (UTC), for these SMTP
/// recipients, addresses with commas between them, with `sender` as the reverse path. Until a certified event comes, they are
/// `pending`. The other parameters are those of `pec_ledger_add`.
///
/// # Safety
/// `name`, `sender` and `recipients` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_ledger_add_submitted(
    ledger: Option<&mut pec_ledger>,
    verification: Option<&pec_verification>,
    name: *const c_char,
    sender: *const c_char,
    recipients: *const c_char,
    at: i64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (ledger, given) = (some(ledger, "ledger")?, some(verification, "verification")?);
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: the caller's promise.
        let sender = unsafe { text(sender, "sender") }?;
        // SAFETY: the caller's promise.
        let recipients = unsafe { text(recipients, "recipients") }?;
        let recipients: Vec<&str> = list(recipients).collect();
        let record = Record::submitted(ledger.next(), &given.message, sender, &recipients, instant(at, "at")?);
        ledger.keep(record, given, name)
    })
}

/// How instants are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_reading {
    /// As signed.
    PEC_READING_PLAIN = 0,
    /// For notifications: also when a delivery counts by art. 147 c.p.c.
    PEC_READING_ART_147 = 1,
}

impl pec_reading {
    pub(crate) fn read(number: u32) -> Result<Reading, Failure> {
        match number {
            n if n == Self::PEC_READING_PLAIN as u32 => Ok(Reading::Plain),
            n if n == Self::PEC_READING_ART_147 as u32 => Ok(Reading::Art147),
            _ => Err(unknown("reading", number)),
        }
    }
}

/// The dossiers of a ledger, each worked out from the set of its messages: states of the recipients, events, contents,
/// legal instants. `now`, in seconds since 1970 (UTC), measures silence and nothing else; `reading` is a `pec_reading`.
/// Freed by `pec_dossiers_free`; they live without the ledger.
#[unsafe(no_mangle)]
pub extern "C" fn pec_ledger_dossiers(
    ledger: Option<&pec_ledger>,
    now: i64,
    reading: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_dossiers>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (ledger, out) = (some(ledger, "ledger")?, some(out, "out")?);
        let (now, reading) = (instant(now, "now")?, pec_reading::read(reading)?);
        let mut shelf = Shelf(&ledger.shelf);
        let mut dossiers = Dossiers::default();
        for dossier in ledger.ledger.dossiers(now) {
            let examination = examine(&dossier, &mut shelf, reading);
            let name = |source| shelf.name(source);
            dossiers.dossiers.push(Written::of(&Report::new(&dossier, &examination, &name)));
        }
        let name = |source| shelf.name(source);
        let strays = ledger.ledger.strays();
        dossiers.strays = strays.iter().map(|stray| Written::of_stray(&StrayReport::new(stray, &name))).collect();
        out.write(Some(Box::new(pec_dossiers { dossiers })));
        Ok(())
    })
}

/// The dossiers as one page of HTML for a person, to be read in a browser and printed; `language` is a `pec_language`, the
/// other parameters are those of `pec_ledger_dossiers`. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_ledger_page(
    ledger: Option<&pec_ledger>,
    now: i64,
    reading: u32,
    language: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (ledger, out) = (some(ledger, "ledger")?, some(out, "out")?);
        let (now, reading) = (instant(now, "now")?, pec_reading::read(reading)?);
        let language: Language = pec_language::read(language)?;
        let mut shelf = Shelf(&ledger.shelf);
        let entries = ledger.ledger.dossiers(now).map(|dossier| {
            let examination = examine(&dossier, &mut shelf, reading);
            Entry { dossier, examination }
        });
        let entries: Vec<Entry<'_>> = entries.collect();
        let name = |source| shelf.name(source);
        let page = Page { language, now, entries: &entries, name: &name, lookups: &[] };
        out.write(Some(Box::new(pec_text::new(page.to_html()))));
        Ok(())
    })
}

/// Ends the life of a ledger. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_ledger_free(ledger: Option<Box<pec_ledger>>) {
    border::release(ledger);
}

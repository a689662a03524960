//! Dossiers as C reads them: the JSON report, whole or value by value; strays and what could not be read beside them.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use pec_core::reconcile::ServiceReceipts;
use pec_files::link::{Dossiers, Options, Written};
use pec_files::work::{Failed, link_now};
use serde_json::Value;

use super::field::Place;
use super::pec_reading;
use crate::border::{self, enter, instant, list, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::{pec_bytes, pec_str, unknown};
use crate::verification::pec_text;
use crate::verifier::pec_verifier;

/// The dossiers of a mailbox, one for each message that was sent; beside them what speaks of no message that is there, and
/// what could not be read. They never change and may be shared between threads.
#[derive(Debug)]
pub struct pec_dossiers {
    pub(crate) dossiers: Dossiers,
}

/// Ties the receipts of a file, a folder with all below it, a Maildir or an mbox to the messages they speak of, on all cores.
/// `path` is UTF-8, ended by NUL; `own` names mailboxes of the caller's own with commas between them, or is empty. `now`, in
/// seconds since 1970 (UTC), is when the messages are verified and measures silence; `reading` is a `pec_reading`.
///
/// What cannot be read is listed, not an error. `PEC_LEDGER_FULL` beyond some millions of messages; `PEC_FILE` when the
/// machine gives neither threads nor a temporary file. Freed by `pec_dossiers_free`.
///
/// It lasts as long as it takes: `pec_work_link` does the same in the background.
///
/// # Safety
/// `path` and `own` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_link_folder(
    verifier: Option<&pec_verifier>,
    path: *const c_char,
    own: *const c_char,
    now: i64,
    reading: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_dossiers>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let verifier = some(verifier, "verifier")?;
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        // SAFETY: the caller's promise.
        let own = unsafe { text(own, "own") }?;
        let options = options(own, now, reading)?;
        let out = some(out, "out")?;
        let dossiers = link_now(verifier.judge(), &[path.into()], options, 0)?;
        out.write(Some(Box::new(pec_dossiers { dossiers })));
        Ok(())
    })
}

/// What a caller says of a mailbox.
pub(crate) fn options(own: &str, now: i64, reading: u32) -> Result<Options, Failure> {
    let own = list(own).map(str::to_owned).collect();
    let (now, reading) = (instant(now, "now")?, pec_reading::read(reading)?);
    Ok(Options { own, reading, service: ServiceReceipts::Hidden, ..Options::new(now) })
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        let result = match failed {
            Failed::LedgerFull(_) => pec_result::PEC_LEDGER_FULL,
            Failed::Machine(_) => pec_result::PEC_FILE,
            Failed::Panic(_) => pec_result::PEC_PANIC,
            Failed::Coded { code, evidence, .. } => return Self::coded(code, evidence),
        };
        Self::new(result).because(failed.text(pec_core::finding::Language::En).to_owned())
    }
}

impl pec_dossiers {
    fn get(&self, dossier: usize) -> Result<&Written, Failure> {
        self.dossiers.dossiers.get(dossier).ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))
    }

    /// The values of a field of an item.
    fn values(&self, dossier: usize, field: u32, index: usize) -> Result<Vec<&Value>, Failure> {
        let place = Place::of(field)?;
        let values = place.values(&self.get(dossier)?.values);
        let value = values.get(index).ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        Ok(place.inner(value))
    }

    fn value(&self, dossier: usize, field: u32, index: usize, inner: usize) -> Result<&Value, Failure> {
        let values = self.values(dossier, field, index)?;
        values.get(inner).copied().ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))
    }
}

fn as_text(value: &Value) -> Result<pec_str, Failure> {
    value.as_str().map(pec_str::of).ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))
}

/// How many dossiers there are.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_count(
    dossiers: Option<&pec_dossiers>,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(dossiers, "dossiers")?.dossiers.dossiers.len());
        Ok(())
    })
}

/// How many items the list of a field has in the dossier at `dossier`, from 0; absent values count too. `field` is a
/// `pec_dossier_field`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_value_count(
    dossiers: Option<&pec_dossiers>,
    dossier: usize,
    field: u32,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        out.write(Place::of(field)?.values(&dossiers.get(dossier)?.values).len());
        Ok(())
    })
}

/// The text of the item at `index`, from 0, of a field in the dossier at `dossier`, from 0; of several the first.
/// `PEC_ABSENT` where there is none, and for numbers. It lives as long as the dossiers.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_text(
    dossiers: Option<&pec_dossiers>,
    dossier: usize,
    field: u32,
    index: usize,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        out.write(as_text(dossiers.value(dossier, field, index, 0)?)?);
        Ok(())
    })
}

/// How many values a field has in the item at `index`, from 0: those of a field with several, else 1.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_inner_count(
    dossiers: Option<&pec_dossiers>,
    dossier: usize,
    field: u32,
    index: usize,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        out.write(dossiers.values(dossier, field, index)?.len());
        Ok(())
    })
}

/// The text at `inner`, from 0, of a field with several in the item at `index`. `PEC_ABSENT` where there is none, and for
/// numbers. It lives as long as the dossiers.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_inner_text(
    dossiers: Option<&pec_dossiers>,
    dossier: usize,
    field: u32,
    index: usize,
    inner: usize,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        out.write(as_text(dossiers.value(dossier, field, index, inner)?)?);
        Ok(())
    })
}

/// The number at `inner`, from 0 (of a plain value at 0), of a field in the item at `index`; 1 for yes and 0 for no.
/// `PEC_ABSENT` where there is none, and for texts.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_number(
    dossiers: Option<&pec_dossiers>,
    dossier: usize,
    field: u32,
    index: usize,
    inner: usize,
    out: Option<&mut MaybeUninit<u64>>,
) -> pec_result {
    enter(None, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        let value = dossiers.value(dossier, field, index, inner)?;
        let number = value.as_u64().or_else(|| value.as_bool().map(u64::from));
        out.write(number.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?);
        Ok(())
    })
}

/// The dossier at `dossier`, from 0, as one JSON object, as `pec link --json` prints it. It lives as long as the dossiers.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_json(
    dossiers: Option<&pec_dossiers>,
    dossier: usize,
    out: Option<&mut MaybeUninit<pec_bytes>>,
) -> pec_result {
    enter(None, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        out.write(pec_bytes::of(dossiers.get(dossier)?.json.as_bytes()));
        Ok(())
    })
}

/// Everything as lines of JSON, as `pec link --json` prints it: dossiers, strays, what could not be read. Freed by
/// `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_lines(
    dossiers: Option<&pec_dossiers>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        out.write(Some(Box::new(pec_text::new(dossiers.dossiers.lines()))));
        Ok(())
    })
}

/// What stands beside the dossiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_beside {
    /// Would-be receipts and ordinary bounces that speak of no message that is there. None of them is certified.
    PEC_BESIDE_STRAYS = 0,
    /// Files that could not be read.
    PEC_BESIDE_UNREAD = 1,
}

/// The texts of what stands beside the dossiers, for `pec_beside_text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_beside_field {
    /// Name of the message or file.
    PEC_BESIDE_NAME = 0,
    /// Of a stray: `claim` or `bounce`.
    PEC_BESIDE_ROLE = 1,
    /// Of a stray that looks like a receipt: the verdict on it.
    PEC_BESIDE_VERDICT = 2,
    /// Of a stray, several: the identifiers that it speaks of.
    PEC_BESIDE_ABOUT = 3,
    /// Of what could not be read: why, in English.
    PEC_BESIDE_REASON = 4,
}

impl pec_dossiers {
    fn beside(&self, beside: u32) -> Result<&[Written], Failure> {
        match beside {
            n if n == pec_beside::PEC_BESIDE_STRAYS as u32 => Ok(&self.dossiers.strays),
            n if n == pec_beside::PEC_BESIDE_UNREAD as u32 => Ok(&self.dossiers.unread),
            _ => Err(unknown("beside", beside)),
        }
    }

    fn beside_text(&self, beside: u32, index: usize, field: u32, inner: usize) -> Result<pec_str, Failure> {
        use pec_beside_field as F;
        let absent = || Failure::new(pec_result::PEC_ABSENT);
        let written = self.beside(beside)?.get(index).ok_or_else(absent)?;
        let (list, name) =
            if beside == pec_beside::PEC_BESIDE_STRAYS as u32 { ("stray", "source") } else { ("unread", "file") };
        let key = match field {
            n if n == F::PEC_BESIDE_NAME as u32 => name,
            n if n == F::PEC_BESIDE_ROLE as u32 => "role",
            n if n == F::PEC_BESIDE_VERDICT as u32 => "verdict",
            n if n == F::PEC_BESIDE_ABOUT as u32 => "about",
            n if n == F::PEC_BESIDE_REASON as u32 => "error",
            _ => return Err(unknown("field", field)),
        };
        let value = written.values.get(list).and_then(|it| it.get(key)).ok_or_else(absent)?;
        as_text(match value.as_array() {
            Some(several) => several.get(inner).ok_or_else(absent)?,
            None if inner == 0 => value,
            None => return Err(absent()),
        })
    }
}

/// How many there are; `beside` is a `pec_beside`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_beside_count(
    dossiers: Option<&pec_dossiers>,
    beside: u32,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        out.write(dossiers.beside(beside)?.len());
        Ok(())
    })
}

/// One text of the one at `index`, from 0; `field` is a `pec_beside_field`, `inner` counts from 0 where it has several and is
/// 0 elsewhere. `PEC_ABSENT` where there is none. It lives as long as the dossiers.
#[unsafe(no_mangle)]
pub extern "C" fn pec_beside_text(
    dossiers: Option<&pec_dossiers>,
    beside: u32,
    index: usize,
    field: u32,
    inner: usize,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        out.write(dossiers.beside_text(beside, index, field, inner)?);
        Ok(())
    })
}

/// Ends the life of dossiers. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_free(dossiers: Option<Box<pec_dossiers>>) {
    border::release(dossiers);
}

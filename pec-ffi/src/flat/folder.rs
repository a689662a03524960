//! Whole folders in one call. What does not fit into the buffer is kept for the next call, so that asking for the size first
//! does not do the work twice.

use std::cell::RefCell;
use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;

use jiff::Timestamp;
use pec_files::Judge;
use pec_files::work::{link_now, verify_now};

use super::{Buffer, built_in, flat};
use crate::border::{instant, some, text};
use crate::failure::{Failure, pec_result};
use crate::ledger::options;
use crate::verifier::pec_verifier;

thread_local! {
    /// What the last call of this thread had no room for, by what it was asked.
    static KEPT: RefCell<Option<(Question, String)>> = const { RefCell::new(None) };
}

/// What a call was asked: the same judge, which is kept alive so that no other can have its address, and the same values.
struct Question {
    judge: Arc<Judge>,
    values: String,
}

impl Question {
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.judge, &other.judge) && self.values == other.values
    }
}

/// Fills the buffer with what was kept for the same question, else with what `work` comes to.
fn answer(
    judge: &Arc<Judge>,
    values: String,
    buffer: Buffer<'_>,
    work: impl FnOnce() -> Result<String, Failure>,
) -> Result<(), Failure> {
    let asked = Question { judge: Arc::clone(judge), values };
    let text = match KEPT.take().filter(|(before, _)| before.is(&asked)) {
        Some((_, text)) => text,
        None => work()?,
    };
    let filled = buffer.fill(&text);
    if filled.as_ref().is_err_and(|failure| failure.result == pec_result::PEC_BUFFER_TOO_SMALL) {
        KEPT.set(Some((asked, text)));
    }
    filled
}

/// Verifies every message of a file, a folder with all below it, a Maildir or an mbox, on all cores, with the trust data of
/// this version, at the time of the machine's clock: one line of JSON a message, ended by a line feed, as
/// `pec verify --json` prints it. What cannot be read has a line too.
///
/// `path` is UTF-8, ended by NUL. The buffer is as for `pec_verify_file_json`; after `PEC_BUFFER_TOO_SMALL` the same call on
/// the same thread, if it is the next of this kind, gets what was found out without doing the work again.
///
/// # Safety
/// `path` is NULL or ends with NUL, `buf` is NULL or the first of `cap` bytes that can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_verify_folder_json(
    path: *const c_char,
    buf: *mut c_char,
    cap: usize,
    need: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    flat(|| {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        // SAFETY: the caller's promise.
        let buffer = unsafe { Buffer::new(buf, cap, need) }?;
        answer(built_in(), format!("verify {path}"), buffer, || verify(built_in(), path, Timestamp::now()))
    })
}

/// The same with the caller's verifier, and its time in seconds since 1970 (UTC).
///
/// # Safety
/// As for `pec_verify_folder_json`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_verify_folder_at_json(
    verifier: Option<&pec_verifier>,
    path: *const c_char,
    now: i64,
    buf: *mut c_char,
    cap: usize,
    need: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    flat(|| {
        let verifier = some(verifier, "verifier")?;
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        // SAFETY: the caller's promise.
        let buffer = unsafe { Buffer::new(buf, cap, need) }?;
        let at = instant(now, "now")?;
        let asked = format!("verify {now} {path}");
        answer(verifier.judge(), asked, buffer, || verify(verifier.judge(), path, at))
    })
}

fn verify(judge: &Judge, path: &str, now: Timestamp) -> Result<String, Failure> {
    Ok(verify_now(judge, &[path.into()], now, 0)?)
}

/// Ties the receipts of a file, a folder with all below it, a Maildir or an mbox to the messages they speak of, with the
/// trust data of this version, at the time of the machine's clock: one line of JSON a dossier, ended by a line feed, then one
/// a stray, then one for what could not be read, as `pec link --json` prints them.
///
/// `own` names mailboxes of the caller's own with commas between them, or is an empty text; `reading` is a `pec_reading`.
/// `path` and `own` are UTF-8, ended by NUL. The buffer is as for `pec_verify_folder_json`.
///
/// # Safety
/// `path` and `own` are NULL or end with NUL, `buf` is NULL or the first of `cap` bytes that can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_link_folder_json(
    path: *const c_char,
    own: *const c_char,
    reading: u32,
    buf: *mut c_char,
    cap: usize,
    need: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    flat(|| {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        // SAFETY: the caller's promise.
        let own = unsafe { text(own, "own") }?;
        // SAFETY: the caller's promise.
        let buffer = unsafe { Buffer::new(buf, cap, need) }?;
        let asked = format!("link {reading} {}:{own} {path}", own.len());
        let now = Timestamp::now().as_second();
        answer(built_in(), asked, buffer, || link(built_in(), path, own, now, reading))
    })
}

/// The same with the caller's verifier, and its time in seconds since 1970 (UTC).
///
/// # Safety
/// As for `pec_link_folder_json`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_link_folder_at_json(
    verifier: Option<&pec_verifier>,
    path: *const c_char,
    own: *const c_char,
    now: i64,
    reading: u32,
    buf: *mut c_char,
    cap: usize,
    need: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    flat(|| {
        let verifier = some(verifier, "verifier")?;
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        // SAFETY: the caller's promise.
        let own = unsafe { text(own, "own") }?;
        // SAFETY: the caller's promise.
        let buffer = unsafe { Buffer::new(buf, cap, need) }?;
        let asked = format!("link {reading} {now} {}:{own} {path}", own.len());
        answer(verifier.judge(), asked, buffer, || link(verifier.judge(), path, own, now, reading))
    })
}

fn link(judge: &Judge, path: &str, own: &str, now: i64, reading: u32) -> Result<String, Failure> {
    Ok(link_now(judge, &[path.into()], options(own, now, reading)?, 0)?.lines())
}

//! Work that goes on in the background while the host asks, when it likes, what has happened. No callback, so that every
//! language can use it. What is done, pec-files decides.

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take texts from C")]

mod event;

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pec_files::link::Dossiers;
use pec_files::work::{Next, Told, Work, link, verify};

pub use event::*;

use crate::border::{self, enter, instant, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::flat::{Buffer, flat};
use crate::ledger::{options, pec_dossiers};
use crate::verifier::pec_verifier;

/// Work in the background: ask it for events with `pec_event_next` until the last one (`PEC_EVENT_FINISHED`,
/// `PEC_EVENT_CANCELLED` or `PEC_EVENT_FAILED`). A thousand events wait for whoever asks slowly; then the work waits too.
///
/// Any number of threads may use it at once; each event goes to one of them. It lives without the verifier that it was begun
/// with. Freed by `pec_work_free` at any time, which cancels it and waits for its threads: as long as the messages last that
/// are being read. In a forked child `pec_work_free` does nothing.
#[derive(Debug)]
pub struct pec_work {
    work: Kind,
    /// An event for which the caller's buffer had no room.
    held: Mutex<Option<Box<Told>>>,
}

#[derive(Debug)]
enum Kind {
    Verify(Work<()>),
    Link(Work<Dossiers>),
    /// It comes to a report, as lines of JSON.
    #[cfg(feature = "archive")]
    Archive(Work<String>),
}

/// The same of any work, whatever it comes to.
macro_rules! any {
    ($work:expr, $it:ident => $call:expr) => {
        match $work {
            Kind::Verify($it) => $call,
            Kind::Link($it) => $call,
            #[cfg(feature = "archive")]
            Kind::Archive($it) => $call,
        }
    };
}

impl pec_work {
    #[cfg(feature = "archive")]
    pub(crate) const fn on_archive(work: Work<String>) -> Self {
        Self::new(Kind::Archive(work))
    }

    /// What work on an archive came to.
    #[cfg(feature = "archive")]
    pub(crate) fn report(&self) -> Option<String> {
        match &self.work {
            Kind::Archive(work) => work.take(),
            Kind::Verify(_) | Kind::Link(_) => None,
        }
    }

    const fn new(work: Kind) -> Self {
        Self { work, held: Mutex::new(None) }
    }

    #[cfg(feature = "test-hooks")]
    pub(crate) const fn verifying(work: Work<()>) -> Self {
        Self::new(Kind::Verify(work))
    }

    /// The event that was held back, or the next one.
    fn next(&self, timeout: Duration) -> Result<Box<Told>, Failure> {
        if let Some(held) = self.held.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Ok(held);
        }
        let next = any!(&self.work, work => work.next(timeout));
        match next {
            Next::Event(told) => Ok(told),
            Next::Nothing => Err(Failure::new(pec_result::PEC_TIMEOUT)),
            Next::Ended => Err(Failure::new(pec_result::PEC_ABSENT).because("the last event was told before")),
        }
    }
}

pub(crate) fn no_threads(error: std::io::Error) -> Failure {
    Failure::new(pec_result::PEC_FILE).because(format!("thread: {error}"))
}

/// Begins to verify a file, a folder with all below it, a Maildir or an mbox: one event a message, in the order of the names.
/// `path` is UTF-8, ended by NUL; `now` is the caller's time in seconds since 1970 (UTC); `threads` is how many verify at
/// once, 0 for as many as there are cores. Freed by `pec_work_free`.
///
/// # Safety
/// `path` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_verify(
    verifier: Option<&pec_verifier>,
    path: *const c_char,
    now: i64,
    threads: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let judge = Arc::clone(some(verifier, "verifier")?.judge());
        // SAFETY: the caller's promise.
        let path = PathBuf::from(unsafe { text(path, "path") }?);
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let work = verify(judge, vec![path], now, threads as usize).map_err(no_threads)?;
        out.write(Some(Box::new(pec_work::new(Kind::Verify(work)))));
        Ok(())
    })
}

/// Begins what `pec_link_folder` does: one event a message, then it comes to dossiers (`pec_work_dossiers`). `threads` is as for
/// `pec_work_verify`, the others as for `pec_link_folder`. Freed by `pec_work_free`.
///
/// # Safety
/// `path` and `own` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_link(
    verifier: Option<&pec_verifier>,
    path: *const c_char,
    own: *const c_char,
    now: i64,
    reading: u32,
    threads: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let judge = Arc::clone(some(verifier, "verifier")?.judge());
        // SAFETY: the caller's promise.
        let path = PathBuf::from(unsafe { text(path, "path") }?);
        // SAFETY: the caller's promise.
        let own = unsafe { text(own, "own") }?;
        let (options, out) = (options(own, now, reading)?, some(out, "out")?);
        let work = link(judge, vec![path], options, threads as usize).map_err(no_threads)?;
        out.write(Some(Box::new(pec_work::new(Kind::Link(work)))));
        Ok(())
    })
}

/// What has happened since it was last asked; waits for it at most `timeout_ms` milliseconds, 0 for not at all. `PEC_TIMEOUT`
/// when nothing has: ask again. `PEC_ABSENT` after the last event. Freed by `pec_event_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_event_next(
    work: Option<&pec_work>,
    timeout_ms: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_event>>>>,
) -> pec_result {
    enter(None, || {
        let (work, out) = (some(work, "work")?, some(out, "out")?);
        let told = work.next(Duration::from_millis(u64::from(timeout_ms)))?;
        out.write(Some(Box::new(pec_event::new(told))));
        Ok(())
    })
}

/// The same as one JSON object in the caller's buffer: `event` (`message`, `unread`, `progress`, `report`, `finished`, `cancelled` or
/// `failed`), `done`, `total`, `name`, `verdict`, `reason`, `verification`, `report`, in this order, absent values null. The buffer is as for
/// `pec_verify_file_json`: an event that does not fit is not lost, call again with more room.
///
/// # Safety
/// `buf` is NULL or the first of `cap` bytes that can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_event_next_json(
    work: Option<&pec_work>,
    timeout_ms: u32,
    buf: *mut c_char,
    cap: usize,
    need: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    flat(|| {
        let work = some(work, "work")?;
        // SAFETY: the caller's promise.
        let buffer = unsafe { Buffer::new(buf, cap, need) }?;
        let told = work.next(Duration::from_millis(u64::from(timeout_ms)))?;
        let filled = buffer.fill(&told.to_json());
        if filled.is_err() {
            *work.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
        }
        filled
    })
}

/// How far it is: files that are done, and files in all, which is 0 until they are counted; an mbox is one. Of work on an
/// archive messages are counted; of an import, files.
#[unsafe(no_mangle)]
pub extern "C" fn pec_work_progress(
    work: Option<&pec_work>,
    done: Option<&mut MaybeUninit<u64>>,
    total: Option<&mut MaybeUninit<u64>>,
) -> pec_result {
    enter(None, || {
        let (work, done, total) = (some(work, "work")?, some(done, "done")?, some(total, "total")?);
        let progress = any!(&work.work, work => work.progress());
        done.write(progress.0);
        total.write(progress.1);
        Ok(())
    })
}

/// Ends the work as soon as may be, and returns at once: `PEC_EVENT_CANCELLED` is then the last event, unless it was over
/// already. Events that have not been asked for stay.
#[unsafe(no_mangle)]
pub extern "C" fn pec_work_cancel(work: Option<&pec_work>) -> pec_result {
    enter(None, || {
        any!(&some(work, "work")?.work, work => work.cancel());
        Ok(())
    })
}

/// What the work of `pec_work_link` came to, once. `PEC_ABSENT` before it is finished, when it came to nothing, when it was
/// taken before, and for other work. Freed by `pec_dossiers_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_work_dossiers(
    work: Option<&pec_work>,
    out: Option<&mut MaybeUninit<Option<Box<pec_dossiers>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (work, out) = (some(work, "work")?, some(out, "out")?);
        let dossiers = match &work.work {
            Kind::Link(work) => work.take(),
            _ => None,
        };
        let dossiers = dossiers.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        out.write(Some(Box::new(pec_dossiers { dossiers })));
        Ok(())
    })
}

/// Cancels the work where it goes on, waits for its threads, and ends its life. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_work_free(work: Option<Box<pec_work>>) {
    border::release_with_threads(work);
}

//! The border: every call from C comes in through [`enter`].
//!
//! It refuses calls in a forked child, catches panics, turns what went wrong into a number, an error object where the
//! caller wants one, and a line for the log.

mod forked;
mod given;
mod panics;

use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

use forked::is_forked;
pub(crate) use given::{bytes, instant, list, text};

use crate::failure::{Failure, pec_error, pec_result};
use crate::log;

/// Where a caller wants an error object; `None` when it does not.
pub(crate) type ErrorOut<'a> = Option<&'a mut MaybeUninit<Option<Box<pec_error>>>>;

/// Does `work` for a caller in C.
pub(crate) fn enter(error: ErrorOut<'_>, work: impl FnOnce() -> Result<(), Failure>) -> pec_result {
    if is_forked() { refuse(error, Failure::new(pec_result::PEC_FORKED)) } else { enter_forked(error, work) }
}

/// The same for work that a forked child may do too: what it asks of an error that it was given.
pub(crate) fn enter_forked(error: ErrorOut<'_>, work: impl FnOnce() -> Result<(), Failure>) -> pec_result {
    let outcome = {
        let _inside = panics::Inside::new();
        // What a panic may leave half-done are values of the core, which hold no state of their own, and caches, which
        // are lost with it.
        catch_unwind(AssertUnwindSafe(work))
            .unwrap_or_else(|panic| Err(Failure::new(pec_result::PEC_PANIC).because(panics::Inside::evidence(&*panic))))
    };
    match outcome {
        Ok(()) => pec_result::PEC_OK,
        Err(failure) => refuse(error, failure),
    }
}

fn refuse(error: ErrorOut<'_>, failure: Failure) -> pec_result {
    let result = failure.result;
    // In a forked child the log may be locked by a thread that is gone.
    if !is_forked() {
        log::failure(&failure);
    }
    if let Some(place) = error {
        place.write(Some(Box::new(pec_error::from(failure))));
    }
    result
}

/// A handle that must be there.
pub(crate) fn some<T>(handle: Option<T>, name: &'static str) -> Result<T, Failure> {
    handle.ok_or_else(|| Failure::new(pec_result::PEC_NULL).because(name))
}

/// Ends the life of a handle on a file that others may have open. A forked child leaves it as it is: the file is its parent's,
/// and closing it there would take away what the parent counts on.
#[cfg(feature = "archive")]
pub(crate) fn release_outside_children<T>(handle: Option<Box<T>>) {
    release_with_threads(handle);
}

/// Ends the life of a handle that owns threads. In a forked child they are gone, and could be waited for for ever: there it is
/// left as it is.
pub(crate) fn release_with_threads<T>(handle: Option<Box<T>>) {
    if is_forked() { std::mem::forget(handle) } else { release(handle) }
}

/// Ends the life of a handle. A panic in it, which nothing here provokes, is swallowed: the caller can do nothing.
pub(crate) fn release<T>(handle: Option<Box<T>>) {
    drop(catch_unwind(AssertUnwindSafe(|| drop(handle))));
}

//! What the library has to say while it works, given to the host.

#![allow(unsafe_code, reason = "exported functions bear unmangled names; the host's function is called")]

use std::ffi::c_void;
use std::sync::{PoisonError, RwLock};

use crate::border::enter;
use crate::failure::{Failure, pec_result};
use crate::text::pec_str;

/// How grave a line of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_log_level {
    /// A fault of the library.
    PEC_LOG_ERROR = 1,
    /// A call that failed.
    PEC_LOG_WARNING = 2,
}

/// Takes one line of the log. `message` lives until the function returns. It is called on the thread that made the call,
/// several at once where several threads call; it must not unwind (no C++ exception), and must not call `pec_set_log`.
pub type pec_log_function = Option<unsafe extern "C" fn(userdata: *mut c_void, level: u32, message: Option<&pec_str>)>;

#[derive(Clone, Copy)]
struct Log {
    userdata: *mut c_void,
    function: unsafe extern "C" fn(*mut c_void, u32, Option<&pec_str>),
}

// SAFETY: the host promises in `pec_set_log` that both may be used on any thread.
unsafe impl Send for Log {}
// SAFETY: as above.
unsafe impl Sync for Log {}

static LOG: RwLock<Option<Log>> = RwLock::new(None);

/// Names the function that takes the log; a NULL `function` ends it. Without one nothing is written anywhere.
///
/// After it returns the function that stood before is no longer called. Secrets and contents of messages are never
/// logged.
///
/// # Safety
/// `function` can be called with `userdata` on any thread, by several at once, until another one is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_set_log(userdata: *mut c_void, function: pec_log_function) -> pec_result {
    enter(None, || {
        let log = function.map(|function| Log { userdata, function });
        *LOG.write().unwrap_or_else(PoisonError::into_inner) = log;
        Ok(())
    })
}

/// One line for a call that failed.
pub(crate) fn failure(failure: &Failure) {
    // Asking for what may be absent is no failure.
    if matches!(failure.result, pec_result::PEC_ABSENT | pec_result::PEC_BUFFER_TOO_SMALL | pec_result::PEC_TIMEOUT) {
        return;
    }
    // Held while the function runs, so that `pec_set_log` can promise that it is over.
    let log = LOG.read().unwrap_or_else(PoisonError::into_inner);
    let Some(Log { userdata, function }) = *log else { return };
    let level = if failure.result == pec_result::PEC_PANIC {
        pec_log_level::PEC_LOG_ERROR
    } else {
        pec_log_level::PEC_LOG_WARNING
    };
    let separator = if failure.evidence.is_empty() { "" } else { ": " };
    let line = format!("{}{separator}{}", failure.result.code(), failure.evidence);
    // SAFETY: the host's promise in `pec_set_log`.
    unsafe { function(userdata, level as u32, Some(&pec_str::of(&line))) };
}

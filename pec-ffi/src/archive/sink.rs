//! What is written a piece at a time, to a function of the host's.

use std::ffi::{c_char, c_void};
use std::io;
use std::mem::MaybeUninit;

use super::pec_archive;
use crate::border::{enter, some, text};
use crate::failure::{pec_error, pec_result};

/// Takes a piece of what is written; 0 when it has taken all of it, anything else ends the call. It is called on the thread of
/// the call that it was given to, and must not unwind (no C++ exception).
pub type pec_sink_function = Option<unsafe extern "C" fn(userdata: *mut c_void, data: *const u8, len: usize) -> u32>;

pub(super) struct Sink {
    pub(super) userdata: *mut c_void,
    pub(super) function: unsafe extern "C" fn(*mut c_void, *const u8, usize) -> u32,
}

impl io::Write for Sink {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        // SAFETY: the host's promise in whatever call it was given to; the piece lives until it returns.
        match unsafe { (self.function)(self.userdata, piece.as_ptr(), piece.len()) } {
            0 => Ok(piece.len()),
            number => Err(io::Error::other(format!("the sink has answered {number}"))),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Gives the exact bytes of a message to `sink`, a piece at a time, so that a large one is never held whole. What was given
/// counts only when the call returns `PEC_OK`. `PEC_ARCHIVE_FILE` when `sink` ends it; the rest is as for `pec_archive_get`.
///
/// # Safety
/// `id` is NULL or ends with NUL; `sink` can be called with `userdata` until the call ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_get_to(
    archive: Option<&pec_archive>,
    id: *const c_char,
    userdata: *mut c_void,
    sink: pec_sink_function,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let id = unsafe { text(id, "id") }?;
        let mut sink = Sink { userdata, function: some(sink, "sink")? };
        Ok(it.archive.get_to(&it.actor, super::id(id)?, &mut sink)?)
    })
}

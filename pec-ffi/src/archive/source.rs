//! Messages that are read from somewhere, a piece at a time.

use std::ffi::c_void;
use std::io;
use std::mem::MaybeUninit;

use super::{pec_archive, pec_ids, pec_intake};
use crate::border::{enter, instant, some};
use crate::failure::{pec_error, pec_result};

/// Gives the next piece of a message: writes at most `room` bytes to `data`, their number to `len`, and returns 0; a `len` of 0 is
/// the end. Anything else ends the call. It is called on the thread of the call that it was given to, and must not unwind
/// (no C++ exception).
pub type pec_source_function =
    Option<unsafe extern "C" fn(userdata: *mut c_void, data: *mut u8, room: usize, len: Option<&mut usize>) -> u32>;

struct Source {
    userdata: *mut c_void,
    function: unsafe extern "C" fn(*mut c_void, *mut u8, usize, Option<&mut usize>) -> u32,
}

impl io::Read for Source {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut len = 0;
        // SAFETY: the host's promise in `pec_archive_put_from`; the room lives until it returns.
        let answer = unsafe { (self.function)(self.userdata, room.as_mut_ptr(), room.len(), Some(&mut len)) };
        match answer {
            0 if len <= room.len() => Ok(len),
            0 => Err(io::Error::other(format!(
                "the source has given {len} bytes where there is room for {}",
                room.len()
            ))),
            number => Err(io::Error::other(format!("the source has answered {number}"))),
        }
    }
}

/// Stores one message that is read from `source`. One within the limits of `intake` is as one that was given to
/// `pec_archive_put`. One beyond them is not lost: it goes into the archive piece by piece, up to 1 TiB, judged as what is too
/// long to be verified, and `pec_archive_get_to` gives it back; so much as the limits allow is held of it. While the rest of it
/// is read nobody else can write, so `source` must not itself write to this archive. `PEC_ARCHIVE_FILE` when `source` ends the
/// call: then nothing was stored. The rest is as for `pec_archive_put`.
///
/// # Safety
/// `source` can be called with `userdata` until the call ends, and writes no more than it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_put_from(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    userdata: *mut c_void,
    source: pec_source_function,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_ids>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?);
        let mut source = Source { userdata, function: some(source, "source")? };
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let put = it.archive.put_from(&it.actor, &intake.at(now), &mut source)?;
        out.write(Some(Box::new(pec_ids::of_puts(vec![put]))));
        Ok(())
    })
}

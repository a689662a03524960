//! A buffer of the caller's, into which one text is written.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::border::some;
use crate::failure::{Failure, pec_result};

/// Where a text goes, and where its size is told.
pub(crate) struct Buffer<'a> {
    start: *mut u8,
    room: usize,
    need: &'a mut MaybeUninit<usize>,
}

impl<'a> Buffer<'a> {
    /// The buffer that C describes, for the length of one call.
    ///
    /// # Safety
    /// `start` is NULL, or the first of `room` bytes that can be written and that nobody else touches until the call ends.
    pub(crate) unsafe fn new(
        start: *mut c_char,
        room: usize,
        need: Option<&'a mut MaybeUninit<usize>>,
    ) -> Result<Self, Failure> {
        let need = some(need, "need")?;
        if start.is_null() && room > 0 {
            return Err(Failure::new(pec_result::PEC_NULL).because("buf"));
        }
        if isize::try_from(room).is_err() {
            return Err(Failure::new(pec_result::PEC_BAD_LENGTH).because(format!("cap: {room}")));
        }
        Ok(Self { start: start.cast(), room, need })
    }

    /// Refuses a buffer with less room than this, before work is done that cannot be done twice.
    #[cfg(feature = "sandbox")]
    pub(crate) fn with_room(self, room: usize) -> Result<Self, Failure> {
        if self.room >= room {
            return Ok(self);
        }
        self.need.write(room);
        Err(Failure::new(pec_result::PEC_BUFFER_TOO_SMALL).because(format!("{room} bytes")))
    }

    /// Writes `text` and a NUL, or tells how much room they need.
    pub(crate) fn fill(self, text: &str) -> Result<(), Failure> {
        let size = text.len() + 1;
        self.need.write(size);
        if size > self.room {
            return Err(Failure::new(pec_result::PEC_BUFFER_TOO_SMALL).because(format!("{size} bytes")));
        }
        // SAFETY: `size` is at most the room, which can be written by the promise made to `new`; the text is our own.
        unsafe { self.start.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
        // SAFETY: the byte after the text lies within the room too.
        let end = unsafe { self.start.add(text.len()) };
        // SAFETY: as above.
        unsafe { end.write(0) };
        Ok(())
    }
}

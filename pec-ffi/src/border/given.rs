//! What C gives as bare pointers: bytes with their length, texts that end with NUL, times in seconds.

#![allow(unsafe_code, reason = "the two places where memory that C describes is read")]

use std::ffi::{CStr, c_char};
use std::slice;

use jiff::Timestamp;

use crate::failure::{Failure, pec_result};

/// The bytes that C describes, for the length of one call.
///
/// # Safety
/// `data` is NULL, or the first of `len` bytes that can be read and do not change until the call ends.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize, name: &'static str) -> Result<&'a [u8], Failure> {
    if data.is_null() {
        return Err(Failure::new(pec_result::PEC_NULL).because(name));
    }
    // No object is larger; a negative number that C has turned into a length is.
    if isize::try_from(len).is_err() {
        return Err(Failure::new(pec_result::PEC_BAD_LENGTH).because(format!("{name}: {len}")));
    }
    // SAFETY: not NULL, at most `isize::MAX` bytes, readable and unchanged by the caller's promise.
    Ok(unsafe { slice::from_raw_parts(data, len) })
}

/// The UTF-8 text that ends with NUL, for the length of one call.
///
/// # Safety
/// `start` is NULL, or the first of bytes that end with a NUL and do not change until the call ends.
pub(crate) unsafe fn text<'a>(start: *const c_char, name: &'static str) -> Result<&'a str, Failure> {
    if start.is_null() {
        return Err(Failure::new(pec_result::PEC_NULL).because(name));
    }
    // SAFETY: not NULL, and ended by a NUL, by the caller's promise.
    let text = unsafe { CStr::from_ptr(start) };
    text.to_str().map_err(|_| Failure::new(pec_result::PEC_BAD_UTF8).because(name))
}

/// The members of a list with commas between them.
pub(crate) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|one| !one.is_empty())
}

/// Seconds since 1970 in UTC as a time; years -9999 to 9999.
pub(crate) fn instant(seconds: i64, name: &'static str) -> Result<Timestamp, Failure> {
    Timestamp::from_second(seconds)
        .map_err(|_| Failure::new(pec_result::PEC_BAD_TIME).because(format!("{name}: {seconds}")))
}

//! A message, and what can be taken out of it.

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take bytes from C")]

mod parts;

use std::ffi::c_char;
use std::fs::File;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::sync::Arc;

use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::verify::{Extract, Extracted};

pub use parts::*;

use crate::border::{self, bytes, enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::limits::pec_limits;
use crate::text::{pec_bytes, pec_str, unknown};

/// A message: its bytes and the tree of its parts. It never changes and may be shared between threads.
#[derive(Debug)]
pub struct pec_message {
    pub(crate) message: Arc<Message<Vec<u8>>>,
}

fn too_large(bytes: u64) -> Failure {
    Failure::new(pec_result::PEC_TOO_LARGE).because(format!("{bytes} bytes"))
}

/// Reads a message from bytes, which are copied. Anything can be read: what is no message has the verdict for it.
/// `PEC_TOO_LARGE` beyond 256 MiB. Freed by `pec_message_free`.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_message_parse(
    data: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_message>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let data = unsafe { bytes(data, len, "data") }?;
        some(out, "out")?.write(Some(Box::new(pec_message::copied(data, &Limits::DEFAULT)?)));
        Ok(())
    })
}

/// The same with limits of the caller's, of which the message keeps a copy: they count for whatever is read of it.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_message_parse_limited(
    data: *const u8,
    len: usize,
    limits: Option<&pec_limits>,
    out: Option<&mut MaybeUninit<Option<Box<pec_message>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let data = unsafe { bytes(data, len, "data") }?;
        let (limits, out) = (some(limits, "limits")?, some(out, "out")?);
        out.write(Some(Box::new(pec_message::copied(data, &limits.limits)?)));
        Ok(())
    })
}

/// Reads a message from a file. `path` is UTF-8, ended by NUL. `PEC_FILE` when it cannot be read, `PEC_TOO_LARGE` beyond
/// 256 MiB, `PEC_SEVERAL_MESSAGES` for an mbox. Freed by `pec_message_free`.
///
/// # Safety
/// `path` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_message_parse_file(
    path: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_message>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        let out = some(out, "out")?;
        out.write(Some(Box::new(pec_message::of_file(path, &Limits::DEFAULT)?)));
        Ok(())
    })
}

/// The same with limits of the caller's, of which the message keeps a copy: they count for whatever is read of it.
///
/// # Safety
/// `path` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_message_parse_file_limited(
    path: *const c_char,
    limits: Option<&pec_limits>,
    out: Option<&mut MaybeUninit<Option<Box<pec_message>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        let (limits, out) = (some(limits, "limits")?, some(out, "out")?);
        out.write(Some(Box::new(pec_message::of_file(path, &limits.limits)?)));
        Ok(())
    })
}

impl pec_message {
    pub(crate) fn parse(bytes: Vec<u8>, limits: &Limits) -> Self {
        Self { message: Arc::new(Message::parse(bytes, limits)) }
    }

    fn copied(data: &[u8], limits: &Limits) -> Result<Self, Failure> {
        fits(data, limits)?;
        Ok(Self::parse(data.to_vec(), limits))
    }

    fn of_file(path: &str, limits: &Limits) -> Result<Self, Failure> {
        Ok(Self::parse(read(path, limits.message_bytes)?, limits))
    }
}

/// Whether bytes of the caller's are not too many for one message.
pub(crate) fn fits(data: &[u8], limits: &Limits) -> Result<(), Failure> {
    if data.len() > limits.message_bytes { Err(too_large(data.len() as u64)) } else { Ok(()) }
}

/// A file that holds one message, whole.
fn read(path: &str, limit: usize) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::new(pec_result::PEC_FILE).because(format!("{path}: {error}"));
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    if size > limit as u64 {
        return Err(too_large(size));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > limit {
        return Err(too_large(bytes.len() as u64));
    }
    // The line that stands before each message of an mbox (RFC 4155); before a single one it does no harm.
    let starts = |separator: &[u8]| bytes.windows(separator.len()).any(|window| window == separator);
    if bytes.starts_with(b"From ") && (starts(b"\n\nFrom ") || starts(b"\r\n\r\nFrom ")) {
        return Err(Failure::new(pec_result::PEC_SEVERAL_MESSAGES).because(path.to_owned()));
    }
    Ok(bytes)
}

/// The bytes of a message, as they were given. They live as long as the message.
#[unsafe(no_mangle)]
pub extern "C" fn pec_message_bytes(
    message: Option<&pec_message>,
    out: Option<&mut MaybeUninit<pec_bytes>>,
) -> pec_result {
    enter(None, || {
        let (message, out) = (some(message, "message")?, some(out, "out")?);
        out.write(pec_bytes::of(message.message.bytes()));
        Ok(())
    })
}

/// Ends the life of a message. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_message_free(message: Option<Box<pec_message>>) {
    border::release(message);
}

/// What to take out of a message, for `pec_message_extract`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_extract {
    /// The original message (`postacert.eml`).
    PEC_EXTRACT_ORIGINAL = 0,
    /// The certification data (`daticert.xml`).
    PEC_EXTRACT_DATICERT = 1,
    /// The attachments of the original message, of the message itself when it carries none.
    PEC_EXTRACT_ATTACHMENTS = 2,
    /// The signature (`smime.p7s`).
    PEC_EXTRACT_SIGNATURE = 3,
    /// The PECs inside an ordinary message, each to be verified on its own.
    PEC_EXTRACT_NESTED = 4,
    /// The whole message as it was before a program transcoded it, to be verified on its own.
    PEC_EXTRACT_RESTORED = 5,
}

/// What was taken out of a message: a list. It never changes, may be shared between threads, and lives without the
/// message.
#[derive(Debug)]
pub struct pec_extracted {
    objects: Vec<Extracted>,
}

/// Takes something out of a message; `what` is a `pec_extract`. The list may be empty. Freed by `pec_extracted_free`.
///
/// That something stands where an original or a signature stands proves nothing: the verdict on the message does.
#[unsafe(no_mangle)]
pub extern "C" fn pec_message_extract(
    message: Option<&pec_message>,
    what: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_extracted>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (message, out) = (some(message, "message")?, some(out, "out")?);
        // The numbers are the positions in the list, which a test holds.
        let what = Extract::ALL.get(what as usize).ok_or_else(|| unknown("what", what))?;
        out.write(Some(Box::new(pec_extracted { objects: what.from(&message.message) })));
        Ok(())
    })
}

/// How many things were taken out.
#[unsafe(no_mangle)]
pub extern "C" fn pec_extracted_count(
    extracted: Option<&pec_extracted>,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(extracted, "extracted")?.objects.len());
        Ok(())
    })
}

impl pec_extracted {
    fn get(&self, index: usize) -> Result<&Extracted, Failure> {
        self.objects.get(index).ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))
    }
}

/// The name of the thing at `index`, from 0: `postacert.eml`, or what an attachment calls itself. `PEC_ABSENT` when it has
/// none. It lives as long as the list.
///
/// The sender of the message chose the name of an attachment, it may hold anything (`../../etc/passwd`): never use it as a
/// path.
#[unsafe(no_mangle)]
pub extern "C" fn pec_extracted_name(
    extracted: Option<&pec_extracted>,
    index: usize,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (extracted, out) = (some(extracted, "extracted")?, some(out, "out")?);
        let name = extracted.get(index)?.name.as_deref();
        out.write(pec_str::of(name.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?));
        Ok(())
    })
}

/// The bytes of the thing at `index`, from 0, without transfer encoding. They live as long as the list.
#[unsafe(no_mangle)]
pub extern "C" fn pec_extracted_bytes(
    extracted: Option<&pec_extracted>,
    index: usize,
    out: Option<&mut MaybeUninit<pec_bytes>>,
) -> pec_result {
    enter(None, || {
        let (extracted, out) = (some(extracted, "extracted")?, some(out, "out")?);
        out.write(pec_bytes::of(&extracted.get(index)?.bytes));
        Ok(())
    })
}

/// Ends the life of a list of things taken out. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_extracted_free(extracted: Option<Box<pec_extracted>>) {
    border::release(extracted);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_what_can_be_taken_out() {
        let names = Extract::ALL.map(Extract::as_str);
        assert_eq!(names, ["original", "daticert", "attachments", "signature", "nested", "restored"]);
    }
}

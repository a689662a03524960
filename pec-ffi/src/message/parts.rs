//! The tree of a message: what is inside, where, and what it calls itself.

#![allow(unsafe_code, reason = "exported functions bear unmangled names")]

use std::mem::MaybeUninit;

use pec_core::message::{Part, unstructured};

use super::pec_message;
use crate::border::{self, enter, some};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::{pec_str, unknown};

/// The parts of a message in the order of its bytes, the message itself first, and those of messages inside it. They never
/// change, may be shared between threads, and live without the message.
#[derive(Debug)]
pub struct pec_parts {
    parts: Vec<One>,
}

#[derive(Debug)]
struct One {
    media_type: String,
    file_name: Option<String>,
    subject: Option<String>,
    depth: u64,
    from: u64,
    bytes: u64,
}

impl One {
    fn of(part: Part<'_>) -> Self {
        let range = part.range();
        Self {
            media_type: part.media_type(),
            file_name: part.file_name(),
            subject: part.headers().get("subject").map(unstructured),
            depth: std::iter::successors(part.parent(), Part::parent).count() as u64,
            from: range.start as u64,
            bytes: range.len() as u64,
        }
    }
}

/// The texts of a part, for `pec_parts_text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_part_field {
    /// Its type, such as `text/plain`.
    PEC_PART_MEDIA_TYPE = 0,
    /// What it calls itself. Its sender chose it, it may hold anything: never use it as a path.
    PEC_PART_FILE_NAME = 1,
    /// Its subject, where it has one.
    PEC_PART_SUBJECT = 2,
}

/// The numbers of a part, for `pec_parts_number`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_part_number {
    /// Parts around it: 0 for the message itself.
    PEC_PART_DEPTH = 0,
    /// Where its first byte stands in `pec_message_bytes`, header included.
    PEC_PART_FROM = 1,
    /// Bytes, header included, as they stand there.
    PEC_PART_BYTES = 2,
}

/// The parts of a message. Freed by `pec_parts_free`. That something stands where a signature stands proves nothing: the
/// verdict on the message does.
#[unsafe(no_mangle)]
pub extern "C" fn pec_message_parts(
    message: Option<&pec_message>,
    out: Option<&mut MaybeUninit<Option<Box<pec_parts>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (message, out) = (some(message, "message")?, some(out, "out")?);
        let root = message.message.root();
        let parts = std::iter::once(root).chain(root.descendants()).map(One::of).collect();
        out.write(Some(Box::new(pec_parts { parts })));
        Ok(())
    })
}

/// How many parts there are, 1 at least.
#[unsafe(no_mangle)]
pub extern "C" fn pec_parts_count(parts: Option<&pec_parts>, out: Option<&mut MaybeUninit<usize>>) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(parts, "parts")?.parts.len());
        Ok(())
    })
}

impl pec_parts {
    fn get(&self, index: usize) -> Result<&One, Failure> {
        self.parts.get(index).ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))
    }
}

/// One text of the part at `index`, from 0; `field` is a `pec_part_field`. `PEC_ABSENT` where it has none. It lives as long as
/// the parts.
#[unsafe(no_mangle)]
pub extern "C" fn pec_parts_text(
    parts: Option<&pec_parts>,
    index: usize,
    field: u32,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    use pec_part_field as F;
    enter(None, || {
        let (parts, out) = (some(parts, "parts")?, some(out, "out")?);
        let part = parts.get(index)?;
        let text = match field {
            n if n == F::PEC_PART_MEDIA_TYPE as u32 => Some(&*part.media_type),
            n if n == F::PEC_PART_FILE_NAME as u32 => part.file_name.as_deref(),
            n if n == F::PEC_PART_SUBJECT as u32 => part.subject.as_deref(),
            _ => return Err(unknown("field", field)),
        };
        out.write(pec_str::of(text.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?));
        Ok(())
    })
}

/// One number of the part at `index`, from 0; `field` is a `pec_part_number`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_parts_number(
    parts: Option<&pec_parts>,
    index: usize,
    field: u32,
    out: Option<&mut MaybeUninit<u64>>,
) -> pec_result {
    use pec_part_number as N;
    enter(None, || {
        let (parts, out) = (some(parts, "parts")?, some(out, "out")?);
        let part = parts.get(index)?;
        out.write(match field {
            n if n == N::PEC_PART_DEPTH as u32 => part.depth,
            n if n == N::PEC_PART_FROM as u32 => part.from,
            n if n == N::PEC_PART_BYTES as u32 => part.bytes,
            _ => return Err(unknown("field", field)),
        });
        Ok(())
    })
}

/// Ends the life of parts. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_parts_free(parts: Option<Box<pec_parts>>) {
    border::release(parts);
}

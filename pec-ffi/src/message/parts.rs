//! The tree of a message: what is inside, where, what it calls itself, and what it says.

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take texts from C")]

use std::borrow::Cow;
use std::collections::HashSet;
use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::{Arc, OnceLock};

use pec_core::message::{Message, Part, TransferEncoding, unfold, unstructured};

use super::pec_message;
use crate::border::{self, enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::{pec_bytes, pec_str, unknown};

/// The parts of a message in the order of its bytes, the message itself first, and those of messages inside it. They never
/// change, may be shared between threads, and live without the message.
#[derive(Debug)]
pub struct pec_parts {
    message: Arc<Message<Vec<u8>>>,
    parts: Vec<One>,
}

/// What of a part has to be made before it can be lent. What is large is made when it is asked for.
#[derive(Debug)]
struct One {
    media_type: String,
    file_name: Option<String>,
    subject: Option<String>,
    is_attachment: bool,
    headers: OnceLock<Vec<Header>>,
    /// `None` where the body travels as it is.
    content: OnceLock<Option<Vec<u8>>>,
    text: OnceLock<String>,
}

/// A header field.
#[derive(Debug)]
struct Header {
    name: String,
    value: String,
    decoded: String,
}

impl One {
    fn of(part: Part<'_>, attachments: &HashSet<u32>) -> Self {
        Self {
            media_type: part.media_type(),
            file_name: part.file_name(),
            subject: part.headers().get("subject").map(unstructured),
            is_attachment: attachments.contains(&part.number()),
            headers: OnceLock::new(),
            content: OnceLock::new(),
            text: OnceLock::new(),
        }
    }

    fn headers(&self, part: Part<'_>) -> &[Header] {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        self.headers.get_or_init(|| {
            let fields = part.headers();
            let header = fields.iter().map(|field| Header {
                name: text(field.name),
                value: text(&unfold(field.value)),
                decoded: unstructured(field.value),
            });
            header.collect()
        })
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
    /// How the body travels: `quoted-printable`, `base64`, or `identity`: 7bit, 8bit, binary, or unknown.
    PEC_PART_TRANSFER_ENCODING = 3,
    /// The content as text, in the character set that the part names.
    PEC_PART_CONTENT_TEXT = 4,
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
    /// The position of the part around it; the message itself has none.
    PEC_PART_PARENT = 3,
    /// 1 where it has parts of its own, else 0.
    PEC_PART_IS_MULTIPART = 4,
    /// 1 where it is a message inside the message, else 0; the next part is that message then.
    PEC_PART_IS_MESSAGE = 5,
    /// 1 where it stands inside such a message, else 0.
    PEC_PART_IS_NESTED = 6,
    /// 1 where a multipart ends with its close delimiter, else 0: it was cut off, or never whole.
    PEC_PART_IS_CLOSED = 7,
    /// 1 where a person would call it an attachment of the message, as `PEC_EXTRACT_ATTACHMENTS` takes them out of one that
    /// carries no original; else 0.
    PEC_PART_IS_ATTACHMENT = 8,
}

/// The bytes of a part, for `pec_parts_bytes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_part_bytes {
    /// The body without its transfer encoding.
    PEC_PART_CONTENT = 0,
    /// The body as it stands in the message.
    PEC_PART_BODY = 1,
    /// Header and body as they stand: of the first part of a `multipart/signed` exactly the signed bytes.
    PEC_PART_RAW = 2,
    /// The header as it stands.
    PEC_PART_HEADER = 3,
    /// The text before the first part of a multipart.
    PEC_PART_PREAMBLE = 4,
    /// The text after the close delimiter of a multipart.
    PEC_PART_EPILOGUE = 5,
}

/// What of a header field is wanted, for `pec_parts_header`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_header_field {
    /// Its name, as written.
    PEC_HEADER_NAME = 0,
    /// Its value, unfolded, as it was received; bytes that are not UTF-8 are replaced.
    PEC_HEADER_VALUE = 1,
    /// Its value decoded as unstructured text (RFC 2047), as for `Subject`.
    PEC_HEADER_DECODED = 2,
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
        let attachments = message.message.attachments().map(|part| part.number()).collect();
        let parts = std::iter::once(root).chain(root.descendants()).map(|part| One::of(part, &attachments)).collect();
        out.write(Some(Box::new(pec_parts { message: Arc::clone(&message.message), parts })));
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

fn absent() -> Failure {
    Failure::new(pec_result::PEC_ABSENT)
}

impl pec_parts {
    /// A part, and what is kept of it. Positions are the numbers that the core gives.
    fn get(&self, index: usize) -> Result<(Part<'_>, &One), Failure> {
        let part = u32::try_from(index).ok().and_then(|number| self.message.part(number));
        part.zip(self.parts.get(index)).ok_or_else(absent)
    }

    fn text(&self, index: usize, field: u32) -> Result<Option<&str>, Failure> {
        use pec_part_field as F;
        let (part, one) = self.get(index)?;
        Ok(match field {
            n if n == F::PEC_PART_MEDIA_TYPE as u32 => Some(&*one.media_type),
            n if n == F::PEC_PART_FILE_NAME as u32 => one.file_name.as_deref(),
            n if n == F::PEC_PART_SUBJECT as u32 => one.subject.as_deref(),
            n if n == F::PEC_PART_TRANSFER_ENCODING as u32 => Some(match part.transfer_encoding() {
                TransferEncoding::Identity => "identity",
                TransferEncoding::QuotedPrintable => "quoted-printable",
                TransferEncoding::Base64 => "base64",
            }),
            n if n == F::PEC_PART_CONTENT_TEXT as u32 => Some(one.text.get_or_init(|| part.text().into_owned())),
            _ => return Err(unknown("field", field)),
        })
    }

    fn number(&self, index: usize, field: u32) -> Result<u64, Failure> {
        use pec_part_number as N;
        let (part, one) = self.get(index)?;
        let range = part.range();
        Ok(match field {
            n if n == N::PEC_PART_DEPTH as u32 => std::iter::successors(part.parent(), Part::parent).count() as u64,
            n if n == N::PEC_PART_FROM as u32 => range.start as u64,
            n if n == N::PEC_PART_BYTES as u32 => range.len() as u64,
            n if n == N::PEC_PART_PARENT as u32 => part.parent().ok_or_else(absent)?.number().into(),
            n if n == N::PEC_PART_IS_MULTIPART as u32 => part.is_multipart().into(),
            n if n == N::PEC_PART_IS_MESSAGE as u32 => part.is_message().into(),
            n if n == N::PEC_PART_IS_NESTED as u32 => part.is_nested().into(),
            n if n == N::PEC_PART_IS_CLOSED as u32 => part.is_closed().into(),
            n if n == N::PEC_PART_IS_ATTACHMENT as u32 => one.is_attachment.into(),
            _ => return Err(unknown("field", field)),
        })
    }

    fn bytes(&self, index: usize, field: u32) -> Result<&[u8], Failure> {
        use pec_part_bytes as B;
        let (part, one) = self.get(index)?;
        let decoded = || match part.content() {
            Cow::Borrowed(_) => None,
            Cow::Owned(decoded) => Some(decoded),
        };
        Ok(match field {
            n if n == B::PEC_PART_CONTENT as u32 => {
                one.content.get_or_init(decoded).as_deref().unwrap_or_else(|| part.body())
            }
            n if n == B::PEC_PART_BODY as u32 => part.body(),
            n if n == B::PEC_PART_RAW as u32 => part.raw(),
            n if n == B::PEC_PART_HEADER as u32 => part.headers().raw(),
            n if n == B::PEC_PART_PREAMBLE as u32 => part.preamble(),
            n if n == B::PEC_PART_EPILOGUE as u32 => part.epilogue(),
            _ => return Err(unknown("field", field)),
        })
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
    enter(None, || {
        let (parts, out) = (some(parts, "parts")?, some(out, "out")?);
        out.write(pec_str::of(parts.text(index, field)?.ok_or_else(absent)?));
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
    enter(None, || {
        let (parts, out) = (some(parts, "parts")?, some(out, "out")?);
        out.write(parts.number(index, field)?);
        Ok(())
    })
}

/// Bytes of the part at `index`, from 0; `field` is a `pec_part_bytes`. They may be none. They live as long as the parts.
#[unsafe(no_mangle)]
pub extern "C" fn pec_parts_bytes(
    parts: Option<&pec_parts>,
    index: usize,
    field: u32,
    out: Option<&mut MaybeUninit<pec_bytes>>,
) -> pec_result {
    enter(None, || {
        let (parts, out) = (some(parts, "parts")?, some(out, "out")?);
        out.write(pec_bytes::of(parts.bytes(index, field)?));
        Ok(())
    })
}

/// How many header fields the part at `index` has.
#[unsafe(no_mangle)]
pub extern "C" fn pec_parts_header_count(
    parts: Option<&pec_parts>,
    index: usize,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (parts, out) = (some(parts, "parts")?, some(out, "out")?);
        let (part, one) = parts.get(index)?;
        out.write(one.headers(part).len());
        Ok(())
    })
}

/// A header field of the part at `index`: the one at the position `header`, from 0, in the order of the message; `field` is a
/// `pec_header_field`. `PEC_ABSENT` beyond the last. It lives as long as the parts.
#[unsafe(no_mangle)]
pub extern "C" fn pec_parts_header(
    parts: Option<&pec_parts>,
    index: usize,
    header: usize,
    field: u32,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    use pec_header_field as F;
    enter(None, || {
        let (parts, out) = (some(parts, "parts")?, some(out, "out")?);
        let (part, one) = parts.get(index)?;
        let header = one.headers(part).get(header).ok_or_else(absent)?;
        out.write(pec_str::of(match field {
            n if n == F::PEC_HEADER_NAME as u32 => &header.name,
            n if n == F::PEC_HEADER_VALUE as u32 => &header.value,
            n if n == F::PEC_HEADER_DECODED as u32 => &header.decoded,
            _ => return Err(unknown("field", field)),
        }));
        Ok(())
    })
}

/// The first header field of this name of the part at `index`, decoded as unstructured text (RFC 2047); `name` is UTF-8, ended
/// by NUL, upper and lower case alike. `PEC_ABSENT` where there is none. It lives as long as the parts.
///
/// # Safety
/// `name` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_parts_header_named(
    parts: Option<&pec_parts>,
    index: usize,
    name: *const c_char,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let parts = some(parts, "parts")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        let out = some(out, "out")?;
        let (part, one) = parts.get(index)?;
        let header = one.headers(part).iter().find(|header| header.name.eq_ignore_ascii_case(name));
        out.write(pec_str::of(&header.ok_or_else(absent)?.decoded));
        Ok(())
    })
}

/// Ends the life of parts. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_parts_free(parts: Option<Box<pec_parts>>) {
    border::release(parts);
}

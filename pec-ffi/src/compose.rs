//! The way out: drafts become exact bytes, and whatever a provider would refuse is known before anything is sent.
//!
//! ```text
//! pec_draft   what a person wants to send ──> pec_composed, the exact bytes and for whom they are
//!   composed  such bytes
//!   refusal   why a provider would not take it, every reason at once; attachments, addresses
//! ```

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take texts and bytes from C")]

mod composed;
mod refusal;

use std::ffi::c_char;
use std::mem::MaybeUninit;

pub use composed::*;
use pec_core::compose::{Carried, Draft, Enclosure, Stamp, reasons};
use pec_core::daticert::ReceiptForm;
use pec_core::message::Mailbox;
pub use refusal::*;

use crate::border::{self, bytes, enter, instant, list, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::message::pec_message;
use crate::text::unknown;

/// The media type of what has none of its own.
const UNTYPED: &str = "application/octet-stream";

/// What a person wants to send (*bozza*). It can be changed until it is freed.
#[derive(Debug)]
pub struct pec_draft {
    draft: Draft,
    message_id: Option<String>,
}

/// The texts of a draft, for `pec_draft_set`. An empty one takes away what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_draft_field {
    /// The subject.
    PEC_DRAFT_SUBJECT = 0,
    /// The text.
    PEC_DRAFT_TEXT = 1,
    /// The text as HTML as well.
    PEC_DRAFT_HTML = 2,
    /// Which delivery receipt is asked for: `completa`, which is what counts where nothing is set, `breve` or `sintetica`. A brief
    /// one has digests in the place of attachments: it proves their content only beside what was sent.
    PEC_DRAFT_RECEIPT = 3,
    /// Its Message-ID, without brackets; where none is set, one is made of the seed.
    PEC_DRAFT_MESSAGE_ID = 4,
    /// The Message-ID of what is answered, without brackets.
    PEC_DRAFT_IN_REPLY_TO = 5,
    /// The Message-IDs of what went before, with commas between them.
    PEC_DRAFT_REFERENCES = 6,
}

/// Where a recipient stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_addressed {
    /// In To: he gets the receipt that is asked for.
    PEC_ADDRESSED_TO = 0,
    /// In Cc: for him the delivery receipt is always concise (RFC 6109 §3.3.2).
    PEC_ADDRESSED_CC = 1,
}

/// A text that may be empty.
fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The sender that C gives.
///
/// # Safety
/// `from` and `name` are NULL or end with NUL.
unsafe fn sender(from: *const c_char, name: *const c_char) -> Result<Mailbox, Failure> {
    // SAFETY: the caller's promise.
    let address = unsafe { text(from, "from") }?.to_owned();
    // SAFETY: the caller's promise.
    Ok(Mailbox { name: given(unsafe { text(name, "name") }?), address })
}

/// A draft without text and recipients. `from` is the address of the mailbox from which it goes, `name` what is shown beside it,
/// empty for nothing. Freed by `pec_draft_free`.
///
/// # Safety
/// `from`, `name` and `subject` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_draft_new(
    from: *const c_char,
    name: *const c_char,
    subject: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_draft>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let from = unsafe { sender(from, name) }?;
        // SAFETY: the caller's promise.
        let subject = unsafe { text(subject, "subject") }?;
        let draft = Draft::new(from, subject);
        some(out, "out")?.write(Some(Box::new(pec_draft { draft, message_id: None })));
        Ok(())
    })
}

/// An answer to a message, which goes along byte for byte: to whoever asks for answers, else to its sender. In the envelope of a
/// PEC that is the sender of the original, never the provider. `message` need not be certified: what it says of its sender may
/// be a lie. The rest is as for `pec_draft_new`.
///
/// # Safety
/// `from` and `name` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_draft_reply(
    from: *const c_char,
    name: *const c_char,
    message: Option<&pec_message>,
    out: Option<&mut MaybeUninit<Option<Box<pec_draft>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let from = unsafe { sender(from, name) }?;
        let draft = Draft::reply(from, &some(message, "message")?.message);
        some(out, "out")?.write(Some(Box::new(pec_draft { draft, message_id: None })));
        Ok(())
    })
}

/// A message handed on, byte for byte: a PEC inside keeps its proof. The rest is as for `pec_draft_new`.
///
/// # Safety
/// `from` and `name` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_draft_forward(
    from: *const c_char,
    name: *const c_char,
    message: Option<&pec_message>,
    out: Option<&mut MaybeUninit<Option<Box<pec_draft>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let from = unsafe { sender(from, name) }?;
        let draft = Draft::forward(from, &some(message, "message")?.message);
        some(out, "out")?.write(Some(Box::new(pec_draft { draft, message_id: None })));
        Ok(())
    })
}

/// Sets one text of a draft; `field` is a `pec_draft_field`. `PEC_BAD_VALUE` for a receipt that there is not. Whether a text can be
/// written is said when the draft is composed.
///
/// # Safety
/// `value` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_draft_set(
    draft: Option<&mut pec_draft>,
    field: u32,
    value: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    use pec_draft_field as F;
    enter(error, || {
        let it = some(draft, "draft")?;
        // SAFETY: the caller's promise.
        let value = unsafe { text(value, "value") }?;
        match field {
            f if f == F::PEC_DRAFT_SUBJECT as u32 => value.clone_into(&mut it.draft.subject),
            f if f == F::PEC_DRAFT_TEXT as u32 => value.clone_into(&mut it.draft.text),
            f if f == F::PEC_DRAFT_HTML as u32 => it.draft.html = given(value),
            f if f == F::PEC_DRAFT_RECEIPT as u32 => it.draft.receipt = receipt(value)?,
            f if f == F::PEC_DRAFT_MESSAGE_ID as u32 => it.message_id = given(value),
            f if f == F::PEC_DRAFT_IN_REPLY_TO as u32 => it.draft.in_reply_to = given(value),
            f if f == F::PEC_DRAFT_REFERENCES as u32 => {
                it.draft.references = list(value).map(str::to_owned).collect();
            }
            _ => return Err(unknown("field", field)),
        }
        Ok(())
    })
}

fn receipt(word: &str) -> Result<ReceiptForm, Failure> {
    let forms = [ReceiptForm::Full, ReceiptForm::Brief, ReceiptForm::Concise];
    match forms.into_iter().find(|form| form.as_str() == word) {
        Some(form) => Ok(form),
        None if word.is_empty() => Ok(ReceiptForm::Full),
        None => Err(Failure::new(pec_result::PEC_BAD_VALUE).because(format!("receipt: {word}"))),
    }
}

/// Adds a recipient; `addressed` is a `pec_addressed`, `name` what is shown beside the address, empty for nothing. PEC knows no
/// blind copies.
///
/// # Safety
/// `address` and `name` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_draft_add_recipient(
    draft: Option<&mut pec_draft>,
    addressed: u32,
    address: *const c_char,
    name: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(draft, "draft")?;
        // SAFETY: the caller's promise.
        let mailbox = unsafe { sender(address, name) }?;
        match addressed {
            a if a == pec_addressed::PEC_ADDRESSED_TO as u32 => it.draft.to.push(mailbox),
            a if a == pec_addressed::PEC_ADDRESSED_CC as u32 => it.draft.cc.push(mailbox),
            _ => return Err(unknown("addressed", addressed)),
        }
        Ok(())
    })
}

/// Takes all recipients away, those too that an answer has found.
#[unsafe(no_mangle)]
pub extern "C" fn pec_draft_clear_recipients(
    draft: Option<&mut pec_draft>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let draft = &mut some(draft, "draft")?.draft;
        draft.to.clear();
        draft.cc.clear();
        Ok(())
    })
}

/// Adds a file, of which it takes a copy. `media_type` is `type/subtype`, empty where it is not known.
///
/// # Safety
/// `name` and `media_type` are NULL or end with NUL; `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_draft_attach(
    draft: Option<&mut pec_draft>,
    name: *const c_char,
    media_type: *const c_char,
    data: *const u8,
    len: usize,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(draft, "draft")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?.to_owned();
        // SAFETY: the caller's promise.
        let media_type = given(unsafe { text(media_type, "media_type") }?).unwrap_or_else(|| UNTYPED.to_owned());
        // SAFETY: the caller's promise.
        let bytes = unsafe { bytes(data, len, "data") }?.to_vec();
        it.draft.attachments.push(Enclosure { name, media_type, bytes });
        Ok(())
    })
}

/// Adds a message that goes along byte for byte, of which it takes a copy; `name` is that of its file.
///
/// # Safety
/// `name` is NULL or ends with NUL; `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_draft_carry(
    draft: Option<&mut pec_draft>,
    name: *const c_char,
    data: *const u8,
    len: usize,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(draft, "draft")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?.to_owned();
        // SAFETY: the caller's promise.
        let bytes = unsafe { bytes(data, len, "data") }?.to_vec();
        it.draft.carried.push(Carried { name, bytes });
        Ok(())
    })
}

impl pec_draft {
    fn stamp(&self, at: jiff::Timestamp, seed: [u8; 32]) -> Stamp {
        let stamp = Stamp::in_italy(at, seed);
        match &self.message_id {
            Some(id) => stamp.message_id(id),
            None => stamp,
        }
    }
}

/// Writes a draft. `now` is the caller's time in seconds since 1970 (UTC), which its date shows as clocks in Italy do; of `seed`,
/// 32 bytes that are used for this message alone, are made its Message-ID and its boundaries: the same seed and time write the
/// same bytes. A `seed_len` of 0 has the seed drawn at random. `PEC_COMPOSE_REFUSED` for values that cannot be written, with
/// every one of them in the evidence. Whether a provider takes what is written, `pec_draft_refusals` says. Freed by
/// `pec_composed_free`.
///
/// # Safety
/// `seed` is NULL or the first of `seed_len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_draft_compose(
    draft: Option<&pec_draft>,
    now: i64,
    seed: *const u8,
    seed_len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_composed>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, now) = (some(draft, "draft")?, instant(now, "now")?);
        // SAFETY: the caller's promise.
        let given = unsafe { bytes(seed, seed_len, "seed") }?;
        let out = some(out, "out")?;
        let mut seed = [0; 32];
        if given.is_empty() {
            getrandom::fill(&mut seed)
                .map_err(|error| Failure::new(pec_result::PEC_PANIC).because(error.to_string()))?;
        } else {
            let wrong = || Failure::new(pec_result::PEC_BAD_LENGTH).because(format!("seed: {seed_len}"));
            seed = given.try_into().map_err(|_| wrong())?;
        }
        let composed = it
            .draft
            .compose(&it.stamp(now, seed))
            .map_err(|refusals| Failure::new(pec_result::PEC_COMPOSE_REFUSED).because(reasons(&refusals)))?;
        out.write(Some(Box::new(pec_composed { composed })));
        Ok(())
    })
}

/// Everything that keeps a draft from being sent under these conditions, and what a person should know, at once. It proves as
/// little as `pec_preflight` that a provider takes it. Freed by `pec_refusals_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_draft_refusals(
    draft: Option<&pec_draft>,
    conditions: Option<&pec_conditions>,
    out: Option<&mut MaybeUninit<Option<Box<pec_refusals>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, conditions) = (some(draft, "draft")?, some(conditions, "conditions")?);
        let out = some(out, "out")?;
        // No reason depends on when it is written.
        let stamp = it.stamp(jiff::Timestamp::UNIX_EPOCH, [0; 32]);
        out.write(Some(Box::new(pec_refusals::new(it.draft.refusals(&stamp, &conditions.conditions)))));
        Ok(())
    })
}

/// Ends the life of a draft. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_draft_free(draft: Option<Box<pec_draft>>) {
    border::release(draft);
}

//! Whole tasks in one call, for languages that have no structures: numbers, texts that end with NUL, and a buffer of the
//! caller's.

#![allow(unsafe_code, reason = "exported functions bear unmangled names, take texts from C and write into its buffers")]

mod buffer;
mod folder;

use std::cell::RefCell;
use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use pec_core::finding::{Code, Language};
use pec_core::trust::TrustStore;
use pec_core::verify::Report;
use pec_files::{Judge, Kind, Unread};

use crate::border::{bytes, enter, enter_forked, instant, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::message::fits;
use crate::text::pec_language;
use crate::verifier::pec_verifier;
pub(crate) use buffer::Buffer;
pub use folder::*;

thread_local! {
    /// Why the last flat call of this thread failed.
    static LAST: RefCell<Option<Box<pec_error>>> = const { RefCell::new(None) };
}

/// A flat call: why it failed is kept for [`pec_last_error_json`].
pub(crate) fn flat(work: impl FnOnce() -> Result<(), Failure>) -> pec_result {
    let mut error = MaybeUninit::new(None);
    let result = enter(Some(&mut error), work);
    // SAFETY: it was made with a value, and is only ever overwritten with another.
    LAST.set(unsafe { error.assume_init() });
    result
}

/// The judge of those who bring none: the trust data of this version, nothing else.
pub(crate) fn built_in() -> &'static Arc<Judge> {
    static JUDGE: OnceLock<Arc<Judge>> = OnceLock::new();
    JUDGE.get_or_init(|| Arc::new(Judge::new(TrustStore::built_in())))
}

/// Verifies the message in a file with the trust data of this version, at the time of the machine's clock, and writes the
/// report into the caller's buffer. The verdict stands in it as `"verdict"`.
///
/// `path` is UTF-8 and ends with NUL. `buf` has room for `cap` bytes; the report ends with NUL and `*need` is its size with
/// it. When it has not room enough, nothing is written but `*need`, and the call returns `PEC_BUFFER_TOO_SMALL`: call again
/// with more. `buf` may be NULL when `cap` is 0.
///
/// # Safety
/// `path` is NULL or ends with NUL, `buf` is NULL or the first of `cap` bytes that can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_verify_file_json(
    path: *const c_char,
    buf: *mut c_char,
    cap: usize,
    need: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    flat(|| {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        // SAFETY: the caller's promise.
        let buffer = unsafe { Buffer::new(buf, cap, need) }?;
        let judged = built_in().file(path.as_ref(), Timestamp::now())?;
        buffer.fill(&Report::new(&judged.name, &judged.message, &judged.verification).to_json())
    })
}

/// Verifies the message in a buffer with the caller's verifier and time; `name` is what the message is called in the report.
/// The rest is as for `pec_verify_file_json`.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read, `name` is NULL or ends with NUL, `buf` is NULL or the first
/// of `cap` bytes that can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_verify_bytes_json(
    verifier: Option<&pec_verifier>,
    data: *const u8,
    len: usize,
    name: *const c_char,
    now: i64,
    buf: *mut c_char,
    cap: usize,
    need: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    flat(|| {
        let verifier = some(verifier, "verifier")?;
        // SAFETY: the caller's promise.
        let data = unsafe { bytes(data, len, "data") }?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: the caller's promise.
        let buffer = unsafe { Buffer::new(buf, cap, need) }?;
        let now = instant(now, "now")?;
        fits(data, verifier.judge().reading_limits())?;
        let (message, verification) = verifier.judge().bytes(data.to_vec(), now);
        buffer.fill(&Report::new(name, &message, &verification).to_json())
    })
}

impl From<Unread> for Failure {
    fn from(Unread { name, reason }: Unread) -> Self {
        let result = match reason.kind {
            Kind::TooLarge => pec_result::PEC_TOO_LARGE,
            Kind::Several => pec_result::PEC_SEVERAL_MESSAGES,
            _ => pec_result::PEC_FILE,
        };
        Self::new(result).because(reason.about(name).of(Language::En).to_owned())
    }
}

/// What a finding code means, as a text in the caller's buffer. `code` is its name, `language` a `pec_language`;
/// `PEC_ABSENT` when no code has this name. The buffer is as for `pec_verify_file_json`.
///
/// # Safety
/// `code` is NULL or ends with NUL, `buf` is NULL or the first of `cap` bytes that can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_explain_flat(
    code: *const c_char,
    language: u32,
    buf: *mut c_char,
    cap: usize,
    need: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    flat(|| {
        // SAFETY: the caller's promise.
        let code = unsafe { text(code, "code") }?;
        // SAFETY: the caller's promise.
        let buffer = unsafe { Buffer::new(buf, cap, need) }?;
        let language = pec_language::read(language)?;
        let known = Code::parse(code);
        let known = known.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT).because(code.to_owned()))?;
        buffer.fill(known.explanation(language))
    })
}

/// Why the last flat call of this thread failed, as JSON: `result`, `code`, `layer`, `evidence`, `it`, `en`. `PEC_ABSENT`
/// when it did not fail. The flat calls are those that write into a buffer of the caller's; the others give a `pec_error`.
/// The buffer is as for `pec_verify_file_json`.
///
/// # Safety
/// `buf` is NULL or the first of `cap` bytes that can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_last_error_json(
    buf: *mut c_char,
    cap: usize,
    need: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter_forked(None, || {
        // SAFETY: the caller's promise.
        let buffer = unsafe { Buffer::new(buf, cap, need) }?;
        let json = LAST.with_borrow(|last| last.as_ref().map(|error| error.failure.to_json()));
        buffer.fill(&json.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?)
    })
}

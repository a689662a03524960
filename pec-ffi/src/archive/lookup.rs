//! Where the addresses of recipients were looked up.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_archive::Error;
use ::pec_archive::report::{LookedUp, lines};
use pec_core::lookup::Lookup;

use super::{id, ids, pec_archive};
use crate::border::{enter, instant, some, text};
use crate::failure::{pec_error, pec_result};
use crate::verification::pec_text;

/// Keeps beside messages what a register answered about the address of a recipient: it goes into the bundles of their transactions,
/// and is erased with them. `ids` are their identifiers with commas between them, `lookup` is one JSON object:
/// `{"form":"pec-lookup/1","address":"…","register":"INI-PEC","asked":null,"asked_at":"2026-02-09T08:00:00Z","valid_on":null,
/// "found":true,"answer":"…"}`, with by what it was asked where that was not the address, for which day where the register knows the
/// past, and its answer, byte for byte, in base64. `PEC_ARCHIVE_NOT_FOUND` for a message that is not here, `PEC_ARCHIVE_VALUE` for what
/// is no look-up, or is one of the future: then none was kept. It proves nothing about the register: the host says what it answered.
///
/// # Safety
/// `ids` and `lookup` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_note_lookup(
    archive: Option<&pec_archive>,
    ids: *const c_char,
    lookup: *const c_char,
    now: i64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let ids = unsafe { text(ids, "ids") }?;
        // SAFETY: the caller's promise.
        let lookup = unsafe { text(lookup, "lookup") }?;
        let now = instant(now, "now")?;
        let lookup = Lookup::from_json(lookup.as_bytes());
        let lookup = lookup.map_err(|why| Error::BadValue { what: "look-up", value: why.to_string() })?;
        Ok(it.archive.note_lookup(&it.actor, now, &self::ids(ids)?, &lookup)?)
    })
}

/// What was looked up for a message, in the order of time: one JSON object (`look-up`) a line. `PEC_ARCHIVE_NOT_FOUND` for a message
/// that is not here. Freed by `pec_text_free`.
///
/// # Safety
/// `id` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_lookups(
    archive: Option<&pec_archive>,
    id: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let id = unsafe { text(id, "id") }?;
        let out = some(out, "out")?;
        let id = self::id(id)?;
        let lookups = it.archive.lookups(&it.actor, id)?;
        let reports: Vec<LookedUp> = lookups.into_iter().map(|lookup| LookedUp { message: id, lookup }).collect();
        out.write(Some(Box::new(pec_text::new(lines(&reports)))));
        Ok(())
    })
}

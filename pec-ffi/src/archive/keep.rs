//! How long messages are kept, what must not be erased, and what may be; tags, numbers, the log.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_archive::report::{Ending, Erased, Report, Term, lines};

use super::{id, ids, pec_archive, pec_ids};
use crate::border::{enter, instant, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::verification::pec_text;

/// A text for C.
fn boxed(text: String) -> Option<Box<pec_text>> {
    Some(Box::new(pec_text::new(text)))
}

/// Gives a class a term in months, or another term; the empty class is that of everything that was put in no other, ten years at
/// first. `now` is the caller's time in seconds since 1970 (UTC); it stands in the log.
///
/// # Safety
/// `class` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_set_term(
    archive: Option<&pec_archive>,
    class: *const c_char,
    months: u32,
    now: i64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let class = unsafe { text(class, "class") }?;
        let now = instant(now, "now")?;
        Ok(it.archive.set_term(&it.actor, now, class, months)?)
    })
}

/// The classes and their terms, one JSON object (`term`) a line. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_terms(
    archive: Option<&pec_archive>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        let out = some(out, "out")?;
        let terms = it.archive.terms(&it.actor)?;
        let terms: Vec<Term> = terms.into_iter().map(|(class, months)| Term { class, months }).collect();
        out.write(boxed(lines(&terms)));
        Ok(())
    })
}

/// Puts messages into a class; `ids` are their identifiers with commas between them. `PEC_ARCHIVE_NOT_FOUND` for a message or a
/// class that is not here: then nothing was changed.
///
/// # Safety
/// `ids` and `class` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_classify(
    archive: Option<&pec_archive>,
    ids: *const c_char,
    class: *const c_char,
    now: i64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let ids = unsafe { text(ids, "ids") }?;
        // SAFETY: the caller's promise.
        let class = unsafe { text(class, "class") }?;
        let now = instant(now, "now")?;
        Ok(it.archive.classify(&it.actor, now, &self::ids(ids)?, class)?)
    })
}

/// Holds messages for a case (a lawsuit, an inspection): none of them can be erased until the case is released. `ids` are their
/// identifiers with commas between them.
///
/// # Safety
/// `ids` and `name` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_hold(
    archive: Option<&pec_archive>,
    ids: *const c_char,
    name: *const c_char,
    now: i64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let ids = unsafe { text(ids, "ids") }?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        let now = instant(now, "now")?;
        Ok(it.archive.hold(&it.actor, now, &self::ids(ids)?, name)?)
    })
}

/// Ends the hold of a case; `out` is the number of messages that it held. `PEC_ARCHIVE_NOT_FOUND` when nothing is held for it.
///
/// # Safety
/// `name` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_release(
    archive: Option<&pec_archive>,
    name: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        let now = instant(now, "now")?;
        let out = some(out, "out")?;
        out.write(it.archive.release(&it.actor, now, name)?);
        Ok(())
    })
}

/// The cases for which messages are held and how many each holds, one JSON object (`case`) a line, by name. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_cases(
    archive: Option<&pec_archive>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        let out = some(out, "out")?;
        out.write(boxed(lines(&it.archive.cases(&it.actor)?)));
        Ok(())
    })
}

/// The messages that are held for a case, in the order of their dates. `PEC_ARCHIVE_NOT_FOUND` when nothing is held for it. Freed by
/// `pec_ids_free`.
///
/// # Safety
/// `name` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_held(
    archive: Option<&pec_archive>,
    name: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_ids>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        let out = some(out, "out")?;
        out.write(Some(Box::new(pec_ids::found(&it.archive.held(&it.actor, name)?))));
        Ok(())
    })
}

/// How long a message is kept, and what else keeps it, as one JSON object (`retention`): what `pec_archive_erase` would say of it,
/// before anybody asks to erase it. `PEC_ARCHIVE_NOT_FOUND` for a message that is not here. Freed by `pec_text_free`.
///
/// # Safety
/// `id` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_retention(
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
        out.write(boxed(it.archive.retention(&it.actor, self::id(id)?)?.to_json()));
        Ok(())
    })
}

/// Erases messages whose term is over and which no case holds; the others stay. What comes out is one JSON object (`erased`) a
/// message and line, in the order of `ids`, which are identifiers with commas between them: the entry of the log that is the
/// certificate of the erasure, which `pec_archive_log_entry` gives, or what keeps it. What is erased is overwritten in the file;
/// nothing is proven about copies elsewhere. `PEC_ARCHIVE_NOT_FOUND` for a message that is not here, `PEC_ARCHIVE_VALUE` for an empty
/// reason: then nothing was erased. Freed by `pec_text_free`.
///
/// # Safety
/// `ids` and `reason` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_erase(
    archive: Option<&pec_archive>,
    ids: *const c_char,
    reason: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let ids = unsafe { text(ids, "ids") }?;
        // SAFETY: the caller's promise.
        let reason = unsafe { text(reason, "reason") }?;
        let now = instant(now, "now")?;
        let out = some(out, "out")?;
        let ids = self::ids(ids)?;
        let done = it.archive.erase(&it.actor, now, &ids, reason)?;
        let erased: Vec<Erased> = ids.iter().zip(&done).map(|(id, erasure)| Erased::of(*id, erasure)).collect();
        out.write(boxed(lines(&erased)));
        Ok(())
    })
}

/// Overwrites what is left in the file of erased messages, by writing all of it anew without them: `pec_archive_erase` overwrites what
/// it erases, but single values may be left in gaps of the file, or in its log while somebody reads an older state. With `PEC_OK`
/// nothing is left; `PEC_ARCHIVE_LOCKED` while somebody reads an older state. It takes as long as a copy, and room for two.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_scrub(
    archive: Option<&pec_archive>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        Ok(it.archive.scrub(&it.actor)?)
    })
}

/// What ends by `until` or has ended before `now`, both seconds since 1970 (UTC), at most `limit` of each kind: terms,
/// certificates on which proofs rest that no time-stamp covers yet, and that of the authority which stamped the log last.
/// One JSON object (`ending`) a line. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_expiring(
    archive: Option<&pec_archive>,
    now: i64,
    until: i64,
    limit: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        let now = instant(now, "now")?;
        let until = instant(until, "until")?;
        let out = some(out, "out")?;
        let endings: Vec<Ending> = it.archive.expiring(&it.actor, now, until, limit)?.endings().collect();
        out.write(boxed(lines(&endings)));
        Ok(())
    })
}

/// Gives messages a tag of the host's; `ids` are their identifiers with commas between them. `PEC_ARCHIVE_NOT_FOUND` for a message
/// that is not here: then none is tagged.
///
/// # Safety
/// `ids` and `tag` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_tag(
    archive: Option<&pec_archive>,
    ids: *const c_char,
    tag: *const c_char,
    now: i64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let ids = unsafe { text(ids, "ids") }?;
        // SAFETY: the caller's promise.
        let tag = unsafe { text(tag, "tag") }?;
        let now = instant(now, "now")?;
        Ok(it.archive.tag(&it.actor, now, &self::ids(ids)?, tag)?)
    })
}

/// Takes a tag away again.
///
/// # Safety
/// `ids` and `tag` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_untag(
    archive: Option<&pec_archive>,
    ids: *const c_char,
    tag: *const c_char,
    now: i64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let ids = unsafe { text(ids, "ids") }?;
        // SAFETY: the caller's promise.
        let tag = unsafe { text(tag, "tag") }?;
        let now = instant(now, "now")?;
        Ok(it.archive.untag(&it.actor, now, &self::ids(ids)?, tag)?)
    })
}

/// The archive in numbers, as one JSON object (`stats`), as `pec archive stats --json` prints it. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_stats(
    archive: Option<&pec_archive>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        let out = some(out, "out")?;
        out.write(boxed(it.archive.stats(&it.actor)?.to_json()));
        Ok(())
    })
}

/// The entry of the log at `index`, from 0, as JSON, as it was logged. `PEC_ABSENT` beyond the last. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_log_entry(
    archive: Option<&pec_archive>,
    index: u64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        let out = some(out, "out")?;
        let entry = it.archive.log_entry(&it.actor, index)?;
        out.write(boxed(entry.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?));
        Ok(())
    })
}

/// The number of entries of the log, and the root over them (RFC 6962) in 64 hexadecimal digits: whoever keeps it elsewhere sees later
/// whether anything was changed. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_log_root(
    archive: Option<&pec_archive>,
    size: Option<&mut MaybeUninit<u64>>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        let size = some(size, "size")?;
        let out = some(out, "out")?;
        let (entries, root) = it.archive.log_root(&it.actor)?;
        size.write(entries);
        out.write(boxed(root.iter().map(|byte| format!("{byte:02x}")).collect()));
        Ok(())
    })
}

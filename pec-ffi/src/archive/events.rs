//! What has happened in an archive, for whoever goes on from it.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_archive::report::lines;

use super::pec_archive;
use crate::border::{enter, some, text};
use crate::failure::{pec_error, pec_result};
use crate::verification::pec_text;

/// The events after this number, in their order, at most `limit`; 0 is before the first. One JSON object (`event`) a line; what else
/// stands in it, its `what` says. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_events(
    archive: Option<&pec_archive>,
    after: u64,
    limit: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(archive, "archive")?, some(out, "out")?);
        out.write(Some(Box::new(pec_text::new(lines(&it.archive.events(&it.actor, after, limit)?)))));
        Ok(())
    })
}

/// The events that the follower of this name has not finished yet, at most `limit`. They are given again until he says so
/// (`pec_archive_finished`), so that whoever is interrupted in his work on one is told once more; a new name begins with the first
/// event that is kept. The rest is as for `pec_archive_events`.
///
/// # Safety
/// `follower` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_next_events(
    archive: Option<&pec_archive>,
    follower: *const c_char,
    limit: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let follower = unsafe { text(follower, "follower") }?;
        let out = some(out, "out")?;
        out.write(Some(Box::new(pec_text::new(lines(&it.archive.next_events(&it.actor, follower, limit)?)))));
        Ok(())
    })
}

/// Notes that a follower has finished everything up to the event of this number (its `n`), on stable storage when it returns. He
/// never goes backwards. `PEC_ARCHIVE_VALUE` for an empty name.
///
/// # Safety
/// `follower` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_finished(
    archive: Option<&pec_archive>,
    follower: *const c_char,
    number: u64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let follower = unsafe { text(follower, "follower") }?;
        Ok(it.archive.finished(&it.actor, follower, number)?)
    })
}

/// Lets the follower of this name begin behind everything that has happened so far, unless he has begun before. Writes 1 where he is
/// new, else 0. `PEC_ARCHIVE_VALUE` for an empty name.
///
/// # Safety
/// `follower` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_follow_from_now(
    archive: Option<&pec_archive>,
    follower: *const c_char,
    is_new: Option<&mut MaybeUninit<u32>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let follower = unsafe { text(follower, "follower") }?;
        let is_new = some(is_new, "is_new")?;
        is_new.write(it.archive.follow_from_now(&it.actor, follower)?.into());
        Ok(())
    })
}

/// Takes away the events up to the one of this number: whoever has not read them never will. `out` is how many they were.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_forget_events(
    archive: Option<&pec_archive>,
    number: u64,
    out: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(archive, "archive")?, some(out, "out")?);
        out.write(it.archive.forget_events(&it.actor, number)?);
        Ok(())
    })
}

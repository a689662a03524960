//! Proofs that outlive certificates: time-stamps over the log, bundles.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use ::pec_archive::report::Report as _;
use pec_core::signature::timestamp;

use super::pec_archive;
use crate::blob::pec_blob;
use crate::border::{bytes, enter, instant, some, text};
use crate::failure::{pec_error, pec_result};
use crate::text::pec_bytes;
use crate::trust::pec_trust_store;
use crate::verification::pec_text;

/// Bytes of the longest answer that is taken.
const ROOM: usize = 1 << 20;

/// Given the text of a checkpoint, `note`, has it time-stamped (RFC 3161): writes the token over it, or the whole response of the
/// authority to a request (`pec_time_stamp_request`), to `token`, which has room for `room` bytes, one MiB, and its length
/// to `len`, and returns 0. Anything else says that there is none. It is called on the thread of the call that it was given
/// to, and must not unwind (no C++ exception).
pub type pec_stamp_function = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        note: Option<&pec_bytes>,
        token: *mut u8,
        room: usize,
        len: Option<&mut usize>,
    ) -> u32,
>;

/// Has the present root of the log stamped (RFC 3161) by `stamp`: from then on every message that is here is proven to have
/// existed at that time, whatever becomes of the certificate of its signer. `trust` names the authority
/// (`pec_trust_store_add_time_stamp_anchor`), `now` is the caller's time in seconds since 1970 (UTC). Stamping again renews. What
/// comes out is one JSON object (`stamped`); freed by `pec_text_free`. `PEC_ARCHIVE_TIME_STAMP` when there is nothing to stamp,
/// `stamp` fails, or the token is not over this root by an authority that `trust` names: then nothing was written.
///
/// It proves that the messages existed, not that the archive is complete.
///
/// # Safety
/// `stamp` can be called with `userdata` until the call ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_stamp(
    archive: Option<&pec_archive>,
    trust: Option<&pec_trust_store>,
    now: i64,
    userdata: *mut c_void,
    stamp: pec_stamp_function,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, trust) = (some(archive, "archive")?, some(trust, "trust")?);
        let (now, stamp, out) = (instant(now, "now")?, some(stamp, "stamp")?, some(out, "out")?);
        let stamped = it.archive.renew(&it.actor, &trust.store, now, &mut |note| {
            let (mut token, mut len) = (vec![0; ROOM], 0);
            // SAFETY: the host's promise; what is lent lives until the function returns.
            let answer =
                unsafe { stamp(userdata, Some(&pec_bytes::of(note)), token.as_mut_ptr(), ROOM, Some(&mut len)) };
            if answer != 0 {
                return Err(format!("the host has answered {answer}"));
            }
            if len > ROOM {
                return Err(format!("the token has {len} bytes"));
            }
            token.truncate(len);
            Ok(token)
        })?;
        out.write(Some(Box::new(pec_text::new(stamped.to_json()))));
        Ok(())
    })
}

/// The request for a token over `note` (RFC 3161), to be sent to an authority as `application/timestamp-query`: by SHA-256, with the
/// authority's certificate, without a nonce. Freed by `pec_blob_free`.
///
/// # Safety
/// `note` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_time_stamp_request(
    note: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_blob>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let note = unsafe { bytes(note, len, "note") }?;
        some(out, "out")?.write(Some(Box::new(pec_blob::new(timestamp::request(note)))));
        Ok(())
    })
}

/// Everything that proves the transaction of this *identificativo* or *msgid*, as one ZIP, which `pec_proof_check` and `pec proof
/// verify` check without the archive: its messages as received, the evidence by which they were judged, their places in the log
/// and the time-stamps over it. The page inside is written as `trust` judges at `now`, in seconds since 1970 (UTC).
/// `PEC_ARCHIVE_NOT_FOUND` when nothing speaks of it. Freed by `pec_blob_free`.
///
/// # Safety
/// `identifier` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_bundle(
    archive: Option<&pec_archive>,
    trust: Option<&pec_trust_store>,
    identifier: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_blob>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, trust) = (some(archive, "archive")?, some(trust, "trust")?);
        // SAFETY: the caller's promise.
        let identifier = unsafe { text(identifier, "identifier") }?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let bundle = it.archive.bundle(&it.actor, &trust.store, now, identifier)?;
        out.write(Some(Box::new(pec_blob::new(bundle))));
        Ok(())
    })
}

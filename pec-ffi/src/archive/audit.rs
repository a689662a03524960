//! The log as evidence: whether it is what was logged, its entries for other programs, roots that are kept elsewhere, proofs that
//! are checked without the archive.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use ::pec_archive::report::Report as _;
use ::pec_archive::{EntryProof, GrowthProof, Id, KeptRoot, LogFormat, LogKey, NotKept};

use super::sink::Sink;
use super::{pec_archive, pec_sink_function};
use crate::blob::pec_blob;
use crate::border::{self, bytes, enter, instant, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;
use crate::trust::pec_trust_store;
use crate::verification::pec_text;

impl From<NotKept> for Failure {
    fn from(error: NotKept) -> Self {
        let code = match error {
            NotKept::NotCertified(_) => pec_result::PEC_NOT_CERTIFIED,
            _ => pec_result::PEC_ARCHIVE_VALUE,
        };
        Self::new(code).because(error.to_string())
    }
}

/// How a log is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_log_format {
    /// One JSON object in each line, as it stands in the log, with its number.
    PEC_LOG_FORMAT_NDJSON = 0,
    /// A table (RFC 4180): what a sender wrote is no formula to a spreadsheet.
    PEC_LOG_FORMAT_CSV = 1,
    /// The same behind a byte order mark, by which spreadsheets know that it is UTF-8.
    PEC_LOG_FORMAT_CSV_WITH_MARK = 2,
}

/// At most `limit` entries of the log from number `from` on: who did what, when, to what, one JSON object a line. Freed by
/// `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_log(
    archive: Option<&pec_archive>,
    from: u64,
    limit: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(archive, "archive")?, some(out, "out")?);
        let rows = it.archive.log(&it.actor, from, limit)?;
        let line = |row: &::pec_archive::LogRow| [serde_json::to_string(row).unwrap_or_default(), "\n".to_owned()];
        out.write(Some(Box::new(pec_text::new(rows.iter().flat_map(line).collect()))));
        Ok(())
    })
}

/// Writes the log out from number `from` on, a piece at a time, to `sink`; `format` is a `pec_log_format`, `next` the number of the
/// entry that comes next. Secrets and the text of messages are never in it. What was given counts only when the call returns `PEC_OK`.
/// `PEC_ARCHIVE_FILE` when `sink` ends it.
///
/// # Safety
/// `sink` can be called with `userdata` until the call ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_export_log(
    archive: Option<&pec_archive>,
    from: u64,
    format: u32,
    userdata: *mut c_void,
    sink: pec_sink_function,
    next: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    use pec_log_format as F;
    enter(error, || {
        let (it, next) = (some(archive, "archive")?, some(next, "next")?);
        let format = match format {
            f if f == F::PEC_LOG_FORMAT_NDJSON as u32 => LogFormat::Ndjson,
            f if f == F::PEC_LOG_FORMAT_CSV as u32 => LogFormat::Csv,
            f if f == F::PEC_LOG_FORMAT_CSV_WITH_MARK as u32 => LogFormat::CsvWithMark,
            _ => return Err(unknown("format", format)),
        };
        let mut sink = Sink { userdata, function: some(sink, "sink")? };
        next.write(it.archive.export_log(&it.actor, from, format, &mut sink)?);
        Ok(())
    })
}

/// A key with which the host signs roots of the log (Ed25519): made by `pec_log_key_new`, freed by `pec_log_key_free`. Where its
/// secret is kept decides what a signature is worth: whoever has the file of the archive and this key can sign another log.
#[derive(Debug)]
pub struct pec_log_key {
    key: LogKey,
}

/// The key of this name, without blanks or `+`, that comes from 32 secret random bytes, which are always the same key.
/// `PEC_ARCHIVE_VALUE` for another name, `PEC_BAD_LENGTH` for another number of bytes. Freed by `pec_log_key_free`.
///
/// # Safety
/// `name` is NULL or ends with NUL; `secret` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_log_key_new(
    name: *const c_char,
    secret: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_log_key>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: the caller's promise.
        let secret = unsafe { bytes(secret, len, "secret") }?;
        let out = some(out, "out")?;
        let wrong = |_| Failure::new(pec_result::PEC_BAD_LENGTH).because(format!("secret: {len}"));
        let key = LogKey::new(name, <&[u8; 32]>::try_from(secret).map_err(wrong)?)?;
        out.write(Some(Box::new(pec_log_key { key })));
        Ok(())
    })
}

/// What others check the signatures of a key with, in one line (`name+id+key`). It is public, and belongs where nobody who can write
/// the archive can change it. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_log_key_verifier(
    key: Option<&pec_log_key>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(key, "key")?, some(out, "out")?);
        out.write(Some(Box::new(pec_text::new(it.key.verifier()))));
        Ok(())
    })
}

/// Ends the life of a key, and overwrites it. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_log_key_free(key: Option<Box<pec_log_key>>) {
    border::release(key);
}

/// The present root of the log as a checkpoint (C2SP), signed: to be kept where whoever writes the archive cannot change it. Given
/// back to `pec_archive_verify_log`, it shows whether the entries before it are still those. That it was signed stands in the log.
/// Freed by `pec_blob_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_sign_log(
    archive: Option<&pec_archive>,
    key: Option<&pec_log_key>,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_blob>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, key) = (some(archive, "archive")?, some(key, "key")?);
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        out.write(Some(Box::new(pec_blob::new(it.archive.sign_log(&it.actor, &key.key, now)?))));
        Ok(())
    })
}

/// Roots of a log that the host kept elsewhere, each with whoever vouches for it: made by `pec_kept_roots_new`, freed by
/// `pec_kept_roots_free`.
#[derive(Debug)]
pub struct pec_kept_roots {
    roots: Vec<KeptRoot>,
}

/// No roots. Freed by `pec_kept_roots_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_kept_roots_new(
    out: Option<&mut MaybeUninit<Option<Box<pec_kept_roots>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        some(out, "out")?.write(Some(Box::new(pec_kept_roots { roots: Vec::new() })));
        Ok(())
    })
}

/// Adds a checkpoint that `pec_archive_sign_log` gave, whose signature `verifier` (`pec_log_key_verifier`) confirms; `size` is the
/// number of entries under it. `PEC_ARCHIVE_VALUE` where it is none, or is not signed so that this key says it is right.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read; `verifier` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_kept_roots_add_signed(
    roots: Option<&mut pec_kept_roots>,
    data: *const u8,
    len: usize,
    verifier: *const c_char,
    size: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, size) = (some(roots, "roots")?, some(size, "size")?);
        // SAFETY: the caller's promise.
        let checkpoint = unsafe { bytes(data, len, "data") }?;
        // SAFETY: the caller's promise.
        let verifier = unsafe { text(verifier, "verifier") }?;
        it.add(KeptRoot::signed(checkpoint, verifier)?, size);
        Ok(())
    })
}

/// Adds the first checkpoint in the text of a message that was sent by PEC: the provider certified that it was there then. The
/// message is the envelope or a complete receipt, as received, judged by `trust` at `now`. It does not say who sent it: give messages
/// of which you know that. `PEC_NOT_CERTIFIED` where no provider certifies it. The rest is as for `pec_kept_roots_add_signed`.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_kept_roots_add_mailed(
    roots: Option<&mut pec_kept_roots>,
    trust: Option<&pec_trust_store>,
    data: *const u8,
    len: usize,
    now: i64,
    size: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, trust) = (some(roots, "roots")?, some(trust, "trust")?);
        // SAFETY: the caller's promise.
        let message = unsafe { bytes(data, len, "data") }?;
        let (now, size) = (instant(now, "now")?, some(size, "size")?);
        it.add(KeptRoot::mailed(message, &trust.store, now)?, size);
        Ok(())
    })
}

impl pec_kept_roots {
    fn add(&mut self, root: KeptRoot, size: &mut MaybeUninit<u64>) {
        size.write(root.size());
        self.roots.push(root);
    }
}

/// Ends the life of kept roots. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_kept_roots_free(roots: Option<Box<pec_kept_roots>>) {
    border::release(roots);
}

/// Works the tree of the log out anew from its entries, and compares it with the one that is stored, with the roots that were
/// time-stamped, as `trust` judges at `now`, and with those that were kept elsewhere. `clean` is 1 where every entry is what was logged
/// and every root holds, else 0; what comes out is one JSON object (`log-check`), as `pec log verify --json` prints it: it names the
/// first entry that was edited, removed, inserted or moved, and how many at the end nobody else vouches for. Freed by `pec_text_free`.
///
/// It does not show what was done after the last root that somebody else vouches for, and a log does not bind whoever holds the file
/// and its key to write down what he does.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_verify_log(
    archive: Option<&pec_archive>,
    trust: Option<&pec_trust_store>,
    roots: Option<&pec_kept_roots>,
    now: i64,
    clean: Option<&mut MaybeUninit<u32>>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, trust) = (some(archive, "archive")?, some(trust, "trust")?);
        let (roots, now) = (some(roots, "roots")?, instant(now, "now")?);
        let (clean, out) = (some(clean, "clean")?, some(out, "out")?);
        let check = it.archive.verify_log(&it.actor, &trust.store, now, &roots.roots)?;
        clean.write(check.is_clean().into());
        out.write(Some(Box::new(pec_text::new(check.to_json()))));
        Ok(())
    })
}

/// None given is all that the log has now.
fn some_size(size: u64) -> Option<u64> {
    (size != 0).then_some(size)
}

/// The proof that entry `n` is in the log as it was with `size` entries, 0 for all that it has now, as one JSON object
/// (`entry-proof`), for `pec_log_check_entry`. `PEC_ARCHIVE_NOT_FOUND` where there is no such entry. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_prove_entry(
    archive: Option<&pec_archive>,
    n: u64,
    size: u64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(archive, "archive")?, some(out, "out")?);
        let proof = it.archive.prove_entry(&it.actor, n, some_size(size))?;
        out.write(Some(Box::new(pec_text::new(proof.to_json()))));
        Ok(())
    })
}

/// The proof that the log with `to` entries, 0 for all that it has now, holds all that it held with `from`, in the same order, as one
/// JSON object (`growth-proof`), for `pec_log_check_growth`. `PEC_ARCHIVE_NOT_FOUND` where it never had that many. Freed by
/// `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_prove_growth(
    archive: Option<&pec_archive>,
    from: u64,
    to: u64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(archive, "archive")?, some(out, "out")?);
        let proof = it.archive.prove_growth(&it.actor, from, some_size(to))?;
        out.write(Some(Box::new(pec_text::new(proof.to_json()))));
        Ok(())
    })
}

/// Why what C gives back is no proof.
fn no_proof(error: serde_json::Error) -> Failure {
    Failure::new(pec_result::PEC_BAD_VALUE).because(format!("proof: {error}"))
}

fn kept(given: &str, name: &'static str) -> Result<Id, Failure> {
    given.trim().parse().map_err(|_| Failure::new(pec_result::PEC_BAD_VALUE).because(name))
}

/// Whether the log with this root, 64 hexadecimal digits, has this entry at this place: `holds` is 1, or 0. It needs no archive:
/// `proof` is what `pec_archive_prove_entry` gave, the root is one that was kept (`pec_archive_log_root`). `PEC_BAD_VALUE` where either
/// is none.
///
/// # Safety
/// `proof` and `root` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_log_check_entry(
    proof: *const c_char,
    root: *const c_char,
    holds: Option<&mut MaybeUninit<u32>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let proof = unsafe { text(proof, "proof") }?;
        // SAFETY: the caller's promise.
        let root = unsafe { text(root, "root") }?;
        let holds = some(holds, "holds")?;
        let proof: EntryProof = serde_json::from_str(proof).map_err(no_proof)?;
        holds.write(proof.check(kept(root, "root")?).is_ok().into());
        Ok(())
    })
}

/// Whether the log with the root `later` begins with all that is under the root `earlier`. The rest is as for `pec_log_check_entry`.
///
/// # Safety
/// `proof`, `earlier` and `later` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_log_check_growth(
    proof: *const c_char,
    earlier: *const c_char,
    later: *const c_char,
    holds: Option<&mut MaybeUninit<u32>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let proof = unsafe { text(proof, "proof") }?;
        // SAFETY: the caller's promise.
        let earlier = unsafe { text(earlier, "earlier") }?;
        // SAFETY: the caller's promise.
        let later = unsafe { text(later, "later") }?;
        let holds = some(holds, "holds")?;
        let proof: GrowthProof = serde_json::from_str(proof).map_err(no_proof)?;
        holds.write(proof.check(kept(earlier, "earlier")?, kept(later, "later")?).is_ok().into());
        Ok(())
    })
}

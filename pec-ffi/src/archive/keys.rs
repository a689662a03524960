//! Archives whose bodies are encrypted under keys of the host's.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::path::PathBuf;

use ::pec_archive::report::Report as _;
use ::pec_archive::{Actor, Archive, HostKey, Keys, Searchable};

use super::care::begin;
use super::{pec_archive, pec_intake};
use crate::border::{self, bytes, enter, instant, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;
use crate::work::pec_work;

/// The keys by which an archive is encrypted and opened, one at least: made by `pec_keys_new`, freed by `pec_keys_free`. What is
/// opened with them lives without them. What they hold is overwritten when they are freed; of the bytes that were given the
/// caller overwrites his own copy.
#[derive(Debug)]
pub struct pec_keys {
    pub(crate) keys: Keys,
}

/// What an encrypted archive lets be searched for. The index itself cannot be encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_searchable {
    /// Kinds, verdicts, states, dates, identifiers, addresses of dossiers, mailboxes, tags, digests of attachments: whoever has the
    /// file can read them. No subject, no text, no name of an attachment.
    PEC_SEARCHABLE_FIELDS = 0,
    /// Every word too: whoever has the file can read which words are in which message, and every subject.
    PEC_SEARCHABLE_WORDS = 1,
}

/// The key that C gives.
///
/// # Safety
/// `key` is NULL or the first of `len` bytes that can be read.
unsafe fn host_key(key: *const u8, len: usize) -> Result<HostKey, Failure> {
    // SAFETY: the caller's promise.
    Ok(HostKey::from_slice(unsafe { bytes(key, len, "key") }?)?)
}

/// Keys that begin with this one: 32 random bytes that the host keeps, and without which nobody opens the archive again; what
/// comes in is encrypted under it. `PEC_ARCHIVE_VALUE` for another number of bytes. Freed by `pec_keys_free`.
///
/// # Safety
/// `key` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_keys_new(
    key: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_keys>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let out = some(out, "out")?;
        // SAFETY: the caller's promise.
        let key = unsafe { host_key(key, len) }?;
        out.write(Some(Box::new(pec_keys { keys: Keys::of(key)? })));
        Ok(())
    })
}

/// Adds an older key, by which what was encrypted under it is opened. To change keys, give the new one first and the old ones
/// behind it: what is there stays under the old one, which has to be kept. `key` is as for `pec_keys_new`.
///
/// # Safety
/// `key` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_keys_add(
    keys: Option<&mut pec_keys>,
    key: *const u8,
    len: usize,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let keys = some(keys, "keys")?;
        // SAFETY: the caller's promise.
        let key = unsafe { host_key(key, len) }?;
        keys.keys = keys.keys.clone().and(key)?;
        Ok(())
    })
}

/// What a new archive lets be searched for, a `pec_searchable`, `PEC_SEARCHABLE_FIELDS` at first. An archive that is there keeps
/// to what it was made with.
#[unsafe(no_mangle)]
pub extern "C" fn pec_keys_set_searchable(
    keys: Option<&mut pec_keys>,
    searchable: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let keys = some(keys, "keys")?;
        let searchable = match searchable {
            s if s == pec_searchable::PEC_SEARCHABLE_FIELDS as u32 => Searchable::Fields,
            s if s == pec_searchable::PEC_SEARCHABLE_WORDS as u32 => Searchable::Words,
            _ => return Err(unknown("searchable", searchable)),
        };
        keys.keys = keys.keys.clone().searchable(searchable);
        Ok(())
    })
}

/// Ends the life of keys, and overwrites them. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_keys_free(keys: Option<Box<pec_keys>>) {
    border::release(keys);
}

/// Makes an empty archive whose bodies are encrypted under the first of these keys, and opens it. Identifiers are digests:
/// whoever has the file can see whether something that he has is in it, and what `pec_searchable` says. The rest is as for
/// `pec_archive_create`.
///
/// # Safety
/// `path` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_create_with_keys(
    path: *const c_char,
    keys: Option<&pec_keys>,
    out: Option<&mut MaybeUninit<Option<Box<pec_archive>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        let (keys, out) = (some(keys, "keys")?, some(out, "out")?);
        out.write(Some(pec_archive::open(path, |path| Archive::create_with(path, &keys.keys))?));
        Ok(())
    })
}

/// Opens an archive that is encrypted. Where the first key is new to it, what comes in is encrypted under that from now on.
/// `PEC_ARCHIVE_KEY` where a key under which it was encrypted is missing, or it is not encrypted: then nothing is written. The
/// rest is as for `pec_archive_open`, which answers `PEC_ARCHIVE_KEY` for an archive that is encrypted.
///
/// # Safety
/// `path` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_open_with_keys(
    path: *const c_char,
    keys: Option<&pec_keys>,
    out: Option<&mut MaybeUninit<Option<Box<pec_archive>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        let (keys, out) = (some(keys, "keys")?, some(out, "out")?);
        out.write(Some(pec_archive::open(path, |path| Archive::open_with(path, &keys.keys))?));
        Ok(())
    })
}

/// Opens an archive that is encrypted for reading, as `pec_archive_open_read_only` and `pec_archive_open_with_keys`.
///
/// # Safety
/// `path` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_open_read_only_with_keys(
    path: *const c_char,
    keys: Option<&pec_keys>,
    out: Option<&mut MaybeUninit<Option<Box<pec_archive>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        let (keys, out) = (some(keys, "keys")?, some(out, "out")?);
        out.write(Some(pec_archive::open(path, |path| Archive::open_read_only_with(path, &keys.keys))?));
        Ok(())
    })
}

/// Begins to salvage an archive that is encrypted, as `pec_work_salvage`; the new one is encrypted under the first of these keys,
/// of which the work takes a copy. The work fails with `PEC_ARCHIVE_KEY` where one is missing.
///
/// # Safety
/// `actor`, `from` and `to` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_salvage_with_keys(
    intake: Option<&pec_intake>,
    actor: *const c_char,
    from: *const c_char,
    to: *const c_char,
    keys: Option<&pec_keys>,
    now: i64,
    threads: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let intake = some(intake, "intake")?.shared();
        // SAFETY: the caller's promise.
        let actor = Actor::local(unsafe { text(actor, "actor") }?);
        // SAFETY: the caller's promise.
        let from = PathBuf::from(unsafe { text(from, "from") }?);
        // SAFETY: the caller's promise.
        let to = PathBuf::from(unsafe { text(to, "to") }?);
        let keys = some(keys, "keys")?.keys.clone();
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        out.write(begin(threads, move |watch| {
            Archive::salvage_with(&actor, &intake.at(now), &from, &to, &keys, watch).map(|salvaged| salvaged.to_json())
        })?);
        Ok(())
    })
}

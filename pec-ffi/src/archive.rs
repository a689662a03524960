//! Archives: everything that was received and sent, kept, found and proven. What is kept, pec-archive decides.
//!
//! ```text
//! pec_archive  a file that is open, and in whose name it is used
//!   intake     by whose trust messages are judged, and where they were found
//!   found      identifiers and entries: what a search gives
//!   keep       terms, holds, erasure, tags, numbers, the log
//!   stamp      time-stamps over the log, bundles
//!   care       long work in the background
//!   deposit    packages for a conservation service
//!   keys       the same encrypted
//!   login      a signature kit in place of a password
//!   source     messages read a piece at a time; sink: written so
//!   outbox     what is to be sent
//!   events     what has happened, for whoever goes on from it
//!   rules      what is done with messages that a search finds
//!   organisation   who may do what, and how mailboxes live
//!   audit      the log as evidence: whether it is what was logged, roots that are kept elsewhere, proofs
//!   sheets     reports as tables
//! ```

#![allow(
    unsafe_code,
    reason = "exported functions bear unmangled names, take texts from C and call the host's functions"
)]

mod audit;
mod care;
mod deposit;
mod events;
mod found;
mod intake;
mod keep;
mod keys;
mod login;
mod lookup;
mod organisation;
mod outbox;
mod rules;
mod sheets;
mod sink;
mod source;
mod stamp;

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::Arc;

use ::pec_archive::{Actor, Archive, Id, Submission};
pub use audit::*;
pub use care::*;
pub use deposit::*;
pub use events::*;
pub use found::*;
pub use intake::*;
pub use keep::*;
pub use keys::*;
pub use login::*;
pub use lookup::*;
pub use organisation::*;
pub use outbox::*;
pub use rules::*;
pub use sheets::*;
pub use sink::*;
pub use source::*;
pub use stamp::*;

use crate::blob::pec_blob;
use crate::border::{self, bytes, enter, instant, list, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::ledger::pec_ledger;
use crate::text::{pec_bytes, pec_str};
use crate::verification::pec_verification;

/// An archive that is open, and in whose name it is used: made by `pec_archive_create`, `pec_archive_open`,
/// `pec_archive_open_read_only`, the same with keys, `pec_archive_as` and `pec_archive_as_operator`, freed by `pec_archive_free`, which no other call may be using.
///
/// Any number of threads may use it at once: they read side by side and write one after the other. Other processes may have
/// the same file open. Work that it has begun lives without it. In a forked child `pec_archive_free` does nothing: the file
/// is the parent's.
#[derive(Debug)]
pub struct pec_archive {
    archive: Arc<Archive>,
    actor: Actor,
    path: String,
}

impl From<::pec_archive::Error> for Failure {
    fn from(error: ::pec_archive::Error) -> Self {
        let failure = Self::coded(error.code(), error.to_string());
        match error {
            ::pec_archive::Error::Denied(denied) => failure.denied(denied),
            _ => failure,
        }
    }
}

/// An identifier that C gives: 64 hexadecimal digits.
pub(crate) fn id(given: &str) -> Result<Id, Failure> {
    given.trim().parse().map_err(|_| Failure::new(pec_result::PEC_BAD_VALUE).because(format!("id: {given}")))
}

/// Identifiers with commas between them. None at all is a mistake of the caller's.
pub(crate) fn ids(given: &str) -> Result<Vec<Id>, Failure> {
    let ids = list(given).map(id).collect::<Result<Vec<Id>, Failure>>()?;
    if ids.is_empty() { Err(Failure::new(pec_result::PEC_BAD_VALUE).because("ids")) } else { Ok(ids) }
}

impl pec_archive {
    fn open(path: &str, open: impl FnOnce(&Path) -> ::pec_archive::Result<Archive>) -> Result<Box<Self>, Failure> {
        let archive = open(Path::new(path))?;
        let path = archive.path().display().to_string();
        Ok(Box::new(Self { archive: Arc::new(archive), actor: Actor::host(), path }))
    }

    /// The same, in the name of another.
    fn acting(&self, actor: Actor) -> Self {
        Self { archive: Arc::clone(&self.archive), actor, path: self.path.clone() }
    }
}

/// Makes an empty archive, one file, and opens it. `path` is UTF-8, ended by NUL. `PEC_ARCHIVE_EXISTS` where anything is there,
/// `PEC_ARCHIVE_NETWORK` on a network file system. Freed by `pec_archive_free`.
///
/// # Safety
/// `path` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_create(
    path: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_archive>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        let out = some(out, "out")?;
        out.write(Some(pec_archive::open(path, Archive::create)?));
        Ok(())
    })
}

/// Opens an archive for reading and writing, and brings it to the present format. `path` is UTF-8, ended by NUL.
/// `PEC_ARCHIVE_MISSING`, `PEC_ARCHIVE_NOT_AN_ARCHIVE`, `PEC_ARCHIVE_NEWER`, `PEC_ARCHIVE_NETWORK`, `PEC_ARCHIVE_READ_ONLY`.
/// Freed by `pec_archive_free`.
///
/// # Safety
/// `path` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_open(
    path: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_archive>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        let out = some(out, "out")?;
        out.write(Some(pec_archive::open(path, Archive::open)?));
        Ok(())
    })
}

/// Opens an archive that nobody may change through this handle, also where the disk or the folder cannot be written: what
/// would change it is then `PEC_ARCHIVE_READ_ONLY`. The rest is as for `pec_archive_open`.
///
/// # Safety
/// `path` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_open_read_only(
    path: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_archive>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path, "path") }?;
        let out = some(out, "out")?;
        out.write(Some(pec_archive::open(path, Archive::open_read_only)?));
        Ok(())
    })
}

/// The same open archive, used in the name of a user of the host's, which stands in the log beside whatever he changes. The
/// handles of the other functions act in the name of the host itself. Once anything was done to the
/// organisation (`pec_archive_act`), every call is judged by what he may do: `PEC_ARCHIVE_DENIED`, and an entry of the log, where he may
/// not. The host vouches for who it is. Freed by `pec_archive_free`; each of the handles lives without the others.
///
/// # Safety
/// `name` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_as(
    archive: Option<&pec_archive>,
    name: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_archive>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        if name.trim().is_empty() {
            return Err(Failure::new(pec_result::PEC_BAD_VALUE).because("name"));
        }
        some(out, "out")?.write(Some(Box::new(it.acting(Actor::named(name)))));
        Ok(())
    })
}

/// Where the archive is: the path by which it was opened, absolute. It lives as long as the archive.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_path(
    archive: Option<&pec_archive>,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (archive, out) = (some(archive, "archive")?, some(out, "out")?);
        out.write(pec_str::of(&archive.path));
        Ok(())
    })
}

/// Stores one message as it was received; when it returns, the message and its place in the index are on stable storage. Nothing
/// is refused for what it says: what is wrong with it is kept beside it. `now` is the caller's time in seconds since 1970
/// (UTC). What comes out holds one identifier; freed by `pec_ids_free`.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_put(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    data: *const u8,
    len: usize,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_ids>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?);
        // SAFETY: the caller's promise.
        let message = unsafe { bytes(data, len, "data") }?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let put = it.archive.put(&it.actor, &intake.at(now), message.to_vec())?;
        out.write(Some(Box::new(pec_ids::of_puts(vec![put]))));
        Ok(())
    })
}

/// Stores messages in one transaction: all of them, or none. About a hundred at a time cost a tenth of one by one; all are held
/// in memory. The identifiers come out in the order of `messages`. The rest is as for `pec_archive_put`.
///
/// # Safety
/// `messages` is NULL or the first of `count` that can be read, each with its bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_put_batch(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    messages: *const pec_bytes,
    count: usize,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_ids>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?);
        if messages.is_null() {
            return Err(Failure::new(pec_result::PEC_NULL).because("messages"));
        }
        if count.checked_mul(size_of::<pec_bytes>()).is_none_or(|size| isize::try_from(size).is_err()) {
            return Err(Failure::new(pec_result::PEC_BAD_LENGTH).because(format!("messages: {count}")));
        }
        // SAFETY: not NULL, of a length that an object can have, readable by the caller's promise.
        let given = unsafe { std::slice::from_raw_parts(messages, count) };
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let copy = |one: &pec_bytes| {
            // SAFETY: the caller's promise.
            unsafe { bytes(one.data, one.len, "messages") }.map(<[u8]>::to_vec)
        };
        let messages = given.iter().map(copy).collect::<Result<Vec<_>, _>>()?;
        let puts = it.archive.put_batch(&it.actor, &intake.at(now), messages)?;
        out.write(Some(Box::new(pec_ids::of_puts(puts))));
        Ok(())
    })
}

/// Stores the message that the host has just submitted, at `now`, for these SMTP recipients, addresses with commas between
/// them, with `sender` as the reverse path: its recipients are pending until a certified event comes. The rest is as for
/// `pec_archive_put`.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read; `sender` and `recipients` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_put_submitted(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    data: *const u8,
    len: usize,
    sender: *const c_char,
    recipients: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_ids>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?);
        // SAFETY: the caller's promise.
        let message = unsafe { bytes(data, len, "data") }?;
        // SAFETY: the caller's promise.
        let sender = unsafe { text(sender, "sender") }?;
        // SAFETY: the caller's promise.
        let recipients: Vec<&str> = list(unsafe { text(recipients, "recipients") }?).collect();
        let (at, out) = (instant(now, "now")?, some(out, "out")?);
        let submission = Submission { sender, recipients: &recipients, at };
        let put = it.archive.put_submitted(&it.actor, &intake.at(at), message.to_vec(), &submission)?;
        out.write(Some(Box::new(pec_ids::of_puts(vec![put]))));
        Ok(())
    })
}

/// The exact bytes of a message; `id` are its 64 hexadecimal digits. `PEC_ARCHIVE_NOT_FOUND`; `PEC_ARCHIVE_DAMAGED` where they are
/// no longer what was stored. Freed by `pec_blob_free`.
///
/// # Safety
/// `id` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_get(
    archive: Option<&pec_archive>,
    id: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_blob>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let id = unsafe { text(id, "id") }?;
        let out = some(out, "out")?;
        let id = self::id(id)?;
        out.write(Some(Box::new(pec_blob::new(it.archive.get(&it.actor, id)?))));
        Ok(())
    })
}

/// Everything that speaks of the transaction of this *identificativo* or *msgid*, as a ledger: its dossiers are worked out from
/// the bytes as `intake` judges them at `now`, not from what is stored beside them; messages are called by their
/// identifiers. What else the ledger can do holds for it too. Freed by `pec_ledger_free`.
///
/// # Safety
/// `identifier` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_ledger(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    identifier: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_ledger>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?);
        // SAFETY: the caller's promise.
        let identifier = unsafe { text(identifier, "identifier") }?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let mut ledger = pec_ledger::empty();
        for id in it.archive.messages_about(&it.actor, identifier)? {
            let (message, verification) = it.archive.verify(&it.actor, &intake.at(now), id)?;
            let given = pec_verification::new(Arc::new(message), verification);
            let submitted = it.archive.submission(&it.actor, id)?;
            ledger.take(&given, &id.to_string(), |source, message| submitted.map(|it| it.record(source, message)))?;
        }
        out.write(Some(Box::new(ledger)));
        Ok(())
    })
}

/// Ends the life of a handle on an archive; the last one closes the file. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_free(archive: Option<Box<pec_archive>>) {
    border::release_outside_children(archive);
}

#[cfg(test)]
mod tests {
    use std::io;

    use ::pec_archive::Error;
    use jiff::Timestamp;
    use pec_core::delegation::{Object, Organisation, Permission};
    use pec_core::finding::Language;

    use super::*;

    /// The texts of the table are those of the archive, for every error that it can answer.
    #[test]
    fn every_error_of_an_archive_is_in_the_table() {
        let text = String::new;
        let (user, mailbox) = ("anna".parse().unwrap(), "a@pec.it".parse().unwrap());
        let denied =
            Organisation::default().may(&user, Permission::List, &Object::mailbox(&mailbox), Timestamp::UNIX_EPOCH);
        let denied = denied.unwrap_err();
        let all = [
            Error::Missing("x".into()),
            Error::Exists("x".into()),
            Error::NotAnArchive("x".into()),
            Error::Moved("x".into()),
            Error::Newer { found: 9, known: 2 },
            Error::Network { path: "x".into(), kind: "nfs" },
            Error::Locked,
            Error::Full,
            Error::ReadOnly,
            Error::Damaged(text()),
            Error::NotFound(text()),
            Error::Query(::pec_archive::search::Query::parse("x:y").unwrap_err()),
            Error::BadValue { what: "x", value: text() },
            Error::TimeStamp(text()),
            Error::Bundle(pec_core::proof::TooLarge),
            Error::Report(text()),
            Error::File { path: "x".into(), source: io::Error::other("x") },
            Error::Device(text()),
            Error::Internal(text()),
            Error::Key("x"),
            Error::Unsupported("x"),
            Error::KeyReused { key: text(), id: Id::of(b"x") },
            Error::Refused(Vec::new()),
            Error::Denied(denied),
        ];
        let of_archive = pec_result::ALL.iter().filter(|result| result.code().starts_with("archive."));
        // What a provider would refuse, others say too.
        assert_eq!(of_archive.count() + 1, all.len());
        for error in all {
            let (code, layer) = (error.code(), error.layer());
            let texts = (error.explanation(Language::It), error.explanation(Language::En));
            let failure = Failure::from(error);
            assert_eq!((failure.result.code(), failure.result.layer(), failure.result.text()), (code, layer, texts));
        }
    }

    #[test]
    fn a_list_of_identifiers_is_checked() {
        let one = Id::of(b"x");
        assert_eq!(ids(&format!(" {one}, {one} ")).unwrap(), [one, one]);
        for bad in ["", ",", "x", &format!("{one},x"), &format!("{one} {one}")] {
            assert_eq!(ids(bad).unwrap_err().result, pec_result::PEC_BAD_VALUE, "{bad}");
        }
    }
}

//! Who may do what in which mailbox, and how mailboxes live: commands in JSON, lists as lines of JSON, the one question.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_archive::Actor;
use ::pec_archive::report::lines;
use pec_core::delegation::lifecycle::{Document, DocumentKind};
use pec_core::delegation::{CodeError, Event, Listing, Object, Operator, Permission, Scope};

use super::pec_archive;
use crate::blob::pec_blob;
use crate::border::{bytes, enter, instant, list, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;
use crate::verification::pec_text;

/// How far somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_scope {
    /// The program itself: everything.
    PEC_SCOPE_HOST = 0,
    /// First level (*Cliente*): a client with all its accounts.
    PEC_SCOPE_CLIENT = 1,
    /// Second level (*Account*): itself alone.
    PEC_SCOPE_ACCOUNT = 2,
}

/// In what something is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_object {
    /// In the mailbox as a whole.
    PEC_OBJECT_MAILBOX = 0,
    /// In a folder of it, whatever the tags.
    PEC_OBJECT_FOLDER = 1,
    /// To one message: its folder, and all of its tags.
    PEC_OBJECT_MESSAGE = 2,
}

/// A code or an address that C gives.
pub(super) fn code<'t, T: TryFrom<&'t str, Error = CodeError>>(given: &'t str, name: &str) -> Result<T, Failure> {
    T::try_from(given).map_err(|error| bad(format!("{name}: {}: {error}", pec_core::text::printable(given))))
}

fn bad(evidence: String) -> Failure {
    Failure::new(pec_result::PEC_BAD_VALUE).because(evidence)
}

/// The scope that C gives.
fn scope(level: u32, given: &str) -> Result<Scope, Failure> {
    match level {
        l if l == pec_scope::PEC_SCOPE_HOST as u32 && given.is_empty() => Ok(Scope::Host),
        l if l == pec_scope::PEC_SCOPE_HOST as u32 => Err(bad(format!("code: {}", pec_core::text::printable(given)))),
        l if l == pec_scope::PEC_SCOPE_CLIENT as u32 => Ok(Scope::Client(code(given, "code")?)),
        l if l == pec_scope::PEC_SCOPE_ACCOUNT as u32 => Ok(Scope::Account(code(given, "code")?)),
        _ => Err(unknown("scope", level)),
    }
}

/// The same open archive, used in the name of somebody who administers (*operatore*), as far as the scope goes: `scope` is a
/// `pec_scope`, `code` that of the client or account, empty for `PEC_SCOPE_HOST`. The host vouches for who it is. To administer is
/// not to read: for that an operator needs grants as a user. The rest is as for `pec_archive_as`.
///
/// # Safety
/// `name` and `code` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_as_operator(
    archive: Option<&pec_archive>,
    name: *const c_char,
    scope: u32,
    code: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_archive>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: the caller's promise.
        let code = unsafe { text(code, "code") }?;
        let out = some(out, "out")?;
        let operator = Operator { id: self::code(name, "name")?, scope: self::scope(scope, code)? };
        out.write(Some(Box::new(it.acting(Actor::operator(operator)))));
        Ok(())
    })
}

/// Does this to the organisation, in the name of whoever the handle acts for: `command` is one JSON object, the name of the command
/// under `command` and its fields as they stand in the events (`{"command":"suspend-user","user":"anna"}`). It is decided on what the
/// log has and written to the log in one step; when it returns it is on stable storage, and of several who claim the same at once one
/// gets it. What comes out is each event that came of it, one JSON object a line; none where it was so already. Freed by
/// `pec_text_free`.
///
/// `PEC_ARCHIVE_DENIED` where it is not permitted or cannot be done: the error has the reason (`PEC_ERROR_REASON`), the log says that
/// it was attempted, and nothing else has changed. `PEC_ARCHIVE_VALUE` where it is no command, or the name of whoever acts is nobody's.
///
/// # Safety
/// `command` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_act(
    archive: Option<&pec_archive>,
    command: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let command = unsafe { text(command, "command") }?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let mut lines = String::new();
        for event in it.archive.act_json(&it.actor, command, now)? {
            let line = Event::to_json(&event);
            lines += &line.map_err(|error| Failure::new(pec_result::PEC_PANIC).because(error.to_string()))?;
            lines.push('\n');
        }
        out.write(Some(Box::new(pec_text::new(lines))));
        Ok(())
    })
}

/// What is known of the organisation at `now`, as far as the scope goes (a `pec_scope` and its code, empty for `PEC_SCOPE_HOST`), and
/// never further than whoever the handle acts for sees: one JSON object a line, whose form is docs/schema/organisation-1.json.
/// `listing` is `policy`, `roles`, `clients`, `accounts`, `catalogues`, `users`, `mailboxes`, `grants`, `mandates`, `shares`, `work`,
/// `requests` or `due`. `query` says which mailboxes or requests, in JSON, all where it is empty: `{"part":"gare"}`, `{"provider-user":"U1"}`,
/// `{"activated":{"from":"…","until":"…"}}`, `{"in":"active"}`; `{"since":"…"}`, `{"reference":"R1"}`, `{"activation-code":"…"}`,
/// `{"mailbox":"…"}`, `{"requester":"…"}`, `{"holder":"…"}`. A user sees his grants, what he may read by a share, and work
/// where he may list: for the rest `PEC_ARCHIVE_DENIED`. Freed by `pec_text_free`.
///
/// # Safety
/// `listing`, `query` and `code` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_listing(
    archive: Option<&pec_archive>,
    listing: *const c_char,
    query: *const c_char,
    scope: u32,
    code: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(listing, "listing") }?;
        // SAFETY: the caller's promise.
        let query = unsafe { text(query, "query") }?;
        // SAFETY: the caller's promise.
        let code = unsafe { text(code, "code") }?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let listing = Listing::named(name, query).map_err(|error| bad(format!("listing: {error}")))?;
        let scope = self::scope(scope, code)?;
        out.write(Some(Box::new(pec_text::new(it.archive.listing(&it.actor, &scope, &listing, now)?))));
        Ok(())
    })
}

/// Whether whoever the handle acts for may do this in a mailbox at `now`, by the name of the permission (`send`): what comes out says
/// by what, and under which mandate of the holder, as one JSON object (`right`). `object` is a `pec_object`; `folder` and `tags`, with
/// commas between them, are those of the message, and empty where they are not asked for. `PEC_ARCHIVE_DENIED` where he may not: the
/// error has the reason, and the permission that was missing. It is asked for anew at each act: a right does not outlive a withdrawal.
/// That it was asked is not in the log. Freed by `pec_text_free`.
///
/// # Safety
/// `permission`, `mailbox`, `folder` and `tags` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_may(
    archive: Option<&pec_archive>,
    permission: *const c_char,
    mailbox: *const c_char,
    object: u32,
    folder: *const c_char,
    tags: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    use pec_object as O;
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(permission, "permission") }?;
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        // SAFETY: the caller's promise.
        let folder = unsafe { text(folder, "folder") }?;
        // SAFETY: the caller's promise.
        let tags: Vec<&str> = list(unsafe { text(tags, "tags") }?).collect();
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let permission = Permission::ALL.into_iter().find(|permission| permission.as_str() == name);
        let permission = permission.ok_or_else(|| bad(format!("permission: {}", pec_core::text::printable(name))))?;
        let mailbox = self::code(mailbox, "mailbox")?;
        let whole = Object::mailbox(&mailbox);
        let object = match object {
            o if o == O::PEC_OBJECT_MAILBOX as u32 && folder.is_empty() && tags.is_empty() => whole,
            o if o == O::PEC_OBJECT_FOLDER as u32 && tags.is_empty() => Object { folder: Some(folder), ..whole },
            o if o == O::PEC_OBJECT_MESSAGE as u32 => Object::message(&mailbox, folder, &tags),
            _ => return Err(unknown("object", object)),
        };
        out.write(Some(Box::new(pec_text::new(it.archive.may(&it.actor, permission, &object, now)?.to_json()))));
        Ok(())
    })
}

/// Looks at a document before it is uploaded (`stage-document`): what it is by its first bytes, whatever its name says, and its
/// digest, as one JSON object, which is the `document` of the command. `kind` is `contract` or `revoke-form`. That it is a PDF, a TIFF
/// or a JPEG does not prove that it can be opened, nor what stands in it. `PEC_ARCHIVE_DENIED` (`document.format`) where it is none of
/// the three. Freed by `pec_text_free`.
///
/// # Safety
/// `kind` and `name` are NULL or end with NUL; `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_document_examine(
    kind: *const c_char,
    name: *const c_char,
    data: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let kind = unsafe { text(kind, "kind") }?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: the caller's promise.
        let data = unsafe { bytes(data, len, "data") }?;
        let out = some(out, "out")?;
        let kind: DocumentKind = serde_json::from_value(kind.into()).map_err(|error| bad(format!("kind: {error}")))?;
        let document = Document::examine(kind, code(name, "name")?, data).map_err(::pec_archive::Error::Denied)?;
        let json = serde_json::to_string(&document);
        let json = json.map_err(|error| Failure::new(pec_result::PEC_PANIC).because(error.to_string()))?;
        out.write(Some(Box::new(pec_text::new(json))));
        Ok(())
    })
}

/// Opens a share (*messa a disposizione*) with whoever the handle acts for: the messages of its dossier that lie in its mailbox, oldest
/// first, one JSON object (`entry`) a line. That it was opened, by whom and when, is on stable storage before they are given.
/// `PEC_ARCHIVE_DENIED` where it is another's, over, withdrawn, or has not begun. Freed by `pec_text_free`.
///
/// # Safety
/// `share` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_open_share(
    archive: Option<&pec_archive>,
    share: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let share = unsafe { text(share, "share") }?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let entries = it.archive.open_share(&it.actor, &code(share, "share")?, now)?;
        out.write(Some(Box::new(pec_text::new(lines(&entries)))));
        Ok(())
    })
}

/// The exact bytes of a message of a share. That it was read is on stable storage before they are given. `PEC_ARCHIVE_NOT_FOUND` for a
/// message that is not part of it; the rest is as for `pec_archive_open_share`. Freed by `pec_blob_free`.
///
/// # Safety
/// `share` and `id` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_get_shared(
    archive: Option<&pec_archive>,
    share: *const c_char,
    id: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_blob>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let share = unsafe { text(share, "share") }?;
        // SAFETY: the caller's promise.
        let id = unsafe { text(id, "id") }?;
        let out = some(out, "out")?;
        let (id, now) = (super::id(id)?, instant(now, "now")?);
        let message = it.archive.get_shared(&it.actor, &code(share, "share")?, id, now)?;
        out.write(Some(Box::new(pec_blob::new(message))));
        Ok(())
    })
}

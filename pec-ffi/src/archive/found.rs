//! What is found: identifiers, and entries page by page.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_archive::report::Report as _;
use ::pec_archive::search::Query;
use ::pec_archive::{Cursor, Entry, Id, Page, Put, Stored};
use serde_json::Value;

use super::pec_archive;
use crate::border::{self, enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::{pec_bytes, pec_language, pec_str, unknown};
use crate::verification::pec_text;

fn absent() -> Failure {
    Failure::new(pec_result::PEC_ABSENT)
}

/// Identifiers of messages: of those that were put, or of those that were found. They never change and may be shared between
/// threads.
#[derive(Debug)]
pub struct pec_ids {
    ids: Vec<(String, Option<Stored>)>,
}

impl pec_ids {
    pub(super) fn found(ids: &[Id]) -> Self {
        Self { ids: ids.iter().map(|id| (id.to_string(), None)).collect() }
    }

    pub(super) fn of_puts(puts: Vec<Put>) -> Self {
        Self { ids: puts.into_iter().map(|put| (put.id.to_string(), Some(put.stored))).collect() }
    }
}

/// How many there are.
#[unsafe(no_mangle)]
pub extern "C" fn pec_ids_count(ids: Option<&pec_ids>, out: Option<&mut MaybeUninit<usize>>) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(ids, "ids")?.ids.len());
        Ok(())
    })
}

/// The identifier at `index`, from 0: the SHA-256 of the bytes of the message, 64 hexadecimal digits. It lives as long as the
/// identifiers.
#[unsafe(no_mangle)]
pub extern "C" fn pec_ids_text(
    ids: Option<&pec_ids>,
    index: usize,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (ids, out) = (some(ids, "ids")?, some(out, "out")?);
        out.write(pec_str::of(&ids.ids.get(index).ok_or_else(absent)?.0));
        Ok(())
    })
}

/// Whether the message at `index`, from 0, was not in the archive before it was put: 1, or 0. `PEC_ABSENT` for those that were
/// found.
#[unsafe(no_mangle)]
pub extern "C" fn pec_ids_is_new(
    ids: Option<&pec_ids>,
    index: usize,
    out: Option<&mut MaybeUninit<u32>>,
) -> pec_result {
    enter(None, || {
        let (ids, out) = (some(ids, "ids")?, some(out, "out")?);
        let stored = ids.ids.get(index).and_then(|(_, stored)| *stored).ok_or_else(absent)?;
        out.write((stored == Stored::New).into());
        Ok(())
    })
}

/// Ends the life of identifiers. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_ids_free(ids: Option<Box<pec_ids>>) {
    border::release(ids);
}

/// The messages that speak of the transaction of this *identificativo* or *msgid*, oldest first. Freed by `pec_ids_free`.
///
/// # Safety
/// `identifier` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_messages_about(
    archive: Option<&pec_archive>,
    identifier: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_ids>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let identifier = unsafe { text(identifier, "identifier") }?;
        let out = some(out, "out")?;
        out.write(Some(Box::new(pec_ids::found(&it.archive.messages_about(&it.actor, identifier)?))));
        Ok(())
    })
}

/// Entries of messages: what the index knows of them, newest first. It is what verification said when a message came in, or was
/// last judged; what has to be proven is verified from the bytes. It never changes and may be shared between threads.
#[derive(Debug)]
pub struct pec_page {
    entries: Vec<Written>,
    next: Option<i64>,
    lines: String,
}

#[derive(Debug)]
struct Written {
    json: String,
    values: Value,
}

impl Written {
    fn of(entry: &Entry) -> Self {
        Self { json: entry.to_json(), values: serde_json::to_value(entry).unwrap_or_default() }
    }
}

impl pec_page {
    fn of(page: &Page) -> Self {
        let next = page.next.map(Cursor::to_number);
        Self { entries: page.entries.iter().map(Written::of).collect(), next, lines: page.to_lines() }
    }

    fn one(entry: &Entry) -> Self {
        let written = Written::of(entry);
        let lines = format!("{}\n", written.json);
        Self { entries: vec![written], next: None, lines }
    }

    fn entry(&self, index: usize) -> Result<&Written, Failure> {
        self.entries.get(index).ok_or_else(absent)
    }

    /// The values of a field: those of a list, else one, else none.
    fn values(&self, index: usize, field: u32) -> Result<Vec<&Value>, Failure> {
        let value = self.entry(index)?.values.get(pec_entry_field::key(field)?).ok_or_else(absent)?;
        Ok(match value {
            Value::Null => Vec::new(),
            Value::Array(several) => several.iter().collect(),
            one => vec![one],
        })
    }
}

/// What an entry says, for `pec_page_text`, `pec_page_number` and `pec_page_value_count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_entry_field {
    /// SHA-256 of the bytes.
    PEC_ENTRY_ID = 0,
    /// A number: bytes.
    PEC_ENTRY_SIZE = 1,
    /// A time: when it was stored, by the host's clock.
    PEC_ENTRY_STORED_AT = 2,
    /// *tipo*, *anomalia* or `ordinary`.
    PEC_ENTRY_KIND = 3,
    /// The verdict by its name.
    PEC_ENTRY_VERDICT = 4,
    /// Several: codes of what is wrong with it, where a person should look at it.
    PEC_ENTRY_QUARANTINE = 5,
    /// A time: what the provider certified.
    PEC_ENTRY_CERTIFIED_AT = 6,
    /// A time: when the certificate of its signer ends.
    PEC_ENTRY_EXPIRES = 7,
    /// *identificativo*.
    PEC_ENTRY_PEC_ID = 8,
    /// *msgid*, or the Message-ID of a copy.
    PEC_ENTRY_MESSAGE_ID = 9,
    /// The sender, certified where anything is.
    PEC_ENTRY_SENDER = 10,
    /// The subject, certified where anything is.
    PEC_ENTRY_SUBJECT = 11,
    /// Several: the mailboxes in which it was found.
    PEC_ENTRY_MAILBOXES = 12,
    /// Several: tags of the host.
    PEC_ENTRY_TAGS = 13,
    /// A time: the date by which it stands in lists: what was certified, else the date of its header, else when it was stored.
    PEC_ENTRY_DATED_AT = 14,
}

impl pec_entry_field {
    /// The key in the report.
    fn key(number: u32) -> Result<&'static str, Failure> {
        use pec_entry_field as F;
        Ok(match number {
            n if n == F::PEC_ENTRY_ID as u32 => "id",
            n if n == F::PEC_ENTRY_SIZE as u32 => "size",
            n if n == F::PEC_ENTRY_STORED_AT as u32 => "stored_at",
            n if n == F::PEC_ENTRY_KIND as u32 => "kind",
            n if n == F::PEC_ENTRY_VERDICT as u32 => "verdict",
            n if n == F::PEC_ENTRY_QUARANTINE as u32 => "quarantine",
            n if n == F::PEC_ENTRY_CERTIFIED_AT as u32 => "certified_at",
            n if n == F::PEC_ENTRY_EXPIRES as u32 => "expires",
            n if n == F::PEC_ENTRY_PEC_ID as u32 => "pec_id",
            n if n == F::PEC_ENTRY_MESSAGE_ID as u32 => "message_id",
            n if n == F::PEC_ENTRY_SENDER as u32 => "sender",
            n if n == F::PEC_ENTRY_SUBJECT as u32 => "subject",
            n if n == F::PEC_ENTRY_MAILBOXES as u32 => "mailboxes",
            n if n == F::PEC_ENTRY_TAGS as u32 => "tags",
            n if n == F::PEC_ENTRY_DATED_AT as u32 => "dated_at",
            _ => return Err(unknown("field", number)),
        })
    }

    /// Whether its text is a time.
    const fn is_time(number: u32) -> bool {
        use pec_entry_field as F;
        number == F::PEC_ENTRY_STORED_AT as u32
            || number == F::PEC_ENTRY_CERTIFIED_AT as u32
            || number == F::PEC_ENTRY_EXPIRES as u32
            || number == F::PEC_ENTRY_DATED_AT as u32
    }
}

/// What a query finds, newest first, `limit` entries at most. `query` is what a person types, UTF-8 ended by NUL, such as
/// `da:acme stato:consegnato dopo:2026-01-01 "contratto quadro"`; an empty one finds everything. `from` is 0 for the first
/// page, then what `pec_page_next` gives; messages that come in meanwhile neither repeat nor hide any. `PEC_ARCHIVE_QUERY` when
/// it cannot be understood: its evidence says where, `pec_query_explain` shows a person. Freed by `pec_page_free`.
///
/// # Safety
/// `query` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_search(
    archive: Option<&pec_archive>,
    query: *const c_char,
    from: i64,
    limit: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_page>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let query = unsafe { text(query, "query") }?;
        let out = some(out, "out")?;
        if limit == 0 {
            return Err(Failure::new(pec_result::PEC_BAD_VALUE).because("limit: 0"));
        }
        let query = Query::parse(query).map_err(::pec_archive::Error::from)?;
        // No page ends at 0: nothing is older than the first second of 1970.
        let from = (from != 0).then(|| Cursor::from_number(from));
        out.write(Some(Box::new(pec_page::of(&it.archive.search(&it.actor, &query, from, limit)?))));
        Ok(())
    })
}

/// What is wrong with a query, for a person, in the language of `language` (`pec_language`): the sentence, the query, and a mark
/// below the place, on lines of their own; `begin` and `end` are the place in characters, from 0. `PEC_ABSENT` when nothing
/// is wrong. Freed by `pec_text_free`.
///
/// # Safety
/// `query` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_query_explain(
    query: *const c_char,
    language: u32,
    begin: Option<&mut MaybeUninit<usize>>,
    end: Option<&mut MaybeUninit<usize>>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let query = unsafe { text(query, "query") }?;
        let (begin, end, out) = (some(begin, "begin")?, some(end, "end")?, some(out, "out")?);
        let language = pec_language::read(language)?;
        let wrong = Query::parse(query).err().ok_or_else(absent)?;
        begin.write(wrong.at.start);
        end.write(wrong.at.end);
        out.write(Some(Box::new(pec_text::new(wrong.explain(query, language)))));
        Ok(())
    })
}

/// The entry of one message, as a page of one; `id` are its 64 hexadecimal digits. `PEC_ARCHIVE_NOT_FOUND`; `PEC_ARCHIVE_DAMAGED`
/// where the index has lost it, which `pec_work_rebuild_index` mends. Freed by `pec_page_free`.
///
/// # Safety
/// `id` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_entry(
    archive: Option<&pec_archive>,
    id: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_page>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let id = unsafe { text(id, "id") }?;
        let out = some(out, "out")?;
        let id = super::id(id)?;
        out.write(Some(Box::new(pec_page::one(&it.archive.entry(&it.actor, id)?))));
        Ok(())
    })
}

/// How many entries a page has.
#[unsafe(no_mangle)]
pub extern "C" fn pec_page_count(page: Option<&pec_page>, out: Option<&mut MaybeUninit<usize>>) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(page, "page")?.entries.len());
        Ok(())
    })
}

/// Where the next page begins, for `from` of `pec_archive_search`. `PEC_ABSENT` when nothing older is found.
#[unsafe(no_mangle)]
pub extern "C" fn pec_page_next(page: Option<&pec_page>, out: Option<&mut MaybeUninit<i64>>) -> pec_result {
    enter(None, || {
        let (page, out) = (some(page, "page")?, some(out, "out")?);
        out.write(page.next.ok_or_else(absent)?);
        Ok(())
    })
}

/// How many values a field has in the entry at `index`, from 0; `field` is a `pec_entry_field`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_page_value_count(
    page: Option<&pec_page>,
    index: usize,
    field: u32,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (page, out) = (some(page, "page")?, some(out, "out")?);
        out.write(page.values(index, field)?.len());
        Ok(())
    })
}

/// The text at `inner`, from 0 (of a single value at 0), of a field in the entry at `index`, from 0; `field` is a
/// `pec_entry_field`, times are RFC 3339 in UTC. `PEC_ABSENT` where there is none, and for numbers. It lives as long as the page.
#[unsafe(no_mangle)]
pub extern "C" fn pec_page_text(
    page: Option<&pec_page>,
    index: usize,
    field: u32,
    inner: usize,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (page, out) = (some(page, "page")?, some(out, "out")?);
        let values = page.values(index, field)?;
        let found = values.get(inner).and_then(|value| value.as_str()).ok_or_else(absent)?;
        out.write(pec_str::of(found));
        Ok(())
    })
}

/// The number of a field in the entry at `index`, from 0; of a time, seconds since 1970 (UTC). `PEC_ABSENT` where there is none,
/// and for texts.
#[unsafe(no_mangle)]
pub extern "C" fn pec_page_number(
    page: Option<&pec_page>,
    index: usize,
    field: u32,
    out: Option<&mut MaybeUninit<i64>>,
) -> pec_result {
    enter(None, || {
        let (page, out) = (some(page, "page")?, some(out, "out")?);
        let values = page.values(index, field)?;
        let value = values.first().ok_or_else(absent)?;
        let second = |text: &str| Some(text.parse::<jiff::Timestamp>().ok()?.as_second());
        let time = value.as_str().filter(|_| pec_entry_field::is_time(field)).and_then(second);
        out.write(value.as_i64().or(time).ok_or_else(absent)?);
        Ok(())
    })
}

/// The entry at `index`, from 0, as one JSON object, as `pec archive search --json` prints it. It lives as long as the page.
#[unsafe(no_mangle)]
pub extern "C" fn pec_page_json(
    page: Option<&pec_page>,
    index: usize,
    out: Option<&mut MaybeUninit<pec_bytes>>,
) -> pec_result {
    enter(None, || {
        let (page, out) = (some(page, "page")?, some(out, "out")?);
        out.write(pec_bytes::of(page.entry(index)?.json.as_bytes()));
        Ok(())
    })
}

/// The page as lines of JSON, as `pec archive search --json` prints it: the entries, then where the next page begins. It lives as
/// long as the page.
#[unsafe(no_mangle)]
pub extern "C" fn pec_page_lines(page: Option<&pec_page>, out: Option<&mut MaybeUninit<pec_bytes>>) -> pec_result {
    enter(None, || {
        let (page, out) = (some(page, "page")?, some(out, "out")?);
        out.write(pec_bytes::of(page.lines.as_bytes()));
        Ok(())
    })
}

/// Ends the life of a page. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_page_free(page: Option<Box<pec_page>>) {
    border::release(page);
}

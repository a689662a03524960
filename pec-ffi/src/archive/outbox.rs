//! What is to be sent: given once, kept byte for byte, and never sent twice because nobody knows whether it has gone.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_archive::report::{Report as _, lines};
use ::pec_archive::{Outgoing, Resolution, TicketState};

use super::{id, pec_archive, pec_intake};
use crate::border::{bytes, enter, instant, list, some, text};
use crate::compose::{pec_composed, pec_conditions};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;
use crate::verification::pec_text;

/// What a person has found out of a message of which nobody knew whether it had gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_resolution {
    /// It has gone: it will not be sent again.
    PEC_RESOLUTION_SENT = 0,
    /// It has not: it waits to be sent. Whoever says so wrongly sends it twice.
    PEC_RESOLUTION_NOT_SENT = 1,
}

/// Takes a message to be sent from a mailbox by whoever sends next: its exact bytes are archived, and when this returns they and the
/// ticket are on stable storage. `key` is the caller's own name for it, up to 500 bytes (an invoice number): within the mailbox it
/// stands for one message, for ever. The same key with the same bytes, `sender` and `recipients`, addresses with commas
/// between them, gives the same ticket, whatever has become of it, so that a caller who does not know whether he was heard can ask
/// again. What comes out is one JSON object (`ticket`); freed by `pec_text_free`.
///
/// `PEC_COMPOSE_REFUSED` where a provider of these conditions would not take it, with every reason in the evidence:
/// `pec_preflight` gives them one by one. `PEC_ARCHIVE_KEY_REUSED` where the key stands for another message;
/// `PEC_ARCHIVE_VALUE` for an empty or odd key, or no recipients. Nothing was stored then.
///
/// # Safety
/// `mailbox`, `key`, `sender` and `recipients` are NULL or end with NUL; `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_queue(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    mailbox: *const c_char,
    key: *const c_char,
    sender: *const c_char,
    recipients: *const c_char,
    data: *const u8,
    len: usize,
    conditions: Option<&pec_conditions>,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?);
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        // SAFETY: the caller's promise.
        let key = unsafe { text(key, "key") }?;
        // SAFETY: the caller's promise.
        let sender = unsafe { text(sender, "sender") }?;
        // SAFETY: the caller's promise.
        let recipients: Vec<&str> = list(unsafe { text(recipients, "recipients") }?).collect();
        // SAFETY: the caller's promise.
        let message = unsafe { bytes(data, len, "data") }?;
        let conditions = some(conditions, "conditions")?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let outgoing = Outgoing { mailbox, key, sender, recipients: &recipients };
        out.write(it.queue(intake, now, &outgoing, message, conditions)?);
        Ok(())
    })
}

/// The same for a message that was composed here: its envelope is known.
///
/// # Safety
/// `mailbox` and `key` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_queue_composed(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    mailbox: *const c_char,
    key: *const c_char,
    composed: Option<&pec_composed>,
    conditions: Option<&pec_conditions>,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?);
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        // SAFETY: the caller's promise.
        let key = unsafe { text(key, "key") }?;
        let composed = &some(composed, "composed")?.composed;
        let conditions = some(conditions, "conditions")?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let recipients: Vec<&str> = composed.recipients.iter().map(String::as_str).collect();
        let outgoing = Outgoing { mailbox, key, sender: &composed.sender, recipients: &recipients };
        out.write(it.queue(intake, now, &outgoing, &composed.bytes, conditions)?);
        Ok(())
    })
}

impl pec_archive {
    fn queue(
        &self,
        intake: &pec_intake,
        now: jiff::Timestamp,
        outgoing: &Outgoing<'_>,
        message: &[u8],
        conditions: &pec_conditions,
    ) -> Result<Option<Box<pec_text>>, Failure> {
        let intake = intake.at(now).mailbox(outgoing.mailbox);
        let ticket =
            self.archive.queue_checked(&self.actor, &intake, outgoing, message.to_vec(), &conditions.conditions)?;
        Ok(Some(Box::new(pec_text::new(ticket.to_json()))))
    }
}

/// The ticket of this key, as one JSON object (`ticket`): where what was given to be sent stands, and what the server said.
/// `PEC_ARCHIVE_NOT_FOUND`. Freed by `pec_text_free`.
///
/// # Safety
/// `mailbox` and `key` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_ticket(
    archive: Option<&pec_archive>,
    mailbox: *const c_char,
    key: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        // SAFETY: the caller's promise.
        let key = unsafe { text(key, "key") }?;
        let out = some(out, "out")?;
        out.write(Some(Box::new(pec_text::new(it.archive.ticket(&it.actor, mailbox, key)?.to_json()))));
        Ok(())
    })
}

/// At most `limit` tickets of a mailbox in a state (`queued`, `sending`, `sent`, `refused`, `unknown`), in the order in which they
/// were given, behind the one of this `number`, 0 for the beginning: one JSON object (`ticket`) a line. Freed by `pec_text_free`.
///
/// # Safety
/// `mailbox` and `state` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_tickets(
    archive: Option<&pec_archive>,
    mailbox: *const c_char,
    state: *const c_char,
    number: i64,
    limit: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        // SAFETY: the caller's promise.
        let state = unsafe { text(state, "state") }?;
        let out = some(out, "out")?;
        let wrong = || Failure::new(pec_result::PEC_BAD_VALUE).because(format!("state: {state}"));
        let state = TicketState::from_name(state).ok_or_else(wrong)?;
        let tickets = it.archive.tickets(&it.actor, mailbox, state, number, limit)?;
        out.write(Some(Box::new(pec_text::new(lines(&tickets)))));
        Ok(())
    })
}

/// The tickets of a message, by its 64 hexadecimal digits, in the order in which they were given: one JSON object (`ticket`) a line,
/// none for one that nobody has given to be sent. `PEC_ARCHIVE_NOT_FOUND`. Freed by `pec_text_free`.
///
/// # Safety
/// `id` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_tickets_of(
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
        out.write(Some(Box::new(pec_text::new(lines(&it.archive.tickets_of(&it.actor, self::id(id)?)?)))));
        Ok(())
    })
}

/// Ends that nobody knows of a message whether it has gone; `resolution` is a `pec_resolution`. What comes out is its ticket, one
/// JSON object (`ticket`). `PEC_ARCHIVE_VALUE` where it is known; `PEC_ARCHIVE_NOT_FOUND`. Freed by `pec_text_free`.
///
/// # Safety
/// `mailbox` and `key` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_resolve(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    mailbox: *const c_char,
    key: *const c_char,
    resolution: u32,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?);
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        // SAFETY: the caller's promise.
        let key = unsafe { text(key, "key") }?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let resolution = match resolution {
            r if r == pec_resolution::PEC_RESOLUTION_SENT as u32 => Resolution::Sent,
            r if r == pec_resolution::PEC_RESOLUTION_NOT_SENT as u32 => Resolution::NotSent,
            _ => return Err(unknown("resolution", resolution)),
        };
        let ticket = it.archive.resolve(&it.actor, &intake.at(now), mailbox, key, resolution)?;
        out.write(Some(Box::new(pec_text::new(ticket.to_json()))));
        Ok(())
    })
}

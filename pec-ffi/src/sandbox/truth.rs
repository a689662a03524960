//! What a sandbox knows and no mail program does: what became of each message, and which are not genuine. For tests.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_sandbox::network::{Origin, Outcome};
use pec_core::limits::Limits;

use super::pec_sandbox;
use crate::border::{enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::message::pec_message;

/// Where a message in a mailbox of the sandbox comes from, in truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_origin {
    /// A provider issued it about the owner's own message, and nobody touched it.
    PEC_ORIGIN_GENUINE = 0,
    /// As genuine, with an edited outer header.
    PEC_ORIGIN_EDITED = 1,
    /// A second copy of a genuine message.
    PEC_ORIGIN_COPY = 2,
    /// Genuine, about somebody else's message.
    PEC_ORIGIN_FOREIGN = 3,
    /// Signed with a self-made certificate that names a provider.
    PEC_ORIGIN_FORGED = 4,
    /// Ordinary mail in an ordinary mailbox.
    PEC_ORIGIN_ORDINARY = 5,
}

impl From<Origin> for pec_origin {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Genuine => Self::PEC_ORIGIN_GENUINE,
            Origin::Edited => Self::PEC_ORIGIN_EDITED,
            Origin::Copy => Self::PEC_ORIGIN_COPY,
            Origin::Foreign => Self::PEC_ORIGIN_FOREIGN,
            Origin::Forged => Self::PEC_ORIGIN_FORGED,
            Origin::Ordinary => Self::PEC_ORIGIN_ORDINARY,
        }
    }
}

/// What became of a message for one recipient, in truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_outcome {
    /// The access point did not accept the message.
    PEC_OUTCOME_REFUSED = 0,
    /// On its way, or waiting for a point that does not work.
    PEC_OUTCOME_UNDERWAY = 1,
    /// It lies in the recipient's mailbox.
    PEC_OUTCOME_DELIVERED = 2,
    /// It could not be delivered.
    PEC_OUTCOME_FAILED = 3,
    /// The recipient's provider found a virus and forwarded nothing.
    PEC_OUTCOME_INFECTED = 4,
    /// It left the certified network for an ordinary mailbox.
    PEC_OUTCOME_EXTERNAL = 5,
    /// An ordinary mail server refused it.
    PEC_OUTCOME_BOUNCED = 6,
    /// It got lost between the providers.
    PEC_OUTCOME_LOST = 7,
}

/// Outcome and instant, where it has one.
fn told(outcome: Outcome) -> (pec_outcome, Option<i64>) {
    use pec_outcome as O;
    let (outcome, at) = match outcome {
        Outcome::Refused => return (O::PEC_OUTCOME_REFUSED, None),
        Outcome::Underway => return (O::PEC_OUTCOME_UNDERWAY, None),
        Outcome::Delivered(at) => (O::PEC_OUTCOME_DELIVERED, at),
        Outcome::Failed(_, at) => (O::PEC_OUTCOME_FAILED, at),
        Outcome::Infected(at) => (O::PEC_OUTCOME_INFECTED, at),
        Outcome::External(at) => (O::PEC_OUTCOME_EXTERNAL, at),
        Outcome::Bounced(at) => (O::PEC_OUTCOME_BOUNCED, at),
        Outcome::Lost(at) => (O::PEC_OUTCOME_LOST, at),
    };
    (outcome, Some(at.timestamp().as_second()))
}

impl pec_sandbox {
    fn outcome(&self, pec_id: &str, recipient: &str) -> Result<(pec_outcome, Option<i64>), Failure> {
        let outcome = self.look(|network| Ok(network.outcome(pec_id, recipient)))?;
        outcome.map(told).ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))
    }
}

/// What became of a message for one of its recipients, in truth: what the receipts should come to. `pec_id` is that of
/// `pec_submission_pec_id`; `PEC_ABSENT` when there was no such submission. Both texts are UTF-8, ended by NUL.
///
/// # Safety
/// `pec_id` and `recipient` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_outcome(
    sandbox: Option<&pec_sandbox>,
    pec_id: *const c_char,
    recipient: *const c_char,
    out: Option<&mut MaybeUninit<pec_outcome>>,
) -> pec_result {
    enter(None, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let pec_id = unsafe { text(pec_id, "pec_id") }?;
        // SAFETY: the caller's promise.
        let recipient = unsafe { text(recipient, "recipient") }?;
        some(out, "out")?.write(sandbox.outcome(pec_id, recipient)?.0);
        Ok(())
    })
}

/// When it came to that, in seconds since 1970 (UTC); `PEC_ABSENT` for a message that was refused or is on its way.
///
/// # Safety
/// `pec_id` and `recipient` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_outcome_at(
    sandbox: Option<&pec_sandbox>,
    pec_id: *const c_char,
    recipient: *const c_char,
    out: Option<&mut MaybeUninit<i64>>,
) -> pec_result {
    enter(None, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let pec_id = unsafe { text(pec_id, "pec_id") }?;
        // SAFETY: the caller's promise.
        let recipient = unsafe { text(recipient, "recipient") }?;
        let out = some(out, "out")?;
        let at = sandbox.outcome(pec_id, recipient)?.1;
        out.write(at.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?);
        Ok(())
    })
}

/// What the message at `index`, from 0, of a mailbox is in truth.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_message_origin(
    sandbox: Option<&pec_sandbox>,
    address: *const c_char,
    index: usize,
    out: Option<&mut MaybeUninit<pec_origin>>,
) -> pec_result {
    enter(None, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        some(out, "out")?.write(sandbox.stored(address, index, |stored| stored.origin)?.into());
        Ok(())
    })
}

/// When the message at `index`, from 0, was put into the mailbox, in seconds since 1970 (UTC).
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_message_at(
    sandbox: Option<&pec_sandbox>,
    address: *const c_char,
    index: usize,
    out: Option<&mut MaybeUninit<i64>>,
) -> pec_result {
    enter(None, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        some(out, "out")?.write(sandbox.stored(address, index, |stored| stored.at.timestamp().as_second())?);
        Ok(())
    })
}

/// A delivery receipt as a forger would make it: right in every word, signed with a self-made certificate that names the
/// recipient's provider. It is put nowhere. `PEC_ABSENT` when there was no such submission, `PEC_NO_MAILBOX` when no provider
/// manages the recipient's domain. Freed by `pec_message_free`.
///
/// # Safety
/// `pec_id` and `recipient` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_forged_delivery(
    sandbox: Option<&pec_sandbox>,
    pec_id: *const c_char,
    recipient: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_message>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let pec_id = unsafe { text(pec_id, "pec_id") }?;
        // SAFETY: the caller's promise.
        let recipient = unsafe { text(recipient, "recipient") }?;
        let out = some(out, "out")?;
        let bytes = sandbox.look(|network| network.forged_delivery(pec_id, recipient))?;
        out.write(Some(Box::new(pec_message::parse(bytes, &Limits::DEFAULT))));
        Ok(())
    })
}

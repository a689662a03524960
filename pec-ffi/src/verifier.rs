//! The verifier: trust data, evidence and policy, used for any number of messages on any number of threads.

#![allow(unsafe_code, reason = "exported functions bear unmangled names")]

use std::mem::MaybeUninit;
use std::sync::Arc;

use pec_core::verify::{JudgedAt, MailboxRole};
use pec_files::Judge;

use crate::border::{self, enter, instant, some};
use crate::directory::pec_directory;
use crate::failure::{pec_error, pec_result};
use crate::limits::pec_limits;
use crate::message::pec_message;
use crate::text::unknown;
use crate::trust::{pec_evidence, pec_trust_store};
use crate::verification::pec_verification;

/// Checks messages. `pec_verify` may be called on any number of threads at once; what changes the verifier needs it alone.
///
/// Certification paths that were found good are kept for the next message; they never change an answer.
#[derive(Debug)]
pub struct pec_verifier {
    judge: Arc<Judge>,
}

impl pec_verifier {
    pub(crate) fn judge(&self) -> &Arc<Judge> {
        &self.judge
    }

    /// Whoever is at work with the judge as it was goes on with it.
    fn change(&mut self, change: impl FnOnce(Judge) -> Judge) {
        self.judge = Arc::new(change(Judge::clone(&self.judge)));
    }
}

/// A verifier with a copy of `trust`, without evidence, judging at the time of signing, for messages of users' mailboxes.
/// Freed by `pec_verifier_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verifier_new(
    trust: Option<&pec_trust_store>,
    out: Option<&mut MaybeUninit<Option<Box<pec_verifier>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (trust, out) = (some(trust, "trust")?, some(out, "out")?);
        out.write(Some(Box::new(pec_verifier { judge: Arc::new(Judge::new(trust.store.clone())) })));
        Ok(())
    })
}

/// Uses a copy of `evidence` about revocation. Without evidence revocation is "not checked", never "good".
#[unsafe(no_mangle)]
pub extern "C" fn pec_verifier_set_evidence(
    verifier: Option<&mut pec_verifier>,
    evidence: Option<&pec_evidence>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (verifier, evidence) = (some(verifier, "verifier")?, some(evidence, "evidence")?);
        verifier.change(|judge| judge.evidence(evidence.evidence.clone()));
        Ok(())
    })
}

/// Uses a copy of `directory`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verifier_set_directory(
    verifier: Option<&mut pec_verifier>,
    directory: Option<&pec_directory>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (verifier, directory) = (some(verifier, "verifier")?, some(directory, "directory")?);
        verifier.change(|judge| judge.directory(directory.directory.clone()));
        Ok(())
    })
}

/// The time at which the signer is judged, for `pec_verifier_set_judged_at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_judged_at {
    /// The time of signing, as the law asks.
    PEC_JUDGED_AT_SIGNING = 0,
    /// The `now` of the call.
    PEC_JUDGED_AT_NOW = 1,
    /// The time that is given.
    PEC_JUDGED_AT_TIME = 2,
}

/// Judges the signer at another time; every other check stays as it is. `judged_at` is a `pec_judged_at`; `time`, in
/// seconds since 1970 (UTC), counts for `PEC_JUDGED_AT_TIME` alone.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verifier_set_judged_at(
    verifier: Option<&mut pec_verifier>,
    judged_at: u32,
    time: i64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    use pec_judged_at as P;
    enter(error, || {
        let verifier = some(verifier, "verifier")?;
        let judged_at = match judged_at {
            n if n == P::PEC_JUDGED_AT_SIGNING as u32 => JudgedAt::Signing,
            n if n == P::PEC_JUDGED_AT_NOW as u32 => JudgedAt::Now,
            n if n == P::PEC_JUDGED_AT_TIME as u32 => JudgedAt::At(instant(time, "time")?),
            _ => return Err(unknown("judged_at", judged_at)),
        };
        verifier.change(|judge| judge.judged_at(judged_at));
        Ok(())
    })
}

/// Uses a copy of `limits` for every message that is verified from now on, whatever it was parsed with: a file that is larger
/// is not read, and what else is hit is a finding. Unless they are given, files are read within the limits of
/// `pec_limits_new`, and a message keeps those that it was parsed with.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verifier_set_limits(
    verifier: Option<&mut pec_verifier>,
    limits: Option<&pec_limits>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (verifier, limits) = (some(verifier, "verifier")?, some(limits, "limits")?);
        verifier.change(|judge| judge.limits(limits.limits));
        Ok(())
    })
}

/// The mailbox in which messages were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_mailbox_role {
    /// A user's.
    PEC_MAILBOX_ROLE_USER = 0,
    /// A provider's service mailbox (casella di servizio).
    PEC_MAILBOX_ROLE_SERVICE = 1,
}

/// For messages from this kind of mailbox. `role` is a `pec_mailbox_role`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verifier_set_mailbox_role(
    verifier: Option<&mut pec_verifier>,
    role: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let verifier = some(verifier, "verifier")?;
        let role = match role {
            n if n == pec_mailbox_role::PEC_MAILBOX_ROLE_USER as u32 => MailboxRole::User,
            n if n == pec_mailbox_role::PEC_MAILBOX_ROLE_SERVICE as u32 => MailboxRole::Service,
            _ => return Err(unknown("role", role)),
        };
        verifier.change(|judge| judge.mailbox(role));
        Ok(())
    })
}

/// Verifies one message. It never fails for what is in the message: that is a verdict, with its findings.
///
/// `now` is the caller's time in seconds since 1970 (UTC). What comes out is freed by `pec_verification_free`; message and
/// verifier may be freed before it.
///
/// What `PEC_VERDICT_CERTIFIED` proves: a licensed PEC provider signed these very bytes. It does not prove that the content
/// is true, that anybody read it, or that no other message exists.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verify(
    verifier: Option<&pec_verifier>,
    message: Option<&pec_message>,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_verification>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (verifier, message) = (some(verifier, "verifier")?, some(message, "message")?);
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let verification = verifier.judge.verify(&message.message, now);
        out.write(Some(Box::new(pec_verification::new(Arc::clone(&message.message), verification))));
        Ok(())
    })
}

/// Ends the life of a verifier that no call is using. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verifier_free(verifier: Option<Box<pec_verifier>>) {
    border::release(verifier);
}

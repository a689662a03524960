//! The verifier: trust data, evidence and policy, used for any number of messages on any number of threads.

#![allow(unsafe_code, reason = "exported functions bear unmangled names")]

use std::mem::MaybeUninit;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use pec_core::directory::ProviderDirectory;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, Evidence, TrustStore};
use pec_core::verify::{JudgedAt, MailboxRole, Verification, Verifier};

use crate::border::{self, enter, instant, some};
use crate::failure::{pec_error, pec_result};
use crate::message::pec_message;
use crate::text::unknown;
use crate::trust::{pec_directory, pec_evidence, pec_trust_store};
use crate::verification::pec_verification;

/// Checks messages. `pec_verify` may be called on any number of threads at once; what changes the verifier needs it alone.
///
/// Certification paths that were found good are kept for the next message; they never change an answer.
#[derive(Debug)]
pub struct pec_verifier {
    judge: Arc<Judge>,
}

/// What verifying takes, shared by the handle and by work that goes on in the background.
#[derive(Debug)]
pub(crate) struct Judge {
    trust: TrustStore,
    evidence: Evidence,
    directory: Option<ProviderDirectory>,
    judged_at: JudgedAt,
    mailbox: MailboxRole,
    caches: Pool,
}

impl Judge {
    pub(crate) fn new(trust: TrustStore) -> Self {
        Self {
            trust,
            evidence: Evidence::none(),
            directory: None,
            judged_at: JudgedAt::Signing,
            mailbox: MailboxRole::User,
            caches: Pool::default(),
        }
    }

    pub(crate) fn verify(&self, message: &Message<Vec<u8>>, now: Timestamp) -> Verification {
        let verifier =
            Verifier::new(&self.trust).evidence(&self.evidence).judged_at(self.judged_at).mailbox(self.mailbox);
        let verifier = match &self.directory {
            Some(directory) => verifier.directory(directory),
            None => verifier,
        };
        let mut cache = self.caches.take();
        let verification = verifier.verify(message, now, &mut cache);
        self.caches.give_back(cache);
        verification
    }

    /// The same for another judge of its own, so that a change is seen by nobody who is at work.
    fn like(&self) -> Self {
        Self {
            trust: self.trust.clone(),
            evidence: self.evidence.clone(),
            directory: self.directory.clone(),
            judged_at: self.judged_at,
            mailbox: self.mailbox,
            caches: Pool::default(),
        }
    }
}

/// Chain caches that nobody is using; as many in the end as threads have verified at once. The lock is held while one is
/// taken or given back, never during a verification, and nothing is kept per thread: the host's threads come and go.
#[derive(Debug, Default)]
struct Pool(Mutex<Vec<ChainCache>>);

impl Pool {
    /// The one that was used last: it knows the most.
    fn take(&self) -> ChainCache {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, cache: ChainCache) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(cache);
    }
}

impl pec_verifier {
    pub(crate) fn judge(&self) -> &Arc<Judge> {
        &self.judge
    }

    fn change(&mut self, change: impl FnOnce(&mut Judge)) {
        if Arc::get_mut(&mut self.judge).is_none() {
            self.judge = Arc::new(self.judge.like());
        }
        if let Some(judge) = Arc::get_mut(&mut self.judge) {
            change(judge);
        }
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
        verifier.change(|judge| judge.evidence = evidence.evidence.clone());
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
        verifier.change(|judge| judge.directory = Some(directory.directory.clone()));
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
        verifier.change(|judge| judge.judged_at = judged_at);
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
        verifier.change(|judge| judge.mailbox = role);
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

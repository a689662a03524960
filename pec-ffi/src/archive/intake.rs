//! By whose trust messages are judged, and where they were found.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;

use ::pec_archive::Intake;
use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_core::trust::{Evidence, TrustStore};

use crate::border::{self, enter, some, text};
use crate::failure::{pec_error, pec_result};
use crate::limits::pec_limits;
use crate::trust::{pec_evidence, pec_trust_store};

/// How messages are judged when they come in, and where they were found. It can be changed until it is freed; work that is
/// begun with it takes a copy. Calls that only use it may be made on any number of threads at once.
#[derive(Debug)]
pub struct pec_intake {
    judging: Arc<Judging>,
}

#[derive(Debug, Clone)]
pub(super) struct Judging {
    trust: TrustStore,
    evidence: Evidence,
    mailbox: String,
    limits: Limits,
}

impl Judging {
    pub(super) fn at(&self, now: Timestamp) -> Intake<'_> {
        Intake::new(&self.trust, now).evidence(&self.evidence).mailbox(&self.mailbox).limits(self.limits)
    }
}

impl pec_intake {
    pub(super) fn at(&self, now: Timestamp) -> Intake<'_> {
        self.judging.at(now)
    }

    /// By whose trust and evidence, for a hub.
    #[cfg(feature = "wire")]
    pub(crate) fn trusted(&self) -> (TrustStore, Evidence, Limits) {
        (self.judging.trust.clone(), self.judging.evidence.clone(), self.judging.limits)
    }

    /// For work in the background.
    pub(super) fn shared(&self) -> Arc<Judging> {
        Arc::clone(&self.judging)
    }
}

/// An intake with a copy of `trust`, without evidence and mailbox. Freed by `pec_intake_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_intake_new(
    trust: Option<&pec_trust_store>,
    out: Option<&mut MaybeUninit<Option<Box<pec_intake>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (trust, out) = (some(trust, "trust")?, some(out, "out")?);
        let (trust, limits) = (trust.store.clone(), Limits::DEFAULT);
        let judging = Judging { trust, evidence: Evidence::none(), mailbox: String::new(), limits };
        out.write(Some(Box::new(pec_intake { judging: Arc::new(judging) })));
        Ok(())
    })
}

/// Uses a copy of `evidence` about revocation, which is kept with the messages.
#[unsafe(no_mangle)]
pub extern "C" fn pec_intake_set_evidence(
    intake: Option<&mut pec_intake>,
    evidence: Option<&pec_evidence>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (intake, evidence) = (some(intake, "intake")?, some(evidence, "evidence")?);
        Arc::make_mut(&mut intake.judging).evidence = evidence.evidence.clone();
        Ok(())
    })
}

/// Names the mailbox in which messages were found: an address, or whatever name the host has for it; UTF-8 ended by NUL, empty
/// for none.
///
/// # Safety
/// `mailbox` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_intake_set_mailbox(
    intake: Option<&mut pec_intake>,
    mailbox: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let intake = some(intake, "intake")?;
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        mailbox.clone_into(&mut Arc::make_mut(&mut intake.judging).mailbox);
        Ok(())
    })
}

/// Reads messages within these limits, of which it takes a copy. What is beyond them is stored all the same, and judged as what
/// cannot be verified.
#[unsafe(no_mangle)]
pub extern "C" fn pec_intake_set_limits(
    intake: Option<&mut pec_intake>,
    limits: Option<&pec_limits>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (intake, limits) = (some(intake, "intake")?, some(limits, "limits")?);
        Arc::make_mut(&mut intake.judging).limits = limits.limits;
        Ok(())
    })
}

/// Ends the life of an intake. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_intake_free(intake: Option<Box<pec_intake>>) {
    border::release(intake);
}

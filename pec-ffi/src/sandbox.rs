//! PEC providers in a box (feature `sandbox`): for whoever writes a program that sends PEC and has no mailbox to try it
//! with. What it does is pec-sandbox's.

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take texts and bytes from C")]

mod fault;
mod mail;
mod serve;
mod truth;

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_sandbox::network::{Answer, Error, Mailbox, Network, ProviderSettings, Settings, Submitted};
use ::pec_sandbox::server::{self, Server};
use jiff::SignedDuration;
use serde_json::Value;

pub use fault::*;
pub use mail::*;
pub use serve::*;
pub use truth::*;

use crate::border::{self, bytes, enter, instant, list, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::flat::{Buffer, flat};
use crate::text::{pec_str, unknown};

/// Two or three PEC providers in this process, with mailboxes and a clock that is turned: for tests and trials. Whoever
/// trusts its authority trusts everybody: its keys are public.
///
/// What changes it needs it alone; reading may be shared. While `pec_sandbox_serve` lasts, mail clients use it too, which
/// takes care of itself. Freed by `pec_sandbox_free`, which ends the server and its threads.
#[derive(Debug)]
pub struct pec_sandbox {
    state: State,
}

/// A network on its own, or behind its server.
#[derive(Debug)]
enum State {
    Still(Box<Network>),
    Serving(Server),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let result = match error {
            Error::NoMailbox { .. } => pec_result::PEC_NO_MAILBOX,
            Error::Rejected { .. } => pec_result::PEC_REJECTED,
            Error::Backwards { .. } | Error::BeyondCertificates { .. } => pec_result::PEC_CLOCK,
            Error::NoProvider { .. } | Error::Settings(_) => pec_result::PEC_SETTINGS,
            Error::NoTransaction { .. } => pec_result::PEC_ABSENT,
            Error::Issuing(_) => pec_result::PEC_PANIC,
        };
        Self::new(result).because(error.to_string())
    }
}

impl From<server::Error> for Failure {
    fn from(error: server::Error) -> Self {
        let result = match error {
            server::Error::Network(error) => return error.into(),
            server::Error::Listen { .. } => pec_result::PEC_LISTEN,
            server::Error::Folder { .. } => pec_result::PEC_FILE,
            server::Error::Tls(_) => pec_result::PEC_PANIC,
        };
        Self::new(result).because(error.to_string())
    }
}

impl pec_sandbox {
    /// Changes the network, behind its server too.
    fn change<T>(&mut self, change: impl FnOnce(&mut Network) -> Result<T, Error>) -> Result<T, Failure> {
        match &mut self.state {
            State::Still(network) => change(network).map_err(Failure::from),
            State::Serving(server) => server.with(change).map_err(Failure::from),
        }
    }

    /// Looks at the network.
    fn look<T>(&self, look: impl FnOnce(&Network) -> Result<T, Error>) -> Result<T, Failure> {
        match &self.state {
            State::Still(network) => look(network).map_err(Failure::from),
            State::Serving(server) => server.with(|network| look(network)).map_err(Failure::from),
        }
    }
}

/// The providers of a sandbox, by their hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_house {
    /// `pec.alfa.example`.
    PEC_HOUSE_ALFA = 0,
    /// `cert.beta.example`.
    PEC_HOUSE_BETA = 1,
    /// The third one, `pec.gamma.example`.
    PEC_HOUSE_GAMMA = 2,
}

/// Whether a mailbox of the sandbox takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_mailbox_state {
    /// It does.
    PEC_MAILBOX_ACTIVE = 0,
    /// Nothing fits in any more: the sender gets a failure.
    PEC_MAILBOX_FULL = 1,
    /// It exists, takes nothing, and cannot send.
    PEC_MAILBOX_DISABLED = 2,
}

/// What the access point did with a submission, for `pec_submission_answer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_submitted {
    /// Accepted and forwarded.
    PEC_SUBMITTED_ACCEPTED = 0,
    /// Refused for a formal reason.
    PEC_SUBMITTED_REFUSED = 1,
    /// Refused because of a virus.
    PEC_SUBMITTED_INFECTED = 2,
}

/// What the access point answered: made by `pec_sandbox_submit`, freed by `pec_submission_free`. It never changes, may be
/// shared between threads, and lives without the sandbox.
#[derive(Debug)]
pub struct pec_submission {
    submitted: Submitted,
}

/// A sandbox of the first `providers` (1 to 3) of `pec_house`, whose clock stands at `start`, in seconds since 1970 (UTC):
/// from 2025-03-23 to 2028-08-31, else `PEC_SETTINGS`. It has no mailboxes but the providers' service mailboxes, and uses
/// neither network nor files nor the machine's clock. Freed by `pec_sandbox_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_new(
    start: i64,
    providers: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_sandbox>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (start, out) = (instant(start, "start")?, some(out, "out")?);
        let mut settings = Settings::two_providers(start);
        settings.providers = match providers {
            1 => vec![ProviderSettings::alfa()],
            2 => vec![ProviderSettings::alfa(), ProviderSettings::beta()],
            3 => vec![ProviderSettings::alfa(), ProviderSettings::beta(), ProviderSettings::gamma()],
            _ => return Err(unknown("providers", providers)),
        };
        let network = Network::new(settings)?;
        out.write(Some(Box::new(pec_sandbox { state: State::Still(Box::new(network)) })));
        Ok(())
    })
}

/// Adds a mailbox, or changes the state of one that is there; `state` is a `pec_mailbox_state`. `address` is UTF-8, ended
/// by NUL, `PEC_SETTINGS` when it is no address. Below a domain of a provider (`anna@pec.alfa.example`) it is a PEC mailbox,
/// elsewhere an ordinary one.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_set_mailbox(
    sandbox: Option<&mut pec_sandbox>,
    address: *const c_char,
    state: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    use pec_mailbox_state as M;
    enter(error, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        let wanted = match state {
            n if n == M::PEC_MAILBOX_ACTIVE as u32 => Mailbox::new(address),
            n if n == M::PEC_MAILBOX_FULL as u32 => Mailbox::full(address),
            n if n == M::PEC_MAILBOX_DISABLED as u32 => Mailbox::disabled(address),
            _ => return Err(unknown("state", state)),
        };
        sandbox.change(|network| network.set(wanted))
    })
}

/// Hands a message to the access point of the sender's provider, at the sandbox's time. `sender` is one of its mailboxes
/// (`PEC_NO_MAILBOX` when it is none), `recipients` are addresses with commas between them, both UTF-8 ended by NUL; `data`
/// is the message, `len` bytes. What an SMTP server answers before it takes a message is `PEC_REJECTED` with the answer as
/// evidence. Freed by `pec_submission_free`.
///
/// Acceptance or refusal lies in the sender's mailbox when this returns; the rest takes seconds of the sandbox's clock
/// (`pec_sandbox_settle`).
///
/// # Safety
/// `sender` and `recipients` are NULL or end with NUL, `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_submit(
    sandbox: Option<&mut pec_sandbox>,
    sender: *const c_char,
    recipients: *const c_char,
    data: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_submission>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let sender = unsafe { text(sender, "sender") }?;
        // SAFETY: the caller's promise.
        let recipients = unsafe { text(recipients, "recipients") }?;
        // SAFETY: the caller's promise.
        let data = unsafe { bytes(data, len, "data") }?;
        let out = some(out, "out")?;
        let submitted = sandbox.submit(sender, recipients, data)?;
        out.write(Some(Box::new(pec_submission { submitted })));
        Ok(())
    })
}

/// The same, with the answer as one JSON object in the caller's buffer: `pec_id`, `answer` (`accepted`, `refused` or
/// `infected`), `reason`, which is null but for what was refused. The buffer is as for `pec_verify_file_json`, with 1,024 bytes
/// of room at least (`PEC_BUFFER_TOO_SMALL` else, and nothing is submitted).
///
/// # Safety
/// As for `pec_sandbox_submit`; `buf` is NULL or the first of `cap` bytes that can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_submit_json(
    sandbox: Option<&mut pec_sandbox>,
    sender: *const c_char,
    recipients: *const c_char,
    data: *const u8,
    len: usize,
    buf: *mut c_char,
    cap: usize,
    need: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    flat(|| {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let sender = unsafe { text(sender, "sender") }?;
        // SAFETY: the caller's promise.
        let recipients = unsafe { text(recipients, "recipients") }?;
        // SAFETY: the caller's promise.
        let data = unsafe { bytes(data, len, "data") }?;
        // SAFETY: the caller's promise.
        let buffer = unsafe { Buffer::new(buf, cap, need) }?.with_room(ANSWER)?;
        let Submitted { pec_id, answer } = sandbox.submit(sender, recipients, data)?;
        let (answer, reason) = match answer {
            Answer::Accepted => ("accepted", None),
            Answer::Refused { reason } => ("refused", Some(reason)),
            Answer::Infected => ("infected", None),
        };
        let (pec_id, reason) = (Value::from(pec_id), Value::from(reason));
        buffer.fill(&format!(r#"{{"pec_id":{pec_id},"answer":"{answer}","reason":{reason}}}"#))
    })
}

/// Room for the answer to a submission, which cannot be asked for twice.
const ANSWER: usize = 1_024;

impl pec_sandbox {
    pub(crate) fn submit(&mut self, sender: &str, recipients: &str, data: &[u8]) -> Result<Submitted, Failure> {
        let recipients: Vec<&str> = list(recipients).collect();
        self.change(|network| network.submit(sender, &recipients, data))
    }
}

/// What the access point answered.
#[unsafe(no_mangle)]
pub extern "C" fn pec_submission_answer(
    submission: Option<&pec_submission>,
    out: Option<&mut MaybeUninit<pec_submitted>>,
) -> pec_result {
    enter(None, || {
        let (submission, out) = (some(submission, "submission")?, some(out, "out")?);
        out.write(match submission.submitted.answer {
            Answer::Accepted => pec_submitted::PEC_SUBMITTED_ACCEPTED,
            Answer::Refused { .. } => pec_submitted::PEC_SUBMITTED_REFUSED,
            Answer::Infected => pec_submitted::PEC_SUBMITTED_INFECTED,
        });
        Ok(())
    })
}

/// The identifier of the transaction (identificativo), also of a refused one. It lives as long as the submission.
#[unsafe(no_mangle)]
pub extern "C" fn pec_submission_pec_id(
    submission: Option<&pec_submission>,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (submission, out) = (some(submission, "submission")?, some(out, "out")?);
        out.write(pec_str::of(&submission.submitted.pec_id));
        Ok(())
    })
}

/// Why it was refused, in the words of the notice; `PEC_ABSENT` where it was not, or because of a virus. It lives as long
/// as the submission.
#[unsafe(no_mangle)]
pub extern "C" fn pec_submission_reason(
    submission: Option<&pec_submission>,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (submission, out) = (some(submission, "submission")?, some(out, "out")?);
        let Answer::Refused { reason } = &submission.submitted.answer else {
            return Err(Failure::new(pec_result::PEC_ABSENT));
        };
        out.write(pec_str::of(reason));
        Ok(())
    })
}

/// Ends the life of a submission. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_submission_free(submission: Option<Box<pec_submission>>) {
    border::release(submission);
}

/// Turns the clock until nothing is on its way any more but what waits for hours: receipts and deliveries arrive.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_settle(
    sandbox: Option<&mut pec_sandbox>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || some(sandbox, "sandbox")?.change(Network::settle))
}

/// Turns the clock forward by `seconds`, which may be 0: notices of 12 and 24 hours are due then. `PEC_CLOCK` for a negative
/// number and beyond the life of the sandbox's certificates, two years.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_advance(
    sandbox: Option<&mut pec_sandbox>,
    seconds: i64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let duration = SignedDuration::from_secs(seconds);
        match &mut some(sandbox, "sandbox")?.state {
            State::Still(network) => network.advance(duration).map_err(Failure::from),
            State::Serving(server) => server.advance(duration).map_err(Failure::from),
        }
    })
}

/// Where the clock stands, in seconds since 1970 (UTC): the `now` for what is verified from this sandbox.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_now(sandbox: Option<&pec_sandbox>, out: Option<&mut MaybeUninit<i64>>) -> pec_result {
    enter(None, || {
        let (sandbox, out) = (some(sandbox, "sandbox")?, some(out, "out")?);
        out.write(sandbox.look(|network| Ok(network.time().as_second()))?);
        Ok(())
    })
}

/// Ends the life of a sandbox, and of its server and threads where it has one. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_free(sandbox: Option<Box<pec_sandbox>>) {
    border::release_with_threads(sandbox);
}

//! Logging in with a signature kit (card or token) in place of a password.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_archive::report::{self, Report as _};
use pec_core::delegation::login::{
    Answer, Attempt, BareScheme, CardPolicy, ChallengeRequest, Proof, Purpose, RevocationCheck,
};
use pec_core::delegation::{Event, KitName, MailboxAddress, UserId};
use pec_core::limits::Limits;

use super::organisation::code;
use super::pec_archive;
use crate::border::{self, bytes, enter, instant, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;
use crate::trust::{pec_evidence, pec_trust_store};
use crate::verification::pec_text;

/// For what a challenge is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_login_purpose {
    /// To log in.
    PEC_LOGIN_PURPOSE_LOGIN = 0,
    /// To have the kit registered.
    PEC_LOGIN_PURPOSE_REGISTRATION = 1,
}

/// Whether a certificate of which nobody says that it was not revoked is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_revocation_check {
    /// It is not.
    PEC_REVOCATION_CHECK_REQUIRED = 0,
    /// It is, and the answer says `not-checked`. One that is known to be revoked is not.
    PEC_REVOCATION_CHECK_WHERE_GIVEN = 1,
}

/// What came back for a challenge: made by `pec_card_answer_cms` or `pec_card_answer_bare`, freed by `pec_card_answer_free`. It can be
/// changed until it is freed.
#[derive(Debug)]
pub struct pec_card_answer {
    challenge: String,
    signed: Vec<u8>,
    bare: Option<(Vec<u8>, BareScheme)>,
    certificates: Vec<Vec<u8>>,
}

impl pec_card_answer {
    /// Calls `work` with whoever answers so.
    fn attempt<T>(
        &self,
        (mailbox, audience): (&str, &str),
        (trust, evidence, check): (&pec_trust_store, &pec_evidence, u32),
        work: impl FnOnce(&Attempt<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (mailbox, audience): (MailboxAddress, _) = (code(mailbox, "mailbox")?, code(audience, "audience")?);
        let proof = match &self.bare {
            Some((certificate, scheme)) => Proof::Bare { certificate, scheme: *scheme, signature: &self.signed },
            None => Proof::Cms(&self.signed),
        };
        let revocation = match check {
            c if c == pec_revocation_check::PEC_REVOCATION_CHECK_REQUIRED as u32 => RevocationCheck::Required,
            c if c == pec_revocation_check::PEC_REVOCATION_CHECK_WHERE_GIVEN as u32 => RevocationCheck::WhereGiven,
            _ => return Err(unknown("check", check)),
        };
        let certificates: Vec<&[u8]> = self.certificates.iter().map(Vec::as_slice).collect();
        let answer = Answer { challenge: &self.challenge, proof, certificates: &certificates };
        let (trust, evidence) = (&trust.store, &evidence.evidence);
        let policy = CardPolicy { trust, evidence, revocation, limits: &Limits::DEFAULT };
        work(&Attempt { mailbox: &mailbox, audience: &audience, answer, policy })
    }
}

/// An answer as the middleware of smart cards makes it: a CMS (`.p7m`, `.p7s`), DER, PEM or base64, with the text inside or beside it.
/// `challenge` is the text as it was given out.
///
/// # Safety
/// `challenge` is NULL or ends with NUL; `cms` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_card_answer_cms(
    challenge: *const c_char,
    cms: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_card_answer>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let challenge = unsafe { text(challenge, "challenge") }?.to_owned();
        // SAFETY: the caller's promise.
        let signed = unsafe { bytes(cms, len, "cms") }?.to_vec();
        let answer = pec_card_answer { challenge, signed, bare: None, certificates: Vec::new() };
        some(out, "out")?.write(Some(Box::new(answer)));
        Ok(())
    })
}

/// An answer as a bare signature, with the certificate of the card, DER or PEM. `scheme` is `rsa-sha256`, `rsa-pss-sha256` or
/// `ecdsa-sha256`; or sha384, sha512.
///
/// # Safety
/// `challenge` and `scheme` are NULL or end with NUL; `certificate` and `signature` are NULL or the first of so many bytes that can be
/// read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_card_answer_bare(
    challenge: *const c_char,
    certificate: *const u8,
    certificate_len: usize,
    scheme: *const c_char,
    signature: *const u8,
    signature_len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_card_answer>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let challenge = unsafe { text(challenge, "challenge") }?.to_owned();
        // SAFETY: the caller's promise.
        let certificate = unsafe { bytes(certificate, certificate_len, "certificate") }?.to_vec();
        // SAFETY: the caller's promise.
        let given = unsafe { text(scheme, "scheme") }?;
        // SAFETY: the caller's promise.
        let signed = unsafe { bytes(signature, signature_len, "signature") }?.to_vec();
        let out = some(out, "out")?;
        let scheme: BareScheme = given.parse().map_err(|_| {
            let given = pec_core::text::printable(given);
            Failure::new(pec_result::PEC_BAD_VALUE).because(format!("scheme: {given}"))
        })?;
        let answer = pec_card_answer { challenge, signed, bare: Some((certificate, scheme)), certificates: Vec::new() };
        out.write(Some(Box::new(answer)));
        Ok(())
    })
}

/// Adds a certificate, DER or PEM: of an authority that stands between, or that of the card where a CMS does not carry it. It is not
/// trusted by itself.
///
/// # Safety
/// `certificate` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_card_answer_add_certificate(
    answer: Option<&mut pec_card_answer>,
    certificate: *const u8,
    len: usize,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let answer = some(answer, "answer")?;
        // SAFETY: the caller's promise.
        answer.certificates.push(unsafe { bytes(certificate, len, "certificate") }?.to_vec());
        Ok(())
    })
}

/// Ends the life of an answer. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_card_answer_free(answer: Option<Box<pec_card_answer>>) {
    border::release(answer);
}

/// Gives out what a card has to sign to log in to this mailbox, or to be registered with it (`purpose`, a `pec_login_purpose`): it holds
/// once, for five minutes. `audience` is the service that asks, by a name that the person knows and that no other service has. What
/// comes out is one JSON object (`challenge`); freed by `pec_text_free`. `PEC_ARCHIVE_DENIED` where there is no such mailbox, or too many
/// challenges of it wait: how often somebody may try is for the host to limit.
///
/// # Safety
/// `mailbox` and `audience` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_begin_login(
    archive: Option<&pec_archive>,
    mailbox: *const c_char,
    audience: *const c_char,
    purpose: u32,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        // SAFETY: the caller's promise.
        let audience = unsafe { text(audience, "audience") }?;
        let (out, now) = (some(out, "out")?, instant(now, "now")?);
        let purpose = match purpose {
            p if p == pec_login_purpose::PEC_LOGIN_PURPOSE_LOGIN as u32 => Purpose::Login,
            p if p == pec_login_purpose::PEC_LOGIN_PURPOSE_REGISTRATION as u32 => Purpose::Registration,
            _ => return Err(unknown("purpose", purpose)),
        };
        let request = ChallengeRequest::new(purpose, code(mailbox, "mailbox")?, code(audience, "audience")?);
        let challenge = it.archive.begin_login(&it.actor, &request, now)?;
        out.write(Some(Box::new(pec_text::new(report::Challenge::of(&challenge).to_json()))));
        Ok(())
    })
}

/// Lets somebody in who has answered a challenge with a signature kit, as `check` (a `pec_revocation_check`) asks, by the authorities for
/// cards of `trust` (`pec_trust_store_add_login_anchor`) and no others. What comes out is one JSON object (`login`); freed by
/// `pec_text_free`. The challenge is used up, whatever comes of it, and the log says who came in, or who did not and why.
///
/// It proves that somebody has the card and its PIN, now. It does not prove who that is beyond what the authority vouches for, is no
/// qualified signature, and gives no right.
///
/// `PEC_ARCHIVE_DENIED`: the error has the reason (`PEC_ERROR_REASON`), a code of its own for each thing that can be wrong (`login.*`).
///
/// # Safety
/// `mailbox` and `audience` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_login(
    archive: Option<&pec_archive>,
    mailbox: *const c_char,
    audience: *const c_char,
    answer: Option<&pec_card_answer>,
    trust: Option<&pec_trust_store>,
    evidence: Option<&pec_evidence>,
    check: u32,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, answer) = (some(archive, "archive")?, some(answer, "answer")?);
        let (trust, evidence) = (some(trust, "trust")?, some(evidence, "evidence")?);
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        // SAFETY: the caller's promise.
        let audience = unsafe { text(audience, "audience") }?;
        let (out, now) = (some(out, "out")?, instant(now, "now")?);
        let login = answer.attempt((mailbox, audience), (trust, evidence, check), |attempt| {
            Ok(it.archive.login(&it.actor, attempt, now)?)
        })?;
        out.write(Some(Box::new(pec_text::new(report::Login::of(&login).to_json()))));
        Ok(())
    })
}

/// Registers the kit that has answered a challenge for that under a name: for `user`, a delegate of the mailbox, or, where it is empty, for
/// whoever it is held for. Whoever administers the mailbox does it. What comes out is one JSON object (`kit`); freed by `pec_text_free`.
/// The rest is as for `pec_archive_login`. Removed by `pec_archive_act` (`remove-kit`), listed with the mailboxes of
/// `pec_archive_listing`.
///
/// # Safety
/// `mailbox`, `audience`, `name` and `user` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_register_kit(
    archive: Option<&pec_archive>,
    mailbox: *const c_char,
    audience: *const c_char,
    answer: Option<&pec_card_answer>,
    trust: Option<&pec_trust_store>,
    evidence: Option<&pec_evidence>,
    check: u32,
    name: *const c_char,
    user: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, answer) = (some(archive, "archive")?, some(answer, "answer")?);
        let (trust, evidence) = (some(trust, "trust")?, some(evidence, "evidence")?);
        // SAFETY: the caller's promise.
        let mailbox = unsafe { text(mailbox, "mailbox") }?;
        // SAFETY: the caller's promise.
        let audience = unsafe { text(audience, "audience") }?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: the caller's promise.
        let user = unsafe { text(user, "user") }?;
        let (out, now) = (some(out, "out")?, instant(now, "now")?);
        let name: KitName = code(name, "name")?;
        let user: Option<UserId> = if user.is_empty() { None } else { Some(code(user, "user")?) };
        let events = answer.attempt((mailbox, audience), (trust, evidence, check), |attempt| {
            Ok(it.archive.register_kit(&it.actor, attempt, (&name, user.as_ref()), now)?)
        })?;
        let registered = events.iter().find_map(|event| match event {
            Event::KitRegistered { mailbox, kit } => Some(report::Kit::of(mailbox, kit).to_json()),
            _ => None,
        });
        out.write(registered.map(|json| Box::new(pec_text::new(json))));
        Ok(())
    })
}

//! A verification: every answer, the findings, the certified and the claimed data, JSON.

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take texts from C")]

mod certdata;

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::{Arc, OnceLock};

pub use certdata::*;
use pec_core::message::Message;
use pec_core::verify::{Report, Verdict, Verification};

use crate::border::{self, enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::{pec_bytes, pec_str, unknown};

/// Everything that was found out about one message. It never changes and may be shared between threads; it holds the
/// message and lives without the other handles.
#[derive(Debug)]
pub struct pec_verification {
    pub(crate) message: Arc<Message<Vec<u8>>>,
    pub(crate) verification: Verification,
    written: OnceLock<Written>,
}

/// Values that have a text only when they are written.
#[derive(Debug)]
struct Written {
    anchor: Option<String>,
    signed_at: Option<String>,
    not_after: Option<String>,
    certified_at: Option<String>,
}

impl pec_verification {
    pub(crate) const fn new(message: Arc<Message<Vec<u8>>>, verification: Verification) -> Self {
        Self { message, verification, written: OnceLock::new() }
    }

    fn written(&self) -> &Written {
        self.written.get_or_init(|| {
            let it = &self.verification;
            let certified = it.daticert().and_then(|data| data.time.as_ref()?.utc);
            Written {
                anchor: it.anchor.map(|anchor| anchor.to_string()),
                signed_at: it.signed_at.map(|at| at.to_string()),
                not_after: it.signer.as_ref().and_then(|signer| signer.not_after).map(|at| at.to_string()),
                certified_at: certified.map(|at| at.to_string()),
            }
        })
    }

    pub(crate) fn certified_at(&self) -> Option<&str> {
        self.written().certified_at.as_deref()
    }
}

/// What one message is worth as proof. Only the first two are proof that a licensed PEC provider signed these very bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_verdict {
    /// Genuine, nothing contradicts it.
    PEC_VERDICT_CERTIFIED = 1,
    /// Genuine, but something around the signed data contradicts them.
    PEC_VERDICT_CERTIFIED_WITH_PROBLEMS = 2,
    /// Intact, signed by somebody whom no PEC authority vouches for at the judged time.
    PEC_VERDICT_INTACT_BUT_UNTRUSTED = 3,
    /// A genuine provider wrapped a message that is not certified (busta di anomalia).
    PEC_VERDICT_ANOMALY = 4,
    /// Not a PEC at its root; a PEC stands inside and can be extracted and verified on its own.
    PEC_VERDICT_CONTAINS_PEC = 5,
    /// The signed bytes have changed since they were signed.
    PEC_VERDICT_ALTERED = 6,
    /// Built to deceive.
    PEC_VERDICT_FORGED = 7,
    /// The signature could not be judged.
    PEC_VERDICT_UNVERIFIABLE = 8,
    /// An ordinary message.
    PEC_VERDICT_NOT_PEC = 9,
}

impl From<Verdict> for pec_verdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Certified => Self::PEC_VERDICT_CERTIFIED,
            Verdict::CertifiedWithProblems => Self::PEC_VERDICT_CERTIFIED_WITH_PROBLEMS,
            Verdict::IntactButUntrusted => Self::PEC_VERDICT_INTACT_BUT_UNTRUSTED,
            Verdict::Anomaly => Self::PEC_VERDICT_ANOMALY,
            Verdict::ContainsPec => Self::PEC_VERDICT_CONTAINS_PEC,
            Verdict::Altered => Self::PEC_VERDICT_ALTERED,
            Verdict::Forged => Self::PEC_VERDICT_FORGED,
            Verdict::Unverifiable => Self::PEC_VERDICT_UNVERIFIABLE,
            Verdict::NotPec => Self::PEC_VERDICT_NOT_PEC,
        }
    }
}

/// The verdict.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verification_verdict(
    verification: Option<&pec_verification>,
    out: Option<&mut MaybeUninit<pec_verdict>>,
) -> pec_result {
    enter(None, || {
        let (verification, out) = (some(verification, "verification")?, some(out, "out")?);
        out.write(verification.verification.verdict().into());
        Ok(())
    })
}

/// The answers of a verification, for `pec_verification_text`. Names and times are those of the JSON report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_answer {
    /// Kind of message: the signed `tipo`, `anomalia` or `ordinary`.
    PEC_ANSWER_KIND = 0,
    /// The verdict by its name, such as `certified-with-problems`.
    PEC_ANSWER_VERDICT = 1,
    /// Are the signed bytes intact? `intact`, `altered`, `unsigned` or `unknown`.
    PEC_ANSWER_INTEGRITY = 2,
    /// Was the signer trusted at the judged time?
    PEC_ANSWER_TRUST_AT_SIGNING = 3,
    /// Is the signer trusted now?
    PEC_ANSWER_TRUST_NOW = 4,
    /// What the time rests on: `proven` or `claimed`.
    PEC_ANSWER_TIME = 5,
    /// What the evidence says about revocation.
    PEC_ANSWER_REVOCATION = 6,
    /// The authority at the end of the path: `agid-ca1`, `digitpa-ca1` or `host:` and a SHA-256.
    PEC_ANSWER_ANCHOR = 7,
    /// When it was signed, RFC 3339 in UTC.
    PEC_ANSWER_SIGNED_AT = 8,
    /// Subject of the signer's certificate.
    PEC_ANSWER_SIGNER_SUBJECT = 9,
    /// First e-mail address of the signer's certificate.
    PEC_ANSWER_SIGNER_EMAIL = 10,
    /// Issuer of the signer's certificate.
    PEC_ANSWER_SIGNER_ISSUER = 11,
    /// End of the life of the signer's certificate, RFC 3339 in UTC.
    PEC_ANSWER_SIGNER_NOT_AFTER = 12,
    /// SHA-256 of the signer's certificate, hexadecimal.
    PEC_ANSWER_SIGNER_SHA256 = 13,
    /// The verdict in a few words, Italian.
    PEC_ANSWER_TITLE_IT = 14,
    /// The same in English.
    PEC_ANSWER_TITLE_EN = 15,
    /// What the verdict means, Italian.
    PEC_ANSWER_EXPLANATION_IT = 16,
    /// The same in English.
    PEC_ANSWER_EXPLANATION_EN = 17,
}

/// One answer as a text; `answer` is a `pec_answer`. `PEC_ABSENT` where the message has none, as an unsigned one has no
/// signer. It lives as long as the verification.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verification_text(
    verification: Option<&pec_verification>,
    answer: u32,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (verification, out) = (some(verification, "verification")?, some(out, "out")?);
        let text = verification.answer(answer)?.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        out.write(pec_str::of(text));
        Ok(())
    })
}

impl pec_verification {
    fn answer(&self, answer: u32) -> Result<Option<&str>, Failure> {
        use pec_answer as A;
        use pec_core::finding::Language::{En, It};
        let it = &self.verification;
        let signer = it.signer.as_ref();
        Ok(match answer {
            n if n == A::PEC_ANSWER_KIND as u32 => Some(it.kind.as_str()),
            n if n == A::PEC_ANSWER_VERDICT as u32 => Some(it.verdict().as_str()),
            n if n == A::PEC_ANSWER_INTEGRITY as u32 => Some(it.integrity.as_str()),
            n if n == A::PEC_ANSWER_TRUST_AT_SIGNING as u32 => Some(it.trust_at_signing.as_str()),
            n if n == A::PEC_ANSWER_TRUST_NOW as u32 => Some(it.trust_now.as_str()),
            n if n == A::PEC_ANSWER_TIME as u32 => Some(it.time.as_str()),
            n if n == A::PEC_ANSWER_REVOCATION as u32 => Some(it.revocation.as_str()),
            n if n == A::PEC_ANSWER_ANCHOR as u32 => self.written().anchor.as_deref(),
            n if n == A::PEC_ANSWER_SIGNED_AT as u32 => self.written().signed_at.as_deref(),
            n if n == A::PEC_ANSWER_SIGNER_SUBJECT as u32 => signer.map(|signer| &*signer.subject),
            n if n == A::PEC_ANSWER_SIGNER_EMAIL as u32 => signer.and_then(|signer| signer.email.as_deref()),
            n if n == A::PEC_ANSWER_SIGNER_ISSUER as u32 => signer.map(|signer| &*signer.issuer),
            n if n == A::PEC_ANSWER_SIGNER_NOT_AFTER as u32 => self.written().not_after.as_deref(),
            n if n == A::PEC_ANSWER_SIGNER_SHA256 as u32 => signer.map(|signer| &*signer.sha256),
            n if n == A::PEC_ANSWER_TITLE_IT as u32 => Some(it.verdict().title(It)),
            n if n == A::PEC_ANSWER_TITLE_EN as u32 => Some(it.verdict().title(En)),
            n if n == A::PEC_ANSWER_EXPLANATION_IT as u32 => Some(it.verdict().explanation(It)),
            n if n == A::PEC_ANSWER_EXPLANATION_EN as u32 => Some(it.verdict().explanation(En)),
            _ => return Err(unknown("answer", answer)),
        })
    }
}

/// How many findings there are.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verification_finding_count(
    verification: Option<&pec_verification>,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(verification, "verification")?.verification.findings.len());
        Ok(())
    })
}

/// The texts of a finding, for `pec_verification_finding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_finding_field {
    /// The name of the code, such as `cms.digest_mismatch`. Stable. `pec_explain` explains it.
    PEC_FINDING_CODE = 0,
    /// How grave it is here: `info`, `warning`, `error` or `fatal`.
    PEC_FINDING_SEVERITY = 1,
    /// Where it arose, such as `cms`.
    PEC_FINDING_LAYER = 2,
    /// The evidence. May be empty. Parts of it may come from the message.
    PEC_FINDING_DETAIL = 3,
}

/// One text of the finding at `index`, from 0, in the order of the checks; `field` is a `pec_finding_field`.
/// `PEC_ABSENT` beyond the last. It lives as long as the verification.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verification_finding(
    verification: Option<&pec_verification>,
    index: usize,
    field: u32,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    use pec_finding_field as F;
    enter(None, || {
        let (verification, out) = (some(verification, "verification")?, some(out, "out")?);
        let finding = verification.verification.findings.get(index);
        let finding = finding.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        out.write(pec_str::of(match field {
            n if n == F::PEC_FINDING_CODE as u32 => finding.code.as_str(),
            n if n == F::PEC_FINDING_SEVERITY as u32 => finding.severity.as_str(),
            n if n == F::PEC_FINDING_LAYER as u32 => finding.code.layer().as_str(),
            n if n == F::PEC_FINDING_DETAIL as u32 => &finding.detail,
            _ => return Err(unknown("field", field)),
        }));
        Ok(())
    })
}

/// A text that a call made: JSON, a page. It never changes and may be shared between threads.
#[derive(Debug)]
pub struct pec_text {
    text: String,
}

impl pec_text {
    pub(crate) const fn new(text: String) -> Self {
        Self { text }
    }
}

/// The bytes of a text in UTF-8. They live as long as the text.
#[unsafe(no_mangle)]
pub extern "C" fn pec_text_bytes(text: Option<&pec_text>, out: Option<&mut MaybeUninit<pec_bytes>>) -> pec_result {
    enter(None, || {
        let (text, out) = (some(text, "text")?, some(out, "out")?);
        out.write(pec_bytes::of(text.text.as_bytes()));
        Ok(())
    })
}

/// Ends the life of a text. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_text_free(text: Option<Box<pec_text>>) {
    border::release(text);
}

/// The verification as one JSON object, as `pec verify --json` prints it: keys in
/// fixed order, times in UTC, absent values null. `file` is what the message is called in it, UTF-8 ended by NUL. Freed by
/// `pec_text_free`.
///
/// # Safety
/// `file` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_verification_json(
    verification: Option<&pec_verification>,
    file: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (verification, out) = (some(verification, "verification")?, some(out, "out")?);
        // SAFETY: the caller's promise.
        let file = unsafe { text(file, "file") }?;
        let report = Report::new(file, &verification.message, &verification.verification);
        out.write(Some(Box::new(pec_text::new(report.to_json()))));
        Ok(())
    })
}

/// Ends the life of a verification. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verification_free(verification: Option<Box<pec_verification>>) {
    border::release(verification);
}

//! What can go wrong in a call: the one table of result numbers, and the error object.

#![allow(unsafe_code, reason = "exported functions bear unmangled names")]

mod table;

use std::borrow::Cow;
use std::mem::MaybeUninit;

use pec_core::delegation::{Denied, Permission};
use pec_core::finding::Language;
pub use table::pec_result;

use crate::border::{self, enter_forked, some};
use crate::text::{pec_language, pec_str};

/// Why a call failed: what, where, and how it looks.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) result: pec_result,
    pub(crate) evidence: Cow<'static, str>,
    /// Why the organisation refuses.
    denied: Option<Box<Denied>>,
}

impl Failure {
    pub(crate) const fn new(result: pec_result) -> Self {
        Self { result, evidence: Cow::Borrowed(""), denied: None }
    }

    /// A failure by the name of its code. One that the table lacks, which a test excludes, is a fault of the library.
    pub(crate) fn coded(code: &str, evidence: impl Into<Cow<'static, str>>) -> Self {
        let known = pec_result::ALL.iter().find(|result| result.code() == code);
        Self::new(known.copied().unwrap_or(pec_result::PEC_PANIC)).because(evidence)
    }

    pub(crate) fn because(mut self, evidence: impl Into<Cow<'static, str>>) -> Self {
        self.evidence = evidence.into();
        self
    }

    /// The same with why the organisation refuses.
    #[cfg(feature = "archive")]
    pub(crate) fn denied(mut self, denied: Denied) -> Self {
        self.denied = Some(Box::new(denied));
        self
    }
}

/// Why a call failed, as an object: made by the call, owned by the caller, freed by `pec_error_free`.
///
/// It never changes and may be shared between threads.
#[derive(Debug)]
pub struct pec_error {
    pub(crate) failure: Failure,
}

impl From<Failure> for pec_error {
    fn from(failure: Failure) -> Self {
        Self { failure }
    }
}

/// The texts of an error, for `pec_error_text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_error_field {
    /// The name of the code, such as `argument.null`. Stable.
    PEC_ERROR_CODE = 0,
    /// Where it arose: `argument`, `file`, `trust`, `message`, `signature`, `compose`, `link`, `sandbox`, `archive`, `device`, `work`, `process`
    /// or `internal`.
    PEC_ERROR_LAYER = 1,
    /// The values that show it: a parameter, a file name, a position. May be empty.
    PEC_ERROR_EVIDENCE = 2,
    /// What it means and what can be done, in Italian.
    PEC_ERROR_TEXT_IT = 3,
    /// The same in English.
    PEC_ERROR_TEXT_EN = 4,
    /// Of `PEC_ARCHIVE_DENIED`: the code of the refusal, such as `permission.missing`. Stable. Empty for every other error.
    PEC_ERROR_REASON = 5,
    /// Of `PEC_ARCHIVE_DENIED`: the permission that was missing, such as `send`. May be empty.
    PEC_ERROR_MISSING = 6,
    /// Of `PEC_ARCHIVE_DENIED`: what its code means, in Italian. Empty for every other error.
    PEC_ERROR_REASON_IT = 7,
    /// The same in English.
    PEC_ERROR_REASON_EN = 8,
}

/// The number of an error, the one that the call has returned. `PEC_NULL` when `error` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn pec_error_result(error: Option<&pec_error>) -> pec_result {
    error.map_or(pec_result::PEC_NULL, |error| error.failure.result)
}

/// One text of an error. `field` is a `pec_error_field`. The text lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn pec_error_text(
    error: Option<&pec_error>,
    field: u32,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter_forked(None, || {
        let (error, out) = (some(error, "error")?, some(out, "out")?);
        out.write(pec_str::of(error.failure.text(field)?));
        Ok(())
    })
}

impl Failure {
    /// One of the texts, by its `pec_error_field`.
    fn text(&self, field: u32) -> Result<&str, Self> {
        use pec_error_field as F;
        let code = self.denied.as_ref().map(|denied| denied.code);
        let missing = self.denied.as_ref().and_then(|denied| denied.missing);
        Ok(match field {
            f if f == F::PEC_ERROR_CODE as u32 => self.result.code(),
            f if f == F::PEC_ERROR_LAYER as u32 => self.result.layer(),
            f if f == F::PEC_ERROR_EVIDENCE as u32 => &self.evidence,
            f if f == F::PEC_ERROR_TEXT_IT as u32 => self.result.text().0,
            f if f == F::PEC_ERROR_TEXT_EN as u32 => self.result.text().1,
            f if f == F::PEC_ERROR_REASON as u32 => code.map_or("", |code| code.as_str()),
            f if f == F::PEC_ERROR_MISSING as u32 => missing.map_or("", Permission::as_str),
            f if f == F::PEC_ERROR_REASON_IT as u32 => code.map_or("", |code| code.explanation(Language::It)),
            f if f == F::PEC_ERROR_REASON_EN as u32 => code.map_or("", |code| code.explanation(Language::En)),
            _ => return Err(Self::new(pec_result::PEC_BAD_VALUE).because(format!("field: {field}"))),
        })
    }

    /// The failure as one JSON object, keys in fixed order.
    pub(crate) fn to_json(&self) -> String {
        let value = |text: &str| serde_json::Value::from(text).to_string();
        let (it, en) = self.result.text();
        format!(
            r#"{{"result":{},"code":{},"layer":{},"evidence":{},"it":{},"en":{}}}"#,
            self.result as u32,
            value(self.result.code()),
            value(self.result.layer()),
            value(&self.evidence),
            value(it),
            value(en),
        )
    }
}

/// Ends the life of an error. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_error_free(error: Option<Box<pec_error>>) {
    border::release(error);
}

/// What a result number means and what can be done, for a person. `result` is a `pec_result`, `language` a
/// `pec_language`. The text lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn pec_result_text(result: u32, language: u32, out: Option<&mut MaybeUninit<pec_str>>) -> pec_result {
    enter_forked(None, || {
        let out = some(out, "out")?;
        let known = pec_result::ALL.iter().find(|known| **known as u32 == result);
        let known =
            known.ok_or_else(|| Failure::new(pec_result::PEC_BAD_VALUE).because(format!("result: {result}")))?;
        let (it, en) = known.text();
        let italian = pec_language::read(language)? == pec_core::finding::Language::It;
        out.write(pec_str::of(if italian { it } else { en }));
        Ok(())
    })
}

//! What words mean for a person: finding codes, codes of exceptions, verdicts, states.

use pec_core::finding::Code;
use pec_core::reconcile::State;
use pec_core::verify::Verdict;
use pec_imap::AccessState;
use pyo3::prelude::*;

use crate::failure::{self, Failure, Reason};
use crate::words::{language, unknown};

/// What a finding code means for the proof and what to do, in Italian (`"it"`) or English (`"en"`).
///
/// Raises `ArgumentError` when no code has this name.
///
/// >>> explain("cms.digest_mismatch", "en")
/// '...'
/// >>> explain("no.such_code")
/// Traceback (most recent call last):
///     ...
/// pecpy.ArgumentError: ...
#[pyfunction]
#[pyo3(signature = (code, language = "it"))]
pub(crate) fn explain(code: &str, language: &str) -> PyResult<&'static str> {
    let language = self::language(language)?;
    let code = Code::parse(code).ok_or_else(|| Failure::new(Reason::PEC_ABSENT, code))?;
    Ok(code.explanation(language))
}

/// Every finding code: its name, usual severity, layer, and the rule that the check enforces.
///
/// >>> "cms.digest_mismatch" in [name for name, severity, layer, rule in codes()]
/// True
#[pyfunction]
pub(crate) fn codes() -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    let row = |code: &Code| (code.as_str(), code.severity().as_str(), code.layer().as_str(), code.rule());
    Code::ALL.iter().map(row).collect()
}

/// Every code of an exception: its name, layer, and what it means and what can be done, in Italian and English.
#[pyfunction]
pub(crate) fn failures() -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    failure::table().collect()
}

/// A verdict for a person: title and explanation.
#[pyfunction]
pub(crate) fn verdict(word: &str, language: &str) -> PyResult<(&'static str, &'static str)> {
    let known = Verdict::ALL.map(Verdict::as_str);
    let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == word);
    let verdict = verdict.ok_or_else(|| unknown("verdict", word, &known))?;
    let language = self::language(language)?;
    Ok((verdict.title(language), verdict.explanation(language)))
}

/// A state for a person: title, explanation, a mark, and whether no further receipt is expected.
#[pyfunction]
pub(crate) fn state(word: &str, language: &str) -> PyResult<(&'static str, &'static str, &'static str, bool)> {
    let known = State::ALL.map(State::as_str);
    let state = State::ALL.into_iter().find(|state| state.as_str() == word);
    let state = state.ok_or_else(|| unknown("state", word, &known))?;
    let language = self::language(language)?;
    Ok((state.title(language), state.explanation(language), state.mark(), state.is_final()))
}

/// What to do about a state of the access to a mailbox.
#[pyfunction]
pub(crate) fn access_advice(word: &str, language: &str) -> PyResult<&'static str> {
    let known = AccessState::ALL.map(AccessState::as_str);
    let state = AccessState::from_name(word).ok_or_else(|| unknown("access", word, &known))?;
    Ok(state.advice(self::language(language)?))
}

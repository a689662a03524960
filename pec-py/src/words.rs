//! Enumerations: words of pec-core as members of the classes of `pecpy._enums`, and back.

use pec_core::finding::Language;
use pec_core::reconcile::instant::Reading;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyModule;

use crate::failure::{Failure, Reason};

static ENUMERATIONS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// The member of the enumeration `class` with this word.
pub(crate) fn word<'py>(py: Python<'py>, class: &str, word: &str) -> PyResult<Bound<'py, PyAny>> {
    let module = ENUMERATIONS.get_or_try_init(py, || py.import("pecpy._enums").map(Bound::unbind))?;
    module.bind(py).getattr(class)?.call1((word,))
}

/// A word that is none of those that the parameter knows.
pub(crate) fn unknown(parameter: &str, given: &str, known: &[&str]) -> Failure {
    Failure::new(Reason::PEC_BAD_VALUE, format!("{parameter}: {given:?}, give one of {}", known.join(", ")))
}

pub(crate) fn language(given: &str) -> PyResult<Language> {
    match given {
        "it" => Ok(Language::It),
        "en" => Ok(Language::En),
        _ => Err(unknown("language", given, &["it", "en"]).into()),
    }
}

pub(crate) fn reading(given: &str) -> PyResult<Reading> {
    match given {
        "plain" => Ok(Reading::Plain),
        "art-147" => Ok(Reading::Art147),
        _ => Err(unknown("reading", given, &["plain", "art-147"]).into()),
    }
}

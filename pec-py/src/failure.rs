//! Why a call failed: the codes, layers and texts of the C face, raised as exceptions that are written in Python.

#![allow(non_camel_case_types, reason = "the results bear the names that C sees")]

use std::io;
use std::path::Path;

use pec_core::compose::Refusal;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::compose::refusals;

/// The one table of results. It stands where `include/pec.h` is made from, and is shared as text: a dependency on that crate
/// would make the module export the functions of C.
#[path = "../../pec-ffi/src/failure/table.rs"]
#[allow(dead_code, unreachable_pub, reason = "some results arise in C alone, whose interface it is")]
mod table;

pub(crate) use table::pec_result as Reason;

/// Why a call failed: what, where, and how it looks.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    reason: Reason,
    evidence: String,
    /// What the operating system says, and about which file.
    system: Option<(i32, String)>,
    /// What else it says.
    more: Option<Box<More>>,
    /// Why a message cannot be sent.
    refusals: Vec<Refusal>,
}

#[derive(Debug, Clone)]
enum More {
    /// Of the access to a mailbox, with the advice on that in Italian and English.
    Access { state: Option<&'static str>, advice: (&'static str, &'static str) },
    /// Why the organisation refuses, as JSON.
    Denial(String),
}

impl Failure {
    pub(crate) fn new(reason: Reason, evidence: impl Into<String>) -> Self {
        Self::of_system(reason, evidence.into(), None)
    }

    /// A message cannot be sent, for these reasons.
    pub(crate) fn refused(refusals: Vec<Refusal>) -> Self {
        let error = pec_archive::Error::Refused(refusals);
        let mut failure = Self::coded(error.code(), error.to_string(), None);
        if let pec_archive::Error::Refused(refusals) = error {
            failure.refusals = refusals;
        }
        failure
    }

    /// A file cannot be read.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        let path = path.display().to_string();
        let evidence = format!("{path}: {error}");
        Self::of_system(Reason::PEC_FILE, evidence, error.raw_os_error().map(|number| (number, path)))
    }

    /// The same with what the operating system says: its number, and about which file.
    pub(crate) fn of_system(reason: Reason, evidence: String, system: Option<(i32, String)>) -> Self {
        Self { reason, evidence, system, more: None, refusals: Vec::new() }
    }

    /// The same with what it says of the access to a mailbox.
    pub(crate) fn of_access(mut self, state: Option<&'static str>, advice: (&'static str, &'static str)) -> Self {
        self.more = Some(Box::new(More::Access { state, advice }));
        self
    }

    /// The same with why the organisation refuses.
    pub(crate) fn of_denial(mut self, denial: String) -> Self {
        self.more = Some(Box::new(More::Denial(denial)));
        self
    }

    /// A failure by the name of its code. One that the table lacks, which a test excludes, is a fault of the library.
    pub(crate) fn coded(code: &str, evidence: String, system: Option<(i32, String)>) -> Self {
        let known = Reason::ALL.iter().find(|reason| reason.code() == code);
        Self::of_system(known.copied().unwrap_or(Reason::PEC_PANIC), evidence, system)
    }

    pub(crate) const fn code(&self) -> &'static str {
        self.reason.code()
    }

    pub(crate) fn evidence(&self) -> &str {
        &self.evidence
    }

    /// The exception: an object of a class of `pecpy`.
    pub(crate) fn exception<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let ((it, en), access) = match self.more.as_deref() {
            Some(More::Access { state, advice }) => (*advice, *state),
            Some(More::Denial(_)) | None => (self.reason.text(), None),
        };
        let (number, path) = self.system.clone().unzip();
        let arguments = (self.reason.code(), self.reason.layer(), &self.evidence, it, en, number, path, access);
        let exception = py.import("pecpy._errors")?.getattr("failure")?.call1(arguments)?;
        if !self.refusals.is_empty() {
            exception.setattr("refusals", PyTuple::new(py, refusals(py, &self.refusals)?)?)?;
        }
        if let Some(More::Denial(denial)) = self.more.as_deref() {
            exception.call_method1("_because", (denial,))?;
        }
        Ok(exception)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| match failure.exception(py) {
            Ok(exception) => Self::from_value(exception),
            Err(error) => error,
        })
    }
}

/// Every code with its layer and its texts in Italian and English, but for "ok".
pub(crate) fn table() -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
    Reason::ALL.iter().filter(|reason| **reason != Reason::PEC_OK).map(|reason| {
        let (it, en) = reason.text();
        (reason.code(), reason.layer(), it, en)
    })
}

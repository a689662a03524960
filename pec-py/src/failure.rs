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
    /// What it says of the access to a mailbox, and the advice on that in Italian and English.
    access: Option<Box<Access>>,
    /// Why a message cannot be sent.
    refusals: Vec<Refusal>,
}

#[derive(Debug, Clone)]
struct Access {
    state: Option<&'static str>,
    advice: (&'static str, &'static str),
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
        Self { reason, evidence, system, access: None, refusals: Vec::new() }
    }

    /// The same with what it says of the access to a mailbox.
    pub(crate) fn of_access(mut self, state: Option<&'static str>, advice: (&'static str, &'static str)) -> Self {
        self.access = Some(Box::new(Access { state, advice }));
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
        let (it, en) = self.access.as_ref().map_or_else(|| self.reason.text(), |access| access.advice);
        let access = self.access.as_ref().and_then(|access| access.state);
        let (number, path) = self.system.clone().unzip();
        let arguments = (self.reason.code(), self.reason.layer(), &self.evidence, it, en, number, path, access);
        let exception = py.import("pecpy._errors")?.getattr("failure")?.call1(arguments)?;
        if !self.refusals.is_empty() {
            exception.setattr("refusals", PyTuple::new(py, refusals(py, &self.refusals)?)?)?;
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

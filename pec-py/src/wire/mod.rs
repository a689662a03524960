//! Mailboxes on servers: many together, or one. What is said to a server, pec-imap decides.
//!
//! ```text
//! Hub        mailboxes that are managed together, over an archive and a store of passwords
//!   Secrets    that store: a file, or an object of the host's; Credential: what is in it
//!   Mailbox    one of them, opened; Watching: as mail comes in
//!   Today      the morning's page, table and files
//! Gateway    an SMTP server for programs that know nothing of PEC
//! rules      what is done with what comes in
//! runtime    connections on threads of ours: a caller waits without the interpreter, or awaits
//! held       whatever is open: closed once, and the parent's after a fork
//! ```

mod credential;
mod gateway;
mod held;
mod hub;
mod mailbox;
mod rules;
mod runtime;
mod secrets;
mod today;
mod watching;

use pec_archive::report::Report;
use pyo3::prelude::*;
use pyo3::types::PyList;

pub(crate) use credential::Credential;
pub(crate) use gateway::Gateway;
pub(crate) use hub::Hub;
pub(crate) use mailbox::Mailbox;
pub(crate) use runtime::settle;
pub(crate) use secrets::Secrets;
pub(crate) use today::Today;
pub(crate) use watching::Watching;

use crate::failure::Failure;

impl From<pec_imap::Error> for Failure {
    fn from(error: pec_imap::Error) -> Self {
        use pec_core::finding::Language::{En, It};
        use pec_imap::{Error, SecretError};
        let system = |source: &std::io::Error, path: &std::path::Path| {
            source.raw_os_error().map(|number| (number, path.display().to_string()))
        };
        let system = match &error {
            Error::File { path, source } | Error::Secret(SecretError::File { path, source }) => system(source, path),
            _ => None,
        };
        let (code, texts) = (error.code(), (error.explanation(It), error.explanation(En)));
        let access = error.access().map(pec_imap::AccessState::as_str);
        match error {
            Error::Archive(error) => error.into(),
            error => Self::coded(code, error.to_string(), system).of_access(access, texts),
        }
    }
}

impl From<pec_imap::SecretError> for Failure {
    fn from(error: pec_imap::SecretError) -> Self {
        pec_imap::Error::Secret(error).into()
    }
}

/// Lines of JSON as a value of `pecpy._wire`.
fn value(py: Python<'_>, class: &str, json: &str) -> PyResult<Py<PyAny>> {
    Ok(py.import("pecpy._wire")?.getattr(class)?.call_method1("from_json", (json,))?.unbind())
}

fn values<R: Report>(py: Python<'_>, class: &str, reports: impl IntoIterator<Item = R>) -> PyResult<Py<PyAny>> {
    let values: PyResult<Vec<_>> = reports.into_iter().map(|report| value(py, class, &report.to_json())).collect();
    Ok(PyList::new(py, values?)?.into_any().unbind())
}

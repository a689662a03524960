//! What fails on purpose, and an IMAP server, for the tests: with the feature `test-hooks` alone.

use pyo3::prelude::*;

/// Puts the hooks into the module, hidden: they are not in `__all__`.
#[cfg(feature = "test-hooks")]
pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.setattr("_panic", wrap_pyfunction!(panic_on_purpose, module)?)?;
    module.setattr("_Dovecot", module.py().get_type::<Dovecot>())
}

/// There are none.
#[cfg(not(feature = "test-hooks"))]
#[allow(clippy::unnecessary_wraps, reason = "as with hooks")]
pub(crate) const fn add(_: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}

/// A fault inside: on the calling thread, or on one of those that read mailboxes.
#[cfg(feature = "test-hooks")]
#[pyfunction(name = "_panic")]
#[allow(clippy::panic, reason = "on purpose")]
fn panic_on_purpose(py: Python<'_>, threads: usize) -> PyResult<()> {
    if threads == 0 {
        return crate::work::released(py, || panic!("on purpose"));
    }
    let work = |number: &usize| assert!(*number != 3, "on purpose, number {number}");
    crate::work::each(py, &[0, 1, 2, 3, 4], threads, work, |_, _| Ok(())).map(drop)
}

/// A Dovecot in front of the Maildirs of a server of the sandbox.
#[cfg(feature = "test-hooks")]
#[pyclass(name = "_Dovecot", module = "pecpy")]
struct Dovecot(Option<pec_sandbox::dovecot::Dovecot>);

#[cfg(feature = "test-hooks")]
#[pymethods]
impl Dovecot {
    /// Raises `FileNotFoundError` where it is not installed.
    #[new]
    fn start(folder: std::path::PathBuf, users: Vec<(String, String)>) -> PyResult<Self> {
        let options = pec_sandbox::dovecot::Options { users, ..pec_sandbox::dovecot::Options::new(folder) };
        match pec_sandbox::dovecot::Dovecot::start(&options)? {
            Some(dovecot) => Ok(Self(Some(dovecot))),
            None => Err(pyo3::exceptions::PyFileNotFoundError::new_err("Dovecot")),
        }
    }

    /// The port of TLS, the file of the authority, and what was logged.
    fn state(&self) -> Option<(u16, std::path::PathBuf, String)> {
        self.0.as_ref().map(|dovecot| (dovecot.imaps().port(), dovecot.authority(), dovecot.log()))
    }

    fn stop(&mut self) {
        self.0 = None;
    }
}

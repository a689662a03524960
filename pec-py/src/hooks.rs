//! What fails on purpose, for the tests: with the feature `test-hooks` alone.

use pyo3::prelude::*;

/// Puts the hooks into the module, hidden: they are not in `__all__`.
#[cfg(feature = "test-hooks")]
pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.setattr("_panic", wrap_pyfunction!(panic_on_purpose, module)?)
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

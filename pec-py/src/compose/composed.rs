//! Messages ready to be sent.

use pec_core::compose;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::parsed;

/// A message ready to be sent: bytes that nothing may change any more, and for whom they are. Made by `Draft.compose`.
#[pyclass(frozen, eq, module = "pecpy")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Composed {
    pub(crate) composed: compose::Composed,
}

#[pymethods]
impl Composed {
    /// The exact bytes: CRLF throughout and at the end, 7-bit.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.composed.bytes)
    }

    /// Its Message-ID, without brackets.
    #[getter]
    fn message_id(&self) -> &str {
        &self.composed.message_id
    }

    /// The SMTP sender.
    #[getter]
    fn sender(&self) -> &str {
        &self.composed.sender
    }

    /// The SMTP recipients: To and Cc, each once.
    #[getter]
    fn recipients(&self) -> Vec<&str> {
        self.composed.recipients.iter().map(String::as_str).collect()
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Composed {} to {}>", self.composed.message_id, self.composed.recipients.join(", "))
    }
}

/// A message that is to be sent, and its envelope: of one that was composed here it is known.
pub(crate) fn outgoing(
    given: &Bound<'_, PyAny>,
    sender: Option<String>,
    recipients: Option<Vec<String>>,
) -> PyResult<(Vec<u8>, String, Vec<String>)> {
    if let Ok(composed) = given.cast::<Composed>() {
        let composed = &composed.get().composed;
        let sender = sender.unwrap_or_else(|| composed.sender.clone());
        return Ok((composed.bytes.clone(), sender, recipients.unwrap_or_else(|| composed.recipients.clone())));
    }
    let (Some(sender), Some(recipients)) = (sender, recipients) else {
        return Err(PyTypeError::new_err("sender and recipients are wanted of a message that was not composed here"));
    };
    Ok((parsed(given)?.message.bytes().to_vec(), sender, recipients))
}

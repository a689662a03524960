//! What a sandbox says: the answer to a submission, what lies in a mailbox, what became of a message in truth.

use jiff::Timestamp;
use pec_sandbox::network::{self, Origin};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::instant::Instant;

/// What the access point answered. In each case the sender's mailbox has a message that says it.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Submitted {
    pec_id: String,
    answer: &'static str,
    reason: Option<String>,
}

impl Submitted {
    pub(super) const fn new(pec_id: String, answer: &'static str, reason: Option<String>) -> Self {
        Self { pec_id, answer, reason }
    }
}

#[pymethods]
impl Submitted {
    /// Identifier of the transaction (identificativo), also of a refused one.
    #[getter]
    fn pec_id(&self) -> &str {
        &self.pec_id
    }

    /// `accepted`, `refused` for a formal reason, or `infected`: refused because of a virus.
    #[getter]
    const fn answer(&self) -> &'static str {
        self.answer
    }

    /// The reason of a refusal, in the words of the notice.
    #[getter]
    fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Submitted {}: {}>", self.pec_id, self.answer)
    }
}

/// A message in a mailbox of the sandbox.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Stored {
    at: Timestamp,
    bytes: Vec<u8>,
    origin: &'static str,
}

impl Stored {
    pub(super) fn of(stored: &network::Stored) -> Self {
        let origin = match stored.origin {
            Origin::Genuine => "genuine",
            Origin::Edited => "edited",
            Origin::Copy => "copy",
            Origin::Foreign => "foreign",
            Origin::Forged => "forged",
            Origin::Ordinary => "ordinary",
        };
        Self { at: stored.at.timestamp(), bytes: stored.bytes.clone(), origin }
    }
}

#[pymethods]
impl Stored {
    /// When it was put there, in UTC.
    #[getter]
    const fn at(&self) -> Instant {
        Instant(self.at)
    }

    /// Its bytes, as a mail program finds them.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.bytes)
    }

    /// What it is in truth: `genuine`, `edited` (its outer header), `copy`, `foreign` (about somebody else's message), `forged`,
    /// or `ordinary`. A mail program does not know it; a test does.
    #[getter]
    const fn origin(&self) -> &'static str {
        self.origin
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.data(py)
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Stored {} at {}, {} bytes>", self.origin, self.at, self.bytes.len())
    }
}

/// What became of a message for one recipient, in truth.
#[pyclass(frozen, eq, module = "pecpy")]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    word: &'static str,
    at: Option<Timestamp>,
}

impl Outcome {
    pub(super) const fn of(outcome: network::Outcome) -> Self {
        use network::Outcome as O;
        let (word, at) = match outcome {
            O::Refused => return Self { word: "refused", at: None },
            O::Underway => return Self { word: "underway", at: None },
            O::Delivered(at) => ("delivered", at),
            O::Failed(_, at) => ("failed", at),
            O::Infected(at) => ("infected", at),
            O::External(at) => ("external", at),
            O::Bounced(at) => ("bounced", at),
            O::Lost(at) => ("lost", at),
        };
        Self { word, at: Some(at.timestamp()) }
    }
}

#[pymethods]
impl Outcome {
    /// `refused`, `underway`, `delivered`, `failed`, `infected`, `external` (it left the certified network), `bounced`, or
    /// `lost`.
    #[getter]
    const fn word(&self) -> &'static str {
        self.word
    }

    /// When, in UTC; `None` for what was refused or is under way.
    #[getter]
    fn at(&self) -> Option<Instant> {
        self.at.map(Instant)
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Outcome {}>", self.word)
    }
}

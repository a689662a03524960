//! One finding; who signed.

use pec_core::finding;
use pec_core::verify;
use pyo3::prelude::*;

use crate::instant::Instant;
use crate::words::{language, word};

/// One thing that a check has to say about one message.
#[pyclass(frozen, eq, module = "pecpy")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    finding: finding::Finding,
}

impl From<finding::Finding> for Finding {
    fn from(finding: finding::Finding) -> Self {
        Self { finding }
    }
}

#[pymethods]
impl Finding {
    /// The name of the code, such as `cms.digest_mismatch`. Stable.
    #[getter]
    const fn code(&self) -> &'static str {
        self.finding.code.as_str()
    }

    /// How grave it is here: a `Severity`.
    #[getter]
    fn severity<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        word(py, "Severity", self.finding.severity.as_str())
    }

    /// Where it arose: a `Layer`.
    #[getter]
    fn layer<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        word(py, "Layer", self.finding.code.layer().as_str())
    }

    /// The evidence. May be empty. Parts of it may come from the message.
    #[getter]
    fn detail(&self) -> &str {
        &self.finding.detail
    }

    /// The rule that the check enforces.
    #[getter]
    fn rule(&self) -> &'static str {
        self.finding.code.rule()
    }

    /// What it means for the proof and what to do, in Italian (`"it"`) or English (`"en"`).
    #[pyo3(signature = (language = "it"))]
    fn explain(&self, language: &str) -> PyResult<&'static str> {
        Ok(self.finding.code.explanation(self::language(language)?))
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        (self.code(), self.finding.severity, &self.finding.detail).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        let detail = if self.detail().is_empty() { String::new() } else { format!(": {:?}", self.detail()) };
        format!("<pecpy.Finding {} {}{detail}>", self.finding.severity, self.code())
    }
}

/// Who signed, as the certificate says.
#[pyclass(frozen, eq, module = "pecpy")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signer {
    signer: verify::Signer,
}

impl From<verify::Signer> for Signer {
    fn from(signer: verify::Signer) -> Self {
        Self { signer }
    }
}

#[pymethods]
impl Signer {
    /// Subject of the certificate, for display.
    #[getter]
    fn subject(&self) -> &str {
        &self.signer.subject
    }

    /// Organisation or common name.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.signer.name.as_deref()
    }

    /// First rfc822Name of the certificate.
    #[getter]
    fn email(&self) -> Option<&str> {
        self.signer.email.as_deref()
    }

    /// Issuer of the certificate, for display.
    #[getter]
    fn issuer(&self) -> &str {
        &self.signer.issuer
    }

    /// End of the certificate's life, in UTC.
    #[getter]
    fn not_after(&self) -> Option<Instant> {
        self.signer.not_after.map(Instant)
    }

    /// SHA-256 of the certificate, lower-case hexadecimal.
    #[getter]
    fn sha256(&self) -> &str {
        &self.signer.sha256
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.signer.sha256.hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Signer {:?}>", self.subject())
    }
}

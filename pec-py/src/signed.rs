//! Signed files (`.p7m`): what is inside, and whether it is still what was signed.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pec_core::limits::Limits;
use pec_core::signature::{Error, cades};
use pec_core::trust::name_for_display;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::failure::{Failure, Reason};
use crate::instant::Instant;
use crate::source;
use crate::work::released;

/// A signed file (CAdES, `.p7m`), opened: a path, bytes or a file, such as the `data` of an attachment; DER or BER, as bytes,
/// as base64 text or as PEM, also several around each other.
///
/// It proves at most that the document is the one that the key in the file signed. It does not prove who signed, or when, or
/// that the signature has any legal effect: no certificate is judged.
///
/// Raises `SignedFileError` when it is no such file or holds no document (a detached `.p7s`), when it is damaged, or when there
/// is too much of it.
///
/// >>> SignedFile(b"%PDF-1.7 is not signed")
/// Traceback (most recent call last):
///     ...
/// pecpy.SignedFileError: ...
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct SignedFile {
    layers: Vec<Vec<cades::Signer>>,
    content: Vec<u8>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let reason = match error {
            Error::NotSignedData => Reason::PEC_NOT_SIGNED,
            Error::Limit(_) => Reason::PEC_SIGNATURE_LIMITS,
            _ => Reason::PEC_SIGNATURE_DAMAGED,
        };
        Self::new(reason, error.to_string())
    }
}

#[pymethods]
impl SignedFile {
    #[new]
    fn new(py: Python<'_>, source: &Bound<'_, PyAny>) -> PyResult<Self> {
        let bytes = source::bytes(source)?;
        let opened = released(py, || {
            let opened = cades::unwrap(&bytes, &Limits::DEFAULT)?;
            let layers = opened.layers.into_iter().map(|layer| layer.signers).collect();
            Ok::<_, Error>(Self { layers, content: opened.content.into_owned() })
        })?;
        Ok(opened.map_err(Failure::from)?)
    }

    /// The document inside all signatures. Where the integrity of a signer is anything but `intact`, it is not known to be the
    /// document that was signed.
    #[getter]
    fn content<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.content)
    }

    /// The signatures around each other, the outermost first; of each the signers, in the order of the file.
    #[getter]
    fn layers(&self) -> Vec<Vec<FileSigner>> {
        let signers = |layer: &Vec<cades::Signer>| layer.iter().map(FileSigner::of).collect();
        self.layers.iter().map(signers).collect()
    }

    fn __repr__(&self) -> String {
        let signers: usize = self.layers.iter().map(Vec::len).sum();
        format!("<pecpy.SignedFile, {signers} signers, {} bytes inside>", self.content.len())
    }
}

/// Somebody who signed a file, as the file itself says. Nothing vouches for it.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct FileSigner {
    signer: cades::Signer,
}

impl FileSigner {
    fn of(signer: &cades::Signer) -> Self {
        Self { signer: signer.clone() }
    }
}

#[pymethods]
impl FileSigner {
    /// Whether the document is the one that the key signed: `intact`, `altered`, `unsupported` (the algorithm is not known, or
    /// nobody should rely on it any more), or `certificate-missing`.
    #[getter]
    const fn integrity(&self) -> &'static str {
        self.signer.integrity.as_str()
    }

    /// The subject of the certificate that the file holds, for display: a claim.
    #[getter]
    fn subject(&self) -> Option<String> {
        self.signer.subject.as_deref().and_then(name_for_display)
    }

    /// The digest over the document, such as `sha256`; `None` where it is not known.
    #[getter]
    fn digest_algorithm(&self) -> Option<&'static str> {
        self.signer.digest_algorithm.map(|digest| digest.as_str())
    }

    /// When it was signed, as the signer states it, in UTC: a claim.
    #[getter]
    fn signing_time(&self) -> Option<Instant> {
        let at = Timestamp::from_second(self.signer.signing_time?).ok()?;
        // Python knows the years from 1 on.
        (TimeZone::UTC.to_datetime(at).year() > 0).then_some(Instant(at))
    }

    /// Whether the signature names its certificate by a digest, as CAdES asks (ETSI EN 319 122-1 §5.2.2).
    #[getter]
    const fn names_certificate(&self) -> bool {
        self.signer.names_certificate
    }

    /// The certificate that the signer names, DER; `None` when the file does not hold it. It is not judged.
    #[getter]
    fn certificate<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.signer.certificate.as_deref().map(|certificate| PyBytes::new(py, certificate))
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.FileSigner {:?}: {}>", self.subject().unwrap_or_default(), self.integrity())
    }
}

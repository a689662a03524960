//! The directory of providers, for those who have it.

use std::sync::Arc;

use pec_core::directory::{self, ProviderDirectory};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::failure::{Failure, Reason};
use crate::source;
use crate::work::released;

/// The directory of providers (indice dei gestori), which only licensed providers can fetch, from an LDIF file: a path, bytes
/// or a file.
///
/// Raises `DirectoryError` with the line when it cannot be read.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) directory: Arc<ProviderDirectory>,
}

#[pymethods]
impl Directory {
    #[new]
    fn new(py: Python<'_>, ldif: &Bound<'_, PyAny>) -> PyResult<Self> {
        let ldif = source::bytes(ldif)?;
        let directory = released(py, || ProviderDirectory::from_ldif(&ldif))?;
        let directory = directory.map_err(|error| Failure::new(Reason::PEC_DIRECTORY, error.to_string()))?;
        Ok(Self { directory: Arc::new(directory) })
    }

    /// The providers, in the order of the file.
    #[getter]
    fn providers(&self) -> Vec<Provider> {
        self.directory.providers().iter().map(Provider::of).collect()
    }

    /// The provider that manages a mail domain; `None` where none does.
    fn provider_of_domain(&self, domain: &str) -> Option<Provider> {
        self.directory.provider_of_domain(domain).map(Provider::of)
    }

    /// The providers that list a certificate: a path, bytes or a file, DER.
    fn providers_of_certificate(&self, certificate: &Bound<'_, PyAny>) -> PyResult<Vec<Provider>> {
        let certificate = source::bytes(certificate)?;
        Ok(self.directory.providers_of_certificate(&certificate).map(Provider::of).collect())
    }

    /// Whether a provider that lists a certificate (a path, bytes or a file, DER) manages a mail domain; `None` when none lists
    /// it. `False` does not prove a fraud: the directory may be of another day than the message.
    fn manages(&self, certificate: &Bound<'_, PyAny>, domain: &str) -> PyResult<Option<bool>> {
        Ok(self.directory.manages(&source::bytes(certificate)?, domain))
    }

    /// Departures from RFC 6109 that do not keep the directory from being used, the first thousand: line of the file, from 1, and
    /// what it is, in English.
    #[getter]
    fn remarks(&self) -> Vec<(usize, String)> {
        self.directory.remarks().iter().map(|remark| (remark.line, remark.text.clone())).collect()
    }

    /// How many providers there are.
    fn __len__(&self) -> usize {
        self.directory.providers().len()
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Directory of {} providers>", self.__len__())
    }
}

/// A provider (gestore), as the directory describes it.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Provider {
    provider: directory::Provider,
}

impl Provider {
    fn of(provider: &directory::Provider) -> Self {
        Self { provider: provider.clone() }
    }
}

#[pymethods]
impl Provider {
    /// Name of the provider.
    #[getter]
    fn name(&self) -> &str {
        self.provider.name()
    }

    /// Unit of the provider; `None` for the provider itself.
    #[getter]
    fn unit(&self) -> Option<&str> {
        self.provider.unit()
    }

    /// Where take-charge receipts go.
    #[getter]
    fn mail_receipt(&self) -> Option<&str> {
        self.provider.mail_receipt()
    }

    /// The mail domains that it manages.
    #[getter]
    fn managed_domains(&self) -> Vec<String> {
        self.provider.managed_domains().to_vec()
    }

    /// SHA-256 of each of its certificates, lower-case hexadecimal.
    #[getter]
    fn certificates(&self) -> Vec<String> {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.provider.certificates().iter().map(|certificate| hex(certificate.sha256())).collect()
    }

    /// Its certificates, DER, in the same order. Nothing of them was checked but their outermost shape.
    #[getter]
    fn certificate_data<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyBytes>> {
        self.provider.certificates().iter().map(|certificate| PyBytes::new(py, certificate.der())).collect()
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Provider {:?}>", self.name())
    }
}

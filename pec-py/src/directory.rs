//! The directory of providers, for those who have it.

use std::sync::Arc;

use pec_core::directory::{self, ProviderDirectory};
use pyo3::prelude::*;

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

    fn __repr__(&self) -> String {
        format!("<pecpy.Provider {:?}>", self.name())
    }
}

//! TLS: whom to believe that a server is the one of this name.

use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::Boxed;
use crate::error::{Error, Result};

/// The certification authorities that may name servers.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    public: bool,
    private: Vec<Vec<u8>>,
}

impl Roots {
    /// The public ones: Mozilla's list, compiled in, so that no store of the system is needed.
    #[must_use]
    pub const fn public() -> Self {
        Self { public: true, private: Vec::new() }
    }

    /// None yet.
    #[must_use]
    pub const fn none() -> Self {
        Self { public: false, private: Vec::new() }
    }

    /// Those of a company as well, whose network reads what is encrypted or whose servers it names: PEM, one or more.
    ///
    /// # Errors
    /// [`Error::BadValue`] where there is no certificate in it.
    pub fn and_pem(mut self, pem: &[u8]) -> Result<Self> {
        let bad = |value: String| Error::BadValue { what: "certification authority", value };
        let found: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| bad(error.to_string()))?;
        if found.is_empty() {
            return Err(bad("no CERTIFICATE block".into()));
        }
        self.private.extend(found.into_iter().map(|certificate| certificate.to_vec()));
        Ok(self)
    }

    pub(super) fn config(&self) -> Result<Arc<ClientConfig>> {
        let mut store = RootCertStore::empty();
        if self.public {
            store.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
        }
        for certificate in &self.private {
            let added = store.add(CertificateDer::from_slice(certificate));
            added.map_err(|error| Error::BadValue { what: "certification authority", value: error.to_string() })?;
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Arc::new(builder.with_root_certificates(store).with_no_client_auth()))
    }
}

pub(super) async fn encrypt(config: &Arc<ClientConfig>, host: &str, stream: Boxed) -> Result<Boxed> {
    let unsafe_ = |reason: String| Error::Tls { host: host.to_owned(), reason };
    let name = ServerName::try_from(host.to_owned()).map_err(|error| unsafe_(error.to_string()))?;
    let encrypted = TlsConnector::from(Arc::clone(config)).connect(name, stream).await;
    Ok(Box::new(encrypted.map_err(|error| unsafe_(error.to_string()))?))
}

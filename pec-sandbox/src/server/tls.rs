//! TLS of the submission server: an authority and a certificate for this machine, made anew at each start.
//!
//! The committed test keys are not used here: a person may put the authority's file into a trust store.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::Error;

/// What a server needs, and what its clients need.
pub(super) struct Tls {
    pub(super) config: Arc<ServerConfig>,
    /// Certificate of the authority, PEM.
    pub(super) authority: String,
}

impl Tls {
    /// For `localhost`, the loopback addresses, and the address that the server listens on.
    pub(super) fn new(address: IpAddr) -> Result<Self, Error> {
        let bad = |error: rcgen::Error| Error::Tls(error.to_string());
        let mut params = CertificateParams::new(Vec::new()).map_err(bad)?;
        params.distinguished_name.push(DnType::CommonName, "PEC sandbox TLS (this run only)");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(bad)?;
        let authority = params.self_signed(&key).map_err(bad)?;
        let issuer = Issuer::new(params, key);

        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
        let mut leaf = CertificateParams::new(names).map_err(bad)?;
        leaf.distinguished_name.push(DnType::CommonName, "localhost");
        leaf.subject_alt_names.push(SanType::IpAddress(address));
        leaf.subject_alt_names.dedup();
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(bad)?;
        let certificate = leaf.signed_by(&key, &issuer).map_err(bad)?;

        let bad = |error: rustls::Error| Error::Tls(error.to_string());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(bad)?
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .map_err(bad)?;
        Ok(Self { config: Arc::new(config), authority: authority.pem() })
    }
}

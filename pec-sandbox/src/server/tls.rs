//! TLS of the submission server: an authority and a certificate for this machine, made anew at each start.
//!
//! The committed test keys are not used here: a person may put the authority's file into a trust store.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
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

/// A certificate for this machine and who has signed it, all PEM.
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) key: String,
    pub(crate) authority: String,
}

impl Identity {
    /// For `localhost` and the loopback addresses.
    pub(crate) fn new() -> Result<Self, String> {
        let made = || {
            let (authority, issuer) = authority()?;
            let (certificate, key) = leaf(&issuer, None)?;
            Ok(Self { certificate: certificate.pem(), key: key.serialize_pem(), authority: authority.pem() })
        };
        made().map_err(|error: rcgen::Error| error.to_string())
    }
}

fn authority() -> Result<(Certificate, Issuer<'static, KeyPair>), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "PEC sandbox TLS (this run only)");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let authority = params.self_signed(&key)?;
    Ok((authority, Issuer::new(params, key)))
}

fn leaf(issuer: &Issuer<'static, KeyPair>, address: Option<IpAddr>) -> Result<(Certificate, KeyPair), rcgen::Error> {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let mut leaf = CertificateParams::new(names)?;
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    leaf.subject_alt_names.extend(address.map(SanType::IpAddress));
    leaf.subject_alt_names.dedup();
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    Ok((leaf.signed_by(&key, issuer)?, key))
}

impl Tls {
    /// For `localhost`, the loopback addresses, and the address that the server listens on.
    pub(super) fn new(address: IpAddr) -> Result<Self, Error> {
        let bad = |error: rcgen::Error| Error::Tls(error.to_string());
        let (authority, issuer) = authority().map_err(bad)?;
        let (certificate, key) = leaf(&issuer, Some(address)).map_err(bad)?;

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

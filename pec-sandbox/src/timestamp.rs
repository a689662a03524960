//! A time-stamping authority (RFC 3161).

use crate::authority::Authority;
use crate::certificate::{Certificate, Template, extension};
use crate::cms::{Content, Encoding, SignedData, Signer, SignerId};
use crate::key::{Digest, Key};
use crate::{Error, Moment, der};

const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";

/// Somebody who stamps.
#[derive(Debug, Clone)]
pub struct TimeStamper {
    /// Private key.
    pub key: Key,
    /// Its certificate.
    pub certificate: Certificate,
    /// Digest of imprint and signature.
    pub digest: Digest,
    /// When set, the imprint is over these bytes in place of the signature.
    pub imprint_of: Option<Vec<u8>>,
    /// Certificates that the token carries beside its own, DER.
    pub carried: Vec<Vec<u8>>,
}

impl TimeStamper {
    /// A stamper whose certificate `authority` issues for time-stamping alone (RFC 3161 §2.3).
    ///
    /// # Errors
    /// When a key does not fit.
    pub fn under(authority: &Authority, subject: Vec<u8>, key: Key, life: (Moment, Moment)) -> Result<Self, Error> {
        let spki = key.spki()?;
        let template = Template {
            serial: vec![0x53],
            issuer: authority.certificate.subject.clone(),
            subject,
            not_before: life.0,
            not_after: life.1,
            extensions: vec![
                extension::subject_key(&crate::certificate::key_id(&spki)),
                extension::authority_key(&authority.certificate.key_id),
                extension::key_usage(true, &[0]),
                extension::purposes(true, &[8]),
            ],
            spki,
        };
        let certificate = template.sign(&authority.key, authority.scheme)?;
        Ok(Self { key, certificate, digest: Digest::Sha256, imprint_of: None, carried: Vec::new() })
    }

    /// A time-stamp token over `bytes`.
    ///
    /// # Errors
    /// When the key does not fit.
    pub fn token(&self, bytes: &[u8], at: Moment) -> Result<Vec<u8>, Error> {
        let imprint = self.digest.of(self.imprint_of.as_deref().unwrap_or(bytes));
        let serial = Digest::Sha1.of(&imprint);
        let info = der::sequence(&[
            der::integer(1),
            der::oid("1.3.6.1.4.1.99999.1"),
            der::sequence(&[self.digest.algorithm(), der::octets(&imprint)]),
            der::unsigned(&serial[..8]),
            at.generalized(),
        ]);
        let mut signer = Signer::new(&self.key, &self.certificate, self.digest, at);
        signer.id = SignerId::IssuerAndSerial;
        signer.capabilities = false;
        signer.signing_certificate = true;
        let token = SignedData {
            encoding: Encoding::Der,
            content: Content::Opaque,
            content_type: TST_INFO,
            certificates: std::iter::once(&self.certificate.der).chain(&self.carried).cloned().collect(),
            signers: vec![signer],
        };
        token.build(&info)
    }
}

//! What an authority says about its certificates afterwards: CRLs (RFC 5280 §5) and OCSP responses (RFC 6960).

use crate::authority::Authority;
use crate::certificate::{Certificate, extension, signed};
use crate::key::Digest;
use crate::{Error, Moment, der};

/// Why a certificate was revoked (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Not said.
    None,
    /// keyCompromise: every signature falls.
    KeyCompromise,
    /// affiliationChanged.
    AffiliationChanged,
    /// superseded.
    Superseded,
    /// cessationOfOperation.
    CessationOfOperation,
}

impl Reason {
    const fn number(self) -> Option<u8> {
        match self {
            Self::None => None,
            Self::KeyCompromise => Some(1),
            Self::AffiliationChanged => Some(3),
            Self::Superseded => Some(4),
            Self::CessationOfOperation => Some(5),
        }
    }
}

/// One revoked certificate.
#[derive(Debug, Clone)]
pub struct Revoked {
    /// Serial number, a DER INTEGER.
    pub serial: Vec<u8>,
    /// Since when.
    pub since: Moment,
    /// Why.
    pub reason: Reason,
}

/// A revocation list before it is signed.
#[derive(Debug, Clone)]
pub struct Crl {
    /// thisUpdate.
    pub this_update: Moment,
    /// nextUpdate.
    pub next_update: Moment,
    /// cRLNumber.
    pub number: u64,
    /// Entries.
    pub revoked: Vec<Revoked>,
    /// expiredCertsOnCRL: certificates that ended since then are still listed.
    pub keeps_expired_since: Option<Moment>,
}

impl Crl {
    /// Signs with the authority's key.
    ///
    /// # Errors
    /// When the key does not fit.
    pub fn sign(&self, authority: &Authority) -> Result<Vec<u8>, Error> {
        let entry = |r: &Revoked| {
            let reason = r.reason.number().map_or_else(Vec::new, |n| {
                der::sequence(&[extension::raw("2.5.29.21", false, &der::tlv(der::tag::ENUMERATED, &[n]))])
            });
            der::sequence(&[r.serial.clone(), r.since.der(), reason])
        };
        let entries: Vec<_> = self.revoked.iter().map(entry).collect();
        let mut extensions = vec![
            extension::authority_key(&authority.certificate.key_id),
            extension::raw("2.5.29.20", false, &der::integer(self.number)),
        ];
        if let Some(since) = self.keeps_expired_since {
            extensions.push(extension::raw("2.5.29.60", false, &since.generalized()));
        }
        let tbs = der::sequence(&[
            der::integer(1),
            authority.scheme.algorithm(),
            authority.certificate.subject.clone(),
            self.this_update.der(),
            self.next_update.der(),
            if entries.is_empty() { Vec::new() } else { der::sequence(&entries) },
            der::explicit(0, &der::sequence(&extensions)),
        ]);
        signed(tbs, &authority.key, authority.scheme)
    }
}

/// What a responder says about one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Good.
    Good,
    /// Revoked since then.
    Revoked(Moment, Reason),
    /// The responder does not know it.
    Unknown,
}

/// An OCSP answer before it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ocsp {
    /// What is said.
    pub status: Status,
    /// thisUpdate and producedAt.
    pub this_update: Moment,
    /// nextUpdate.
    pub next_update: Moment,
}

impl Ocsp {
    /// The answer about `certificate`, signed by its authority itself.
    ///
    /// # Errors
    /// When the key does not fit.
    pub fn sign(&self, authority: &Authority, certificate: &Certificate) -> Result<Vec<u8>, Error> {
        let id = der::sequence(&[
            Digest::Sha1.algorithm(),
            der::octets(&Digest::Sha1.of(&authority.certificate.subject)),
            der::octets(&authority.certificate.key_id),
            certificate.serial.clone(),
        ]);
        let status = match self.status {
            Status::Good => der::implicit(0, b""),
            Status::Unknown => der::implicit(2, b""),
            Status::Revoked(since, reason) => {
                let reason = reason.number().map(|n| der::explicit(0, &der::tlv(der::tag::ENUMERATED, &[n])));
                der::tlv(0xA1, &[since.generalized(), reason.unwrap_or_default()].concat())
            }
        };
        let next = der::explicit(0, &self.next_update.generalized());
        let data = der::sequence(&[
            der::explicit(1, &authority.certificate.subject),
            self.this_update.generalized(),
            der::sequence(&[der::sequence(&[id, status, self.this_update.generalized(), next])]),
        ]);
        let basic = signed(data, &authority.key, authority.scheme)?;
        let bytes = der::sequence(&[der::oid("1.3.6.1.5.5.7.48.1.1"), der::octets(&basic)]);
        Ok(der::sequence(&[der::tlv(der::tag::ENUMERATED, &[0]), der::explicit(0, &bytes)]))
    }
}

//! Whose certificate it is, as far as a message is compared with that.

use std::ops::RangeInclusive;

use super::certificate::Certificate;
use super::distinguished_name::attribute;
use crate::asn1::Asn1Error;

/// The names and the life that a certificate states. They depend on nothing but its bytes, and prove nothing.
#[derive(Debug)]
pub(crate) struct Owner {
    pub(crate) organization: Option<String>,
    pub(crate) common_name: Option<String>,
    /// The rfc822Names of subjectAltName.
    pub(crate) addresses: Vec<String>,
    /// Seconds since 1970.
    pub(crate) life: RangeInclusive<i64>,
}

impl Owner {
    /// Reads the names of one certificate.
    ///
    /// # Errors
    /// When the certificate is not readable as a whole.
    pub(crate) fn of(der: &[u8]) -> Result<Self, Asn1Error> {
        let certificate = Certificate::parse(der)?;
        Ok(Self {
            organization: certificate.subject.text(attribute::ORGANIZATION),
            common_name: certificate.subject.text(attribute::COMMON_NAME),
            addresses: certificate.email_addresses().map(str::to_owned).collect(),
            life: certificate.not_before..=certificate.not_after,
        })
    }
}

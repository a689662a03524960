//! The directory of PEC providers (RFC 6109 §4.5), read from an LDIF file that the user supplies.
//!
//! Only licensed providers can fetch the directory (RFC 6109 §5.6), so nothing here expects one. Whoever has it hands over
//! its text; that the text is genuine is the user's business: the signature of a published `.p7m` is not checked here.

mod dn;
mod ldif;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fmt;

use thiserror::Error;

use crate::asn1::{Reader, tag};
use crate::crypto::{DigestAlgorithm, digest};
use ldif::{Attribute, Record, Records};

/// The directory of PEC providers (*indice dei gestori*, IGPEC) as a value.
///
/// What it says is as true as the file that it was read from. It refines a verdict, it never makes one better.
///
/// ```
/// use pec_core::directory::ProviderDirectory;
///
/// let ldif = b"version: 1\n\
///     \n\
///     dn: providerName=Alfa PEC S.p.A.,o=postacert\n\
///     objectClass: provider\n\
///     providerName: Alfa PEC S.p.A.\n\
///     mailReceipt: ricevute@pec.alfa.example\n\
///     managedDomains: pec.alfa.example\n";
/// let directory = ProviderDirectory::from_ldif(ldif)?;
/// assert_eq!(directory.provider_of_domain("PEC.Alfa.Example").map(|p| p.name()), Some("Alfa PEC S.p.A."));
/// // Two things that a record must have are missing, and said to be.
/// assert_eq!(directory.remarks().len(), 2);
///
/// let error = ProviderDirectory::from_ldif(b"version: 1\n\ndn o=postacert\n").unwrap_err();
/// assert_eq!(error.to_string(), "line 3: no colon after the name of an attribute");
/// # Ok::<(), pec_core::directory::DirectoryError>(())
/// ```
#[doc(alias = "indice dei gestori pubblici")]
#[doc(alias = "indice dei gestori")]
#[doc(alias = "IGPEC")]
#[derive(Debug, Clone, Default)]
pub struct ProviderDirectory {
    providers: Vec<Provider>,
    /// From the SHA-256 of a certificate to the records that list it.
    by_certificate: HashMap<[u8; 32], Vec<usize>>,
    /// From a domain in lower case to the records that manage it.
    by_domain: HashMap<String, Vec<usize>>,
    remarks: Vec<Remark>,
}

/// One record of the directory: a provider, or one of its secondary environments (RFC 6109 §4.5.7).
#[doc(alias = "gestore")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provider {
    name: String,
    unit: Option<String>,
    certificates: Vec<ProviderCertificate>,
    mail_receipt: Option<String>,
    managed_domains: Vec<String>,
}

impl Provider {
    /// Name of the provider (`providerName`).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Name of the secondary environment (`providerUnit`); `None` for the main one.
    #[doc(alias = "ambiente secondario")]
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// The certificates with which it signs; several overlap when one is renewed.
    #[must_use]
    pub fn certificates(&self) -> &[ProviderCertificate] {
        &self.certificates
    }

    /// Service mailbox that receives take-charge receipts (`mailReceipt`).
    #[must_use]
    pub fn mail_receipt(&self) -> Option<&str> {
        self.mail_receipt.as_deref()
    }

    /// The PEC domains that it manages (`managedDomains`), as printed.
    #[must_use]
    pub fn managed_domains(&self) -> &[String] {
        &self.managed_domains
    }

    /// Whether it manages this domain; upper and lower case count as equal (RFC 6109 §2.2.1).
    #[must_use]
    pub fn manages(&self, domain: &str) -> bool {
        self.managed_domains.iter().any(|managed| managed.eq_ignore_ascii_case(domain))
    }
}

/// A certificate of the directory with its hashes, which are computed from it: the ones printed beside it are not paired by
/// position (PEC-SPEC §7.3).
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderCertificate {
    der: Vec<u8>,
    sha1: [u8; 20],
    sha256: [u8; 32],
}

impl ProviderCertificate {
    /// The certificate as DER. Nothing of it was checked but its outermost shape.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-1 of the DER: the key under which providers look certificates up (RFC 6109 §4.5.1).
    #[must_use]
    pub const fn sha1(&self) -> &[u8; 20] {
        &self.sha1
    }

    /// SHA-256 of the DER.
    #[must_use]
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }
}

impl fmt::Debug for ProviderCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderCertificate({})", hexadecimal(&self.sha256))
    }
}

/// Something in a record that RFC 6109 does not allow, which does not keep the directory from being used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Line of the file, from 1, at which the record or the attribute begins.
    pub line: usize,
    /// What it is.
    pub text: String,
}

/// Why a directory cannot be read: the file is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
#[non_exhaustive]
pub struct DirectoryError {
    /// Line of the file, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

/// The largest file that is read: some hundred times the size that a hundred providers take.
const BYTES: usize = 64 << 20;
/// Remarks that are kept.
const REMARKS: usize = 1_000;

impl ProviderDirectory {
    /// Reads the text of an LDIF file (RFC 2849, entries only): at most 64 MiB, in time linear in its size.
    ///
    /// Folded lines, `::` values, comments, the version line, attribute options and escapes in names are understood. URLs
    /// (`:<`) and change records are refused. Entries that are not providers are passed over.
    ///
    /// # Errors
    /// [`DirectoryError`] with the line, when the text is not LDIF, a single-valued attribute is repeated, a certificate is
    /// none, or the name of a provider record is not that of RFC 6109 §4.5.
    pub fn from_ldif(text: &[u8]) -> Result<Self, DirectoryError> {
        if text.len() > BYTES {
            return Err(DirectoryError { line: 1, what: "the file is larger than 64 MiB" });
        }
        if text.starts_with(&[0x30, 0x80]) || text.starts_with(&[0x30, 0x82]) || text.starts_with(&[0x30, 0x83]) {
            return Err(DirectoryError {
                line: 1,
                what: "this is a signed file (.p7m); its text must be taken out first",
            });
        }
        let mut directory = Self::default();
        for record in Records::new(text)? {
            directory.add(&record?)?;
        }
        Ok(directory)
    }

    /// Every record, in the order of the file.
    #[must_use]
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// The first thousand departures from RFC 6109 that were found.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// The records that list this certificate, given as DER.
    pub fn providers_of_certificate(&self, der: &[u8]) -> impl Iterator<Item = &Provider> {
        self.records(self.by_certificate.get(&sha256(der)))
    }

    /// The first record that manages this domain.
    #[must_use]
    pub fn provider_of_domain(&self, domain: &str) -> Option<&Provider> {
        self.records(self.by_domain.get(&domain.to_ascii_lowercase())).next()
    }

    /// Whether a provider that lists this certificate (DER) manages this domain; `None` when no record lists it.
    ///
    /// `Some(false)` does not prove a fraud: the directory may be of another day than the message.
    #[must_use]
    pub fn manages(&self, certificate: &[u8], domain: &str) -> Option<bool> {
        let lists = self.by_certificate.get(&sha256(certificate))?;
        let manages = self.by_domain.get(&domain.to_ascii_lowercase());
        Some(manages.is_some_and(|records| lists.iter().any(|record| records.contains(record))))
    }

    fn records<'a>(&'a self, indices: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a Provider> {
        indices.into_iter().flatten().filter_map(|index| self.providers.get(*index))
    }

    fn add(&mut self, record: &Record) -> Result<(), DirectoryError> {
        let name =
            dn::parse(&record.dn).ok_or(DirectoryError { line: record.line, what: "not a distinguished name" })?;
        let is_provider = record.values("objectclass").any(|class| class.eq_ignore_ascii_case("provider"));
        let begins_as_provider = name.first().is_some_and(|(kind, _)| {
            kind.eq_ignore_ascii_case("providerName") || kind.eq_ignore_ascii_case("providerUnit")
        });
        if !is_provider && !begins_as_provider {
            return Ok(());
        }
        let (provider_name, unit) = provider_names(&name)
            .ok_or(DirectoryError { line: record.line, what: "not the name of a provider under o=postacert" })?;
        let mut provider = Provider { name: provider_name, unit, ..Provider::default() };
        let mut printed_hashes = Vec::new();
        let (mut named, mut unit_named, mut receipt, mut located) = (false, false, false, false);
        for attribute in &record.attributes {
            match attribute.name.as_str() {
                "providername" => {
                    once(&mut named, attribute)?;
                    self.compare(attribute, "providerName", &provider.name)?;
                }
                "providerunit" => {
                    once(&mut unit_named, attribute)?;
                    self.compare(attribute, "providerUnit", provider.unit.as_deref().unwrap_or_default())?;
                }
                "mailreceipt" => {
                    once(&mut receipt, attribute)?;
                    provider.mail_receipt = Some(attribute.text()?.to_owned());
                }
                "ldiflocationurl" => {
                    once(&mut located, attribute)?;
                    if provider.unit.is_some() {
                        self.remark(attribute.line, "a secondary environment has LDIFLocationURL".into());
                    }
                }
                "manageddomains" => provider.managed_domains.push(attribute.text()?.to_owned()),
                "providercertificatehash" => {
                    printed_hashes.push((attribute.line, attribute.text()?.to_ascii_lowercase()))
                }
                "providercertificate" => provider.certificates.push(certificate(attribute)?),
                _ => {}
            }
        }
        self.complete(record.line, &provider, &printed_hashes, named);
        self.index(provider);
        Ok(())
    }

    /// What RFC 6109 §4.5.9 asks of a record and this one does not have.
    fn complete(&mut self, line: usize, provider: &Provider, hashes: &[(usize, String)], named: bool) {
        for (absent, what) in [
            (!named, "providerName"),
            (provider.mail_receipt.is_none(), "mailReceipt"),
            (provider.managed_domains.is_empty(), "managedDomains"),
            (provider.certificates.is_empty(), "providerCertificate"),
            (hashes.is_empty(), "providerCertificateHash"),
        ] {
            if absent {
                self.remark(line, format!("the record has no {what}"));
            }
        }
        let computed: HashSet<String> =
            provider.certificates.iter().map(|certificate| hexadecimal(&certificate.sha1)).collect();
        for (line, hash) in hashes.iter().filter(|(_, hash)| !computed.contains(hash)) {
            self.remark(*line, format!("no certificate of the record has the hash {hash}"));
        }
        let printed: HashSet<&str> = hashes.iter().map(|(_, hash)| hash.as_str()).collect();
        for hash in computed.iter().filter(|hash| !hashes.is_empty() && !printed.contains(hash.as_str())) {
            self.remark(line, format!("the hash {hash} of a certificate is not listed"));
        }
    }

    fn compare(&mut self, attribute: &Attribute, what: &str, in_name: &str) -> Result<(), DirectoryError> {
        let value = attribute.text()?;
        if !value.to_lowercase().split_whitespace().eq(in_name.to_lowercase().split_whitespace()) {
            self.remark(attribute.line, format!("{what} is not that of the name of the record"));
        }
        Ok(())
    }

    fn remark(&mut self, line: usize, text: String) {
        if self.remarks.len() < REMARKS {
            self.remarks.push(Remark { line, text });
        }
    }

    fn index(&mut self, provider: Provider) {
        let index = self.providers.len();
        for certificate in &provider.certificates {
            let records = self.by_certificate.entry(certificate.sha256).or_default();
            if records.last() != Some(&index) {
                records.push(index);
            }
        }
        for domain in &provider.managed_domains {
            let records = self.by_domain.entry(domain.to_ascii_lowercase()).or_default();
            if records.last() != Some(&index) {
                records.push(index);
            }
        }
        self.providers.push(provider);
    }
}

/// `providerName=…,o=postacert`, with `providerUnit=…` before it in a secondary environment (RFC 6109 §4.5).
fn provider_names(name: &[(String, String)]) -> Option<(String, Option<String>)> {
    let is = |(kind, _): &(String, String), expected: &str| kind.eq_ignore_ascii_case(expected);
    let (unit, rest) = match name {
        [unit, rest @ ..] if is(unit, "providerUnit") => (Some(unit.1.clone()), rest),
        rest => (None, rest),
    };
    match rest {
        [provider, root]
            if is(provider, "providerName") && is(root, "o") && root.1.eq_ignore_ascii_case("postacert") =>
        {
            Some((provider.1.clone(), unit))
        }
        _ => None,
    }
}

fn once(seen: &mut bool, attribute: &Attribute) -> Result<(), DirectoryError> {
    if *seen {
        return Err(DirectoryError { line: attribute.line, what: "an attribute with a single value is repeated" });
    }
    *seen = true;
    Ok(())
}

fn certificate(attribute: &Attribute) -> Result<ProviderCertificate, DirectoryError> {
    let der = attribute.value.clone();
    let mut reader = Reader::der(&der);
    if reader.expect(tag::SEQUENCE).is_err() || reader.finish().is_err() {
        return Err(DirectoryError { line: attribute.line, what: "not a certificate" });
    }
    let mut sha1 = [0; 20];
    sha1.copy_from_slice(digest(DigestAlgorithm::Sha1, &der).as_bytes());
    let sha256 = sha256(&der);
    Ok(ProviderCertificate { der, sha1, sha256 })
}

fn sha256(der: &[u8]) -> [u8; 32] {
    let mut value = [0; 32];
    value.copy_from_slice(digest(DigestAlgorithm::Sha256, der).as_bytes());
    value
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(nibble.into(), 16));
        }
        text
    })
}

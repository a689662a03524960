//! Certification authorities shaped like those of PEC, with names that nobody can take for the real ones, and the
//! certificates of providers in the three generations that were seen (PEC-SPEC §6.2 and §6.3).

use crate::certificate::{Certificate, Template, extension, name};
use crate::key::{Digest, Key, Scheme};
use crate::{Error, Moment};

/// The certificate policy of PEC signature certificates.
pub const PEC_POLICY: &str = "1.3.76.16.3.1.1";
const CPS: &str = "http://ca.sandbox.example/certificati-firma-pec";
const CRL: &str = "http://ca.sandbox.example/CRL";
const OCSP: &str = "http://ca.sandbox.example/OCSP";

/// An authority: key, certificate, and how it signs.
#[derive(Debug, Clone)]
pub struct Authority {
    /// Private key.
    pub key: Key,
    /// Own certificate.
    pub certificate: Certificate,
    /// Scheme of what it signs.
    pub scheme: Scheme,
}

/// Which providers an issue of the authority admits: mail host, and directory prefix (C, ST, L, O).
#[derive(Debug, Clone, Copy)]
pub struct Admitted {
    /// Host of the service address.
    pub host: &'static str,
    /// Province.
    pub province: &'static str,
    /// Town.
    pub town: &'static str,
    /// Company.
    pub organization: &'static str,
}

impl Authority {
    /// A self-signed root.
    ///
    /// # Errors
    /// When the key does not fit.
    pub fn root(key: Key, subject: Vec<u8>, life: (Moment, Moment), digest: Digest) -> Result<Self, Error> {
        let scheme = key.scheme(digest);
        let spki = key.spki()?;
        let id = crate::certificate::key_id(&spki);
        let template = Template {
            serial: Digest::Sha1.of(&subject)[..8].iter().map(|b| b & 0x7F).collect(),
            issuer: subject.clone(),
            subject,
            not_before: life.0,
            not_after: life.1,
            spki,
            extensions: vec![
                extension::subject_key(&id),
                extension::authority(None),
                extension::authority_key(&id),
                extension::key_usage(true, &[5, 6]),
            ],
        };
        let certificate = template.sign(&key, scheme)?;
        Ok(Self { key, certificate, scheme })
    }

    /// A subordinate authority under this one. `constraints` is a complete nameConstraints extension, or nothing.
    ///
    /// # Errors
    /// When a key does not fit.
    pub fn subordinate(&self, new: Subordinate) -> Result<Self, Error> {
        let spki = new.key.spki()?;
        let mut extensions = vec![
            extension::authority(Some(0)),
            extension::authority_key(&self.certificate.key_id),
            extension::policies(&["1.3.76.16.3.1"], CPS),
            extension::crl_address(CRL),
            extension::subject_key(&crate::certificate::key_id(&spki)),
            extension::key_usage(true, &[5, 6]),
        ];
        extensions.extend(new.constraints);
        if !new.purposes.is_empty() {
            extensions.push(extension::purposes(false, new.purposes));
        }
        let template = Template {
            serial: new.serial.to_vec(),
            issuer: self.certificate.subject.clone(),
            subject: new.subject,
            not_before: new.life.0,
            not_after: new.life.1,
            spki,
            extensions,
        };
        let certificate = template.sign(&self.key, self.scheme)?;
        Ok(Self { scheme: new.key.scheme(new.digest), key: new.key, certificate })
    }

    /// Issues the certificate of a provider, or of somebody who would like to be one.
    ///
    /// # Errors
    /// When a key does not fit.
    pub fn issue(&self, leaf: &Leaf, key: &Key) -> Result<Certificate, Error> {
        let spki = key.spki()?;
        let id = crate::certificate::key_id(&spki);
        let mut extensions = Vec::new();
        if leaf.generation == Generation::Y2014 {
            extensions.push(extension::end_entity());
        } else {
            extensions.push(extension::ocsp_address(OCSP));
        }
        if leaf.authority {
            extensions.push(extension::authority(None));
        }
        extensions.push(extension::subject_key(&id));
        extensions.push(extension::authority_key(&self.certificate.key_id));
        if !leaf.policies.is_empty() {
            extensions.push(extension::policies(&leaf.policies, CPS));
        }
        extensions.push(extension::crl_address(CRL));
        if !leaf.key_usage.is_empty() {
            extensions.push(extension::key_usage(leaf.generation != Generation::Y2014, &leaf.key_usage));
        }
        if !leaf.purposes.is_empty() {
            extensions.push(extension::purposes(leaf.purposes_critical, &leaf.purposes));
        }
        if !leaf.emails.is_empty() {
            extensions.push(extension::emails(&leaf.emails));
        }
        extensions.extend(leaf.more.iter().cloned());
        let template = Template {
            serial: leaf.serial.clone(),
            issuer: self.certificate.subject.clone(),
            subject: leaf.subject.clone(),
            not_before: leaf.life.0,
            not_after: leaf.life.1,
            spki,
            extensions,
        };
        template.sign(&self.key, self.scheme)
    }
}

/// What a subordinate authority is made of.
#[derive(Debug)]
pub struct Subordinate {
    /// Its key.
    pub key: Key,
    /// Its name.
    pub subject: Vec<u8>,
    /// Serial number of the issue.
    pub serial: &'static [u8],
    /// First and last instant.
    pub life: (Moment, Moment),
    /// A complete nameConstraints extension.
    pub constraints: Option<Vec<u8>>,
    /// extendedKeyUsage arcs; none leaves the extension out.
    pub purposes: &'static [u8],
    /// Digest of what it will sign.
    pub digest: Digest,
}

/// Generations of provider certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// RSA-1024, SHA-1, basicConstraints present, keyUsage not critical.
    Y2014,
    /// RSA-2048, SHA-256, emailProtection, keyUsage critical.
    Y2018,
    /// As 2018, with organizationIdentifier and 825 days.
    Y2026,
}

/// The content of a leaf certificate. The constructors make proper ones; vectors change a field.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Which habits it follows.
    pub generation: Generation,
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// Subject name, DER.
    pub subject: Vec<u8>,
    /// First and last instant.
    pub life: (Moment, Moment),
    /// rfc822Names.
    pub emails: Vec<String>,
    /// Certificate policies.
    pub policies: Vec<&'static str>,
    /// keyUsage bits.
    pub key_usage: Vec<u8>,
    /// extendedKeyUsage arcs.
    pub purposes: Vec<u8>,
    /// Whether extendedKeyUsage is critical.
    pub purposes_critical: bool,
    /// basicConstraints CA:TRUE.
    pub authority: bool,
    /// Further extensions, DER.
    pub more: Vec<Vec<u8>>,
}

impl Leaf {
    /// The leaf of a provider as `generation` made them, in use from `from` on.
    #[must_use]
    pub fn provider(generation: Generation, of: &Admitted, from: Moment) -> Self {
        let common = format!("Posta Certificata {}", of.organization);
        let (subject, days) = match generation {
            Generation::Y2014 => (name(&[("CN", &common), ("O", of.organization), ("C", "IT")]), 1096),
            Generation::Y2018 => {
                let subject =
                    name(&[("C", "IT"), ("ST", of.province), ("L", of.town), ("O", of.organization), ("CN", &common)]);
                (subject, 1095)
            }
            Generation::Y2026 => {
                let subject = name(&[
                    ("C", "IT"),
                    ("ST", of.province),
                    ("L", of.town),
                    ("O", of.organization),
                    ("2.5.4.97", "VATIT-00000000000"),
                    ("CN", of.organization),
                ]);
                (subject, 825)
            }
        };
        let serial = Digest::Sha1.of(&[subject.as_slice(), from.to_string().as_bytes()].concat());
        Self {
            generation,
            serial: std::iter::once(0x41).chain(serial[..7].iter().copied()).collect(),
            subject,
            life: (from, from.plus(days * 86_400)),
            emails: vec![format!("posta-certificata@{}", of.host)],
            policies: if generation == Generation::Y2026 {
                vec![PEC_POLICY, "2.23.140.1.5.2.2"]
            } else {
                vec![PEC_POLICY]
            },
            key_usage: vec![0],
            purposes: if generation == Generation::Y2014 { Vec::new() } else { vec![4] },
            purposes_critical: false,
            authority: false,
            more: Vec::new(),
        }
    }
}

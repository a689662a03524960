//! Certificates: names, extensions, and the signing of whatever they are put together to.

use crate::der::{self, tag};
use crate::key::{Digest, Key, Scheme};
use crate::{Error, Moment};

/// A certificate and the parts of it that others refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The whole, in DER.
    pub der: Vec<u8>,
    /// Issuer name, DER.
    pub issuer: Vec<u8>,
    /// Subject name, DER.
    pub subject: Vec<u8>,
    /// Serial number, a DER INTEGER.
    pub serial: Vec<u8>,
    /// SHA-1 of the public key (RFC 5280 §4.2.1.2, method 1).
    pub key_id: Vec<u8>,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
}

impl Certificate {
    /// PEM, for OpenSSL and for people.
    #[must_use]
    pub fn pem(&self) -> String {
        encodify::pem::STANDARD.encode("CERTIFICATE", &self.der)
    }

    /// SHA-256 of the DER, lower-case hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        crate::hex(&Digest::Sha256.of(&self.der))
    }
}

/// A certificate before it is signed.
#[derive(Debug, Clone)]
pub struct Template {
    /// Serial number, big-endian, positive.
    pub serial: Vec<u8>,
    /// Issuer name, DER.
    pub issuer: Vec<u8>,
    /// Subject name, DER.
    pub subject: Vec<u8>,
    /// First instant of life.
    pub not_before: Moment,
    /// Last instant of life.
    pub not_after: Moment,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
    /// Extensions, DER, in their order.
    pub extensions: Vec<Vec<u8>>,
}

impl Template {
    /// Signs with the issuer's key.
    ///
    /// # Errors
    /// When scheme and key do not fit each other.
    pub fn sign(&self, key: &Key, scheme: Scheme) -> Result<Certificate, Error> {
        let serial = der::unsigned(&self.serial);
        let mut fields = vec![
            der::explicit(0, &der::integer(2)),
            serial.clone(),
            scheme.algorithm(),
            self.issuer.clone(),
            der::sequence(&[self.not_before.der(), self.not_after.der()]),
            self.subject.clone(),
            self.spki.clone(),
        ];
        if !self.extensions.is_empty() {
            fields.push(der::explicit(3, &der::sequence(&self.extensions)));
        }
        Ok(Certificate {
            der: signed(der::sequence(&fields), key, scheme)?,
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
            serial,
            key_id: key_id(&self.spki),
            spki: self.spki.clone(),
        })
    }
}

/// SEQUENCE { to-be-signed, algorithm, signature }: certificates, CRLs and the like.
pub(crate) fn signed(tbs: Vec<u8>, key: &Key, scheme: Scheme) -> Result<Vec<u8>, Error> {
    let signature = der::bits(&key.sign(scheme, &tbs)?);
    Ok(der::sequence(&[tbs, scheme.algorithm(), signature]))
}

/// SHA-1 of the content of the public key BIT STRING.
#[must_use]
pub fn key_id(spki: &[u8]) -> Vec<u8> {
    // The BIT STRING is the last element: find it behind the algorithm, whose length is below 128 for all our keys.
    let header = if spki.get(1).is_some_and(|b| b & 0x80 != 0) { 2 + usize::from(spki[1] & 0x7F) } else { 2 };
    let algorithm = spki.get(header + 1).map_or(0, |length| 2 + usize::from(*length));
    let bits = spki.get(header + algorithm..).unwrap_or_default();
    let prefix = if bits.get(1).is_some_and(|b| b & 0x80 != 0) { 2 + usize::from(bits[1] & 0x7F) } else { 2 };
    Digest::Sha1.of(bits.get(prefix + 1..).unwrap_or_default())
}

/// A distinguished name from its attributes, most significant first: `C`, `ST`, `L`, `O`, `OU`, `CN`, `E` or a dotted
/// identifier.
#[must_use]
pub fn name(attributes: &[(&str, &str)]) -> Vec<u8> {
    let rdn = |(kind, value): &(&str, &str)| {
        let (oid, tag) = match *kind {
            "C" => ("2.5.4.6", tag::PRINTABLE_STRING),
            "ST" => ("2.5.4.8", tag::UTF8_STRING),
            "L" => ("2.5.4.7", tag::UTF8_STRING),
            "O" => ("2.5.4.10", tag::UTF8_STRING),
            "OU" => ("2.5.4.11", tag::UTF8_STRING),
            "CN" => ("2.5.4.3", tag::UTF8_STRING),
            "E" => ("1.2.840.113549.1.9.1", tag::IA5_STRING),
            dotted => (dotted, tag::UTF8_STRING),
        };
        der::set_of(&[der::sequence(&[der::oid(oid), der::tlv(tag, value.as_bytes())])])
    };
    der::sequence(&attributes.iter().map(rdn).collect::<Vec<_>>())
}

/// The extensions of RFC 5280 that PEC certificates carry, each a complete `Extension` in DER.
pub mod extension {
    use super::{der, tag};

    /// Any extension from its value.
    #[must_use]
    pub fn raw(oid: &str, critical: bool, value: &[u8]) -> Vec<u8> {
        let critical = if critical { der::yes() } else { Vec::new() };
        der::sequence(&[der::oid(oid), critical, der::octets(value)])
    }

    /// basicConstraints of a CA.
    #[must_use]
    pub fn authority(path_length: Option<u64>) -> Vec<u8> {
        let length = path_length.map(der::integer).unwrap_or_default();
        raw("2.5.29.19", true, &der::sequence(&[der::yes(), length]))
    }

    /// basicConstraints that says "no CA", as leaves of 2014 carry it.
    #[must_use]
    pub fn end_entity() -> Vec<u8> {
        raw("2.5.29.19", false, &der::sequence::<Vec<u8>>(&[]))
    }

    /// keyUsage: numbers of RFC 5280 §4.2.1.3 (0 digitalSignature, 5 keyCertSign, 6 cRLSign).
    #[must_use]
    pub fn key_usage(critical: bool, bits: &[u8]) -> Vec<u8> {
        raw("2.5.29.15", critical, &der::named_bits(bits))
    }

    /// extendedKeyUsage; purposes by the last arc of 1.3.6.1.5.5.7.3 (1 server, 2 client, 4 e-mail, 8 time-stamping,
    /// 9 OCSP).
    #[must_use]
    pub fn purposes(critical: bool, arcs: &[u8]) -> Vec<u8> {
        let oids: Vec<_> = arcs.iter().map(|arc| der::oid(&format!("1.3.6.1.5.5.7.3.{arc}"))).collect();
        raw("2.5.29.37", critical, &der::sequence(&oids))
    }

    /// subjectAltName with rfc822Names.
    #[must_use]
    pub fn emails(addresses: &[String]) -> Vec<u8> {
        let names: Vec<_> = addresses.iter().map(|a| der::implicit(1, a.as_bytes())).collect();
        raw("2.5.29.17", false, &der::sequence(&names))
    }

    /// certificatePolicies; the first one with the CPS address that PEC certificates print.
    #[must_use]
    pub fn policies(oids: &[&str], cps: &str) -> Vec<u8> {
        let qualifier = der::sequence(&[der::oid("1.3.6.1.5.5.7.2.1"), der::tlv(tag::IA5_STRING, cps.as_bytes())]);
        let policy = |(n, oid): (usize, &&str)| {
            let qualifiers = if n == 0 { der::sequence(std::slice::from_ref(&qualifier)) } else { Vec::new() };
            der::sequence(&[der::oid(oid), qualifiers])
        };
        raw("2.5.29.32", false, &der::sequence(&oids.iter().enumerate().map(policy).collect::<Vec<_>>()))
    }

    /// subjectKeyIdentifier.
    #[must_use]
    pub fn subject_key(id: &[u8]) -> Vec<u8> {
        raw("2.5.29.14", false, &der::octets(id))
    }

    /// authorityKeyIdentifier with a key identifier.
    #[must_use]
    pub fn authority_key(id: &[u8]) -> Vec<u8> {
        raw("2.5.29.35", false, &der::sequence(&[der::implicit(0, id)]))
    }

    /// nameConstraints shaped like those of the PEC authority (PEC-SPEC §6.5): permitted mail hosts without a leading
    /// dot, permitted directory prefixes; excluded every IPv4 and IPv6 address and the empty dNSName. Not critical.
    #[must_use]
    pub fn name_constraints(hosts: &[&str], directories: &[Vec<u8>]) -> Vec<u8> {
        let subtree = |name: Vec<u8>| der::sequence(&[name]);
        let mut permitted: Vec<_> = hosts.iter().map(|h| subtree(der::implicit(1, h.as_bytes()))).collect();
        permitted.extend(directories.iter().map(|d| subtree(der::explicit(4, d))));
        let excluded =
            [subtree(der::implicit(7, &[0; 8])), subtree(der::implicit(7, &[0; 32])), subtree(der::implicit(2, b""))];
        let value = der::sequence(&[
            der::retagged(0xA0, der::sequence(&permitted)),
            der::retagged(0xA1, der::sequence(&excluded)),
        ]);
        raw("2.5.29.30", false, &value)
    }

    /// cRLDistributionPoints with one address.
    #[must_use]
    pub fn crl_address(url: &str) -> Vec<u8> {
        let names = der::explicit(0, &der::implicit(6, url.as_bytes()));
        let point = der::sequence(&[der::explicit(0, &names)]);
        raw("2.5.29.31", false, &der::sequence(&[point]))
    }

    /// authorityInfoAccess with an OCSP address.
    #[must_use]
    pub fn ocsp_address(url: &str) -> Vec<u8> {
        let access = der::sequence(&[der::oid("1.3.6.1.5.5.7.48.1"), der::implicit(6, url.as_bytes())]);
        raw("1.3.6.1.5.5.7.1.1", false, &der::sequence(&[access]))
    }
}

//! Public keys as certificates carry them.

use super::scheme::{self, SignatureScheme};
use crate::asn1::{Asn1Error, Reader, tag};

/// The elliptic curves that are understood (RFC 5480 §2.1.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

/// What kind of key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// RSA with a modulus of so many bits.
    Rsa {
        bits: u32,
    },
    Ec(Curve),
    /// Anything else: no signature of it can be checked.
    Other,
}

/// A public key as a certificate carries it (RFC 5280 §4.1.2.7), not yet prepared for use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicKey<'a> {
    kind: KeyKind,
    /// RSAPublicKey or the encoded point.
    bits: &'a [u8],
    /// The key may be used for RSA-PSS only (RFC 4055 §1.2), perhaps with these parameters only.
    pss: Option<Option<SignatureScheme>>,
}

impl<'a> PublicKey<'a> {
    /// Reads a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// When it is not one, or when its RSA key is not an RSAPublicKey. A key of an unknown kind is no error.
    pub(crate) fn parse(spki_der: &'a [u8]) -> Result<Self, Asn1Error> {
        const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
        const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
        const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];

        let mut reader = Reader::der(spki_der);
        let mut info = reader.expect(tag::SEQUENCE)?.children();
        reader.finish()?;
        let identifier = info.expect(tag::SEQUENCE)?;
        let bits = info.expect(tag::BIT_STRING)?.bit_string()?;
        info.finish()?;

        let mut algorithm = identifier.children();
        let oid = algorithm.expect(tag::OID)?.oid()?;
        let parameters = if algorithm.is_empty() { None } else { Some(algorithm.next()?) };
        algorithm.finish()?;
        let mut pss = None;
        let kind = match oid {
            RSA if !scheme::null_or_absent(parameters.as_ref()) => return Err(Asn1Error::Value),
            RSA => KeyKind::Rsa { bits: modulus_bits(bits)? },
            RSA_PSS => {
                pss = Some(match parameters {
                    None => None,
                    Some(_) => Some(SignatureScheme::from_x509(&identifier).ok_or(Asn1Error::Value)?),
                });
                KeyKind::Rsa { bits: modulus_bits(bits)? }
            }
            EC => match parameters.filter(|curve| curve.tag == tag::OID).map(|curve| curve.content) {
                Some([0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]) => KeyKind::Ec(Curve::P256),
                Some([0x2b, 0x81, 0x04, 0x00, 0x22]) => KeyKind::Ec(Curve::P384),
                Some([0x2b, 0x81, 0x04, 0x00, 0x23]) => KeyKind::Ec(Curve::P521),
                _ => KeyKind::Other,
            },
            _ => KeyKind::Other,
        };
        Ok(Self { kind, bits, pss })
    }

    pub(crate) const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// RSAPublicKey or the encoded point.
    pub(super) const fn bits(&self) -> &'a [u8] {
        self.bits
    }

    /// Whether a point is written with both coordinates or with one (RFC 5480 §2.2), in the length that the curve has.
    /// What else SEC 1 knows, and what a library may read beyond it, is refused alike by all.
    pub(super) fn is_plain_point(&self, curve: Curve) -> bool {
        let field = match curve {
            Curve::P256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        };
        match self.bits.split_first() {
            Some((4, coordinates)) => coordinates.len() == 2 * field,
            Some((2 | 3, coordinate)) => coordinate.len() == field,
            _ => false,
        }
    }

    /// Whether the key's own parameters allow the scheme (RFC 4055 §3.3).
    pub(super) fn allows(&self, scheme: SignatureScheme) -> bool {
        use SignatureScheme::RsaPss;
        match (self.pss, scheme) {
            (None, _) | (Some(None), RsaPss { .. }) => true,
            (Some(Some(RsaPss { digest, mgf_digest, salt_len: least })), RsaPss { salt_len, .. }) => {
                scheme == RsaPss { digest, mgf_digest, salt_len } && salt_len >= least
            }
            _ => false,
        }
    }
}

/// The two integers of an RSAPublicKey (RFC 8017 §A.1.1).
pub(super) fn rsa_integers(key: &[u8]) -> Result<[&[u8]; 2], Asn1Error> {
    let mut reader = Reader::der(key);
    let mut integers = reader.expect(tag::SEQUENCE)?.children();
    reader.finish()?;
    let [modulus, exponent] = [integers.expect(tag::INTEGER)?, integers.expect(tag::INTEGER)?];
    integers.finish()?;
    Ok([modulus.unsigned()?, exponent.unsigned()?])
}

fn modulus_bits(key: &[u8]) -> Result<u32, Asn1Error> {
    let [modulus, _] = rsa_integers(key)?;
    let first = modulus.first().filter(|first| **first != 0).ok_or(Asn1Error::Value)?;
    let bits = u32::try_from(modulus.len()).ok().and_then(|bytes| bytes.checked_mul(8)).ok_or(Asn1Error::Value)?;
    Ok(bits - first.leading_zeros())
}

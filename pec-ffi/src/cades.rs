//! Signed files (`.p7m`): what is inside, and whether it is still what was signed.

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take bytes from C")]

use std::mem::MaybeUninit;

use pec_core::limits::Limits;
use pec_core::signature::Error;
use pec_core::signature::cades::{self, Layer, Signer};
use pec_core::trust::name_for_display;

use crate::border::{self, bytes, enter, some};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::{pec_bytes, pec_str, unknown};

/// A signed file (CAdES), opened: the signatures around each other, the outermost first, and the document inside. It never
/// changes, may be shared between threads, and lives without the bytes that it was opened from.
#[derive(Debug)]
pub struct pec_cades {
    layers: Vec<Layer>,
    /// The name of each signer as it is shown, where it can be read.
    names: Vec<Vec<Option<String>>>,
    content: Vec<u8>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let result = match error {
            Error::NotSignedData => pec_result::PEC_NOT_SIGNED,
            Error::Limit(_) => pec_result::PEC_SIGNATURE_LIMITS,
            _ => pec_result::PEC_SIGNATURE_DAMAGED,
        };
        Self::new(result).because(error.to_string())
    }
}

/// Takes the signatures off a signed file (`.p7m`), such as an attachment of `pec_message_extract`: DER or BER, as bytes, as
/// base64 text or as PEM, also several around each other. Freed by `pec_cades_free`.
///
/// `PEC_NOT_SIGNED` when it is no such file or holds no document (a detached `.p7s`), `PEC_SIGNATURE_DAMAGED` when it cannot
/// be read, `PEC_SIGNATURE_LIMITS` when there is too much of it. An inner layer that cannot be opened is no error: it is the
/// content then.
///
/// What comes out proves at most that the document is the one that the key in the file signed. It does not prove who signed,
/// or when, or that the signature has any legal effect: no certificate is judged.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_cades_unwrap(
    data: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_cades>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let data = unsafe { bytes(data, len, "data") }?;
        let out = some(out, "out")?;
        let opened = cades::unwrap(data, &Limits::DEFAULT)?;
        let name = |signer: &Signer| signer.subject.as_deref().and_then(name_for_display);
        let names = opened.layers.iter().map(|layer| layer.signers.iter().map(name).collect()).collect();
        out.write(Some(Box::new(pec_cades { layers: opened.layers, names, content: opened.content.into_owned() })));
        Ok(())
    })
}

/// The document inside all signatures. It lives as long as the opened file. Where a signer's integrity is anything but
/// `intact`, it is not known to be the document that was signed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_cades_content(cades: Option<&pec_cades>, out: Option<&mut MaybeUninit<pec_bytes>>) -> pec_result {
    enter(None, || {
        let (cades, out) = (some(cades, "cades")?, some(out, "out")?);
        out.write(pec_bytes::of(&cades.content));
        Ok(())
    })
}

/// How many signatures stand around each other: 1 at least.
#[unsafe(no_mangle)]
pub extern "C" fn pec_cades_layer_count(cades: Option<&pec_cades>, out: Option<&mut MaybeUninit<usize>>) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(cades, "cades")?.layers.len());
        Ok(())
    })
}

fn absent() -> Failure {
    Failure::new(pec_result::PEC_ABSENT)
}

impl pec_cades {
    fn signers(&self, layer: usize) -> Result<&[Signer], Failure> {
        self.layers.get(layer).map(|layer| &*layer.signers).ok_or_else(absent)
    }

    fn signer(&self, layer: usize, signer: usize) -> Result<&Signer, Failure> {
        self.signers(layer)?.get(signer).ok_or_else(absent)
    }
}

/// How many signed side by side in the layer at this position, from 0, the outermost: 0 for a wrapper that nobody signed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_cades_signer_count(
    cades: Option<&pec_cades>,
    layer: usize,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (cades, out) = (some(cades, "cades")?, some(out, "out")?);
        out.write(cades.signers(layer)?.len());
        Ok(())
    })
}

/// The texts of a signer, for `pec_cades_signer_text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_signer_field {
    /// Whether the document is the one that the key signed: `intact`, `altered`, `unsupported` (the algorithm is not known, or
    /// nobody should rely on it any more), or `certificate-missing`.
    PEC_SIGNER_INTEGRITY = 0,
    /// The subject of the certificate that the file holds, for display: a claim, nothing vouches for it.
    PEC_SIGNER_SUBJECT = 1,
    /// The digest over the document, such as `sha256`.
    PEC_SIGNER_DIGEST = 2,
}

/// The numbers of a signer, for `pec_cades_signer_number`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_signer_number {
    /// When it was signed, as the signer states it: seconds since 1970 (UTC). A claim.
    PEC_SIGNER_SIGNING_TIME = 0,
    /// 1 where the signature names its certificate by a digest, as CAdES asks (ETSI EN 319 122-1 §5.2.2), else 0.
    PEC_SIGNER_NAMES_CERTIFICATE = 1,
}

/// One text of a signer; layer and signer are positions from 0, `field` is a `pec_signer_field`. `PEC_ABSENT` where there is
/// none. It lives as long as the opened file.
#[unsafe(no_mangle)]
pub extern "C" fn pec_cades_signer_text(
    cades: Option<&pec_cades>,
    layer: usize,
    signer: usize,
    field: u32,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    use pec_signer_field as F;
    enter(None, || {
        let (cades, out) = (some(cades, "cades")?, some(out, "out")?);
        let found = cades.signer(layer, signer)?;
        let name = || cades.names.get(layer)?.get(signer)?.as_deref();
        let text = match field {
            n if n == F::PEC_SIGNER_INTEGRITY as u32 => Some(found.integrity.as_str()),
            n if n == F::PEC_SIGNER_SUBJECT as u32 => name(),
            n if n == F::PEC_SIGNER_DIGEST as u32 => found.digest_algorithm.map(|digest| digest.as_str()),
            _ => return Err(unknown("field", field)),
        };
        out.write(pec_str::of(text.ok_or_else(absent)?));
        Ok(())
    })
}

/// One number of a signer; layer and signer are positions from 0, `field` is a `pec_signer_number`. `PEC_ABSENT` where there
/// is none.
#[unsafe(no_mangle)]
pub extern "C" fn pec_cades_signer_number(
    cades: Option<&pec_cades>,
    layer: usize,
    signer: usize,
    field: u32,
    out: Option<&mut MaybeUninit<i64>>,
) -> pec_result {
    use pec_signer_number as N;
    enter(None, || {
        let (cades, out) = (some(cades, "cades")?, some(out, "out")?);
        let found = cades.signer(layer, signer)?;
        let number = match field {
            n if n == N::PEC_SIGNER_SIGNING_TIME as u32 => found.signing_time,
            n if n == N::PEC_SIGNER_NAMES_CERTIFICATE as u32 => Some(found.names_certificate.into()),
            _ => return Err(unknown("field", field)),
        };
        out.write(number.ok_or_else(absent)?);
        Ok(())
    })
}

/// The certificate that a signer names, DER; layer and signer are positions from 0. `PEC_ABSENT` when the file does not hold
/// it. It lives as long as the opened file. It is not judged.
#[unsafe(no_mangle)]
pub extern "C" fn pec_cades_signer_certificate(
    cades: Option<&pec_cades>,
    layer: usize,
    signer: usize,
    out: Option<&mut MaybeUninit<pec_bytes>>,
) -> pec_result {
    enter(None, || {
        let (cades, out) = (some(cades, "cades")?, some(out, "out")?);
        let certificate = cades.signer(layer, signer)?.certificate.as_deref();
        out.write(pec_bytes::of(certificate.ok_or_else(absent)?));
        Ok(())
    })
}

/// Ends the life of a file that was opened. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_cades_free(cades: Option<Box<pec_cades>>) {
    border::release(cades);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_of_the_core_has_its_number() {
        let number = |error: Error| Failure::from(error).result;
        assert_eq!(number(Error::NotSignedData), pec_result::PEC_NOT_SIGNED);
        assert_eq!(number(Error::Malformed("cut".to_owned())), pec_result::PEC_SIGNATURE_DAMAGED);
        let limits = Failure::from(Error::Limit("signers"));
        assert_eq!((limits.result, &*limits.evidence), (pec_result::PEC_SIGNATURE_LIMITS, "too much of: signers"));
    }
}

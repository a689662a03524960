//! The directory of providers (indice dei gestori), for those who have it.

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take bytes from C")]

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ptr;

use pec_core::directory::{Provider, ProviderCertificate, ProviderDirectory};

use crate::border::{self, bytes, enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::{pec_bytes, pec_str, unknown};

/// The directory of providers (indice dei gestori), which only licensed providers can fetch.
///
/// It never changes and may be shared between threads; a verifier takes a copy. What it says is as true as the file that it
/// was read from.
#[derive(Debug)]
pub struct pec_directory {
    pub(crate) directory: ProviderDirectory,
    /// For each provider the SHA-1 and the SHA-256 of each certificate, hexadecimal.
    digests: Vec<Vec<(String, String)>>,
}

/// Reads the directory from an LDIF file. `PEC_DIRECTORY` with the line when it cannot be read. Freed by
/// `pec_directory_free`.
///
/// # Safety
/// `ldif` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_directory_from_ldif(
    ldif: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_directory>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let ldif = unsafe { bytes(ldif, len, "ldif") }?;
        let out = some(out, "out")?;
        let directory = ProviderDirectory::from_ldif(ldif)
            .map_err(|error| Failure::new(pec_result::PEC_DIRECTORY).because(error.to_string()))?;
        out.write(Some(Box::new(pec_directory::new(directory))));
        Ok(())
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn absent() -> Failure {
    Failure::new(pec_result::PEC_ABSENT)
}

impl pec_directory {
    fn new(directory: ProviderDirectory) -> Self {
        let digest = |it: &ProviderCertificate| (hexadecimal(it.sha1()), hexadecimal(it.sha256()));
        let digests = directory.providers().iter().map(|it| it.certificates().iter().map(digest).collect()).collect();
        Self { directory, digests }
    }

    fn provider(&self, provider: usize) -> Result<&Provider, Failure> {
        self.directory.providers().get(provider).ok_or_else(absent)
    }

    /// Where a provider stands among all.
    fn position(&self, provider: Option<&Provider>) -> Result<usize, Failure> {
        let place = |found: &Provider| self.directory.providers().iter().position(|one| ptr::eq(one, found));
        provider.and_then(place).ok_or_else(absent)
    }

    fn values(&self, provider: usize, field: u32) -> Result<Vec<&str>, Failure> {
        use pec_provider_field as F;
        let record = self.provider(provider)?;
        let digests = self.digests.get(provider).map(Vec::as_slice).unwrap_or_default();
        Ok(match field {
            n if n == F::PEC_PROVIDER_NAME as u32 => vec![record.name()],
            n if n == F::PEC_PROVIDER_UNIT as u32 => record.unit().into_iter().collect(),
            n if n == F::PEC_PROVIDER_MAIL_RECEIPT as u32 => record.mail_receipt().into_iter().collect(),
            n if n == F::PEC_PROVIDER_DOMAIN as u32 => record.managed_domains().iter().map(String::as_str).collect(),
            n if n == F::PEC_PROVIDER_CERTIFICATE_SHA1 as u32 => digests.iter().map(|(sha1, _)| &**sha1).collect(),
            n if n == F::PEC_PROVIDER_CERTIFICATE_SHA256 as u32 => {
                digests.iter().map(|(_, sha256)| &**sha256).collect()
            }
            _ => return Err(unknown("field", field)),
        })
    }
}

/// The name of the provider that manages a mail domain, by the directory; `domain` is UTF-8, ended by NUL. `PEC_ABSENT` when
/// none does. It lives as long as the directory.
///
/// # Safety
/// `domain` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_directory_provider(
    directory: Option<&pec_directory>,
    domain: *const c_char,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let directory = some(directory, "directory")?;
        // SAFETY: the caller's promise.
        let domain = unsafe { text(domain, "domain") }?;
        let out = some(out, "out")?;
        let provider = directory.directory.provider_of_domain(domain);
        out.write(pec_str::of(provider.ok_or_else(absent)?.name()));
        Ok(())
    })
}

/// How many records the directory has: one for each provider, and one for each of its secondary environments.
#[unsafe(no_mangle)]
pub extern "C" fn pec_directory_count(
    directory: Option<&pec_directory>,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (directory, out) = (some(directory, "directory")?, some(out, "out")?);
        out.write(directory.directory.providers().len());
        Ok(())
    })
}

/// The fields of a record of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_provider_field {
    /// Name of the provider (`providerName`).
    PEC_PROVIDER_NAME = 0,
    /// Name of the secondary environment (`providerUnit`); the main one has none.
    PEC_PROVIDER_UNIT = 1,
    /// Service mailbox that receives take-charge receipts (`mailReceipt`).
    PEC_PROVIDER_MAIL_RECEIPT = 2,
    /// The mail domains that it manages (`managedDomains`), as printed: one value each.
    PEC_PROVIDER_DOMAIN = 3,
    /// SHA-1 of each certificate with which it signs, hexadecimal: the key under which providers look it up.
    PEC_PROVIDER_CERTIFICATE_SHA1 = 4,
    /// SHA-256 of the certificate at the same index.
    PEC_PROVIDER_CERTIFICATE_SHA256 = 5,
}

/// One value of the record at the position `provider`, from 0; `field` is a `pec_provider_field`, `index` counts from 0.
/// `PEC_ABSENT` beyond the last. It lives as long as the directory.
#[unsafe(no_mangle)]
pub extern "C" fn pec_directory_text(
    directory: Option<&pec_directory>,
    provider: usize,
    field: u32,
    index: usize,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (directory, out) = (some(directory, "directory")?, some(out, "out")?);
        let values = directory.values(provider, field)?;
        out.write(pec_str::of(values.get(index).ok_or_else(absent)?));
        Ok(())
    })
}

/// How many values a field of the record at the position `provider` has.
#[unsafe(no_mangle)]
pub extern "C" fn pec_directory_value_count(
    directory: Option<&pec_directory>,
    provider: usize,
    field: u32,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (directory, out) = (some(directory, "directory")?, some(out, "out")?);
        out.write(directory.values(provider, field)?.len());
        Ok(())
    })
}

/// A certificate of the record at the position `provider`, DER; `index` counts from 0 as for its digests. `PEC_ABSENT`
/// beyond the last. It lives as long as the directory. Nothing of it was checked but its outermost shape.
#[unsafe(no_mangle)]
pub extern "C" fn pec_directory_certificate(
    directory: Option<&pec_directory>,
    provider: usize,
    index: usize,
    out: Option<&mut MaybeUninit<pec_bytes>>,
) -> pec_result {
    enter(None, || {
        let (directory, out) = (some(directory, "directory")?, some(out, "out")?);
        let certificate = directory.provider(provider)?.certificates().get(index);
        out.write(pec_bytes::of(certificate.ok_or_else(absent)?.der()));
        Ok(())
    })
}

/// The position of the first record that manages a mail domain; `domain` is UTF-8, ended by NUL, upper and lower case alike.
/// `PEC_ABSENT` when none does.
///
/// # Safety
/// `domain` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_directory_find_domain(
    directory: Option<&pec_directory>,
    domain: *const c_char,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let directory = some(directory, "directory")?;
        // SAFETY: the caller's promise.
        let domain = unsafe { text(domain, "domain") }?;
        let out = some(out, "out")?;
        out.write(directory.position(directory.directory.provider_of_domain(domain))?);
        Ok(())
    })
}

/// The position of a record that lists a certificate, given as DER: `index` counts such records from 0, in the order of the
/// file. `PEC_ABSENT` beyond the last.
///
/// # Safety
/// `certificate` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_directory_find_certificate(
    directory: Option<&pec_directory>,
    certificate: *const u8,
    len: usize,
    index: usize,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let directory = some(directory, "directory")?;
        // SAFETY: the caller's promise.
        let certificate = unsafe { bytes(certificate, len, "certificate") }?;
        let out = some(out, "out")?;
        let found = directory.directory.providers_of_certificate(certificate).nth(index);
        out.write(directory.position(found)?);
        Ok(())
    })
}

/// Whether a record that lists a certificate (DER) manages a mail domain (UTF-8, ended by NUL): 1 or 0. `PEC_ABSENT` when no
/// record lists the certificate. 0 does not prove a fraud: the directory may be of another day than the message.
///
/// # Safety
/// `certificate` is NULL or the first of `len` bytes that can be read, `domain` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_directory_manages(
    directory: Option<&pec_directory>,
    certificate: *const u8,
    len: usize,
    domain: *const c_char,
    out: Option<&mut MaybeUninit<u32>>,
) -> pec_result {
    enter(None, || {
        let directory = some(directory, "directory")?;
        // SAFETY: the caller's promise.
        let certificate = unsafe { bytes(certificate, len, "certificate") }?;
        // SAFETY: the caller's promise.
        let domain = unsafe { text(domain, "domain") }?;
        let out = some(out, "out")?;
        let manages = directory.directory.manages(certificate, domain);
        out.write(manages.ok_or_else(absent)?.into());
        Ok(())
    })
}

/// How many remarks there are: departures from RFC 6109 that do not keep the directory from being used, the first thousand.
#[unsafe(no_mangle)]
pub extern "C" fn pec_directory_remark_count(
    directory: Option<&pec_directory>,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (directory, out) = (some(directory, "directory")?, some(out, "out")?);
        out.write(directory.directory.remarks().len());
        Ok(())
    })
}

/// The remark at the position `index`, from 0: the line of the file, from 1, at which the record or the attribute begins, and
/// what it is, in English. `PEC_ABSENT` beyond the last. The text lives as long as the directory.
#[unsafe(no_mangle)]
pub extern "C" fn pec_directory_remark(
    directory: Option<&pec_directory>,
    index: usize,
    line: Option<&mut MaybeUninit<u64>>,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (directory, line, out) = (some(directory, "directory")?, some(line, "line")?, some(out, "out")?);
        let remark = directory.directory.remarks().get(index).ok_or_else(absent)?;
        line.write(remark.line as u64);
        out.write(pec_str::of(&remark.text));
        Ok(())
    })
}

/// Ends the life of a directory. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_directory_free(directory: Option<Box<pec_directory>>) {
    border::release(directory);
}

#[cfg(test)]
mod tests {
    use super::*;

    const LDIF: &[u8] = include_bytes!("../../pec-core/src/directory/tests/igpec.ldif");

    /// A record from which much is missing.
    const POOR: &[u8] = b"version: 1\n\ndn: providerName=X,o=postacert\nobjectClass: provider\nproviderName: Y\n";

    fn directory(ldif: &[u8]) -> Box<pec_directory> {
        let mut directory = MaybeUninit::new(None);
        // SAFETY: bytes with their length.
        let result = unsafe { pec_directory_from_ldif(ldif.as_ptr(), ldif.len(), Some(&mut directory), None) };
        assert_eq!(result, pec_result::PEC_OK);
        // SAFETY: it was made with a value.
        unsafe { directory.assume_init() }.unwrap()
    }

    /// A text of the directory, copied.
    fn read(call: impl FnOnce(&mut MaybeUninit<pec_str>) -> pec_result) -> Option<String> {
        let mut place = MaybeUninit::uninit();
        match call(&mut place) {
            pec_result::PEC_OK => {}
            pec_result::PEC_ABSENT => return None,
            other => panic!("{other:?}"),
        }
        // SAFETY: it was written by the call.
        let text: pec_str = unsafe { place.assume_init() };
        // SAFETY: the bytes of a directory that is still there.
        let text = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
        Some(String::from_utf8(text.to_vec()).unwrap())
    }

    #[test]
    fn a_provider_is_found_by_its_domain() {
        let directory = directory(LDIF);
        // SAFETY: a text that ends with NUL.
        let name =
            read(|out| unsafe { pec_directory_provider(Some(&directory), c"SEC.alfa.example".as_ptr(), Some(out)) });
        assert_eq!(name.as_deref(), Some("Alfa PEC S.p.A."));
    }

    #[test]
    fn every_value_of_the_core_can_be_read() {
        let (directory, core) = (directory(LDIF), ProviderDirectory::from_ldif(LDIF).unwrap());
        assert!(core.providers().iter().any(|it| it.unit().is_some() && !it.certificates().is_empty()));
        for (position, provider) in core.providers().iter().enumerate() {
            let all = |field: pec_provider_field| {
                let value =
                    |index| read(|out| pec_directory_text(Some(&directory), position, field as u32, index, Some(out)));
                let values: Vec<String> = (0..).map_while(value).collect();
                let mut count = MaybeUninit::uninit();
                let result = pec_directory_value_count(Some(&directory), position, field as u32, Some(&mut count));
                assert_eq!(result, pec_result::PEC_OK);
                // SAFETY: it was written by the call.
                assert_eq!(unsafe { count.assume_init() }, values.len());
                values
            };
            let digests = |of: fn(&ProviderCertificate) -> &[u8]| -> Vec<String> {
                provider.certificates().iter().map(|it| hexadecimal(of(it))).collect()
            };
            assert_eq!(all(pec_provider_field::PEC_PROVIDER_NAME), [provider.name()]);
            assert_eq!(all(pec_provider_field::PEC_PROVIDER_UNIT).first().map(|it| &**it), provider.unit());
            let receipt = all(pec_provider_field::PEC_PROVIDER_MAIL_RECEIPT);
            assert_eq!(receipt.first().map(|it| &**it), provider.mail_receipt());
            assert_eq!(all(pec_provider_field::PEC_PROVIDER_DOMAIN), provider.managed_domains());
            assert_eq!(all(pec_provider_field::PEC_PROVIDER_CERTIFICATE_SHA1), digests(|it| it.sha1()));
            assert_eq!(all(pec_provider_field::PEC_PROVIDER_CERTIFICATE_SHA256), digests(|it| it.sha256()));
        }
    }

    #[test]
    fn remarks_are_those_of_the_core() {
        let (directory, core) = (directory(POOR), ProviderDirectory::from_ldif(POOR).unwrap());
        let remarks = (0..).map_while(|index| {
            let mut line = MaybeUninit::uninit();
            let text = read(|out| pec_directory_remark(Some(&directory), index, Some(&mut line), Some(out)))?;
            // SAFETY: a text was written, and with it the line.
            Some((unsafe { line.assume_init() }, text))
        });
        let expected: Vec<(u64, String)> = core.remarks().iter().map(|it| (it.line as u64, it.text.clone())).collect();
        assert!(!expected.is_empty());
        assert_eq!(remarks.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn records_are_found_by_a_certificate_as_the_core_finds_them() {
        let (directory, core) = (directory(LDIF), ProviderDirectory::from_ldif(LDIF).unwrap());
        let mut found = 0;
        for certificate in core.providers().iter().flat_map(|it| it.certificates()) {
            let der = certificate.der();
            for (index, provider) in core.providers_of_certificate(der).enumerate() {
                let mut position = MaybeUninit::uninit();
                // SAFETY: the bytes of a certificate, with their length.
                let result = unsafe {
                    pec_directory_find_certificate(
                        Some(&directory),
                        der.as_ptr(),
                        der.len(),
                        index,
                        Some(&mut position),
                    )
                };
                assert_eq!(result, pec_result::PEC_OK);
                // SAFETY: it was written by the call.
                assert_eq!(&core.providers()[unsafe { position.assume_init() }], provider);
                for domain in [c"pec.alfa.example", c"nowhere.example"] {
                    let mut manages = MaybeUninit::uninit();
                    let (start, len, out) = (der.as_ptr(), der.len(), Some(&mut manages));
                    // SAFETY: the bytes of a certificate, with their length, and a text that ends with NUL.
                    let result = unsafe { pec_directory_manages(Some(&directory), start, len, domain.as_ptr(), out) };
                    assert_eq!(result, pec_result::PEC_OK);
                    // SAFETY: it was written by the call.
                    let manages = unsafe { manages.assume_init() };
                    assert_eq!(Some(manages == 1), core.manages(der, domain.to_str().unwrap()));
                }
                found += 1;
            }
        }
        assert!(found > 0);
    }
}

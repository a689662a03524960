//! Whom a verification trusts: trust store and revocation evidence.

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take bytes from C")]

use std::mem::MaybeUninit;

use pec_core::trust::{Evidence, TrustStore, TrustStoreError};

use crate::border::{self, ErrorOut, bytes, enter, some};
use crate::failure::{Failure, pec_error, pec_result};
use crate::verification::pec_text;

/// Whom a judgement trusts: the pinned PEC authorities, their known issues, and what the host adds.
///
/// It can be changed until it is freed; a verifier takes a copy.
#[derive(Debug)]
pub struct pec_trust_store {
    pub(crate) store: TrustStore,
}

impl From<TrustStoreError> for Failure {
    fn from(error: TrustStoreError) -> Self {
        let result = match error {
            TrustStoreError::Certificate => pec_result::PEC_CERTIFICATE,
            _ => pec_result::PEC_TRUST_DATA,
        };
        Self::new(result).because(error.to_string())
    }
}

/// The trust data built into this version: AgID CA1 and DigitPA CA1, their issues, the providers' hosts. Freed by
/// `pec_trust_store_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_trust_store_built_in(
    out: Option<&mut MaybeUninit<Option<Box<pec_trust_store>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        some(out, "out")?.write(Some(Box::new(pec_trust_store { store: TrustStore::built_in() })));
        Ok(())
    })
}

/// Trust data of another date, in the form of `pec trust show --json`: `PEC_TRUST_DATA` when they have another form.
/// Freed by `pec_trust_store_free`.
///
/// # Safety
/// `json` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_trust_store_from_json(
    json: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_trust_store>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let json = unsafe { bytes(json, len, "json") }?;
        let out = some(out, "out")?;
        let json = std::str::from_utf8(json).map_err(|_| Failure::new(pec_result::PEC_BAD_UTF8).because("json"))?;
        out.write(Some(Box::new(pec_trust_store { store: TrustStore::from_json(json)? })));
        Ok(())
    })
}

/// The trust data as JSON, in the form that `pec_trust_store_from_json` reads, without what the host has added. Freed by
/// `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_trust_store_json(
    trust: Option<&pec_trust_store>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (trust, out) = (some(trust, "trust")?, some(out, "out")?);
        out.write(Some(Box::new(pec_text::new(trust.store.to_json()))));
        Ok(())
    })
}

/// A change of a trust store by a certificate.
type Change = fn(TrustStore, &[u8]) -> Result<TrustStore, TrustStoreError>;

/// # Safety
/// `certificate` is NULL or the first of `len` bytes that can be read.
unsafe fn add(
    trust: Option<&mut pec_trust_store>,
    certificate: *const u8,
    len: usize,
    error: ErrorOut<'_>,
    change: Change,
) -> pec_result {
    enter(error, || {
        let trust = some(trust, "trust")?;
        // SAFETY: the caller's promise.
        let certificate = unsafe { bytes(certificate, len, "certificate") }?;
        trust.store = change(trust.store.clone(), certificate)?;
        Ok(())
    })
}

/// Adds an authority of the host's own, DER or PEM. Every result that rests on it names it (`host:…`): such a message is
/// no PEC of the Italian system. `PEC_CERTIFICATE` when nothing can be read; the store is then as before.
///
/// # Safety
/// `certificate` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_trust_store_add_host_anchor(
    trust: Option<&mut pec_trust_store>,
    certificate: *const u8,
    len: usize,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    // SAFETY: the caller's promise.
    unsafe { add(trust, certificate, len, error, TrustStore::with_host_anchor) }
}

/// Adds an authority whose time-stamps (marche temporali) are believed, DER or PEM.
///
/// # Safety
/// `certificate` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_trust_store_add_time_stamp_anchor(
    trust: Option<&mut pec_trust_store>,
    certificate: *const u8,
    len: usize,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    // SAFETY: the caller's promise.
    unsafe { add(trust, certificate, len, error, TrustStore::with_time_stamp_anchor) }
}

/// Adds an authority whose cards (carta nazionale dei servizi) open mailboxes of this host (`pec_archive_login`), DER or PEM. It vouches
/// for nothing else, and no other authority does for cards.
///
/// # Safety
/// `certificate` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_trust_store_add_login_anchor(
    trust: Option<&mut pec_trust_store>,
    certificate: *const u8,
    len: usize,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    // SAFETY: the caller's promise.
    unsafe { add(trust, certificate, len, error, TrustStore::with_login_anchor) }
}

/// Adds a certificate that may stand between signer and authority and is not trusted by itself, DER or PEM.
///
/// # Safety
/// `certificate` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_trust_store_add_intermediate(
    trust: Option<&mut pec_trust_store>,
    certificate: *const u8,
    len: usize,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    // SAFETY: the caller's promise.
    unsafe { add(trust, certificate, len, error, TrustStore::with_intermediate) }
}

/// Ends the life of a trust store. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_trust_store_free(trust: Option<Box<pec_trust_store>>) {
    border::release(trust);
}

/// Revocation lists and OCSP answers that the host gives.
///
/// It can be changed until it is freed; a verifier takes a copy.
#[derive(Debug)]
pub struct pec_evidence {
    pub(crate) evidence: Evidence,
}

/// Empty evidence: every answer about revocation is "not checked". Freed by `pec_evidence_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_evidence_new(
    out: Option<&mut MaybeUninit<Option<Box<pec_evidence>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        some(out, "out")?.write(Some(Box::new(pec_evidence { evidence: Evidence::none() })));
        Ok(())
    })
}

/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
unsafe fn add_evidence(
    evidence: Option<&mut pec_evidence>,
    data: *const u8,
    len: usize,
    error: ErrorOut<'_>,
    change: fn(Evidence, &[u8]) -> Evidence,
) -> pec_result {
    enter(error, || {
        let evidence = some(evidence, "evidence")?;
        // SAFETY: the caller's promise.
        let data = unsafe { bytes(data, len, "data") }?;
        // Evidence that says nothing must not pass for evidence that was asked.
        if change(Evidence::none(), data).unreadable() > 0 {
            return Err(Failure::new(pec_result::PEC_EVIDENCE));
        }
        evidence.evidence = change(evidence.evidence.clone(), data);
        Ok(())
    })
}

/// Adds a certificate revocation list (CRL), DER or PEM. `PEC_EVIDENCE` when it cannot be read; the evidence is then as
/// before.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_evidence_add_crl(
    evidence: Option<&mut pec_evidence>,
    data: *const u8,
    len: usize,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    // SAFETY: the caller's promise.
    unsafe { add_evidence(evidence, data, len, error, |evidence, data| evidence.with_crl(data)) }
}

/// Adds an OCSP response, DER or PEM. `PEC_EVIDENCE` when it cannot be read; the evidence is then as before.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_evidence_add_ocsp(
    evidence: Option<&mut pec_evidence>,
    data: *const u8,
    len: usize,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    // SAFETY: the caller's promise.
    unsafe { add_evidence(evidence, data, len, error, |evidence, data| evidence.with_ocsp(data)) }
}

/// Ends the life of evidence. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_evidence_free(evidence: Option<Box<pec_evidence>>) {
    border::release(evidence);
}

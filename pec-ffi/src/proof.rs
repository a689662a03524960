//! Bundles that prove one transaction, checked without the archive from which they come.

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take bytes from C")]

use std::mem::MaybeUninit;

use pec_core::limits::Limits;
use pec_core::proof::{ProofReport, check, check_with, expert_commands};

use crate::border::{self, bytes, enter, instant, some};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::pec_bytes;
use crate::trust::{pec_evidence, pec_trust_store};
use crate::verification::pec_text;

/// What was found out about a bundle. It never changes and may be shared between threads.
#[derive(Debug)]
pub struct pec_proof {
    report: ProofReport,
    json: String,
}

impl pec_proof {
    fn of(report: ProofReport) -> Box<Self> {
        let json = report.to_json();
        Box::new(Self { report, json })
    }
}

/// Checks a bundle, as `pec_archive_bundle` makes it, by the trust data of the caller at `now`, in seconds since 1970 (UTC): offline,
/// without the archive, and without anything that it says of itself. A file that was damaged, or is none, is no error: the report
/// says so. Freed by `pec_proof_free`; bytes and trust store may be freed before it.
///
/// It proves that the file is what was written, and of each message what its verdict says. It does not prove that nothing was left
/// out.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_proof_check(
    trust: Option<&pec_trust_store>,
    data: *const u8,
    len: usize,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_proof>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let trust = some(trust, "trust")?;
        // SAFETY: the caller's promise.
        let bundle = unsafe { bytes(data, len, "data") }?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        out.write(Some(pec_proof::of(check(bundle, &trust.store, now, &Limits::DEFAULT))));
        Ok(())
    })
}

/// As `pec_proof_check`, with revocation evidence of the caller's own beside that which the bundle carries: whoever made it may have
/// left out what he did not know, or did not want to be known. The evidence may be freed before the report.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_proof_check_with(
    trust: Option<&pec_trust_store>,
    evidence: Option<&pec_evidence>,
    data: *const u8,
    len: usize,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_proof>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (trust, evidence) = (some(trust, "trust")?, some(evidence, "evidence")?);
        // SAFETY: the caller's promise.
        let bundle = unsafe { bytes(data, len, "data") }?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        out.write(Some(pec_proof::of(check_with(bundle, &trust.store, &evidence.evidence, now, &Limits::DEFAULT))));
        Ok(())
    })
}

/// Whether every byte of the file is what was written, and what is there for reading is what this library writes: 1, or 0.
#[unsafe(no_mangle)]
pub extern "C" fn pec_proof_is_intact(proof: Option<&pec_proof>, out: Option<&mut MaybeUninit<u32>>) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(proof, "proof")?.report.is_intact().into());
        Ok(())
    })
}

/// Whether every byte that proves something is what was written, every message is certified, but for what was sent, which bears no
/// certification and claims none, and at least one is: 1, or 0. The page and the text for the expert decide nothing: the report tells
/// where they are not ours. It is what the exit code of `pec proof verify` says.
#[unsafe(no_mangle)]
pub extern "C" fn pec_proof_is_sound(proof: Option<&pec_proof>, out: Option<&mut MaybeUninit<u32>>) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(proof, "proof")?.report.is_sound().into());
        Ok(())
    })
}

/// The whole report as one JSON object, as `pec proof verify --json` prints it: faults of the file, to the block of 4096 bytes, each
/// message with its verdict and since when it is proven to have existed, dossiers. It lives as long as the proof.
#[unsafe(no_mangle)]
pub extern "C" fn pec_proof_json(proof: Option<&pec_proof>, out: Option<&mut MaybeUninit<pec_bytes>>) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(pec_bytes::of(some(proof, "proof")?.json.as_bytes()));
        Ok(())
    })
}

/// How an expert of a court does every step of a bundle once more, with OpenSSL and nothing of ours: lines that begin with `$ `,
/// continued by those that begin with `> `, are commands for one shell. It is written anew from the names of the objects.
/// `PEC_ABSENT` where the file is no bundle. Freed by `pec_text_free`.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_proof_expert_commands(
    data: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let bundle = unsafe { bytes(data, len, "data") }?;
        let out = some(out, "out")?;
        let commands = expert_commands(bundle).ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        out.write(Some(Box::new(pec_text::new(commands))));
        Ok(())
    })
}

/// Ends the life of what was found out about a bundle. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_proof_free(proof: Option<Box<pec_proof>>) {
    border::release(proof);
}

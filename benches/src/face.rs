//! Verification as a program in C does it: through the functions of `include/pec.h`, the bytes copied, every handle freed.

#![allow(unsafe_code, reason = "the functions are called as C calls them")]

use std::mem::MaybeUninit;

use pec::*;

use crate::Result;
use crate::genuine::Envelope;

/// A verifier of C, which knows the provider's chain, and the message for it.
#[derive(Debug)]
pub struct Face<'e> {
    verifier: Box<pec_verifier>,
    bytes: &'e [u8],
    now: i64,
}

/// The handle that a call makes.
fn made<T>(call: impl FnOnce(&mut MaybeUninit<Option<Box<T>>>) -> pec_result) -> Option<Box<T>> {
    let mut place = MaybeUninit::new(None);
    let result = call(&mut place);
    // SAFETY: it was made with a value.
    let handle = unsafe { place.assume_init() };
    handle.filter(|_| result == pec_result::PEC_OK)
}

impl<'e> Face<'e> {
    /// Warm, as [`Envelope::warm_cache`] is.
    ///
    /// # Errors
    /// When the envelope is not certified through C.
    pub fn new(envelope: &'e Envelope) -> Result<Self> {
        let mut trust = made(|out| pec_trust_store_built_in(Some(out), None)).ok_or("no trust store")?;
        let anchor = &envelope.authority;
        // SAFETY: the bytes of a slice, with their length.
        let added = unsafe { pec_trust_store_add_host_anchor(Some(&mut trust), anchor.as_ptr(), anchor.len(), None) };
        let verifier = made(|out| pec_verifier_new(Some(&trust), Some(out), None)).ok_or("no verifier")?;
        let face = Self { verifier, bytes: &envelope.bytes, now: envelope.now().as_second() };
        let warm = (0..2).all(|_| face.verify() == Some(pec_verdict::PEC_VERDICT_CERTIFIED));
        if added == pec_result::PEC_OK && warm { Ok(face) } else { Err("not certified through C".into()) }
    }

    /// Parses, verifies, asks for the verdict, frees.
    #[must_use]
    pub fn verify(&self) -> Option<pec_verdict> {
        let (data, len) = (self.bytes.as_ptr(), self.bytes.len());
        // SAFETY: the bytes of a slice, with their length.
        let message: Box<pec_message> = made(|out| unsafe { pec_message_parse(data, len, Some(out), None) })?;
        let verification: Box<pec_verification> =
            made(|out| pec_verify(Some(&self.verifier), Some(&message), self.now, Some(out), None))?;
        let mut verdict = MaybeUninit::uninit();
        let told = pec_verification_verdict(Some(&verification), Some(&mut verdict));
        pec_verification_free(Some(verification));
        pec_message_free(Some(message));
        // SAFETY: it was written when the call says so.
        (told == pec_result::PEC_OK).then(|| unsafe { verdict.assume_init() })
    }
}

//! Bytes that were made for the caller: a message, a bundle.

#![allow(unsafe_code, reason = "exported functions bear unmangled names")]

use std::mem::MaybeUninit;

use crate::border::{self, enter, some};
use crate::failure::pec_result;
use crate::text::pec_bytes;

/// Bytes that a call has made, freed by `pec_blob_free`. They never change and may be shared between threads.
#[derive(Debug)]
pub struct pec_blob {
    bytes: Vec<u8>,
}

impl pec_blob {
    #[cfg(feature = "archive")]
    pub(crate) const fn new(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }
}

/// The bytes. They live as long as the blob.
#[unsafe(no_mangle)]
pub extern "C" fn pec_blob_bytes(blob: Option<&pec_blob>, out: Option<&mut MaybeUninit<pec_bytes>>) -> pec_result {
    enter(None, || {
        let (blob, out) = (some(blob, "blob")?, some(out, "out")?);
        out.write(pec_bytes::of(&blob.bytes));
        Ok(())
    })
}

/// Ends the life of a blob. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_blob_free(blob: Option<Box<pec_blob>>) {
    border::release(blob);
}

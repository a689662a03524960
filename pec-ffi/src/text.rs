//! Texts and bytes as C sees them.

use std::ffi::c_char;

use pec_core::finding::Language;

use crate::failure::{Failure, pec_result};

/// A text in UTF-8, without a NUL at its end: print it with `%.*s`. It belongs to the object that it was read from; the
/// function that writes it says how long it lives. An empty text has `len` 0 and a `data` that is not NULL.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct pec_str {
    /// The first byte.
    pub data: *const c_char,
    /// Bytes.
    pub len: usize,
}

impl pec_str {
    pub(crate) const fn of(text: &str) -> Self {
        Self { data: text.as_ptr().cast(), len: text.len() }
    }
}

/// Bytes, with the same rules as `pec_str`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct pec_bytes {
    /// The first byte.
    pub data: *const u8,
    /// How many.
    pub len: usize,
}

impl pec_bytes {
    pub(crate) const fn of(bytes: &[u8]) -> Self {
        Self { data: bytes.as_ptr(), len: bytes.len() }
    }
}

/// Languages in which texts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_language {
    /// Italian.
    PEC_LANGUAGE_IT = 0,
    /// English.
    PEC_LANGUAGE_EN = 1,
}

impl pec_language {
    pub(crate) fn read(number: u32) -> Result<Language, Failure> {
        match number {
            n if n == Self::PEC_LANGUAGE_IT as u32 => Ok(Language::It),
            n if n == Self::PEC_LANGUAGE_EN as u32 => Ok(Language::En),
            _ => Err(unknown("language", number)),
        }
    }
}

/// A number that the parameter does not know.
pub(crate) fn unknown(name: &str, number: u32) -> Failure {
    Failure::new(pec_result::PEC_BAD_VALUE).because(format!("{name}: {number}"))
}

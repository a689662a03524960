//! What fails on purpose (feature `test-hooks`): no part of the interface.

#![allow(unsafe_code, reason = "exported functions bear unmangled names")]

use std::mem::MaybeUninit;

use crate::border::enter;
use crate::failure::{pec_error, pec_result};

/// Panics inside, as a fault of the library would: `PEC_PANIC`.
#[unsafe(no_mangle)]
#[allow(clippy::panic, clippy::missing_panics_doc, reason = "the panic is what it is for, and does not come out")]
pub extern "C" fn pec_test_panic(error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>) -> pec_result {
    enter(error, || panic!("provoked by a test"))
}

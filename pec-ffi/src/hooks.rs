//! What fails on purpose (feature `test-hooks`): no part of the interface.

#![allow(unsafe_code, reason = "exported functions bear unmangled names")]

use std::mem::MaybeUninit;

use pec_files::work::Work;

use crate::border::{enter, some};
use crate::failure::{pec_error, pec_result};
use crate::work::pec_work;

/// Panics inside, as a fault of the library would: `PEC_PANIC`.
#[unsafe(no_mangle)]
#[allow(clippy::panic, clippy::missing_panics_doc, reason = "the panic is what it is for, and does not come out")]
pub extern "C" fn pec_test_panic(error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>) -> pec_result {
    enter(error, || panic!("provoked by a test"))
}

/// Work that panics, as a fault of the library in the background would: `PEC_EVENT_FAILED` with `PEC_PANIC`.
#[unsafe(no_mangle)]
#[allow(clippy::panic, clippy::missing_panics_doc, reason = "the panic is what it is for, and does not come out")]
pub extern "C" fn pec_test_work_panic(out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>) -> pec_result {
    enter(None, || {
        let out = some(out, "out")?;
        let work = Work::start(1, |_| panic!("provoked by a test")).map_err(crate::work::no_threads)?;
        out.write(Some(Box::new(pec_work::verifying(work))));
        Ok(())
    })
}

//! Whatever holds an archive open: closed once, and in no child of the process.

use std::process;
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::failure::{Failure, Reason};

/// Something that is open until it is closed.
pub(super) struct Held<T> {
    what: &'static str,
    held: Mutex<Option<T>>,
    process: u32,
}

impl<T: Clone> Held<T> {
    pub(super) fn new(what: &'static str, held: T) -> Self {
        Self { what, held: Mutex::new(Some(held)), process: process::id() }
    }

    pub(super) fn get(&self) -> PyResult<T> {
        if self.process != process::id() {
            return Err(Failure::new(Reason::PEC_FORKED, format!("the {} was opened by the parent", self.what)).into());
        }
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone().ok_or_else(|| PyValueError::new_err(format!("the {} is closed", self.what)))
    }
}

impl<T> Held<T> {
    pub(super) fn close(&self) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        if self.process != process::id() {
            // The file of the archive is the parent's: closing it here would take away what the parent counts on.
            std::mem::forget(held);
        }
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        self.close();
    }
}

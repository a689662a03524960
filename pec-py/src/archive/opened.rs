//! The file that is open: until it is closed, and in no child of the process.

use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::failure::{Failure, Reason};

/// An archive until it is closed.
#[derive(Debug)]
pub(super) struct Opened {
    archive: Mutex<Option<Arc<pec_archive::Archive>>>,
    process: u32,
}

impl Opened {
    pub(super) fn new(archive: pec_archive::Archive) -> Self {
        Self { archive: Mutex::new(Some(Arc::new(archive))), process: process::id() }
    }

    /// The same, to be closed by itself.
    pub(super) fn again(&self) -> PyResult<Self> {
        Ok(Self { archive: Mutex::new(Some(self.get()?)), process: self.process })
    }

    pub(super) fn get(&self) -> PyResult<Arc<pec_archive::Archive>> {
        if self.process != process::id() {
            return Err(Failure::new(Reason::PEC_FORKED, "the archive was opened by the parent").into());
        }
        let archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        archive.clone().ok_or_else(|| PyValueError::new_err("the archive is closed"))
    }

    pub(super) fn close(&self) {
        let archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner).take();
        if self.process != process::id() {
            // The file is the parent's: closing it here would take away what the parent counts on.
            std::mem::forget(archive);
        }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.close();
    }
}

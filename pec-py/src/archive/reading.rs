//! Messages that are read from a file of Python's, a piece at a time.

use std::io;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::judging::Judging;
use super::{Archive, stored};
use crate::failure::Failure;
use crate::limits::Limits;
use crate::trust::{Evidence, TrustStore};
use crate::work::released;

/// Bytes that are asked for at a time.
const PIECE: usize = 1 << 20;

/// A file of Python's.
struct Reader {
    read: Py<PyAny>,
    /// What was read and not yet taken: a file may give more than it was asked for.
    rest: Vec<u8>,
    taken: usize,
    raised: Option<PyErr>,
}

impl Reader {
    fn piece(&self) -> PyResult<Vec<u8>> {
        Python::attach(|py| {
            py.check_signals()?;
            let piece = self.read.call1(py, (PIECE,))?;
            let wrong = || PyTypeError::new_err("the file gives no bytes: open it with \"rb\"");
            Ok(piece.bind(py).cast::<PyBytes>().map_err(|_| wrong())?.as_bytes().to_vec())
        })
    }
}

impl io::Read for Reader {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.rest.len() {
            let piece = self.piece().map_err(|error| {
                self.raised = Some(error);
                io::Error::other("the file has raised an exception")
            })?;
            (self.rest, self.taken) = (piece, 0);
        }
        let read = io::Read::read(&mut self.rest.get(self.taken..).unwrap_or_default(), room)?;
        self.taken += read;
        Ok(read)
    }
}

#[pymethods]
impl Archive {
    /// Stores one message that is read from a file opened with "rb", a piece at a time. One within `limits` is as one that was
    /// `put`. One beyond them is not lost: it goes into the archive piece by piece, up to 1 TiB, judged as what is too long to be
    /// verified, and `get_to` gives it back. While the rest of it is read nobody else can write, so give a file, not a slow
    /// connection, and nothing that itself writes to this archive. What the file raises ends the call: then nothing was stored.
    ///
    /// The rest is as for `put`.
    #[pyo3(signature = (file, *, mailbox = "", now = None, trust = None, evidence = None, limits = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn put_from<'py>(
        &self,
        py: Python<'py>,
        file: &Bound<'py, PyAny>,
        mailbox: &str,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
        limits: Option<&Bound<'py, Limits>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (judging, archive) = (Judging::new(trust, evidence, now, mailbox)?, self.opened.get()?);
        let limits = limits.map(|limits| limits.get().core()).unwrap_or_default();
        let mut reader = Reader { read: file.getattr("read")?.unbind(), rest: Vec::new(), taken: 0, raised: None };
        let put = released(py, || archive.put_from(&self.actor, &judging.intake().limits(limits), &mut reader))?;
        match (reader.raised, put) {
            (Some(error), _) => Err(error),
            (None, put) => stored(py, put.map_err(Failure::from)?),
        }
    }
}

//! The log as evidence: whether it is what was logged, roots that are kept elsewhere, proofs that need no archive.

use pec_archive::report::Report as _;
use pec_archive::{EntryProof, GrowthProof, Id, LogFormat, NotKept};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use super::judging::Judging;
use super::{Archive, Sink};
use crate::failure::{Failure, Reason};
use crate::instant::now;
use crate::source;
use crate::trust::TrustStore;
use crate::words::unknown;
use crate::work::released;

/// A line of JSON as a value of `pecpy._log`.
pub(super) fn value<'py>(py: Python<'py>, class: &str, json: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("pecpy._log")?.getattr(class)?.call_method1("from_json", (json,))
}

impl From<NotKept> for Failure {
    fn from(error: NotKept) -> Self {
        let reason = match error {
            NotKept::NotCertified(_) => Reason::PEC_NOT_CERTIFIED,
            _ => Reason::PEC_ARCHIVE_VALUE,
        };
        Self::new(reason, error.to_string())
    }
}

/// A key with which the host signs roots of the log (Ed25519), by a name without blanks or `+`, from 32 secret random bytes, which
/// are always the same key. Where they are kept decides what a signature is worth: whoever has the file of the archive and this key
/// can sign another log.
///
/// Raises `ArchiveError` (`archive.value`) for another name, `ArgumentError` for another number of bytes.
///
/// >>> LogKey("posta", bytes(range(32))).verifier
/// 'posta+...'
/// >>> LogKey("la posta", bytes(32))
/// Traceback (most recent call last):
///     ...
/// pecpy.ArchiveError: ...
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct LogKey {
    key: pec_archive::LogKey,
}

#[pymethods]
impl LogKey {
    #[new]
    fn new(name: &str, secret: &[u8]) -> PyResult<Self> {
        let wrong = |_| Failure::new(Reason::PEC_BAD_VALUE, format!("secret: {} bytes, not 32", secret.len()));
        let secret: &[u8; 32] = secret.try_into().map_err(wrong)?;
        Ok(Self { key: pec_archive::LogKey::new(name, secret).map_err(Failure::from)? })
    }

    /// What others check its signatures with, in one line (`name+id+key`). It is public, and belongs where nobody who can write the
    /// archive can change it.
    #[getter]
    fn verifier(&self) -> String {
        self.key.verifier()
    }

    fn __repr__(&self) -> String {
        let verifier = self.key.verifier();
        format!("<pecpy.LogKey {:?}>", verifier.split('+').next().unwrap_or_default())
    }
}

/// A root of the log as the host kept it, with whoever vouches for it: made by `signed` or `mailed`, for `Archive.verify_log`.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct KeptRoot {
    root: pec_archive::KeptRoot,
}

#[pymethods]
impl KeptRoot {
    /// A checkpoint that `Archive.sign_log` gave, bytes or a path, whose signature `verifier` (`LogKey.verifier`) confirms.
    ///
    /// Raises `ArchiveError` (`archive.value`) where it is none, or is not signed so that this key says it is right.
    #[staticmethod]
    fn signed(checkpoint: &Bound<'_, PyAny>, verifier: &str) -> PyResult<Self> {
        let checkpoint = source::bytes(checkpoint)?;
        Ok(Self { root: pec_archive::KeptRoot::signed(&checkpoint, verifier).map_err(Failure::from)? })
    }

    /// The first checkpoint in the text of a message that was sent by PEC, bytes or a path: the provider certified that it was there
    /// then. It is the envelope or a complete receipt, as received. It does not say who sent it: give messages of which you know that.
    ///
    /// Raises `NotCertifiedError` where no provider certifies the message, `ArchiveError` (`archive.value`) where no checkpoint stands
    /// in it.
    #[staticmethod]
    #[pyo3(signature = (message, *, trust = None, now = None))]
    fn mailed(
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        trust: Option<&Bound<'_, TrustStore>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (message, judging) = (source::bytes(message)?, Judging::new(trust, None, now, "")?);
        let root = released(py, || pec_archive::KeptRoot::mailed(&message, judging.trust(), judging.now))?;
        Ok(Self { root: root.map_err(Failure::from)? })
    }

    /// Entries under the root.
    #[getter]
    const fn size(&self) -> u64 {
        self.root.size()
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.KeptRoot at {} entries>", self.root.size())
    }
}

#[pymethods]
impl Archive {
    /// Entries of the log from number `start` on, at most `limit`: who did what, when, to what. A `LogRow` each.
    #[pyo3(signature = (start = 0, *, limit = 1000))]
    fn log<'py>(&self, py: Python<'py>, start: u64, limit: usize) -> PyResult<Bound<'py, PyList>> {
        let rows = self.with(py, |archive, actor| archive.log(actor, start, limit))?;
        let line = |row| value(py, "LogRow", &serde_json::to_string(row).unwrap_or_default());
        PyList::new(py, rows.iter().map(line).collect::<PyResult<Vec<_>>>()?)
    }

    /// Writes the log out from number `start` on, to a file that was opened with "wb", and gives the number of the entry that comes
    /// next. `format` is `"ndjson"`, one JSON object a line; `"csv"`, a table in which what a sender wrote is no formula to a
    /// spreadsheet; or `"csv-bom"`, the same with the mark by which spreadsheets know UTF-8. Secrets and the text of messages are
    /// never in it. What was written counts only when the call returns.
    #[pyo3(signature = (file, *, start = 0, format = "ndjson"))]
    fn export_log(&self, py: Python<'_>, file: &Bound<'_, PyAny>, start: u64, format: &str) -> PyResult<u64> {
        let format =
            LogFormat::named(format).ok_or_else(|| unknown("format", format, &["ndjson", "csv", "csv-bom"]))?;
        let archive = self.opened.get()?;
        let mut sink = Sink { write: file.getattr("write")?.unbind(), raised: None };
        let written = released(py, || archive.export_log(&self.actor, start, format, &mut sink))?;
        match (sink.raised, written) {
            (Some(error), _) => Err(error),
            (None, written) => Ok(written.map_err(Failure::from)?),
        }
    }

    /// The present root of the log as a checkpoint (C2SP), signed: to be kept where whoever writes the archive cannot change it. Given
    /// back to `verify_log` as a `KeptRoot`, it shows whether the entries before it are still those. That it was signed stands in the
    /// log.
    #[pyo3(signature = (key, *, now = None))]
    fn sign_log<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, LogKey>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (key, now) = (key.get(), self::now(now)?);
        let checkpoint = self.with(py, |archive, actor| archive.sign_log(actor, &key.key, now))?;
        Ok(PyBytes::new(py, &checkpoint))
    }

    /// Works the tree of the log out anew from its entries, and compares it with the one that is stored, with the roots that were
    /// time-stamped, as `trust` judges at `now`, and with the `KeptRoot`s that were kept elsewhere. Gives a `LogCheck`: it names the
    /// first entry that was edited, removed, inserted or moved, and says how many at the end nobody else vouches for.
    ///
    /// It does not show what was done after the last root that somebody else vouches for, and a log does not bind whoever holds the
    /// file and its key to write down what he does.
    ///
    /// >>> import tempfile
    /// >>> key = LogKey("posta", bytes(range(32)))
    /// >>> with tempfile.TemporaryDirectory() as folder, Archive.create(folder + "/posta.pecarchive") as archive:
    /// ...     put = archive.put(b"Subject: Preventivo\r\n\r\nBuongiorno.\r\n")
    /// ...     kept = KeptRoot.signed(archive.sign_log(key), key.verifier)
    /// ...     check = archive.verify_log(kept)
    /// ...     print(check.is_clean, check.sound, check.unanchored, check.roots[0].by, check.roots[0].who)
    /// True 2 1 key posta
    #[pyo3(signature = (*kept, trust = None, now = None))]
    fn verify_log<'py>(
        &self,
        py: Python<'py>,
        kept: &Bound<'py, PyTuple>,
        trust: Option<&Bound<'py, TrustStore>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let judging = Judging::new(trust, None, now, "")?;
        let root = |one: Bound<'py, PyAny>| -> PyResult<_> { Ok(one.cast::<KeptRoot>()?.get().root.clone()) };
        let kept = kept.iter().map(root).collect::<PyResult<Vec<_>>>()?;
        let check = self.with(py, |archive, actor| archive.verify_log(actor, judging.trust(), judging.now, &kept))?;
        value(py, "LogCheck", &check.to_json())
    }

    /// The proof that entry `n` is in the log as it was with `size` entries, all that it has now unless given: an `EntryProof`, which
    /// is checked without the archive.
    ///
    /// Raises `NotInArchiveError` where there is no such entry.
    #[pyo3(signature = (n, *, size = None))]
    fn prove_entry<'py>(&self, py: Python<'py>, n: u64, size: Option<u64>) -> PyResult<Bound<'py, PyAny>> {
        let proof = self.with(py, |archive, actor| archive.prove_entry(actor, n, size))?;
        value(py, "EntryProof", &proof.to_json())
    }

    /// The proof that the log with `end` entries, all that it has now unless given, holds all that it held with `start`, in the same
    /// order: a `GrowthProof`, which is checked without the archive.
    ///
    /// Raises `NotInArchiveError` where it never had that many.
    #[pyo3(signature = (start, end = None))]
    fn prove_growth<'py>(&self, py: Python<'py>, start: u64, end: Option<u64>) -> PyResult<Bound<'py, PyAny>> {
        let proof = self.with(py, |archive, actor| archive.prove_growth(actor, start, end))?;
        value(py, "GrowthProof", &proof.to_json())
    }
}

fn root(given: &str) -> Result<Id, Failure> {
    given.trim().parse().map_err(|_| Failure::new(Reason::PEC_BAD_VALUE, format!("root: {given:?}")))
}

fn no_proof(error: serde_json::Error) -> Failure {
    Failure::new(Reason::PEC_BAD_VALUE, format!("proof: {error}"))
}

/// Whether a proof, as JSON, leads to this root; for `pecpy.EntryProof`.
#[pyfunction]
pub(crate) fn check_entry(proof: &str, root: &str) -> PyResult<bool> {
    let proof: EntryProof = serde_json::from_str(proof).map_err(no_proof)?;
    Ok(proof.check(self::root(root)?).is_ok())
}

/// Whether a proof, as JSON, leads from one root to the other; for `pecpy.GrowthProof`.
#[pyfunction]
pub(crate) fn check_growth(proof: &str, earlier: &str, later: &str) -> PyResult<bool> {
    let proof: GrowthProof = serde_json::from_str(proof).map_err(no_proof)?;
    Ok(proof.check(root(earlier)?, root(later)?).is_ok())
}

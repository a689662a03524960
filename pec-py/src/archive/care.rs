//! Looking after an archive: check, collection, backup, a new index, a new judgement; import and salvage.

use std::path::PathBuf;

use pec_archive::Actor;
use pec_archive::report::Report as _;
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::judging::{Judging, watched};
use super::{Archive, value, values};
use crate::source::path;
use crate::trust::{Evidence, TrustStore};

#[pymethods]
impl Archive {
    /// Reads every message again and compares its digest; checks structure, index, log and evidence. All damage is named in the
    /// `ArchiveCheck`, nothing is repaired. `progress` is called with what is done and what is to be done.
    ///
    /// Verdicts are not judged again: `reverify` does that. It proves that the bytes are those that were stored, not that nobody has
    /// written another archive in its place: that, only a time-stamped root kept elsewhere can show.
    #[pyo3(signature = (*, progress = None))]
    fn check<'py>(&self, py: Python<'py>, progress: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let check = self.watched(py, progress, |archive, actor, watch| archive.check(actor, watch))?;
        value(py, "ArchiveCheck", &check.to_json())
    }

    /// Takes away what no message uses; it only takes room. Gives a `Collected`.
    fn collect<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let collected = self.with(py, |archive, actor| archive.collect(actor))?;
        value(py, "Collected", &collected.to_json())
    }

    /// Writes a copy of the archive as it is at this moment, while others read and write; the copy is compact, and an archive itself.
    ///
    /// Raises `ArchiveError` (`archive.exists`) where anything is there already.
    fn backup(&self, py: Python<'_>, to: PathBuf) -> PyResult<()> {
        self.with(py, |archive, actor| archive.backup(actor, &to))
    }

    /// Judges every message again, with newer trust data or a newer engine: a `Changed` for each verdict that has changed. `progress`
    /// is called with what is done and what is to be done.
    #[pyo3(signature = (*, now = None, trust = None, evidence = None, progress = None))]
    fn reverify<'py>(
        &self,
        py: Python<'py>,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let judging = Judging::new(trust, evidence, now, "")?;
        let work = |archive: &pec_archive::Archive, actor: &Actor, watch: pec_archive::Watch<'_>| {
            archive.reverify(actor, &judging.intake(), watch)
        };
        values(py, "Changed", &self.watched(py, progress, work)?)
    }

    /// Makes everything anew that is worked out from the bytes: verdicts, dossiers, the index. Nothing is hidden meanwhile. The
    /// parameters are those of `reverify`.
    #[pyo3(signature = (*, now = None, trust = None, evidence = None, progress = None))]
    fn rebuild_index(
        &self,
        py: Python<'_>,
        now: Option<&Bound<'_, PyAny>>,
        trust: Option<&Bound<'_, TrustStore>>,
        evidence: Option<&Bound<'_, Evidence>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let judging = Judging::new(trust, evidence, now, "")?;
        self.watched(py, progress, |archive, actor, watch| archive.rebuild_index(actor, &judging.intake(), watch))
    }

    /// Takes in everything below these paths, one or several: files of one message, mbox files, ZIP files, folders of them, Maildir. What
    /// cannot be read stands in the `Imported` and stops nothing. A second import goes on where the first was ended, even by a
    /// crash. `mailbox` is where the messages were found; `progress` is called with the number of files that are done, and of all.
    ///
    /// Another archive that this process has open must not lie below these paths.
    #[pyo3(signature = (paths, *, mailbox = "", now = None, trust = None, evidence = None, progress = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn import_mail<'py>(
        &self,
        py: Python<'py>,
        paths: &Bound<'py, PyAny>,
        mailbox: &str,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let judging = Judging::new(trust, evidence, now, mailbox)?;
        let paths: Vec<PathBuf> = match path(paths)? {
            Some(one) => vec![one],
            None => paths.try_iter()?.map(|one| one?.extract()).collect::<PyResult<_>>()?,
        };
        let imported = self
            .watched(py, progress, |archive, actor, watch| archive.import(actor, &judging.intake(), &paths, watch))?;
        value(py, "Imported", &imported.to_json())
    }

    /// Brings everything that can still be read of the broken archive `source` into a new one, `target`, and says in the `Salvaged` what
    /// it could not. `source` is only read. `actor` is in whose name it is done; `key` is as for
    /// `Archive`, and encrypts the new one too; the other parameters are those of `reverify`.
    ///
    /// Raises `ArchiveError` (`archive.exists`) where anything is at `target`, `DamagedError` where not even the first page can be
    /// read: then nothing is left at `target`.
    #[staticmethod]
    #[pyo3(signature = (source, target, *, actor = "host", now = None, trust = None, evidence = None, key = None,
        progress = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn salvage<'py>(
        py: Python<'py>,
        source: PathBuf,
        target: PathBuf,
        actor: &str,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
        key: Option<&Bound<'py, PyAny>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (judging, actor) = (Judging::new(trust, evidence, now, "")?, Actor::local(actor));
        let keys = super::keys::keys(key)?;
        let salvaged = watched(py, progress, |watch| {
            pec_archive::Archive::salvage_with(&actor, &judging.intake(), &source, &target, &keys, watch)
        })?;
        value(py, "Salvaged", &salvaged.to_json())
    }
}

//! How long messages are kept, what must not be erased, and what may be; tags, numbers, the log.

use pec_archive::report::{Ending, Erased, Report as _};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::{Archive, id, ids, value, values};
use crate::instant::{instant, now};

#[pymethods]
impl Archive {
    /// Gives a class a term in months, or another term; the class `""` is that of everything that was put in no other, ten years at
    /// first.
    ///
    /// Raises `ArchiveError` (`archive.value`) for no months at all.
    #[pyo3(signature = (class_, months, *, now = None))]
    fn set_term(&self, py: Python<'_>, class_: &str, months: u32, now: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = self::now(now)?;
        self.with(py, |archive, actor| archive.set_term(actor, now, class_, months))
    }

    /// The terms of the classes, in months.
    fn terms<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let terms = PyDict::new(py);
        for (class, months) in self.with(py, |archive, actor| archive.terms(actor))? {
            terms.set_item(class, months)?;
        }
        Ok(terms)
    }

    /// Puts messages into a class, by one identifier or several.
    ///
    /// Raises `NotInArchiveError` for a message or a class that is not here: then nothing was changed.
    #[pyo3(signature = (ids, class_, *, now = None))]
    fn classify(
        &self,
        py: Python<'_>,
        ids: &Bound<'_, PyAny>,
        class_: &str,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let (ids, now) = (self::ids(ids)?, self::now(now)?);
        self.with(py, |archive, actor| archive.classify(actor, now, &ids, class_))
    }

    /// Holds messages for a case (a lawsuit, an inspection), by one identifier or several: none of them can be erased until the case
    /// is released.
    ///
    /// Raises `NotInArchiveError` for a message that is not here: then none is held.
    #[pyo3(signature = (ids, case, *, now = None))]
    fn hold(&self, py: Python<'_>, ids: &Bound<'_, PyAny>, case: &str, now: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let (ids, now) = (self::ids(ids)?, self::now(now)?);
        self.with(py, |archive, actor| archive.hold(actor, now, &ids, case))
    }

    /// Ends the hold of a case; gives the number of messages that it held.
    ///
    /// Raises `NotInArchiveError` when nothing is held for it.
    #[pyo3(signature = (case, *, now = None))]
    fn release(&self, py: Python<'_>, case: &str, now: Option<&Bound<'_, PyAny>>) -> PyResult<usize> {
        let now = self::now(now)?;
        self.with(py, |archive, actor| archive.release(actor, now, case))
    }

    /// The cases for which messages are held, by name, and how many each holds.
    fn cases<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let cases = PyDict::new(py);
        for case in self.with(py, |archive, actor| archive.cases(actor))? {
            cases.set_item(case.case, case.messages)?;
        }
        Ok(cases)
    }

    /// The identifiers of the messages that are held for a case, in the order of their dates.
    ///
    /// Raises `NotInArchiveError` when nothing is held for it.
    fn held(&self, py: Python<'_>, case: &str) -> PyResult<Vec<String>> {
        let held = self.with(py, |archive, actor| archive.held(actor, case))?;
        Ok(held.iter().map(ToString::to_string).collect())
    }

    /// How long a message is kept, and what else keeps it: a `Retention`. It is what `erase` would say of it, before anybody asks to
    /// erase it.
    ///
    /// Raises `NotInArchiveError`.
    fn retention<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Bound<'py, PyAny>> {
        let id = self::id(id)?;
        let retention = self.with(py, |archive, actor| archive.retention(actor, id))?;
        value(py, "Retention", &retention.to_json())
    }

    /// Erases messages whose term is over and which no case holds, by one identifier or several; the others stay. Gives an `Erased`
    /// for each: the entry of the log that is the certificate of its erasure, or what keeps it. What is erased is overwritten in the
    /// file; nothing is proven about copies elsewhere.
    ///
    /// Raises `NotInArchiveError` for a message that is not here, `ArchiveError` (`archive.value`) for an empty reason: then
    /// nothing was erased.
    #[pyo3(signature = (ids, reason, *, now = None))]
    fn erase<'py>(
        &self,
        py: Python<'py>,
        ids: &Bound<'py, PyAny>,
        reason: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let (ids, now) = (self::ids(ids)?, self::now(now)?);
        let done = self.with(py, |archive, actor| archive.erase(actor, now, &ids, reason))?;
        let erased: Vec<Erased> = ids.iter().zip(&done).map(|(id, erasure)| Erased::of(*id, erasure)).collect();
        values(py, "Erased", &erased)
    }

    /// Overwrites what is left in the file of erased messages, by writing all of it anew without them: `erase` overwrites what it
    /// erases, but single values may be left in gaps of the file, or in its log while somebody reads an older state. When it returns,
    /// nothing is left. It takes as long as a copy, and room for two.
    ///
    /// Raises `LockedError` while somebody reads an older state.
    fn scrub(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |archive, actor| archive.scrub(actor))
    }

    /// What ends until `until`, at most `limit` of each kind: an `Ending` for each term, for each certificate on which a proof rests
    /// that no time-stamp covers yet, and for that of the authority which stamped the log last.
    #[pyo3(signature = (until, *, now = None, limit = 1000))]
    fn expiring<'py>(
        &self,
        py: Python<'py>,
        until: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
        limit: usize,
    ) -> PyResult<Bound<'py, PyList>> {
        let (now, until) = (self::now(now)?, instant(until, "until")?);
        let expiring = self.with(py, |archive, actor| archive.expiring(actor, now, until, limit))?;
        values(py, "Ending", &expiring.endings().collect::<Vec<Ending>>())
    }

    /// Gives messages a tag of the host's, by one identifier or several.
    ///
    /// Raises `NotInArchiveError` for a message that is not here, `ArchiveError` (`archive.value`) for an empty tag: then none is
    /// tagged.
    #[pyo3(signature = (ids, tag, *, now = None))]
    fn tag(&self, py: Python<'_>, ids: &Bound<'_, PyAny>, tag: &str, now: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let (ids, now) = (self::ids(ids)?, self::now(now)?);
        self.with(py, |archive, actor| archive.tag(actor, now, &ids, tag))
    }

    /// Takes a tag away again.
    #[pyo3(signature = (ids, tag, *, now = None))]
    fn untag(&self, py: Python<'_>, ids: &Bound<'_, PyAny>, tag: &str, now: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let (ids, now) = (self::ids(ids)?, self::now(now)?);
        self.with(py, |archive, actor| archive.untag(actor, now, &ids, tag))
    }

    /// The archive in numbers: a `Stats`.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let stats = self.with(py, |archive, actor| archive.stats(actor))?;
        value(py, "Stats", &stats.to_json())
    }

    /// One entry of the log, from 0, as JSON, as it was logged; `None` beyond the last.
    fn log_entry(&self, py: Python<'_>, index: u64) -> PyResult<Option<String>> {
        self.with(py, |archive, actor| archive.log_entry(actor, index))
    }

    /// The number of entries of the log, and the root over them (RFC 6962) in hexadecimal digits: whoever keeps it elsewhere sees later
    /// whether anything was changed.
    fn log_root(&self, py: Python<'_>) -> PyResult<(u64, String)> {
        let (size, root) = self.with(py, |archive, actor| archive.log_root(actor))?;
        Ok((size, root.iter().map(|byte| format!("{byte:02x}")).collect()))
    }
}
